import Foundation
import Memories
import Tensors
import TestSupport
import Testing

/// Capacities of memories: how many patterns they recall, measured on cases whose answers are known and held against theory.
@Suite("capacity") struct CapacityTests {
  @Test("a capacity curve ends at the first error above the tolerated one")
  func curve() {
    let points = [(4, 0.0), (8, 0.01), (16, 0.2), (32, 0.0)].map {
      CapacityCurve.Point(patternCount: $0, error: $1, recalled: 1, meanSteps: 1)
    }
    let curve = CapacityCurve(points: points)
    #expect(curve.capacity(tolerating: 0.01) == 8 && curve.capacity(tolerating: 0.001) == 4)
    #expect(!curve.isOpen(tolerating: 0.01) && curve.isOpen(tolerating: 0.2))
    #expect(CapacityCurve(points: Array(points.suffix(2))).capacity(tolerating: 0.1) == 0)
  }

  /// A memory that knows the answers up to some load and gives back the cue beyond it.
  private struct Oracle: AssociativeMemory {
    let patterns: Tensor<Float>
    let limit: Int
    var dimension: Int { patterns.shape[1] }
    var patternCount: Int { patterns.shape[0] }
    func energy(at states: Tensor<Float>) -> Tensor<Float> { .zeros([states.shape[0]]) }
    mutating func store(_ patterns: Tensor<Float>) {}
    mutating func forget(_ patterns: Tensor<Float>) throws {}

    func retrieve(_ queries: Tensor<Float>, options: RetrievalOptions) -> Retrieval<Float> {
      // The nearest pattern, found by the definition.
      let nearest = (0..<queries.shape[0]).map { row in
        patterns.rowDistances(to: queries.sliced(axis: 0, row..<row + 1)).enumerated()
          .min { $0.element < $1.element }!.offset
      }
      let count = queries.shape[0]
      return Retrieval(
        states: patternCount <= limit ? patterns.gathered(nearest, axis: 0) : queries,
        steps: (0..<count).map { $0 % 3 }, stopReasons: .init(repeating: .converged, count: count),
        energies: [], weights: [], fixedPoints: .init(repeating: nil, count: count))
    }
  }

  @Test(
    "loads grow until the memory fails or is as large as allowed; cues are stored patterns with changed signs"
  )
  func measurement() {
    var measurement = CapacityMeasurement(dimension: 40, changedSigns: 10)
    measurement.cueCount = 7
    func curve(limit: Int, numberLimit: Int, failure: Double) -> CapacityCurve {
      measurement.curve(
        growth: 1.5, numberLimit: numberLimit, failure: failure, random: RandomStream(seed: 1)
      ) {
        patterns, _ in Oracle(patterns: patterns, limit: limit)
      }
    }
    let failing = curve(limit: 10, numberLimit: 4_000, failure: 0.2)
    #expect(failing.points.map(\.patternCount) == [4, 6, 9, 14])
    // Beyond the limit a cue is given back: a quarter of its numbers is wrong, and no cue is without a wrong one.
    #expect(failing.points.map(\.error) == [0, 0, 0, 0.25])
    #expect(failing.points.map(\.recalled) == [1, 1, 1, 0])
    let steps: [Double] = [0.75, 1, 6.0 / 7, 6.0 / 7]
    #expect(failing.points.map(\.meanSteps) == steps)
    #expect(failing.capacity(tolerating: 0.01) == 9)
    let open = curve(limit: 10, numberLimit: 40 * 15, failure: 0.3)
    #expect(open.points.map(\.patternCount) == [4, 6, 9, 14])
    #expect(
      curve(limit: 99, numberLimit: 40 * 21, failure: 0.1).points.map(\.patternCount) == [4, 6, 9, 14, 20])
    // Loads that grow too slowly grow by one.
    let slow = measurement.curve(growth: 1.01, numberLimit: 40 * 7, random: RandomStream(seed: 1)) {
      patterns, _ in
      Oracle(patterns: patterns, limit: 99)
    }
    #expect(slow.points.map(\.patternCount) == [4, 5, 6, 7])
  }

  @Test(
    "every kind of memory recalls few patterns from cues, at the scale it is measured at",
    arguments: MemoryKind.allCases)
  func kinds(kind: MemoryKind) {
    let measurement = CapacityMeasurement(of: kind, dimension: 60, changedSigns: 3)
    let beta: Float = kind == .logSumReLU ? 2 / 0.5 : kind == .randomFeatures ? 5 : 60
    let found = measurement.point(of: 3, random: RandomStream(seed: 2)) { patterns, random in
      #expect(patterns.shape == [3, 60])
      let expected: Double = kind.isBinary ? 60.0.squareRoot() : 1
      for length in patterns.rowLengths { #expect(abs(length - expected) < 1e-5) }
      return kind.memory(of: patterns, beta: beta, featureCount: 4_096, random: random)
    }
    #expect(found.recalled == 1, "\(kind.label): \(found)")
  }

  @Test(
    "a memory's capacity is its curve with the settings of d, and theory's beside it",
    arguments: [MemoryKind.hebb, .cubic, .softmax, .logSumReLU, .randomFeatures])
  func capacity(kind: MemoryKind) {
    let stream = RandomStream(seed: 5)
    let found = MemoryCapacity(
      of: kind, dimension: 32, numberLimit: 32 * 40, featureCount: 300, random: stream)
    // A tenth of 32 signs is 3; a ball reaches 1.2 times as far, squared, as such a cue: 4 * 3 / 32 at length 1.
    let beta: Float = kind == .logSumReLU ? 2 / (1.2 * 0.375) : kind == .randomFeatures ? 10 : 32
    let curve = CapacityMeasurement(of: kind, dimension: 32, changedSigns: 3).curve(
      growth: kind == .hebb ? pow(2, 0.25) : 2.0.squareRoot(), numberLimit: 32 * 40, random: stream
    ) { kind.memory(of: $0, beta: beta, featureCount: 300, random: $1) }
    #expect(found.curve == curve)
    #expect(
      found.capacity == curve.capacity(tolerating: 0.01) && found.isOpen == curve.isOpen(tolerating: 0.01))
    #expect(found.largestLoad == curve.points.last?.patternCount && found.numberLimit == 1_280)
    let expected = kind.expectedCapacity(
      dimension: 32, wrongCount: 3, reach: 3, beta: beta, featureCount: 300)
    #expect(found.expected == expected)
  }

  @Test("theory's capacities are those of the formulas, and fall with wrong numbers")
  func expectedCapacities() {
    func expected(_ kind: MemoryKind, wrong: Int = 4) -> Double {
      kind.expectedCapacity(dimension: 50, wrongCount: wrong, reach: wrong + 1, beta: 3, featureCount: 700)
    }
    #expect(abs(expected(.hebb) - 6.9) < 1e-12 && expected(.pseudoInverse) == 50)
    let (cubic, quartic): (Double, Double) = (2_500 / (6 * log(50)), 125_000 / (30 * log(50)))
    #expect(abs(expected(.cubic) - cubic) < 1e-9)
    #expect(abs(expected(.quartic) - quartic) < 1e-9)
    // Binomials of 50: 1 + 50 + 1,225 + 19,600 + 230,300, and 2,118,760 more.
    let states = pow(2, 50.0)
    for kind in [MemoryKind.softmax, .entmax, .sparsemax] {
      let share: Double = expected(kind) / (states / 251_176)
      #expect(abs(share - 1) < 1e-9)
    }
    let balls: Double = expected(.logSumReLU) / (states / 2_369_936)
    #expect(abs(balls - 1) < 1e-9)
    let features: Double = 1_400 * exp(-0.96)
    #expect(abs(expected(.randomFeatures) - features) < 1e-9)
    for kind in MemoryKind.allCases
    where kind != .hebb && kind != .pseudoInverse && kind != .cubic && kind != .quartic {
      #expect(expected(kind, wrong: 6) < expected(kind))
    }
    let confused = BinaryCapacity.confusedPairs(patternCount: 1_000, wrong: 4, of: 50)
    let pairs: Double = 999_000 * 251_176 / states
    #expect(abs(confused / pairs - 1) < 1e-9)
    #expect(BinaryCapacity.confusedPairs(patternCount: 0, wrong: 4, of: 50) == 0)
  }

  @Test("one update recalls every pattern while they are few, and counts those that it loses")
  func oneUpdate() {
    // More than a block of cues, the last block not full.
    let few = OneUpdateRecall(
      patternCount: 4_100, dimension: 64, changedSigns: 3, beta: 0.4, random: RandomStream(seed: 4))
    #expect(few.failedCount == 0 && few.largestDeviation > 0 && few.largestDeviation < 0.01)
    // With so small a beta the update is near the mean of all patterns, and nothing is recalled.
    let flat = OneUpdateRecall(
      patternCount: 300, dimension: 64, changedSigns: 3, beta: 1e-3, random: RandomStream(seed: 4))
    #expect(flat.failedCount == 300 && flat.largestDeviation == 0)
    // Numbers of patterns until one is lost, the later ones left out.
    let stream = RandomStream(seed: 4)
    let found = OneUpdateRecall.untilFailure(
      among: [2, 3, 300, 400], dimension: 64, changedSigns: 3, beta: 0.02, random: stream)
    let each = [2, 3, 300, 400].map {
      OneUpdateRecall(
        patternCount: $0, dimension: 64, changedSigns: 3, beta: 0.02, random: stream.child(UInt64($0)))
    }
    let last = each.firstIndex { $0.failedCount > 0 } ?? 3
    #expect(found == Array(each[...last]) && found.map(\.patternCount) == Array([2, 3, 300, 400][...last]))
  }
}
