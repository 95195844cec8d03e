import Layers
import Tensors

/// One pre-norm transformer block, whose tokens attend to all tokens of their example or over the pairs of a graph.
///
/// x <- x + W_o attention(norm(x)); x <- x + W_2 gelu(W_1 norm(x) + b_1) + b_2. The attention projections have no
/// bias of their own: the bias of the norm before them takes its place.
struct ConventionalBlock<Scalar: TensorScalar>: Parameterized {
  private let headCount: Int
  private let keySize: Int
  private let dropout: Double
  private var attentionNorm: LayerNorm<Scalar>
  private var query: Linear<Scalar>
  private var key: Linear<Scalar>
  private var value: Linear<Scalar>
  private var output: Linear<Scalar>
  private var networkNorm: LayerNorm<Scalar>
  private var first: Linear<Scalar>
  private var second: Linear<Scalar>

  /// - Parameters:
  ///   - dropout: The share that training leaves out of what attention and network add to the tokens.
  ///   - standardDeviation: That of all matrices; nil for a variance of 2 / (inputs + outputs).
  init(
    dimension: Int, headCount: Int, keySize: Int, hiddenSize: Int, dropout: Double = 0,
    standardDeviation: Double? = nil, random: RandomStream
  ) {
    func map(_ inputs: Int, _ outputs: Int, hasBias: Bool = false, _ index: UInt64) -> Linear<Scalar> {
      var stream = random.child(index)
      return Linear(
        inputs: inputs, outputs: outputs, hasBias: hasBias, standardDeviation: standardDeviation,
        using: &stream)
    }
    (self.headCount, self.keySize, self.dropout) = (headCount, keySize, dropout)
    let width = headCount * keySize
    attentionNorm = LayerNorm(dimension)
    query = map(dimension, width, 0)
    key = map(dimension, width, 1)
    value = map(dimension, width, 2)
    output = map(width, dimension, 3)
    networkNorm = LayerNorm(dimension)
    first = map(dimension, hiddenSize, hasBias: true, 4)
    second = map(hiddenSize, dimension, hasBias: true, 5)
  }

  /// - Parameters:
  ///   - pattern: Which nodes see which; nil for all tokens of an example.
  ///   - random: Where dropout draws from, in training.
  /// - Shape: [batch, tokens, dimension], or on a graph [nodes, dimension], to the same.
  func callAsFunction(
    _ tokens: Tensor<Scalar>, over pattern: SparsePattern? = nil, dropout random: RandomStream? = nil
  ) -> Tensor<Scalar> {
    let answers = output(attention(attentionNorm(tokens), pattern))
    let attended = tokens + answers.withDropout(dropout, random: random?.child(0))
    let change = second(first(networkNorm(attended)).gaussianErrorLinearUnit())
    return attended + change.withDropout(dropout, random: random?.child(1))
  }

  private func attention(_ tokens: Tensor<Scalar>, _ pattern: SparsePattern?) -> Tensor<Scalar> {
    // Scaling the queries costs less than scaling the scores.
    let queries = query(tokens) * (1 / Scalar(keySize).squareRoot())
    guard let pattern else {
      let scores = queries.headScores(key(tokens), headCount: headCount)
      return scores.softmax().headMixture(value(tokens))
    }
    let scores = queries.pairScores(key(tokens), over: pattern, headCount: headCount)
    return scores.pairSoftmax(over: pattern).pairMixture(value(tokens), over: pattern)
  }

  mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("attention.norm", &attentionNorm)
    visit("attention.query", &query.weight)
    visit("attention.key", &key.weight)
    visit("attention.value", &value.weight)
    visit("attention.output", &output.weight)
    visit("network.norm", &networkNorm)
    visit("network.first", &first)
    visit("network.second", &second)
  }
}
