import Foundations

/// Many short sequences of letters, one byte a letter, laid one after the other.
///
/// A letter is a number below ``letterCount``: of proteins, say, one of 20 amino acids.
///
/// - Cost: one byte a letter and four a sequence.
public struct LetterSequences: Sendable, Equatable {
  /// The letters of all sequences.
  public let letters: [UInt8]
  /// Where each sequence begins, and then the number of letters; never falls.
  public let starts: [Int32]
  /// The number of different letters.
  public let letterCount: Int

  /// Sequences in their packed form.
  ///
  /// - Parameters:
  ///   - letters: The letters of all sequences, each below `letterCount`.
  ///   - starts: Where each begins, and then the number of letters.
  ///   - letterCount: The number of different letters, 1 to 256.
  public init(letters: [UInt8], starts: [Int32], letterCount: Int) {
    require((1...256).contains(letterCount), "\(letterCount) different letters, expected 1 to 256")
    require(
      starts.first == 0 && starts.last.map(Int.init) == letters.count,
      "starts run from \(starts.first ?? -1) to \(starts.last ?? -1), expected 0 to \(letters.count) letters")
    require(Self.neverFalls(starts), "the start of a sequence lies before that of the one before it")
    require(
      letters.reduce(0, max) < letterCount || letters.isEmpty, "a letter is not below \(letterCount)")
    (self.letters, self.starts, self.letterCount) = (letters, starts, letterCount)
  }

  /// Sequences from their letters.
  public init(_ sequences: [[UInt8]], letterCount: Int) {
    var starts: [Int32] = [0]
    starts.reserveCapacity(sequences.count + 1)
    var total = 0
    for sequence in sequences {
      total += sequence.count
      starts.append(Int32(total))
    }
    self.init(letters: Array(sequences.joined()), starts: starts, letterCount: letterCount)
  }

  /// The number of sequences.
  public var count: Int { starts.count - 1 }

  /// The letters of one sequence.
  public subscript(index: Int) -> ArraySlice<UInt8> { letters[Int(starts[index])..<Int(starts[index + 1])] }

  /// The most letters of a sequence.
  public var longest: Int { zip(starts, starts.dropFirst()).reduce(0) { max($0, Int($1.1 - $1.0)) } }

  /// The sequences at `indices`, in that order; an index may repeat.
  public func selected(_ indices: [Int32]) -> LetterSequences {
    var total = 0
    var starts = [Int32](repeating: 0, count: indices.count + 1)
    for (place, index) in indices.enumerated() {
      require(index >= 0 && index < count, "sequence \(index) of \(count)")
      total += Int(self.starts[Int(index) + 1] - self.starts[Int(index)])
      starts[place + 1] = Int32(total)
    }
    let letters = [UInt8](unsafeUninitializedCapacity: total) { out, filled in
      for (place, index) in indices.enumerated() {
        let (from, to) = (Int(self.starts[Int(index)]), Int(starts[place]))
        let length = Int(self.starts[Int(index) + 1]) - from
        for offset in 0..<length { out.initializeElement(at: to + offset, to: self.letters[from + offset]) }
      }
      filled = total
    }
    return LetterSequences(checked: letters, starts: starts, letterCount: letterCount)
  }

  /// Some neighbouring sequences.
  public func sliced(_ range: Range<Int>) -> LetterSequences {
    require(range.lowerBound >= 0 && range.upperBound <= count, "sequences \(range) of \(count)")
    let first = starts[range.lowerBound]
    return LetterSequences(
      checked: Array(letters[Int(first)..<Int(starts[range.upperBound])]),
      starts: starts[range.lowerBound...range.upperBound].map { $0 - first }, letterCount: letterCount)
  }

  private init(checked letters: [UInt8], starts: [Int32], letterCount: Int) {
    (self.letters, self.starts, self.letterCount) = (letters, starts, letterCount)
  }

  private static func neverFalls(_ starts: [Int32]) -> Bool {
    starts.withUnsafeBufferPointer { starts in
      var falls = false
      for index in 1..<max(1, starts.count) where starts[index] < starts[index - 1] { falls = true }
      return !falls
    }
  }
}
