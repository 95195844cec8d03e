import Foundation
import Tensors
import Testing

/// Every test has a fixed seed, so the statistical ones give the same numbers on every run; their
/// bounds are five standard errors of the statistic under the hypothesis.
struct RandomStreamTests {
  @Test("Philox4x32-10 gives the known answers of Random123")
  func knownAnswers() {
    // counter, key, expected block; from the kat_vectors file of Random123 1.14.
    let cases: [([UInt32], [UInt32], [UInt32])] = [
      ([0, 0, 0, 0], [0, 0], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
      (
        [.max, .max, .max, .max], [.max, .max],
        [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
      ),
      (
        [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0],
        [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
      ),
    ]
    for (counter, key, expected) in cases {
      let block = Philox4x32.block(
        counter: (counter[0], counter[1], counter[2], counter[3]), key: (key[0], key[1]))
      #expect([block.0, block.1, block.2, block.3] == expected)
    }
  }

  @Test("a stream hands out the blocks of its counter in order, first word lowest")
  func drawsAreBlocks() {
    let seed: UInt64 = 0x299f_31d0_a409_3822
    var stream = RandomStream(seed: seed)
    for index in 0..<5 as Range<UInt32> {
      let block = Philox4x32.block(counter: (index, 0, 0, 0), key: (0xa409_3822, 0x299f_31d0))
      #expect(stream.next() == UInt64(block.0) | UInt64(block.1) << 32)
      #expect(stream.next() == UInt64(block.2) | UInt64(block.3) << 32)
    }
    var zero = RandomStream(seed: 0)
    #expect(zero.next() == 0xe169_c58d_6627_e8d5)
  }

  @Test("uniform numbers have the moments of [0, 1)")
  func uniformMoments() {
    let count = 200_000
    var stream = RandomStream(seed: 11)
    var sums = [0.0, 0.0, 0.0]
    for _ in 0..<count {
      let value = stream.uniform()
      #expect(value >= 0 && value < 1)
      let centred = value - 0.5
      sums[0] += centred
      sums[1] += centred * centred
      sums[2] += centred * centred * centred
    }
    let moments = sums.map { $0 / Double(count) }
    let root = Double(count).squareRoot()
    #expect(abs(moments[0]) < 5 * (1.0 / 12).squareRoot() / root)
    #expect(abs(moments[1] - 1.0 / 12) < 5 * (1.0 / 180).squareRoot() / root)
    #expect(abs(moments[2]) < 5 * (1.0 / 448).squareRoot() / root)
  }

  @Test("normal numbers have the moments and tails of the standard normal")
  func normalMoments() {
    let count = 200_000
    var stream = RandomStream(seed: 12)
    var sums = [Double](repeating: 0, count: 4)
    var beyondTwo = 0
    var products = 0.0
    var previous = 0.0
    for _ in 0..<count {
      let value = stream.normal()
      for power in 1...4 { sums[power - 1] += (0..<power).reduce(1.0) { product, _ in product * value } }
      if abs(value) > 2 { beyondTwo += 1 }
      products += value * previous
      previous = value
    }
    let moments = sums.map { $0 / Double(count) }
    let root = Double(count).squareRoot()
    // Variances of x, x², x³, x⁴ under the standard normal: 1, 2, 15, 96.
    #expect(abs(moments[0]) < 5 / root)
    #expect(abs(moments[1] - 1) < 5 * 2.0.squareRoot() / root)
    #expect(abs(moments[2]) < 5 * 15.0.squareRoot() / root)
    #expect(abs(moments[3] - 3) < 5 * 96.0.squareRoot() / root)
    let tail = 0.045_500_263_896
    #expect(abs(Double(beyondTwo) / Double(count) - tail) < 5 * (tail * (1 - tail)).squareRoot() / root)
    #expect(abs(products / Double(count)) < 5 / root)
  }

  @Test(
    "normal numbers written together have the bits of single ones, and leave the stream where they do",
    arguments: [0.02, 1, -3e-7, 1e-41, 2e38, 0])
  func normalsTogether(deviation: Double) {
    func check<Scalar: TensorScalar>(_ type: Scalar.Type, _ count: Int, drawn: Int) {
      var (together, alone) = (RandomStream(seed: 21).child(3), RandomStream(seed: 21).child(3))
      for _ in 0..<drawn { _ = (together.next(), alone.next()) }
      let found = Tensor<Scalar>.normal([count], standardDeviation: deviation, using: &together).elements
      let expected = (0..<count).map { _ in Scalar(alone.normal() * deviation) }
      // Signs of zeros too.
      #expect(found == expected && found.map(\.sign) == expected.map(\.sign))
      #expect(together == alone && together.next() == alone.next())
    }
    for count in [0, 1, 63, 64, 65, 20_000] {
      for drawn in [0, 1, 6] {
        check(Float.self, count, drawn: drawn)
        check(Double.self, count, drawn: drawn)
      }
    }
  }

  @Test(
    "numbers that the margin leaves open are those of the library, whatever the margin",
    arguments: [1e-3, 1e-6])
  func openNumbers(margin: Double) {
    var (together, alone) = (RandomStream(seed: 22), RandomStream(seed: 22))
    _ = (together.normal(), alone.normal())
    var found = [Float](repeating: 0, count: 5_000)
    let normals = SingleNormals(standardDeviation: 0.7, margin: margin)
    found.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { normals.write(&together, to: base, count: 5_000) }
    }
    #expect(found == (0..<5_000).map { _ in Float(alone.normal() * 0.7) })
    #expect(together == alone)
  }

  @Test("the series behind normal numbers agree with the library ten times closer than their margin")
  func series() {
    var stream = RandomStream(seed: 23)
    let ends = [0, 0x1p-53, 0.25, 0.5, 0.75, 1 - 0x1p-53, 0.5.squareRoot(), 0.5 + 0x1p-53, 0.25 - 0x1p-53]
    for number in ends + (0..<50_000).map({ _ in stream.uniform() }) {
      let logarithm = log(1 - number)
      #expect(abs(SingleNormals.logarithm(1 - number) - logarithm) <= 1e-14 * abs(logarithm))
      #expect(abs(SingleNormals.cosine(turns: number) - cos(2 * .pi * number)) <= 5e-15)
    }
  }

  @Test("children, their parent and their own children are uncorrelated")
  func childrenAreIndependent() {
    let count = 20_000
    let parent = RandomStream(seed: 3)
    let streams = [
      parent, parent.child(0), parent.child(1), parent.child(2), parent.child(.max),
      parent.child(0).child(0), parent.child(0).child(1), parent.child(1).child(0),
      RandomStream(seed: 4), RandomStream(seed: 4).child(0),
    ]
    let draws = streams.map { stream in
      var stream = stream
      return (0..<count).map { _ in stream.uniform() - 0.5 }
    }
    for first in draws.indices {
      for second in draws.indices where second > first {
        for lag in 0..<3 {
          let sum = (0..<(count - lag)).reduce(0) { $0 + draws[first][$1] * draws[second][$1 + lag] }
          let correlation = sum * 12 / Double(count - lag)
          #expect(
            abs(correlation) < 5 / Double(count - lag).squareRoot(),
            "streams \(first) and \(second), lag \(lag): \(correlation)")
        }
      }
    }
  }

  @Test("a child depends on the parent's identity and the index, not on what was drawn")
  func childIgnoresProgress() {
    var parent = RandomStream(seed: 5)
    let before = parent.child(9)
    let untouched = parent
    #expect(parent == untouched)
    for _ in 0..<7 { _ = parent.next() }
    #expect(parent.child(9) == before)
    #expect(parent != untouched)
    var first = Set<UInt64>()
    for index in 0..<1000 as Range<UInt64> {
      var child = parent.child(index)
      first.insert(child.next())
    }
    #expect(first.count == 1000)
    #expect(RandomStream(seed: 6).child(9) != before)
  }

  @Test("a stored state goes on where it stopped, after an even and an odd number of draws")
  func stateRoundTrip() throws {
    for drawn in [0, 1, 2, 7, 100] {
      var stream = RandomStream(seed: .max).child(2)
      for _ in 0..<drawn { _ = stream.next() }
      var restored = try RandomStream(state: stream.state)
      #expect(restored == stream)
      #expect(restored.child(1) == stream.child(1))
      for _ in 0..<5 { #expect(restored.next() == stream.next()) }
      #expect(restored == stream)
    }
  }

  @Test("words that are no state are refused in one line")
  func invalidStates() {
    for words in [[], [1, 2], [1, 2, 3, 4], [1, 1 << 63, 3]] as [[UInt64]] {
      let error = #expect(throws: RandomStream.InvalidState.self) { try RandomStream(state: words) }
      #expect(error.map { "\($0)".hasPrefix("random stream state: expected") } == true)
      #expect(error.map { "\($0)".contains("\n") } == false)
    }
  }

  @Test("every order of four is equally likely")
  func permutationsAreUniform() {
    let trials = 48_000
    var stream = RandomStream(seed: 8)
    var counts: [[Int]: Int] = [:]
    for _ in 0..<trials { counts[stream.permutation(of: 4), default: 0] += 1 }
    let expected = Double(trials) / 24
    let chiSquare = counts.values.reduce(0.0) { sum, count in
      let difference = Double(count) - expected
      return sum + difference * difference / expected
    }
    #expect(counts.count == 24)
    // 23 degrees of freedom: 99.99 % of samples lie below 56.7, 0.01 % below 5.0.
    #expect(chiSquare < 56.7 && chiSquare > 5.0, "\(chiSquare)")
  }

  @Test("a permutation holds every number once, also for the smallest counts")
  func permutationsArePermutations() {
    var stream = RandomStream(seed: 9)
    for count in [0, 1, 2, 3, 17, 1000] {
      #expect(stream.permutation(of: count).sorted() == Array(0..<count))
    }
    #expect(RandomStream(seed: 9).state == [9, 0, 0])
  }

  @Test("integers below a bound are uniform, also where 2^64 is far from a multiple of it")
  func integersAreUniform() {
    var stream = RandomStream(seed: 10)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[stream.integer(below: 7)] += 1 }
    let chiSquare = counts.reduce(0.0) { $0 + Double(($1 - 10_000) * ($1 - 10_000)) / 10_000 }
    // 6 degrees of freedom: 99.99 % of samples lie below 27.9.
    #expect(chiSquare < 27.9, "\(chiSquare)")

    // Bound 3·2⁶¹: without the second draw, 3/8 of the results would be multiples of 3, not 1/3.
    let bound = 3 << 61
    let trials = 20_000
    let multiples = (0..<trials).reduce(0) { sum, _ in sum + (stream.integer(below: bound) % 3 == 0 ? 1 : 0) }
    let deviation = abs(Double(multiples) / Double(trials) - 1.0 / 3)
    #expect(deviation < 5 * (2.0 / 9 / Double(trials)).squareRoot(), "\(deviation)")
    #expect(stream.integer(below: 1) == 0)
  }
}
