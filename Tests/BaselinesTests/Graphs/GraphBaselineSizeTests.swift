import Baselines
import Layers
import Tensors
import Testing

/// Parameter counts against their formulas, and sizes chosen for a count against trying all.
struct GraphBaselineSizeTests {
  private let random = RandomStream(seed: 1)

  @Test("parameter counts of the perceptrons and of regression")
  func perceptrons() {
    #expect(LogisticRegression<Float>(inputSize: 25, classCount: 2, random: random).parameterCount == 52)
    let sizes = PerceptronConfiguration(inputSize: 25, hiddenSizes: [64, 32], classCount: 2)
    let own = 25 * 64 + 64 + 64 * 32 + 32 + 32 * 2 + 2
    #expect(MultilayerPerceptron<Float>(sizes, random: random).parameterCount == own)
    #expect(NeighbourMeanPerceptron<Float>(sizes, random: random).parameterCount == own + 25 * 64)
    let linear = PerceptronConfiguration(inputSize: 7, hiddenSizes: [], classCount: 3)
    #expect(MultilayerPerceptron<Float>(linear, random: random).parameterCount == 24)
  }

  @Test("parameter counts of graph convolution", arguments: [1, 2, 4])
  func convolution(layers: Int) {
    let sizes = GraphConvolutionConfiguration(inputSize: 25, width: 9, classCount: 3, layerCount: layers)
    let expected = [1: 25 * 3 + 3, 2: 25 * 9 + 9 + 27 + 3, 4: 25 * 9 + 9 + 2 * 90 + 27 + 3][layers]
    #expect(sizes.parameterCount == expected)
    #expect(GraphConvolutionNetwork<Float>(sizes, random: random).parameterCount == expected)
  }

  @Test("parameter counts of the graph transformer; repeats share their weights")
  func transformer() {
    let sizes = GraphTransformerConfiguration(
      inputSize: 25, dimension: 12, headCount: 3, keySize: 5, hiddenSize: 7, classCount: 2, blockCount: 2,
      repeats: 4)
    let block = 2 * 2 * 12 + 4 * 12 * 15 + (12 * 7 + 7) + (7 * 12 + 12)
    #expect(sizes.parameterCount == 25 * 12 + 12 + 2 * block + 2 * 12 + 12 * 2 + 2)
    #expect(GraphTransformer<Float>(sizes, random: random).parameterCount == sizes.parameterCount)
  }

  @Test("widths for a parameter count leave no closer one", arguments: [1, 77, 5_000, 12_345, 40_000])
  func widths(count: Int) {
    func closest(_ found: Int, _ sizes: some Sequence<Int>, _ parameterCount: (Int) -> Int) -> Bool {
      let distance = abs(parameterCount(found) - count)
      // Of two equally close ones the smaller.
      return sizes.allSatisfy { size in
        let other = abs(parameterCount(size) - count)
        return other > distance || (other == distance && size >= found)
      }
    }
    for layers in [2, 3] {
      let width = GraphConvolutionConfiguration.width(
        forParameterCount: count, inputSize: 25, classCount: 2, layerCount: layers)
      #expect(
        closest(width, 1...2_000) {
          GraphConvolutionConfiguration(inputSize: 25, width: $0, classCount: 2, layerCount: layers)
            .parameterCount
        })
      let hidden = PerceptronConfiguration.width(
        forParameterCount: count, inputs: 50, layerCount: layers, classCount: 2)
      #expect(
        closest(hidden, 1...400) { width in
          let sizes = PerceptronConfiguration(
            inputSize: 25, hiddenSizes: Array(repeating: width, count: layers), classCount: 2)
          return NeighbourMeanPerceptron<Float>.parameters(of: sizes)
        })
    }
    func transformer(_ dimension: Int, _ hidden: Int? = nil) -> GraphTransformerConfiguration {
      GraphTransformerConfiguration(
        inputSize: 25, dimension: dimension, headCount: 4, keySize: dimension / 4,
        hiddenSize: hidden ?? 2 * dimension, classCount: 2, blockCount: 2)
    }
    let dimension = GraphTransformerConfiguration.width(
      forParameterCount: count, inputSize: 25, classCount: 2, headCount: 4, blockCount: 2)
    #expect(dimension % 4 == 0)
    #expect(closest(dimension, stride(from: 4, to: 400, by: 4)) { transformer($0).parameterCount })
    let hidden = transformer(16).withHiddenSize(closestTo: count)
    #expect(closest(hidden.hiddenSize, 1...1_000) { transformer(16, $0).parameterCount })
    #expect(hidden.dimension == 16 && hidden.blockCount == 2)
  }
}

extension NeighbourMeanPerceptron {
  /// The parameter count by its formula.
  fileprivate static func parameters(of sizes: PerceptronConfiguration) -> Int {
    let layers = [2 * sizes.inputSize] + sizes.hiddenSizes + [sizes.classCount]
    return zip(layers, layers.dropFirst()).reduce(0) { $0 + ($1.0 + 1) * $1.1 }
  }
}
