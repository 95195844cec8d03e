import Energies
import EnergyTesting
import Tensors
import TestSupport
import Testing

struct InputEnergyTests {
  @Test(
    "all laws hold for a force on every token, on each place and on each example, given or learned",
    arguments: [[5], [4, 5], [2, 4, 5], [2, 1, 5]], [false, true])
  func laws(shape: [Int], isLearned: Bool) {
    for mask in LineExample.masks {
      let energy = InputEnergy<Double>(normalTensor(shape, seed: 72), isLearned: isLearned)
      var options = LawOptions(tokens: shape == [5] ? .independent : shape[1] == 1 ? .unordered : .ordered)
      options.takesAnyTokenCount = !shape.contains(4)
      let report = EnergyLaws.check(energy, at: LineExample.activations(mask), options: options)
      #expect(report.isSatisfied, "\(report)")
      #expect(report.checked.contains(.closedForm))
      #expect(energy.parameters.names == (isLearned ? ["input"] : []))
    }
  }

  @Test("energies are the products with the real tokens, and the force is the same everywhere")
  func naive() {
    let mask = LineExample.masks[1]
    let force = normalTensor([2, 4, 5], seed: 73)
    let g = LineExample.activations(mask)
    var expected = [0.0, 0.0]
    for example in 0..<2 {
      for token in 0..<4 where mask?.isReal[example * 4 + token] ?? true {
        for j in 0..<5 { expected[example] -= force[example, token, j] * g.values[example, token, j] }
      }
    }
    let energy = InputEnergy(force)
    expectClose(
      actual: energy.energy(at: g), expected: Tensor(shape: [2], elements: expected), relative: 1e-13)
    let elsewhere = LineExample.activations(mask, seed: 74)
    #expect(energy.gradient(at: g).elements == energy.gradient(at: elsewhere).elements)
  }

  @Test("a force that fits no token is refused with both shapes")
  func refused() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = InputEnergy(Tensor<Double>.zeros([3, 5])).energy(at: Activations(.zeros([2, 4, 5])))
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("[3, 5]") && message.contains("[2, 4, 5]"))
  }
}
