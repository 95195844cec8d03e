public import Dynamics
public import Energies
import Foundations
public import Layers
public import Tensors

/// An Energy Transformer of text: it predicts the next symbol of a sequence, or fills in masked ones.
///
/// Symbols are embedded and positions added; the tokens descend the energies of the blocks; a layer norm and a linear head give the
/// logits of each position. In the causal form every token descends an energy of its own past, the contexts held
/// (`TokenwiseEnergy`), so that no position knows what follows it. In the other the descent is of one energy of the whole window.
///
/// - Shape: sequences of equal length n give logits [sequences, n, vocabulary].
/// - Source: the block of Hoover et al. 2023; causal as in NRGPT, arXiv 2512.16762; masked as in Devlin et al. 2019.
public struct TextEnergyTransformer<Scalar: TensorScalar>: Parameterized {
  /// The sizes and choices.
  public let configuration: TextEnergyTransformerConfiguration
  /// A vector for each symbol.
  public var embedding: Embedding<Scalar>
  /// A vector for each position, [context length, dimension].
  public var positions: Tensor<Scalar>
  /// The blocks.
  public var stack: BlockStack<Scalar>
  /// The norm before the head.
  public var norm: LayerNorm<Scalar>
  /// The matrix of the head, [vocabulary, dimension]; nil where it is the embedding.
  public var headWeight: Tensor<Scalar>?
  /// The bias of the head, [vocabulary].
  public var headBias: Tensor<Scalar>

  /// A model with random weights.
  public init(_ configuration: TextEnergyTransformerConfiguration, using random: inout RandomStream) {
    self.configuration = configuration
    let dimension = configuration.block.dimension
    embedding = Embedding(
      count: configuration.embeddedCount, dimension: dimension,
      standardDeviation: configuration.embeddingDeviation, using: &random)
    positions = .normal(
      [configuration.contextLength, dimension], standardDeviation: configuration.positionDeviation,
      using: &random)
    stack = BlockStack(count: configuration.blockCount, configuration.block, using: &random)
    norm = LayerNorm(dimension)
    headBias = .zeros([configuration.vocabularySize])
    if !configuration.tiesHead {
      headWeight = .normal(
        [configuration.vocabularySize, dimension], standardDeviation: configuration.headDeviation,
        using: &random)
    }
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("embedding", &embedding)
    visit("positions", &positions)
    visit("blocks", &stack)
    visit("norm", &norm)
    visit("head.weight", &headWeight)
    visit("head.bias", &headBias)
  }

  /// The pairs over which the blocks attend.
  public var pairs: TokenPairs<Scalar> { configuration.isCausal ? .causal : .all() }

  /// The tokens that the first block starts from, [sequences, length, dimension].
  ///
  /// - Parameters:
  ///   - symbols: Sequences of equal length, at most the context's.
  ///   - random: The stream that dropout draws from, in training.
  public func tokens(of symbols: [[Int]], dropout random: RandomStream? = nil) -> Tokens<Scalar> {
    let length = symbols.first?.count ?? 0
    require(
      (1...configuration.contextLength).contains(length),
      "sequences of \(length) symbols for a context of \(configuration.contextLength)")
    let values = embedding(symbols) + positions.sliced(axis: 0, 0..<length)
    return Tokens(values.withDropout(configuration.dropout, random: random))
  }

  /// The logits of every position from tokens after the last step, [sequences, length, vocabulary].
  public func logits(at tokens: Tokens<Scalar>, dropout random: RandomStream? = nil) -> Tensor<Scalar> {
    let read = norm(tokens.values).withDropout(configuration.dropout, random: random)
    let weight = headWeight ?? embedding.table.sliced(axis: 0, 0..<configuration.vocabularySize)
    return read.projected(by: weight, transposed: true) + headBias
  }

  /// The logits of every position, [sequences, length, vocabulary]: of the symbol after it in the causal form, and otherwise of
  /// the symbol itself.
  ///
  /// - Parameters:
  ///   - symbols: Sequences of equal length, at most the context's.
  ///   - settings: Steps, step size and gradient path of every block.
  ///   - random: The stream that dropout draws from, in training.
  public func callAsFunction(
    _ symbols: [[Int]], settings: DescentSettings, dropout random: RandomStream? = nil
  ) -> Tensor<Scalar> {
    let start = tokens(of: symbols, dropout: random?.child(0))
    let descent = stack.descend(from: start, over: pairs, settings: settings)
    return logits(at: descent.tokens, dropout: random?.child(1))
  }

  /// The descents of all blocks, with what is recorded of each: one result a block.
  public func trace(
    _ symbols: [[Int]], settings: DescentSettings, recording: [Recording<Scalar>]
  ) -> [DescentResult<Scalar>] {
    stack.trace(from: tokens(of: symbols), over: pairs, settings: settings, recording: recording)
  }

  /// The weights of attention at some tokens of a block, [sequences, heads, queries, keys].
  public func attentionWeights(at tokens: Tokens<Scalar>, block: Int) -> Tensor<Scalar> {
    let (block, isCausal) = (stack.blocks[block], configuration.isCausal)
    let energy =
      isCausal
      ? block.attention.causalEnergy(includesSelf: block.includesSelf)
      : block.attention.energy(includesSelf: block.includesSelf)
    return energy.attentionWeights(at: block.norm.activations(at: tokens))
  }
}
