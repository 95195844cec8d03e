import Foundation
import Foundations
import Tensors
import Testing
import Training

struct ScheduleTests {
  @Test("a constant rate and a warm-up have the stated rates")
  func warmUp() {
    #expect([0, 1, 999].map(LearningRateSchedule.constant(0.3).rate) == [0.3, 0.3, 0.3])
    let warmUp = LearningRateSchedule.warmUp(peak: 2, updates: 4)
    #expect([0, 1, 2, 3, 4, 100].map(warmUp.rate) == [0.5, 1, 1.5, 2, 2, 2])
    #expect(LearningRateSchedule.warmUp(peak: 2, updates: 0).rate(at: 0) == 2)
    #expect(LearningRateSchedule { 1 / Double($0 + 1) }.rate(at: 3) == 0.25)
  }

  @Test("warm-up and cosine meet at the peak, are half-way at the middle and end at the final fraction")
  func cosine() {
    let schedule = LearningRateSchedule.warmUpThenCosine(
      peak: 0.4, warmUpUpdates: 10, updateCount: 110, finalFraction: 0.02)
    #expect(schedule.rate(at: 0) == 0.04)
    #expect(schedule.rate(at: 9) == 0.4)
    #expect(abs(schedule.rate(at: 59) - 0.4 * 0.51) < 1e-15)
    #expect(abs(schedule.rate(at: 34) - 0.4 * (0.02 + 0.98 * (1 + sqrt(0.5)) / 2)) < 1e-15)
    #expect(abs(schedule.rate(at: 109) - 0.008) < 1e-15)
    #expect(schedule.rate(at: 110) == 0.008 && schedule.rate(at: 5000) == 0.008)
    for update in 9..<109 { #expect(schedule.rate(at: update + 1) < schedule.rate(at: update)) }
    let allWarmUp = LearningRateSchedule.warmUpThenCosine(peak: 1, warmUpUpdates: 5, updateCount: 5)
    #expect(allWarmUp.rate(at: 4) == 1)
    let noWarmUp = LearningRateSchedule.warmUpThenCosine(peak: 1, warmUpUpdates: 0, updateCount: 2)
    #expect(abs(noWarmUp.rate(at: 0) - 0.5) < 1e-15 && abs(noWarmUp.rate(at: 1)) < 1e-15)
  }

  @Test("a curriculum changes phase after each phase's share of the updates")
  func curriculum() {
    let curriculum = Curriculum([(0.7, "short"), (0.1, "middle"), (0.2, "long")])
    let phases = (0..<10).map { curriculum.phase(at: $0, of: 10) }
    #expect(phases == Array(repeating: "short", count: 7) + ["middle", "long", "long"])
    #expect(curriculum.phase(at: 12, of: 10) == "long")
    #expect(
      curriculum.phase(at: 5599, of: 8000) == "short" && curriculum.phase(at: 5600, of: 8000) == "middle")
    #expect(Curriculum(always: 3).phase(at: 999, of: 1000) == 3)
    #expect(Curriculum.none.index(at: 4, of: 5) == 0)
  }

  @Test("clipping scales all gradients by one factor, only above the limit, and reports the norm before")
  func clipping() throws {
    let gradients = ParameterValues<Double>(
      names: ["a", "b"],
      values: [Tensor(shape: [2], elements: [3, 0]), Tensor(shape: [1, 2], elements: [0, -4])])
    let (small, norm) = try clipped(gradients, toGlobalNorm: 1)
    #expect(norm == 5)
    #expect(largestDifference(small, [[0.6, 0], [0, -0.8]]) < 1e-15)
    #expect(abs(small.globalNorm - 1) < 1e-15)
    let (same, _) = try clipped(gradients, toGlobalNorm: 5)
    #expect(arrays(same) == arrays(gradients))
  }

  @Test(
    "a gradient that is not finite is reported by the name of its parameter",
    arguments: [Float.nan, .infinity, -.infinity])
  func notFinite(value: Float) {
    let gradients = ParameterValues<Float>(
      names: ["fine", "broken", "late"],
      values: [
        .ones([3]), Tensor(shape: [3], elements: [0, value, 1]), Tensor(shape: [1], elements: [value]),
      ])
    let error = #expect(throws: NonFiniteValue.self) { try clipped(gradients, toGlobalNorm: 1) }
    #expect(error?.description == "the gradient of parameter \"broken\" is not a finite number")
  }

  @Test("a moving average is the weighted mean of all parameters so far, without a pull to the start")
  func average() throws {
    var average = ExponentialMovingAverage<Double>(decay: 0.8)
    #expect(average.parameters == nil && average.state.count == 0)
    var history: [Arrays] = []
    for step in 0..<6 {
      let parameters: ParameterValues<Double> = randomParameters(
        [("a", [2, 3]), ("b", [4])], seed: UInt64(step))
      average.update(parameters)
      history.append(arrays(parameters))
      let weights = history.indices.map { pow(0.8, Double(step - $0)) }
      let total = weights.reduce(0, +)
      let expected = history[0].indices.map { i in
        history[0][i].indices.map { j in
          zip(weights, history).reduce(0) { $0 + $1.0 * $1.1[i][j] } / total
        }
      }
      let values = try #require(average.parameters)
      #expect(largestDifference(values, expected) < 1e-14)
    }
    var copy = ExponentialMovingAverage<Double>(decay: 0.8)
    let next: ParameterValues<Double> = randomParameters([("a", [2, 3]), ("b", [4])], seed: 9)
    try copy.restore(average.state, for: next)
    copy.update(next)
    average.update(next)
    #expect(arrays(copy.state) == arrays(average.state))
    #expect(throws: StateMismatch.self) {
      try copy.restore(average.state, for: randomParameters([("a", [3, 2])], seed: 1))
    }
  }
}
