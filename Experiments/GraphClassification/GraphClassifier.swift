import EnergyTransformer

/// A model that gives every graph of a batch a score for each class, as this experiment trains and compares it.
protocol GraphClassifier: Parameterized where Scalar == Float {
  /// What the model takes in place of a batch of graphs.
  associatedtype Input: Sendable

  /// Some graphs as the model takes them; parameters play no part in it.
  func input(_ graphs: PreparedGraphs, at indices: [Int]) -> Input

  /// The input of training, a share of whose features or counts is left out; the same share for every model.
  func withDropout(_ input: Input, _ rate: Double, _ random: RandomStream) -> Input

  /// - Parameter random: Where training draws from; nil otherwise.
  /// - Returns: [graphs, classes].
  func logits(_ input: Input, training random: RandomStream?) -> Tensor<Float>
}

/// The Energy Transformer.
struct EnergyClassifier: GraphClassifier {
  var model: GraphEnergyTransformer<Float>

  func input(_ graphs: PreparedGraphs, at indices: [Int]) -> GraphEnergyTransformerInput<Float> {
    let batch = graphs.collection.batch(at: indices, classTokens: true)
    return GraphEnergyTransformerInput(
      features: batch.features, positions: batch.rows(of: graphs.positions), neighbours: batch.neighbours,
      nodeRanges: batch.nodeRanges, includesSelf: model.configuration.block.includesSelf)
  }

  func withDropout(
    _ input: GraphEnergyTransformerInput<Float>, _ rate: Double, _ random: RandomStream
  ) -> GraphEnergyTransformerInput<Float> {
    var input = input
    input.features = input.features.withDropout(rate, random)
    return input
  }

  func logits(_ input: GraphEnergyTransformerInput<Float>, training random: RandomStream?) -> Tensor<Float> {
    model.logits(input, training: random)
  }

  mutating func visitParameters(_ visit: ParameterVisitor<Float>) {
    model.visitParameters(visit)
  }
}

/// A conventional transformer over the same graphs with class tokens and the same features and positions.
struct TransformerClassifier: GraphClassifier {
  var model: GraphTransformer<Float>

  struct Input: Sendable {
    var inputs: GraphEnergyTransformerInput<Float>
    let graph: SparsePattern
  }

  func input(_ graphs: PreparedGraphs, at indices: [Int]) -> Input {
    let batch = graphs.collection.batch(at: indices, classTokens: true)
    let inputs = GraphEnergyTransformerInput(
      features: batch.features, positions: batch.rows(of: graphs.positions), neighbours: batch.neighbours,
      nodeRanges: batch.nodeRanges)
    return Input(inputs: inputs, graph: GraphTransformer<Float>.prepared(batch.neighbours))
  }

  func withDropout(_ input: Input, _ rate: Double, _ random: RandomStream) -> Input {
    var input = input
    input.inputs.features = input.inputs.features.withDropout(rate, random)
    return input
  }

  func logits(_ input: Input, training random: RandomStream?) -> Tensor<Float> {
    // The last column says what is a class token: the model's linear encoder learns it.
    let inputs = input.inputs
    let nodes = Tensor.concatenated(
      [inputs.features] + (inputs.positions.shape[1] > 0 ? [inputs.positions(signs: random?.child(0))] : [])
        + [inputs.classColumn], axis: 1)
    return model.logits(nodes, on: input.graph, dropout: random?.child(1))
      .gathered(input.inputs.classTokens, axis: 0)
  }

  mutating func visitParameters(_ visit: ParameterVisitor<Float>) {
    model.visitParameters(visit)
  }
}

/// A graph convolution network whose nodes' outputs are averaged.
struct ConvolutionClassifier: GraphClassifier {
  var model: GraphConvolutionNetwork<Float>

  struct Input: Sendable {
    var features: Tensor<Float>
    let graph: SparseMatrix<Float>
    let starts: [Int]
  }

  func input(_ graphs: PreparedGraphs, at indices: [Int]) -> Input {
    let batch = graphs.collection.batch(at: indices, classTokens: false)
    return Input(
      features: batch.features, graph: GraphConvolutionNetwork<Float>.prepared(batch.neighbours),
      starts: [0] + batch.nodeRanges.map(\.upperBound))
  }

  func withDropout(_ input: Input, _ rate: Double, _ random: RandomStream) -> Input {
    var input = input
    input.features = input.features.withDropout(rate, random)
    return input
  }

  func logits(_ input: Input, training random: RandomStream?) -> Tensor<Float> {
    model.graphLogits(input.features, on: input.graph, starts: input.starts, dropout: random)
  }

  mutating func visitParameters(_ visit: ParameterVisitor<Float>) {
    model.visitParameters(visit)
  }
}

/// Logistic regression on how often each node label and each degree stands in a graph.
struct CountClassifier: GraphClassifier {
  var model: LogisticRegression<Float>
  /// Counts standardised by the graphs of the training part, [graphs, features].
  let counts: Tensor<Float>

  init(_ graphs: PreparedGraphs, training: [Int], random: RandomStream) throws {
    let starts = graphs.collection.nodeStarts
    let sums = graphs.collection.features.segmentSum(starts)
    counts = try FeatureStandardizer(measuring: sums, nodes: training, named: "counts").standardized(sums)
    model = LogisticRegression(
      inputSize: counts.shape[1], classCount: graphs.collection.classCount, random: random)
  }

  func input(_ graphs: PreparedGraphs, at indices: [Int]) -> Tensor<Float> {
    counts.gathered(indices, axis: 0)
  }

  func withDropout(_ input: Tensor<Float>, _ rate: Double, _ random: RandomStream) -> Tensor<Float> {
    input.withDropout(rate, random)
  }

  func logits(_ input: Tensor<Float>, training random: RandomStream?) -> Tensor<Float> {
    model.logits(input, on: NoGraph())
  }

  mutating func visitParameters(_ visit: ParameterVisitor<Float>) {
    model.visitParameters(visit)
  }
}
