import EnergyTransformer
import Foundation
import Kit

/// A finished part of a run.
enum LanguagePart: Codable, Sendable {
  case tuning(LanguageTuning, updates: Int)
  case result(LanguageResult)
  case masked(MaskedResult)

  var result: LanguageResult? { if case .result(let result) = self { result } else { nil } }
  var masked: MaskedResult? { if case .masked(let result) = self { result } else { nil } }
}

/// Trains and judges all models of a run, but for what is finished.
struct LanguageRuns {
  let data: DataOptions
  let model: ModelOptions
  let training: TrainingOptions
  let samples: SampleOptions
  let seed: UInt64
  let folder: String
  let events: EventOptions
  /// What checkpoints and parts depend on.
  let options: [String: String]
  let isResuming: Bool
  let finished: FinishedParts<LanguagePart>

  func results() throws -> (results: [LanguageResult], masked: [MaskedResult]) {
    let results = try LanguageMethod.allCases.filter(training.methods.contains).map { method in
      let part = try finished.part(method.rawValue) {
        .result(method == .ngram ? try .ngram(data, seed: seed) : try learned(method))
      }
      return part.result
    }
    guard training.masked else { return (results.compactMap { $0 }, []) }
    let masked = try [LanguageMethod.energy, .conventional].filter(training.methods.contains).map { method in
      try finished.part("masked-\(method.rawValue)") { .masked(try filledIn(method)) }.masked
    }
    return (results.compactMap { $0 }, masked.compactMap { $0 })
  }

  /// The energy model of the run, from its weights.
  func energyModel(isMasked: Bool = false) throws -> LanguageModel? {
    let task = try LanguageTask(data, seed: seed, withSelection: false)
    let path = weightsPath(.energy, isMasked)
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let training = LanguageTraining(
      task: task, model: model, options: training, seed: seed, isMasked: isMasked)
    return try training.untrained(.energy).map { try WeightsFile.read($0, path: path) }
  }

  private func name(_ method: LanguageMethod, _ isMasked: Bool) -> String {
    (isMasked ? "masked-" : "") + method.rawValue
  }

  private func weightsPath(_ method: LanguageMethod, _ isMasked: Bool) -> String {
    "\(folder)/model-\(name(method, isMasked)).safetensors"
  }

  private func trained(
    _ method: LanguageMethod, isMasked: Bool
  ) throws -> (model: LanguageModel, figures: TrainedLanguageModel, task: LanguageTask) {
    let name = name(method, isMasked)
    func training(withSelection: Bool) throws -> LanguageTraining {
      LanguageTraining(
        task: try LanguageTask(data, seed: seed, withSelection: withSelection), model: model,
        options: self.training, seed: seed, isMasked: isMasked)
    }
    let part = try finished.part("\(name)-tuning") {
      let choosing = try training(withSelection: true)
      // Rates are chosen once, by predicting.
      let tuning =
        isMasked
        ? LanguageTuning(losses: [], chosen: .init(muon: self.training.muonRate, others: self.training.rate))
        : try choosing.tuned(method)
      return .tuning(tuning, updates: try choosing.updates(of: method, tuning.chosen))
    }
    guard case .tuning(let tuning, let updates) = part else {
      throw ExperimentError("\(folder): the part \(name)-tuning is no tuning")
    }
    let final = try training(withSelection: false)
    remark("Training: \(method.title)\(isMasked ? ", masked" : ""), \(updates) updates.")
    var files = TrainingFiles(
      metrics: "\(folder)/metrics-\(name).csv", checkpoint: "\(folder)/checkpoint-\(name).safetensors",
      options: options.merging(["method": name, "updates": "\(updates)"]) { $1 })
    files.eventsFolder = events.folder("\(folder)/\(name)")
    let found = try final.trained(method, files, tuning, updates: updates, isResuming: isResuming)
    try SafetensorsFile.write(found.model, to: weightsPath(method, isMasked), metadata: options)
    return (found.model, found.figures, final.task)
  }

  private func learned(_ method: LanguageMethod) throws -> LanguageResult {
    let (model, figures, task) = try trained(method, isMasked: false)
    let windows = task.evaluated(.validation, length: self.model.context)
    var result = LanguageResult(
      method: method, training: figures, loss: LanguageEvaluation.loss(of: model, windows))
    let random = RandomStream(seed: seed).child(78)
    switch task.source {
    case .listOps(let listOps):
      result.answers = Answers(of: model, listOps, questions: data.questions, random: random)
    case .brackets(let grammar): result.agreement = Agreement(of: model, grammar, windows)
    case .text: break
    }
    let started = Date()
    var stream = random.child(0)
    var generation = LanguageGeneration(model)
    let prompt = [windows.first?.symbols.first ?? 0]
    let symbols =
      generation?.continued(prompt, count: samples.characters, samples.sampling, using: &stream) ?? []
    result.sampleRate = Double(symbols.count) / max(1e-9, Date().timeIntervalSince(started))
    result.sample = task.text(of: symbols)
    remark("\(method.title) writes \(Int(result.sampleRate)) \(task.unit)s a second.")
    return result
  }

  private func filledIn(_ method: LanguageMethod) throws -> MaskedResult {
    let (model, figures, task) = try trained(method, isMasked: true)
    return MaskedResult(
      method, model, figures, task.evaluated(.validation, length: self.model.context, limit: 200),
      symbolCount: task.symbolCount, random: RandomStream(seed: seed).child(79))
  }
}
