import Foundation
import Tensors
import Testing
import Training

/// Two methods that learn and one that does not.
private enum Way: String, Codable, CustomStringConvertible {
  case left, right, still

  var description: String { "the \(rawValue) way" }
}

private struct Setting: Codable, Equatable, CustomStringConvertible {
  var rate: Double

  var description: String { "rate \(rate)" }
}

private typealias Study = FoldStudy<Way, Setting>

struct FoldStudyTests {
  private let plan = Study.Plan(
    methods: [(.left, true), (.still, false), (.right, true)],
    settings: [0.1, 0.2, 0.3].map { Setting(rate: $0) }, trialEpochs: 2, epochs: 5, seeds: 2, foldCount: 3)

  /// What a task led to: on fold 0 the second setting is best for the left way, on the others the third; two settings of the
  /// right way are equal but for the loss.
  private func outcome(of task: Study.Task) -> Study.Outcome {
    let rate = task.setting?.rate ?? 0
    let best = task.fold == 0 ? 0.2 : 0.3
    let validation =
      switch task.method {
      case .left: ValidationScore(score: 1 - abs(rate - best), loss: 1)
      case .right: ValidationScore(score: rate < 0.25 ? 0.75 : 0.5, loss: 1 - rate)
      case .still: ValidationScore(score: 0.25)
      }
    return Study.Outcome(
      epoch: task.epochs, validation: validation, parameterCount: 7, seconds: 1, accuracy: rate,
      predictions: Array(repeating: 1, count: 4 + task.fold))
  }

  /// The tasks of a run in their order, as fold, way, rate and seed.
  private func run(
    _ study: inout Study, plan: Study.Plan? = nil, stopAfter limit: Int = .max
  ) throws -> [String] {
    struct Stopped: Error {}
    var tasks: [String] = []
    var kept = study
    do {
      try study.run(plan ?? self.plan) { task in
        tasks.append(
          "\(task.fold) \(task.method.rawValue) \(task.setting?.rate ?? -1) \(task.seed ?? -1) \(task.epochs)"
        )
        return outcome(of: task)
      } onProgress: { study, _ in
        kept = study
        if tasks.count == limit { throw Stopped() }
      }
    } catch is Stopped {}
    study = kept
    return tasks
  }

  @Test("every fold has the same trials of each way that learns, and trainings with the setting they chose")
  func order() throws {
    var study = Study(options: ["rate": "drawn"])
    // Three trials and two trainings of each of two ways, and one result of the other.
    #expect(study.epochsLeft(of: plan) == 3 * 2 * (3 * 2 + 2 * 5))
    let tasks = try run(&study)
    #expect(tasks.count == 3 * 11 && study.trials.count == 18 && study.results.count == 15)
    #expect(
      Array(tasks[..<11]) == [
        "0 left 0.1 -1 2", "0 left 0.2 -1 2", "0 left 0.3 -1 2", "0 left 0.2 0 5", "0 left 0.2 1 5",
        "0 still -1.0 0 0", "0 right 0.1 -1 2", "0 right 0.2 -1 2", "0 right 0.3 -1 2", "0 right 0.2 0 5",
        "0 right 0.2 1 5",
      ])
    #expect(study.results(of: .left).map(\.accuracy) == [0.2, 0.2, 0.3, 0.3, 0.3, 0.3])
    #expect(study.chosenTrial(of: .right, fold: 1)?.setting == Setting(rate: 0.2))
    let result = try #require(study.result(of: .left, fold: 2, seed: 1))
    #expect(result.predictions.count == 6 && result.epoch == 5 && result.parameterCount == 7)
    #expect(study.result(of: .still, fold: 2, seed: 1) == nil && study.epochsLeft(of: plan) == 0)
    #expect(study.misfit(to: plan, testCounts: [4, 5, 6]) == nil)
    #expect(study.misfit(to: plan, testCounts: [4, 5, 7]) == "fold 3 does not fit the data")
    #expect(study.misfit(to: plan, testCounts: [4, 5]) == "fold 3 does not fit the data")
    let other = Study.Plan(
      methods: plan.methods, settings: [0.1, 0.4, 0.3].map { Setting(rate: $0) }, trialEpochs: 2, epochs: 5,
      seeds: 2, foldCount: 3)
    #expect(
      study.misfit(to: other, testCounts: [4, 5, 6]) == "trial 2 of fold 1 does not fit the options")
  }

  @Test("a study that stopped after any task and was read back does what is missing, and nothing twice")
  func goesOn() throws {
    var whole = Study(options: [:])
    let tasks = try run(&whole)
    for limit in [1, 3, 4, 8, 20] {
      var study = Study(options: [:])
      let first = try run(&study, stopAfter: limit)
      var read = try JSONDecoder().decode(Study.self, from: JSONEncoder().encode(study))
      #expect(try first + run(&read) == tasks)
      #expect(read.results == whole.results)
    }
  }

  @Test("a setting that is alone is taken without a trial")
  func alone() throws {
    let plan = Study.Plan(
      methods: [(.right, true)], settings: [Setting(rate: 0.3)], trialEpochs: 2, epochs: 5, seeds: 1,
      foldCount: 2)
    var study = Study(options: [:])
    #expect(try run(&study, plan: plan) == ["0 right 0.3 0 5", "1 right 0.3 0 5"])
  }

  @Test("a trial that left the finite numbers is not chosen; where all did, or a training, that is an error")
  func nonFinite() throws {
    func message(failing: @escaping (Study.Task) -> Bool) -> (String?, Study) {
      var study = Study(options: [:])
      do {
        try study.run(plan) { task in
          if failing(task) { throw NonFiniteValue(quantity: "the loss", update: 3) }
          return outcome(of: task)
        } onProgress: { _, _ in
        }
        return (nil, study)
      } catch {
        return ("\(error)", study)
      }
    }
    let (none, study) = message { $0.seed == nil && $0.setting?.rate == 0.2 }
    #expect(none == nil)
    // On fold 0 the two others of the left way are as good as each other: the first.
    #expect(study.result(of: .left, fold: 0, seed: 0)?.setting == Setting(rate: 0.1))
    let failed = try #require(study.trial(of: .left, fold: 0, trial: 1))
    #expect(failed.validationAccuracy == nil && failed.validationLoss == nil && failed.epoch == nil)
    #expect(
      message { $0.seed == nil && $0.method == .right }.0
        == "fold 1, the right way: no trial kept to the finite numbers")
    let loss = NonFiniteValue(quantity: "the loss", update: 3)
    #expect(
      message { $0.seed == 1 && $0.fold == 1 }.0
        == "fold 2, the left way, rate 0.3: \(loss.description)")
  }
}
