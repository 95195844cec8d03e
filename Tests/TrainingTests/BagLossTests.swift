import Foundation
import Tensors
import TestSupport
import Testing
import Training

/// Losses of bags: pairs of scores, and logits with labels.
struct BagLossTests {
  @Test("the loss of pairs: its formula, blind to what all scores share, and its gradients")
  func pairs() {
    let positives = normalTensor([5], seed: 1)
    let negatives = normalTensor([5], seed: 2)
    let loss = pairwiseLogisticLoss(positives: positives, negatives: negatives).scalar
    let terms = zip(positives.elements, negatives.elements).map { log(1 + exp($1 - $0)) }
    #expect(abs(loss - terms.reduce(0, +) / 5) < 1e-14)
    let shifted = pairwiseLogisticLoss(positives: positives + 3, negatives: negatives + 3).scalar
    #expect(abs(shifted - loss) < 1e-14)
    let far = pairwiseLogisticLoss(positives: Tensor<Double>(-1e4), negatives: Tensor(1e4)).scalar
    #expect(abs(far - 2e4) < 1e-9)
    expectGradientMatchesFiniteDifferences(at: [positives, negatives]) {
      pairwiseLogisticLoss(positives: $0[0], negatives: $0[1])
    }
  }

  @Test("binary cross-entropy is that of two classes with logits 0 and x")
  func binary() {
    let logits = normalTensor([6], seed: 3)
    let labels = [true, false, false, true, true, false]
    let loss = binaryCrossEntropy(logits, isPositive: labels).scalar
    let both = Tensor.concatenated([Tensor<Double>.zeros([6, 1]), logits.reshaped([6, 1])], axis: 1)
    let expected = crossEntropy(both, labels: labels.map { $0 ? 1 : 0 }).scalar
    #expect(abs(loss - expected) < 1e-13)
    #expect(
      binaryCrossEntropy(Tensor<Double>(shape: [1], elements: [900]), isPositive: [false]).scalar == 900)
    expectGradientMatchesFiniteDifferences(at: logits) { binaryCrossEntropy($0, isPositive: labels) }
  }
}
