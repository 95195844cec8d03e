import Foundation
import HopfieldLayers
import Tensors
import TestSupport
import Testing

/// Parts of networks for bags, against plain loops.
struct BagPartsTests {
  @Test("of equal values the first are chosen, and never more than asked for")
  func largest() {
    let values: [Float] = [2, 5, 3, 5, 5, 1, 5, 3]
    for count in 0...9 {
      let sorted = values.indices.sorted { (values[$0], $1) > (values[$1], $0) }
      #expect(indicesOfLargest(values, count: count) == sorted.prefix(count).sorted().map { Int32($0) })
    }
  }

  @Test("scores of gated attention are those of the formula", arguments: [true, false])
  func gatedAttention(isGated: Bool) {
    var scores = GatedAttentionScores<Double>(
      featureCount: 4, hiddenSize: 3, isGated: isGated, random: RandomStream(seed: 1))
    var random = RandomStream(seed: 2)
    scores = scores.with(
      scores.parameters.map { $1 + .normal($1.shape, standardDeviation: 0.3, using: &random) })
    let parameters = scores.parameters
    func elements(_ name: String) -> [Double] { parameters[name]?.elements ?? [] }
    func linear(_ name: String, _ h: [Double], _ unit: Int) -> Double {
      let (weight, bias) = (elements("\(name).weight"), elements("\(name).bias"))
      return bias[unit] + h.indices.reduce(0) { $0 + weight[unit * h.count + $1] * h[$1] }
    }
    let features = normalTensor([5, 4], seed: 3)
    let expected = (0..<5).map { row -> Double in
      let h = Array(features.elements[row * 4..<(row + 1) * 4])
      return (0..<3).reduce(0) { sum, unit in
        let gate = isGated ? 1 / (1 + exp(-linear("gate", h, unit))) : 1
        return sum + elements("weights")[unit] * tanh(linear("values", h, unit)) * gate
      }
    }
    expectClose(
      actual: scores(features), expected: Tensor<Double>(shape: [5, 1], elements: expected), relative: 1e-12)
  }
}
