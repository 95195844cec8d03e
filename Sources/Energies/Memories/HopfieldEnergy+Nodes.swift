public import Tensors

extension HopfieldEnergy {
  /// The share of each token, - sum_mu G(xi_mu · g_B), [batch, tokens]: they add up to the energy. Padding has none.
  ///
  /// A low energy says that a token is like the stored patterns.
  public func energyByNode(at g: Activations<Scalar>) -> Tensor<Scalar> {
    let values = activation.value(g.values.projected(by: memories))
    return -(g.mask.map { values * $0.tensor() } ?? values)
  }
}
