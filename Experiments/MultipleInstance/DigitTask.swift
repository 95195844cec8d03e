import EnergyTransformer

/// Bags of digits, positive where one of them is a 9: the MNIST bags.
struct DigitTask {
  let images: ImageSource
  let options: SmallTaskOptions
  let random: RandomStream
  let progress: SharedProgress

  /// Bags to learn from and to measure on, as published.
  static let trainingBags = 200, testBags = 50
  private static let named = [
    (method: "", title: "Hopfield pooling"), ("attention_", "Attention pooling"),
    ("gated_attention_", "Attention pooling with a gate"),
  ]
  /// Trainings of a run.
  static var methods: Int { named.count }
  private static let target = 9

  func run() throws -> SmallTaskResult {
    // Bags of all runs are drawn from the same images.
    try SmallTaskResult(
      measure: "mnist_bags_auc", runs: options.runs, methods: Self.named,
      dependence: .overlappingTraining(testCount: Self.testBags, trainingCount: Self.trainingBags)
    ) { method, run in
      let random = random.child(UInt64(run))
      let training = try bags(images.train, Self.trainingBags, random.child(0))
      let test = try bags(images.test, Self.testBags, random.child(1))
      let index = UInt64(method)
      let features = DigitFeatures<Float>(
        height: images.train.height, width: images.train.width, random: random.child(2).child(index))
      let (weights, learning) = (random.child(4).child(index), random.child(3).child(index))
      guard method > 0 else {
        return try auc(HopfieldDigitModel(features: features, random: weights), training, test, learning)
      }
      return try auc(
        AttentionDigitModel(features: features, isGated: method == 2, random: weights), training, test,
        learning)
    }
  }

  /// Bags with the pixels of their images.
  private struct Bags: Sendable {
    let dataset: ImageDataset
    let bags: DigitBags

    /// The images of a bag, [images, height, width], dark 0 and light 1.
    func images(_ bag: Int) -> Tensor<Float> {
      let batch = dataset.batch(at: bags.images[bag])
      return Tensor(
        shape: [batch.count, batch.height, batch.width], elements: batch.pixels.map { Float($0) / 255 })
    }
  }

  private func bags(_ dataset: ImageDataset, _ count: Int, _ random: RandomStream) throws -> Bags {
    Bags(
      dataset: dataset,
      bags: DigitBags(
        labels: try Self.labels(of: dataset), bagCount: count, target: Self.target, using: random))
  }

  /// That bags can be drawn of these images.
  ///
  /// - Throws: ``DataFileError`` where they have no labels, are not gray, of a size that the network cannot take, or
  ///   all of one kind.
  static func check(_ images: ImageSource) throws {
    for dataset in [images.train, images.test] { _ = try labels(of: dataset) }
  }

  private static func labels(of dataset: ImageDataset) throws -> [Int] {
    guard let labels = dataset.labels, dataset.channels == 1, labels.contains(target),
      labels.contains(where: { $0 != target })
    else {
      throw DataFileError(
        file: dataset.name, problem: "expected gray images with labels, some of class \(target) and others")
    }
    guard [dataset.height, dataset.width].allSatisfy({ $0 >= 16 && $0 % 4 == 0 }) else {
      throw DataFileError(
        file: dataset.name,
        problem: "images of \(dataset.height)x\(dataset.width), expected multiples of 4 from 16 up")
    }
    return labels
  }

  /// A bag an update, a constant rate, weights of the last epoch: nothing is chosen.
  private func auc<Model: DigitModel>(
    _ model: Model, _ training: Bags, _ test: Bags, _ random: RandomStream
  ) throws -> Double {
    let decay = WeightDecay(1e-4, on: ParameterSelection(names: model.parameters.names))
    var loop = TrainingLoop(
      model: model, optimizer: AdamW<Float>(weightDecay: decay), schedule: .constant(5e-4), random: random)
    let order = BatchOrder(
      imageCount: training.bags.count, batchSize: 1, dropsLast: false, shuffledBy: random.child(0))
    for epoch in 0..<options.digitEpochs {
      let bags = order.indices(ofEpoch: epoch)
      var losses = 0.0
      try loop.run(
        to: (epoch + 1) * bags.count,
        batch: { update, _ in (bags[update % bags.count], random.child(1).child(UInt64(update))) },
        loss: { model, batch, _ in
          let logit = model.logit(training.images(batch.0), dropout: batch.1)
          return binaryCrossEntropy(logit, isPositive: [training.bags.isPositive[batch.0]])
        },
        onUpdate: { losses += $0.loss })
      progress.advance(loss: losses / Double(bags.count))
    }
    let trained = loop.model
    let scores = Parallelism.map(test.bags.count) { trained.logit(test.images($0), dropout: nil).scalar }
    return try BinaryScores(scores, isPositive: test.bags.isPositive).areaUnderROC
  }
}
