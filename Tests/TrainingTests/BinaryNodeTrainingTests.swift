import Foundation
import Tensors
import Testing
import Training

/// Logits x W of points in the plane, two classes.
private struct Linear: Parameterized {
  var weights = Tensor<Double>(shape: [2, 2], elements: [0.3, -0.2, 0.1, 0.05])

  mutating func visitParameters(_ visit: ParameterVisitor<Double>) {
    visit("weights", &weights)
  }
}

struct BinaryNodeTrainingTests {
  /// 40 points, of which every fifth is a positive that lies apart.
  private let points: [[Double]]
  private let isPositive: [Bool]
  private let nodes = Array(0..<15), others = Array(15..<40)

  init() {
    var random = RandomStream(seed: 16)
    isPositive = (0..<40).map { $0 % 5 == 0 }
    points = isPositive.map { positive in
      [positive ? 1.5 : 0, positive ? -1 : 0].map { $0 + random.normal() }
    }
  }

  private func trained(
    updates: Int, patience: Int = 100, interval: Int = 2, rate: Double = 0.2
  ) throws -> (
    trained: BinaryNodeTraining<Linear>.Trained, loop: TrainingLoop<Linear, Void>, losses: [Double]
  ) {
    var loop = TrainingLoop(
      model: Linear(), optimizer: SGD(), schedule: .constant(rate), random: RandomStream(seed: 2))
    let inputs = Tensor(shape: [40, 2], elements: points.flatMap(\.self))
    let training = BinaryNodeTraining<Linear>(
      isPositive: isPositive, interval: interval, patience: patience
    ) { model, training in
      // What is drawn in training alone moves the points a little.
      let moved = training.map { stream in
        var stream = stream
        return inputs + Tensor.normal([40, 2], standardDeviation: 0.01, using: &stream)
      }
      return (moved ?? inputs).projected(by: model.weights)
    }
    var losses: [Double] = []
    let found = try training.run(
      &loop, updates: updates, on: nodes, validatedOn: others, random: RandomStream(seed: 9)
    ) { losses.append($0) }
    return (found, loop, losses)
  }

  private func logits(_ weights: [Double], _ point: [Double]) -> [Double] {
    (0..<2).map { point[0] * weights[$0] + point[1] * weights[2 + $0] }
  }

  /// The share of pairs of a positive and a negative among the other nodes that weights put in order.
  private func ranking(_ weights: [Double]) -> Double {
    let scores = points.map { logits(weights, $0)[1] - logits(weights, $0)[0] }
    let pairs = others.filter { isPositive[$0] }.flatMap { a in
      others.filter { !isPositive[$0] }.map { (scores[a], scores[$0]) }
    }
    return pairs.reduce(0) { $0 + ($1.0 > $1.1 ? 1 : $1.0 == $1.1 ? 0.5 : 0) } / Double(pairs.count)
  }

  @Test("an update is the gradient step of a loss in which positives and negatives weigh the same")
  func update() throws {
    let (_, loop, losses) = try trained(updates: 1)
    // Twelve negatives of weight 1 and three positives of weight 4, on points moved by the update's own draws.
    var stream = RandomStream(seed: 9).child(0)
    let noise = Tensor<Double>.normal([40, 2], standardDeviation: 0.01, using: &stream).elements
    func loss(_ weights: [Double]) -> Double {
      nodes.reduce(0.0) { sum, node in
        let logits = logits(weights, (0..<2).map { points[node][$0] + noise[2 * node + $0] })
        let normaliser = log(logits.reduce(0) { $0 + exp($1) })
        return sum + (isPositive[node] ? 4 : 1) * (normaliser - logits[isPositive[node] ? 1 : 0]) / 24
      }
    }
    let start = Linear().weights.elements
    #expect(losses.count == 1 && abs(losses[0] - loss(start)) < 1e-12)
    for index in start.indices {
      var (high, low) = (start, start)
      high[index] += 1e-5
      low[index] -= 1e-5
      let slope = (loss(high) - loss(low)) / 2e-5
      #expect(abs(loop.model.weights.elements[index] - (start[index] - 0.2 * slope)) < 1e-9)
    }
  }

  @Test("the model that is kept ranks the other nodes as plain loops find, and its scores are log-odds")
  func kept() throws {
    let (found, loop, losses) = try trained(updates: 7, rate: 0.02)
    // Four epochs of two updates, the last of one.
    #expect(losses.count == 7 && loop.updateCount == 7 && found.best.epochCount == 4)
    let weights = found.best.model.weights.elements
    #expect(abs(found.best.epoch.validation.score - ranking(weights)) < 1e-12)
    #expect(abs(try found.validation.areaUnderROC - ranking(weights)) < 1e-12)
    for (score, point) in zip(found.scores, points) {
      #expect(abs(score - (logits(weights, point)[1] - logits(weights, point)[0])) < 1e-12)
    }
    #expect(found.scores.count == 40 && ranking(weights) >= ranking(loop.model.weights.elements))
  }

  @Test("training ends where no look has been better for as many updates as there is patience")
  func patience() throws {
    // At a rate of 0 nothing gets better than the first look, after two updates.
    let (found, loop, _) = try trained(updates: 50, patience: 4, rate: 0)
    #expect(found.best.epoch.updateCount == 2 && loop.updateCount == 6)
  }
}
