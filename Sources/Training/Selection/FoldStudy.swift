/// A comparison of methods by cross-validation, in which every method is tuned, trained and judged on every fold.
///
/// In each fold every method tries the same settings for some epochs; the validation part chooses one by accuracy, and by loss
/// among equals. The method is then trained with it from several seeds, and the test part judges once. Every method that learns
/// has the same number of trials. A study that was interrupted, written and read back, continues with what is missing.
///
/// ```swift
/// var study = FoldStudy<Method, Setting>(options: options)
/// try study.run(plan) { task in
///   try outcome(of: task)
/// } onProgress: { study, _ in
///   try JSONEncoder().encode(study).write(to: file)
/// }
/// ```
public struct FoldStudy<Method, Setting>: Codable, Sendable
where
  Method: Codable & Hashable & Sendable & CustomStringConvertible,
  Setting: Codable & Equatable & Sendable & CustomStringConvertible
{
  /// A trial of a setting by a method on a fold, judged by the fold's validation part alone.
  public struct Trial: Codable, Equatable, Sendable {
    /// The fold, from 0.
    public let fold: Int
    public let method: Method
    /// The setting's number, from 0.
    public let trial: Int
    public let setting: Setting
    /// Epochs of the trial.
    public let epochs: Int
    /// Accuracy and loss of the best epoch, and which it was, from 1; nil where the training left the finite numbers.
    public internal(set) var validationAccuracy: Double?
    public internal(set) var validationLoss: Double?
    public internal(set) var epoch: Int?
    public internal(set) var seconds = 0.0
  }

  /// The result of one training of a method on a fold.
  public struct Result: Codable, Equatable, Sendable {
    /// The fold, from 0.
    public let fold: Int
    public let method: Method
    /// The seed of the weights, from 0.
    public let seed: Int
    /// What was chosen for it; nil where nothing is trained.
    public let setting: Setting?
    /// Share of the test examples whose class was predicted.
    public let accuracy: Double
    /// The same of the examples that chose setting and epoch.
    public let validationAccuracy: Double
    /// The epoch that they chose, from 1; 0 where nothing is trained.
    public let epoch: Int
    public let parameterCount: Int
    public let seconds: Double
    /// The predicted class of each test example, in the order of the fold.
    public let predictions: [Int]
  }

  /// The options that determine the results.
  public let options: [String: String]
  public internal(set) var trials: [Trial] = []
  public internal(set) var results: [Result] = []

  /// A study of which nothing is done.
  public init(options: [String: String]) { self.options = options }

  /// The result of a method on a fold; nil where there is none yet.
  public func result(of method: Method, fold: Int, seed: Int) -> Result? {
    results.first { $0.method == method && $0.fold == fold && $0.seed == seed }
  }

  /// The results of a method, by fold and seed.
  public func results(of method: Method) -> [Result] {
    results.filter { $0.method == method }.sorted { ($0.fold, $0.seed) < ($1.fold, $1.seed) }
  }

  /// A trial of a method on a fold; nil where there is none yet.
  public func trial(of method: Method, fold: Int, trial: Int) -> Trial? {
    trials.first { $0.method == method && $0.fold == fold && $0.trial == trial }
  }

  /// The trial of a method on a fold with the highest accuracy, of equals that of the lowest loss, then the first; nil where
  /// none kept to the finite numbers.
  public func chosenTrial(of method: Method, fold: Int) -> Trial? {
    trials.filter { $0.method == method && $0.fold == fold }.sorted { $0.trial < $1.trial }
      .best { trial in
        trial.validationAccuracy.map { ValidationScore(score: $0, loss: trial.validationLoss ?? .infinity) }
      }
  }

  /// What cannot come from the plan, in words such as "fold 2 does not fit the data"; nil where all can.
  ///
  /// - Parameters:
  ///   - plan: The plan that the study should come from.
  ///   - testCounts: Test examples of each fold.
  public func misfit(to plan: Plan, testCounts: [Int]) -> String? {
    for result in results {
      guard testCounts.indices.contains(result.fold), result.predictions.count == testCounts[result.fold],
        (0...1).contains(result.accuracy), (0...1).contains(result.validationAccuracy)
      else { return "fold \(result.fold + 1) does not fit the data" }
    }
    for trial in trials {
      guard testCounts.indices.contains(trial.fold), plan.settings.indices.contains(trial.trial),
        plan.settings[trial.trial] == trial.setting, (0...1).contains(trial.validationAccuracy ?? 0)
      else { return "trial \(trial.trial + 1) of fold \(trial.fold + 1) does not fit the options" }
    }
    return nil
  }
}
