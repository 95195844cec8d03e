import Baselines
import Layers
import Tensors
import TestSupport
import Testing

/// What holds for every baseline on graphs.
@Suite(.serialized)
struct GraphBaselineTests {
  @Test("relabelling the nodes relabels the logits", arguments: GraphBaseline.allCases)
  func permutations(of baseline: GraphBaseline) {
    struct Check: GraphBaseline.Check {
      func run<Model: NodeClassifier<Double>>(_ model: Model) {
        let order = [3, 6, 0, 2, 5, 1, 4]
        let graph = GraphExample(seed: 1)
        let other = graph.reordered(order)
        let before = model.logits(graph.features, on: Model.prepared(graph.neighbours))
        let after = model.logits(other.features, on: Model.prepared(other.neighbours))
        #expect(before.shape == [7, 2])
        expectClose(
          actual: after, expected: before.gathered(order, axis: 0), relative: 1e-12, absolute: 1e-12)
      }
    }
    baseline.run(Check(), seed: 2)
  }

  @Test("graphs laid one after the other give what each gives alone", arguments: GraphBaseline.allCases)
  func blockDiagonal(of baseline: GraphBaseline) {
    struct Check: GraphBaseline.Check {
      func run<Model: NodeClassifier<Double>>(_ model: Model) {
        let (a, b) = (GraphExample(seed: 3), GraphExample(seed: 4).reordered([2, 0, 1, 6, 5, 4, 3]))
        let both = a.followed(by: b)
        let parts = [a, b].map { model.logits($0.features, on: Model.prepared($0.neighbours)) }
        let together = model.logits(both.features, on: Model.prepared(both.neighbours))
        expectClose(
          actual: together, expected: .concatenated(parts, axis: 0), relative: 1e-13, absolute: 1e-13)
        let graphs = model.graphLogits(
          both.features, on: Model.prepared(both.neighbours), starts: [0, 7, 7, 14])
        let means = parts.map { $0.mean(axes: [0], keepingDimensions: true) }
        expectClose(
          actual: graphs, expected: .concatenated([means[0], .zeros([1, 2]), means[1]], axis: 0),
          relative: 1e-12, absolute: 1e-13)
      }
    }
    baseline.run(Check(), seed: 5)
  }

  @Test("gradients of parameters and features match finite differences", arguments: GraphBaseline.allCases)
  func gradients(of baseline: GraphBaseline) {
    struct Check: GraphBaseline.Check {
      func run<Model: NodeClassifier<Double>>(_ model: Model) {
        let example = GraphExample(seed: 6)
        let graph = Model.prepared(example.neighbours)
        let parameters = model.parameters
        expectGradientMatchesFiniteDifferences(
          at: parameters.values + [example.features], step: 1e-4, relative: 1e-6, absolute: 1e-7
        ) { values in
          let names = parameters.names
          let changed = model.with(ParameterValues(names: names, values: Array(values.dropLast())))
          return changed.logits(values[names.count], on: graph)
        }
      }
    }
    baseline.run(Check(), seed: 7)
  }

  @Test("neighbours matter exactly to the models that look at them", arguments: GraphBaseline.allCases)
  func useOfNeighbours(of baseline: GraphBaseline) {
    struct Check: GraphBaseline.Check {
      let looks: Bool
      func run<Model: NodeClassifier<Double>>(_ model: Model) {
        let example = GraphExample(seed: 8)
        var elements = example.features.elements
        for index in 9..<12 { elements[index] += 1 }
        let graph = Model.prepared(example.neighbours)
        let before = model.logits(example.features, on: graph)
        let after = model.logits(Tensor(shape: [7, 3], elements: elements), on: graph)
        func change(_ node: Int) -> Double { abs(after[node, 0] - before[node, 0]) }
        #expect(change(3) > 1e-3)
        // Node 2 looks at node 3; node 4 has no neighbours.
        #expect((change(2) > 1e-6) == looks)
        #expect(change(4) == 0 && before.isFinite)
      }
    }
    let looks = ![.logisticRegression, .perceptron].contains(baseline)
    baseline.run(Check(looks: looks), seed: 9)
  }

  @Test(
    "dropout draws from its stream alone, on any number of threads, and leaves nothing out without one",
    arguments: GraphBaseline.allCases)
  func dropout(of baseline: GraphBaseline) {
    struct Check: GraphBaseline.Check {
      let hasDropout: Bool
      func run<Model: NodeClassifier<Double>>(_ model: Model) {
        let example = GraphExample(seed: 10)
        let graph = Model.prepared(example.neighbours)
        func logits(_ seed: UInt64?) -> [Double] {
          model.logits(example.features, on: graph, training: seed.map { RandomStream(seed: $0) }).elements
        }
        let threads = Parallelism.threadCount
        defer { Parallelism.threadCount = threads }
        let found = logits(1)
        Parallelism.threadCount = 1
        #expect(found == logits(1))
        #expect((logits(1) != logits(2)) == hasDropout && (logits(1) != logits(nil)) == hasDropout)
      }
    }
    baseline.run(Check(hasDropout: baseline != .logisticRegression), seed: 11, dropout: 0.4)
    struct Without: GraphBaseline.Check {
      func run<Model: NodeClassifier<Double>>(_ model: Model) {
        let example = GraphExample(seed: 10)
        let graph = Model.prepared(example.neighbours)
        let random = RandomStream(seed: 1)
        let dropped = model.logits(example.features, on: graph, training: random)
        #expect(dropped.elements == model.logits(example.features, on: graph).elements)
      }
    }
    baseline.run(Without(), seed: 11)
  }

  @Test("the same seed gives the same model, another seed another", arguments: GraphBaseline.allCases)
  func seeds(of baseline: GraphBaseline) {
    final class Kept: GraphBaseline.Check {
      nonisolated(unsafe) var elements: [[Double]] = []
      func run<Model: NodeClassifier<Double>>(_ model: Model) {
        elements.append(model.parameters.values.flatMap(\.elements))
        #expect(Set(model.parameters.names).count == model.parameters.count)
      }
    }
    let kept = Kept()
    for seed in [1, 1, 2] as [UInt64] { baseline.run(kept, seed: seed) }
    #expect(kept.elements[0] == kept.elements[1] && kept.elements[0] != kept.elements[2])
  }
}
