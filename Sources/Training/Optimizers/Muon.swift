import Foundations
public import Tensors

/// Momentum whose step for a matrix is made nearly orthogonal: all its directions are learned equally fast.
///
/// m <- momentum m + g; u = g + momentum m; o = u with all singular values brought near 1;
/// p <- (1 - lr decay) p - lr sqrt(max(1, rows / columns)) o.
///
/// Only for parameters that are matrices; a ``MatrixView`` says how the axes of a parameter form one.
///
/// - Cost: One tensor of state for each parameter, and for each update 15 matrix products (10 with the
///   shorter side squared times the longer, 5 with the shorter side cubed), or 2 and 17 of them where one side is
///   at least twice the other. Several matrices are worked on at once.
/// - Source: Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024.
public struct Muon<Scalar: TensorScalar>: Optimizer {
  /// The decay of the running sum of gradients, in [0, 1).
  public let momentum: Double
  /// The weight decay: which parameters shrink towards 0, and how fast.
  public let weightDecay: WeightDecay
  /// The number of iterations of ``orthogonalized(_:iterations:)``.
  public let iterations: Int

  private let view: @Sendable (_ name: String, _ shape: [Int]) -> MatrixView?
  private var averages: ParameterValues<Scalar>?

  /// Muon before its first update.
  ///
  /// - Parameters:
  ///   - momentum: The decay of the running sum of gradients, in [0, 1).
  ///   - weightDecay: Which parameters shrink towards 0, and how fast.
  ///   - iterations: The number of iterations of ``orthogonalized(_:iterations:)``.
  ///   - view: How a parameter of this name and shape is viewed as a matrix; nil where it is none.
  public init(
    momentum: Double = 0.95, weightDecay: WeightDecay = .none, iterations: Int = 5,
    view: @escaping @Sendable (_ name: String, _ shape: [Int]) -> MatrixView? = { _, shape in
      shape.count == 2 ? .plain : nil
    }
  ) {
    require((0..<1).contains(momentum), "momentum must lie in [0, 1), not \(momentum)")
    require(iterations > 0, "Muon needs at least one iteration, not \(iterations)")
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.iterations = iterations
    self.view = view
  }

  @_specialize(where Scalar == Float)
  public mutating func update(
    _ parameters: ParameterValues<Scalar>, gradients: ParameterValues<Scalar>, learningRate: Double
  ) -> ParameterValues<Scalar> {
    preconditionAligned(parameters, gradients, "gradients")
    let before = averages ?? parameters.zeros
    preconditionAligned(parameters, before, "momenta of Muon")
    let factor = Scalar(momentum)
    let now = zip(before.values, gradients.values).map { Tensor.combination(factor, $0, 1, $1) }
    averages = parameters.with(now)
    // The longest iterations begin first, so that no core is left with one at the end.
    let order = parameters.values.indices.sorted { parameters.values[$0].count > parameters.values[$1].count }
    let updated = Parallelism.map(order.count) { position in
      let index = order[position]
      let (name, value) = (parameters.names[index], parameters.values[index])
      let view = matrixView(name, value.shape)
      let direction = Tensor.combination(factor, now[index], 1, gradients.values[index])
      let step = Self.orthogonalized(
        direction.reshaped(view.storedShape(value.shape)), iterations: iterations)
      let rate = Scalar(learningRate * max(1, view.aspect(value.shape)).squareRoot())
      let kept: Scalar = weightDecay.keptShare(of: name, learningRate: learningRate)
      return Tensor.combination(kept, value, -rate, step.reshaped(value.shape))
    }
    var values = parameters.values
    for (index, value) in zip(order, updated) { values[index] = value }
    return parameters.with(values)
  }

  /// The matrix with its singular vectors kept and its singular values brought to about 1.
  ///
  /// x = matrix / Frobenius norm; then `iterations` times x <- a x + (b s + c s^2) x with s = x xᵀ,
  /// (a, b, c) = (3.4445, -4.7750, 2.0315). Where there are more rows than columns, xᵀ x is used on the right
  /// instead: the same result from the smaller square. A matrix of zeros stays zero. The values end between
  /// about 0.7 and 1.2; those that start far below the norm (about a thousandth) do not arrive in 5 iterations.
  ///
  /// Where one side is at least twice the other, the iteration runs on the square and on the product f of its
  /// factors p = a + b s + c s^2 alone, s <- p s p, and ends with f x: fewer operations for the same result.
  @_specialize(where Scalar == Float)
  public static func orthogonalized(_ matrix: Tensor<Scalar>, iterations: Int = 5) -> Tensor<Scalar> {
    require(matrix.rank == 2, "orthogonalized needs a matrix, not shape \(matrix.shape)")
    let norm = matrix.innerProduct(matrix).squareRoot()
    if norm == 0 { return matrix }
    let isTall = matrix.shape[0] > matrix.shape[1]
    let (shorter, longer) = (min(matrix.shape[0], matrix.shape[1]), max(matrix.shape[0], matrix.shape[1]))
    var x = matrix * Scalar(1 / norm)
    func square(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
      x.matrixProduct(x, transposed: isTall, otherTransposed: !isTall)
    }
    if longer >= 2 * shorter {
      let factor = productOfFactors(square(x), iterations: iterations)
      return isTall ? x.matrixProduct(factor) : factor.matrixProduct(x)
    }
    for _ in 0..<iterations {
      let change = change(square(x))
      x =
        isTall
        ? Tensor.combination(1, x, times: change, 3.4445, x)
        : Tensor.combination(1, change, times: x, 3.4445, x)
    }
    return x
  }

  /// b s + c s^2.
  private static func change(_ square: Tensor<Scalar>) -> Tensor<Scalar> {
    Tensor.combination(2.0315, square, times: square, -4.7750, square)
  }

  /// The product of the iteration's factors for a matrix whose square is given.
  private static func productOfFactors(_ square: Tensor<Scalar>, iterations: Int) -> Tensor<Scalar> {
    let size = square.shape[0]
    let identity = Tensor<Scalar>(shape: square.shape) { out in
      out.update(repeating: 0, count: size * size)
      for index in 0..<size { out[index * (size + 1)] = 1 }
    }
    var square = square
    var change = change(square)
    var factor = Tensor.combination(1, change, 3.4445, identity)
    for _ in 1..<iterations {
      let half = Tensor.combination(1, square, times: change, 3.4445, square)
      square = Tensor.combination(1, change, times: half, 3.4445, half)
      change = Self.change(square)
      factor = Tensor.combination(1, change, times: factor, 3.4445, factor)
    }
    return factor
  }

  private func matrixView(_ name: String, _ shape: [Int]) -> MatrixView {
    guard let view = view(name, shape), view.fits(shape) else {
      fatalError("Muon needs matrices: parameter \(name) of shape \(shape) has no view as one")
    }
    return view
  }

  public var state: ParameterValues<Scalar> {
    var state = ParameterValues<Scalar>()
    if let averages { state.append(averages, prefix: "momentum") }
    return state
  }

  public mutating func restore(
    _ state: ParameterValues<Scalar>, for parameters: ParameterValues<Scalar>
  ) throws {
    let entries = try RestoredState(state, of: "Muon", for: parameters, prefixes: ["momentum"])
    averages = state.count == 0 ? nil : try entries.tensors("momentum")
  }

  public func check(_ parameters: ParameterValues<Scalar>) throws {
    try weightDecay.selection.checkNames(among: parameters.names, role: "weight decay of Muon")
    for (name, value) in zip(parameters.names, parameters.values) {
      guard let view = view(name, value.shape), view.fits(value.shape) else {
        throw ParameterGroupError(
          description: "Muon: parameter \"\(name)\" of shape \(value.shape) has no view as a matrix")
      }
    }
  }
}
