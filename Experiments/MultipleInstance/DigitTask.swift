import EnergyTransformer
import ExperimentCommands

/// Bags of digits, positive where one of them is a 9: the MNIST bags.
struct DigitTask {
  let images: ImageSource
  let options: SmallTaskOptions
  let random: RandomStream
  let progress: WorkProgress

  /// Bags to learn from and to measure on, as published.
  static let trainingBags = 200, testBags = 50
  /// Trainings of a run.
  static let methods = 3
  private static let target = 9

  func run() throws -> SmallTaskResult {
    var rows: [(method: String, title: String, values: [Double])] = [
      ("", "Hopfield pooling", []), ("attention_", "Attention pooling", []),
      ("gated_attention_", "Attention pooling with a gate", []),
    ]
    for run in 0..<options.runs {
      let random = random.child(UInt64(run))
      let training = try bags(images.train, Self.trainingBags, random.child(0))
      let test = try bags(images.test, Self.testBags, random.child(1))
      func features(_ index: UInt64) -> DigitFeatures<Float> {
        DigitFeatures(
          height: images.train.height, width: images.train.width, random: random.child(2).child(index))
      }
      func auc(_ model: some DigitModel, _ index: UInt64) throws -> Double {
        try self.auc(model, training, test, random.child(3).child(index))
      }
      rows[0].values.append(
        try auc(HopfieldDigitModel(features: features(0), random: random.child(4).child(0)), 0))
      for (index, isGated) in [false, true].enumerated() {
        let place = index + 1
        rows[place].values.append(
          try auc(
            AttentionDigitModel(
              features: features(UInt64(place)), isGated: isGated,
              random: random.child(4).child(UInt64(place))), UInt64(place)))
      }
    }
    return SmallTaskResult(measure: "mnist_bags_auc", rows: rows)
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
    guard let labels = dataset.labels, dataset.channels == 1, labels.contains(Self.target),
      labels.contains(where: { $0 != Self.target })
    else {
      throw DataFileError(
        file: dataset.name, problem: "expected gray images with labels, some of class \(Self.target)")
    }
    guard [dataset.height, dataset.width].allSatisfy({ $0 >= 16 && $0 % 4 == 0 }) else {
      throw DataFileError(
        file: dataset.name,
        problem: "images of \(dataset.height)x\(dataset.width), expected multiples of 4 from 16 up")
    }
    return Bags(
      dataset: dataset, bags: DigitBags(labels: labels, bagCount: count, target: Self.target, using: random))
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
