import Foundation
import Tensors
import Testing
import Training

/// One number that an update moves by its rate: the loss is the number itself, and SGD walks down its slope of 1.
private struct Number: Parameterized {
  var value: Tensor<Double>

  mutating func visitParameters(_ visit: ParameterVisitor<Double>) { visit("value", &value) }
}

struct BestEpochTests {
  /// A loop whose number is 10 - 0.5 u after u updates.
  private func loop(average: ExponentialMovingAverage<Double>? = nil) -> TrainingLoop<Number, Void> {
    TrainingLoop(
      model: Number(value: Tensor(shape: [], elements: [10])), optimizer: SGD(), schedule: .constant(0.5),
      random: RandomStream(seed: 1), average: average)
  }

  /// Epochs of three updates, judged by what `score` says of the number at their ends.
  private func best(
    of epochs: Int, _ loop: inout TrainingLoop<Number, Void>,
    shouldContinue: (TrainedEpoch, TrainedEpoch) throws -> Bool = { _, _ in true },
    score: (Double) -> ValidationScore
  ) throws -> BestEpoch<Number> {
    try loop.runKeepingBest(of: epochs) { loop, epoch in
      var losses: [Double] = []
      try loop.run(to: 3 * epoch, batch: { _, _ in }, loss: { model, _, _ in model.value * 1 }) {
        losses.append($0.loss)
      }
      return losses.reduce(0, +) / Double(losses.count)
    } validate: {
      score($0.value.scalar)
    } shouldContinue: {
      try shouldContinue($0, $1)
    }
  }

  @Test("the model of the epoch with the highest score is kept, and the loop itself goes on to the last one")
  func highest() throws {
    var loop = loop()
    // Ends of epochs: 8.5, 7, 5.5, 4, 2.5; the third is closest to 5.6.
    let found = try best(of: 5, &loop) { ValidationScore(score: -abs($0 - 5.6)) }
    #expect(found.model.value.scalar == 5.5)
    #expect(found.epoch.number == 3 && found.epoch.updateCount == 9 && found.epochCount == 5)
    // Losses before the updates of the third epoch: 7, 6.5, 6.
    #expect(found.epoch.loss == 6.5)
    #expect(loop.model.value.scalar == 2.5 && loop.updateCount == 15)
    var again = self.loop()
    #expect(try best(of: 5, &again) { ValidationScore(score: -abs($0 - 5.6)) }.epoch == found.epoch)
  }

  @Test("of equal scores the lower loss decides, and of equals in both the first epoch")
  func ties() throws {
    var first = loop()
    let byLoss = try best(of: 4, &first) { ValidationScore(score: 1, loss: abs($0 - 6.8)) }
    #expect(byLoss.epoch.number == 2 && byLoss.model.value.scalar == 7)
    var second = loop()
    let same = try best(of: 4, &second) { _ in ValidationScore(score: 1, loss: 2) }
    #expect(same.epoch.number == 1 && same.model.value.scalar == 8.5 && same.epochCount == 4)
    // A better loss does not make up for a worse score.
    #expect(ValidationScore(score: 0.5, loss: 9) > ValidationScore(score: 0.4, loss: 0))
    #expect(
      [ValidationScore(score: 1, loss: 3), ValidationScore(score: 1, loss: 2)].max()
        == ValidationScore(score: 1, loss: 2))
  }

  @Test("training ends where it is told to, and sees the best epoch so far with each")
  func patience() throws {
    var loop = loop()
    var seen: [[Int]] = []
    let found = try best(of: 9, &loop) { epoch, best in
      seen.append([epoch.number, best.number])
      return epoch.number - best.number < 2
    } score: {
      ValidationScore(score: -abs($0 - 7))
    }
    #expect(seen == [[1, 1], [2, 2], [3, 2], [4, 2]])
    #expect(found.epoch.number == 2 && found.epochCount == 4 && loop.updateCount == 12)
  }

  @Test("where an average is kept it is the averaged model that is judged and kept")
  func average() throws {
    var loop = loop(average: ExponentialMovingAverage(decay: 0.9))
    var judged: [Double] = []
    let found = try best(of: 2, &loop) {
      judged.append($0)
      return ValidationScore(score: -Double(judged.count))
    }
    #expect(judged.count == 2 && judged[0] == found.model.value.scalar)
    #expect(loop.averagedModel?.value.scalar == judged[1])
    #expect(judged[0] != 8.5 && judged[1] != 7)
  }

  @Test("a score or a loss that is not finite ends training with its name, and so does what a closure throws")
  func nonFinite() {
    for (score, quantity) in [
      (ValidationScore(score: .nan), "the validation score"),
      (ValidationScore(score: 1, loss: .infinity), "the validation loss"),
    ] {
      var loop = loop()
      #expect(throws: NonFiniteValue(quantity: quantity)) { _ = try best(of: 3, &loop) { _ in score } }
      #expect(loop.updateCount == 3)
    }
    var loop = loop()
    #expect(throws: Stopped.self) {
      _ = try best(of: 3, &loop) { _, _ in
        throw Stopped()
      } score: { _ in
        ValidationScore(score: 1)
      }
    }
  }

  @Test(
    "of several elements the best is the first of those worth most, and what is worth nothing is never it")
  func bestElement() {
    let scores: [Double?] = [nil, 0.5, 0.75, 0.25, 0.75, nil]
    let losses = [0, 3.0, 2, 1, 2, 0]
    func best(_ indices: Range<Int>) -> Int? {
      indices.best { index in scores[index].map { ValidationScore(score: $0, loss: losses[index]) } }
    }
    #expect(best(0..<6) == 2 && best(3..<6) == 4 && best(0..<2) == 1 && best(0..<1) == nil)
    #expect([3, 1, 2].best { ValidationScore(score: 1, loss: Double($0)) } == 1)
  }

  @Test("trials of a Latin hypercube try every part of every range once, to two digits, evenly by logarithms")
  func hypercube() {
    let numbers = [TunedNumber(0.001...0.1, isLogarithmic: true), TunedNumber(0...0.8)]
    let trials = LatinHypercube.trials(8, of: numbers, random: RandomStream(seed: 4))
    #expect(trials.count == 8 && trials.allSatisfy { $0.count == 2 })
    // Eight parts: of the first range a factor of 100^(1/8) = 1.778 each, of the second 0.1. Rounding to two digits may
    // move a number by 5 % of itself, over the border of its part.
    let logarithms = trials.map { 4 * (log10($0[0]) + 3) }.sorted()
    let linear = trials.map { $0[1] / 0.1 }.sorted()
    for part in 0..<8 {
      #expect((Double(part) - 0.1...Double(part) + 1.1).contains(logarithms[part]))
      #expect((Double(part) * 0.95 - 0.01...Double(part + 1) * 1.05).contains(linear[part]))
    }
    for value in trials.flatMap(\.self) where value > 0 {
      let unit = [1e-5, 1e-4, 1e-3, 1e-2].first { value < 100 * $0 * 0.9999999 } ?? 1
      #expect(abs((value / unit).rounded() * unit - value) < 1e-12, "\(value)")
    }
    #expect(trials == LatinHypercube.trials(8, of: numbers, random: RandomStream(seed: 4)))
    #expect(trials != LatinHypercube.trials(8, of: numbers, random: RandomStream(seed: 5)))
  }
}
