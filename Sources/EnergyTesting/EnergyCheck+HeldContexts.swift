import Energies
import Tensors

/// What holds of an energy whose contexts are held, in place of what holds of the derivative of one function: each token's own
/// energy is a function of its own activation, its derivative is the gradient, and the pullback is the transpose of the
/// gradient's Jacobian, which is not symmetric.
extension EnergyCheck {
  mutating func checkGradient(holdingContexts held: any TokenwiseEnergy<Scalar>) {
    let g = g
    let shares = held.energyByToken(at: g, context: g)
    findings.check(.sumOfTokens)
    findings.compare(
      .sumOfTokens, "the sum of the energies of tokens", shares.sum(axes: [1]), to: energy.energy(at: g),
      of: "the energy", axes: ["example"])
    checkOwnEnergies(held, shares)
    let differentiated = gradient(g)
    findings.compareWithDifferences(
      .gradient, "the gradient of each token's own energy", differentiated, at: g.values, axes: tokenAxes
    ) { held.energyByToken(at: g.with($0), context: g).sum(axes: [1]).elements.map(Double.init) }
    compareClosedForm(with: differentiated)
  }

  /// In a held context no token's energy depends on how another moves.
  private mutating func checkOwnEnergies(
    _ held: any TokenwiseEnergy<Scalar>, _ shares: Tensor<Scalar>
  ) {
    findings.check(.independentTokens)
    for token in 0..<tokenCount {
      let kept = g.values.sliced(axis: 1, token..<token + 1)
      let others = randomValues()
      let parts = (0..<tokenCount).map { $0 == token ? kept : others.sliced(axis: 1, $0..<$0 + 1) }
      let found = held.energyByToken(at: g.with(.concatenated(parts, axis: 1)), context: g)
      findings.compare(
        .independentTokens, "the energy of token \(token) when others move",
        found.sliced(axis: 1, token..<token + 1), to: shares.sliced(axis: 1, token..<token + 1),
        of: "that before", axes: ["example", "its column"],
        scale: magnitude(shares.elements.map(Double.init)))
    }
  }

  /// ⟨Jᵀ u, v⟩ = ⟨u, J v⟩, the right side by central differences of the gradient.
  mutating func checkJacobian() {
    let (u, v) = (g.masking(randomValues()), g.masking(randomValues()))
    let (energy, g) = (energy, g)
    let differentiated = Tensors.gradient(at: g.values) { values in
      (energy.differentiatedGradient(at: g.with(values)) * u).sum()
    }
    findings.compareAlongDirection(
      .hessian, "the product with the transpose of the gradient's Jacobian",
      (differentiated * v).sum(axes: [1, 2]), axes: ["example"]
    ) { (energy.differentiatedGradient(at: g.with(g.values + v * $0)) * u).sum(axes: [1, 2]) }
    guard let closed else { return }
    findings.compare(
      .closedForm, "the closed-form product with the transpose of the gradient's Jacobian",
      closed.gradientPullback(at: g, direction: u).hessianVectorProduct, to: differentiated,
      of: "differentiation", axes: tokenAxes)
  }
}
