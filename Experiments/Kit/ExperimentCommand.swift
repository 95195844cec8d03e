package import ArgumentParser

/// A program of this package: its arguments are read so that a negative number belongs to the option before it.
package protocol ExperimentCommand: ParsableCommand {}

extension ExperimentCommand {
  package static func main() { main(attachingNegativeNumbers(Array(CommandLine.arguments.dropFirst()))) }
}

/// The same arguments with each negative number attached to the option before it: `--epochs -1` as `--epochs=-1`.
///
/// ArgumentParser takes `-1` for an option of its own and says that `--epochs` misses its value; attached, the number reaches
/// the check of the option, which names what is wrong with it.
package func attachingNegativeNumbers(_ arguments: [String]) -> [String] {
  var attached: [String] = []
  // The option that a number would belong to; `isBare` where no value of it has come yet.
  var option: (name: String, isBare: Bool)?
  for (index, argument) in arguments.enumerated() {
    if argument == "--" { return attached + arguments[index...] }
    if let name = option?.name, isNegativeNumber(argument) {
      if option?.isBare == true { attached.removeLast() }
      attached.append("\(name)=\(argument)")
      option?.isBare = false
      continue
    }
    attached.append(argument)
    if argument.hasPrefix("--") {
      let name = argument.prefix { $0 != "=" }
      option = (String(name), name.count == argument.count)
    } else {
      option?.isBare = false
    }
  }
  return attached
}

private func isNegativeNumber(_ argument: String) -> Bool {
  argument.hasPrefix("-") && !argument.hasPrefix("--") && Double(argument) != nil
}
