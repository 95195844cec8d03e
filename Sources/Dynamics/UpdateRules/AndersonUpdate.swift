import Foundations
public import Tensors

/// One long implicit step as ``FixedPointUpdate`` takes it, with Anderson's acceleration: each example mixes its last
/// estimates so that the residual is smallest.
///
/// With offsets o = x - y, residuals r = -s dE/dg - o and their last changes Δo, Δr (the columns of two matrices, at
/// most `window` of them):
///
///     w = argmin |r - Δr w|²,   x <- x + alpha r - (Δo + alpha Δr) w
///
/// Without a change yet, in the first step, it is the fixed-point iteration. On a linear problem a window of n
/// finds the fixed point of n unknowns in n + 1 steps (it is then the method GMRES). Where the gradient turns within
/// a step the mixture can be far off, and nothing keeps the energy from rising. The least squares problem is solved
/// by its normal equations in double precision, with 1e-8 of the largest diagonal element added to each. Where alpha
/// is 0 tokens stay, as under every rule: the mixture, which does not shrink with alpha, is left out.
///
/// - Source: Anderson 1965; Walker and Ni 2011, algorithm AA in its unconstrained form.
/// - Cost: One gradient per step; 2 window + 3 stored arrays and about window² inner products.
public struct AndersonUpdate: UpdateRule {
  /// s, the length of the implicit step.
  public let length: Double
  /// The largest number of changes that are mixed.
  public let window: Int

  /// An implicit step of a positive length that mixes up to `window` changes, at least one.
  public init(length: Double, window: Int) {
    requireLength(length)
    require(window > 0, "Anderson's acceleration mixes at least one change, not \(window)")
    self.length = length
    self.window = window
  }

  public func displacement<Scalar>(
    gradient: Tensor<Scalar>, stepSize: Tensor<Scalar>, state: inout UpdateState<Scalar>
  ) -> Tensor<Scalar> {
    // The state is the offsets and residuals so far, in pairs, and then the offset of the tokens as they are.
    let offset = state.arrays.last ?? .zeros(gradient.shape)
    let residual = -(gradient * Scalar(length)) - offset
    let pairs = Array((state.arrays.dropLast() + [offset, residual]).suffix(2 * window + 2))
    let offsets = stride(from: 0, to: pairs.count, by: 2).map { pairs[$0] }
    let residuals = stride(from: 1, to: pairs.count, by: 2).map { pairs[$0] }
    let changes = zip(residuals.dropFirst(), residuals).map { $0 - $1 }
    var displacement = residual * stepSize
    for (index, weight) in weights(changes, residual).enumerated() {
      let change = (offsets[index + 1] - offsets[index]) + changes[index] * stepSize
      displacement = displacement - change * weight
    }
    // The change of the offsets has no factor alpha, but where alpha is 0 nothing moves.
    if stepSize.elements.contains(0) {
      displacement = displacement * (1 - stepSize.equals(.zeros([1, 1, 1])))
    }
    state.arrays = pairs + [offset + displacement]
    return displacement
  }

  /// The weights, [batch, 1, 1] each, that make the residual less weighted changes smallest.
  private func weights<Scalar>(_ changes: [Tensor<Scalar>], _ residual: Tensor<Scalar>) -> [Tensor<Scalar>] {
    guard !changes.isEmpty else { return [] }
    let (batch, count) = (residual.shape[0], changes.count)
    func products(_ pairs: [(Tensor<Scalar>, Tensor<Scalar>)]) -> Tensor<Scalar> {
      .concatenated(pairs.map { ($0 * $1).sum(axes: [1, 2]).reshaped([batch, 1]) }, axis: 1)
    }
    let matrix = products(changes.flatMap { row in changes.map { (row, $0) } })
    let solutions = regularizedSolutions(
      matrix.reshaped([batch, count, count]), products(changes.map { ($0, residual) }))
    return changes.indices.map { solutions.sliced(axis: 1, $0..<$0 + 1).reshaped([batch, 1, 1]) }
  }
}

extension UpdateRule where Self == AndersonUpdate {
  /// One implicit step of a length, found by fixed-point iteration with Anderson's acceleration over the last
  /// `window` changes; the step size says how far each iteration goes, 1 for all the way.
  public static func anderson(length: Double, window: Int) -> AndersonUpdate {
    AndersonUpdate(length: length, window: window)
  }
}

/// Solutions w of A w = b for each example, A being symmetric, positive semi-definite and slightly regularised; zeros
/// where A is zero.
///
/// The regularisation counts as a constant for differentiation.
/// - Shape: A [batch, count, count], b [batch, count].
private func regularizedSolutions<Scalar>(_ matrix: Tensor<Scalar>, _ right: Tensor<Scalar>) -> Tensor<Scalar>
{
  let (batch, count) = (right.shape[0], right.shape[1])
  let (rows, sides) = (matrix.elements.map(Double.init), right.elements.map(Double.init))
  let values = (0..<batch).flatMap { example in
    regularizedSolution(
      of: (0..<count).map { row in
        Array(rows[(example * count + row) * count..<(example * count + row + 1) * count])
      },
      Array(sides[example * count..<(example + 1) * count]))
  }
  let solutions = Tensor<Scalar>(shape: [batch, count], elements: values.map { Scalar($0) })
  return .differentiable(solutions, inputs: [matrix, right]) { pull in
    // b has the cotangent u = A⁻¹ c, A being symmetric, and A has -u wᵀ.
    let ofRight = regularizedSolutions(pull.inputs[0], pull.cotangent)
    let ofMatrix = -(ofRight.reshaped([batch, count, 1]) * pull.output.reshaped([batch, 1, count]))
    return [ofMatrix, ofRight]
  }
}

/// Solves a small system by elimination.
private func regularizedSolution(of matrix: [[Double]], _ right: [Double]) -> [Double] {
  var rows = zip(matrix, right).map { $0 + [$1] }
  let count = right.count
  let largest = (0..<count).map { matrix[$0][$0] }.max() ?? 0
  guard largest > 0 else { return [Double](repeating: 0, count: count) }
  for index in 0..<count { rows[index][index] += 1e-8 * largest }
  for pivot in 0..<count {
    for row in 0..<count where row != pivot {
      let factor = rows[row][pivot] / rows[pivot][pivot]
      for column in pivot...count { rows[row][column] -= factor * rows[pivot][column] }
    }
  }
  return (0..<count).map { rows[$0][count] / rows[$0][$0] }
}
