public import ArgumentParser
public import EnergyTransformer
import Kit

/// What is learned.
enum LanguageKind: String, CaseIterable, ExpressibleByArgument {
  case text, listops, brackets
}

extension CharacterUnit: ExpressibleByArgument {}

/// The language that is learned, and what of it is held back.
struct DataOptions: ParsableArguments, RecordedOptions {
  @Option(
    help: ArgumentHelp(
      "A text to learn from, UTF-8 unless --unit says bytes.",
      discussion:
        "Its first nine tenths are learned from, its last tenth is judged on. A generated task when left out."
    ))
  var data: String?
  @Option(
    help:
      "text, or a generated task: listops or brackets. When left out, text where --data is given, else listops."
  )
  var task: LanguageKind?
  @Option(help: "What a symbol of a text is: scalars of Unicode, or bytes.") var unit = CharacterUnit.scalars
  @Flag(
    help:
      "Hold back the last tenth of the text to learn from, and report on it in place of the validation text: for choices."
  )
  var select = false
  @Flag(help: "Fill in masked symbols of a text instead of predicting the next ones.") var masked = false
  @Option(
    help:
      "With --masked: share of the symbols that is hidden, 0 < share < 1; of these 0.8 are masked, 0.1 replaced by others."
  ) var mask = 0.15
  @Option(help: "listops: the most operations inside one another.") var depth = 2
  @Option(help: "listops: probability that an argument is an operation.") var nesting = 0.25
  @Option(help: "listops: test expressions that models answer.") var prompts = 1_000
  @Option(help: "brackets: classes of subjects, each with a verb of its own.") var classes = 8
  @Option(help: "brackets: kinds of brackets.") var kinds = 3
  @Option(help: "brackets: the most brackets open at a time.") var open = 4
  @Option(help: "brackets: probability that the verb follows where no bracket is open.") var ending = 0.15
  @Option(help: "Generated tasks: sequences that models are judged on.") var sequences = 400
  @Option(help: "Generated tasks: symbols that the n-gram model counts; networks never meet one twice.")
  var counted = 1_000_000

  /// The language, whether named or not.
  var kind: LanguageKind { task ?? (data == nil ? .listops : .text) }

  func validate() throws {
    try checkNames([("data", data)])
    if data != nil, kind != .text {
      throw ValidationError("--data names a text, which --task \(kind.rawValue) does not read")
    }
    if data == nil, kind == .text { throw ValidationError("--task text needs --data") }
    if masked, kind != .text {
      throw ValidationError("--masked fills in a text and needs --data: --task is \(kind.rawValue)")
    }
    try checkRanges([
      ("mask", mask, .between(0, 1)), ("nesting", nesting, .range(0...0.5)), ("ending", ending, .part),
    ])
    try checkRanges([
      ("depth", depth, 1...5), ("prompts", prompts, 1...1_000_000), ("classes", classes, 2...1_000),
      ("kinds", kinds, 1...1_000), ("open", open, 1...1_000), ("sequences", sequences, 1...1_000_000),
      ("counted", counted, 100...100_000_000),
    ])
  }

  /// Little of everything that is generated.
  mutating func makeQuick() {
    (prompts, sequences, counted) = (min(prompts, 6), min(sequences, 6), min(counted, 2_000))
  }

  var recordedOtherwise: [String: String?] {
    ["data": String(lastPartOf: data) ?? "generated", "task": kind.rawValue]
  }
}
