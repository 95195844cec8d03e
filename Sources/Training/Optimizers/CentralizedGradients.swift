public import Tensors

/// A rule that is given gradients without their mean: g <- g - mean of g, over all axes but the first, of every tensor
/// of rank 2 or more.
///
/// - Source: Yong et al., "Gradient Centralization", ECCV 2020, over the axes that optax takes.
public struct CentralizedGradients<Base: Optimizer>: Optimizer {
  public typealias Scalar = Base.Scalar

  private var base: Base

  /// The rule behind the centralisation.
  public init(_ base: Base) { self.base = base }

  public mutating func update(
    _ parameters: ParameterValues<Scalar>, gradients: ParameterValues<Scalar>, learningRate: Double
  ) -> ParameterValues<Scalar> {
    let centred = gradients.map { _, gradient in
      gradient.rank < 2 || gradient.count == 0
        ? gradient
        : gradient - gradient.mean(axes: Array(1..<gradient.rank), keepingDimensions: true)
    }
    return base.update(parameters, gradients: centred, learningRate: learningRate)
  }

  public var state: ParameterValues<Scalar> { base.state }

  public mutating func restore(
    _ state: ParameterValues<Scalar>, for parameters: ParameterValues<Scalar>
  ) throws { try base.restore(state, for: parameters) }

  public func check(_ parameters: ParameterValues<Scalar>) throws { try base.check(parameters) }
}
