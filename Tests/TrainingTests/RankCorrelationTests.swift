import Foundation
import Tensors
import TestSupport
import Testing
import Training

struct RankCorrelationTests {
  @Test("figures of scipy.stats.spearmanr, with equal numbers")
  func reference() throws {
    let cases: [(a: [Double], b: [Double], expected: Double)] = [
      ([1, 2, 3, 4, 5], [5, 6, 7, 8, 7], 0.8207826816681233),
      ([0.5, -1, 3, 3, 2, 8], [1, 1, 4, 2, 2, 3], 0.8508410434878082),
      ([2, 2, 2, 1], [3, 1, 1, 2], -0.2721655269759087),
      ([1, 2, 3, 4, 5, 6, 7], [1, 3, 2, 4, 7, 5, 6], 0.8571428571428573),
    ]
    for (a, b, expected) in cases {
      #expect(abs(try RankCorrelation.spearman(a, b) - expected) < 1e-12)
      #expect(abs(try RankCorrelation.spearman(b, a) - expected) < 1e-12)
      // Only the order counts.
      #expect(abs(try RankCorrelation.spearman(a.map { exp($0) - 3 }, b) - expected) < 1e-12)
      #expect(abs(try RankCorrelation.spearman(a.map { -$0 }, b) + expected) < 1e-12)
    }
  }

  @Test("what cannot be ranked is refused")
  func refused() {
    for (a, b) in [([1.0], [2.0]), ([1, 2], [1, 2, 3]), ([1, 1], [1, 2]), ([1, .nan], [1, 2])] {
      #expect(throws: MetricError.self) { try RankCorrelation.spearman(a, b) }
    }
  }
}
