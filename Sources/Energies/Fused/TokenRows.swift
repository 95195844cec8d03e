import Tensors

/// The real tokens of some examples as the rows of one matrix, example after example.
///
/// Padding takes part in nothing, so fused descents leave it out.
package struct TokenRows: Sendable {
  /// The examples of the batch.
  package let examples: Range<Int>
  /// The first row of each example, and then the number of rows.
  package let starts: [Int]
  /// The position of each row's token in its example; nil when no token is padding.
  package let positions: [Int]?
  /// The tokens of an example, padding included.
  package let tokenCount: Int

  /// The rows of some examples.
  package init(_ examples: Range<Int>, tokenCount: Int, mask: TokenMask?) {
    self.examples = examples
    self.tokenCount = tokenCount
    guard let mask else {
      starts = (0...examples.count).map { $0 * tokenCount }
      positions = nil
      return
    }
    var starts = [0]
    var positions: [Int] = []
    for example in examples {
      positions += (0..<tokenCount).filter { mask.isReal[example * tokenCount + $0] }
      starts.append(positions.count)
    }
    self.starts = starts
    self.positions = positions
  }

  /// The number of rows.
  package var count: Int { starts[examples.count] }

  /// The number of real tokens of an example, counted from the first of these.
  package func count(of example: Int) -> Int { starts[example + 1] - starts[example] }

  /// The positions of an example's real tokens among all its tokens.
  package func positions(of example: Int) -> [Int] {
    positions.map { Array($0[starts[example]..<starts[example + 1]]) } ?? Array(0..<tokenCount)
  }

  /// Which tokens of the examples are real; all where nil.
  package var mask: TokenMask? {
    guard let positions else { return nil }
    var isReal = [Bool](repeating: false, count: examples.count * tokenCount)
    for example in 0..<examples.count {
      for row in starts[example]..<starts[example + 1] {
        isReal[example * tokenCount + positions[row]] = true
      }
    }
    return TokenMask(batch: examples.count, tokenCount: tokenCount, isReal: isReal)
  }

  /// Calls `body` with each run of neighbouring tokens: its first row, its first token in the batch, its length.
  package func forEachRun(_ body: (_ row: Int, _ token: Int, _ count: Int) -> Void) {
    guard let positions else { return body(0, examples.lowerBound * tokenCount, count) }
    for example in 0..<examples.count {
      let first = (examples.lowerBound + example) * tokenCount
      for row in starts[example]..<starts[example + 1] { body(row, first + positions[row], 1) }
    }
  }
}
