import Datasets
import Tensors
import Testing

/// Bags of bit patterns, latch sequences and bags of digits keep their laws.
struct BagGeneratorTests {
  @Test("a positive bag of bit patterns has one signal at its place, a negative one none")
  func bits() {
    let bags = BitPatternBags(
      bagCount: 300, instanceCount: 9, size: 6, signalCount: 5, random: RandomStream(seed: 1))
    #expect(bags.count == 300 && bags.isPositive.count { $0 } == 150)
    func pattern(_ bag: Int, _ instance: Int) -> [UInt8] {
      Array(bags.bits[(bag * 9 + instance) * 6..<(bag * 9 + instance + 1) * 6])
    }
    var signals: Set<[UInt8]> = []
    for (bag, index) in bags.signalIndices.enumerated() {
      #expect((index != nil) == bags.isPositive[bag])
      if let index { signals.insert(pattern(bag, index)) }
    }
    #expect(signals.count == 5)
    for bag in 0..<300 {
      let hits = (0..<9).filter { signals.contains(pattern(bag, $0)) }
      #expect(hits == (bags.signalIndices[bag].map { [$0] } ?? []))
    }
    let indices = bags.signalIndices.compactMap(\.self)
    #expect(Set(indices).count == 9)
    let batch: Tensor<Float> = bags.batch([7, 3])
    #expect(batch.shape == [2, 9, 6] && batch[1, 2, 4] == (pattern(3, 2)[4] == 1 ? 1 : -1))
    #expect(
      bags
        == BitPatternBags(
          bagCount: 300, instanceCount: 9, size: 6, signalCount: 5, random: RandomStream(seed: 1)))
  }

  @Test("of a latch sequence the first character alone tells the class")
  func latch() {
    let sequences = LatchSequences(count: 200, length: 7, characterCount: 5, random: RandomStream(seed: 2))
    #expect(sequences.isPositive.count { $0 } == 100)
    for index in 0..<200 {
      let characters = sequences.characters[index * 7..<(index + 1) * 7]
      #expect(characters.first == (sequences.isPositive[index] ? 1 : 0))
      #expect(characters.dropFirst().allSatisfy { (2..<5).contains($0) })
    }
    let batch: Tensor<Double> = sequences.batch([5])
    #expect(batch.shape == [1, 7, 5] && batch.sum(axes: [2]).elements.allSatisfy { $0 == 1 })
    #expect(batch[0, 3, Int(sequences.characters[5 * 7 + 3])] == 1)
  }

  @Test("a bag of digits is positive exactly where one is of the target")
  func digits() {
    let labels = (0..<500).map { $0 % 10 }
    let bags = DigitBags(labels: labels, bagCount: 400, random: RandomStream(seed: 3))
    #expect(bags.isPositive.count { $0 } == 200)
    for (images, isPositive) in zip(bags.images, bags.isPositive) {
      #expect(images.contains { labels[$0] == 9 } == isPositive && !images.isEmpty)
    }
    let sizes = bags.images.map { Double($0.count) }
    let mean = sizes.reduce(0, +) / 400
    let deviation = (sizes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 400).squareRoot()
    #expect(abs(mean - 10) < 0.4 && abs(deviation - 2) < 0.3)
  }
}
