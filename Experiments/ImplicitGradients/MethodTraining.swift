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
  func trained(by method: GradientMethod, seed index: Int, files: TrainingFiles?) throws -> TrainedMethod {
    let plan = try ImageTrainingPlan(
      images: images, batch: options.batch, epochs: options.epochs, seed: seed &+ UInt64(index),
      visibleWeight: options.visibleWeight, updateCount: options.updates > 0 ? options.updates : nil)
    let descent = method.descent(model, rest)
    var loop = try plan.loop(
      of: model, weightDeviation: options.weightDeviation, muonRate: options.muonRate, rate: options.rate,
      weightDecay: options.weightDecay, curriculum: Curriculum(always: descent))
    let counted = Guarded(RestCount())
    let found = try plan.trained(&loop, files: files) { model, patches, masked, descent in
      let result = descent.run(model, patches: patches, masked: masked)
      try result.checkFinite("training")
      counted.withLock { $0.add(result.stopReason, steps: result.steps) }
      return model.decode(result.activations)
    }
    let losses = try files.map { try CSVTable.read(from: $0.metrics).numbers(inColumn: "loss") } ?? []
    return TrainedMethod(
      method: method, seed: index, model: found.model, seconds: found.seconds, updates: found.updates,
      inTraining: counted.withLock { $0 }, evaluation: try Evaluation(of: found.model, images, descent),
      losses: losses.compactMap(\.self))
  }
}

/// A model trained by one of the methods.
struct TrainedMethod {
  let method: GradientMethod
  /// The number of its seed, from 0.
  let seed: Int
  let model: ImageEnergyTransformer<Float>
  let seconds: Double
  let updates: Int
  /// The descents of training, each of the images that one core works on at a time: a quarter of a batch.
  let inTraining: RestCount
  let evaluation: Evaluation
  /// The loss of every update, where it was recorded.
  let losses: [Double]
}

/// A model on the images under test, each descended by itself, so that it ends when it is at rest.
struct Evaluation {
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
  /// The models, by seed and method in their order.
  private(set) var all: [TrainedMethod] = []
  /// Trainings that left the finite numbers, in words.
  private(set) var failures: [String] = []
  let seedCount: Int

  /// Trains by every method from every seed; the course of the first seed's trainings goes into files of the folder.
  init(by training: MethodTraining, metricsIn folder: String, options: [String: String]) throws {
    seedCount = training.options.seeds
    let methods = GradientMethod.allCases
    try inTemporaryFolder(named: "implicit-gradients") { temporary in
      for seed in 0..<seedCount {
        for method in methods {
          print("Training: \(method.title), seed \(seed + 1) of \(seedCount).")
          let files = TrainingFiles(
            metrics: "\(folder)/metrics-\(method.rawValue).csv",
            checkpoint: "\(temporary)/checkpoint.safetensors", options: options)
          do {
            all.append(try training.trained(by: method, seed: seed, files: seed == 0 ? files : nil))
          } catch  where error is NonFiniteValue || error is DescentFailure {
            failures.append("\(method.title), seed \(seed + 1): \(error)")
          }
        }
      }
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
