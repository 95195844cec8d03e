import EnergyTransformer

/// The parts of a language: what is learned from, and what networks are watched and judged on.
struct LanguageMaterial: Sendable {
  /// What the parts are for.
  enum Purpose: Sendable {
    /// Choices: nothing of what a result is judged on plays a part.
    case choice
    case result
  }

  /// Sequences of n + 1 symbols to learn from.
  let draw: @Sendable (_ count: Int, _ random: inout RandomStream) -> [[Int]]
  /// Gives what an n-gram model counts.
  let counted: @Sendable () -> [Int]
  /// Texts of which a few windows are watched while networks learn.
  let watched: [[Int]]
  /// Texts that models are judged on.
  let judged: [[Int]]
  /// The most symbols of a window.
  let context: Int
  let form: ExerciseForm

  /// The most windows that are watched.
  static let watchedCount = 32
  /// What is judged on is the same whatever the seed of a run.
  private static let fixed = RandomStream(seed: 0x1A46)

  /// A few windows, evenly spread.
  var watchedExercises: [Exercise] {
    let each = max(1, Self.watchedCount / watched.count)
    let windows = watched.flatMap { TextWindows($0).spread(count: each, length: context) }
    return exercises(Array(windows.prefix(Self.watchedCount)), Self.fixed.child(8))
  }

  /// All that is judged on, each symbol asked for once, and of masked ones those that are hidden.
  var judgedExercises: [Exercise] {
    let stride =
      switch form {
      case .next: max(1, context / 2)
      case .masked: context
      }
    let windows = judged.flatMap { TextWindows($0).evaluation(length: context, stride: stride) }
    return exercises(windows, Self.fixed.child(9))
  }

  /// Some windows of what is judged on, of one length, evenly spread, each symbol in them asked for.
  func judgedWindows(_ count: Int) -> [Exercise] {
    windows(of: judged, count: count, length: context, Self.fixed.child(10))
  }

  /// A few short windows of texts to look at one by one.
  func shownWindows(of texts: [[Int]], count: Int = 4) -> [Exercise] {
    windows(of: texts, count: count, length: min(context, 64), Self.fixed.child(11))
  }

  /// Windows of texts, evenly spread, none shorter than another.
  private func windows(of texts: [[Int]], count: Int, length: Int, _ random: RandomStream) -> [Exercise] {
    let each = max(1, (count + texts.count - 1) / texts.count)
    let found = texts.flatMap { TextWindows($0).spread(count: each, length: length) }
    let longest = found.map(\.symbols.count).max() ?? 0
    return exercises(Array(found.filter { $0.symbols.count == longest }.prefix(count)), random)
  }

  private func exercises(_ windows: [TextWindows.Evaluated], _ random: RandomStream) -> [Exercise] {
    windows.enumerated().map { form.exercise($1, random: random.child(UInt64($0))) }
  }
}

extension LanguageTask {
  /// The parts of the language for some purpose; with `--select` results are judged on what choices are.
  func material(_ purpose: LanguageMaterial.Purpose) -> LanguageMaterial {
    let isChoice = purpose == .choice || options.select
    switch language {
    case .text(let text): return material(of: text, isChoice: isChoice)
    case .listops(let operations):
      return generated(
        isChoice, stream: { operations.stream(length: $0, using: &$1) },
        test: { operations.stream(of: .test, length: $0, using: &$1) })
    case .brackets(let grammar):
      return generated(
        isChoice, stream: { grammar.stream(length: $0, using: &$1) },
        test: { grammar.stream(length: $0, using: &$1) })
    }
  }

  private func material(of text: CharacterText, isChoice: Bool) -> LanguageMaterial {
    let split = TextSplit(count: text.symbols.count, withSelection: isChoice)
    let whole = text.symbols[split.training]
    // Curves need a part that is not learned from: the last windows, at most a twentieth.
    let watched = isChoice ? 0 : min(LanguageMaterial.watchedCount * context + 1, max(2, whole.count / 20))
    let learned = whole.dropLast(watched)
    let windows = TextWindows(learned)
    let judged = Array(text.symbols[isChoice ? split.selection : split.validation])
    return LanguageMaterial(
      draw: { [context] in windows.random(count: $0, length: context, using: &$1) },
      counted: { Array(learned) },
      watched: [isChoice ? judged : Array(whole.suffix(watched))], judged: [judged], context: context,
      form: form)
  }

  /// Sequences of a generated language, each from its beginning, so that nothing before them is needed to predict them.
  private func generated(
    _ isChoice: Bool, stream: @escaping @Sendable (_ length: Int, _ random: inout RandomStream) -> [Int],
    test: (_ length: Int, _ random: inout RandomStream) -> [Int]
  ) -> LanguageMaterial {
    let length = context + 1
    func sequences(_ count: Int, _ index: UInt64, _ make: (Int, inout RandomStream) -> [Int]) -> [[Int]] {
      (0..<count).map { number in
        var random = LanguageMaterial.generation.child(index).child(UInt64(number))
        return make(length, &random)
      }
    }
    let count = options.counted
    return LanguageMaterial(
      draw: { count, random in (0..<count).map { _ in stream(length, &random) } },
      counted: {
        var random = LanguageMaterial.generation.child(0)
        return stream(count, &random)
      },
      watched: sequences(min(options.sequences, LanguageMaterial.watchedCount), 1, stream),
      judged: isChoice ? sequences(options.sequences, 2, stream) : sequences(options.sequences, 3, test),
      context: context, form: form)
  }

  /// Expressions whose answers are judged, the same whatever the seed of a run.
  func expressions(of operations: ListOps) -> [ListOps.Expression] {
    (0..<options.prompts).map { number in
      var random = LanguageMaterial.generation.child(4).child(UInt64(number))
      return operations.expression(of: options.select ? .training : .test, using: &random)
    }
  }
}

extension LanguageMaterial {
  /// What generated languages are judged on comes from this stream.
  fileprivate static let generation = RandomStream(seed: 0x1A47)
}
