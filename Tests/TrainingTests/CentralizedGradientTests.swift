import Tensors
import TestSupport
import Testing
import Training

struct CentralizedGradientTests {
  @Test("rows of gradients lose their mean before the rule behind sees them; vectors keep theirs")
  func centred() {
    let shapes = [[3, 4], [2, 3, 2], [5], []]
    let names = ["matrix", "cube", "vector", "number"]
    let parameters = ParameterValues<Double>(
      names: names, values: shapes.enumerated().map { normalTensor($1, seed: UInt64($0 + 1)) })
    let gradients = ParameterValues<Double>(
      names: names, values: shapes.enumerated().map { normalTensor($1, seed: UInt64($0 + 11)) })
    let centred = gradients.map { _, gradient in
      guard gradient.rank > 1 else { return gradient }
      let (rows, size) = (gradient.shape[0], gradient.count / gradient.shape[0])
      var elements = gradient.elements
      for row in 0..<rows {
        let mean = elements[row * size..<(row + 1) * size].reduce(0, +) / Double(size)
        for element in row * size..<(row + 1) * size { elements[element] -= mean }
      }
      return Tensor(shape: gradient.shape, elements: elements)
    }
    var (centralizing, plain) = (CentralizedGradients(AdamW<Double>()), AdamW<Double>())
    let found = centralizing.update(parameters, gradients: gradients, learningRate: 0.1)
    let expected = plain.update(parameters, gradients: centred, learningRate: 0.1)
    for (a, b) in zip(found.values, expected.values) {
      expectClose(actual: a, expected: b, relative: 1e-10, absolute: 1e-12)
    }
    #expect(centralizing.state.names == plain.state.names)
  }

  @Test("of chosen parameters it is the mean of each column that goes, as if the rule saw them turned")
  func keepingLastAxis() {
    let parameters = ParameterValues<Double>(
      names: ["linear", "other"], values: [normalTensor([3, 4], seed: 5), normalTensor([2, 5], seed: 6)])
    let gradients = ParameterValues<Double>(
      names: ["linear", "other"], values: [normalTensor([3, 4], seed: 7), normalTensor([2, 5], seed: 8)])
    func turned(_ values: ParameterValues<Double>) -> ParameterValues<Double> {
      values.map { name, value in name == "linear" ? value.transposed : value }
    }
    var turning = CentralizedGradients(AdamW<Double>(), keepingLastAxis: ["linear"])
    var plain = CentralizedGradients(AdamW<Double>())
    let found = turning.update(parameters, gradients: gradients, learningRate: 0.1)
    let expected = turned(plain.update(turned(parameters), gradients: turned(gradients), learningRate: 0.1))
    for (a, b) in zip(found.values, expected.values) {
      expectClose(actual: a, expected: b, relative: 1e-12, absolute: 1e-14)
    }
    let unknown = CentralizedGradients(AdamW<Double>(), keepingLastAxis: ["liner"])
    let error = #expect(throws: ParameterGroupError.self) { try unknown.check(parameters) }
    #expect(
      error?.description
        == "centralised gradients: there is no parameter \"liner\"; there are linear, other")
  }
}
