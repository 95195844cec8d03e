import Foundations
import Layers
public import Tensors

/// A conventional pre-norm transformer of text, for comparison with the energy transformer: it predicts the next symbol of a
/// sequence, or fills in masked ones.
///
/// Symbols are embedded and learned positions added; one block is applied `depth` times, or as many blocks of their own once; a
/// last layer norm and a linear head give the logits.
///
/// - Shape: sequences of equal length n give logits [sequences, n, symbols].
/// - Source: Radford et al. 2019 (the norm before each part, and the deviation 0.02 of the initial matrices, of those that add to
///   the tokens 0.02 / sqrt(2 depth)); the repeated block as in Dehghani et al., "Universal Transformers", 2019.
public struct ConventionalTextTransformer<Scalar: TensorScalar>: Parameterized {
  /// The sizes and choices.
  public let configuration: ConventionalTextConfiguration
  private var embedding: Embedding<Scalar>
  private var positions: Tensor<Scalar>
  private var blocks: [ConventionalBlock<Scalar>]
  private var norm: LayerNorm<Scalar>
  private var headWeight: Tensor<Scalar>?
  private var headBias: Tensor<Scalar>

  /// A model with random weights: matrices, embedding and positions normal with ``ConventionalTextConfiguration/deviation``, those
  /// that add to the tokens with that divided by sqrt(2 depth); norms start at gain 1, biases at 0.
  public init(_ configuration: ConventionalTextConfiguration, random: RandomStream) {
    configuration.requireValid()
    self.configuration = configuration
    let dimension = configuration.dimension
    func normal(_ shape: [Int], _ index: UInt64) -> Tensor<Scalar> {
      var stream = random.child(index)
      return .normal(shape, standardDeviation: configuration.deviation, using: &stream)
    }
    embedding = Embedding(table: normal([configuration.embeddedCount, dimension], 0))
    positions = normal([configuration.contextLength, dimension], 1)
    norm = LayerNorm(dimension)
    headWeight = configuration.tiesHead ? nil : normal([configuration.symbolCount, dimension], 2)
    headBias = .zeros([configuration.symbolCount])
    blocks = (0..<configuration.blockCount).map { index in
      ConventionalBlock(
        dimension: dimension, headCount: configuration.headCount, keySize: configuration.keySize,
        hiddenSize: configuration.hiddenSize, dropout: configuration.dropout,
        attentionDropout: configuration.attentionDropout, standardDeviation: configuration.deviation,
        outputDeviation: configuration.deviation / Double(2 * configuration.depth).squareRoot(),
        random: random.child(3 + UInt64(index)))
    }
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("embedding", &embedding)
    visit("positions", &positions)
    visit("blocks", &blocks)
    visit("norm", &norm)
    visit("head.weight", &headWeight)
    visit("head.bias", &headBias)
  }

  /// The block of each application, in their order.
  private var applications: [ConventionalBlock<Scalar>] {
    configuration.sharesBlock ? Array(repeating: blocks[0], count: configuration.depth) : blocks
  }

  /// The logits of every position, [sequences, length, symbols]: of the symbol after it in the causal form, and otherwise of the
  /// symbol itself.
  public func callAsFunction(_ symbols: [[Int]], dropout random: RandomStream? = nil) -> Tensor<Scalar> {
    let length = symbols.first?.count ?? 0
    require(
      (1...configuration.contextLength).contains(length),
      "sequences of \(length) symbols for a context of \(configuration.contextLength)")
    let blocked = configuration.isCausal ? Self.laterPairs(length) : nil
    var tokens = (embedding(symbols) + positions.sliced(axis: 0, 0..<length))
      .withDropout(configuration.dropout, random: random?.child(0))
    for (index, block) in applications.enumerated() {
      tokens = block(tokens, blocked: blocked, dropout: random?.child(1 + UInt64(index)))
    }
    return logits(of: tokens)
  }

  private func logits(of tokens: Tensor<Scalar>) -> Tensor<Scalar> {
    let weight = headWeight ?? embedding.table.sliced(axis: 0, 0..<configuration.symbolCount)
    return norm(tokens).projected(by: weight, transposed: true) + headBias
  }

  /// -infinity where the key comes after the query, otherwise 0, [1, 1, queries, keys].
  private static func laterPairs(_ count: Int) -> Tensor<Scalar> {
    Tensor(shape: [1, 1, count, count]) { out in
      for query in 0..<count {
        let row = out + query * count
        row.update(repeating: 0, count: query + 1)
        (row + query + 1).update(repeating: -.infinity, count: count - query - 1)
      }
    }
  }

  /// An empty sequence to be continued.
  public func generation() -> Generation {
    require(configuration.isCausal, "a model that fills in masked symbols does not continue a sequence")
    let parameters = parameters
    return Generation(
      with(ParameterValues(names: parameters.names, values: parameters.values.map(\.detached))))
  }

  /// A sequence that the model continues, symbol by symbol, from the keys and values of those before.
  public struct Generation: Sendable {
    private let model: ConventionalTextTransformer
    private var kept: [ConventionalBlock<Scalar>.Kept?]
    /// The number of symbols so far.
    public private(set) var length = 0

    fileprivate init(_ model: ConventionalTextTransformer) {
      self.model = model
      kept = Array(repeating: nil, count: model.configuration.depth)
    }

    /// Whether the context holds no further symbol.
    public var isFull: Bool { length == model.configuration.contextLength }

    /// Appends a symbol and gives the logits of the one after it, [symbols].
    public mutating func next(after symbol: Int) -> Tensor<Scalar> {
      require(!isFull, "a context of \(length) symbols is full: begin anew with the last of them")
      let position = model.positions.sliced(axis: 0, length..<length + 1)
      var token = (model.embedding([symbol]) + position).reshaped([1, 1, position.count])
      for (index, block) in model.applications.enumerated() { token = block.last(token, after: &kept[index]) }
      length += 1
      return model.logits(of: token).reshaped([model.configuration.symbolCount])
    }
  }
}

/// The sizes and choices of a ``ConventionalTextTransformer``.
public struct ConventionalTextConfiguration: Sendable, Equatable {
  /// V, the number of different symbols.
  public var symbolCount: Int
  /// N, the most symbols of a sequence.
  public var contextLength: Int
  /// D, the size of a token.
  public var dimension: Int
  /// H, the number of attention heads.
  public var headCount: Int
  /// Y, the size of a head's queries, keys and values.
  public var keySize: Int
  /// M, the hidden size of the feed-forward network.
  public var hiddenSize: Int
  /// The number of times that a block is applied.
  public var depth: Int
  /// Whether one block is applied each time.
  public var sharesBlock = false
  /// Whether a symbol sees only itself and those before it.
  public var isCausal = true
  /// Whether logits are products with the embedding of each symbol, without a matrix of their own.
  public var tiesHead = false
  /// The share that training leaves out of the first tokens and of what each part of a block adds to them.
  public var dropout = 0.0
  /// The share that training leaves out of the weights by which a token attends to others.
  ///
  /// GPT-2 has one share for both. A number is drawn for every pair of tokens and every head.
  public var attentionDropout = 0.0
  /// The standard deviation of the initial matrices.
  public var deviation = 0.02

  /// Sizes of at least 1.
  public init(
    symbolCount: Int, contextLength: Int, dimension: Int, headCount: Int, keySize: Int, hiddenSize: Int,
    depth: Int
  ) {
    (self.symbolCount, self.contextLength, self.dimension) = (symbolCount, contextLength, dimension)
    (self.headCount, self.keySize, self.hiddenSize, self.depth) = (headCount, keySize, hiddenSize, depth)
    requireValid()
  }

  /// Stops where a size is not at least 1 or a share not in 0 ..< 1.
  func requireValid() {
    requirePositive([
      "symbolCount": symbolCount, "contextLength": contextLength, "dimension": dimension,
      "headCount": headCount, "keySize": keySize, "hiddenSize": hiddenSize, "depth": depth,
    ])
    requireDropout(dropout)
    requireDropout(attentionDropout)
    require(
      deviation > 0 && deviation.isFinite, "the deviation of initial matrices is above 0, not \(deviation)")
  }

  /// The number of blocks that have weights of their own.
  public var blockCount: Int { sharesBlock ? 1 : depth }
  /// The symbol that stands for a masked one, behind the others.
  public var maskSymbol: Int { symbolCount }
  /// The number of symbols that are embedded: one more where symbols are masked.
  public var embeddedCount: Int { symbolCount + (isCausal ? 0 : 1) }

  /// The number of parameters.
  public var parameterCount: Int {
    let block =
      4 * dimension * headCount * keySize + 4 * dimension + dimension + hiddenSize * (2 * dimension + 1)
    let ends = (embeddedCount + contextLength) * dimension + 2 * dimension + symbolCount
    return ends + (tiesHead ? 0 : symbolCount * dimension) + blockCount * block
  }

  /// The same with the hidden size whose parameter count comes closest to `count`, and at least 1; of two equally close ones the
  /// smaller.
  public func withHiddenSize(closestTo count: Int) -> ConventionalTextConfiguration {
    func sized(_ hiddenSize: Int) -> ConventionalTextConfiguration {
      var copy = self
      copy.hiddenSize = hiddenSize
      return copy
    }
    return sized(closestSize(to: count) { sized($0).parameterCount })
  }

  /// The same with the dimension, a multiple of the number of heads, at which keys of dimension / heads numbers and a network four
  /// times as wide as a token come closest to so many parameters; the rest is made up by ``withHiddenSize(closestTo:)``.
  public func withDimension(closestTo count: Int) -> ConventionalTextConfiguration {
    func sized(_ keySize: Int) -> ConventionalTextConfiguration {
      var copy = self
      copy.keySize = keySize
      copy.dimension = keySize * headCount
      copy.hiddenSize = 4 * copy.dimension
      return copy
    }
    return sized(closestSize(to: count) { sized($0).parameterCount }).withHiddenSize(closestTo: count)
  }
}
