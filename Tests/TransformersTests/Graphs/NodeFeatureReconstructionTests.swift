import Dynamics
import Energies
import Layers
import Tensors
import TestSupport
import Testing
import Transformers

@Suite struct NodeFeatureReconstructionTests {
  private let example = NodeExample.graph()
  private var graph: NodeEnergyGraph<Double> { NodeEnergyGraph(example.neighbours) }
  private let model = NodeExample.reconstruction(NodeExample.network())

  @Test("the features of masked nodes are not looked at, those of others are")
  func hidden() {
    let masked = [2, 5]
    let completed = model.completed(example.features, on: graph, masked: masked)
    #expect(completed.shape == [2, 3])
    func changed(_ node: Int) -> Tensor<Double> {
      var elements = example.features.elements
      for feature in 0..<3 { elements[node * 3 + feature] += 1 }
      return Tensor(shape: [7, 3], elements: elements)
    }
    for node in masked {
      #expect(
        model.completed(changed(node), on: graph, masked: masked).elements == completed.elements)
    }
    #expect(model.completed(changed(3), on: graph, masked: masked).elements != completed.elements)
  }

  @Test("a masked node is a node whose encoded features are the mask vector")
  func maskToken() throws {
    // A model whose encoder maps features to themselves shows what the mask vector stands for.
    var network = NodeExample.network()
    network.dimension = 3
    var model = NodeExample.reconstruction(network)
    model.network.encoder.features.weight = Tensor(shape: [3, 3], elements: [1, 0, 0, 0, 1, 0, 0, 0, 1])
    var elements = example.features.elements
    let bias = try #require(model.network.encoder.features.bias).elements
    for feature in 0..<3 { elements[3 * 3 + feature] = model.maskToken.elements[feature] - bias[feature] }
    let filled = Tensor(shape: [7, 3], elements: elements)
    // Nothing but node 3 is masked; in the other call all features are seen, and node 4 is masked, which no node sees.
    let one = model.completed(example.features, on: graph, masked: [3, 4])
    let other = model.completed(filled, on: graph, masked: [4])
    expectClose(
      actual: one.sliced(axis: 0, 1..<2), expected: other, relative: 1e-12, absolute: 1e-12)
  }

  @Test("gradients of all parameters match finite differences")
  func gradients() {
    let names = model.parameters.names
    #expect(names.contains("maskToken"))
    expectGradientMatchesFiniteDifferences(
      // So small a step that it crosses no kink of relu.
      at: model.parameters.values, step: 1e-5, relative: 1e-6, absolute: 1e-7
    ) { values in
      model.with(ParameterValues(names: names, values: values))
        .completed(example.features, on: graph, masked: [0, 2, 4], training: RandomStream(seed: 3))
    }
  }

  @Test("the error of a node is that of its features while its group is masked")
  func errors() {
    let groups = [[1, 4, 6], [0, 5], [2, 3]]
    let errors = model.reconstructionErrors(example.features, on: graph, groups: groups).elements
    for group in groups {
      let completed = model.completed(example.features, on: graph, masked: group)
      for (row, node) in group.enumerated() {
        let squares = (0..<3).map { feature in
          let difference = completed[row, feature] - example.features[node, feature]
          return difference * difference
        }
        #expect(abs(errors[node] - squares.reduce(0, +) / 3) < 1e-12)
      }
    }
  }

  @Test(
    "with a share masked at a time every node is masked once, in groups of about that share; at least one node"
  )
  func shares() {
    let random = RandomStream(seed: 8)
    var stream = random
    let order = stream.permutation(of: 7)
    // Shares of 7 nodes, and where their groups begin in the order drawn.
    let subnormal = Double.leastNormalMagnitude / 0x1p40
    for (share, starts) in [(0.3, [0, 2, 4, 7]), (0.5, [0, 3, 7]), (1, [0, 7]), (subnormal, Array(0...7))] {
      let groups = zip(starts, starts.dropFirst()).map { Array(order[$0..<$1]) }
      let found = model.reconstructionErrors(example.features, on: graph, share: share, random: random)
      let expected = model.reconstructionErrors(
        example.features, on: graph, groups: groups.map { $0.sorted() })
      #expect(found.elements == expected.elements, "\(share)")
    }
  }

  @Test("shares of nodes add up to the energies of the descent's ends")
  func energies() {
    let found = model.energies(example.features, on: graph)
    let trace = model.network.trace(example.features, on: graph)
    for (shares, energies) in [
      (found.before, trace[0].trajectory.energies.first), (found.after, trace[1].trajectory.energies.last),
    ] {
      for (part, values) in [("attention", shares.attention), ("memory", shares.memory)] {
        let expected = energies?[part]?.elements[0] ?? .nan
        #expect(abs(values.elements.reduce(0, +) - expected) < 1e-9)
        #expect(values.shape == [7])
      }
    }
    #expect(abs(found.before.total.sum().scalar - found.after.total.sum().scalar) > 1e-3)
  }

  @Test("isolated nodes beside a graph change neither its shares nor its errors")
  func isolated() {
    let more = example.followed(by: NodeExample.isolated(2))
    let graphOfMore = NodeEnergyGraph<Double>(more.neighbours)
    expectClose(
      actual: model.energies(more.features, on: graphOfMore).after.total.sliced(axis: 0, 0..<7),
      expected: model.energies(example.features, on: graph).after.total, relative: 1e-10, absolute: 1e-10)
    let groups = [[0, 1, 2], [3, 4, 5, 6]]
    expectClose(
      actual: model.reconstructionErrors(more.features, on: graphOfMore, groups: groups + [[7, 8]])
        .sliced(axis: 0, 0..<7),
      expected: model.reconstructionErrors(example.features, on: graph, groups: groups), relative: 1e-10,
      absolute: 1e-10)
  }
}
