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
