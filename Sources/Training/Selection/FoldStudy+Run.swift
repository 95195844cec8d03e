import Foundation

extension FoldStudy {
  /// What is done in every fold.
  public struct Plan: Sendable {
    /// The methods in their order, each with whether it learns: otherwise it has no trials and one seed.
    public let methods: [(method: Method, learns: Bool)]
    /// The settings that every method which learns tries; one that is alone needs no trial.
    public let settings: [Setting]
    /// Epochs of a trial and of a training.
    public let trialEpochs: Int, epochs: Int
    /// Trainings with the setting chosen, each from other weights.
    public let seeds: Int
    public let foldCount: Int

    /// A plan of at least one setting.
    public init(
      methods: [(method: Method, learns: Bool)], settings: [Setting], trialEpochs: Int, epochs: Int,
      seeds: Int, foldCount: Int
    ) {
      (self.methods, self.settings) = (methods, settings)
      (self.trialEpochs, self.epochs) = (trialEpochs, epochs)
      (self.seeds, self.foldCount) = (seeds, foldCount)
    }

    fileprivate func trials(learns: Bool) -> Range<Int> {
      0..<(learns && settings.count > 1 ? settings.count : 0)
    }
    fileprivate func seeds(learns: Bool) -> Range<Int> { 0..<(learns ? seeds : 1) }
  }

  /// One training to be done.
  public struct Task: Sendable {
    public let fold: Int
    public let method: Method
    /// Nil for a method that learns nothing.
    public let setting: Setting?
    /// 0 for a method that learns nothing.
    public let epochs: Int
    /// The seed of the weights, from 0; nil for a trial, which no test part judges.
    public let seed: Int?
  }

  /// What came out of a task.
  public struct Outcome: Sendable {
    /// The best epoch, from 1, and what it was worth on the validation part.
    public let epoch: Int, validation: ValidationScore
    public let parameterCount: Int
    public let seconds: Double
    /// The share of the test examples whose class was predicted, and the predictions; of no meaning for a trial.
    public let accuracy: Double, predictions: [Int]

    /// An outcome of its parts.
    public init(
      epoch: Int, validation: ValidationScore, parameterCount: Int, seconds: Double, accuracy: Double,
      predictions: [Int]
    ) {
      (self.epoch, self.validation) = (epoch, validation)
      (self.parameterCount, self.seconds) = (parameterCount, seconds)
      (self.accuracy, self.predictions) = (accuracy, predictions)
    }
  }

  /// What was done last.
  public enum Step: Sendable {
    case trial(Trial)
    case result(Result)
  }

  /// Epochs of all tasks that are not done yet.
  public func epochsLeft(of plan: Plan) -> Int {
    (0..<plan.foldCount).reduce(0) { count, fold in
      plan.methods.filter(\.learns).reduce(count) { count, entry in
        let trials = plan.trials(learns: true).count { trial(of: entry.method, fold: fold, trial: $0) == nil }
        let seeds = plan.seeds(learns: true).count { result(of: entry.method, fold: fold, seed: $0) == nil }
        return count + plan.trialEpochs * trials + plan.epochs * seeds
      }
    }
  }

  /// Does what is missing, fold by fold and method by method.
  ///
  /// - Parameters:
  ///   - plan: The methods, settings and folds.
  ///   - carryOut: Does a task. A trial that ends with ``NonFiniteValue`` has no score and is not chosen.
  ///   - onProgress: Sees the study after every task, to keep it.
  /// - Throws: ``FoldStudyError`` where no trial of a method kept to the finite numbers, or a training did not; and whatever
  ///   the closures throw.
  public mutating func run(
    _ plan: Plan, carryOut: (Task) throws -> Outcome,
    onProgress: (_ study: FoldStudy, _ step: Step) throws -> Void
  ) throws {
    for fold in 0..<plan.foldCount {
      for (method, learns) in plan.methods {
        for number in plan.trials(learns: learns) where trial(of: method, fold: fold, trial: number) == nil {
          let found = try tried(number, of: plan, method, fold, carryOut)
          trials.append(found)
          try onProgress(self, .trial(found))
        }
        for seed in plan.seeds(learns: learns) where result(of: method, fold: fold, seed: seed) == nil {
          let setting = learns ? try setting(of: plan, method, fold) : nil
          let found = try judged(
            Task(fold: fold, method: method, setting: setting, epochs: learns ? plan.epochs : 0, seed: seed),
            seed: seed, carryOut)
          results.append(found)
          try onProgress(self, .result(found))
        }
      }
    }
  }

  private func tried(
    _ number: Int, of plan: Plan, _ method: Method, _ fold: Int, _ carryOut: (Task) throws -> Outcome
  ) throws -> Trial {
    let (setting, started) = (plan.settings[number], Date())
    var trial = Trial(
      fold: fold, method: method, trial: number, setting: setting, epochs: plan.trialEpochs)
    do {
      let found = try carryOut(
        Task(fold: fold, method: method, setting: setting, epochs: plan.trialEpochs, seed: nil))
      trial.validationAccuracy = found.validation.score
      (trial.validationLoss, trial.epoch) = (found.validation.loss, found.epoch)
    } catch is NonFiniteValue {}
    trial.seconds = Date().timeIntervalSince(started)
    return trial
  }

  /// The setting that the validation part of a fold likes best.
  private func setting(of plan: Plan, _ method: Method, _ fold: Int) throws -> Setting {
    if plan.trials(learns: true).isEmpty { return plan.settings[0] }
    guard let best = chosenTrial(of: method, fold: fold) else {
      throw FoldStudyError(
        description: "fold \(fold + 1), \(method): no trial kept to the finite numbers")
    }
    return best.setting
  }

  private func judged(_ task: Task, seed: Int, _ carryOut: (Task) throws -> Outcome) throws -> Result {
    do {
      let found = try carryOut(task)
      return Result(
        fold: task.fold, method: task.method, seed: seed, setting: task.setting, accuracy: found.accuracy,
        validationAccuracy: found.validation.score, epoch: found.epoch,
        parameterCount: found.parameterCount, seconds: found.seconds, predictions: found.predictions)
    } catch let error as NonFiniteValue {
      let setting = task.setting.map { ", \($0)" } ?? ""
      throw FoldStudyError(
        description: "fold \(task.fold + 1), \(task.method)\(setting): \(error.description)")
    }
  }
}

/// A study that cannot go on: a training, or every trial of a method, left the finite numbers.
public struct FoldStudyError: Error, CustomStringConvertible, Sendable {
  /// One line with the fold and the method.
  public let description: String
}
