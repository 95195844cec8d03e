import Energies
import Tensors

/// d²E/dg² at fixed activations, times directions.
///
/// Parts of a sum that have closed forms give the product by `gradientPullback`; of the others the graph of the gradient is
/// kept, so that a product is one pass back through it.
struct SecondDerivative<Scalar: TensorScalar>: Sendable {
  private enum Part: Sendable {
    case closed(any ClosedFormEnergy<Scalar>)
    case differentiated(gradient: Tensor<Scalar>, variable: Tensor<Scalar>)
  }

  private let g: Activations<Scalar>
  private let parts: [Part]

  /// The second derivative of an energy, whose parameters are constants, at activations without history.
  init(of energy: any Energy<Scalar>, at g: Activations<Scalar>) {
    self.g = g
    parts = Self.parts(of: energy, at: g)
  }

  private static func parts(of energy: any Energy<Scalar>, at g: Activations<Scalar>) -> [Part] {
    if let closed = energy.closedForm { return [.closed(closed)] }
    if let sum = energy as? EnergySum<Scalar> { return sum.parts.flatMap { parts(of: $0.energy, at: g) } }
    let variable = g.values.variable()
    return [
      .differentiated(gradient: energy.differentiatedGradient(at: g.with(variable)), variable: variable)
    ]
  }

  /// The second derivative times a direction, [batch, tokens, dimension]; zero at padding.
  func product(_ direction: Tensor<Scalar>) -> Tensor<Scalar> {
    let direction = g.masking(direction)
    let products = parts.map { part in
      switch part {
      case .closed(let energy): energy.gradientPullback(at: g, direction: direction).hessianVectorProduct
      case .differentiated(let gradient, let variable):
        gradients(of: gradient, withRespectTo: [variable], cotangent: direction)[0].detached
      }
    }
    return g.masking(products.dropFirst().reduce(products[0]) { $0 + $1 })
  }
}
