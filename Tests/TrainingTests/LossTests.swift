import Foundation
import Tensors
import TestSupport
import Testing
import Training

struct LossTests {
  static let shape = [2, 5, 3]
  let prediction: Tensor<Double>
  let target: Tensor<Double>
  let tokenMask = Tensor<Double>(shape: [2, 5], elements: [1, 0, 0, 1, 1, 0, 0, 0, 1, 0])

  init() {
    var random = RandomStream(seed: 21)
    prediction = .normal(Self.shape, using: &random)
    target = .normal(Self.shape, using: &random)
  }

  private func agrees(
    at point: Tensor<Double>, _ loss: (Tensor<Double>) -> Tensor<Double>, tolerance: Double = 1e-8
  ) -> Bool {
    let expected = numericalGradient(at: point) { loss($0) }
    let result = gradient(at: point) { loss($0) }.elements
    return zip(result, expected).allSatisfy { abs($0 - $1) < tolerance } && result.contains { abs($0) > 1e-3 }
  }

  @Test("squared errors agree with plain loops: over all, over masked tokens, over masked elements")
  func squaredErrors() {
    let (p, t, m) = (prediction.elements, target.elements, tokenMask.elements)
    let squares = zip(p, t).map { ($0 - $1) * ($0 - $1) }
    let all = squares.reduce(0, +) / 30
    #expect(abs(meanSquaredError(prediction, target).scalar - all) < 1e-14)
    var sum = 0.0
    for (index, square) in squares.enumerated() where m[index / 3] == 1 { sum += square }
    #expect(abs(maskedMeanSquaredError(prediction, target, mask: tokenMask).scalar - sum / 12) < 1e-14)
    let elementMask = Tensor<Double>(shape: Self.shape, elements: (0..<30).map { $0 % 7 == 2 ? 1 : 0 })
    let chosen = squares.indices.filter { $0 % 7 == 2 }
    let expected = chosen.reduce(0) { $0 + squares[$1] } / Double(chosen.count)
    let result = maskedMeanSquaredError(prediction, target, mask: elementMask).scalar
    #expect(abs(result - expected) < 1e-14)
  }

  @Test("the squared errors of each example are means over its own masked elements, as by plain loops")
  func squaredErrorsOfExamples() {
    let mask = Tensor<Double>(shape: Self.shape, elements: (0..<30).map { $0 % 4 == 1 ? 1 : 0 })
    let (p, t, m) = (prediction.elements, target.elements, mask.elements)
    let found = meanSquaredErrors(prediction, target, mask: mask)
    #expect(found.count == 2)
    for example in 0..<2 {
      let places = (15 * example..<15 * (example + 1)).filter { m[$0] == 1 }
      let expected = places.reduce(0) { $0 + (p[$1] - t[$1]) * (p[$1] - t[$1]) } / Double(places.count)
      #expect(abs(found[example] - expected) < 1e-14)
    }
  }

  @Test(
    "the root over all patches divides by every element and is the root of the share times the masked mean")
  func rootOverAll() {
    let (p, t, m) = (prediction.elements, target.elements, tokenMask.elements)
    let sum = p.indices.reduce(0) { $0 + pow(m[$1 / 3] * (p[$1] - t[$1]), 2) }
    let result = rootMeanSquaredOverAllPatches(prediction, target, mask: tokenMask).scalar
    #expect(abs(result - (sum / 30).squareRoot()) < 1e-14)
    let masked = maskedMeanSquaredError(prediction, target, mask: tokenMask).scalar
    #expect(abs(result * result * 10 / 4 - masked) < 1e-14)
    let perfect = gradient(at: target) { rootMeanSquaredOverAllPatches($0, target, mask: tokenMask) }
    #expect(perfect.elements.allSatisfy { $0 == 0 })
  }

  @Test("gradients of the squared errors agree with central differences")
  func squaredErrorGradients() {
    #expect(agrees(at: prediction) { meanSquaredError($0, target) })
    #expect(agrees(at: prediction) { maskedMeanSquaredError($0, target, mask: tokenMask) })
    #expect(agrees(at: prediction) { rootMeanSquaredOverAllPatches($0, target, mask: tokenMask) })
  }

  @Test("weighted squared errors of pieces add up to the masked mean; derivatives of both orders")
  func weightedErrors() {
    let weights = tokenMask / 12
    let parts = [0..<1, 1..<2].map { range in
      weightedSquaredError(
        prediction.sliced(axis: 0, range), target.sliced(axis: 0, range),
        weights: weights.sliced(axis: 0, range)
      ).scalar
    }
    let masked = maskedMeanSquaredError(prediction, target, mask: tokenMask).scalar
    #expect(abs(parts[0] + parts[1] - masked) < 1e-14 && parts[0] != parts[1])
    #expect(agrees(at: prediction) { weightedSquaredError($0, target, weights: weights) })
    #expect(agrees(at: target) { weightedSquaredError(prediction, $0, weights: weights) })
    #expect(
      agrees(at: prediction) { point in
        gradient(at: point) { weightedSquaredError($0.tanh(), target, weights: weights) }.squared().sum()
      })
  }

  @Test(
    "cross-entropy agrees with plain loops, with and without class weights and smoothing",
    arguments: [nil, [0.5, 2, 1, 0]] as [[Double]?], [0, 0.1])
  func crossEntropyValues(weights: [Double]?, smoothing: Double) {
    var random = RandomStream(seed: 22)
    let logits = Tensor<Double>.normal([2, 3, 4], standardDeviation: 2, using: &random)
    let labels = [1, 0, 3, 2, 2, 1]
    let w = weights ?? [1, 1, 1, 1]
    var (sum, total) = (0.0, 0.0)
    for (row, label) in labels.enumerated() {
      let z = Array(logits.elements[row * 4..<row * 4 + 4])
      let normalizer = log(z.reduce(0) { $0 + exp($1) })
      for c in 0..<4 {
        let share = smoothing / 4 + (c == label ? 1 - smoothing : 0)
        sum -= share * w[c] * (z[c] - normalizer)
      }
      total += w[label]
    }
    // Class 3 has weight 0 above, so its rows count only through smoothing.
    func loss(_ logits: Tensor<Double>) -> Tensor<Double> {
      crossEntropy(logits, labels: labels, classWeights: weights, smoothing: smoothing)
    }
    #expect(abs(loss(logits).scalar - sum / total) < 1e-13)
    #expect(agrees(at: logits, loss))
  }

  @Test("cross-entropy stays finite for huge logits and is log of the classes for equal ones")
  func crossEntropyExtremes() {
    let huge = Tensor<Float>(shape: [2, 3], elements: [3e4, -3e4, 0, -3e4, 3e4, 0])
    #expect(crossEntropy(huge, labels: [0, 1]).scalar == 0)
    #expect(crossEntropy(huge, labels: [1, 1]).scalar == 3e4)
    let equal = crossEntropy(Tensor<Double>.zeros([4, 7]), labels: [0, 6, 3, 3]).scalar
    #expect(abs(equal - log(7)) < 1e-15)
  }
}

struct RowLossTests {
  @Test("rows without a label count for nothing, in the loss and in its gradient")
  func rows() {
    let logits = normalTensor([2, 3, 4], seed: 40, as: Double.self)
    let labels = [1, nil, 3, nil, 0, 2]
    let kept = Tensor.concatenated(
      [0, 2, 4, 5].map { logits.reshaped([6, 4]).sliced(axis: 0, $0..<$0 + 1) }, axis: 0)
    let expected = crossEntropy(kept, labels: [1, 3, 0, 2])
    expectClose(actual: crossEntropy(logits, labels: labels), expected: expected, relative: 1e-13)
    expectClose(
      actual: negativeLogLikelihoods(logits, labels: labels).mean(), expected: expected, relative: 1e-13)
    let slopes = gradient(at: logits) { crossEntropy($0, labels: labels) }.reshaped([6, 4])
    #expect(slopes.sliced(axis: 0, 1..<2).elements.allSatisfy { $0 == 0 })
    expectGradientMatchesFiniteDifferences(at: [logits]) { crossEntropy($0[0], labels: labels) }
  }

  @Test("with a label for each row it is the cross-entropy of all")
  func all() {
    let logits = normalTensor([5, 3], seed: 41, as: Double.self) * 30
    let labels = [2, 0, 1, 1, 2]
    expectClose(
      actual: crossEntropy(logits, labels: labels.map(Optional.some)),
      expected: crossEntropy(logits, labels: labels), relative: 1e-13)
  }
}
