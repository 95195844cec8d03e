import Energies
import Foundation
import Tensors
import TestSupport
import Testing

/// Synapses against what they are by their formulas, written as loops.
struct SynapseTests {
  @Test("a dense synapse pulls the first layer by Wᵀ g2 and the second by W g1 + b")
  func dense() {
    let (first, second) = (normalTensor([2, 3, 2], seed: 1), normalTensor([2, 4], seed: 2))
    let (weight, bias) = (normalTensor([4, 6], seed: 3), normalTensor([4], seed: 4))
    let synapse = DenseSynapse(weight: weight, bias: bias)
    let (value, pulls) = valueWithGradients(at: [first, second]) { synapse.energy(of: $0).sum() }
    let (a, b, w, c) = (first.elements, second.elements, weight.elements, bias.elements)
    var energy = 0.0
    var ofFirst = [Double](repeating: 0, count: 12)
    var ofSecond = [Double](repeating: 0, count: 8)
    for example in 0..<2 {
      for output in 0..<4 {
        energy -= b[example * 4 + output] * c[output]
        ofSecond[example * 4 + output] -= c[output]
        for input in 0..<6 {
          let product = w[output * 6 + input]
          energy -= b[example * 4 + output] * product * a[example * 6 + input]
          ofFirst[example * 6 + input] -= product * b[example * 4 + output]
          ofSecond[example * 4 + output] -= product * a[example * 6 + input]
        }
      }
    }
    expectClose(actual: value, expected: Tensor(energy), relative: 1e-13)
    expectClose(actual: pulls[0], expected: Tensor(shape: [2, 3, 2], elements: ofFirst), relative: 1e-12)
    expectClose(actual: pulls[1], expected: Tensor(shape: [2, 4], elements: ofSecond), relative: 1e-12)
  }

  @Test(
    "a convolution and what it pulls its layers by agree with loops over windows",
    arguments: [
      (1, WindowPadding.none), (2, .none), (1, .same), (2, .same), (3, .same), (1, .zeros(1)), (2, .zeros(2)),
    ])
  func convolution(stride: Int, padding: WindowPadding) {
    let (height, width, channels, outputs) = (5, 6, 2, 3)
    let (kernelHeight, kernelWidth) = (3, 2)
    let weight = normalTensor([outputs, kernelHeight, kernelWidth, channels], seed: 5)
    let synapse = ConvolutionSynapse(weight: weight, stride: stride, padding: padding)
    let shape = synapse.outputShape(of: [height, width, channels])
    // How many windows, and the zeros before the first, by the formulas of the padding.
    func windows(_ size: Int, _ kernel: Int) -> (count: Int, before: Int) {
      switch padding {
      case .none: return ((size - kernel) / stride + 1, 0)
      case .same:
        let count = (size + stride - 1) / stride
        return (count, max(0, (count - 1) * stride + kernel - size) / 2)
      case .zeros(let zeros): return ((size + 2 * zeros - kernel) / stride + 1, zeros)
      }
    }
    let (rows, top) = windows(height, kernelHeight)
    let (columns, left) = windows(width, kernelWidth)
    #expect(shape == [rows, columns, outputs])

    let picture = normalTensor([2, height, width, channels], seed: 6)
    let response = normalTensor([2] + shape, seed: 7)
    let (value, pulls) = valueWithGradients(at: [picture, response]) { synapse.energy(of: $0).sum() }
    let (x, y, w) = (picture.elements, response.elements, weight.elements)
    var energy = 0.0
    var ofPicture = [Double](repeating: 0, count: x.count)
    var ofResponse = [Double](repeating: 0, count: y.count)
    for example in 0..<2 {
      for i in 0..<rows {
        for j in 0..<columns {
          for output in 0..<outputs {
            let target = ((example * rows + i) * columns + j) * outputs + output
            for a in 0..<kernelHeight {
              for b in 0..<kernelWidth {
                let (row, column) = (i * stride + a - top, j * stride + b - left)
                guard row >= 0, row < height, column >= 0, column < width else { continue }
                for channel in 0..<channels {
                  let source = ((example * height + row) * width + column) * channels + channel
                  let kernel = w[((output * kernelHeight + a) * kernelWidth + b) * channels + channel]
                  energy -= y[target] * kernel * x[source]
                  ofPicture[source] -= kernel * y[target]
                  ofResponse[target] -= kernel * x[source]
                }
              }
            }
          }
        }
      }
    }
    expectClose(actual: value, expected: Tensor(energy), relative: 1e-12)
    expectClose(
      actual: pulls[0], expected: Tensor(shape: picture.shape, elements: ofPicture), relative: 1e-11,
      absolute: 1e-13)
    expectClose(
      actual: pulls[1], expected: Tensor(shape: response.shape, elements: ofResponse), relative: 1e-11,
      absolute: 1e-13)
  }

  @Test("first and second derivatives of a convolution match central differences")
  func convolutionDerivatives() throws {
    let arguments = [
      normalTensor([2, 3, 2, 2], seed: 8), normalTensor([2, 4, 3, 2], seed: 9),
      normalTensor([2, 2, 2, 2], seed: 10),
    ]
    try expectDerivativesMatchFiniteDifferences(at: arguments) { values in
      ConvolutionSynapse(weight: values[0], stride: 2, padding: .same).energy(of: [values[1], values[2]])
    }
  }

  @Test("attention from a layer to itself is the attention energy with every token seeing itself")
  func attention() {
    let (queries, keys) = (normalTensor([2, 3, 5], seed: 11), normalTensor([2, 3, 5], seed: 12))
    let beta = Tensor<Double>(shape: [2], elements: [0.7, 1.9])
    let tokens = normalTensor([3, 4, 5], seed: 13)
    let synapse = AttentionSynapse(queryWeights: queries, keyWeights: keys, beta: beta)
    let energy = AttentionEnergy(queryWeights: queries, keyWeights: keys, beta: beta)
    expectClose(
      actual: synapse.energy(of: [tokens, tokens]), expected: energy.energy(at: Activations(tokens)),
      relative: 1e-13)
  }

  @Test("attention between two layers of different sizes agrees with loops")
  func crossAttention() {
    let (queryWeights, keyWeights) = (normalTensor([2, 3, 5], seed: 14), normalTensor([2, 3, 4], seed: 15))
    let (first, second) = (normalTensor([2, 6, 5], seed: 16), normalTensor([2, 7, 4], seed: 17))
    let beta = [0.7, 1.9]
    let synapse = AttentionSynapse(
      queryWeights: queryWeights, keyWeights: keyWeights, beta: Tensor(shape: [2], elements: beta))
    let (x, y, q, k) = (first.elements, second.elements, queryWeights.elements, keyWeights.elements)
    let expected = (0..<2).map { example in
      (0..<2).reduce(0.0) { total, head in
        total
          - (0..<6).reduce(0.0) { sum, query in
            let weights = (0..<7).reduce(0.0) { sum, key in
              let score = (0..<3).reduce(0.0) { sum, number in
                let a = (0..<5).reduce(0.0) {
                  $0 + q[(head * 3 + number) * 5 + $1] * x[(example * 6 + query) * 5 + $1]
                }
                let b = (0..<4).reduce(0.0) {
                  $0 + k[(head * 3 + number) * 4 + $1] * y[(example * 7 + key) * 4 + $1]
                }
                return sum + a * b
              }
              return sum + exp(beta[head] * score)
            }
            return sum + log(weights) / beta[head]
          }
      }
    }
    expectClose(
      actual: synapse.energy(of: [first, second]), expected: Tensor(shape: [2], elements: expected),
      relative: 1e-12)
  }
}
