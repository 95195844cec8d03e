/// Pieces by their bytes, so that the longest one at a position in text is found in one walk.
struct PieceTrie: Sendable {
  /// The node that follows a node by a byte, at 256 * node + byte.
  private var children: [Int: Int32] = [:]
  /// The id of the piece that ends at each node; -1 for none.
  private var ids: [Int32] = [-1]

  /// Adds a piece; of equal pieces the last one counts, as in the reference.
  mutating func insert(_ piece: ArraySlice<UInt8>, _ id: Int) {
    var node = 0
    for byte in piece {
      let key = node << 8 | Int(byte)
      if let next = children[key] {
        node = Int(next)
      } else {
        node = ids.count
        children[key] = Int32(node)
        ids.append(-1)
      }
    }
    ids[node] = Int32(id)
  }

  /// The longest piece that the bytes begin with.
  func longest(_ bytes: some Sequence<UInt8>) -> (id: Int, length: Int)? {
    var (node, best): (Int, (Int, Int)?) = (0, nil)
    for (index, byte) in bytes.enumerated() {
      guard let next = children[node << 8 | Int(byte)] else { break }
      node = Int(next)
      if ids[node] >= 0 { best = (Int(ids[node]), index + 1) }
    }
    return best
  }

  /// The id of a piece.
  func id(of piece: ArraySlice<UInt8>) -> Int? {
    guard let match = longest(piece), match.length == piece.count else { return nil }
    return match.id
  }
}
