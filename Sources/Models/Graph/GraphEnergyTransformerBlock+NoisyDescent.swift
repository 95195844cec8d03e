import Dynamics
import Energies
import Tensors

extension GraphEnergyTransformerBlock {
  /// The tokens after a descent with Langevin noise, x <- x - alpha dE/dg + sqrt(alpha) n, as the update rule `.noisy`
  /// gives them.
  ///
  /// The noise depends on neither tokens nor weights, so it can be added behind steps that fused kernels take.
  func noisyDescent(
    from start: Tokens<Scalar>, of energy: EnergySum<Scalar>, _ settings: DescentSettings, deviation: Double,
    random stream: RandomStream
  ) -> Tokens<Scalar> {
    var random = stream
    let step = descent(of: energy, settings.with(steps: 1))
    let mask = start.mask.map { mask in mask.tensor(Scalar.self).reshaped([mask.batch, mask.tokenCount, 1]) }
    return (0..<settings.steps).reduce(start) { tokens, _ in
      let scale = settings.stepSize.squareRoot() * deviation
      let noise = Tensor<Scalar>.normal(tokens.values.shape, standardDeviation: scale, using: &random)
      let moved = step.run(from: tokens).tokens.values
      return Tokens(moved + (mask.map { noise * $0 } ?? noise), mask: tokens.mask)
    }
  }
}
