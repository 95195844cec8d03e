import Foundation
import Memories
import Tensors
import TestSupport
import Testing

/// Measurements of what memories recall, on cases whose answers are known.
@Suite("recall") struct RecallTests {
  @Test("errors of recall are lengths, distances and wrong signs by hand")
  func errors() {
    let patterns = Tensor<Double>(shape: [3, 2], elements: [3, 4, -1, 0, 2, -2])
    let states = Tensor<Double>(shape: [3, 2], elements: [3, 3.5, 1, 0.5, 2, -2])
    let errors = RecallErrors(of: states, from: patterns)
    #expect(errors.lengths == [5, 1, 8.0.squareRoot()])
    #expect(errors.distances == [0.5, 4.25.squareRoot(), 0])
    // In the second row -1 became 1, and 0, which counts as negative, became positive.
    #expect(errors.wrongSigns == [0, 2, 0] && errors.wrongSignShare == 2.0 / 6)
    #expect(errors.faultlessShare == 2.0 / 3)
    #expect(errors.share(within: 0.09) == 1.0 / 3 && errors.share(within: 0.1) == 2.0 / 3)
    let distances = patterns.rowDistances(to: Tensor(shape: [1, 2], elements: [3, 4]))
    #expect(distances == [0, 32.0.squareRoot(), 37.0.squareRoot()])
  }

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

  @Test("cosines of rows are those of plain sums, 1 for multiples")
  func cosines() {
    let rows = Tensor<Double>(shape: [3, 2], elements: [1, 2, -3, 0.5, 4, 4])
    let others = Tensor<Double>(shape: [3, 2], elements: [2, 4, 0, -2, 1, -1])
    let found = rows.rowCosines(with: others)
    let middle: Double = -1 / (9.25.squareRoot() * 2)
    #expect(abs(found[0] - 1) < 1e-15 && abs(found[1] - middle) < 1e-15 && abs(found[2]) < 1e-15)
  }

  @Test("hidden parts are 0 or random signs in cues, and their error is relative to what is hidden alone")
  func completion() {
    let stored: Tensor<Float> = MemoryExamples.sphere(5, dimension: 6, radius: 1, seed: 3, as: Float.self)
    let mask = Tensor<Float>(shape: [1, 6], elements: [0, 1, 1, 0, 0, 1])
    let task = PatternCompletion(
      stored: stored, shown: [4, 1, 2], hidden: mask, random: RandomStream(seed: 1))
    let patterns = task.patterns
    for (row, pattern) in [4, 1, 2].enumerated() {
      for column in 0..<6 {
        let value = stored.elements[pattern * 6 + column]
        #expect(patterns.elements[row * 6 + column] == value)
        #expect(task.cues.elements[row * 6 + column] == (mask.elements[column] == 1 ? 0 : value))
        let sign = task.signCues.elements[row * 6 + column]
        #expect(abs(sign) == 1 && (mask.elements[column] == 1 || sign == (value > 0 ? 1 : -1)))
      }
    }
    // With a large beta a memory of two patterns answers with one of them, by what of them is shown.
    let two = PatternCompletion(
      stored: Tensor(shape: [2, 6], elements: [3, 1, 0, 0, 0, 2, 0, 0, 1, 2, 2, 0]), shown: [0, 1],
      hidden: mask,
      random: RandomStream(seed: 1))
    let found = two.outcome(of: .softmax, beta: 50)
    #expect(found.errors.share(within: 0.01) == 1 && (found.hiddenError ?? 1) < 1e-6 && found.meanSteps >= 1)
    // With a small one it answers with the mean of both: the hidden error by the definition.
    let mean = two.outcome(of: .softmax, beta: 1e-6)
    // Hidden are 1, 0, 2 of the one and 0, 1, 0 of the other: each is half their difference away, their squares are 6.
    let (error, size): (Double, Double) = (2 * 0.25 * (1 + 1 + 4), 6)
    #expect(abs((mean.hiddenError ?? 0) - error / size) < 1e-4)
    // Nothing is hidden of patterns that are 0 there.
    let alike = PatternCompletion(
      stored: Tensor(shape: [2, 2], elements: [1, 0, -1, 0]), shown: [0, 1],
      hidden: Tensor(shape: [1, 2], elements: [0, 1]),
      random: RandomStream(seed: 1))
    #expect(alike.outcome(of: .softmax, beta: 10).hiddenError == nil)
    // Signs are stored and judged as signs.
    let signs = task.outcome(of: .pseudoInverse)
    #expect(signs.states.elements.allSatisfy { abs($0) == 1 })
    #expect(signs.errors.lengths.allSatisfy { abs($0 - 6.0.squareRoot()) < 1e-6 })
  }

  @Test("the best beta is the one whose outcome no other beats; memories of signs have none")
  func bestBeta() throws {
    let stored: Tensor<Float> = MemoryExamples.sphere(9, dimension: 6, radius: 1, seed: 3, as: Float.self)
    let task = PatternCompletion(
      stored: stored, shown: [4, 1, 2, 7], hidden: Tensor(shape: [1, 6], elements: [0, 1, 1, 0, 0, 1]),
      random: RandomStream(seed: 1))
    for kind in [MemoryKind.softmax, .logSumReLU] {
      let beta = try #require(task.bestBeta(of: kind, within: 0.1))
      let best = task.outcome(of: kind, beta: beta)
      #expect(PatternCompletion.betas(for: kind).contains(beta))
      for other in PatternCompletion.betas(for: kind) {
        #expect(!task.outcome(of: kind, beta: other).isBetter(than: best, within: 0.1))
      }
    }
    #expect(task.bestBeta(of: .hebb, within: 0.1) == nil)
  }

  @Test(
    "resting states are counted once each, stored ones told from emergent ones, queries out of reach apart")
  func resting() {
    // Two balls that overlap, one that stands alone, and a query far from all.
    let patterns = Tensor<Double>(shape: [3, 2], elements: [0, 0, 1, 0, 9, 9])
    let memory = LogSumReLUMemory(patterns: patterns, beta: 2 / 1.44)
    let queries = Tensor<Double>(shape: [5, 2], elements: [0.5, 0.2, 0.5, -0.1, 9.1, 9, 8.9, 9.2, 4, 40])
    let found = RestingStates(of: memory, storing: patterns, from: queries)
    #expect(found.states.count == 2 && found.storedCount == 1 && found.emergentCount == 1)
    #expect(found.unreachedCount == 1)
    #expect(found.states[0].rowDistances(to: Tensor(shape: [1, 2], elements: [0.5, 0]))[0] < 1e-9)
    let around = Tensor<Double>(shape: [4, 2], elements: [0.01, 0, -0.01, 0, 0, 0.01, 0, -0.01])
    #expect(found.strictMinimumCount(among: around) == 2)
    // Offsets of 0 are no higher.
    #expect(found.strictMinimumCount(among: .zeros([1, 2])) == 0)
  }

  @Test("statistics of a retrieval are those of its queries")
  func statistics() {
    func point(_ kind: FixedPointKind, _ count: Int?, _ radius: Double?) -> FixedPoint? {
      FixedPoint(kind: kind, dominantCount: count, largestWeight: 0.5, spectralRadius: radius)
    }
    let found = Retrieval<Double>(
      states: Tensor(shape: [5, 1], elements: [0, 1, 1.05, 3, 0.01]), steps: [1, 2, 3, 4, 6],
      stopReasons: [.converged, .converged, .stepLimit, .converged, .converged], energies: [], weights: [],
      fixedPoints: [
        point(.singlePattern, 1, 0.25), point(.globalAverage, 9, nil), nil, point(.singlePattern, 2, 0.75),
        point(.metastable, nil, 0.5),
      ])
    #expect(found.meanSteps == 3.2)
    #expect(found.share(of: .singlePattern) == 0.5 && found.share(of: .globalAverage) == 0.25)
    #expect(found.medianDominantCount == 2 && found.largestSpectralRadius == 0.75)
    #expect(found.distinctStates(within: 0.1).map { $0.elements[0] } == [0, 1, 3])
    #expect(
      found.distinctStates(within: 0.001, stopped: [.converged]).map { $0.elements[0] } == [0, 1, 3, 0.01])
    #expect(found.distinctStates(within: 0.1, stopped: [.noMemory]).isEmpty)
  }

  @Test("update errors are distances after one update, within theorem 5's bound of each pattern")
  func updateErrors() {
    let patterns = RandomPatterns.onSphere(20, dimension: 9, radius: 1, random: RandomStream(seed: 7))
    let offsets = RandomPatterns.onSphere(20, dimension: 9, radius: 0.05, random: RandomStream(seed: 8))
    let separation = PatternSeparation(of: patterns)
    let found = UpdateErrors(of: patterns, separation: separation, offsets: offsets, distance: 0.05, beta: 30)
    // One update by the definition.
    let states = patterns + offsets
    func product(_ a: Tensor<Double>, _ i: Int, _ b: Tensor<Double>, _ j: Int) -> Double {
      var sum = 0.0
      for column in 0..<9 { sum += a.elements[i * 9 + column] * b.elements[j * 9 + column] }
      return sum
    }
    for index in 0..<20 {
      let weights = (0..<20).map { other -> Double in exp(30 * product(states, index, patterns, other)) }
      let total = weights.reduce(0, +)
      var square = 0.0
      for column in 0..<9 {
        var updated = 0.0
        for other in 0..<20 { updated += weights[other] / total * patterns.elements[other * 9 + column] }
        let difference = updated - patterns.elements[index * 9 + column]
        square += difference * difference
      }
      #expect(abs(found.errors[index] - square.squareRoot()) < 1e-12)
      // The distance of the state is below that of the fixed point for some patterns, and above it for others.
      let least: Double = 38 * exp(-30 * (separation.separations[index] - 0.1))
      #expect(found.bounds[index] >= least * (1 - 1e-12))
    }
    #expect(found.violationCount(rounding: 1e-13) == 0 && (found.largestRatio(rounding: 1e-13) ?? 2) <= 1)
    #expect(found.medianError == found.errors.sorted()[10] && found.medianBound == found.bounds.sorted()[10])
    let theory = RetrievalBounds(beta: 30, patternCount: 20, largestNorm: 1)
    let stored = separation.separations.count { $0 >= theory.separationOfStoredPatterns }
    #expect(abs(found.storedShare - Double(stored) / 20) < 1e-12)
  }

  @Test("a survey counts lengths, zeros, constants and copies, and names the first number that is not finite")
  func survey() {
    let rows: [[Float]] = [[3, 4], [0, 0], [2, 2], [-0.0, 0], [3, 4], [1, -7], [3, 4]]
    let survey = PatternSurvey(CopyingSource(rows: Tensor(shape: [7, 2], elements: rows.flatMap { $0 })))
    #expect(survey.lengths.lowerBound == 0 && survey.lengths.upperBound == 50.0.squareRoot())
    #expect(abs(survey.meanSquare - 19) < 1e-12)
    // 0 and -0 are one number.
    #expect(survey.zeroCount == 2 && survey.constantCount == 1 && survey.copyCount == 3)
    #expect(survey.problem == nil && survey.firstNonFinite == nil)
    #expect(survey.remark == "of 7 patterns 2 0 throughout, 1 one number throughout, 3 copies of others")
    #expect(survey.description == "lengths 0 to 7.07 (\(survey.remark ?? ""))")
    var broken = rows
    (broken[5][1], broken[2][0]) = (.nan, -.infinity)
    let found = PatternSurvey(CopyingSource(rows: Tensor(shape: [7, 2], elements: broken.flatMap { $0 })))
    #expect(found.firstNonFinite?.pattern == 2 && found.firstNonFinite?.value == -.infinity)
    #expect(
      found.problem == "row 2 (from 0): expected finite numbers, found -inf" && found.lengths.upperBound == 5)
    for size in [Float(0), 1e-30, 1e30] {
      let survey = PatternSurvey(
        CopyingSource(rows: Tensor(shape: [2, 3], elements: [1, 2, 3, 3, 1, 2].map { $0 * size })))
      #expect(survey.problem?.contains("1e-15 to 1e+15") == true)
    }
    // Many rows in several blocks: copies are found across them.
    let many = PatternSurvey(
      CopyingSource(rows: Tensor(shape: [5, 200_000], elements: (0..<1_000_000).map { Float($0 % 200_000) })))
    #expect(many.copyCount == 4 && many.zeroCount == 0)
  }
}
