public import Tensors

/// A function of several tensors whose derivatives are checked.
public typealias TensorFunction = ([Tensor<Double>]) throws -> Tensor<Double>

/// The gradient of `function` at `point` by central differences of fourth order.
///
/// f' = (8 (f(x + h) - f(x - h)) - (f(x + 2h) - f(x - 2h))) / 12h with h = `step` max(1, |x|), one element at a
/// time. For a smooth function of order 1 the error is about 1e-11.
/// - Cost: Four evaluations an element.
public func finiteDifferenceGradient(
  at point: Tensor<Double>, step: Double = 1e-3, of function: (Tensor<Double>) throws -> Tensor<Double>
) rethrows -> Tensor<Double> {
  var elements = point.elements
  var slopes: [Double] = []
  for position in elements.indices {
    let centre = elements[position]
    let width = step * max(1, abs(centre))
    func value(_ offset: Double) throws -> Double {
      elements[position] = centre + offset * width
      return try function(Tensor(shape: point.shape, elements: elements)).scalar
    }
    let near = try value(1) - value(-1)
    let far = try value(2) - value(-2)
    elements[position] = centre
    slopes.append((8 * near - far) / (12 * width))
  }
  return Tensor(shape: point.shape, elements: slopes)
}

/// The gradients of `function` with respect to each of several tensors, by central differences.
public func finiteDifferenceGradients(
  at points: [Tensor<Double>], step: Double = 1e-3, of function: TensorFunction
) rethrows -> [Tensor<Double>] {
  try points.indices.map { index in
    try finiteDifferenceGradient(at: points[index], step: step) { point in
      var moved = points
      moved[index] = point
      return try function(moved)
    }
  }
}

/// The sum of the elements of `result` with fixed weights of order 1, all different.
///
/// It depends on every element in its own way. A single number is returned as it is.
public func weightedSum(_ result: Tensor<Double>, seed: UInt64 = 1) -> Tensor<Double> {
  if result.shape.isEmpty { return result }
  return (result * uniformTensor(result.shape, in: 0.5..<1.5, seed: seed)).sum()
}

/// The function x -> <gradient of f at x, v> for fixed random directions v: the derivative of f along them.
public func directionalDerivative(of function: @escaping TensorFunction, seed: UInt64 = 2) -> TensorFunction {
  return { points in
    let gradients = try valueWithGradients(at: points) { weightedSum(try function($0)) }.gradients
    return gradients.enumerated().map { index, gradient in
      (gradient * normalTensor(gradient.shape, seed: seed &+ UInt64(index))).sum()
    }.reduce(Tensor(0), +)
  }
}
