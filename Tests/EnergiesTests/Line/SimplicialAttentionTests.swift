import Energies
import EnergyTesting
import Tensors
import TestSupport
import Testing

struct SimplicialAttentionTests {
  typealias Triangles = SimplicialAttentionEnergy<Double>.Triangles

  private func energy(_ triangles: Triangles) -> SimplicialAttentionEnergy<Double> {
    SimplicialAttentionEnergy(
      queryWeights: normalTensor([3, 6, 5], seed: 80) * 0.5,
      keyWeights: normalTensor([3, 6, 5], seed: 81) * 0.5,
      partnerWeights: normalTensor([3, 6, 5], seed: 82) * 0.5,
      beta: Tensor(shape: [3], elements: [0.4, 1.1, 0.7]), triangles: triangles)
  }

  private static let listed: Triangles = .listed([.init(0, 1), .init(3, 1), .init(2, 2)])

  @Test("all laws hold with all triangles, with some and with none", arguments: LineExample.masks)
  func laws(mask: TokenMask?) {
    for triangles in [Triangles.all, Self.listed, .listed([])] {
      var options = LawOptions(constants: ["beta"])
      if triangles == Self.listed {
        options.tokens = .ordered
        options.takesAnyTokenCount = false
      }
      if triangles == .listed([]) { options.constants.insert("partnerWeights") }
      let report = EnergyLaws.check(
        energy(triangles), at: LineExample.activations(mask), options: options)
      #expect(report.isSatisfied, "\(report)")
    }
  }

  @Test("energies are those of plain loops", arguments: LineExample.masks)
  func naive(mask: TokenMask?) {
    let g = LineExample.activations(mask)
    for triangles in [Triangles.all, Self.listed] {
      let energy = energy(triangles)
      let expected = PlainVectors.energies(g) { example, _ in
        let real = (0..<4).filter { mask?.isReal[example * 4 + $0] ?? true }
        var total = 0.0
        for head in 0..<3 {
          func rows(_ weights: Tensor<Double>) -> [[Double]] {
            (0..<4).map { token in
              PlainVectors.projected((0..<5).map { g.values[example, token, $0] }, weights, head: head)
            }
          }
          let (q, k, p) = (rows(energy.queryWeights), rows(energy.keyWeights), rows(energy.partnerWeights))
          for query in real {
            var scores = real.map { PlainVectors.dot(k[$0], q[query]) }
            for first in real {
              for second in real where isTriangle(first, second, triangles) {
                scores.append((0..<6).reduce(0) { $0 + q[query][$1] * k[first][$1] * p[second][$1] })
              }
            }
            total -= PlainVectors.logSum(scores, beta: energy.beta[head])
          }
        }
        return total
      }
      expectClose(actual: energy.energy(at: g), expected: expected, relative: 1e-12)
    }
  }

  private func isTriangle(_ first: Int, _ second: Int, _ triangles: Triangles) -> Bool {
    switch triangles {
    case .all: true
    case .listed(let pairs): pairs.contains(.init(first, second))
    }
  }

  @Test("without triangles it is attention, energy and gradient", arguments: LineExample.masks)
  func edgesOnly(mask: TokenMask?) {
    let simplicial = energy(.listed([]))
    let attention = AttentionEnergy(
      queryWeights: simplicial.queryWeights, keyWeights: simplicial.keyWeights, beta: simplicial.beta)
    let g = LineExample.activations(mask)
    expectClose(actual: simplicial.energy(at: g), expected: attention.energy(at: g), relative: 1e-12)
    expectClose(
      actual: simplicial.gradient(at: g), expected: attention.gradient(at: g), relative: 1e-10,
      absolute: 1e-12)
  }

  @Test("random triangles are different pairs of different tokens, as many as asked for")
  func random() {
    var random = RandomStream(seed: 4)
    guard case .listed(let pairs) = Triangles.random(count: 17, tokenCount: 7, using: &random) else {
      Issue.record("a random set of triangles is a list")
      return
    }
    #expect(pairs.count == 17 && Set(pairs).count == 17)
    #expect(pairs.allSatisfy { $0.first != $0.second && max($0.first, $0.second) < 7 })
  }
}
