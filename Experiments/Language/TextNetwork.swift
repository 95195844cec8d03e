import Baselines
import EnergyTransformer
import Kit

/// A network that answers exercises: what all that are compared have in common.
protocol TextNetwork: Parameterized<Float> {
  /// The logits of every position, [sequences, length, symbols].
  ///
  /// - Parameters:
  ///   - settings: How tokens descend, where they do.
  ///   - random: The stream that dropout draws from, in training.
  /// - Throws: `DescentFailure` where a descent left the finite numbers.
  func logits(of symbols: [[Int]], settings: DescentSettings, dropout random: RandomStream?) throws
    -> Tensor<Float>
  /// An empty sequence to be continued.
  func continuation(settings: DescentSettings) -> any TextContinuation
}

/// A sequence that a model continues, symbol by symbol.
protocol TextContinuation {
  /// Whether the context holds no further symbol.
  var isFull: Bool { get }
  /// Appends a symbol and gives the logits of the one after it, [symbols].
  mutating func next(after symbol: Int) -> Tensor<Float>
}

extension TextEnergyTransformer: TextNetwork where Scalar == Float {
  func logits(of symbols: [[Int]], settings: DescentSettings, dropout random: RandomStream?) throws
    -> Tensor<Float>
  {
    // What calling the model does, which says nothing of a descent that left the finite numbers.
    let start = tokens(of: symbols, dropout: random?.child(0))
    let descent = stack.descend(from: start, over: pairs, settings: settings)
    try descent.checkFinite("\(symbols.count) sequences of \(symbols.first?.count ?? 0) symbols")
    return logits(at: descent.tokens, dropout: random?.child(1))
  }

  func continuation(settings: DescentSettings) -> any TextContinuation { generation(settings: settings) }
}

extension TextGeneration: TextContinuation where Scalar == Float {}

extension ConventionalTextTransformer: TextNetwork where Scalar == Float {
  func logits(of symbols: [[Int]], settings: DescentSettings, dropout random: RandomStream?) -> Tensor<Float>
  {
    self(symbols, dropout: random)
  }

  func continuation(settings: DescentSettings) -> any TextContinuation { generation() }
}

extension ConventionalTextTransformer.Generation: TextContinuation where Scalar == Float {}

extension RecurrentTextModel: TextNetwork where Scalar == Float {
  func logits(of symbols: [[Int]], settings: DescentSettings, dropout random: RandomStream?) -> Tensor<Float>
  {
    self(symbols, dropout: random)
  }

  func continuation(settings: DescentSettings) -> any TextContinuation { generation() }
}

extension RecurrentTextModel.Generation: TextContinuation where Scalar == Float {
  var isFull: Bool { false }
}

/// A sequence that counts continue.
struct CountedContinuation: TextContinuation {
  let model: WittenBellModel
  private var past: [Int] = []

  init(_ model: WittenBellModel) { self.model = model }

  var isFull: Bool { false }

  mutating func next(after symbol: Int) -> Tensor<Float> {
    past = Array((past + [symbol]).suffix(model.order))
    let probabilities = model.probabilities(after: past)
    return Tensor(shape: [probabilities.count], elements: probabilities.map { Float($0) }).logarithm()
  }
}
