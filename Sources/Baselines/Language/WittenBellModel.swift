import Foundation
import Foundations

/// An n-gram model with interpolated Witten-Bell smoothing: how often a symbol has followed the last symbols, backed by how often it
/// has followed fewer of them.
///
///     P_k(w | h) = (c(h, w) + t(h) P_{k-1}(w | h')) / (c(h) + t(h))
///
/// for the last k symbols h, h' without the first of them, c how often they were followed, and t(h) by how many different symbols;
/// P_{-1} is uniform. Contexts that never occurred leave what fewer symbols say.
///
/// - Source: Witten and Bell 1991; interpolated as in Chen and Goodman 1998.
/// - Cost: One entry for each different run of up to order + 1 symbols, 24 bytes and more; order + 1 look-ups a prediction of one
///   symbol. Order 6 keeps 870,000 of the first 1,003,854 characters of Shakespeare's plays, counted in about a second.
public struct WittenBellModel: Sendable {
  /// The most symbols that a prediction looks back.
  public let order: Int
  /// The number of different symbols.
  public let symbolCount: Int
  /// The numbers of contexts, by that of the context without the first symbol and this symbol. The empty context is 0.
  private var contexts = CountTable()
  /// How often a symbol followed a context, by the context's number and the symbol.
  private var counts = CountTable()
  /// How often each context was followed, and by how many different symbols.
  private var totals: [UInt32] = [0], different: [UInt32] = [0]

  /// Counts a text of fewer than 2^32 symbols.
  public init(order: Int, symbolCount: Int, counting symbols: [Int]) {
    require(
      order >= 0 && symbolCount > 0 && symbolCount < 1 << 31,
      "an n-gram model of order \(order) over \(symbolCount) symbols")
    (self.order, self.symbolCount) = (order, symbolCount)
    check(symbols)
    for (position, symbol) in symbols.enumerated() {
      var context = 0
      for length in 0...min(order, position) {
        if length > 0 { context = longer(context, by: symbols[position - length]) }
        totals[context] += 1
        if counts.increment(key(context, symbol)) == 1 { different[context] += 1 }
      }
    }
  }

  /// The number of a context with one more symbol at its front, a new one where it has none yet.
  private mutating func longer(_ context: Int, by symbol: Int) -> Int {
    let next = UInt32(totals.count)
    let number = contexts.value(of: key(context, symbol), settingAbsentTo: next)
    if number == next {
      totals.append(0)
      different.append(0)
    }
    return Int(number)
  }

  private func key(_ context: Int, _ symbol: Int) -> UInt64 {
    UInt64(context) * UInt64(symbolCount) + UInt64(symbol)
  }

  private func check(_ symbols: some Sequence<Int>) {
    for symbol in symbols where symbol < 0 || symbol >= symbolCount {
      require(false, "symbol \(symbol) of \(symbolCount)")
    }
  }

  /// Calls `body` with the number of each context behind which a symbol was counted: the empty one, the last symbol, the last two,
  /// up to `order` of them.
  private func forEachContext(
    _ past: some BidirectionalCollection<Int>, order: Int?, _ body: (Int) -> Void
  ) {
    var (context, position) = (0, past.endIndex)
    guard totals[0] > 0 else { return }
    body(0)
    for _ in 0..<min(order ?? self.order, self.order) {
      guard position > past.startIndex else { return }
      position = past.index(before: position)
      guard let number = contexts.value(of: key(context, past[position])) else { return }
      context = Int(number)
      body(context)
    }
  }

  private func interpolated(_ symbol: Int, _ context: Int, shorter: Double) -> Double {
    let count = Double(counts.value(of: key(context, symbol)) ?? 0)
    let (total, different) = (Double(totals[context]), Double(different[context]))
    return (count + different * shorter) / (total + different)
  }

  /// The probability of a symbol behind some symbols, of which the last `order` are looked at.
  public func probability(of symbol: Int, after past: some BidirectionalCollection<Int>, order: Int? = nil)
    -> Double
  {
    check(CollectionOfOne(symbol))
    check(past.suffix(self.order))
    var probability = 1 / Double(symbolCount)
    forEachContext(past, order: order) { probability = interpolated(symbol, $0, shorter: probability) }
    return probability
  }

  /// The probabilities of all symbols behind some symbols.
  public func probabilities(after past: some BidirectionalCollection<Int>) -> [Double] {
    check(past.suffix(order))
    var probabilities = [Double](repeating: 1 / Double(symbolCount), count: symbolCount)
    forEachContext(past, order: nil) { context in
      for symbol in 0..<symbolCount {
        probabilities[symbol] = interpolated(symbol, context, shorter: probabilities[symbol])
      }
    }
    return probabilities
  }

  /// The mean negative log-probability of each symbol of a text behind those before it, in nats.
  ///
  /// - Parameters:
  ///   - symbols: The text.
  ///   - past: The symbols before the text.
  ///   - order: Looks back so many symbols at most; as many as the model where nil.
  public func meanNegativeLogLikelihood(
    of symbols: [Int], after past: [Int] = [], order: Int? = nil
  ) -> Double {
    meanNegativeLogLikelihoods(of: symbols, after: past)[min(order ?? self.order, self.order)]
  }

  /// The mean negative log-probability of each symbol of a text for each order from 0 to the model's: those of the models that look
  /// back less, for the cost of one.
  ///
  /// - Parameters:
  ///   - symbols: The text.
  ///   - past: The symbols before the text.
  public func meanNegativeLogLikelihoods(of symbols: [Int], after past: [Int] = []) -> [Double] {
    require(!symbols.isEmpty, "the likelihood of no symbols")
    let all = Array(past.suffix(order)) + symbols
    check(all)
    var sums = [Double](repeating: 0, count: order + 1)
    for position in all.count - symbols.count..<all.count {
      var (probability, length) = (1 / Double(symbolCount), 0)
      forEachContext(all[max(0, position - order)..<position], order: nil) { context in
        probability = interpolated(all[position], context, shorter: probability)
        sums[length] -= log(probability)
        length += 1
      }
      // Longer contexts never occurred.
      for length in length..<max(length, order + 1) { sums[length] -= log(probability) }
    }
    return sums.map { $0 / Double(symbols.count) }
  }
}
