import Foundation
import Tensors

/// Facts about a store of patterns from one pass over it: the lengths of patterns, and patterns that no retrieval can
/// tell from others.
///
/// - Cost: a pass over the numbers, and 8 bytes per pattern.
public struct PatternSurvey: Sendable, CustomStringConvertible {
  /// The number of patterns.
  public let patternCount: Int
  /// The size of a pattern.
  public let dimension: Int
  /// The first pattern with a number that is not finite, and that number; everything else leaves such patterns out.
  public let firstNonFinite: (pattern: Int, value: Float)?
  /// The smallest and largest Euclidean norm of a pattern.
  public let lengths: ClosedRange<Double>
  /// The mean of the squared norms.
  public let meanSquare: Double
  /// The number of patterns that are 0 throughout.
  public let zeroCount: Int
  /// The number of patterns that repeat one other number throughout.
  public let constantCount: Int
  /// The number of patterns that equal one before them, judged by a hash of 64 bits.
  public let copyCount: Int

  /// Surveys patterns.
  public init(_ patterns: some PatternSource<Float>) {
    let (count, dimension) = (patterns.patternCount, patterns.dimension)
    (patternCount, self.dimension) = (count, dimension)
    let length = max(1, 262_144 / max(1, dimension))
    let blocks = Parallelism.map((count + length - 1) / length) { index -> Block in
      var block = Block()
      let range = index * length..<min((index + 1) * length, count)
      patterns.withRows(range) { rows in
        for row in range { block.add(rows + (row - range.lowerBound) * dimension, dimension, row) }
      }
      return block
    }
    firstNonFinite = blocks.compactMap(\.firstNonFinite).first
    let smallest = blocks.map(\.smallest).min() ?? .infinity
    lengths =
      (smallest.isFinite ? smallest : 0).squareRoot()...(blocks.map(\.largest).max() ?? 0).squareRoot()
    meanSquare = blocks.reduce(0) { $0 + $1.sum } / Double(count)
    zeroCount = blocks.reduce(0) { $0 + $1.zeros }
    constantCount = blocks.reduce(0) { $0 + $1.constants }
    let hashes = blocks.flatMap(\.hashes).sorted()
    copyCount = zip(hashes, hashes.dropFirst()).count { $0 == $1 }
  }

  /// Why the patterns cannot be used in single precision, in one line; nil where they can.
  ///
  /// Norms beyond 1e-15 … 1e15 have no inner products in single precision, or none that an inverse temperature could
  /// make scores of.
  public var problem: String? {
    if let (pattern, value) = firstNonFinite {
      return "row \(pattern) (from 0): expected finite numbers, found \(value)"
    }
    if lengths.upperBound <= 1e15 && meanSquare.squareRoot() >= 1e-15 { return nil }
    return String(format: "lengths of patterns: expected 1e-15 to 1e+15, found up to %g", lengths.upperBound)
  }

  /// What is unusual about the patterns, in words; nil where nothing is.
  public var remark: String? {
    let kinds = [
      (zeroCount, "0 throughout"), (dimension > 1 ? constantCount : 0, "one number throughout"),
      (copyCount, "copies of others"),
    ]
    let words = kinds.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    return words.isEmpty ? nil : "of \(patternCount) patterns " + words.joined(separator: ", ")
  }

  /// The range of lengths to three digits, and what is unusual, such as "lengths 0.98 to 1.02 (of 9 patterns 2 copies of
  /// others)".
  public var description: String {
    String(format: "lengths %.3g to %.3g", lengths.lowerBound, lengths.upperBound)
      + (remark.map { " (\($0))" } ?? "")
  }

  /// What is found in some neighbouring rows.
  private struct Block {
    var firstNonFinite: (pattern: Int, value: Float)?
    var (smallest, largest, sum) = (Double.infinity, 0.0, 0.0)
    var (zeros, constants) = (0, 0)
    var hashes: [UInt64] = []

    mutating func add(_ numbers: UnsafePointer<Float>, _ dimension: Int, _ row: Int) {
      let square = Float.kernels.dot(count: dimension, numbers, numbers)
      guard square.isFinite else {
        let value = (0..<dimension).lazy.map { numbers[$0] }.first { !$0.isFinite }
        if firstNonFinite == nil, let value { firstNonFinite = (row, value) }
        return
      }
      smallest = min(smallest, square)
      largest = max(largest, square)
      sum += square
      if square == 0 {
        zeros += 1
      } else if (1..<dimension).allSatisfy({ numbers[$0] == numbers[0] }) {
        constants += 1
      }
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for index in 0..<dimension {
        // 0 and -0 are one number.
        hash = (hash ^ UInt64((numbers[index] + 0).bitPattern)) &* 0x9E37_79B9_7F4A_7C15
        hash ^= hash >> 32
      }
      hashes.append(hash)
    }
  }
}
