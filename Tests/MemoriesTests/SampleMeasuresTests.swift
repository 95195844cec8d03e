import Memories
import Tensors
import TestSupport
import Testing

/// Novelty and diversity, against angles known by hand and plain loops.
@Suite("sample measures") struct SampleMeasuresTests {
  @Test("rows at known angles have the novelty and diversity computed by hand, whatever their lengths")
  func byHand() {
    // Stored along the first axis and at 45° in the plane of the last two.
    let stored = Tensor<Float>(shape: [2, 3], elements: [2, 0, 0, 0, 0.5, 0.5])
    // Along the first axis; at 60° from it; along the last.
    let samples = Tensor<Float>(shape: [3, 3], elements: [3, 0, 0, 1, Float(3).squareRoot(), 0, 0, 0, 7])
    let found = SampleMeasures(of: samples, stored: stored)
    // Cosines with the nearest: 1; max(1/2, sqrt(3)/2 · sqrt(1/2)); sqrt(1/2).
    let second = 3.0.squareRoot() / 2 * 0.5.squareRoot()
    #expect(abs(found.novelty - (3 - 1 - second - 0.5.squareRoot()) / 3) < 1e-7)
    // Cosines of pairs: 1/2, 0, 0.
    #expect(abs(found.diversity - (0.5 + 1 + 1) / 3) < 1e-7)
    #expect(found.nearest == [0, 1, 1])
  }

  @Test("random rows have the measures that plain loops over pairs find")
  func loops() {
    let (samples, stored) = (normalTensor([7, 5], seed: 1), normalTensor([4, 5], seed: 2))
    func row(_ tensor: Tensor<Double>, _ index: Int) -> [Double] {
      Array(tensor.elements[index * 5..<(index + 1) * 5])
    }
    func cosine(_ a: [Double], _ b: [Double]) -> Double {
      func product(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
      return product(a, b) / (product(a, a) * product(b, b)).squareRoot()
    }
    let found = SampleMeasures(of: samples, stored: stored)
    var (novelty, diversity) = (0.0, 0.0)
    for index in 0..<7 {
      let cosines = (0..<4).map { cosine(row(samples, index), row(stored, $0)) }
      let best = cosines.max() ?? 0
      #expect(cosines[found.nearest[index]] == best)
      novelty += (1 - best) / 7
      for other in 0..<index { diversity += (1 - cosine(row(samples, index), row(samples, other))) / 21 }
    }
    #expect(abs(found.novelty - novelty) < 1e-12)
    #expect(abs(found.diversity - diversity) < 1e-12)
  }

  @Test("copies of stored patterns are not novel at all")
  func copies() {
    let stored = normalTensor([3, 6], seed: 3)
    let found = SampleMeasures(of: stored.gathered([2, 0, 2, 1], axis: 0), stored: stored)
    #expect(found.novelty == 0 && found.nearest == [2, 0, 2, 1] && found.diversity > 0)
  }

  #if os(macOS) || os(Linux)
    @Test("a row of zeros, and a single sample, are refused")
    func refused() async {
      await #expect(processExitsWith: .failure) {
        _ = SampleMeasures(
          of: Tensor<Double>(shape: [2, 2], elements: [1, 0, 0, 0]),
          stored: Tensor<Double>(shape: [1, 2], elements: [1, 1]))
      }
      await #expect(processExitsWith: .failure) {
        _ = SampleMeasures(of: Tensor<Double>.ones([1, 2]), stored: Tensor<Double>.ones([1, 2]))
      }
    }
  #endif
}
