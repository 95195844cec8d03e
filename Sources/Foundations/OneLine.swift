/// Text from outside made fit for an error line: control characters escaped, long text cut.
package func oneLine(_ text: String, limit: Int = 300) -> String {
  var line = ""
  for scalar in text.unicodeScalars.prefix(limit) {
    let isControl = scalar.properties.generalCategory == .control
    let isBreak = scalar.value == 0x2028 || scalar.value == 0x2029
    if isControl || isBreak {
      line += scalar.escaped(asASCII: true)
    } else {
      line.unicodeScalars.append(scalar)
    }
  }
  return text.unicodeScalars.count > limit ? line + "…" : line
}

/// Text from outside as it is shown inside an error line: quoted and cut.
package func quoted(_ text: String) -> String { "\"\(oneLine(text, limit: 80))\"" }

/// The text with every one of this scalar replaced, also where it makes one Character with what follows it.
package func replacing(_ scalar: Unicode.Scalar, with replacement: String, in text: String) -> String {
  var result = String.UnicodeScalarView()
  for found in text.unicodeScalars {
    if found == scalar { result += replacement.unicodeScalars } else { result.append(found) }
  }
  return String(result)
}
