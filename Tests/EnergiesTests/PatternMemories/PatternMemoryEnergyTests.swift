import Energies
import EnergyTesting
import Tensors
import TestSupport
import Testing

struct PatternMemoryEnergyTests {
  private let mask = TokenMask(
    batch: 2, tokenCount: 4, isReal: [false, true, false, false, true, false, true, true])

  private func energy(_ weighting: MemoryWeighting) -> PatternMemoryEnergy<Double> {
    PatternMemoryEnergy(memories: normalTensor([5, 7], seed: 70) * 0.7, beta: 1.3, weighting: weighting)
  }

  @Test("all laws hold, with and without padding", arguments: MemoryWeighting.allCases)
  func laws(weighting: MemoryWeighting) {
    for mask in [nil, mask] {
      var options = LawOptions(tokens: .independent)
      options.differenceSteps = [1e-4, 1e-5]
      let g = Activations(normalTensor([2, 4, 5], seed: 71), mask: mask)
      let report = EnergyLaws.check(energy(weighting), at: g, options: options)
      #expect(report.isSatisfied, "\(report)")
      #expect(report.unchecked.isEmpty, "\(report)")
    }
  }

  @Test("the softmax energy is that of plain loops")
  func naive() {
    let memories = (normalTensor([5, 7], seed: 70) * 0.7).elements
    let states = normalTensor([2, 4, 5], seed: 72).elements
    func square(_ column: Int) -> Double {
      (0..<5).reduce(0) { $0 + memories[$1 * 7 + column] * memories[$1 * 7 + column] }
    }
    let largest = (0..<7).map(square).max() ?? 0
    var expected = [0.0, 0.0]
    for row in 0..<8 where mask.isReal[row] {
      let state = states[row * 5..<(row + 1) * 5].map { $0 }
      // The second published form: a sum of Gaussian bells.
      let bells = (0..<7).map { column -> Double in
        let distance = (0..<5).reduce(0.0) { sum, j in
          let difference = memories[j * 7 + column] - state[j]
          return sum + difference * difference
        }
        return -0.5 * 1.3 * (largest - square(column)) - 0.5 * 1.3 * distance
      }
      let mean = (Tensor(shape: [7], elements: bells).exponential().sum() / 7).logarithm().scalar
      expected[row / 4] -= mean / 1.3
    }
    let g = Activations(normalTensor([2, 4, 5], seed: 72), mask: mask)
    expectClose(
      actual: energy(.softmax).energy(at: g), expected: Tensor(shape: [2], elements: expected),
      relative: 1e-12)
  }

  @Test(
    "0 <= E <= (M + |g|)² / 2, and a gradient step of 1 is the mixture", arguments: MemoryWeighting.allCases)
  func bounds(weighting: MemoryWeighting) {
    let energy = energy(weighting)
    let largest = energy.memories.squared().sum(axes: [0]).squareRoot().maximum(axis: 0).scalar
    for (index, scale) in [0, 0.1, 1, 5].enumerated() {
      let states = normalTensor([6, 1, 5], seed: UInt64(73 + index)) * scale
      let lengths = states.squared().sum(axes: [1, 2]).squareRoot().elements
      for (value, length) in zip(energy.energy(at: Activations(states)).elements, lengths) {
        #expect(value >= -1e-12 && value <= (largest + length) * (largest + length) / 2 + 1e-12)
      }
      let stepped = states - energy.gradient(at: Activations(states))
      let weights = weighting.weights(states.projected(by: energy.memories) * 1.3)
      expectClose(
        actual: stepped, expected: weights.projected(by: energy.memories, transposed: true), relative: 0,
        absolute: 1e-12)
    }
  }

  private func corner<Scalar: TensorScalar>(
    _ size: Scalar, beta: Scalar, at state: [Scalar], _ weighting: MemoryWeighting
  ) -> (energy: Scalar, gradient: [Scalar]) {
    let energy = PatternMemoryEnergy(
      memories: Tensor(shape: [2, 2], elements: [size, 0, 0, size]), beta: beta, weighting: weighting)
    let g = Activations(Tensor(shape: [1, 1, 2], elements: state))
    return (energy.energy(at: g).scalar, energy.gradient(at: g).elements)
  }

  @Test(
    "scores of every size, and beta times a score beyond the largest number: the nearest pattern alone",
    arguments: MemoryWeighting.allCases)
  func largeScores(weighting: MemoryWeighting) {
    for beta in [1e4 as Float, 1e20, 3e38] {
      let found = corner(100, beta: beta, at: [100, 1], weighting)
      // 1 / beta may be below the normal numbers.
      #expect(abs(found.gradient[0]) < 1e-4 && found.gradient[1] == 1, "\(beta): \(found)")
      #expect(abs(found.energy - 0.5) < 1e-4)
      if beta == 1e4 { #expect(found.gradient == [0, 1]) }
    }
    for beta in [1e4, 1e12, 1e16, 1e300] {
      let found = corner(100, beta: beta, at: [100, 1], weighting)
      #expect(found.gradient == [0, 1] && abs(found.energy - 0.5) < 1e-4, "\(beta): \(found)")
    }
    // Powers of 2: everything but the constant is exact.
    for exponent in stride(from: -60, through: 60, by: 4) {
      let size = Float(sign: .plus, exponent: exponent, significand: 1)
      let beta = Float(sign: .plus, exponent: min(127, 8 - 2 * exponent), significand: 1)
      let found = corner(size, beta: beta, at: [size, size / 4], weighting)
      #expect(found.gradient == [0, size / 4], "2^\(exponent): \(found)")
      #expect(found.energy.isFinite)
    }
    for exponent in stride(from: -500, through: 500, by: 20) {
      let size = Double(sign: .plus, exponent: exponent, significand: 1)
      let beta = Double(sign: .plus, exponent: 12 - 2 * exponent, significand: 1)
      let found = corner(size, beta: beta, at: [size, size / 4], weighting)
      #expect(found.gradient == [0, size / 4], "2^\(exponent): \(found)")
    }
    let tied = corner(1e4 as Float, beta: 1e4, at: [1e4, 1e4], weighting)
    #expect(tied.gradient == [5e3, 5e3])
  }

  @Test("overlaps beyond the largest number give no number, never zeros", arguments: MemoryWeighting.allCases)
  func overflow(weighting: MemoryWeighting) {
    for beta in [1 as Float, 1e-30] {
      let found = corner(1e30, beta: beta, at: [1e30, 1e29], weighting)
      #expect(!found.energy.isFinite && found.gradient.contains { $0.isNaN }, "\(found)")
    }
    let double = corner(1e200, beta: 1, at: [1e200, 0], weighting)
    #expect(!double.energy.isFinite && double.gradient.contains { $0.isNaN })
  }

  @Test("energies without a stored pattern are refused with their shape")
  func empty() async {
    let modern = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = PatternMemoryEnergy(memories: Tensor<Float>.zeros([3, 0]), beta: 1)
    }
    let balls = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = LogSumReLUEnergy(memories: Tensor<Float>.zeros([3, 0]), beta: 1)
    }
    let dense = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = HopfieldEnergy(memories: Tensor<Float>.zeros([3, 0]))
    }
    for result in [modern, balls, dense] {
      let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
      #expect(message.contains("[3, 0]"))
    }
  }
}
