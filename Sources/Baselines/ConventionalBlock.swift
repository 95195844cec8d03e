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
  private let attentionDropout: Double
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
  ///   - attentionDropout: The share that it leaves out of the weights of pairs of tokens.
  ///   - standardDeviation: That of all matrices; nil for a variance of 2 / (inputs + outputs).
  ///   - outputDeviation: That of the matrices that add to the tokens, where it differs.
  init(
    dimension: Int, headCount: Int, keySize: Int, hiddenSize: Int, dropout: Double = 0,
    attentionDropout: Double = 0, standardDeviation: Double? = nil, outputDeviation: Double? = nil,
    random: RandomStream
  ) {
    func map(
      _ inputs: Int, _ outputs: Int, hasBias: Bool = false, deviation: Double? = nil, _ index: UInt64
    ) -> Linear<Scalar> {
      var stream = random.child(index)
      return Linear(
        inputs: inputs, outputs: outputs, hasBias: hasBias,
        standardDeviation: deviation ?? standardDeviation, using: &stream)
    }
    (self.headCount, self.keySize) = (headCount, keySize)
    (self.dropout, self.attentionDropout) = (dropout, attentionDropout)
    let width = headCount * keySize
    attentionNorm = LayerNorm(dimension)
    query = map(dimension, width, 0)
    key = map(dimension, width, 1)
    value = map(dimension, width, 2)
    output = map(width, dimension, deviation: outputDeviation, 3)
    networkNorm = LayerNorm(dimension)
    first = map(dimension, hiddenSize, hasBias: true, 4)
    second = map(hiddenSize, dimension, hasBias: true, deviation: outputDeviation, 5)
  }

  /// - Parameters:
  ///   - pattern: Which nodes see which; nil for all tokens of an example.
  ///   - blocked: Added to the scores of all pairs, -infinity where a token does not see another; [1, 1, tokens, tokens].
  ///   - random: Where dropout draws from, in training.
  /// - Shape: [batch, tokens, dimension], or on a graph [nodes, dimension], to the same.
  func callAsFunction(
    _ tokens: Tensor<Scalar>, over pattern: SparsePattern? = nil, blocked: Tensor<Scalar>? = nil,
    dropout random: RandomStream? = nil
  ) -> Tensor<Scalar> {
    let answers = output(attention(attentionNorm(tokens), pattern, blocked, dropout: random?.child(2)))
    let attended = tokens + answers.withDropout(dropout, random: random?.child(0))
    let change = second(first(networkNorm(attended)).gaussianErrorLinearUnit())
    return attended + change.withDropout(dropout, random: random?.child(1))
  }

  private func attention(
    _ tokens: Tensor<Scalar>, _ pattern: SparsePattern?, _ blocked: Tensor<Scalar>?,
    dropout random: RandomStream?
  ) -> Tensor<Scalar> {
    // Scaling the queries costs less than scaling the scores.
    let queries = query(tokens) * (1 / Scalar(keySize).squareRoot())
    guard let pattern else {
      let scores = queries.headScores(key(tokens), headCount: headCount)
      return (blocked.map { scores + $0 } ?? scores).softmax()
        .withDropout(attentionDropout, random: random).headMixture(value(tokens))
    }
    let scores = queries.pairScores(key(tokens), over: pattern, headCount: headCount)
    return scores.pairSoftmax(over: pattern).withDropout(attentionDropout, random: random)
      .pairMixture(value(tokens), over: pattern)
  }

  /// The keys and values of tokens, [batch, tokens, heads * key size].
  typealias Kept = (keys: Tensor<Scalar>, values: Tensor<Scalar>)

  /// The same for a token behind others, whose keys and values are kept, and then its own too.
  ///
  /// - Shape: [batch, 1, dimension] to the same.
  func last(_ token: Tensor<Scalar>, after kept: inout Kept?) -> Tensor<Scalar> {
    let normalized = attentionNorm(token)
    let (ownKey, ownValue) = (key(normalized), value(normalized))
    var all: Kept = (ownKey, ownValue)
    if let kept {
      all.keys = .concatenated([kept.keys, ownKey], axis: 1)
      all.values = .concatenated([kept.values, ownValue], axis: 1)
    }
    kept = all
    let scores = (query(normalized) * (1 / Scalar(keySize).squareRoot()))
      .headScores(all.keys, headCount: headCount)
    let attended = token + output(scores.softmax().headMixture(all.values))
    return attended + second(first(networkNorm(attended)).gaussianErrorLinearUnit())
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
