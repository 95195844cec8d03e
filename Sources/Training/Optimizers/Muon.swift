public import Tensors

/// Momentum whose step for a matrix is made nearly orthogonal: all its directions are learned at one pace.
///
/// m <- momentum m + g; u = g + momentum m; o = u with all singular values brought near 1;
/// p <- (1 - lr decay) p - lr sqrt(max(1, rows / columns)) o.
///
/// Only for parameters that are matrices; a ``MatrixView`` says how the axes of a parameter form one.
///
/// - Cost: One tensor of state for each parameter, and for each update 15 matrix products (10 with the
///   shorter side squared times the longer, 5 with the shorter side cubed).
/// - Source: Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024.
public struct Muon<Scalar: TensorScalar>: Optimizer {
  /// How slowly the average gradient forgets, in [0, 1).
  public let momentum: Double
  /// Which parameters shrink towards 0 at each update, and how fast.
  public let weightDecay: WeightDecay
  /// Iterations of ``orthogonalized(_:iterations:)``.
  public let iterations: Int

  private let view: @Sendable (_ name: String, _ shape: [Int]) -> MatrixView?
  private var averages: ParameterValues<Scalar>?

  /// A rule without memory yet.
  ///
  /// - Parameter view: The matrix that a parameter of this name and shape stands for; nil where it is none.
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

  public mutating func update(
    _ parameters: ParameterValues<Scalar>, gradients: ParameterValues<Scalar>, learningRate: Double
  ) -> ParameterValues<Scalar> {
    preconditionAligned(parameters, gradients, "gradients")
    let before = averages ?? parameters.zeros
    preconditionAligned(parameters, before, "momenta of Muon")
    let factor = Scalar(momentum)
    let now = zip(before.values, gradients.values).map { $0 * factor + $1 }
    averages = ParameterValues(names: parameters.names, values: now)
    let updated = parameters.values.indices.map { index in
      let (name, value) = (parameters.names[index], parameters.values[index])
      let view = matrixView(name, value.shape)
      let direction = gradients.values[index] + now[index] * factor
      let matrix = direction.reshaped(view.storedShape(value.shape))
      let rate = Scalar(learningRate * max(1, view.aspect(value.shape)).squareRoot())
      let step = Self.orthogonalized(matrix, iterations: iterations).reshaped(value.shape) * rate
      return weightDecay.applied(to: value, name: name, learningRate: learningRate) - step
    }
    return ParameterValues(names: parameters.names, values: updated)
  }

  /// The matrix with its singular vectors kept and its singular values brought to about 1.
  ///
  /// x = matrix / Frobenius norm; then `iterations` times x <- a x + (b s + c s^2) x with s = x xᵀ,
  /// (a, b, c) = (3.4445, -4.7750, 2.0315). Where there are more rows than columns, xᵀ x is used on the right
  /// instead: the same result from the smaller square. A matrix of zeros stays zero. The values end between
  /// about 0.7 and 1.2; those that start far below the norm (about a thousandth) do not arrive in 5 iterations.
  public static func orthogonalized(_ matrix: Tensor<Scalar>, iterations: Int = 5) -> Tensor<Scalar> {
    require(matrix.rank == 2, "orthogonalized needs a matrix, not shape \(matrix.shape)")
    let norm = matrix.innerProduct(matrix).squareRoot()
    if norm == 0 { return matrix }
    let isTall = matrix.shape[0] > matrix.shape[1]
    var x = matrix * Scalar(1 / norm)
    for _ in 0..<iterations {
      let square = x.matrixProduct(x, transposed: isTall, otherTransposed: !isTall)
      let polynomial = square * -4.7750 + square.matrixProduct(square) * 2.0315
      let change = isTall ? x.matrixProduct(polynomial) : polynomial.matrixProduct(x)
      x = x * 3.4445 + change
    }
    return x
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
