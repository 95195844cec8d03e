import Energies
import Tensors

/// What the derivatives where a step starts say of where it leads.
final class StepPrediction<Scalar: TensorScalar> {
  /// What a step of a size adds to the tokens.
  let displacement: (_ size: Tensor<Scalar>) -> Tensor<Scalar>
  private let slope: () -> Tensor<Scalar>
  /// The axes over which one energy's share of the slope is summed.
  private let summedAxes: [Int]
  private let curvature: (_ displacement: Tensor<Scalar>) -> Tensor<Scalar>
  private var knownSlope: Tensor<Scalar>?

  /// - Parameters:
  ///   - displacement: What a step of a size adds to the tokens.
  ///   - slope: M dE/dg, the gradient of the energy by the tokens.
  ///   - curvature: The second derivative of each example's energy along a displacement, [batch].
  init(
    displacement: @escaping (Tensor<Scalar>) -> Tensor<Scalar>, slope: @escaping () -> Tensor<Scalar>,
    summedAxes: [Int] = [1, 2], curvature: @escaping (Tensor<Scalar>) -> Tensor<Scalar>
  ) {
    self.displacement = displacement
    self.slope = slope
    self.summedAxes = summedAxes
    self.curvature = curvature
  }

  /// The decrease of each energy to first order.
  func decreases(of displacement: Tensor<Scalar>) -> [Scalar] {
    let slope = knownSlope ?? slope()
    knownSlope = slope
    return (-slope * displacement.detached).sum(axes: summedAxes).elements
  }

  /// The second derivative of each example's energy along a displacement.
  func curvatures(along displacement: Tensor<Scalar>) -> [Scalar] {
    curvature(displacement.detached).elements
  }
}

extension EnergyDescent {
  /// What the derivatives at a state say of a step from there.
  func prediction(
    of start: DescentState<Scalar>, _ evaluation: Evaluation<Scalar>, _ direction: Tensor<Scalar>
  ) -> StepPrediction<Scalar> {
    StepPrediction(
      displacement: { size in
        var updateState = start.updateState
        return displacement(along: direction, evaluation.activations, size, state: &updateState)
      },
      slope: { tokenGradient(evaluation, at: start.tokens) },
      summedAxes: energy.heldByToken == nil ? [1, 2] : [2],
      curvature: { curvature(evaluation, at: start.tokens, along: $0) })
  }

  /// The decrease of each example's energy to first order after a step of a size.
  func predictedDecreases(
    of start: DescentState<Scalar>, _ evaluation: Evaluation<Scalar>, _ size: Tensor<Scalar>
  ) -> [Double] {
    let direction = direction(of: evaluation, at: start.tokens, step: start.steps)
    let prediction = prediction(of: start, evaluation, direction)
    return prediction.decreases(of: prediction.displacement(size)).map(Double.init)
  }

  /// M dE/dg, the gradient of what is minimised by the tokens: zero at padding, a constant.
  func tokenGradient(_ evaluation: Evaluation<Scalar>, at tokens: Tokens<Scalar>) -> Tensor<Scalar> {
    let gradient = evaluation.activations.masking(evaluation.gradient.detached)
    return lagrangian.hessianProduct(gradient, at: constant(tokens)).detached
  }

  /// The second derivative of what is minimised along u in the tokens, [batch], a constant: with G = dE/dg
  ///
  ///     uᵀ (d²E/dx²) u = (M u)ᵀ (d²E/dg²) (M u) + uᵀ (dM/du) G   [ + uᵀ M u for the neurons' own energy ]
  private func curvature(
    _ evaluation: Evaluation<Scalar>, at tokens: Tokens<Scalar>, along u: Tensor<Scalar>
  ) -> Tensor<Scalar> {
    let tokens = constant(tokens)
    let g = evaluation.activations.with(evaluation.activations.values.detached)
    let gradient = g.masking(evaluation.gradient.detached)
    let moved = g.masking(lagrangian.hessianProduct(u, at: tokens).detached)
    let second = detached.energy.derivatives.gradientPullback(at: g, direction: moved).hessianVectorProduct
    var products = second.detached * moved
    if includesNeuronEnergy { products = products + moved * u }
    let bent = Tensors.gradient(at: tokens.values) { values in
      (lagrangian.hessianProduct(gradient, at: Tokens(values, mask: tokens.mask)) * u).sum()
    }
    return (products + bent.detached * u).sum(axes: [1, 2])
  }

  private func constant(_ tokens: Tokens<Scalar>) -> Tokens<Scalar> {
    Tokens(tokens.values.detached, mask: tokens.mask)
  }
}
