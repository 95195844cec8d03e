import Energies
import EnergyTesting
import Tensors
import TestSupport
import Testing

struct LogSumReLUEnergyTests {
  private let mask = TokenMask(lengths: [3, 2], tokenCount: 4)
  private let memories = normalTensor([5, 7], seed: 70) * 0.6

  @Test("all laws hold, with and without padding")
  func laws() {
    for mask in [nil, mask] {
      var options = LawOptions(tokens: .independent)
      options.differenceSteps = [1e-4, 1e-5]
      let g = Activations(normalTensor([2, 4, 5], seed: 71) * 0.4, mask: mask)
      let report = EnergyLaws.check(LogSumReLUEnergy(memories: memories, beta: 0.8), at: g, options: options)
      #expect(report.isSatisfied, "\(report)")
      #expect(report.unchecked.isEmpty, "\(report)")
    }
  }

  @Test("energies are those of plain loops")
  func naive() {
    let states = normalTensor([2, 4, 5], seed: 72) * 0.5
    let (numbers, patterns) = (states.elements, memories.elements)
    var expected = [0.0, 0.0]
    var active = 0
    for row in 0..<8 where mask.isReal[row] {
      var sum = 0.01
      for column in 0..<7 {
        var distance = 0.0
        for j in 0..<5 {
          let difference = numbers[row * 5 + j] - patterns[j * 7 + column]
          distance += difference * difference
        }
        if distance < 2 / 0.9 {
          sum += 1 - 0.45 * distance
          active += 1
        }
      }
      expected[row / 4] -= Tensor(sum).logarithm().scalar / 0.9
    }
    #expect(active > 5 && active < 35)
    let energy = LogSumReLUEnergy(memories: memories, beta: 0.9, epsilon: 0.01)
    expectClose(
      actual: energy.energy(at: Activations(states, mask: mask)),
      expected: Tensor(shape: [2], elements: expected), relative: 1e-12)
  }

  @Test("outside all balls the gradient is exactly 0")
  func flat() {
    let energy = LogSumReLUEnergy(memories: memories, beta: 2)
    let far = Activations(normalTensor([2, 3, 5], seed: 74) + 50)
    #expect(energy.gradient(at: far).elements.allSatisfy { $0 == 0 })
    let near = Activations(memories.transposed.reshaped([7, 1, 5]) + 0.05)
    #expect(energy.gradient(at: near).squared().sum(axes: [1, 2]).elements.allSatisfy { $0 > 0 })
  }
}
