import Layers
import Tensors

/// One pre-norm transformer block.
///
/// x <- x + W_o attention(norm(x)); x <- x + W_2 gelu(W_1 norm(x) + b_1) + b_2. The attention projections have no
/// bias of their own: the bias of the norm before them takes its place.
struct ConventionalBlock<Scalar: TensorScalar>: Parameterized {
  private let headCount: Int
  private let keySize: Int
  private var attentionNorm: LayerNorm<Scalar>
  private var query: Tensor<Scalar>
  private var key: Tensor<Scalar>
  private var value: Tensor<Scalar>
  private var output: Tensor<Scalar>
  private var networkNorm: LayerNorm<Scalar>
  private var first: Linear<Scalar>
  private var second: Linear<Scalar>

  init(_ sizes: ConventionalTransformerConfiguration, standardDeviation: Double, random: RandomStream) {
    let (dimension, width) = (sizes.dimension, sizes.headCount * sizes.keySize)
    func matrix(_ rows: Int, _ columns: Int, _ index: UInt64) -> Tensor<Scalar> {
      var stream = random.child(index)
      return .normal([rows, columns], standardDeviation: standardDeviation, using: &stream)
    }
    headCount = sizes.headCount
    keySize = sizes.keySize
    attentionNorm = LayerNorm(dimension)
    query = matrix(width, dimension, 0)
    key = matrix(width, dimension, 1)
    value = matrix(width, dimension, 2)
    output = matrix(dimension, width, 3)
    networkNorm = LayerNorm(dimension)
    first = Linear(weight: matrix(sizes.hiddenSize, dimension, 4), bias: .zeros([sizes.hiddenSize]))
    second = Linear(weight: matrix(dimension, sizes.hiddenSize, 5), bias: .zeros([dimension]))
  }

  /// - Shape: [batch, tokens, dimension] to the same.
  func callAsFunction(_ tokens: Tensor<Scalar>) -> Tensor<Scalar> {
    let attended = tokens + attention(attentionNorm(tokens)).projected(by: output, transposed: true)
    return attended + second(first(networkNorm(attended)).gaussianErrorLinearUnit())
  }

  private func attention(_ tokens: Tensor<Scalar>) -> Tensor<Scalar> {
    // Scaling the queries costs less than scaling the scores.
    let scale = 1 / Scalar(keySize).squareRoot()
    let queries = tokens.projected(by: query, transposed: true) * scale
    let scores = queries.headScores(tokens.projected(by: key, transposed: true), headCount: headCount)
    return scores.softmax().headMixture(tokens.projected(by: value, transposed: true))
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
