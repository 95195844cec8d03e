import Foundation
import Foundations
public import Tensors

/// A generated language of nested brackets between words that agree, of which every conditional probability is known.
///
/// A sentence is a subject, a string of brackets, a verb of the subject's class, and a full stop:
///
///     s2 ( [ ] ) { } v2 .
///
/// The subject's class is drawn uniformly. Where no bracket is open the verb follows with probability `ending`, otherwise a
/// bracket of one of the kinds, drawn uniformly, opens. Where brackets are open one more opens with probability `opening`,
/// unless `depth` are, and otherwise the last one closes. So the verb asks for a word that may lie far behind.
///
/// - Source: Dyck languages of bounded depth (Hewitt et al. 2020), agreement over a distance (Linzen et al. 2016).
public struct BracketGrammar: Sendable, Equatable {
  /// The number of classes of subjects and verbs.
  public let classCount: Int
  /// The number of kinds of brackets.
  public let kindCount: Int
  /// The most brackets open at a time.
  public let depth: Int
  /// The probability that another bracket opens inside one.
  public let opening: Double
  /// The probability that the verb follows where no bracket is open.
  public let ending: Double

  /// A grammar of some sizes.
  public init(
    classCount: Int = 8, kindCount: Int = 3, depth: Int = 4, opening: Double = 0.45, ending: Double = 0.15
  ) {
    require(
      min(classCount, kindCount, depth) > 0,
      "a grammar has classes, kinds and a depth, not \(classCount), \(kindCount) and \(depth)")
    require(
      (0..<1).contains(opening) && ending > 0 && ending <= 1,
      "brackets open with a probability below 1 and sentences end with one above 0, not \(opening) and \(ending)"
    )
    (self.classCount, self.kindCount, self.depth) = (classCount, kindCount, depth)
    (self.opening, self.ending) = (opening, ending)
  }

  /// The number of symbols: subjects, verbs, opening and closing brackets and the full stop.
  public var symbolCount: Int { 2 * (classCount + kindCount) + 1 }
  private func verb(_ index: Int) -> Int { classCount + index }
  private func open(_ kind: Int) -> Int { 2 * classCount + kind }
  private func close(_ kind: Int) -> Int { 2 * classCount + kindCount + kind }
  private var stop: Int { symbolCount - 1 }

  /// The word of a symbol.
  public func word(of symbol: Int) -> String {
    require((0..<symbolCount).contains(symbol), "symbol \(symbol) of \(symbolCount)")
    return switch symbol {
    case ..<classCount: "s\(symbol)"
    case ..<(2 * classCount): "v\(symbol - classCount)"
    case ..<(2 * classCount + kindCount): "(" + "\(symbol - 2 * classCount)"
    case stop: "."
    default: "\(symbol - 2 * classCount - kindCount)" + ")"
    }
  }

  /// What is known of a sentence at some point.
  public struct State: Sendable, Equatable {
    /// The class of the subject; nil between sentences.
    fileprivate var subject: Int?
    /// The kinds of the open brackets.
    fileprivate var open: [Int] = []
    /// Whether the verb has come.
    fileprivate var isOver = false
    /// The number of symbols since the subject.
    public fileprivate(set) var distance = 0

    /// Between two sentences, where every text begins.
    public init() {}
  }

  /// The probability of each symbol in a state.
  public func probabilities(in state: State) -> [Double] {
    var result = [Double](repeating: 0, count: symbolCount)
    guard let subject = state.subject else {
      for index in 0..<classCount { result[index] = 1 / Double(classCount) }
      return result
    }
    if state.isOver {
      result[stop] = 1
      return result
    }
    let isEmpty = state.open.isEmpty
    let more = isEmpty ? 1 - ending : state.open.count == depth ? 0 : opening
    for kind in 0..<kindCount { result[open(kind)] = more / Double(kindCount) }
    result[isEmpty ? verb(subject) : close(state.open[state.open.count - 1])] = 1 - more
    return result
  }

  /// Goes on by a symbol; false where it cannot follow.
  public func advance(_ state: inout State, by symbol: Int) -> Bool {
    guard symbol >= 0, symbol < symbolCount, probabilities(in: state)[symbol] > 0 else { return false }
    state.distance += 1
    switch symbol {
    case ..<classCount: state = State(subject: symbol)
    case ..<(2 * classCount): state.isOver = true
    case ..<(2 * classCount + kindCount): state.open.append(symbol - 2 * classCount)
    case stop: state = State()
    default: state.open.removeLast()
    }
    return true
  }

  /// A text from the beginning of a sentence, cut behind so many symbols.
  public func stream(length: Int, using random: inout RandomStream) -> [Int] {
    var (symbols, state) = ([Int](), State())
    while symbols.count < length {
      var rest = random.uniform()
      let probabilities = probabilities(in: state)
      var symbol = probabilities.lastIndex { $0 > 0 } ?? 0
      for (index, probability) in probabilities.enumerated() where probability > 0 {
        rest -= probability
        if rest < 0 {
          symbol = index
          break
        }
      }
      symbols.append(symbol)
      guard advance(&state, by: symbol) else { fatalError("a drawn symbol cannot follow") }
    }
    return symbols
  }

  /// What each symbol of a text from the beginning of a sentence costs a model that knows the grammar, in nats, and for a verb the
  /// distance from its subject.
  public func costs(of symbols: [Int]) -> [(nats: Double, agreementDistance: Int?)] {
    var state = State()
    return symbols.map { symbol in
      let isVerb = (classCount..<2 * classCount).contains(symbol)
      let cost = (
        nats: -log(probabilities(in: state)[symbol]), agreementDistance: isVerb ? state.distance + 1 : nil
      )
      require(advance(&state, by: symbol), "the text leaves the grammar at the symbol \(word(of: symbol))")
      return cost
    }
  }

  /// The symbols of the verbs, in the order of their classes.
  public var verbs: Range<Int> { classCount..<2 * classCount }
}

extension BracketGrammar.State {
  fileprivate init(subject: Int) {
    self.init()
    self.subject = subject
  }
}
