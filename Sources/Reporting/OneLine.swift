/// Text from outside made fit for an error line: control characters and line breaks escaped.
func oneLine(_ text: String) -> String {
  var line = ""
  for scalar in text.unicodeScalars {
    let isControl = scalar.properties.generalCategory == .control
    if isControl || scalar.value == 0x2028 || scalar.value == 0x2029 {
      line += scalar.escaped(asASCII: true)
    } else {
      line.unicodeScalars.append(scalar)
    }
  }
  return line
}

/// The text with every one of this scalar replaced, also where it makes one Character with what follows it.
func replacing(_ scalar: Unicode.Scalar, with replacement: String, in text: String) -> String {
  var result = String.UnicodeScalarView()
  for found in text.unicodeScalars {
    if found == scalar { result += replacement.unicodeScalars } else { result.append(found) }
  }
  return String(result)
}
