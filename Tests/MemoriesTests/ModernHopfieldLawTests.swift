import Memories
import Tensors
import TestSupport
import Testing

/// What is proven of the modern Hopfield network, on random spheres.
struct ModernHopfieldLawTests {
  struct Sphere: CustomTestStringConvertible, Sendable {
    let count: Int, dimension: Int
    let radius: Double, beta: Double
    var testDescription: String {
      "\(count) patterns of \(dimension) numbers, radius \(radius), beta \(beta)"
    }

    var patterns: Tensor<Double> {
      MemoryExamples.sphere(count, dimension: dimension, radius: radius, seed: 11)
    }
    var network: ModernHopfieldNetwork<Double> { ModernHopfieldNetwork(patterns: patterns, beta: beta) }
    var bounds: RetrievalBounds {
      RetrievalBounds(
        beta: beta, patternCount: count, largestNorm: PatternSeparation(of: patterns).largestNorm)
    }

    /// A state for each pattern at `distance` from it.
    func around(_ distance: Double, seed: UInt64) -> Tensor<Double> {
      patterns + MemoryExamples.sphere(count, dimension: dimension, radius: distance, seed: seed)
    }
  }

  static let spheres = [
    Sphere(count: 13, dimension: 20, radius: 3, beta: 1),
    Sphere(count: 50, dimension: 64, radius: 4, beta: 1.5),
    Sphere(count: 200, dimension: 30, radius: 2, beta: 4),
    Sphere(count: 5, dimension: 8, radius: 1, beta: 0.3),
  ]

  @Test("separations and the largest norm are those of plain loops")
  func separations() {
    let patterns = normalTensor([17, 6], seed: 12)
    let rows = (0..<17).map { row in (0..<6).map { patterns[row, $0] } }
    func product(_ a: Int, _ b: Int) -> Double { zip(rows[a], rows[b]).reduce(0) { $0 + $1.0 * $1.1 } }
    let found = PatternSeparation(of: patterns)
    for i in 0..<17 {
      let others = (0..<17).filter { $0 != i }.map { product(i, i) - product(i, $0) }
      #expect(abs(found.separations[i] - (others.min() ?? 0)) < 1e-12)
    }
    #expect(
      abs(found.largestNorm * found.largestNorm - ((0..<17).map { product($0, $0) }.max() ?? 0)) < 1e-12)
  }

  @Test("0 <= E <= 2 M² within the sphere", arguments: spheres)
  func energyBounds(sphere: Sphere) {
    let bound = 2 * sphere.radius * sphere.radius
    for share in [0, 0.3, 1] {
      let inside = MemoryExamples.sphere(
        40, dimension: sphere.dimension, radius: share * sphere.radius, seed: 13)
      for states in [inside, sphere.patterns * share, sphere.patterns * -share] {
        for energy in sphere.network.energy(at: states).elements {
          #expect(energy >= -1e-10 && energy <= bound + 1e-10)
        }
      }
    }
  }

  @Test("the energy never rises, and states come to rest", arguments: spheres)
  func monotone(sphere: Sphere) {
    var options = RetrievalOptions()
    options.stepLimit = 3_000
    options.tolerance = 1e-9
    let queries = MemoryExamples.sphere(30, dimension: sphere.dimension, radius: sphere.radius, seed: 14)
    let found = sphere.network.retrieve(queries, options: options)
    #expect(MemoryExamples.largestRise(found.energies) <= 1e-12)
    #expect(found.stopReasons.allSatisfy { $0 == .converged })
    for (steps, energies) in zip(found.steps, found.energies) { #expect(energies.count == steps + 1) }
    let moves = MemoryExamples.distances(sphere.network.updated(found.states), found.states)
    #expect(moves.allSatisfy { $0 <= 1e-9 * sphere.radius })
  }

  @Test("lemma A4 bounds weights and the update of any state", arguments: spheres)
  func lemmaA4(sphere: Sphere) {
    let patterns = sphere.patterns
    // Near patterns the bound says something; for random states it may be large.
    for states in [
      sphere.around(0.2 * sphere.radius, seed: 15),
      MemoryExamples.sphere(30, dimension: sphere.dimension, radius: sphere.radius, seed: 16),
    ] {
      let weights = sphere.network.weights(at: states)
      let updated = sphere.network.updated(states)
      let scores = states.matrixProduct(patterns, otherTransposed: true)
      for row in 0..<states.shape[0] {
        let all = (0..<sphere.count).map { scores[row, $0] }
        let best = all.indices.max { all[$0] < all[$1] } ?? 0
        let lead = all[best] - (all.indices.filter { $0 != best }.map { all[$0] }.max() ?? 0)
        #expect(weights[row, best] >= 1 - sphere.bounds.weightOfOthers(lead: lead) - 1e-12)
        let error = MemoryExamples.distances(
          updated.sliced(axis: 0, row..<row + 1), patterns.sliced(axis: 0, best..<best + 1))[0]
        #expect(error <= sphere.bounds.updateError(lead: lead) + 1e-12)
      }
    }
  }

  @Test("theorem 5 bounds the error of one update and of the fixed point", arguments: spheres)
  func theorem5(sphere: Sphere) {
    let (patterns, bounds) = (sphere.patterns, sphere.bounds)
    let separations = PatternSeparation(of: patterns).separations
    let fixed = fixedPoints(sphere)
    let fromFixed = MemoryExamples.distances(fixed, patterns)
    var told = 0
    for share in [0.01, 0.1, 0.25] {
      let distance = share * sphere.radius
      let updated = sphere.network.updated(sphere.around(distance, seed: 17))
      for (i, error) in MemoryExamples.distances(updated, patterns).enumerated() {
        let bound = bounds.retrievalError(separation: separations[i], distance: max(distance, fromFixed[i]))
        #expect(error <= bound + 1e-12)
        if bound < sphere.radius { told += 1 }
      }
    }
    for (i, error) in fromFixed.enumerated() where error <= 1 / (2 * sphere.beta * sphere.radius) {
      #expect(error <= bounds.fixedPointError(separation: separations[i]) + 1e-9)
    }
    // For a low beta the theorem says nothing.
    #expect(sphere.beta < 1 || told > 0)
  }

  @Test("theorem 4 bounds how an update shrinks the distance to the fixed point", arguments: spheres)
  func theorem4(sphere: Sphere) {
    let (patterns, bounds) = (sphere.patterns, sphere.bounds)
    let separations = PatternSeparation(of: patterns).separations
    let fixed = fixedPoints(sphere)
    let fromFixed = MemoryExamples.distances(fixed, patterns)
    for share in [0.02, 0.1] {
      let states = sphere.around(share * sphere.radius, seed: 18)
      let before = MemoryExamples.distances(states, fixed)
      let after = MemoryExamples.distances(sphere.network.updated(states), fixed)
      for i in before.indices {
        let factor = bounds.contraction(
          separation: separations[i], distance: max(share * sphere.radius, fromFixed[i]))
        #expect(after[i] <= factor * before[i] + 1e-9)
      }
    }
  }

  @Test(
    "well separated patterns have a sphere that the update maps into itself, and one update retrieves them")
  func stored() {
    let sphere = Sphere(count: 20, dimension: 60, radius: 5, beta: 2)
    let separations = PatternSeparation(of: sphere.patterns).separations
    #expect(separations.allSatisfy { $0 >= sphere.bounds.separationOfStoredPatterns })
    let edge = sphere.around(sphere.bounds.sphereRadius, seed: 19)
    let errors = MemoryExamples.distances(sphere.network.updated(edge), sphere.patterns)
    #expect(errors.allSatisfy { $0 <= sphere.bounds.sphereRadius })
    let far = MemoryExamples.distances(sphere.network.updated(sphere.around(1, seed: 20)), sphere.patterns)
    #expect(far.allSatisfy { $0 < 1e-3 })
  }

  @Test("the constants of theorem 3 are the published ones")
  func capacityConstants() {
    let first = SphereCapacity(beta: 1, radius: 3, dimension: 20, failureProbability: 0.001)
    #expect(abs(first.base - 3.15461) < 1e-5 && abs(first.smallestBase - 2.3942) < 1e-4 && first.holds)
    #expect(abs(first.patternCount - 7.4) < 0.05)
    let second = SphereCapacity(beta: 1, radius: 1, dimension: 75, failureProbability: 0.001)
    #expect(abs(second.base - 1.37188) < 1e-5 && abs(second.smallestBase - 1.2513) < 1e-4 && second.holds)
    #expect(abs(second.patternCount - 11.0) < 0.05)
    // c = b / W0(e^y) means that b / c + ln(b / c) is y, for small and large y.
    for (beta, radius, dimension) in [(0.01, 0.1, 1_000), (5, 10, 400), (30, 2, 3)] as [(Double, Double, Int)]
    {
      let found = SphereCapacity(beta: beta, radius: radius, dimension: dimension, failureProbability: 0.01)
      let free = Double(dimension - 1)
      let b = 2 * radius * radius * beta / 5
      let logarithm = Tensor(2 * beta * radius * radius * 0.01 * free).logarithm().scalar
      let y = 2 / free * (1 + logarithm) + Tensor(b).logarithm().scalar
      let w = b / found.base
      #expect(abs(w + Tensor(w).logarithm().scalar - y) < 1e-9 * max(1, abs(y)))
    }
  }

  private func fixedPoints(_ sphere: Sphere) -> Tensor<Double> {
    var options = RetrievalOptions.updates(5_000)
    options.tolerance = 1e-12
    return sphere.network.retrieve(sphere.patterns, options: options).states
  }
}
