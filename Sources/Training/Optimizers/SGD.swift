import Foundations
public import Tensors

/// Stochastic gradient descent with momentum, plain or Nesterov's, and decoupled weight decay.
///
/// v <- momentum v + g; the step is lr v, or lr (g + momentum v) for Nesterov's.
///
/// - Cost: One tensor of state for each parameter; none without momentum.
/// - Source: Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013.
public struct SGD<Scalar: TensorScalar>: Optimizer {
  /// The part of the velocity that is kept at each update, in [0, 1); 0 is plain descent.
  public let momentum: Double
  /// Whether the step is Nesterov's, lr (g + momentum v).
  public let isNesterov: Bool
  /// The weight decay: which parameters shrink towards 0, and how fast.
  public let weightDecay: WeightDecay

  private var velocity: ParameterValues<Scalar>?

  /// SGD before its first update; Nesterov's step needs a momentum above 0.
  public init(momentum: Double = 0, isNesterov: Bool = false, weightDecay: WeightDecay = .none) {
    require((0..<1).contains(momentum), "momentum must lie in [0, 1), not \(momentum)")
    require(!isNesterov || momentum > 0, "Nesterov's step needs a momentum above 0")
    self.momentum = momentum
    self.isNesterov = isNesterov
    self.weightDecay = weightDecay
  }

  @_specialize(where Scalar == Float)
  public mutating func update(
    _ parameters: ParameterValues<Scalar>, gradients: ParameterValues<Scalar>, learningRate: Double
  ) -> ParameterValues<Scalar> {
    preconditionAligned(parameters, gradients, "gradients")
    let directions = directions(gradients)
    let updated = parameters.values.indices.map { index in
      let kept: Scalar = weightDecay.keptShare(of: parameters.names[index], learningRate: learningRate)
      return Tensor.combination(kept, parameters.values[index], -Scalar(learningRate), directions[index])
    }
    return parameters.with(updated)
  }

  private mutating func directions(_ gradients: ParameterValues<Scalar>) -> [Tensor<Scalar>] {
    if momentum == 0 { return gradients.values }
    let factor = Scalar(momentum)
    let before = velocity ?? gradients.zeros
    preconditionAligned(gradients, before, "velocities of SGD")
    let now = zip(before.values, gradients.values).map { Tensor.combination(factor, $0, 1, $1) }
    velocity = gradients.with(now)
    return isNesterov ? zip(now, gradients.values).map { Tensor.combination(factor, $0, 1, $1) } : now
  }

  public var state: ParameterValues<Scalar> {
    var state = ParameterValues<Scalar>()
    if let velocity { state.append(velocity, prefix: "velocity") }
    return state
  }

  public mutating func restore(
    _ state: ParameterValues<Scalar>, for parameters: ParameterValues<Scalar>
  ) throws {
    let prefixes = momentum == 0 ? [] : ["velocity"]
    let entries = try RestoredState(state, of: "SGD", for: parameters, prefixes: prefixes)
    velocity = state.count == 0 ? nil : try entries.tensors("velocity")
  }

  public func check(_ parameters: ParameterValues<Scalar>) throws {
    try weightDecay.selection.checkNames(among: parameters.names, role: "weight decay of SGD")
  }
}
