import Foundations
public import Tensors

/// How often each word of k letters, or pair of letters with a gap, stands in the sequences of a bag.
public enum KmerCounts {
  /// The count of each word, in the order of its letters as digits: [letters^k].
  ///
  /// - Cost: one addition per letter, and memory for letters^k numbers.
  public static func counts(of sequences: SymbolSequences, length: Int) -> [Int32] {
    require(length > 0, "words of \(length) letters")
    let letterCount = sequences.symbolCount
    let size = (0..<length).reduce(1) { size, _ in size * letterCount }
    require(size <= 1 << 26, "\(letterCount)^\(length) words are too many")
    var counts = [Int32](repeating: 0, count: size)
    counts.withUnsafeMutableBufferPointer { counts in
      sequences.symbols.withUnsafeBufferPointer { letters in
        for sequence in 0..<sequences.count {
          var (word, read) = (0, 0)
          for position in Int(sequences.starts[sequence])..<Int(sequences.starts[sequence + 1]) {
            word = (word * letterCount + Int(letters[position])) % size
            read += 1
            if read >= length { counts[word] += 1 }
          }
        }
      }
    }
    return counts
  }

  /// How often each letter stands before each other one at distances of 1 to `distances` positions: [distances,
  /// letters, letters], the first letter first.
  ///
  /// - Cost: `distances` additions per letter.
  public static func pairCounts(of sequences: SymbolSequences, distances: Int) -> [Int32] {
    require(distances > 0, "pairs of letters up to \(distances) positions apart")
    let letterCount = sequences.symbolCount
    var counts = [Int32](repeating: 0, count: distances * letterCount * letterCount)
    counts.withUnsafeMutableBufferPointer { counts in
      sequences.symbols.withUnsafeBufferPointer { letters in
        for sequence in 0..<sequences.count {
          let (start, end) = (Int(sequences.starts[sequence]), Int(sequences.starts[sequence + 1]))
          for position in start..<end {
            var pair = Int(letters[position]) * letterCount
            for other in position + 1..<max(position + 1, min(position + 1 + distances, end)) {
              counts[pair + Int(letters[other])] &+= 1
              pair += letterCount * letterCount
            }
          }
        }
      }
    }
    return counts
  }

  /// The share of each word of k letters among all words of each bag, [bags, letters^k]; zeros for bags without words.
  public static func shares(of bags: [SymbolSequences], length: Int) -> Tensor<Float> {
    require(!bags.isEmpty, "words of no bags")
    let rows = Parallelism.map(bags.count) { shares(of: counts(of: bags[$0], length: length)[...]) }
    return Tensor(shape: [rows.count, rows[0].count], elements: Array(rows.joined()))
  }

  static func shares(of counts: ArraySlice<Int32>) -> [Float] {
    let total = Float(max(1, counts.reduce(0) { $0 + Int($1) }))
    return counts.map { Float($0) / total }
  }
}
