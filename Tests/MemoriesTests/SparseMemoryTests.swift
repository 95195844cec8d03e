import Energies
import Memories
import Tensors
import TestSupport
import Testing

struct SparseMemoryTests {
  static let sparse: [MemoryWeighting] = [.sparsemax, .entmax15]

  /// Patterns, their least separation and the norm of the largest.
  private let patterns = MemoryExamples.sphere(40, dimension: 30, radius: 2, seed: 51)

  @Test("a lead of margin / beta is retrieved exactly by one update, to the bit", arguments: sparse)
  func exactRetrieval(weighting: MemoryWeighting) {
    let separation = PatternSeparation(of: patterns)
    let least = separation.separations.min() ?? 0
    let distance = 0.2
    // Delta_i - 2 M distance >= margin / beta, with the margin at its border but for rounding.
    let beta = weighting.margin / (least - 2 * separation.largestNorm * distance) * (1 + 1e-9)
    let network = ModernHopfieldNetwork(patterns: patterns, beta: beta, weighting: weighting)
    let queries = patterns + MemoryExamples.sphere(40, dimension: 30, radius: distance, seed: 52)
    let found = network.retrieve(queries)
    #expect(network.updated(queries).elements == patterns.elements)
    #expect(found.states.elements == patterns.elements)
    // The second update moves nothing.
    #expect(found.steps == Array(repeating: 2, count: 40))
    for query in 0..<40 {
      #expect(found.weights[query] == [PatternWeight(pattern: query, weight: 1)])
      #expect(found.fixedPoints[query]?.kind == .singlePattern)
    }
    // Far below that beta patterns mix, and so does softmax at any beta.
    let low = ModernHopfieldNetwork(patterns: patterns, beta: beta / 8, weighting: weighting)
    #expect(MemoryExamples.distances(low.updated(queries), patterns).contains { $0 > 0.01 })
    let soft = ModernHopfieldNetwork(patterns: patterns, beta: beta)
    #expect(MemoryExamples.distances(soft.updated(queries), patterns).allSatisfy { $0 > 0 })
  }

  @Test("in single precision too", arguments: sparse)
  func exactInSinglePrecision(weighting: MemoryWeighting) {
    let rows = patterns.converted(to: Float.self)
    let least = PatternSeparation(of: rows).separations.min() ?? 0
    let network = ModernHopfieldNetwork(
      patterns: rows, beta: Float(weighting.margin / least) * 1.01, weighting: weighting)
    #expect(network.updated(rows).elements == rows.elements)
  }

  @Test("the energy never rises and stays between its bounds", arguments: sparse, [0.3, 1, 4])
  func energy(weighting: MemoryWeighting, beta: Double) {
    let network = ModernHopfieldNetwork(patterns: patterns, beta: beta, weighting: weighting)
    let found = network.retrieve(MemoryExamples.sphere(25, dimension: 30, radius: 1.9, seed: 53))
    #expect(MemoryExamples.largestRise(found.energies) <= 1e-12)
    for energy in found.energies.joined() { #expect(energy >= -1e-12 && energy <= 8 + 1e-12) }
  }

  @Test("mixtures have few patterns, and weights that add up to 1", arguments: sparse)
  func supports(weighting: MemoryWeighting) {
    // Where states rest at these betas, 1.5-entmax gives every pattern some weight: its start is looked at.
    let beta = weighting == .sparsemax ? 0.25 : 1
    let network = ModernHopfieldNetwork(patterns: patterns, beta: beta, weighting: weighting)
    var options = RetrievalOptions()
    (options.weightLimit, options.stepLimit) = (.max, 0)
    let found = network.retrieve(patterns * 0.5, options: options)
    for weights in found.weights {
      #expect(!weights.isEmpty && weights.count < 40)
      #expect(abs(weights.reduce(0) { $0 + $1.weight } - 1) < 1e-12)
    }
    #expect(found.weights.contains { $0.count > 1 })
  }
}
