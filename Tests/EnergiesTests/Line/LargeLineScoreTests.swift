import Energies
import Tensors
import TestSupport
import Testing

/// Energies of scores that leave a float no digits behind the point.
struct LargeLineScoreTests {
  /// Tokens of which some are equal: their weights are equal however large their scores.
  private func tokens<Scalar: TensorScalar>(_ type: Scalar.Type) -> Activations<Scalar> {
    Activations(Tensor(shape: [1, 6, 2], elements: [1, 0, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1]))
  }

  private func weights<Scalar: TensorScalar>(_ scale: Scalar) -> Tensor<Scalar> {
    Tensor(shape: [1, 2, 2], elements: [scale, 0, 0, scale])
  }

  @Test("nodes and simplicial attention are attention at any scores", arguments: [1, 1 << 13, 1 << 20])
  func attention(scale: Int) {
    let exact = AttentionEnergy(queryWeights: weights(Double(scale)), keyWeights: weights(Double(scale)))
      .energyAndGradient(at: tokens(Double.self))
    let size = exact.gradient.absoluteValue().reshaped([12]).maximum(axis: 0).scalar
    let w = weights(Float(scale))
    let beta = Tensor<Float>(shape: [1], elements: [1 / Float(2).squareRoot()])
    let nodes = NodeEnergy(
      children: .tokens, parents: .tokens, similarity: .product, beta: beta, childWeights: w,
      parentWeights: w)
    let edges = SimplicialAttentionEnergy(
      queryWeights: w, keyWeights: w, partnerWeights: w, triangles: .listed([]))
    let energies: [any Energy<Float>] = [nodes, edges]
    for energy in energies {
      let g = tokens(Float.self)
      expectClose(actual: energy.energy(at: g), expected: exact.energy.total, relative: 3e-6, energy.name)
      expectClose(
        actual: energy.gradient(at: g), expected: exact.gradient, relative: 0, absolute: 1e-6 * size,
        energy.name)
    }
  }

  @Test("beta times a score beyond the largest number leaves the nearest pattern alone")
  func nearest() {
    let patterns = Tensor<Float>(shape: [2, 2], elements: [100, 0, 0, 100])
    let g = Activations(Tensor<Float>(shape: [1, 1, 2], elements: [100, 1]))
    for beta in [1e4 as Float, 1e20, 3e38] {
      let energies: [any Energy<Float>] = [
        GaussianMemoryEnergy(memories: patterns, beta: beta, extent: .token),
        NodeEnergy.mixture(means: patterns, beta: beta),
      ]
      for energy in energies {
        expectClose(
          actual: energy.gradient(at: g), expected: Tensor<Float>(shape: [1, 1, 2], elements: [0, 1]),
          relative: 1e-4, absolute: 1e-4, "\(energy.name) \(beta)")
        #expect(abs(energy.energy(at: g).scalar - 0.5) < 2e-3, "\(energy.name) \(beta)")
      }
    }
  }
}
