import Foundations
import Tensors

/// Letters drawn by a look-up: 65,536 entries, shared out in proportion to how likely each is.
struct LetterTable: Sendable {
  private let letters: [UInt8]

  /// A table of amino acids by their codes; the shares are divided by their sum.
  init(_ shares: [Character: Double]) {
    let sorted = shares.sorted { $0.key < $1.key }
    let total = sorted.reduce(0) { $0 + $1.value }
    var letters: [UInt8] = []
    letters.reserveCapacity(65_536)
    var sum = 0.0
    for (code, share) in sorted {
      guard let letter = code.asciiValue.flatMap(AminoAcids.letter) else {
        fatalError("\(code) is no amino acid")
      }
      sum += share
      let end = Int((65_536 * sum / total).rounded())
      letters += Array(repeating: letter, count: end - letters.count)
    }
    require(letters.count == 65_536, "a table of \(letters.count) letters")
    self.letters = letters
  }

  /// The letter of a draw of 16 bits.
  @inline(__always)
  func letter(of draw: UInt16) -> UInt8 { letters[Int(draw)] }
}
