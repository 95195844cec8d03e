import EnergyTransformer
import Foundation
import Kit
import Reporting

/// Tunes, trains and judges each of the methods: the same language, size, budget and tuning for all.
struct MethodsRun {
  let task: LanguageTask
  let sizes: NetworkSizes
  let training: TrainingOptions
  let comparison: ComparisonOptions
  let looks: LookOptions
  let watching: WatchOptions
  let seed: UInt64
  /// Where metrics, checkpoints and weights go.
  let folder: String
  /// The options that trainings depend on.
  let options: [String: String]
  let isResuming: Bool
  let parts: FinishedParts<FinishedPart>

  /// The settings that each network tries.
  private var settings: [Setting] {
    comparison.tuning
      ? Setting.trials(comparison.trials, first: training.setting, seed: seed) : [training.setting]
  }

  func results() throws -> MethodResults {
    _ = try parts.part("beginning") { .beginning }
    var results = MethodResults(settings: settings)
    for method in comparison.chosen(masked: task.options.masked) {
      let part = try result(of: method)
      results.add(method, part, trials: trials(of: method))
    }
    return results
  }

  /// The trained energy model, from the file of its weights.
  func energyNetwork() throws -> TextEnergyTransformer<Float> {
    try WeightsFile.read(
      NetworkRecipe.energy(sizes).make(RandomStream(seed: seed)), path: "\(folder)/\(WeightsFile.name)")
  }

  private func result(of method: LanguageMethod) throws -> FinishedPart {
    switch method {
    case .energy:
      return try result(of: method, by: NetworkRecipe.energy(sizes), live: view) { network in
        try WeightsFile.write(network, toFolder: folder, metadata: options)
      }
    case .conventionalShared:
      return try result(of: method, by: NetworkRecipe.conventional(sizes, isShared: true))
    case .conventional:
      return try result(of: method, by: NetworkRecipe.conventional(sizes, isShared: false))
    case .recurrent: return try result(of: method, by: NetworkRecipe.recurrent(sizes))
    case .ngram:
      return try parts.part(method.rawValue) { .result(try CountedText(of: task).result(looks, seed)) }
    }
  }

  private func result<Network: TextNetwork>(
    of method: LanguageMethod, by recipe: NetworkRecipe<Network>, live: LiveView<Network>? = nil,
    then keep: (Network) throws -> Void = { _ in }
  ) throws -> FinishedPart {
    if let finished = parts[method.rawValue] { return finished }
    let setting = try chosenSetting(method, recipe)
    var files = TrainingFiles(
      metrics: "\(folder)/metrics-\(method.rawValue).csv",
      checkpoint: "\(folder)/checkpoint-\(method.rawValue).safetensors",
      options: options.merging(["method": method.rawValue, "setting": setting.text]) { $1 })
    // TensorBoard takes each folder for one training.
    files.eventsFolder = watching.events.folder("\(folder)/\(method.rawValue)")
    let checkpoint = files.checkpoint ?? ""
    let found = try parts.part(method.rawValue) {
      remark("Training: \(method.title).")
      do {
        let goesOn = isResuming && FileManager.default.fileExists(atPath: checkpoint)
        let trained = try train(
          recipe, setting, on: task.material(.result), budget: training.budget, files: files,
          isResuming: goesOn, live: live)
        try keep(trained.model)
        return .result(try judged(trained, setting))
      } catch  where error is NonFiniteValue || error is DescentFailure {
        return .failure("\(error)")
      }
    }
    try? FileManager.default.removeItem(atPath: checkpoint)
    return found
  }

  private func train<Network: TextNetwork>(
    _ recipe: NetworkRecipe<Network>, _ setting: Setting, on material: LanguageMaterial,
    budget: TrainingBudget, files: TrainingFiles?, isResuming: Bool = false, live: LiveView<Network>? = nil
  ) throws -> TrainedModel<Network> {
    let network = recipe.make(RandomStream(seed: seed).child(0))
    return try NetworkTraining(
      material: material, options: training, budget: budget, settings: sizes.settings,
      shortSettings: sizes.shortSettings, seed: seed, unit: task.unit
    ).trained(
      network, optimizer: try recipe.optimizer(network, setting), files: files, isResuming: isResuming,
      live: live)
  }

  // MARK: Tuning

  private func trialName(_ method: LanguageMethod, _ index: Int) -> String {
    "\(method.rawValue)-trial-\(index + 1)"
  }

  /// The losses of a network's trials; none where nothing was tuned.
  private func trials(of method: LanguageMethod) -> [Double?] {
    guard settings.count > 1, method != .ngram else { return [] }
    return settings.indices.map { index in
      if case .trial(let loss)? = parts[trialName(method, index)] { loss } else { nil }
    }
  }

  /// The setting of the lowest loss on the text for choices, of equals the first.
  private func chosenSetting<Network: TextNetwork>(
    _ method: LanguageMethod, _ recipe: NetworkRecipe<Network>
  ) throws -> Setting {
    guard settings.count > 1 else { return settings[0] }
    let material = task.material(.choice)
    for (index, setting) in settings.enumerated() {
      _ = try parts.part(trialName(method, index)) {
        remark("Trial \(index + 1) of \(settings.count): \(method.title).")
        do {
          let found = try train(
            recipe, setting, on: material, budget: training.budget.part(comparison.trialShare), files: nil)
          return .trial(
            try found.model.score(on: material.judgedExercises, settings: sizes.settings).nats)
        } catch  where error is NonFiniteValue || error is DescentFailure {
          return .trial(nil)
        }
      }
    }
    let losses = trials(of: method)
    let best = losses.indices.best { index in losses[index].map { ValidationScore(score: -$0) } }
    guard let best else {
      throw ExperimentError("tuning: no trial of the \(method.title) kept to the finite numbers")
    }
    return settings[best]
  }

  // MARK: Judging

  private func judged<Network: TextNetwork>(
    _ trained: TrainedModel<Network>, _ setting: Setting
  ) throws -> MethodResult {
    let (found, seconds) = try Stopwatch.timed {
      let (network, material) = (trained.model, task.material(.result))
      let exercises = material.judgedExercises
      var result = MethodResult(score: try network.score(on: exercises, settings: sizes.settings))
      result.parameterCount = network.parameterCount
      result.setting = setting
      (result.updates, result.seconds) = (trained.updates, trained.seconds)
      if case .brackets(let grammar) = task.language {
        let verbs = try network.answers(to: exercises, settings: sizes.settings) { exercise, logits in
          let (columns, values) = (logits.shape[1], logits.elements)
          return grammar.verbPlaces(in: exercise.symbols + exercise.asked.suffix(1)).map { place in
            let row = values[place.position * columns..<(place.position + 1) * columns]
            let verb = exercise.answers[place.position] ?? 0
            return (distance: place.distance, isRight: grammar.agrees(row, verb: verb))
          }
        }
        result.agreements = AgreementScore.scores(of: verbs.flatMap { $0 })
      }
      guard sizes.isCausal else { return result }
      return task.completed(result, material, looks, seed) { network.continuation(settings: sizes.settings) }
    }
    var result = found
    result.allSeconds = result.seconds + seconds
    return result
  }

  // MARK: Watching

  /// What is shown of the energy model while it is trained.
  private var view: LiveView<TextEnergyTransformer<Float>>? {
    let (material, settings, task) = (task.material(.result), sizes.settings, task)
    let watched = material.watchedExercises
    return watching.view(errorName: "nats a \(task.unit) of \(watched.count) held-out windows") { network in
      let error = try network.score(on: watched, settings: settings).nats
      let viewer = DescentViewer(network: network, task: task, settings: settings)
      return (error, try viewer.viewer(of: material.shownWindows(of: material.watched)))
    }
  }
}

extension LanguageTask {
  /// A result with what a model's continuations of sequences tell: calculations, and a sample.
  ///
  /// - Parameter start: Gives an empty sequence.
  func completed(
    _ result: MethodResult, _ material: LanguageMaterial, _ looks: LookOptions, _ seed: UInt64,
    from start: () -> any TextContinuation
  ) -> MethodResult {
    var result = result
    if case .listops(let operations) = language {
      result.calculations = CalculationScore.scores(
        of: expressions(of: operations), context: context, from: start)
    }
    if looks.sampleLength > 0 {
      result.sample = TextSample(
        behind: beginning(of: material), count: looks.sampleLength, context: context,
        sampling: looks.sampling, random: RandomStream(seed: seed).child(6), from: start)
    }
    return result
  }

  /// What samples go on from: the first symbols of what is judged on.
  func beginning(of material: LanguageMaterial) -> [Int] {
    Array(material.judged[0].prefix(min(32, max(1, context / 2))))
  }
}
