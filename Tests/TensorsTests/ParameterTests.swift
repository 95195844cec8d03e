import Tensors
import TestSupport
import Testing

/// Parameters by name, and gradients of a model.
struct ParameterTests {
  struct Layer: Parameterized {
    var weight: Tensor<Double>
    var bias: Tensor<Double>

    mutating func visitParameters(_ visit: ParameterVisitor<Double>) {
      visit("weight", &weight)
      visit("bias", &bias)
    }

    func callAsFunction(_ x: Tensor<Double>) -> Tensor<Double> { x.matrixProduct(weight) + bias }
  }

  struct Network: Parameterized {
    var first: Layer
    var second: Layer
    var scale: Tensor<Double>
    // Not a parameter: no gradient is taken.
    var offset = Tensor<Double>(0.25)

    mutating func visitParameters(_ visit: ParameterVisitor<Double>) {
      visit("first", &first)
      visit("second", &second)
      visit("scale", &scale)
    }

    func loss(_ x: Tensor<Double>) -> Tensor<Double> {
      second(first(x).tanh()).squared().mean() * scale + offset
    }
  }

  static let network = Network(
    first: Layer(weight: normalTensor([3, 4], seed: 1), bias: normalTensor([1, 4], seed: 2)),
    second: Layer(weight: normalTensor([4, 2], seed: 3), bias: normalTensor([1, 2], seed: 4)),
    scale: Tensor(1.5))

  @Test("parameters come in order under their parts' names")
  func names() {
    let parameters = Self.network.parameters
    #expect(
      parameters.names == ["first.weight", "first.bias", "second.weight", "second.bias", "scale"])
    #expect(Self.network.parameterCount == 12 + 4 + 8 + 2 + 1)
    #expect(parameters["second.weight"]?.elements == Self.network.second.weight.elements)
    #expect(parameters["offset"] == nil && parameters.count == 5)
  }

  /// Parts of every kind that a visitor takes.
  struct Parts: Parameterized {
    var layers: [Layer]
    var offset: Tensor<Double>?
    var last: Layer?

    mutating func visitParameters(_ visit: ParameterVisitor<Double>) {
      visit("layers", &layers)
      visit("offset", &offset)
      visit("last", &last)
    }
  }

  @Test("parts in a row are named by their index, and what is missing is not visited")
  func optionalParts() {
    let layer = Self.network.first
    var parts = Parts(layers: [layer, layer], offset: nil, last: nil)
    let ofLayers = ["layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"]
    #expect(parts.parameters.names == ofLayers)
    parts = Parts(layers: [layer, layer], offset: Tensor(2), last: layer)
    #expect(parts.parameters.names == ofLayers + ["offset", "last.weight", "last.bias"])
    let doubled = parts.with(parts.parameters.map { $1 * 2 })
    #expect(doubled.offset?.scalar == 4)
    #expect(doubled.last?.bias.elements == layer.bias.elements.map { $0 * 2 })
    #expect(doubled.layers[1].weight.elements == layer.weight.elements.map { $0 * 2 })
    #expect(parts.offset?.scalar == 2)
  }

  @Test("a printed model lists its parameters with their shapes, and counts them")
  func printed() {
    let lines = "\(Self.network)".split(separator: "\n")
    #expect(lines.first == "first.weight   [3, 4]" && lines[4] == "scale          []")
    #expect(lines.last == "27 learned numbers in 5 parameters")
  }

  @Test("the gradient of a model matches central differences for every parameter")
  func modelGradient() throws {
    let x = normalTensor([5, 3], seed: 5)
    let (value, gradient) = valueWithGradient(at: Self.network) { $0.loss(x) }
    #expect(value.scalar == Self.network.loss(x).scalar && !value.isTracked)
    let parameters = Self.network.parameters
    #expect(gradient.names == parameters.names)
    let expected = finiteDifferenceGradients(at: parameters.values) { values in
      Self.network.with(ParameterValues(names: parameters.names, values: values)).loss(x)
    }
    for (name, (actual, number)) in zip(gradient.names, zip(gradient.values, expected)) {
      expectClose(actual: actual, expected: number, relative: 1e-8, absolute: 1e-10, name)
    }
    try expectSecondDerivativesMatchFiniteDifferences(at: parameters.values) { values in
      Self.network.with(ParameterValues(names: parameters.names, values: values)).loss(x)
    }
  }

  @Test("other parameters make another model; the first is unchanged")
  func replacement() {
    let doubled = Self.network.parameters.map { _, value in value * 2 }
    let other = Self.network.with(doubled)
    #expect(other.scale.scalar == 3 && Self.network.scale.scalar == 1.5)
    #expect(other.parameters.values.map(\.elements) == doubled.values.map(\.elements))
    #expect(other.offset.scalar == 0.25)
  }

  @Test("the global norm is that of all elements together")
  func norm() {
    let values = ParameterValues<Float>(
      names: ["a", "b"],
      values: [Tensor(shape: [2], elements: [1, 2]), Tensor(shape: [1, 1], elements: [-2])])
    #expect(values.globalNorm == 3)
    #expect(ParameterValues<Float>().globalNorm == 0)
  }
}
