import Foundation

/// Words as a sentence lists them: "a", "a and b", "a, b and c".
package func listed(_ words: [String]) -> String {
  guard words.count > 1, let last = words.last else { return words.joined() }
  return words.dropLast().joined(separator: ", ") + " and " + last
}

/// How numbers are printed: the same digits on every machine and in every locale.
package enum NumberText {
  /// The shortest text that reads back as the same number; whole numbers without ".0".
  package static func roundTrip(_ value: Double) -> String {
    let isPlainWhole = value == value.rounded() && abs(value) < 1e15 && !(value == 0 && value.sign == .minus)
    return isPlainWhole ? String(Int64(value)) : "\(value)"
  }

  /// A fixed number of decimals, or "1.2e-07" for what would otherwise show as zero or a row of digits.
  ///
  /// From 10,000 upwards thousands are separated.
  package static func fixed(_ value: Double, digits: Int) -> String {
    let isTooSmall = value != 0 && abs(value) < 0.5 * pow(10, -Double(digits))
    if isTooSmall || abs(value) >= 1e15 { return String(format: "%.1e", value) }
    return withoutNegativeZero(grouped(String(format: "%.\(digits)f", value)))
  }

  /// About this many significant digits; whole numbers are printed in full.
  package static func significant(_ value: Double, digits: Int) -> String {
    guard value != 0, abs(value) < 1e15 else { return fixed(value, digits: 0) }
    if value == value.rounded() { return fixed(value, digits: 0) }
    let exponent = Int(log10(abs(value)).rounded(.down))
    if exponent < -4 { return String(format: "%.\(digits - 1)e", value) }
    return fixed(value, digits: max(0, digits - 1 - exponent))
  }

  /// A share in percent with this many decimals, such as "12.5 %"; "40 %" and "0.5 %" without needless zeros, to four
  /// decimals, where their number is left out.
  package static func percent(_ share: Double, digits: Int? = nil) -> String {
    if let digits { return String(format: "%.\(digits)f %%", 100 * share) }
    return roundTrip((share * 1e6).rounded() / 1e4) + " %"
  }

  /// A coordinate in a drawing: at most two decimals, no trailing zeros.
  package static func coordinate(_ value: Double) -> String {
    var text = String(format: "%.2f", value)
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return withoutNegativeZero(text)
  }

  private static func grouped(_ text: String) -> String {
    let sign = text.hasPrefix("-") ? "-" : ""
    let parts = text.dropFirst(sign.count).split(separator: ".", maxSplits: 1)
    guard let whole = parts.first, whole.count >= 5 else { return text }
    var result = ""
    for (index, digit) in whole.enumerated() {
      if index > 0, (whole.count - index).isMultiple(of: 3) { result.append(",") }
      result.append(digit)
    }
    return sign + result + (parts.count == 2 ? "." + parts[1] : "")
  }

  private static func withoutNegativeZero(_ text: String) -> String {
    text.hasPrefix("-") && text.allSatisfy { "-0.".contains($0) } ? String(text.dropFirst()) : text
  }
}
