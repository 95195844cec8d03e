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
/// - Cost: One entry for each different run of up to order + 1 symbols; order + 1 look-ups a prediction of one symbol.
public struct WittenBellModel: Sendable {
  /// The most symbols that a prediction looks back.
  public let order: Int
  /// The number of different symbols.
  public let symbolCount: Int

  private struct Context: Sendable {
    var total = 0.0
    var different = 0.0
  }
  /// Of each length of contexts: the contexts, and the counts of the symbols behind them.
  private var contexts: [[UInt64: Context]]
  private var counts: [[UInt64: Double]]

  /// Counts a text.
  ///
  /// - Precondition: symbolCount^(order + 1) fits 64 bits.
  public init(order: Int, symbolCount: Int, counting symbols: [Int]) {
    require(order >= 0 && symbolCount > 0, "an n-gram model of order \(order) over \(symbolCount) symbols")
    require(
      Double(order + 1) * log2(Double(symbolCount + 1)) < 64,
      "contexts of \(order) of \(symbolCount) symbols do not fit 64 bits")
    (self.order, self.symbolCount) = (order, symbolCount)
    contexts = Array(repeating: [:], count: order + 1)
    counts = Array(repeating: [:], count: order + 1)
    let base = UInt64(symbolCount)
    for length in 0...order {
      // The key of a context is its number in the base of the symbols.
      let most = (0..<length).reduce(UInt64(1)) { product, _ in product * base }
      var key: UInt64 = 0
      for (position, symbol) in symbols.enumerated() {
        require(symbol >= 0 && symbol < symbolCount, "symbol \(symbol) of \(symbolCount)")
        if position >= length {
          let isNew = counts[length][key * base + UInt64(symbol)] == nil
          counts[length][key * base + UInt64(symbol), default: 0] += 1
          contexts[length][key, default: Context()].total += 1
          if isNew { contexts[length][key, default: Context()].different += 1 }
        }
        if length > 0 { key = (key * base + UInt64(symbol)) % most }
      }
    }
  }

  /// The probability of a symbol behind some symbols, of which the last `order` are looked at.
  public func probability(of symbol: Int, after past: some BidirectionalCollection<Int>, order: Int? = nil)
    -> Double
  {
    let base = UInt64(symbolCount)
    var probability = 1 / Double(symbolCount)
    var (key, power, position) = (UInt64(0), UInt64(1), past.endIndex)
    for length in 0...min(order ?? self.order, self.order) {
      if length > 0 {
        guard position > past.startIndex else { break }
        position = past.index(before: position)
        key += UInt64(past[position]) * power
        power *= base
      }
      guard let context = contexts[length][key] else { break }
      let count = counts[length][key * base + UInt64(symbol)] ?? 0
      probability =
        (count + context.different * probability) / (context.total + context.different)
    }
    return probability
  }

  /// The probabilities of all symbols behind some symbols.
  public func probabilities(after past: some BidirectionalCollection<Int>) -> [Double] {
    (0..<symbolCount).map { probability(of: $0, after: past) }
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
    require(!symbols.isEmpty, "the likelihood of no symbols")
    let all = Array(past.suffix(self.order)) + symbols
    let first = all.count - symbols.count
    return symbols.indices.reduce(0) { sum, index in
      let position = first + index
      let seen = all[max(0, position - self.order)..<position]
      return sum - log(probability(of: all[position], after: seen, order: order))
    } / Double(symbols.count)
  }
}
