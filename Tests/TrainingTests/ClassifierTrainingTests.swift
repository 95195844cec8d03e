import Foundation
import Tensors
import Testing
import Training

/// Logits x W of points in the plane, three classes.
private struct Linear: Parameterized {
  var weights = Tensor<Double>(shape: [2, 3], elements: [0.3, -0.2, 0.1, 0.05, 0.4, -0.35])

  mutating func visitParameters(_ visit: ParameterVisitor<Double>) {
    visit("weights", &weights)
  }
}

/// The examples that a model was asked for in training, in pieces.
private final class Seen: @unchecked Sendable {
  private let lock = NSLock()
  private var pieces: [[Int]] = []

  func add(_ piece: [Int]) { lock.withLock { pieces.append(piece) } }
  var all: [[Int]] { lock.withLock { pieces } }
}

struct ClassifierTrainingTests {
  /// 75 points around three corners, and the corner of each.
  private let points: [[Double]]
  private let labels: [Int]

  init() {
    var random = RandomStream(seed: 6)
    labels = (0..<75).map { $0 % 3 }
    points = labels.map { label in
      [[2.0, 0], [-1, 1.7], [-1, -1.7]][label].map { $0 + random.normal() }
    }
  }

  private func training(_ seen: Seen = Seen(), smoothing: Double = 0) -> ClassifierTraining<Linear> {
    let points = points
    return ClassifierTraining(labels: labels, batchSize: 7, smoothing: smoothing) {
      model, examples, training in
      if training != nil { seen.add(examples) }
      let inputs = Tensor(shape: [examples.count, 2], elements: examples.flatMap { points[$0] })
      return inputs.projected(by: model.weights)
    }
  }

  private func loop() -> TrainingLoop<Linear, Void> {
    TrainingLoop(
      model: Linear(), optimizer: SGD(), schedule: .constant(0.2), random: RandomStream(seed: 2))
  }

  /// Accuracy, mean loss and predictions by plain loops.
  private func judged(
    _ weights: [Double], _ examples: [Int]
  ) -> (accuracy: Double, loss: Double, predictions: [Int]) {
    var (hits, loss, predictions) = (0, 0.0, [Int]())
    for example in examples {
      let logits = (0..<3).map { points[example][0] * weights[$0] + points[example][1] * weights[3 + $0] }
      let best = logits.indices.max { logits[$0] < logits[$1] } ?? 0
      predictions.append(best)
      if best == labels[example] { hits += 1 }
      loss += log(logits.reduce(0) { $0 + exp($1) }) - logits[labels[example]]
    }
    return (Double(hits) / Double(examples.count), loss / Double(examples.count), predictions)
  }

  @Test("a model is judged by the shares and losses that plain loops find, in parts or at once")
  func judges() {
    let examples = [70, 3, 4] + Array(8..<60)
    let found = training().evaluation(of: Linear(), on: examples)
    let expected = judged(Linear().weights.elements, examples)
    #expect(found.predictions == expected.predictions)
    #expect(found.score.score == expected.accuracy)
    #expect(abs(found.score.loss - expected.loss) < 1e-12)
    #expect(training().evaluation(of: Linear(), on: []).predictions == [])
  }

  @Test(
    "every epoch learns from each example once, in pieces of at most two of seven, in an order of its own")
  func epochs() throws {
    let (seen, examples) = (Seen(), Array(10..<34))
    var loop = loop()
    var reported: [TrainedEpoch] = []
    let training = training(seen)
    #expect(training.updatesPerEpoch(of: 24) == 4)
    let best = try training.run(
      &loop, epochs: 3, on: examples, validatedOn: Array(40..<75), random: RandomStream(seed: 9)
    ) { reported.append($0) }
    #expect(loop.updateCount == 12 && best.epochCount == 3)
    // Three batches of seven in pieces of 2, 2, 2, 1 and one of three in pieces of 1.
    let pieces = seen.all
    #expect(pieces.count == 3 * (3 * 4 + 3))
    for epoch in 0..<3 {
      let own = pieces[15 * epoch..<15 * (epoch + 1)]
      #expect(own.flatMap(\.self).sorted() == examples)
      #expect(own.map(\.count).sorted() == [1, 1, 1, 1, 1, 1] + Array(repeating: 2, count: 9))
    }
    #expect(Set(pieces[..<15]) != Set(pieces[15..<30]))
    // The epoch that is kept is the one that plain loops put first.
    let found = judged(best.model.weights.elements, Array(40..<75))
    #expect(found.accuracy == best.epoch.validation.score)
    #expect(abs(found.loss - best.epoch.validation.loss) < 1e-12)
    #expect(reported.map(\.validation).max() == best.epoch.validation)
    #expect(found.accuracy > 0.75, "\(found.accuracy)")
  }

  @Test(
    "an update is the gradient step of the mean loss of its batch, smoothed, whatever the number of threads")
  func update() throws {
    var weights: [[Double]] = []
    for threads in [1, 2] {
      let before = Parallelism.threadCount
      Parallelism.threadCount = threads
      defer { Parallelism.threadCount = before }
      var loop = loop()
      _ = try training(smoothing: 0.3).run(
        &loop, epochs: 1, on: [5, 12, 30, 31, 44], validatedOn: [0], random: RandomStream(seed: 9))
      weights.append(loop.model.weights.elements)
    }
    #expect(weights[0] == weights[1])
    // By central differences of the loss by plain loops: 0.7 of the target on the class, 0.1 on each of three.
    func loss(_ weights: [Double]) -> Double {
      [5, 12, 30, 31, 44].reduce(0.0) { sum, example in
        let logits = (0..<3).map { points[example][0] * weights[$0] + points[example][1] * weights[3 + $0] }
        let normaliser = log(logits.reduce(0) { $0 + exp($1) })
        return sum
          + (0..<3).reduce(0.0) { sum, label in
            sum + ((label == labels[example] ? 0.7 : 0) + 0.1) * (normaliser - logits[label]) / 5
          }
      }
    }
    let start = Linear().weights.elements
    for index in start.indices {
      var (high, low) = (start, start)
      high[index] += 1e-5
      low[index] -= 1e-5
      let slope = (loss(high) - loss(low)) / 2e-5
      #expect(abs(weights[0][index] - (start[index] - 0.2 * slope)) < 1e-9)
    }
  }

  @Test(
    "the loop that classifiers learn by is AdamW with a decay on matrices, a warm-up and an average, bit for bit",
    arguments: [false, true])
  func ownLoop(centralized: Bool) throws {
    let (training, examples, others) = (training(), Array(10..<34), Array(40..<75))
    var own = training.loop(
      for: Linear(), rate: 0.03, weightDecay: 0.4, epochs: 5, examplesPerEpoch: 24, warmUp: 0.3,
      centralizedByInput: centralized ? ParameterSelection.none : nil, random: RandomStream(seed: 2))
    let adam = AdamW<Double>(secondDecay: 0.99, weightDecay: WeightDecay(0.4, on: ["weights"]))
    // Four updates an epoch, 20 in all, in 6 of which the rate rises.
    var other = TrainingLoop(
      model: Linear(), optimizer: centralized ? CentralizedGradients(adam) : adam,
      schedule: .warmUpThenCosine(peak: 0.03, warmUpUpdates: 6, updateCount: 20, finalFraction: 0.005),
      random: RandomStream(seed: 2), gradientNormLimit: 1, average: ExponentialMovingAverage(decay: 0.8))
    let random = RandomStream(seed: 9)
    let found = try training.run(&own, epochs: 5, on: examples, validatedOn: others, random: random)
    let expected = try training.run(&other, epochs: 5, on: examples, validatedOn: others, random: random)
    #expect(own.model.weights.elements == other.model.weights.elements)
    #expect(found.model.weights.elements == expected.model.weights.elements)
    #expect(found.epoch == expected.epoch && found.model.weights.elements != Linear().weights.elements)
  }
}
