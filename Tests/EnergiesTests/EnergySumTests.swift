import Energies
import EnergyTesting
import Tensors
import TestSupport
import Testing

struct EnergySumTests {
  private let attention = AttentionCase(includesSelf: false, learnsBeta: true, bias: .additive, mask: .some)
    .energy()
  private let memory = HopfieldEnergy<Double>(
    memories: normalTensor([5, 7], seed: 80), activation: .softmax(beta: Tensor(0.8), learnsBeta: true))
  private let g = AttentionCase(mask: .some).activations()

  /// Quadratic tokens, without a closed form.
  struct Spring: Energy {
    var stiffness: Tensor<Double>
    var name: String { "spring" }
    mutating func visitParameters(_ visit: ParameterVisitor<Double>) {
      visit("stiffness", &stiffness)
    }
    func energy(at g: Activations<Double>) -> Tensor<Double> {
      g.masking(g.values).squared().sum(axes: [1, 2]) * stiffness.reshaped([1]) / 2
    }
  }

  @Test("a sum keeps the names of its parts, in order")
  func names() {
    let sum = attention + memory + memory.named("second")
    #expect(sum.name == "attention + memory + second")
    #expect(sum.parts.map(\.name) == ["attention", "memory", "second"])
    #expect(
      sum.parameters.names == [
        "attention.queryWeights", "attention.keyWeights", "attention.beta", "memory.memories", "memory.beta",
        "second.memories", "second.beta",
      ])
    var copy = sum
    var context: [String] = []
    copy.visitContext(ParameterVisitor { name, _ in context.append(name) })
    #expect(context == ["attention.bias"])
  }

  @Test("energy by part gives each part's energy, and the total is the sum")
  func parts() {
    let sum = attention + memory.named("patterns") + Spring(stiffness: Tensor(0.3))
    let found = sum.energyByPart(at: g)
    #expect(found.parts.map(\.name) == ["attention", "patterns", "spring"])
    expectClose(actual: found["patterns"] ?? Tensor(0), expected: memory.energy(at: g), relative: 0)
    #expect(found["memory"] == nil)
    expectClose(
      actual: sum.energy(at: g),
      expected: attention.energy(at: g) + memory.energy(at: g)
        + Spring(stiffness: Tensor(0.3)).energy(at: g), relative: 1e-14)
  }

  @Test("all laws hold for sums with and without closed forms, also nested")
  func laws() {
    let options = LawOptions(tokens: .ordered)
    let closed = attention + memory
    #expect(closed.closedForm != nil)
    let nested = EnergySum<Double>([("inner", closed), ("outer", memory.named("more"))])
    #expect(nested.closedForm != nil)
    let mixed = closed + Spring(stiffness: Tensor(0.3))
    #expect(mixed.closedForm == nil)
    for report in [
      EnergyLaws.check(closed, at: g, options: options), EnergyLaws.check(nested, at: g, options: options),
      EnergyLaws.check(mixed, at: g, options: options),
      EnergyLaws.check(closed.differentiated, at: g, options: options),
    ] { #expect(report.isSatisfied, "\(report)") }
  }

  @Test("context of an earlier part comes behind the parameters of a later one")
  func contextOrder() {
    let (first, second) = (
      attention.named("first"), AttentionCase(bias: .multiplicative).energy().named("second")
    )
    var options = LawOptions(tokens: .ordered, constants: ["beta"])
    options.switchesAtZero = ["context.second.bias"]
    let report = EnergyLaws.check(first + second, at: g, options: options)
    #expect(report.isSatisfied, "\(report)")
  }

  @Test("parts of one name are refused")
  func duplicates() async {
    await #expect(processExitsWith: .failure) {
      let memory = HopfieldEnergy<Double>(memories: .ones([5, 7]))
      _ = memory + memory
    }
  }
}
