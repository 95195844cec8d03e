import EnergyTransformer

/// What a training and what came after it came to, as an interrupted run keeps it.
struct MethodResult: Codable, Sendable {
  /// The number of parameters; nil for counts.
  var parameterCount: Int?
  /// What the network was trained with; nil for counts.
  var setting: Setting?
  var updates = 0
  /// Seconds of training, or of counting, and with them those of everything else.
  var seconds = 0.0, allSeconds = 0.0
  /// How it answered what it was judged on.
  var score: ExerciseScore
  /// Of counts: the chosen order, and what each order came to on the text for choices.
  var order: Int?
  var natsByOrder: [Double] = []
  /// Of calculations: how many were right.
  var calculations: [CalculationScore] = []
  /// Of brackets: how often the verb agreed with its subject.
  var agreements: [AgreementScore] = []
  /// A sample and its symbols a second.
  var sample: TextSample?
}

/// What is finished of a run.
enum FinishedPart: Codable, Sendable {
  /// The loss of a trial on the text for choices; nil where it left the finite numbers.
  case trial(Double?)
  case result(MethodResult)
  /// A training left the finite numbers: where, in words.
  case failure(String)
  /// The run began.
  case beginning
}

/// What all methods came to.
struct MethodResults {
  /// In the order of the methods.
  private(set) var all: [(method: LanguageMethod, result: MethodResult)] = []
  /// Trainings that left the finite numbers, in words.
  private(set) var failures: [String] = []
  /// The settings that every network tried, one where nothing was tuned, and the losses of their trials.
  let settings: [Setting]
  private(set) var trials: [LanguageMethod: [Double?]] = [:]

  init(settings: [Setting]) { self.settings = settings }

  mutating func add(_ method: LanguageMethod, _ part: FinishedPart, trials: [Double?]) {
    self.trials[method] = trials.isEmpty ? nil : trials
    switch part {
    case .result(let result): all.append((method, result))
    case .failure(let words): failures.append("\(method.title): \(words)")
    case .trial, .beginning: break
    }
  }

  subscript(method: LanguageMethod) -> MethodResult? { all.first { $0.method == method }?.result }
}
