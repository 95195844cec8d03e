import Foundations
import Layers
public import Tensors

/// A recurrent network that predicts the next symbol of a sequence: an embedding, one ``LongShortTermMemory`` or several above one
/// another, and a linear head.
///
/// - Shape: sequences of equal length n give logits [sequences, n, symbols].
/// - Cost: forward, about sequences * n * 8 S² operations for a first layer of S numbers, position after position, and twice as many
///   for each further one.
public struct RecurrentTextModel<Scalar: TensorScalar>: Parameterized {
  /// The sizes.
  public let configuration: RecurrentTextConfiguration
  private var embedding: Embedding<Scalar>
  private var network: LongShortTermMemory<Scalar>
  private var upper: [LongShortTermMemory<Scalar>]
  private var head: Linear<Scalar>

  /// A model with random weights: the embedding of variance 1, the others of 2 / (inputs + outputs); biases start at 0, those of the
  /// forget gates at 1.
  public init(_ configuration: RecurrentTextConfiguration, random: RandomStream) {
    self.configuration = configuration
    let size = configuration.size
    var stream = random.child(0)
    embedding = Embedding(
      count: configuration.symbolCount, dimension: configuration.embeddingSize, standardDeviation: 1,
      using: &stream)
    network = LongShortTermMemory(
      inputSize: configuration.embeddingSize, size: size, random: random.child(1))
    upper = (1..<configuration.layerCount).map { index in
      LongShortTermMemory(inputSize: size, size: size, random: random.child(2 + UInt64(index)))
    }
    head = Linear(inputs: size, outputs: configuration.symbolCount, random: random.child(2))
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("embedding", &embedding)
    visit("network", &network)
    visit("upper", &upper)
    visit("head", &head)
  }

  /// The logits of the symbol after each position, [sequences, length, symbols].
  ///
  /// - Parameters:
  ///   - symbols: Sequences of equal length.
  ///   - random: Where dropout draws from, in training.
  public func callAsFunction(_ symbols: [[Int]], dropout random: RandomStream? = nil) -> Tensor<Scalar> {
    let (batch, length) = (symbols.count, symbols.first?.count ?? 0)
    require(
      length > 0 && symbols.allSatisfy { $0.count == length },
      "sequences of \(symbols.map(\.count)) symbols, expected equally many in each")
    // What each symbol adds to the gates is computed once, not at each of its places.
    let placed = (0..<length).flatMap { position in symbols.map { $0[position] } }
    let driven = network.input(embedding.table).gathered(placed, axis: 0)
    var states = network.gates.outputs(drivenBy: driven.reshaped([length, batch, driven.shape[1]]))
    for (index, network) in upper.enumerated() {
      let read = states.withDropout(configuration.dropout, random: random?.child(UInt64(index)))
      states = network.gates.outputs(drivenBy: network.input(read))
    }
    return head(states.permuted([1, 0, 2]).withDropout(configuration.dropout, random: random))
  }

  /// An empty sequence to be continued.
  public func generation() -> Generation {
    let parameters = parameters
    let plain = with(ParameterValues(names: parameters.names, values: parameters.values.map(\.detached)))
    return Generation(plain)
  }

  /// A sequence that the model continues, symbol by symbol, from the states after the last one.
  public struct Generation: Sendable {
    private let model: RecurrentTextModel
    private let driven: Tensor<Scalar>
    private var state: LongShortTermMemory<Scalar>.State
    private var upper: [LongShortTermMemory<Scalar>.State]

    fileprivate init(_ model: RecurrentTextModel) {
      self.model = model
      driven = model.network.input(model.embedding.table)
      state = model.network.start(batch: 1)
      upper = model.upper.map { $0.start(batch: 1) }
    }

    /// Appends a symbol and gives the logits of the one after it, [symbols].
    public mutating func next(after symbol: Int) -> Tensor<Scalar> {
      state = model.network.next(state, driven: driven.gathered([symbol], axis: 0))
      var output = state.output
      for (index, network) in model.upper.enumerated() {
        upper[index] = network.next(upper[index], reading: output)
        output = upper[index].output
      }
      return model.head(output).reshaped([model.configuration.symbolCount])
    }
  }
}

/// The sizes of a ``RecurrentTextModel``.
public struct RecurrentTextConfiguration: Sendable, Equatable {
  /// V, the number of different symbols.
  public let symbolCount: Int
  /// E, the size of a symbol's vector.
  public let embeddingSize: Int
  /// S, the size of a layer's state.
  public let size: Int
  /// The number of layers, each of which reads the states of the one below.
  public let layerCount: Int
  /// The share that training leaves out of what further layers and the head read.
  public let dropout: Double

  /// Sizes of at least 1 and a dropout in 0 ..< 1.
  public init(symbolCount: Int, embeddingSize: Int, size: Int, layerCount: Int = 1, dropout: Double = 0) {
    requirePositive([
      "symbolCount": symbolCount, "embeddingSize": embeddingSize, "size": size, "layerCount": layerCount,
    ])
    requireDropout(dropout)
    (self.symbolCount, self.embeddingSize, self.size) = (symbolCount, embeddingSize, size)
    (self.layerCount, self.dropout) = (layerCount, dropout)
  }

  /// The number of parameters: V E for the embedding, 4 S (inputs + 1 + S) + S for each layer, V (S + 1) for the head.
  public var parameterCount: Int {
    func layer(_ inputs: Int) -> Int { 4 * size * (inputs + 1 + size) + size }
    return symbolCount * embeddingSize + layer(embeddingSize) + (layerCount - 1) * layer(size)
      + symbolCount * (size + 1)
  }

  /// The same with the state whose parameter count comes closest to `count`, and at least 1; of two equally close ones the smaller.
  public func withSize(closestTo count: Int) -> RecurrentTextConfiguration {
    func sized(_ size: Int) -> RecurrentTextConfiguration {
      RecurrentTextConfiguration(
        symbolCount: symbolCount, embeddingSize: embeddingSize, size: size, layerCount: layerCount,
        dropout: dropout)
    }
    return sized(closestSize(to: count) { sized($0).parameterCount })
  }
}
