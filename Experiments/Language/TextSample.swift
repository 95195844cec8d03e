import EnergyTransformer
import Kit

/// What a model made of the beginning of a text.
struct TextSample: Codable, Sendable {
  /// The symbols behind the beginning.
  let symbols: [Int]
  let symbolsPerSecond: Double

  /// A sample that goes on from a beginning, at most the context long.
  ///
  /// - Parameters:
  ///   - start: Gives an empty sequence. Where it is full a new one begins with its last half.
  init(
    behind beginning: [Int], count: Int, context: Int, sampling: SymbolSampling, random: RandomStream,
    from start: () -> any TextContinuation
  ) {
    var stream = random
    let (symbols, seconds) = Stopwatch.timed {
      var all = beginning
      var sequence = start()
      func read(_ symbols: some Sequence<Int>) -> Tensor<Float>? {
        symbols.reduce(nil) { sequence.next(after: $1) }
      }
      var logits = read(beginning)
      while let found = logits, all.count < beginning.count + count {
        all.append(sampling.sample(found, using: &stream))
        if sequence.isFull {
          sequence = start()
          logits = read(all.suffix(max(1, context / 2)))
        } else {
          logits = sequence.next(after: all[all.count - 1])
        }
      }
      return Array(all.dropFirst(beginning.count))
    }
    self.symbols = symbols
    symbolsPerSecond = Double(symbols.count) / max(seconds, 1e-9)
  }
}
