import Energies
import Tensors
import TestSupport
import Testing

/// Attention at scores that leave a float no digits behind the point.
struct LargeScoreTests {
  /// Tokens of which some are equal: their weights are equal however large their scores.
  private func tokens<Scalar: TensorScalar>(_ type: Scalar.Type) -> Activations<Scalar> {
    Activations(
      Tensor(shape: [1, 6, 2], elements: [1, 0, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1]))
  }

  private func weights<Scalar: TensorScalar>(_ scale: Scalar) -> Tensor<Scalar> {
    Tensor(shape: [1, 2, 2], elements: [scale, 0, 0, scale])
  }

  /// Every node sees every node.
  private var everybody: Neighbourhoods {
    Neighbourhoods(
      CompressedSparseRows(
        rowStarts: (0...6).map { $0 * 6 }, columns: (0..<36).map { Int32($0 % 6) }, columnCount: 6))
  }

  @Test(
    "attention over neighbours is attention where all are neighbours, at any scores",
    arguments: [1, 1 << 13, 1 << 20])
  func largeScores(scale: Int) {
    func energies<Scalar: TensorScalar>(_ type: Scalar.Type) -> [any ClosedFormEnergy<Scalar>] {
      let weights = weights(Scalar(scale))
      return [
        AttentionEnergy(queryWeights: weights, keyWeights: weights),
        NeighbourAttentionEnergy(queryWeights: weights, keyWeights: weights, neighbourhoods: everybody),
      ]
    }
    let exact = energies(Double.self)[0].differentiatedGradient(at: tokens(Double.self))
    let direction = normalTensor([1, 6, 2], seed: 95, as: Double.self)
    let push = energies(Double.self)[0].gradientPullback(at: tokens(Double.self), direction: direction)
    for energy in energies(Float.self) {
      let g = tokens(Float.self)
      let size = exact.absoluteValue().reshaped([12]).maximum(axis: 0).scalar
      for found in [energy.differentiatedGradient(at: g), energy.energyAndGradient(at: g).gradient] {
        expectClose(actual: found, expected: exact, relative: 0, absolute: 1e-6 * size, energy.name)
      }
      let pushed = energy.gradientPullback(at: g, direction: direction.converted(to: Float.self))
        .hessianVectorProduct
      let largest = push.hessianVectorProduct.absoluteValue().reshaped([12]).maximum(axis: 0).scalar
      expectClose(
        actual: pushed, expected: push.hessianVectorProduct, relative: 0, absolute: 1e-5 * largest,
        energy.name)
    }
    let neighbours = NeighbourAttentionEnergy(
      queryWeights: weights(Float(scale)), keyWeights: weights(Float(scale)), neighbourhoods: everybody)
    let shares = neighbours.attentionWeights(at: tokens(Float.self)).reshaped([6, 6]).sum(axes: [1])
    expectClose(actual: shares, expected: Tensor<Double>.ones([6]), relative: 1e-6)
  }

  @Test("the softmax memory of the Energy Transformer at overlaps that beta makes overflow")
  func softmaxMemory() {
    func energy<Scalar: TensorScalar>(_ type: Scalar.Type) -> HopfieldEnergy<Scalar> {
      HopfieldEnergy(
        memories: Tensor(shape: [2, 3], elements: [1, 0, 1, 0, 1, -1]) * 0x1p124,
        activation: .softmax(beta: 90))
    }
    let (g, exact) = (tokens(Float.self), tokens(Double.self))
    let expected = energy(Double.self).differentiatedGradient(at: exact) * 0x1p-124
    for found in [
      energy(Float.self).differentiatedGradient(at: g), energy(Float.self).energyAndGradient(at: g).gradient,
    ] {
      expectClose(actual: found * 0x1p-124, expected: expected, relative: 1e-6)
    }
    let value = energy(Double.self).energy(at: exact)
    for found in [energy(Float.self).energy(at: g), energy(Float.self).energyAndGradient(at: g).energy.total]
    {
      expectClose(actual: found, expected: value, relative: 1e-6)
    }
  }
}
