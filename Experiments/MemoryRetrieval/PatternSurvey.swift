import EnergyTransformer
import Foundation

/// What a user's file of patterns holds: one pass over all of it, before any work.
struct PatternSurvey {
  /// The smallest and largest Euclidean norm of a pattern.
  let lengths: ClosedRange<Double>
  /// The mean of the squared norms.
  let meanSquare: Double
  /// Patterns that are 0 throughout, and those of one other number throughout.
  let zeros: Int, constants: Int
  /// Patterns that are equal to one before them.
  let copies: Int

  /// Norms beyond these have no inner products in single precision, or none that beta could make scores of.
  private static let usableLengths = 1e-15...1e15

  /// - Throws: one line that names the file and the first row with a number that is not finite, or says that lengths
  ///   cannot be used.
  init(_ patterns: StoredPatterns<Float>, path: String) throws {
    let blocks = Self.blocks(of: patterns)
    if let row = blocks.compactMap(\.firstOther).first {
      var value = Float.nan
      patterns.withRows(row..<row + 1) { start in
        value = (0..<patterns.dimension).map { start[$0] }.first { !$0.isFinite } ?? .nan
      }
      throw Self.error(path, "row \(row) (from 0): expected finite numbers, found \(value)")
    }
    let squares = (blocks.map(\.smallest).min() ?? 0)...(blocks.map(\.largest).max() ?? 0)
    lengths = squares.lowerBound.squareRoot()...squares.upperBound.squareRoot()
    meanSquare = blocks.reduce(0) { $0 + $1.sum } / Double(patterns.patternCount)
    zeros = blocks.reduce(0) { $0 + $1.zeros }
    constants = blocks.reduce(0) { $0 + $1.constants }
    let hashes = blocks.flatMap(\.hashes).sorted()
    copies = zip(hashes, hashes.dropFirst()).count { $0 == $1 }
    guard lengths.upperBound <= Self.usableLengths.upperBound,
      meanSquare.squareRoot() >= Self.usableLengths.lowerBound
    else {
      let range = String(
        format: "%g to %g", Self.usableLengths.lowerBound, Self.usableLengths.upperBound)
      throw Self.error(
        path,
        "lengths of patterns: expected \(range), found up to \(String(format: "%g", lengths.upperBound))")
    }
  }

  private static func error(_ path: String, _ problem: String) -> DataFileError {
    DataFileError(file: path, problem: "array \"\(PatternFile.arrayName)\", \(problem)")
  }

  /// What is unusual, in words; nil where nothing is.
  func remark(count: Int, dimension: Int) -> String? {
    let kinds = [
      (zeros, "0 throughout"), (dimension > 1 ? constants : 0, "one number throughout"),
      (copies, "copies of others"),
    ]
    let words = kinds.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    return words.isEmpty ? nil : "of \(count) patterns " + words.joined(separator: ", ")
  }

  /// What is found in some neighbouring rows.
  private struct Block {
    var firstOther: Int?
    var (smallest, largest, sum) = (Double.infinity, 0.0, 0.0)
    var (zeros, constants) = (0, 0)
    var hashes: [UInt64] = []
  }

  private static func blocks(of patterns: StoredPatterns<Float>) -> [Block] {
    let (count, dimension) = (patterns.patternCount, patterns.dimension)
    let length = max(1, 262_144 / dimension)
    return Parallelism.map((count + length - 1) / length) { index in
      var block = Block()
      let range = index * length..<min((index + 1) * length, count)
      patterns.withRows(range) { rows in
        for row in range { add(rows + (row - range.lowerBound) * dimension, dimension, row, to: &block) }
      }
      return block
    }
  }

  private static func add(
    _ numbers: UnsafePointer<Float>, _ dimension: Int, _ row: Int, to block: inout Block
  ) {
    let square = Float.kernels.dot(dimension, numbers, numbers)
    guard square.isFinite else {
      if block.firstOther == nil { block.firstOther = row }
      return
    }
    block.smallest = min(block.smallest, square)
    block.largest = max(block.largest, square)
    block.sum += square
    if square == 0 {
      block.zeros += 1
    } else if (1..<dimension).allSatisfy({ numbers[$0] == numbers[0] }) {
      block.constants += 1
    }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for place in 0..<dimension {
      // 0 and -0 are one number.
      hash = (hash ^ UInt64((numbers[place] + 0).bitPattern)) &* 0x9E37_79B9_7F4A_7C15
      hash ^= hash >> 32
    }
    block.hashes.append(hash)
  }
}
