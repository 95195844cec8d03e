import Energies
import EnergyTesting
import Tensors
import TestSupport
import Testing

/// A memory energy over 7 patterns of 5 numbers.
struct HopfieldCase: CustomTestStringConvertible, Sendable {
  let name: String
  let activation: HopfieldActivation<Double>
  var testDescription: String { name }

  static let all: [HopfieldCase] = [
    HopfieldCase(name: "relu squared", activation: .reluSquared),
    HopfieldCase(name: "rectified degree 2.5", activation: .rectifiedPolynomial(degree: 2.5)),
    HopfieldCase(name: "rectified degree 3", activation: .rectifiedPolynomial(degree: 3)),
    HopfieldCase(name: "power 2", activation: .power(degree: 2)),
    HopfieldCase(name: "power 3", activation: .power(degree: 3)),
    HopfieldCase(name: "power 4", activation: .power(degree: 4)),
    HopfieldCase(name: "softmax", activation: .softmax(beta: 1.3)),
    HopfieldCase(
      name: "softmax with learned beta", activation: .softmax(beta: Tensor(0.6), learnsBeta: true)),
  ]

  var energy: HopfieldEnergy<Double> {
    HopfieldEnergy(memories: normalTensor([5, 7], seed: 70), activation: activation)
  }
}

struct HopfieldEnergyTests {
  static let masks: [TokenMask?] = [
    nil, TokenMask(batch: 2, tokenCount: 4, isReal: [false, true, false, false, true, false, true, true]),
  ]

  private var options: LawOptions { LawOptions(tokens: .independent) }

  @Test("all laws hold", arguments: HopfieldCase.all, masks)
  func laws(options: HopfieldCase, mask: TokenMask?) {
    var declared = self.options
    if case .softmax(_, false) = options.activation { declared.constants = ["beta"] }
    let g = Activations(normalTensor([2, 4, 5], seed: 71), mask: mask)
    let report = EnergyLaws.check(options.energy, at: g, options: declared)
    #expect(report.isSatisfied, "\(report)")
    #expect(report.unchecked.isEmpty, "\(report)")
  }

  @Test("all laws hold in single precision")
  func lawsInSinglePrecision() {
    let all: [HopfieldActivation<Float>] = [
      .reluSquared, .rectifiedPolynomial(degree: 3), .power(degree: 4),
      .softmax(beta: Tensor(0.6), learnsBeta: true),
    ]
    for activation in all {
      let energy = HopfieldEnergy(
        memories: normalTensor([5, 7], seed: 70, as: Float.self), activation: activation)
      let g = Activations(normalTensor([2, 4, 5], seed: 71, as: Float.self), mask: Self.masks[1])
      let report = EnergyLaws.check(energy, at: g, options: options)
      #expect(report.isSatisfied, "\(activation) \(report)")
    }
  }

  @Test("energies are those of plain loops")
  func naive() {
    let memories = normalTensor([5, 7], seed: 70).elements
    let values = normalTensor([2, 4, 5], seed: 71).elements
    let mask = Self.masks[1]
    let overlaps = (0..<8).map { row in
      (0..<7).map { m -> Double in
        var sum = 0.0
        for j in 0..<5 { sum += values[row * 5 + j] * memories[j * 7 + m] }
        return sum
      }
    }
    func expected(_ f: ([Double]) -> Double) -> Tensor<Double> {
      let each = overlaps.enumerated().map { (mask?.isReal[$0] ?? true) ? f($1) : 0 }
      return Tensor(shape: [2], elements: [each[..<4].reduce(0, -), each[4...].reduce(0, -)])
    }
    func check(_ activation: HopfieldActivation<Double>, _ f: ([Double]) -> Double) {
      let energy = HopfieldEnergy(memories: normalTensor([5, 7], seed: 70), activation: activation)
      let g = Activations(normalTensor([2, 4, 5], seed: 71), mask: mask)
      expectClose(actual: energy.energy(at: g), expected: expected(f), relative: 1e-13, "\(activation)")
      expectClose(
        actual: energy.energyAndGradient(at: g).energy.total, expected: expected(f), relative: 1e-13)
    }
    func sum(_ function: @escaping (Double) -> Double) -> ([Double]) -> Double {
      { row in row.map(function).reduce(0, +) }
    }
    check(.reluSquared, sum { $0 > 0 ? $0 * $0 / 2 : 0 })
    check(.rectifiedPolynomial(degree: 3), sum { $0 > 0 ? $0 * $0 * $0 / 3 : 0 })
    check(.power(degree: 2), sum { $0 * $0 / 2 })
    check(.power(degree: 3), sum { $0 * $0 * $0 / 3 })
    check(.power(degree: 4), sum { $0 * $0 * $0 * $0 / 4 })
    check(.softmax(beta: 1.3)) { row in
      let exponentials = (Tensor(shape: [7], elements: row) * 1.3).exponential()
      return exponentials.sum().logarithm().scalar / 1.3
    }
  }

  @Test("a softmax memory stops at an inverse temperature that is not positive")
  func refusedBeta() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = HopfieldEnergy(memories: Tensor<Double>.zeros([2, 3]), activation: .softmax(beta: -0.5))
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("beta is a positive number, not -0.5"))
  }

  @Test("overlaps of size 1e4 are safe with softmax in single precision")
  func largeOverlaps() {
    let energy = HopfieldEnergy<Float>(
      memories: normalTensor([5, 7], seed: 70, as: Float.self) * 100,
      activation: .softmax(beta: Tensor(2), learnsBeta: true))
    let g = Activations(normalTensor([2, 4, 5], seed: 71, as: Float.self) * 100)
    let found = energy.energyAndGradient(at: g)
    #expect(found.energy.total.isFinite && found.gradient.isFinite)
    let pullback = energy.gradientPullback(at: g, direction: g.values)
    #expect(pullback.hessianVectorProduct.isFinite && pullback.dependencies.allSatisfy { $0.isFinite })
  }
}
