import Layers
import Tensors
import TestSupport
import Testing

/// The ordinary layers against loops over numbers.
struct LayerTests {
  @Test("a linear map is W x + b for each row, whatever stands before the last axis")
  func linear() {
    var random = RandomStream(seed: 1)
    var map = Linear<Double>(inputs: 3, outputs: 4, using: &random)
    map.bias = .normal([4], using: &random)
    let x = Tensor<Double>.normal([2, 5, 3], using: &random)
    let y = map(x)
    #expect(y.shape == [2, 5, 4])
    for (batch, row) in [(0, 0), (1, 2), (1, 4)] {
      for output in 0..<4 {
        var value = map.bias?[output] ?? 0
        for input in 0..<3 { value += map.weight[output, input] * x[batch, row, input] }
        #expect(abs(y[batch, row, output] - value) < 1e-12)
      }
    }
    let bare = Linear<Double>(weight: map.weight)
    #expect(bare.parameters.names == ["weight"] && map.parameters.names == ["weight", "bias"])
    #expect(bare(x).elements == map.projected(x).elements)
  }

  @Test("a layer norm has mean bias and deviation gain, for rows of any size")
  func layerNorm() {
    var random = RandomStream(seed: 2)
    var norm = LayerNorm<Double>(5, epsilon: 0)
    norm.gain = Tensor(repeating: 2, shape: [5])
    norm.bias = .ones([5])
    let y = norm(.normal([2, 3, 5], standardDeviation: 100, using: &random) + 7)
    for row in 0..<6 {
      let numbers = (0..<5).map { y.elements[row * 5 + $0] }
      let mean = numbers.reduce(0, +) / 5
      let variance = numbers.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 5
      #expect(abs(mean - 1) < 1e-12 && abs(variance - 4) < 1e-11)
    }
  }

  @Test("an embedding gives the row of each symbol, and its gradient goes to the rows that were read")
  func embedding() {
    let layer = Embedding<Double>(table: Tensor(shape: [3, 2], elements: [1, 2, 3, 4, 5, 6]))
    #expect(layer([2, 0, 2]).elements == [5, 6, 1, 2, 5, 6])
    #expect(layer([[2, 0], [1, 1], [0, 2]]).shape == [3, 2, 2])
    let (_, gradient) = valueWithGradient(at: layer) { ($0([2, 0, 2]) * 3).sum() }
    #expect(gradient["table"]?.elements == [3, 3, 0, 0, 6, 6])
  }

  @Test("a perceptron is its linear layers with relu between them, and dropout only in training")
  func perceptron() {
    var random = RandomStream(seed: 3)
    let layer = Perceptron<Double>(sizes: [3, 4, 6, 2], dropout: 0.5, using: &random)
    #expect(layer.parameters.names == (0..<3).flatMap { ["layers.\($0).weight", "layers.\($0).bias"] })
    let x = Tensor<Double>.normal([5, 3], using: &random)
    let expected = layer.layers[2](layer.layers[1](layer.layers[0](x).relu()).relu())
    #expect(layer(x).elements == expected.elements)
    #expect(layer(x, dropout: RandomStream(seed: 4)).elements != expected.elements)
    #expect(
      layer(x, dropout: RandomStream(seed: 4)).elements == layer(x, dropout: RandomStream(seed: 4)).elements)
  }

  @Test("derivatives of the layers agree with finite differences")
  func derivatives() throws {
    var random = RandomStream(seed: 5)
    let x = Tensor<Double>.normal([2, 3, 4], using: &random)
    var norm = LayerNorm<Double>(4)
    norm.gain = .normal([4], using: &random)
    let map = Linear<Double>(inputs: 4, outputs: 3, using: &random)
    try expectDerivativesMatchFiniteDifferences(at: [x, norm.gain, norm.bias, map.weight]) { values in
      var (norm, map) = (norm, map)
      (norm.gain, norm.bias, map.weight) = (values[1], values[2], values[3])
      return map(norm(values[0])).gaussianErrorLinearUnit().squared().sum()
    }
  }
}
