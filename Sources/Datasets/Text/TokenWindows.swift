/// A text as sequences of one length, each between begin and end, one after the other without overlap.
public struct TokenWindows: Sendable {
  /// The ids of all pieces of the text.
  public let ids: [Int]
  private let begin: Int, end: Int

  /// The windows of a text.
  public init(_ text: String, tokenizer: WordPieceTokenizer) {
    ids = tokenizer.ids(of: text)
    (begin, end) = (tokenizer.vocabulary.begin, tokenizer.vocabulary.end)
  }

  /// The number of whole windows of `length` tokens, begin and end included, in the text.
  public func count(length: Int) -> Int { length < 3 ? 0 : ids.count / (length - 2) }

  /// Some windows, evenly spaced over the text where it has more than `limit`.
  public func windows(length: Int, limit: Int) -> [[Int]] {
    let (available, width) = (count(length: length), length - 2)
    let taken = min(limit, available)
    return (0..<taken).map { index in
      let start = index * available / taken * width
      return [begin] + ids[start..<start + width] + [end]
    }
  }

  /// The same windows in two parts without a common one, the first and every second after it, and the others: one part to
  /// fit by and one to judge on.
  public func halves(length: Int, limit: Int) -> (first: [[Int]], second: [[Int]]) {
    let all = windows(length: length, limit: limit)
    func every(_ remainder: Int) -> [[Int]] { all.indices.filter { $0 % 2 == remainder }.map { all[$0] } }
    return (every(0), every(1))
  }

  /// Exactly `number` windows, beginning again, one piece further on, where the text ends.
  public func cycled(length: Int, number: Int) -> [[Int]] {
    let width = length - 2
    var (found, start, round) = ([[Int]](), 0, 0)
    if width < 1 || ids.count < width { return [] }
    while found.count < number {
      if start + width > ids.count {
        round += 1
        start = round % max(1, ids.count - width + 1)
      }
      found.append([begin] + ids[start..<start + width] + [end])
      start += width
    }
    return found
  }
}
