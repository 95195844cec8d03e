import Energies
import Tensors
import TestSupport

/// A network of three layers of different sizes and every kind of synapse.
struct LayeredNetworkCase {
  static let batch = 2
  var network: LayeredNetwork<Double>

  init(seed: UInt64 = 60) {
    var random = RandomStream(seed: seed)
    network = LayeredNetwork([
      NeuronLayer("picture", shape: [5, 4, 2], lagrangian: IdentityLagrangian(), timeConstant: 2),
      NeuronLayer("features", shape: [3, 2, 3], lagrangian: TanhLagrangian(beta: 1.3)),
      NeuronLayer("labels", shape: [4], lagrangian: SoftmaxLagrangian(beta: 0.8), timeConstant: 0.5),
      NeuronLayer("words", shape: [3, 6], lagrangian: SphericalNormLagrangian(dimension: 6)),
    ])
    network.connect(
      "picture", "features",
      by: ConvolutionSynapse(
        weight: .normal([3, 3, 2, 2], standardDeviation: 0.3, using: &random), stride: 2, padding: .same))
    network.connect("features", by: BiasSynapse(.normal([3, 2, 3], standardDeviation: 0.2, using: &random)))
    network.connect(
      "features", "labels",
      by: DenseSynapse(
        weight: .normal([4, 18], standardDeviation: 0.3, using: &random),
        bias: .normal([4], standardDeviation: 0.3, using: &random)))
    network.connect(
      "picture", "labels",
      by: HiddenSynapse(
        weights: [
          .normal([7, 40], standardDeviation: 0.2, using: &random),
          .normal([7, 4], standardDeviation: 0.2, using: &random),
        ], bias: .normal([7], standardDeviation: 0.2, using: &random),
        lagrangian: SoftmaxLagrangian(beta: 1.5)))
    network.connect(
      "words", "words",
      by: AttentionSynapse(
        queryWeights: .normal([2, 3, 6], standardDeviation: 0.4, using: &random),
        keyWeights: .normal([2, 3, 6], standardDeviation: 0.4, using: &random)))
    network.connect(
      "labels", "labels", "labels",
      by: ClosureSynapse(name: "cubic") { -($0[0] * $0[1] * $0[2]).sum(axes: [1]) })
  }

  /// A state that belongs to no rest point.
  func state(seed: UInt64 = 61) -> Tokens<Double> {
    Tokens(normalTensor([Self.batch, 1, network.layout.count], seed: seed))
  }
}
