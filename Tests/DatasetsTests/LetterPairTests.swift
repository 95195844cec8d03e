import Datasets
import Foundation
import Tensors
import Testing

/// Pairs of letters in bags of sequences, against counts by hand.
@Suite("pairs of letters") struct LetterPairTests {
  private func bag(_ texts: [[UInt8]]) -> SymbolSequences { SymbolSequences(texts, symbolCount: 3) }

  @Test("a share is a pair's part of all pairs that far apart")
  func shares() {
    let pairs = LetterPairShares(of: [bag([[0, 1, 0], [2, 2]]), bag([[1]])], distances: 2)
    #expect(pairs.shares.shape == [2, 18])
    var expected = [Float](repeating: 0, count: 36)
    // Neighbours: 0 1, 1 0, 2 2; two positions apart: 0 0. The second bag has no pair.
    (expected[1], expected[3], expected[8], expected[9]) = (1 / 3, 1 / 3, 1 / 3, 1)
    #expect(pairs.shares.elements == expected && pairs.differ)
    #expect(!LetterPairShares(of: [bag([[0, 1]]), bag([[0, 1], [0, 1]])], distances: 3).differ)
  }

  @Test("words of a bag have their shares among all its words")
  func words() {
    let shares = KmerCounts.shares(of: [bag([[0, 1, 0], [2, 2]]), bag([[1]])], length: 2)
    #expect(shares.shape == [2, 9])
    var expected = [Float](repeating: 0, count: 18)
    for place in [1, 3, 8] { expected[place] = 1 / 3 }
    #expect(shares.elements == expected)
  }

  @Test("the strongest pairs are those of the motif in positive bags, in standard errors of the difference")
  func strongest() {
    // Letter 2 stands two places behind letter 1 in every positive bag; everything else is alike or random.
    let bags = (0..<12).map { index -> SymbolSequences in
      let random: [UInt8] = [UInt8(index % 3), UInt8(index / 3 % 3), 0, UInt8(index * 5 % 3)]
      return bag(index % 2 == 0 ? [random, [1, 0, 2], [1, 1, 2]] : [random, [1, 0, 0], [0, 1, 2]])
    }
    let isPositive = (0..<12).map { $0 % 2 == 0 }
    let pairs = LetterPairShares(of: bags, distances: 2)
    let found = pairs.strongest(20, in: Array(0..<10), isPositive: isPositive)
    #expect(found.count == 20 && found[0] == LetterPair(first: 1, second: 2, distance: 2))
    // There are 18 pairs: the first two come again.
    #expect(found[18] == found[0] && found[19] == found[1] && Set(found.map { "\($0)" }).count == 18)
    // Welch's t of the first and the second, by the definition.
    func t(_ pair: LetterPair) -> Double {
      let column = (pair.distance - 1) * 9 + pair.first * 3 + pair.second
      func moments(_ wanted: Bool) -> (Double, Double) {
        let members = (0..<10).filter { isPositive[$0] == wanted }
        let values = members.map { bag -> Double in Double(pairs.shares.elements[bag * 18 + column]) }
        let mean = values.reduce(0, +) / 5
        let squares = values.map { ($0 - mean) * ($0 - mean) }
        return (mean, squares.reduce(0, +) / 20)
      }
      let (a, b) = (moments(true), moments(false))
      // A share without variation says nothing.
      return a.1 + b.1 < 1e-14 ? 0 : (a.0 - b.0) / (a.1 + b.1).squareRoot()
    }
    let values = found.prefix(18).map(t)
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 >= $1 - 1e-4 * abs($0) }, "\(values)")
  }

  @Test("a kernel answers to its pair in its middle; a pair longer than the kernel leaves it random")
  func kernels() {
    let pairs = [
      LetterPair(first: 0, second: 2, distance: 2), LetterPair(first: 1, second: 1, distance: 1),
      LetterPair(first: 2, second: 0, distance: 5),
    ]
    let stream = RandomStream(seed: 1)
    func kernels(weight: Double, variance: Double) -> [Float] {
      let found = LetterPair.kernels(
        pairs, width: 5, letterCount: 3, weight: weight, variance: variance, random: stream)
      #expect(found.shape == [5, 3, 3])
      return found.elements
    }
    let certain = kernels(weight: 2, variance: 0)
    for (index, value) in certain.enumerated() {
      let (row, letter, kernel) = (index / 9, index / 3 % 3, index % 3)
      let isSet = [[1, 0, 0], [3, 2, 0], [2, 1, 1], [3, 1, 1]].contains([row, letter, kernel])
      #expect(value == (isSet ? 2 : 0), "\(row) \(letter) \(kernel)")
    }
    let random = kernels(weight: 0, variance: 20)
    let both = kernels(weight: 2, variance: 20)
    for index in both.indices { #expect(abs(both[index] - random[index] - certain[index]) < 1e-5) }
    // Five numbers of variance 4 make a window's 20.
    let variance = random.reduce(0) { $0 + $1 * $1 } / 45
    #expect(variance > 2 && variance < 7)
  }
}
