public import Tensors

/// An energy that knows its derivatives in closed form.
///
/// `energy(at:)` stays the definition; `EnergyTesting` holds the closed forms against its derivatives.
///
/// The methods are called with constants and return constants: numbers without history.
public protocol ClosedFormEnergy<Scalar>: Energy {
  /// The energy by part, [batch] each, and its gradient dE/dg, [batch, tokens, dimension], zero at padding.
  func energyAndGradient(at g: Activations<Scalar>) -> EnergyAndGradient<Scalar>

  /// The derivatives of <u, dE/dg>, summed over the batch, for a fixed direction u: with respect to g the
  /// Hessian-vector product, with respect to each parameter and context tensor the mixed derivative.
  ///
  /// - Shape: direction [batch, tokens, dimension]; it is zero at padding.
  func gradientPullback(at g: Activations<Scalar>, direction: Tensor<Scalar>) -> GradientPullback<Scalar>
}

/// An energy by part together with its gradient.
public struct EnergyAndGradient<Scalar: TensorScalar>: Sendable {
  /// The energy of each example, by part.
  public let energy: EnergyByPart<Scalar>
  /// dE/dg, [batch, tokens, dimension].
  public let gradient: Tensor<Scalar>

  /// An energy and its gradient at the same activations.
  public init(energy: EnergyByPart<Scalar>, gradient: Tensor<Scalar>) {
    self.energy = energy
    self.gradient = gradient
  }
}

/// The derivatives of <u, dE/dg> for a fixed direction u.
public struct GradientPullback<Scalar: TensorScalar>: Sendable {
  /// The Hessian times u, [batch, tokens, dimension].
  public let hessianVectorProduct: Tensor<Scalar>
  /// One derivative for each parameter, then for each context tensor, in visiting order.
  public let dependencies: [Tensor<Scalar>]

  /// The Hessian-vector product and the mixed derivatives in visiting order.
  public init(hessianVectorProduct: Tensor<Scalar>, dependencies: [Tensor<Scalar>]) {
    self.hessianVectorProduct = hessianVectorProduct
    self.dependencies = dependencies
  }
}

extension ClosedFormEnergy {
  /// The closed-form energy by part and gradient with their pullbacks, so that both can be differentiated.
  ///
  /// The first derivative of the gradient is in closed form; derivatives beyond it, and those of the energy,
  /// come from differentiation.
  package func trackedGradient(at g: Activations<Scalar>) -> EnergyAndGradient<Scalar> {
    let dependencies = dependencies.values
    let template = replacing(dependencies.map(\.detached))
    let plain = g.with(g.values.detached)
    let found = template.energyAndGradient(at: plain)
    let inputs = [g.values] + dependencies
    guard inputs.contains(where: \.isTracked) else { return found }

    let gradient = Tensor.differentiable(found.gradient, inputs: inputs) { pull in
      let energy = template.replacing(pull.inputs.dropFirst())
      if pull.isDifferentiated {
        return pull.byDifferentiating { variables in
          template.replacing(variables.dropFirst()).differentiatedGradient(at: plain.with(variables[0]))
        }
      }
      // The gradient is zero at padding whatever it is asked along: the direction is zero there, as promised.
      let point = plain.with(pull.inputs[0])
      let result = energy.gradientPullback(at: point, direction: plain.masking(pull.cotangent))
      return [result.hessianVectorProduct] + result.dependencies
    }
    let parts = found.energy.parts.enumerated().map { index, part in
      let energy = Tensor.differentiable(part.energy, inputs: inputs) { pull in
        pull.byDifferentiating { variables in
          template.replacing(variables.dropFirst()).energyByPart(at: plain.with(variables[0])).parts[index]
            .energy
        }
      }
      return (name: part.name, energy: energy)
    }
    return EnergyAndGradient(energy: EnergyByPart(parts), gradient: gradient)
  }
}
