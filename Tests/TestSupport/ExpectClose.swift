public import Tensors
public import Testing

/// Expects two tensors to have the same shape, finite elements, and elements that agree:
/// |actual - expected| <= absolute + relative |expected|, compared in double precision.
///
/// A failure names the element that is worst against its tolerance, and how many are outside theirs.
public func expectClose<Actual: TensorScalar, Expected: TensorScalar>(
  actual: Tensor<Actual>, expected: Tensor<Expected>, relative: Double, absolute: Double = 0,
  _ comment: @autoclosure () -> String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  if let difference = describeDifference(
    actual: actual, expected: expected, relative: relative, absolute: absolute)
  {
    let subject = comment().drop { $0 == " " }
    Issue.record(
      "\(subject.isEmpty ? "" : "\(subject): ")\(difference)", sourceLocation: sourceLocation)
  }
}

/// What `expectClose` would report, or nil where the tensors agree.
public func describeDifference<Actual: TensorScalar, Expected: TensorScalar>(
  actual: Tensor<Actual>, expected: Tensor<Expected>, relative: Double, absolute: Double = 0
) -> String? {
  if actual.shape != expected.shape { return "shape \(actual.shape), expected \(expected.shape)" }
  let (found, wanted) = (actual.elements.map { Double($0) }, expected.elements.map { Double($0) })
  var worst = (excess: 0.0, position: 0)
  var outside = 0
  for position in found.indices {
    let (value, target) = (found[position], wanted[position])
    if !value.isFinite || !target.isFinite {
      return
        "\(value) at \(indices(position, shape: actual.shape)) of shape \(actual.shape), expected \(target)"
    }
    let error = abs(value - target)
    let tolerance = absolute + relative * abs(target)
    if error <= tolerance { continue }
    outside += 1
    let excess = error / max(tolerance, .leastNormalMagnitude)
    if excess > worst.excess { worst = (excess, position) }
  }
  if outside == 0 { return nil }
  let (value, target) = (found[worst.position], wanted[worst.position])
  return
    "\(outside) of \(found.count) elements differ; the worst is \(value) at "
    + "\(indices(worst.position, shape: actual.shape)) of shape \(actual.shape), expected \(target): "
    + "error \(abs(value - target)), tolerance \(absolute + relative * abs(target))"
}

private func indices(_ position: Int, shape: [Int]) -> [Int] {
  var rest = position
  var result: [Int] = []
  for size in shape.reversed() {
    result.append(rest % size)
    rest /= size
  }
  return result.reversed()
}

/// Largest difference, relative to the largest magnitude of what is expected.
public func relativeError<Scalar>(_ actual: Tensor<Scalar>, _ expected: Tensor<Scalar>) -> Double {
  guard actual.shape == expected.shape, actual.isFinite else { return .infinity }
  let scale = expected.elements.map { abs(Double($0)) }.max() ?? 0
  let error = zip(actual.elements, expected.elements).map { abs(Double($0) - Double($1)) }.max() ?? 0
  return error / scale
}
