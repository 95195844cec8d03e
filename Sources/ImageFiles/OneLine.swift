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
