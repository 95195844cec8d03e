import Datasets
import Tensors
import Testing

struct PatchMaskTests {
  @Test("the paper's numbers: of 196 patches 100 are scored and 90 of these replaced")
  func paperCounts() {
    let policy = PatchMaskPolicy(patchCount: 196, scoredCount: 100)
    let mask = policy.mask(forImages: [3, 11, 4], random: RandomStream(seed: 1))
    #expect(mask.batchSize == 3 && mask.patchCount == 196)
    for row in 0..<3 {
      let range = row * 196..<(row + 1) * 196
      #expect(mask.scored[range].count { $0 } == 100)
      #expect(mask.replaced[range].count { $0 } == 90)
      #expect(zip(mask.replaced[range], mask.scored[range]).allSatisfy { !$0 || $1 })
    }
    #expect(mask.scored[0..<196] != mask.scored[196..<392])
  }

  @Test(
    "the replaced count is rounded to the nearest patch",
    arguments: [(10, 0.9, 9), (8, 0.9, 7), (4, 0.9, 4), (7, 1.0, 7), (7, 0.0, 0), (0, 0.9, 0)])
  func rounding(scored: Int, fraction: Double, replaced: Int) {
    let policy = PatchMaskPolicy(patchCount: 16, scoredCount: scored, replacedFraction: fraction)
    #expect(policy.replacedCount == replaced)
  }

  @Test("a fixed stream gives an image the same mask in any batch")
  func fixedMasks() {
    let policy = PatchMaskPolicy(patchCount: 49, scoredCount: 25)
    let stream = RandomStream(seed: 12)
    let all = policy.mask(forImages: [0, 1, 2, 3, 4], random: stream)
    let some = policy.mask(forImages: [3, 1], random: stream)
    #expect(Array(some.scored[0..<49]) == Array(all.scored[147..<196]))
    #expect(Array(some.replaced[49..<98]) == Array(all.replaced[49..<98]))
    #expect(policy.mask(forImages: [3, 1], random: RandomStream(seed: 13)) != some)
    #expect(policy.mask(forImages: [3, 1], random: stream.child(0)) != some)
  }

  @Test("every patch is scored and replaced equally often, and every pair of patches too")
  func uniform() {
    let policy = PatchMaskPolicy(patchCount: 5, scoredCount: 3, replacedFraction: 0.67)
    let draws = 20_000
    let mask = policy.mask(forImages: Array(0..<draws), random: RandomStream(seed: 5))
    var sets: [Int: Int] = [:]
    var replaced = [Int](repeating: 0, count: 5)
    for row in 0..<draws {
      var key = 0
      for patch in 0..<5 {
        if mask.scored[row * 5 + patch] { key |= 1 << patch }
        if mask.replaced[row * 5 + patch] { replaced[patch] += 1 }
      }
      sets[key, default: 0] += 1
    }
    #expect(sets.count == 10)
    #expect(sets.values.allSatisfy { abs(Double($0) - 2000) < 5 * 2000.0.squareRoot() })
    #expect(replaced.allSatisfy { abs(Double($0) - 8000) < 5 * 8000.0.squareRoot() })
  }
}
