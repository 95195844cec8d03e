import Foundation
import Tensors
import Testing
import Training

struct OptimizerTests {
  static let shapes = [("weight", [3, 4]), ("bias", [5]), ("scale", [])]
  static let rates = [0.1, 0.03, 0.2, 0.05, 0.07, 0.01]

  private func gradients(_ step: Int) -> ParameterValues<Double> {
    randomParameters(Self.shapes, seed: 100 + UInt64(step))
  }

  /// Six updates by the optimiser and by `naive`, which changes one number given its gradient.
  private func compare(
    _ optimizer: any Optimizer<Double>,
    naive: (_ p: Double, _ g: Double, _ memory: inout [Double], _ step: Int, _ name: String) -> Double
  ) -> Double {
    var optimizer = optimizer
    var parameters: ParameterValues<Double> = randomParameters(Self.shapes, seed: 1)
    var expected = arrays(parameters)
    var memory = expected.map { $0.map { _ in [0.0, 0.0] } }
    for (step, rate) in Self.rates.enumerated() {
      let gradient = gradients(step)
      parameters = optimizer.update(parameters, gradients: gradient, learningRate: rate)
      let g = arrays(gradient)
      for i in expected.indices {
        for j in expected[i].indices {
          expected[i][j] = naive(expected[i][j], g[i][j], &memory[i][j], step, Self.shapes[i].0)
        }
      }
    }
    return largestDifference(parameters, expected)
  }

  @Test("AdamW agrees with its formulas over several updates, decay on the chosen parameters only")
  func adamW() {
    let optimizer = AdamW<Double>(
      firstDecay: 0.9, secondDecay: 0.99, epsilon: 1e-3,
      weightDecay: WeightDecay(0.3, on: ["weight", "scale"]))
    let difference = compare(optimizer) { p, g, memory, step, name in
      let (t, rate) = (Double(step + 1), Self.rates[step])
      memory[0] = 0.9 * memory[0] + 0.1 * g
      memory[1] = 0.99 * memory[1] + 0.01 * g * g
      let mean = memory[0] / (1 - pow(0.9, t))
      let square = memory[1] / (1 - pow(0.99, t))
      let decayed = name == "bias" ? p : p - rate * 0.3 * p
      return decayed - rate * mean / (square.squareRoot() + 1e-3)
    }
    #expect(difference < 1e-13)
  }

  @Test("SGD agrees with its formulas: plain, with momentum, with Nesterov's", arguments: [0, 1, 2])
  func sgd(kind: Int) {
    let momentum = kind == 0 ? 0 : 0.8
    let optimizer = SGD<Double>(
      momentum: momentum, isNesterov: kind == 2, weightDecay: WeightDecay(0.2, on: .all.excluding(["scale"])))
    let difference = compare(optimizer) { p, g, memory, step, name in
      let rate = Self.rates[step]
      memory[0] = momentum * memory[0] + g
      let direction = kind == 2 ? g + momentum * memory[0] : memory[0]
      return (name == "scale" ? p : p * (1 - rate * 0.2)) - rate * direction
    }
    #expect(difference < 1e-13)
  }

  @Test(
    "on a quadratic bowl the parameters arrive at its centre",
    arguments: [
      (AdamW<Double>() as any Optimizer<Double>, 600), (SGD<Double>(), 400),
      (SGD<Double>(momentum: 0.7), 400),
      (SGD<Double>(momentum: 0.7, isNesterov: true), 400),
    ])
  func bowl(optimizer: any Optimizer<Double>, updates: Int) {
    var optimizer = optimizer
    let centre: ParameterValues<Double> = randomParameters(Self.shapes, seed: 5)
    let widths = randomParameters(Self.shapes, seed: 6).map { _, x in x.squared() + 0.5 }
    var parameters: ParameterValues<Double> = randomParameters(Self.shapes, seed: 7)
    let schedule = LearningRateSchedule.warmUpThenCosine(
      peak: 0.1, warmUpUpdates: 10, updateCount: updates, finalFraction: 0.001)
    for update in 0..<updates {
      let gradient = parameters.map { name, p in (p - centre[name]!) * widths[name]! }
      parameters = optimizer.update(parameters, gradients: gradient, learningRate: schedule.rate(at: update))
    }
    #expect(largestDifference(parameters, arrays(centre)) < 1e-4)
  }

  static let rules: [any Optimizer<Float>] = [
    AdamW<Float>(weightDecay: WeightDecay(0.1)), SGD<Float>(), SGD<Float>(momentum: 0.9),
    Muon<Float>(view: { _, _ in .plain }),
  ]
  static let matrices = [("first", [3, 4]), ("second", [5, 2, 3])]

  @Test("restored from its state in other hands, a rule continues with the same bits", arguments: 0..<4)
  func restored(rule: Int) throws {
    var optimizer = Self.rules[rule]
    var parameters: ParameterValues<Float> = randomParameters(Self.matrices, seed: 1)
    func advance(
      _ optimizer: inout any Optimizer<Float>, _ parameters: inout ParameterValues<Float>, _ step: Int
    ) {
      parameters = optimizer.update(
        parameters, gradients: randomParameters(Self.matrices, seed: UInt64(10 + step)), learningRate: 0.05)
    }
    for step in 0..<3 { advance(&optimizer, &parameters, step) }
    var copy = Self.rules[rule]
    // The order of entries in a file is not the optimiser's own.
    let state = optimizer.state
    let reversed = ParameterValues(names: state.names.reversed(), values: state.values.reversed())
    try copy.restore(reversed, for: parameters)
    var others = parameters
    for step in 3..<6 {
      advance(&optimizer, &parameters, step)
      advance(&copy, &others, step)
    }
    #expect(bits(parameters) == bits(others))
    #expect(bits(optimizer.state) == bits(copy.state))
  }

  @Test("state with a missing, unknown or misshapen entry is refused in one line that names it")
  func mismatches() throws {
    var optimizer: any Optimizer<Float> = AdamW<Float>()
    let parameters: ParameterValues<Float> = randomParameters(Self.matrices, seed: 1)
    _ = optimizer.update(parameters, gradients: parameters, learningRate: 0.1)
    let state = optimizer.state
    func changed(_ name: String, to value: Tensor<Float>?) -> ParameterValues<Float> {
      var values = ParameterValues<Float>()
      for (other, tensor) in zip(state.names, state.values) where other != name {
        values.append(other, tensor)
      }
      if let value { values.append(name, value) }
      return values
    }
    let cases: [(ParameterValues<Float>, String)] = [
      (
        changed("secondMoment.first", to: nil),
        "state of AdamW, entry \"secondMoment.first\": expected shape [3, 4], found no such entry"
      ),
      (
        changed("firstMoment.second", to: .zeros([2, 5, 3])),
        "state of AdamW, entry \"firstMoment.second\": expected shape [5, 2, 3], found shape [2, 5, 3]"
      ),
      (
        changed("thirdMoment.first", to: .zeros([3, 4])),
        "state of AdamW, entry \"thirdMoment.first\": expected no such entry, found shape [3, 4]"
      ),
      (
        changed("updateCount", to: Tensor(1.5)),
        "state of AdamW, entry \"updateCount\": expected a whole number from 0 to 16777216, found 1.5"
      ),
    ]
    for (broken, message) in cases {
      let error = #expect(throws: StateMismatch.self) { try optimizer.restore(broken, for: parameters) }
      #expect(error?.description == message)
      #expect(bits(optimizer.state) == bits(state))
    }
  }
}
