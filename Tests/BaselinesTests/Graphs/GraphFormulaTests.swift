import Baselines
import Foundation
import Foundations
import Layers
import Tensors
import TestSupport
import Testing

/// The formulas of the baselines on graphs with dense matrices and loops.
struct GraphFormulaTests {
  private let example = GraphExample(seed: 21)

  /// How many pairs join two nodes, [row][column].
  private var adjacency: [[Double]] {
    var counts = Array(repeating: Array(repeating: 0.0, count: 7), count: 7)
    for (row, column) in zip(example.neighbours.rows, example.neighbours.columns) {
      counts[Int(row)][Int(column)] += 1
    }
    return counts
  }

  /// N + I, the identity only where a node has no self pair.
  private var withSelf: [[Double]] {
    var counts = adjacency
    for node in 0..<7 where counts[node][node] == 0 { counts[node][node] = 1 }
    return counts
  }

  private func dense(_ rows: [[Double]]) -> Tensor<Double> {
    Tensor(shape: [rows.count, rows[0].count], elements: rows.flatMap { $0 })
  }

  @Test("the distance of a node's features from the mean of its neighbours' is that of loops")
  func distances() {
    let found = neighbourDistances(example.features, neighbours: example.neighbours)
    #expect(found.count == 7)
    for (node, counts) in adjacency.enumerated() {
      let total = counts.reduce(0, +)
      let squares = (0..<3).map { feature in
        let sum = (0..<7).reduce(0) { $0 + counts[$1] * example.features[$1, feature] }
        let difference = example.features[node, feature] - (total > 0 ? sum / total : 0)
        return difference * difference
      }
      #expect(abs(found[node] - squares.reduce(0, +).squareRoot()) < 1e-12)
    }
  }

  @Test("graph convolution is the product with the dense normalised matrix")
  func convolution() throws {
    let degrees = withSelf.map { $0.reduce(0, +) }
    let matrix = dense(
      (0..<7).map { r in (0..<7).map { c in withSelf[r][c] / (degrees[r] * degrees[c]).squareRoot() } })
    expectClose(
      actual: GraphConvolutionNetwork<Double>.prepared(example.neighbours).dense, expected: matrix,
      relative: 1e-14)
    // Wider, then narrower: both orders of product and sum.
    let sizes = GraphConvolutionConfiguration(inputSize: 3, width: 5, classCount: 2, layerCount: 2)
    let model = GraphConvolutionNetwork<Double>(sizes, random: RandomStream(seed: 22)).shaken(23)
    var x = example.features
    for layer in 0..<2 {
      let weight = try #require(model.parameters["layers.\(layer).weight"])
      let bias = try #require(model.parameters["layers.\(layer).bias"])
      let input = layer == 0 ? x : x.relu()
      x = matrix.matrixProduct(input).matrixProduct(weight, otherTransposed: true)
      x = x + bias.reshaped([1, bias.count])
    }
    let found = model.logits(
      example.features, on: GraphConvolutionNetwork<Double>.prepared(example.neighbours))
    expectClose(actual: found, expected: x, relative: 1e-12, absolute: 1e-13)
  }

  @Test("the neighbour mean stands behind a node's own features")
  func neighbourMean() {
    let sizes = PerceptronConfiguration(inputSize: 3, hiddenSizes: [4], classCount: 2)
    let model = NeighbourMeanPerceptron<Double>(sizes, random: RandomStream(seed: 24)).shaken(25)
    let rows: [[Double]] = (0..<7).map { node in
      let own = (0..<3).map { example.features[node, $0] }
      let count = adjacency[node].reduce(0, +)
      let mean = (0..<3).map { feature in
        count == 0
          ? 0 : (0..<7).map { adjacency[node][$0] * example.features[$0, feature] }.reduce(0, +) / count
      }
      return own + mean
    }
    // The same numbers in a perceptron without a graph.
    let plain = MultilayerPerceptron<Double>(
      PerceptronConfiguration(inputSize: 6, hiddenSizes: [4], classCount: 2), random: RandomStream(seed: 1)
    ).with(model.parameters)
    let found = model.logits(
      example.features, on: NeighbourMeanPerceptron<Double>.prepared(example.neighbours))
    expectClose(actual: found, expected: plain.logits(dense(rows), on: NoGraph()), relative: 1e-12)
  }

  @Test("the perceptron is its formula")
  func perceptron() throws {
    let sizes = PerceptronConfiguration(inputSize: 3, hiddenSizes: [5, 4], classCount: 2)
    let model = MultilayerPerceptron<Double>(sizes, random: RandomStream(seed: 26)).shaken(27)
    var rows = (0..<7).map { node in (0..<3).map { example.features[node, $0] } }
    for layer in 0..<3 {
      let weight = try #require(model.parameters["layers.\(layer).weight"])
      let bias = try #require(model.parameters["layers.\(layer).bias"])
      rows = rows.map { row in
        (0..<weight.shape[0]).map { output in
          let input = layer == 0 ? row : row.map { max($0, 0) }
          return bias[output] + row.indices.reduce(0) { $0 + weight[output, $1] * input[$1] }
        }
      }
    }
    expectClose(
      actual: model.logits(example.features, on: NoGraph()), expected: dense(rows), relative: 1e-12)
  }

  @Test("the graph transformer is its formula, repeated pairs counting as often")
  func transformer() {
    let sizes = GraphBaseline.transformerSizes()
    let model = GraphTransformer<Double>(sizes, random: RandomStream(seed: 28)).shaken(29)
    let plain = PlainTransformer(
      parameters: model.parameters, headCount: sizes.headCount, keySize: sizes.keySize, repeats: sizes.repeats
    )
    let rows = (0..<7).map { node in (0..<3).map { example.features[node, $0] } }
    let expected = plain.logits(rows, blockCount: sizes.blockCount, pairs: withSelf)
    let found = model.logits(example.features, on: GraphTransformer<Double>.prepared(example.neighbours))
    expectClose(actual: found, expected: dense(expected), relative: 1e-11, absolute: 1e-12)
  }

  @Test("dropout keeps means: logits linear in what is left out are right on average")
  func dropoutMeans() {
    let sizes = PerceptronConfiguration(inputSize: 3, hiddenSizes: [5], classCount: 2, dropout: 0.3)
    let model = MultilayerPerceptron<Double>(sizes, random: RandomStream(seed: 30)).shaken(31)
    let draws = (0..<4_000).map { seed in
      model.logits(example.features, on: NoGraph(), training: RandomStream(seed: seed))
    }
    let mean = draws.reduce(Tensor.zeros([7, 2]), +) / 4_000
    let exact = model.logits(example.features, on: NoGraph())
    expectClose(actual: mean, expected: exact, relative: 0, absolute: 0.06)
    let spread = draws.map { ($0 - exact).squared() }.reduce(Tensor.zeros([7, 2]), +) / 4_000
    #expect(spread.elements.reduce(0, +) > 0.1)
  }
}
