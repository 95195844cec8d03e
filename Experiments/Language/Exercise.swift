import EnergyTransformer

/// A sequence that a model reads, and the symbols that it is to answer with: the next ones, or those that are masked.
struct Exercise: Sendable {
  let symbols: [Int]
  /// The answer at each position; nil where none is asked for.
  let answers: [Int?]

  /// How many answers are asked for.
  var askedCount: Int { answers.count { $0 != nil } }
  /// The bare answers.
  var asked: [Int] { answers.compactMap(\.self) }
}

/// What is asked about sequences.
enum ExerciseForm: Sendable {
  /// The symbol after each position.
  case next
  /// The symbols that are hidden, a share of all, as `MaskedSymbols` hides them among so many.
  case masked(share: Double, symbolCount: Int)

  /// The exercise of a window of n + 1 symbols, in which some predictions count.
  ///
  /// - Parameter random: The stream that masks are drawn from.
  func exercise(_ window: TextWindows.Evaluated, random: RandomStream) -> Exercise {
    let given = Array(window.symbols.dropLast())
    switch self {
    case .next:
      return Exercise(
        symbols: given,
        answers: given.indices.map { window.counted.contains($0) ? window.symbols[$0 + 1] : nil })
    case .masked(let share, let symbolCount):
      var stream = random
      let masked = MaskedSymbols(given, symbolCount: symbolCount, share: share, using: &stream)
      return Exercise(symbols: masked.inputs, answers: masked.labels)
    }
  }

  /// The exercise of a sequence of n + 1 symbols, all of which count.
  func exercise(_ sequence: [Int], random: RandomStream) -> Exercise {
    exercise(
      TextWindows.Evaluated(symbols: sequence, counted: 0..<sequence.count - 1), random: random)
  }
}

/// The exercises of an update.
struct ExerciseBatch: Sendable {
  let exercises: [Exercise]
  /// How many answers they ask for.
  let askedCount: Int
  /// The stream that dropout draws from.
  let random: RandomStream

  init(_ exercises: [Exercise], random: RandomStream) {
    (self.exercises, self.random) = (exercises, random)
    askedCount = exercises.reduce(0) { $0 + $1.askedCount }
  }
}
