import Energies
import EnergyTesting
import Synchronization
import Tensors
import TestSupport
import Testing

/// What a synapse saw last, which no other should know.
private final class Sighting: Sendable {
  let sums = Mutex<[Double]>([])
}

/// E = -⟨b, W a⟩ + 0.1 Σ b⁴ between layers a and b, right or broken in one way.
private struct BrokenSynapse: Synapse {
  enum Defect: CaseIterable { case none, oneNumber, mixesExamples, forgetsLayer, halvesLayer, readsAnother }
  /// [neurons of a, neurons of b].
  let weight: Tensor<Double>
  var defect = Defect.none
  /// Where it leaves what it sees, or reads it.
  var sighting: Sighting?

  func energy(of layers: [Tensor<Double>]) -> Tensor<Double> {
    let batch = layers[0].shape[0]
    let a = layers[0].reshaped([batch, weight.shape[0]])
    var b = layers[1]
    if defect == .forgetsLayer { b = b.detached }
    if defect == .halvesLayer { b = b * 0.5 + b.detached * 0.5 }
    let energy =
      b.squared().squared().sum(axes: [1]) * 0.1 - (a.projected(by: weight) * b).sum(axes: [1])
    switch defect {
    case .oneNumber: return energy.mean()
    case .mixesExamples: return energy + energy.sum().reshaped([1]).repeated(to: [batch]) * 0.1
    case .readsAnother:
      let sums = sighting?.sums.withLock { $0 } ?? []
      return sums.count == batch ? energy * Tensor(shape: [batch], elements: sums.map { $0 + 1 }) : energy
    default:
      let sums = a.sum(axes: [1]).elements
      sighting?.sums.withLock { $0 = sums }
      return energy
    }
  }
}

/// A network whose synapses are right has no law broken, and a broken synapse is named with its law.
struct LayeredLawsTests {
  private static let expectations: [(BrokenSynapse.Defect, Set<Law>, [String])] = [
    (.none, [], []),
    (
      .oneNumber, [.oneNumberPerExample],
      ["the energy of synapse second has shape [], not [2], the number of examples"]
    ),
    (
      .mixesExamples, [.independentExamples],
      ["the energy of synapse second of example 1 when other examples"]
    ),
    (
      .forgetsLayer, [.gradient],
      ["the gradient of synapse second by layer high differs from central differences in 10 of 10 numbers"]
    ),
    (.halvesLayer, [.gradient], ["the gradient of synapse second by layer high", "all by the factor 0.5"]),
    (.readsAnother, [.synapseLayers], ["the energy of synapse second when layer low changes differs"]),
  ]

  @Test(
    "a synapse is reported under the law that it breaks, and one that is right under none",
    arguments: expectations)
  private func synapses(defect: BrokenSynapse.Defect, expected: Set<Law>, words: [String]) {
    let sighting = defect == .readsAnother ? Sighting() : nil
    var network = LayeredNetwork<Double>([
      NeuronLayer("low", shape: [2, 3], lagrangian: IdentityLagrangian()),
      NeuronLayer("middle", shape: [4], lagrangian: TanhLagrangian(beta: 1.3)),
      NeuronLayer("high", shape: [5], lagrangian: SoftmaxLagrangian(beta: 0.7)),
    ])
    network.connect(
      "low", "middle", by: BrokenSynapse(weight: normalTensor([6, 4], seed: 50), sighting: sighting),
      name: "first")
    network.connect(
      "middle", "high",
      by: BrokenSynapse(weight: normalTensor([4, 5], seed: 51), defect: defect, sighting: sighting),
      name: "second")
    let x = Tokens(normalTensor([2, 1, 15], seed: 52))
    let report = LayeredLaws.check(network, at: network.lagrangian.activations(at: x))
    #expect(Set(report.violations.map(\.law)) == expected, "\(report)")
    for words in words { #expect(report.description.contains(words), "no '\(words)' in \(report)") }
    if defect == .none {
      #expect(report.unchecked.isEmpty)
      #expect(
        report.checked == [.oneNumberPerExample, .independentExamples, .gradient, .synapseLayers])
    }
  }

  @Test("every defect has its expectation")
  func complete() {
    #expect(Set(Self.expectations.map(\.0)) == Set(BrokenSynapse.Defect.allCases))
  }

  @Test("what cannot be shown is named: one example, no synapses")
  func unchecked() {
    var network = LayeredNetwork<Double>([
      NeuronLayer("low", shape: [3], lagrangian: IdentityLagrangian()),
      NeuronLayer("high", shape: [4], lagrangian: IdentityLagrangian()),
    ])
    let g = Activations(normalTensor([1, 1, 7], seed: 53))
    #expect(LayeredLaws.check(network, at: g).unchecked.map(\.law) == [.synapseLayers])
    network.connect("low", "high", by: BrokenSynapse(weight: normalTensor([3, 4], seed: 54)))
    let report = LayeredLaws.check(network, at: g)
    #expect(report.isSatisfied && report.unchecked.map(\.law) == [.independentExamples], "\(report)")
  }
}
