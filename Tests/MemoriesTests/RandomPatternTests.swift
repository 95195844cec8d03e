import Foundation
import Memories
import Tensors
import TestSupport
import Testing

/// Random patterns and spoiled copies of them, against what their descriptions say.
@Suite("random patterns") struct RandomPatternTests {
  @Test("signs are 1 and -1 about equally often, the same for a stream and others for another")
  func signs() {
    let rows = RandomPatterns.signs(37, dimension: 101, random: RandomStream(seed: 3))
    #expect(rows.shape == [37, 101] && rows.elements.allSatisfy { abs($0) == 1 })
    // Six standard deviations of the mean of 3,737 signs.
    let bound: Float = 6 / Float(3_737).squareRoot()
    #expect(abs(rows.mean().scalar) < bound)
    #expect(rows.elements == RandomPatterns.signs(37, dimension: 101, random: RandomStream(seed: 3)).elements)
    #expect(rows.elements != RandomPatterns.signs(37, dimension: 101, random: RandomStream(seed: 4)).elements)
    // Rows differ, though 64 signs come from one draw.
    let single = (0..<37).map { row -> [Float] in rows.sliced(axis: 0, row..<row + 1).elements }
    #expect(Set(single).count == 37)
  }

  @Test(
    "a flipped row differs in exactly so many numbers, by their signs alone, whatever rows stand beside it")
  func flipping() {
    let rows: Tensor<Float> = normalTensor([5, 13], seed: 1).converted(to: Float.self)
    let stream = RandomStream(seed: 9)
    for count in [0, 1, 6, 13] {
      let flipped = RandomPatterns.flipping(count, signsOf: rows, random: stream)
      for row in 0..<5 {
        let range = (13 * row)..<(13 * row + 13)
        let pairs = Array(zip(rows.elements[range], flipped.elements[range]))
        let (turned, kept) = (pairs.count { $0.0 == -$0.1 }, pairs.count { $0.0 == $0.1 })
        #expect(turned == count && kept == 13 - count)
      }
      let alone = RandomPatterns.flipping(count, signsOf: rows.sliced(axis: 0, 0..<2), random: stream)
      #expect(alone.elements == Array(flipped.elements.prefix(26)))
    }
    let flipped = RandomPatterns.flipping(6, signsOf: .ones([5, 13]), random: stream).elements
    let rowsOfFlipped = (0..<5).map { row -> [Float] in Array(flipped[(13 * row)..<(13 * row + 13)]) }
    #expect(Set(rowsOfFlipped).count == 5)
  }

  @Test("points on a sphere have its radius and no preferred direction")
  func sphere() {
    let rows = RandomPatterns.onSphere(400, dimension: 3, radius: 2.5, random: RandomStream(seed: 2))
    for row in 0..<400 {
      var square = 0.0
      for column in 0..<3 { square += rows.elements[row * 3 + column] * rows.elements[row * 3 + column] }
      #expect(abs(square.squareRoot() - 2.5) < 1e-12)
    }
    // Each coordinate of such a point has mean 0 and variance r² / 3.
    let bound = 6 * (2.5 * 2.5 / 3 / 400).squareRoot()
    for mean in rows.mean(axes: [0]).elements { #expect(abs(mean) < bound) }
  }

  @Test("a mixture of orthogonal patterns shows its weights: so many of them, above 0, adding up to 1")
  func mixtures() {
    var elements = [Double](repeating: 0, count: 7 * 9)
    for row in 0..<7 { elements[row * 9 + row] = 1 }
    let patterns = Tensor<Double>(shape: [7, 9], elements: elements)
    let mixed = RandomPatterns.mixtures(of: patterns, parts: 3, count: 20, random: RandomStream(seed: 5))
    #expect(mixed.shape == [20, 9])
    for row in 0..<20 {
      let weights: [Double] = Array(mixed.elements[(9 * row)..<(9 * row + 9)])
      #expect(weights.count { $0 > 0 } == 3 && weights.allSatisfy { $0 >= 0 })
      #expect(abs(weights.reduce(0, +) - 1) < 1e-12)
    }
  }

  @Test("noise is a share of each row's length, whatever that is")
  func noise() {
    var rows: Tensor<Float> = normalTensor([3, 4_000], seed: 8).converted(to: Float.self)
    rows = rows * Tensor(shape: [3, 1], elements: [1e-3, 1, 1e4])
    let noise = RandomPatterns.noisy(rows, share: 0.5, random: RandomStream(seed: 6)) - rows
    for (length, whole) in zip(noise.rowLengths, rows.rowLengths) {
      // A length of 4,000 normal numbers deviates by about 1.1 %.
      #expect(abs(length / whole - 0.5) < 0.04)
    }
  }

  @Test("evenly spaced numbers begin with the first, rise, and are all where there are no more")
  func evenlySpaced() {
    #expect((0..<10).evenlySpaced(4) == [0, 2, 5, 7])
    #expect((3..<8).evenlySpaced(9) == [3, 4, 5, 6, 7])
    #expect((3..<8).evenlySpaced(2) == [3, 5] && (5..<5).evenlySpaced(3) == [])
  }
}
