import Baselines
import Layers
import Tensors
import Testing

/// Each baseline learns what it can see, and no more.
struct GraphBaselineLearningTests {
  /// What decides a node's class.
  enum Task { case ownFeatures, ownProduct, neighbourMean }

  /// A random graph of 60 nodes with three neighbours each, and two features, whose classes follow from a task.
  private struct Problem {
    let neighbours: CompressedSparseRows
    let features: Tensor<Float>
    let labels: [Int]

    init(_ task: Task, seed: UInt64) {
      var random = RandomStream(seed: seed)
      let count = 60
      let draws = (0..<count).map { _ in
        (0..<2).map { _ in Float(random.uniform() < 0.5 ? 1 : -1) * Float(0.5 + random.uniform()) }
      }
      var (rows, columns): ([Int32], [Int32]) = ([], [])
      for node in 0..<count {
        for _ in 0..<3 {
          rows.append(Int32(node))
          columns.append(Int32(random.integer(below: count)))
        }
      }
      neighbours = CompressedSparseRows(rowCount: count, columnCount: count, rows: rows, columns: columns)
      let graph = neighbours
      labels = (0..<count).map { node in
        switch task {
        case .ownFeatures: draws[node][0] + draws[node][1] / 4 > 0 ? 1 : 0
        case .ownProduct: draws[node][0] * draws[node][1] > 0 ? 1 : 0
        case .neighbourMean: graph.columns(of: node).reduce(0) { $0 + draws[Int($1)][0] } > 0 ? 1 : 0
        }
      }
      features = Tensor(shape: [count, 2], elements: draws.flatMap { $0 })
    }
  }

  /// The share of nodes that are right after training by gradient descent with momentum on the cross-entropy.
  private func accuracy<Model: NodeClassifier<Float>>(
    _ start: Model, on problem: Problem, steps: Int = 400, rate: Float = 0.1
  ) -> Double {
    let graph = Model.prepared(problem.neighbours)
    let count = problem.labels.count
    let targets = Tensor<Float>(
      shape: [count, 2], elements: problem.labels.flatMap { $0 == 1 ? [0, 1] : [1, 0] })
    var model = start
    var speed = model.parameters.map { Tensor.zeros($1.shape) }
    for _ in 0..<steps {
      let (_, gradient) = valueWithGradient(at: model) { model in
        let logits = model.logits(problem.features, on: graph)
        return (logits.logSumExp() - (logits * targets).sum(axes: [1])).mean()
      }
      speed = speed.map { name, value in value * 0.9 + (gradient[name] ?? value) }
      model = model.with(model.parameters.map { name, value in value - (speed[name] ?? value) * rate })
    }
    let logits = model.logits(problem.features, on: graph)
    let right = problem.labels.enumerated().filter { index, label in
      (logits[index, 1] > logits[index, 0] ? 1 : 0) == label
    }
    return Double(right.count) / Double(count)
  }

  @Test("regression learns a sum of features, and cannot learn a product")
  func regression() {
    let model = LogisticRegression<Float>(inputSize: 2, classCount: 2, random: RandomStream(seed: 1))
    #expect(accuracy(model, on: Problem(.ownFeatures, seed: 2)) > 0.98)
    #expect(accuracy(model, on: Problem(.ownProduct, seed: 3)) < 0.75)
  }

  @Test("the perceptron learns a product of features, and cannot learn the neighbours'")
  func perceptron() {
    let sizes = PerceptronConfiguration(inputSize: 2, hiddenSizes: [8], classCount: 2)
    let model = MultilayerPerceptron<Float>(sizes, random: RandomStream(seed: 4))
    #expect(accuracy(model, on: Problem(.ownProduct, seed: 5)) > 0.98)
    #expect(accuracy(model, on: Problem(.neighbourMean, seed: 6)) < 0.85)
  }

  @Test("the models that see neighbours learn their mean")
  func neighbourMean() {
    let problem = Problem(.neighbourMean, seed: 7)
    let perceptron = NeighbourMeanPerceptron<Float>(
      PerceptronConfiguration(inputSize: 2, hiddenSizes: [8], classCount: 2), random: RandomStream(seed: 8))
    #expect(accuracy(perceptron, on: problem) > 0.98)
    let convolution = GraphConvolutionNetwork<Float>(
      GraphConvolutionConfiguration(inputSize: 2, width: 16, classCount: 2), random: RandomStream(seed: 9))
    // Its mean is over the node itself too, which here only disturbs.
    #expect(accuracy(convolution, on: problem) > 0.85)
    let transformer = GraphTransformer<Float>(
      GraphTransformerConfiguration(
        inputSize: 2, dimension: 16, headCount: 2, keySize: 8, hiddenSize: 16, classCount: 2),
      random: RandomStream(seed: 10))
    #expect(accuracy(transformer, on: problem, steps: 200, rate: 0.05) > 0.95)
  }
}
