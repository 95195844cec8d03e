import Foundations

/// Many short sequences of symbols, one byte a symbol, laid one after the other.
///
/// A symbol is a number below ``symbolCount``: of an alphabet of 20, say.
///
/// - Cost: one byte a symbol and four a sequence.
public struct SymbolSequences: Sendable, Equatable {
  /// The symbols of all sequences.
  public let symbols: [UInt8]
  /// Where each sequence begins, and then the number of symbols; never falls.
  public let starts: [Int32]
  /// The number of different symbols.
  public let symbolCount: Int

  /// Sequences in their packed form.
  ///
  /// - Parameters:
  ///   - symbols: The symbols of all sequences, each below `symbolCount`.
  ///   - starts: Where each begins, and then the number of symbols.
  ///   - symbolCount: The number of different symbols, 1 to 256.
  public init(symbols: [UInt8], starts: [Int32], symbolCount: Int) {
    require((1...256).contains(symbolCount), "\(symbolCount) different symbols, expected 1 to 256")
    require(
      starts.first == 0 && starts.last.map(Int.init) == symbols.count,
      "starts run from \(starts.first ?? -1) to \(starts.last ?? -1), expected 0 to \(symbols.count) symbols")
    require(Self.neverFalls(starts), "the start of a sequence lies before that of the one before it")
    require(
      symbols.reduce(0, max) < symbolCount || symbols.isEmpty, "a symbol is not below \(symbolCount)")
    (self.symbols, self.starts, self.symbolCount) = (symbols, starts, symbolCount)
  }

  /// Sequences from their symbols.
  public init(_ sequences: [[UInt8]], symbolCount: Int) {
    var starts: [Int32] = [0]
    starts.reserveCapacity(sequences.count + 1)
    var total = 0
    for sequence in sequences {
      total += sequence.count
      starts.append(Int32(total))
    }
    self.init(symbols: Array(sequences.joined()), starts: starts, symbolCount: symbolCount)
  }

  /// The number of sequences.
  public var count: Int { starts.count - 1 }

  /// The symbols of one sequence.
  public subscript(index: Int) -> ArraySlice<UInt8> { symbols[Int(starts[index])..<Int(starts[index + 1])] }

  /// The most symbols of a sequence.
  public var longest: Int { zip(starts, starts.dropFirst()).reduce(0) { max($0, Int($1.1 - $1.0)) } }

  /// The sequences at `indices`, in that order; an index may repeat.
  public func selected(_ indices: [Int32]) -> SymbolSequences {
    var total = 0
    var starts = [Int32](repeating: 0, count: indices.count + 1)
    for (position, index) in indices.enumerated() {
      require(index >= 0 && index < count, "sequence \(index) of \(count)")
      total += Int(self.starts[Int(index) + 1] - self.starts[Int(index)])
      starts[position + 1] = Int32(total)
    }
    let symbols = [UInt8](unsafeUninitializedCapacity: total) { out, filled in
      for (position, index) in indices.enumerated() {
        let (from, to) = (Int(self.starts[Int(index)]), Int(starts[position]))
        let length = Int(self.starts[Int(index) + 1]) - from
        for offset in 0..<length { out.initializeElement(at: to + offset, to: self.symbols[from + offset]) }
      }
      filled = total
    }
    return SymbolSequences(checked: symbols, starts: starts, symbolCount: symbolCount)
  }

  /// Some neighbouring sequences.
  public func sliced(_ range: Range<Int>) -> SymbolSequences {
    require(range.lowerBound >= 0 && range.upperBound <= count, "sequences \(range) of \(count)")
    let first = starts[range.lowerBound]
    return SymbolSequences(
      checked: Array(symbols[Int(first)..<Int(starts[range.upperBound])]),
      starts: starts[range.lowerBound...range.upperBound].map { $0 - first }, symbolCount: symbolCount)
  }

  private init(checked symbols: [UInt8], starts: [Int32], symbolCount: Int) {
    (self.symbols, self.starts, self.symbolCount) = (symbols, starts, symbolCount)
  }

  private static func neverFalls(_ starts: [Int32]) -> Bool {
    starts.withUnsafeBufferPointer { starts in
      var falls = false
      for index in 1..<max(1, starts.count) where starts[index] < starts[index - 1] { falls = true }
      return !falls
    }
  }
}
