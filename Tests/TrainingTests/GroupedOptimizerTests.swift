import Tensors
import Testing
import Training

struct GroupedOptimizerTests {
  let parameters: ParameterValues<Float> = randomParameters(
    [("queries", [4, 3]), ("gamma", []), ("patterns", [3, 6]), ("bias", [3])], seed: 1)

  private func groups(
    _ matrices: ParameterSelection = ["queries", "patterns"],
    _ others: ParameterSelection = .all.excluding(["queries", "patterns"]),
    names: [String] = ["matrices", "others"]
  ) -> [ParameterGroup<Float>] {
    [
      ParameterGroup(names[0], matrices, Muon(weightDecay: WeightDecay(0.05)), learningRateFactor: 0.03),
      ParameterGroup(names[1], others, AdamW(secondDecay: 0.99), learningRateFactor: 0.01),
    ]
  }

  @Test("matrices by Muon and others by AdamW are the two groups written out; matrices are of rank 2 or more")
  func matricesByMuon() throws {
    struct Model: Parameterized {
      var queries = Tensor<Float>(shape: [4, 3], elements: (0..<12).map { Float($0 % 5) })
      var gain = Tensor<Float>(shape: [3], elements: [1, 2, 3])
      var kernel = Tensor<Float>(shape: [2, 2, 2], elements: (0..<8).map { Float($0) })

      mutating func visitParameters(_ visit: ParameterVisitor<Float>) {
        visit("queries", &queries)
        visit("gain", &gain)
        visit("kernel", &kernel)
      }
    }
    let values = Model().parameters
    let found = ParameterSelection.matrices(of: values)
    #expect(values.names.map(found.contains) == [true, false, true])
    var made = try GroupedOptimizer.matricesByMuon(
      ["queries"], for: Model(), decayingOthers: ["kernel"], matrixRate: 0.2, rate: 0.03, weightDecay: 0.1)
    var written = try GroupedOptimizer(
      [
        ParameterGroup(
          "matrices", ["queries"], Muon<Float>(weightDecay: WeightDecay(0.1)), learningRateFactor: 0.2),
        ParameterGroup(
          "others", ["gain", "kernel"],
          AdamW<Float>(secondDecay: 0.99, weightDecay: WeightDecay(0.1, on: ["kernel"])),
          learningRateFactor: 0.03),
      ], for: values)
    let updated = made.update(values, gradients: values, learningRate: 0.5)
    #expect(bits(updated) == bits(written.update(values, gradients: values, learningRate: 0.5)))
    #expect(bits(updated) != bits(values))
  }

  @Test("a frozen group keeps its values, and remembers nothing")
  func frozen() throws {
    var grouped = try GroupedOptimizer(
      [
        .frozen(["queries", "gamma"]),
        ParameterGroup("others", .all.excluding(["queries", "gamma"]), AdamW<Float>()),
      ], for: parameters)
    let updated = grouped.update(parameters, gradients: parameters, learningRate: 0.1)
    for (name, value) in zip(updated.names, updated.values) {
      let isSame = value.elements == parameters[name]?.elements
      #expect(isSame == ["queries", "gamma"].contains(name), "\(name)")
    }
    #expect(grouped.state.names.allSatisfy { $0.hasPrefix("others.") })
    try grouped.restore(grouped.state, for: parameters)
  }

  @Test("each group works as its rule would alone, at its own rate, and the order of parameters stays")
  func eachAlone() throws {
    var grouped = try GroupedOptimizer(groups(), for: parameters)
    #expect(grouped.assignment == ["matrices": ["queries", "patterns"], "others": ["gamma", "bias"]])
    var muon = Muon<Float>(weightDecay: WeightDecay(0.05))
    var adam = AdamW<Float>(secondDecay: 0.99)
    func part(_ values: ParameterValues<Float>, _ names: [String]) -> ParameterValues<Float> {
      ParameterValues(names: names, values: names.map { values[$0]! })
    }
    var (together, apart) = (parameters, parameters)
    for step in 0..<3 {
      let gradients = parameters.map { _, value in value.sine() * Float(step + 1) }
      let rate = 0.5 + Double(step)
      together = grouped.update(together, gradients: gradients, learningRate: rate)
      let first = muon.update(
        part(apart, ["queries", "patterns"]), gradients: part(gradients, ["queries", "patterns"]),
        learningRate: rate * 0.03)
      let second = adam.update(
        part(apart, ["gamma", "bias"]), gradients: part(gradients, ["gamma", "bias"]),
        learningRate: rate * 0.01)
      apart = apart.map { name, _ in first[name] ?? second[name]! }
    }
    #expect(together.names == parameters.names)
    #expect(bits(together) == bits(apart))
  }

  @Test("saved and restored, all groups continue with the same bits")
  func restored() throws {
    var grouped = try GroupedOptimizer(groups(), for: parameters)
    var values = grouped.update(parameters, gradients: parameters, learningRate: 1)
    var copy = try GroupedOptimizer(groups(), for: parameters)
    try copy.restore(grouped.state, for: values)
    #expect(grouped.state.names.contains("matrices.momentum.queries"))
    #expect(grouped.state.names.contains("others.secondMoment.bias"))
    let others = copy.update(values, gradients: parameters, learningRate: 1)
    values = grouped.update(values, gradients: parameters, learningRate: 1)
    #expect(bits(values) == bits(others))
    let error = #expect(throws: StateMismatch.self) {
      try copy.restore(
        ParameterValues(names: ["others.firstMoment.bias"], values: [.zeros([4])]), for: parameters)
    }
    #expect(error?.entry == "others.firstMoment.gamma" || error?.entry == "others.firstMoment.bias")
  }

  @Test("a parameter in no group or in two, an empty group, a slip in a name: refused in one line")
  func refusals() {
    let names = "queries, gamma, patterns, bias"
    let cases: [([ParameterGroup<Float>], String)] = [
      (
        groups(["queries", "patterns"], ["bias"]),
        "parameter \"gamma\" belongs to no group; every parameter belongs to exactly one"
      ),
      (
        groups(["queries", "patterns"], .all),
        "parameter \"queries\" belongs to several groups: matrices, others; "
          + "every parameter belongs to exactly one"
      ),
      (
        groups(["queries", "patterns", "values"]),
        "group \"matrices\": there is no parameter \"values\"; there are \(names)"
      ),
      (groups(ParameterSelection { $0 == "x" }, .all), "group \"matrices\" has no parameters"),
      (
        groups(["queries", "bias"], ["gamma", "patterns"]),
        "Muon: parameter \"bias\" of shape [3] has no view as a matrix"
      ),
      (groups(names: ["same", "same"]), "two groups are named \"same\""),
      (groups(names: ["a.b", "c"]), "group \"a.b\": a group's name is not empty and has no dot"),
      (
        [ParameterGroup("all", .all, AdamW(weightDecay: WeightDecay(0.1, on: ["quer"])))],
        "weight decay of AdamW: there is no parameter \"quer\"; there are \(names)"
      ),
    ]
    for (groups, message) in cases {
      let error = #expect(throws: ParameterGroupError.self) { try GroupedOptimizer(groups, for: parameters) }
      #expect(error?.description == message)
    }
  }
}
