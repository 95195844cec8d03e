import Foundations
import Layers
public import Tensors

/// A recurrent network that predicts the next symbol of a sequence: an embedding, a ``LongShortTermMemory`` and a linear head.
///
/// - Shape: sequences of equal length n give logits [sequences, n, symbols].
/// - Cost: forward, about sequences * n * 8 S² operations for a state of S numbers, position after position.
public struct RecurrentTextModel<Scalar: TensorScalar>: Parameterized {
  /// The sizes.
  public let configuration: RecurrentTextConfiguration
  private var embedding: Embedding<Scalar>
  private var network: LongShortTermMemory<Scalar>
  private var head: Linear<Scalar>

  /// A model with random weights.
  public init(_ configuration: RecurrentTextConfiguration, random: RandomStream) {
    self.configuration = configuration
    var stream = random.child(0)
    embedding = Embedding(
      count: configuration.symbolCount, dimension: configuration.embeddingSize, standardDeviation: 1,
      using: &stream)
    network = LongShortTermMemory(
      inputSize: configuration.embeddingSize, size: configuration.size, random: random.child(1))
    head = Linear(inputs: configuration.size, outputs: configuration.symbolCount, random: random.child(2))
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("embedding", &embedding)
    visit("network", &network)
    visit("head", &head)
  }

  /// The logits of the symbol after each position, [sequences, length, symbols].
  public func callAsFunction(_ symbols: [[Int]], dropout random: RandomStream? = nil) -> Tensor<Scalar> {
    let (batch, length) = (symbols.count, symbols.first?.count ?? 0)
    require(
      length > 0 && symbols.allSatisfy { $0.count == length },
      "sequences of \(symbols.map(\.count)) symbols, expected equally many in each")
    // What each symbol adds to the gates is computed once, not at each of its places.
    let driven = network.input(embedding.table)
    var state = network.start(batch: batch)
    let outputs = (0..<length).map { position in
      state = network.next(state, driven: driven.gathered(symbols.map { $0[position] }, axis: 0))
      return state.output.reshaped([batch, 1, configuration.size])
    }
    return head(
      Tensor.concatenated(outputs, axis: 1).withDropout(configuration.dropout, random: random))
  }

  /// An empty sequence to be continued.
  public func generation() -> Generation {
    let parameters = parameters
    let plain = with(ParameterValues(names: parameters.names, values: parameters.values.map(\.detached)))
    return Generation(
      model: plain, driven: plain.network.input(plain.embedding.table), state: plain.network.start(batch: 1))
  }

  /// A sequence that the model continues, symbol by symbol.
  public struct Generation: Sendable {
    fileprivate let model: RecurrentTextModel
    fileprivate let driven: Tensor<Scalar>
    fileprivate var state: LongShortTermMemory<Scalar>.State

    /// Appends a symbol and gives the logits of the one after it, [symbols].
    public mutating func next(after symbol: Int) -> Tensor<Scalar> {
      state = model.network.next(state, driven: driven.gathered([symbol], axis: 0))
      return model.head(state.output).reshaped([model.configuration.symbolCount])
    }
  }
}

/// The sizes of a ``RecurrentTextModel``.
public struct RecurrentTextConfiguration: Sendable, Equatable {
  /// V, the number of different symbols.
  public let symbolCount: Int
  /// E, the size of a symbol's vector.
  public let embeddingSize: Int
  /// S, the size of the state.
  public let size: Int
  /// The share that training leaves out of what the head reads.
  public let dropout: Double

  /// Sizes of at least 1.
  public init(symbolCount: Int, embeddingSize: Int, size: Int, dropout: Double = 0) {
    require(
      min(symbolCount, embeddingSize, size) > 0,
      "a recurrent model of \(symbolCount) symbols in \(embeddingSize) numbers with a state of \(size)")
    (self.symbolCount, self.embeddingSize, self.size, self.dropout) = (
      symbolCount, embeddingSize, size, dropout
    )
  }

  /// The number of parameters: V E + 4 S (E + 1 + S) + S + V (S + 1).
  public var parameterCount: Int {
    symbolCount * embeddingSize + 4 * size * (embeddingSize + 1 + size) + size + symbolCount * (size + 1)
  }

  /// The same with the state whose parameter count comes closest to `count`, and at least 1.
  public func withSize(closestTo count: Int) -> RecurrentTextConfiguration {
    func sized(_ size: Int) -> RecurrentTextConfiguration {
      RecurrentTextConfiguration(
        symbolCount: symbolCount, embeddingSize: embeddingSize, size: size, dropout: dropout)
    }
    var size = 1
    while sized(size + 1).parameterCount <= count { size += 1 }
    let (below, above) = (sized(size), sized(size + 1))
    return count - below.parameterCount <= above.parameterCount - count ? below : above
  }
}
