import EnergyTransformer
import Kit
import Reporting

/// Trains a model by each of the methods: the same first weights, batches, masks, rates and updates for all.
struct MethodTraining {
  let images: PreparedImages
  let model: ModelOptions
  let rest: RestOptions
  let options: TrainingOptions
  let seed: UInt64

  /// Trains by a method from one of the seeds and judges the model on the images under test.
  func trained(
    by method: GradientMethod, seed index: Int, files: TrainingFiles?
  ) throws -> (model: ImageEnergyTransformer<Float>, figures: FinishedTraining.Figures) {
    let plan = try plan(seed: index)
    let descent = method.descent(model, rest)
    var loop = try loop(plan, descent)
    let counted = Guarded(RestCount())
    let found = try plan.trained(&loop, files: files) { model, patches, masked, descent in
      let result = descent.run(model, patches: patches, masked: masked)
      try result.checkFinite("training")
      counted.withLock { $0.add(result.stopReason, steps: result.steps) }
      return model.decode(result.activations)
    }
    return (
      found.model,
      FinishedTraining.Figures(
        seconds: found.seconds, updates: found.updates, inTraining: counted.withLock { $0 },
        evaluation: try Evaluation(of: found.model, images, descent),
        completions: index == 0 ? try viewer.completions(by: found.model, descent) : [])
    )
  }

  /// What is shown of the models of the first seed.
  var viewer: CompletionViewer {
    CompletionViewer(images: images, mostSteps: max(model.steps, rest.mostSteps))
  }

  /// A model of the same sizes, to be filled from a file.
  func untrainedModel() throws -> ImageEnergyTransformer<Float> {
    try loop(plan(seed: 0), GradientMethod.unrolled.descent(model, rest)).model
  }

  private func plan(seed index: Int) throws -> ImageTrainingPlan {
    try ImageTrainingPlan(
      images: images, batch: options.batch, epochs: options.epochs, seed: seed &+ UInt64(index),
      visibleWeight: options.visibleWeight, updateCount: options.updates > 0 ? options.updates : nil)
  }

  private func loop(
    _ plan: ImageTrainingPlan, _ descent: BlockDescent
  ) throws -> TrainingLoop<ImageEnergyTransformer<Float>, BlockDescent> {
    try plan.loop(
      of: model, weightDeviation: options.weightDeviation, muonRate: options.muonRate, rate: options.rate,
      weightDecay: options.weightDecay, curriculum: Curriculum(always: descent))
  }
}

/// What a training came to, as an interrupted run keeps it.
enum FinishedTraining: Codable, Sendable {
  struct Figures: Codable, Sendable {
    let seconds: Double
    let updates: Int
    /// The descents of training, each of the images that one core works on at a time: a quarter of a batch.
    let inTraining: RestCount
    let evaluation: Evaluation
    /// Of the first seed's model, some images step by step; else none.
    let completions: [ShownCompletion]
  }

  case figures(Figures)
  /// It left the finite numbers: where, in words.
  case failure(String)
}

/// A model trained by one of the methods.
struct TrainedMethod {
  let method: GradientMethod
  /// The number of its seed, from 0.
  let seed: Int
  let figures: FinishedTraining.Figures
  /// The loss of every update, where it was recorded.
  let losses: [Double]

  var seconds: Double { figures.seconds }
  var updates: Int { figures.updates }
  var inTraining: RestCount { figures.inTraining }
  var evaluation: Evaluation { figures.evaluation }
}

/// A model on the images under test, each descended by itself, so that it ends when it is at rest.
struct Evaluation: Codable, Sendable {
  /// The mean squared error over hidden pixels, clamped to 0 ... 1.
  let error: Double
  private(set) var rests = RestCount()

  init(of model: ImageEnergyTransformer<Float>, _ images: PreparedImages, _ descent: BlockDescent) throws {
    let found = Parallelism.map(images.test.count) { index in
      let range = index..<index + 1
      let patches = images.patches(images.test.batch(at: [index]))
      let result = descent.run(model, patches: patches, masked: images.replaced(range))
      let errors = images.errors(of: model.decode(result.activations), range)
      return (error: errors[0], reason: result.stopReason, steps: result.steps)
    }
    for (index, each) in found.enumerated() {
      guard each.reason.isFinite else {
        throw DescentFailure("evaluation of image \(index): \(each.reason)")
      }
      rests.add(each.reason, steps: each.steps)
    }
    error = found.reduce(0) { $0 + $1.error } / Double(found.count)
  }
}

/// What all methods came to.
struct TrainedMethods {
  /// The trainings, by seed and method in their order.
  private(set) var all: [TrainedMethod] = []
  /// Trainings that left the finite numbers, in words.
  private(set) var failures: [String] = []
  /// The model of the first of them.
  private(set) var first: ImageEnergyTransformer<Float>?
  let seedCount: Int

  /// Trains by every method from every seed, but for what is finished; the course of the first seed's trainings, and the first
  /// model, go into files of the folder.
  init(
    by training: MethodTraining, folder: String, options: [String: String], events: EventOptions,
    finished: FinishedParts<FinishedTraining>
  ) throws {
    seedCount = training.options.seeds
    for seed in 0..<seedCount {
      for method in GradientMethod.allCases {
        let metrics = "\(folder)/metrics-\(method.rawValue).csv"
        let part = try finished.part("\(method.rawValue)-seed-\(seed + 1)") {
          remark("Training: \(method.title), seed \(seed + 1) of \(seedCount).")
          var files = TrainingFiles(metrics: metrics, checkpoint: nil, options: options)
          // TensorBoard takes each folder for one training.
          files.eventsFolder = events.folder("\(folder)/\(method.rawValue)")
          do {
            let found = try training.trained(by: method, seed: seed, files: seed == 0 ? files : nil)
            if all.isEmpty {
              first = found.model
              try WeightsFile.write(found.model, toFolder: folder, metadata: options)
            }
            return .figures(found.figures)
          } catch  where error is NonFiniteValue || error is DescentFailure {
            return .failure("\(error)")
          }
        }
        switch part {
        case .figures(let figures):
          let losses = seed == 0 ? try CSVTable.read(from: metrics).numbers(inColumn: "loss") : []
          all.append(
            TrainedMethod(method: method, seed: seed, figures: figures, losses: losses.compactMap(\.self)))
        case .failure(let words):
          failures.append("\(method.title), seed \(seed + 1): \(words)")
        }
      }
    }
    if first == nil, !all.isEmpty {
      // An interrupted run trained it.
      first = try WeightsFile.read(training.untrainedModel(), path: "\(folder)/\(WeightsFile.name)")
    }
  }

  /// The models of a method, one a seed.
  func of(_ method: GradientMethod) -> [TrainedMethod] { all.filter { $0.method == method } }

  /// The error of a method from one seed.
  func error(_ method: GradientMethod, seed: Int) -> Double? {
    of(method).first { $0.seed == seed }?.evaluation.error
  }

  /// The mean error over all seeds; nil where one is missing.
  func meanError(_ method: GradientMethod) -> Double? {
    let errors = (0..<seedCount).compactMap { error(method, seed: $0) }
    return errors.count == seedCount ? errors.reduce(0, +) / Double(seedCount) : nil
  }
}
