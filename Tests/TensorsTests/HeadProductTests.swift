import Tensors
import TestSupport
import Testing

/// Scores and mixtures of attention heads against sums over their definitions.
struct HeadProductTests {
  struct Sizes: Sendable, CustomTestStringConvertible {
    let batch, heads, queries, keys, size: Int
    var testDescription: String { "batch \(batch), \(heads) heads of \(size), \(queries) by \(keys)" }
  }

  static let sizes = [
    Sizes(batch: 1, heads: 1, queries: 1, keys: 1, size: 1),
    Sizes(batch: 2, heads: 3, queries: 4, keys: 5, size: 2),
    Sizes(batch: 3, heads: 2, queries: 7, keys: 3, size: 5),
    Sizes(batch: 2, heads: 1, queries: 17, keys: 33, size: 16),
    Sizes(batch: 2, heads: 2, queries: 0, keys: 3, size: 4),
    Sizes(batch: 2, heads: 2, queries: 3, keys: 4, size: 0),
    Sizes(batch: 0, heads: 2, queries: 3, keys: 4, size: 2),
  ]

  private func check<Scalar: TensorScalar>(_ s: Sizes, _ type: Scalar.Type, _ tolerance: Double) {
    let width = s.heads * s.size
    let queries = normalTensor([s.batch, s.queries, width], seed: 1, as: type)
    let keys = normalTensor([s.batch, s.keys, width], seed: 2, as: type)
    let (q, k) = (Reader(queries), Reader(keys))
    let scores = tensor([s.batch, s.heads, s.queries, s.keys]) { at in
      (0..<s.size).map {
        q[[at[0], at[2], at[1] * s.size + $0]] * k[[at[0], at[3], at[1] * s.size + $0]]
      }.total
    }
    expectClose(
      actual: queries.headScores(keys, headCount: s.heads), expected: scores, relative: tolerance,
      absolute: 10 * tolerance)

    let weights = normalTensor([s.batch, s.heads, s.queries, s.keys], seed: 3, as: type)
    let w = Reader(weights)
    let mixture = tensor([s.batch, s.queries, width]) { at in
      (0..<s.keys).map { w[[at[0], at[2] / s.size, at[1], $0]] * k[[at[0], $0, at[2]]] }.total
    }
    expectClose(
      actual: weights.headMixture(keys), expected: mixture, relative: tolerance, absolute: 10 * tolerance)
    let transposed = tensor([s.batch, s.keys, width]) { at in
      (0..<s.queries).map { w[[at[0], at[2] / s.size, $0, at[1]]] * q[[at[0], $0, at[2]]] }.total
    }
    expectClose(
      actual: weights.headMixture(queries, transposed: true), expected: transposed, relative: tolerance,
      absolute: 10 * tolerance)
  }

  @Test("scores and mixtures match their sums in both precisions", arguments: sizes)
  func values(sizes: Sizes) {
    check(sizes, Double.self, 1e-14)
    check(sizes, Float.self, 1e-6)
  }

  @Test("products that are cut over threads")
  func large() {
    check(Sizes(batch: 2, heads: 2, queries: 130, keys: 110, size: 75), Float.self, 3e-6)
    check(Sizes(batch: 1, heads: 2, queries: 110, keys: 130, size: 75), Double.self, 1e-13)
  }

  @Test("first and second derivatives, both ways")
  func derivatives() throws {
    let queries = normalTensor([2, 3, 4], seed: 4)
    let keys = normalTensor([2, 5, 4], seed: 5)
    let weights = normalTensor([2, 2, 3, 5], seed: 6)
    try expectDerivativesMatchFiniteDifferences(at: [queries, keys], "scores") {
      $0[0].headScores($0[1], headCount: 2).squared()
    }
    try expectDerivativesMatchFiniteDifferences(at: [weights, keys], "mixture") {
      $0[0].headMixture($0[1]).squared()
    }
    try expectDerivativesMatchFiniteDifferences(at: [weights, queries], "transposed mixture") {
      $0[0].headMixture($0[1], transposed: true).squared()
    }
    try expectDerivativesMatchFiniteDifferences(
      at: [queries, keys], relative: 1e-7, absolute: 1e-7, "attention"
    ) {
      $0[0].headScores($0[1], headCount: 2).softmax().headMixture($0[1])
    }
  }

  @Test("third derivatives of an attention energy")
  func thirdDerivatives() throws {
    let (queries, keys) = (normalTensor([1, 2, 4], seed: 7), normalTensor([1, 3, 4], seed: 8))
    try expectSecondDerivativesMatchFiniteDifferences(
      at: [queries, keys], relative: 1e-7, absolute: 1e-7,
      of: directionalDerivative(of: { $0[0].headScores($0[1], headCount: 2).logSumExp() }, seed: 40))
  }
}
