import HopfieldLayers
import Tensors
import TestSupport
import Testing

/// Pooling block by block against the softmax of all scores at once.
struct SoftmaxPoolTests {
  private func check<Scalar: TensorScalar>(
    features: Int, heads: Int, scale: Scalar, relative: Double, as type: Scalar.Type
  ) {
    let all = normalTensor([50, features], seed: 1, as: Scalar.self)
    let scores = normalTensor([50, heads], seed: 2, as: Scalar.self) * scale
    let weights = scores.transposed.softmax().transposed
    let expected = (weights * all).sum(axes: [0], keepingDimensions: true)
    for cuts in [[0, 50], [0, 1, 2, 20, 50]] {
      var pool = SoftmaxPool<Scalar>(featureCount: features, headCount: heads)
      for (start, end) in zip(cuts, cuts.dropFirst()) {
        pool.add(
          all.sliced(axis: 0, start..<end), scores: scores.sliced(axis: 0, start..<end))
      }
      #expect(pool.count == 50)
      let name = "\(features) features, \(heads) heads, \(cuts)"
      expectClose(
        actual: pool.pooled, expected: expected, relative: relative, absolute: relative, name)
      let logSums = scores.transposed.logSumExp().reshaped([1, heads])
      expectClose(actual: pool.logSums, expected: logSums, relative: relative, absolute: relative, name)
      // How far a score lies above the log of the mean of e^score.
      let excess = (scores - (logSums - Scalar(50).logarithm)).maximum(axis: 1)
      expectClose(
        actual: Tensor(shape: [50], elements: pool.largestExcess(of: scores)), expected: excess,
        relative: relative, absolute: 10 * relative, name)
    }
  }

  @Test("pooled features, log sums and excesses agree with a softmax over all instances")
  func values() {
    for features in [1, 5, 16, 32, 40, 70] {
      for heads in Set([1, features]) {
        check(features: features, heads: heads, scale: 3, relative: 1e-12, as: Double.self)
        check(features: features, heads: heads, scale: 3, relative: 1e-5, as: Float.self)
      }
    }
  }

  @Test("scores of any size do not overflow, and NaN stays NaN")
  func extremes() {
    let features = Tensor<Float>(shape: [3, 1], elements: [1, 2, 4])
    var pool = SoftmaxPool<Float>(featureCount: 1, headCount: 1)
    pool.add(features, scores: Tensor(shape: [3, 1], elements: [-1e6, 1e6, -1e6]))
    #expect(pool.pooled.elements == [2])
    pool.add(features, scores: Tensor(shape: [3, 1], elements: [0, 0, 2e6]))
    #expect(pool.pooled.elements == [4] && pool.largest.elements == [2e6])
    for width in [1, 16] {
      var broken = SoftmaxPool<Float>(featureCount: width, headCount: width)
      broken.add(.ones([2, width]), scores: Tensor(repeating: .nan, shape: [2, width]))
      #expect(broken.pooled.elements.allSatisfy { $0.isNaN })
    }
  }
}

extension TensorScalar {
  /// The natural logarithm.
  fileprivate var logarithm: Self { Tensor(self).logarithm().scalar }
}
