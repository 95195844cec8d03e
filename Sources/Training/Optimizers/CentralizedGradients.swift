public import Tensors

/// An optimiser whose gradients are centralised: g <- g - mean of g, over all axes but the first, or on request all but the
/// last, of every tensor of rank 2 or more.
///
/// - Source: Yong et al., "Gradient Centralization", ECCV 2020, over the axes that optax takes.
public struct CentralizedGradients<Base: Optimizer>: Optimizer {
  public typealias Scalar = Base.Scalar

  private var base: Base
  private let keepingLastAxis: ParameterSelection

  /// The rule behind the centralisation.
  ///
  /// - Parameters:
  ///   - base: The rule that gets the centralised gradients.
  ///   - keepingLastAxis: The parameters whose gradients lose the mean over all axes but the last. For the matrix
  ///     of a linear map, [outputs, inputs], that is the mean over what one input gives, which optax takes from its
  ///     own, [inputs, outputs].
  public init(_ base: Base, keepingLastAxis: ParameterSelection = .none) {
    (self.base, self.keepingLastAxis) = (base, keepingLastAxis)
  }

  public mutating func update(
    _ parameters: ParameterValues<Scalar>, gradients: ParameterValues<Scalar>, learningRate: Double
  ) -> ParameterValues<Scalar> {
    let centred = gradients.map { name, gradient in
      if gradient.rank < 2 || gradient.count == 0 { return gradient }
      let kept = keepingLastAxis.contains(name) ? gradient.rank - 1 : 0
      return gradient
        - gradient.mean(axes: gradient.shape.indices.filter { $0 != kept }, keepingDimensions: true)
    }
    return base.update(parameters, gradients: centred, learningRate: learningRate)
  }

  public var state: ParameterValues<Scalar> { base.state }

  public mutating func restore(
    _ state: ParameterValues<Scalar>, for parameters: ParameterValues<Scalar>
  ) throws { try base.restore(state, for: parameters) }

  public func check(_ parameters: ParameterValues<Scalar>) throws {
    try keepingLastAxis.checkNames(among: parameters.names, role: "centralised gradients")
    try base.check(parameters)
  }
}
