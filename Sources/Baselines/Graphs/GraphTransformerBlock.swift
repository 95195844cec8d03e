import Layers
import Tensors

/// One pre-norm transformer block whose attention goes over the pairs of a graph.
///
/// x <- x + W_o attention(norm(x)); x <- x + W_2 gelu(W_1 norm(x) + b_1) + b_2. As in the block for images, the attention
/// projections have no bias of their own: the bias of the norm before them takes its place.
struct GraphTransformerBlock<Scalar: TensorScalar>: Parameterized {
  private let headCount: Int
  private let keySize: Int
  private let dropout: Double
  private var attentionNorm: LayerNorm<Scalar>
  private var query: Tensor<Scalar>
  private var key: Tensor<Scalar>
  private var value: Tensor<Scalar>
  private var output: Tensor<Scalar>
  private var networkNorm: LayerNorm<Scalar>
  private var first: Linear<Scalar>
  private var second: Linear<Scalar>

  init(_ sizes: GraphTransformerConfiguration, random: RandomStream) {
    let (dimension, width) = (sizes.dimension, sizes.headCount * sizes.keySize)
    let deviation = (2 / Double(dimension + width)).squareRoot()
    func matrix(_ rows: Int, _ columns: Int, _ index: UInt64) -> Tensor<Scalar> {
      var stream = random.child(index)
      return .normal([rows, columns], standardDeviation: deviation, using: &stream)
    }
    (headCount, keySize, dropout) = (sizes.headCount, sizes.keySize, sizes.dropout)
    attentionNorm = LayerNorm(dimension)
    query = matrix(width, dimension, 0)
    key = matrix(width, dimension, 1)
    value = matrix(width, dimension, 2)
    output = matrix(dimension, width, 3)
    networkNorm = LayerNorm(dimension)
    first = Linear(inputs: dimension, outputs: sizes.hiddenSize, random: random.child(4))
    second = Linear(inputs: sizes.hiddenSize, outputs: dimension, random: random.child(5))
  }

  /// - Shape: [nodes, dimension] to the same.
  func callAsFunction(
    _ nodes: Tensor<Scalar>, over pattern: SparsePattern, dropout random: RandomStream?
  ) -> Tensor<Scalar> {
    let answers = attention(attentionNorm(nodes), pattern).projected(by: output, transposed: true)
    let attended = nodes + answers.withDropout(dropout, random: random?.child(0))
    let change = second(first(networkNorm(attended)).gaussianErrorLinearUnit())
    return attended + change.withDropout(dropout, random: random?.child(1))
  }

  private func attention(_ nodes: Tensor<Scalar>, _ pattern: SparsePattern) -> Tensor<Scalar> {
    // Scaling the queries costs less than scaling the scores.
    let queries = nodes.projected(by: query, transposed: true) * (1 / Scalar(keySize).squareRoot())
    let scores = queries.pairScores(
      nodes.projected(by: key, transposed: true), over: pattern, headCount: headCount)
    return scores.pairSoftmax(over: pattern)
      .pairMixture(nodes.projected(by: value, transposed: true), over: pattern)
  }

  mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("attention.norm", &attentionNorm)
    visit("attention.query", &query)
    visit("attention.key", &key)
    visit("attention.value", &value)
    visit("attention.output", &output)
    visit("network.norm", &networkNorm)
    visit("network.first", &first)
    visit("network.second", &second)
  }
}
