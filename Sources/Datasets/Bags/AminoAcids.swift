/// The 20 amino acids as letters 0 ... 19, in the alphabetical order of their one-letter codes.
public enum AminoAcids {
  /// The one-letter codes.
  public static let codes = Array("ACDEFGHIKLMNPQRSTVWY".utf8)

  /// The number of letters.
  public static var count: Int { codes.count }

  /// The number of a code, capital or not; nil where the byte is none.
  public static func letter(of code: UInt8) -> UInt8? {
    let number = numbers[Int(code)]
    return number < 255 ? number : nil
  }

  /// Letters as text.
  public static func text(_ letters: some Sequence<UInt8>) -> String {
    String(decoding: letters.map { codes[Int($0)] }, as: UTF8.self)
  }

  /// The letters of a text; nil where a character is no amino acid.
  public static func letters(of text: String) -> [UInt8]? {
    let found = text.utf8.map { letter(of: $0) }
    return found.contains(nil) ? nil : found.compactMap(\.self)
  }

  private static let numbers: [UInt8] = {
    var numbers = [UInt8](repeating: 255, count: 256)
    for (number, code) in codes.enumerated() {
      numbers[Int(code)] = UInt8(number)
      numbers[Int(code) + 32] = UInt8(number)
    }
    return numbers
  }()
}
