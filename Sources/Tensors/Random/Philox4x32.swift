/// The Philox4x32-10 bijection: a 64-bit key turns a 128-bit counter into 128 random bits.
///
/// Each round multiplies two of the four words by fixed odd constants and mixes high halves, low
/// halves and key; the key moves by a Weyl constant between rounds.
///
/// - Source: Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011.
package enum Philox4x32 {
  package typealias Block = (UInt32, UInt32, UInt32, UInt32)

  /// The random block of one counter under one key, words in the order of the paper.
  @inline(__always)
  package static func block(counter: Block, key: (UInt32, UInt32)) -> Block {
    var (c0, c1, c2, c3) = counter
    var (k0, k1) = key
    for _ in 0..<10 {
      let first = UInt64(c0) &* 0xD251_1F53
      let second = UInt64(c2) &* 0xCD9E_8D57
      (c0, c1, c2, c3) = (
        UInt32(truncatingIfNeeded: second &>> 32) ^ c1 ^ k0, UInt32(truncatingIfNeeded: second),
        UInt32(truncatingIfNeeded: first &>> 32) ^ c3 ^ k1, UInt32(truncatingIfNeeded: first)
      )
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return (c0, c1, c2, c3)
  }

  /// The same bijection on 64-bit halves; the low 32 bits of a half are its first word.
  @inline(__always)
  static func halves(low: UInt64, high: UInt64, key: UInt64) -> (low: UInt64, high: UInt64) {
    let words = block(
      counter: (
        UInt32(truncatingIfNeeded: low), UInt32(truncatingIfNeeded: low &>> 32),
        UInt32(truncatingIfNeeded: high), UInt32(truncatingIfNeeded: high &>> 32)
      ),
      key: (UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key &>> 32)))
    return (UInt64(words.0) | UInt64(words.1) &<< 32, UInt64(words.2) | UInt64(words.3) &<< 32)
  }
}
