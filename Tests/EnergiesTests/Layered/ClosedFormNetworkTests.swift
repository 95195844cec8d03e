import Energies
import EnergyTesting
import Layers
import Tensors
import TestSupport
import Testing

/// Networks whose synapses all have closed forms.
struct ClosedFormNetworkTests {
  /// Dense synapses with and without bias, one of a layer with itself, and a bias; one layer has parameters of its own.
  static func network(isClosed: Bool = true) -> LayeredNetwork<Double> {
    var random = RandomStream(seed: 80)
    var network = LayeredNetwork<Double>([
      NeuronLayer("a", shape: [3, 2], lagrangian: IdentityLagrangian()),
      NeuronLayer("b", shape: [5], lagrangian: TanhLagrangian(beta: 1.4)),
      NeuronLayer("c", shape: [2, 4], lagrangian: LayerNormLagrangian(dimension: 4)),
    ])
    network.connect(
      "a", "b", by: DenseSynapse(weight: .normal([5, 6], standardDeviation: 0.4, using: &random)))
    network.connect(
      "b", "c",
      by: DenseSynapse(
        weight: .normal([8, 5], standardDeviation: 0.4, using: &random),
        bias: .normal([8], standardDeviation: 0.4, using: &random)))
    network.connect(
      "b", "b", by: DenseSynapse(weight: .normal([5, 5], standardDeviation: 0.4, using: &random)))
    network.connect("a", by: BiasSynapse(.normal([3, 2], standardDeviation: 0.4, using: &random)))
    // A part that is always 0 leaves the whole network to differentiation.
    if !isClosed { network.connect("b", by: ClosureSynapse(name: "none") { $0[0].sum(axes: [1]) * 0 }) }
    return network
  }

  @Test("a network of dense synapses and biases has closed forms that obey all laws, padding or not")
  func laws() {
    let network = Self.network()
    let x = normalTensor([3, 1, network.layout.count], seed: 81)
    for mask in [nil, TokenMask(batch: 3, tokenCount: 1, isReal: [true, false, true])] {
      let g = network.lagrangian.activations(at: Tokens(x, mask: mask))
      var options = LawOptions(tokens: .ordered)
      options.takesAnyTokenCount = false
      let report = EnergyLaws.check(network, at: g, options: options)
      #expect(report.isSatisfied, "\(report)")
      #expect(report.checked.contains(.closedForm))
    }
    let layers = LayeredLaws.check(network, at: network.lagrangian.activations(at: Tokens(x)))
    #expect(layers.isSatisfied, "\(layers)")
  }

  @Test("an example that is padding has no energy, though a synapse has some where all activations are 0")
  func padding() throws {
    struct Level: ClosedFormSynapse {
      var name: String { "level" }
      func energy(of layers: [Tensor<Double>]) -> Tensor<Double> { layers[0].sum(axes: [1]) * 0 + 0.75 }
      func addGradient(
        at g: [MatrixColumns<Double>], to sum: MatrixSum<Double>, columns ranges: [Range<Int>]
      ) -> Tensor<Double> {
        Tensor(shape: [g[0].rowCount], elements: Array(repeating: 0.75, count: g[0].rowCount))
      }
      func addGradientPullback(
        at g: [MatrixColumns<Double>], along u: [MatrixColumns<Double>], to sum: MatrixSum<Double>,
        columns ranges: [Range<Int>], parameters: [MatrixSum<Double>]
      ) {}
    }
    var network = LayeredNetwork<Double>([NeuronLayer("a", shape: [4], lagrangian: IdentityLagrangian())])
    network.connect("a", by: Level())
    let mask = TokenMask(batch: 3, tokenCount: 1, isReal: [true, false, true])
    let g = network.lagrangian.activations(at: Tokens(normalTensor([3, 1, 4], seed: 85), mask: mask))
    let form = try #require(network.closedForm)
    #expect(form.energyAndGradient(at: g).energy.total.elements == [0.75, 0, 0.75])
    #expect(network.energy(at: g).elements == [0.75, 0, 0.75])
  }

  @Test("a network with a synapse that has no closed form is left to differentiation")
  func mixed() {
    #expect(Self.network().closedForm != nil)
    #expect(Self.network(isClosed: false).closedForm == nil)
    #expect(LayeredNetworkCase().network.closedForm == nil)
  }

  @Test("what is made ready for many steps gives the same, and is forgotten when parameters change")
  func prepared() throws {
    let network = Self.network()
    let g = network.lagrangian.activations(at: Tokens(normalTensor([3, 1, network.layout.count], seed: 82)))
    let plain = try #require(network.closedForm as? any SummingClosedForm<Double>)
    let direction = normalTensor(g.values.shape, seed: 83)
    let start = normalTensor(g.values.shape, seed: 84)
    func expectSame(_ a: any SummingClosedForm<Double>, _ b: any SummingClosedForm<Double>) {
      let (first, second) = (a.energyAndGradient(at: g, addedTo: start), b.energyAndGradient(at: g))
      expectClose(actual: first.energy.total, expected: second.energy.total, relative: 1e-13)
      expectClose(
        actual: first.gradient, expected: second.gradient + start, relative: 1e-12, absolute: 1e-14)
      let (left, right) = (
        a.gradientPullback(at: g, direction: direction), b.gradientPullback(at: g, direction: direction)
      )
      for (found, expected) in zip(
        [left.hessianVectorProduct] + left.dependencies, [right.hessianVectorProduct] + right.dependencies)
      {
        expectClose(actual: found, expected: expected, relative: 1e-12, absolute: 1e-14)
      }
    }
    expectSame(plain.preparedForSteps(), plain)
    let others = network.dependencies.values.map { $0 * 1.5 }
    let changed = try #require(network.replacing(others).closedForm as? any SummingClosedForm<Double>)
    expectSame(changed.preparedForSteps(), changed)
    func replaced(_ form: any SummingClosedForm<Double>) -> any SummingClosedForm<Double> {
      form.replacing(others)
    }
    expectSame(replaced(plain.preparedForSteps()), changed)
  }
}
