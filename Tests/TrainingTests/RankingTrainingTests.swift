import Foundation
import Tensors
import Testing
import Training

/// Trainings on pairs and on labelled examples, with models of one weight whose best value is known.
@Suite("trainings of two classes") struct RankingTrainingTests {
  /// score = weight * number of the example.
  private struct Line: Parameterized {
    var weight = Tensor<Double>(shape: [1], elements: [0])
    mutating func visitParameters(_ visit: ParameterVisitor<Double>) {
      visit("weight", &weight)
    }
  }

  private func loop(rate: Double = 0.1) -> TrainingLoop<Line, Void> {
    TrainingLoop(
      model: Line(), optimizer: SGD<Double>(), schedule: .constant(rate), random: RandomStream(seed: 0))
  }

  @Test(
    "pairs hold every example of the larger class once an epoch, those of the smaller as evenly as they go")
  func pairs() {
    let isPositive = [true, false, false, true, false, false, false, true, false]
    let order = PairOrder([0, 1, 2, 3, 4, 5, 6], isPositive: isPositive, shuffledBy: RandomStream(seed: 1))
    #expect(order.count == 5)
    var epochs: Set<String> = []
    for epoch in 0..<6 {
      let pairs = order.pairs(ofEpoch: epoch)
      #expect(pairs.map(\.negative).sorted() == [1, 2, 4, 5, 6])
      #expect(pairs.allSatisfy { [0, 3].contains($0.positive) })
      #expect(abs(pairs.count { $0.positive == 0 } - pairs.count { $0.positive == 3 }) == 1)
      epochs.insert("\(pairs)")
      #expect("\(order.pairs(ofEpoch: epoch))" == "\(pairs)")
    }
    #expect(epochs.count > 3)
  }

  @Test("the loss of all pairs is the mean of log(1 + e^-(p - n)), also of scores far apart")
  func pairLoss() {
    let loss = pairwiseLogisticLoss(of: [2, -1, 0.5, 3] as [Double], isPositive: [true, false, true, false])
    let pairs = [(2.0, -1.0), (2, 3), (0.5, -1), (0.5, 3)]
    let expected = pairs.map { pair -> Double in log(1 + exp(pair.1 - pair.0)) }
    #expect(abs(loss - expected.reduce(0, +) / 4) < 1e-12)
    #expect(pairwiseLogisticLoss(of: [-1e6, 1e6] as [Double], isPositive: [true, false]) == 2e6)
    #expect(pairwiseLogisticLoss(of: [1e6, -1e6] as [Double], isPositive: [true, false]) == 0)
  }

  @Test("a ranking is learned from pairs; a validation part in order clearly, or twice in a row, ends it")
  func ranking() throws {
    let numbers = [1.0, -2, 3, -1, 2, -3, 1.5, -0.5]
    let isPositive = numbers.map { $0 > 0 }
    func run(rate: Double, patience: Int = 50, validation: [Int] = [4, 5, 6, 7]) throws -> (
      BestEpoch<Line>, [TrainedEpoch]
    ) {
      var loop = self.loop(rate: rate)
      var epochs: [TrainedEpoch] = []
      let training = RankingTraining<Line>(isPositive: isPositive, pairCount: 2) { model, example, _ in
        (model.weight * numbers[example]).sum()
      }
      #expect(
        training.updatesPerEpoch(of: [0, 1, 2, 3]) == 1 && training.updatesPerEpoch(of: [0, 1, 2]) == 1)
      let best = try training.run(
        &loop, epochs: 40, patience: patience, on: [0, 1, 2, 3], validatedOn: validation,
        random: RandomStream(seed: 1),
        scores: { model in validation.map { numbers[$0] * model.weight.scalar } }
      ) { epoch, _ in epochs.append(epoch) }
      return (best, epochs)
    }
    // Slowly: in order from the first epoch, clearly only much later, so twice in a row comes first; the lower loss is kept.
    let (slow, epochs) = try run(rate: 1e-3)
    #expect(epochs.count == 2 && slow.epoch.number == 2 && slow.model.weight.scalar > 0)
    #expect(epochs.map(\.validation.score) == [1, 1])
    // The first update by hand: the two pairs of the epoch, each with difference d, have gradient -d / 2 at weight 0.
    #expect(abs(epochs[0].loss - log(2)) < 1e-12)
    // Fast: clearly in order at once.
    #expect(try run(rate: 10).1.count == 1)
    // A validation part of the other order gets worse and worse: patience ends it, and the first epoch is the best.
    let turned = [5, 4].map { $0 }
    var loop = self.loop(rate: 0.1)
    let flipped = RankingTraining<Line>(isPositive: isPositive, pairCount: 1) { model, example, _ in
      (model.weight * numbers[example]).sum()
    }
    var seen = 0
    let best = try flipped.run(
      &loop, epochs: 40, patience: 3, on: [0, 1, 2, 3], validatedOn: turned, random: RandomStream(seed: 1),
      scores: { model in turned.map { -numbers[$0] * model.weight.scalar } }
    ) { _, _ in seen += 1 }
    #expect(best.epoch.number == 1 && seen == 4 && best.epochCount == 4)
  }

  @Test(
    "a classifier takes the steps of binary cross-entropy, in pieces as in whole, each with a stream of its own"
  )
  func classifier() throws {
    let numbers = [1.0, -2, 3, -1, 2, -3, 1.5]
    let isPositive = [true, false, true, true, false, false, true]
    func run(batchSize: Int, pieceSize: Int, epochs: Int = 3) throws -> (Line, [Double]) {
      var loop = self.loop()
      var losses: [Double] = []
      try BinaryClassifierTraining<Line>(isPositive: isPositive, batchSize: batchSize, pieceSize: pieceSize) {
        model, examples, _ in
        model.weight * Tensor(shape: [examples.count], elements: examples.map { numbers[$0] })
      }.run(&loop, epochs: epochs, on: [0, 1, 2, 3, 4, 6], random: RandomStream(seed: 1)) {
        losses.append($0)
      }
      return (loop.model, losses)
    }
    // One batch of all: the gradient of the mean loss, by the formula, whatever the pieces.
    var weight = 0.0
    var losses: [Double] = []
    for _ in 0..<3 {
      var (gradient, loss) = (0.0, 0.0)
      for example in [0, 1, 2, 3, 4, 6] {
        let logit = weight * numbers[example]
        let label: Double = isPositive[example] ? 1 : 0
        let probability: Double = 1 / (1 + exp(-logit))
        gradient += (probability - label) * numbers[example] / 6
        loss += (log(1 + exp(logit)) - label * logit) / 6
      }
      weight -= 0.1 * gradient
      losses.append(loss)
    }
    for pieceSize in [6, 4, 1] {
      let found = try run(batchSize: 6, pieceSize: pieceSize)
      #expect(abs(found.0.weight.scalar - weight) < 1e-12)
      #expect(zip(found.1, losses).allSatisfy { abs($0 - $1) < 1e-12 })
    }
    // Batches of 4 and 2: two updates an epoch.
    #expect(try run(batchSize: 4, pieceSize: 2, epochs: 1).0.weight.scalar != weight)
    let logits = binaryLogits(of: [2, 0, 1, 6, 4], atOnce: 2) { examples in
      Tensor<Double>(shape: [examples.count], elements: examples.map { numbers[$0] })
    }
    #expect(logits == [3, 1, -2, 1.5, 2])
  }

  @Test("the accuracy is the share of examples on the right side of 0, whatever is worked on together")
  func accuracy() {
    let numbers = [1.0, -2, 3, -1, 0]
    let training = BinaryClassifierTraining<Line>(
      isPositive: [true, false, false, true, false], batchSize: 2, pieceSize: 1
    ) { model, examples, _ in
      model.weight * Tensor(shape: [examples.count], elements: examples.map { numbers[$0] })
    }
    var model = Line()
    model.weight = Tensor(shape: [1], elements: [2])
    // Right are 0, 1 and 4: a logit of 0 says negative.
    for count in [1, 2, 9] {
      #expect(training.accuracy(of: model, on: [0, 1, 2, 3, 4], atOnce: count) == 0.6)
      #expect(training.accuracy(of: model, on: [4, 3], atOnce: count) == 0.5)
    }
  }
}
