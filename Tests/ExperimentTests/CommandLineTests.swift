import Foundation
import Reporting
import Testing

/// What all programs of the package have in common on the command line.
struct CommandLineTests {
  /// A program, with what it cannot do without.
  struct Command: Sendable, CustomTestStringConvertible {
    let name: String
    var needed: [String] = []
    var testDescription: String { name }
  }

  static let computing =
    [
      "masked-images", "descent-methods", "graph-classification", "graph-nodes", "memory-retrieval",
      "multiple-instance", "attention-regimes", "hierarchical-memory", "implicit-gradients",
      "energy-landscape", "generation", "language",
    ].map { Command(name: $0) } + [Command(name: "descend", needed: ["--weights", "w", "--output", "o"])]

  @Test("--version prints the version of the library, which run records have")
  func version() throws {
    for name in Self.computing.map(\.name) + ["results-tables", "performance", "energy-transformer"] {
      let found = try Program(name).run(["--version"])
      #expect(
        found.status == 0 && found.output == "\(SoftwareVersions.library)\n", "\(name): \(found.output)")
    }
  }

  @Test(
    "help shows the default of every option, or says what happens where it is left out",
    arguments: computing)
  func defaults(command: Command) throws {
    for argument in try Program(command.name).acceptedArguments() where argument.kind == "option" {
      let words = "\(argument.abstract ?? "") \(argument.discussion ?? "")".lowercased()
      #expect(
        argument.defaultValue != nil || !argument.isOptional || words.contains("left out")
          || words.contains("default"), "--\(argument.preferredName.name)")
    }
  }

  @Test("a negative number is named with the option it was given to", arguments: computing)
  func negativeNumbers(command: Command) throws {
    let found = try Program(command.name).run(command.needed + ["--threads", "-1"])
    #expect(found.status == 64, "\(found.errors)")
    #expect(found.errors.contains("--threads must lie in 1 ... 1024, not -1"), "\(found.errors)")
  }

  @Test("negative numbers are named in lists, behind an equals sign and for seeds too")
  func moreNegativeNumbers() throws {
    for (program, arguments, text) in [
      ("masked-images", ["--epochs", "-1"], "--epochs must lie in 1 ... 1000000, not -1"),
      ("masked-images", ["--epochs=-1"], "--epochs must lie in 1 ... 1000000, not -1"),
      ("masked-images", ["--step-size", "-0.5"], "not -0.5"), ("masked-images", ["--seed", "-1"], "'-1'"),
      ("energy-landscape", ["--betas", "8", "-2"], "--betas"),
      ("energy-landscape", ["--betas", "8", "-2"], "not -2"),
      ("performance", ["layered", "--batch", "-3"], "--batch must lie in 1 ... 100000, not -3"),
    ] {
      let found = try Program(program).run(arguments)
      #expect(found.status == 64 && found.errors.contains(text), "\(arguments): \(found.errors)")
    }
  }

  @Test("an empty name is refused", arguments: computing)
  func emptyNames(command: Command) throws {
    let needed = command.needed.dropLast(command.needed.isEmpty ? 0 : 2)
    let found = try Program(command.name).run(needed + ["--output", ""])
    #expect(
      found.status == 64 && found.errors.contains("--output must not be empty"), "\(found.errors)")
  }

  @Test("every program writes completions for a shell", arguments: computing)
  func completions(command: Command) throws {
    let found = try Program(command.name).run(["--generate-completion-script", "bash"])
    #expect(found.status == 0 && found.output.contains("--threads"), "\(found.errors)")
  }
}
