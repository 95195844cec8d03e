import Datasets
import Tensors
import Testing

struct MaskedSymbolsTests {
  /// Symbols that say their position, so that one that was replaced can be told.
  private static let text = (0..<40_000).map { $0 * 7 % 50 }

  private func masked(share: Double, seed: UInt64 = 1) -> MaskedSymbols {
    var random = RandomStream(seed: seed)
    return MaskedSymbols(Self.text, symbolCount: 50, share: share, using: &random)
  }

  @Test("labels are the true symbols of the chosen positions, and all others stay as they are")
  func labels() {
    let found = masked(share: 0.15)
    #expect(found.inputs.count == 40_000 && found.labels.count == 40_000)
    for (position, symbol) in Self.text.enumerated() {
      if let label = found.labels[position] {
        #expect(label == symbol && (0...50).contains(found.inputs[position]))
      } else {
        #expect(found.inputs[position] == symbol)
      }
    }
  }

  @Test(
    "of the chosen ones eight tenths are masked, one tenth is drawn anew, one tenth is kept",
    arguments: [0.15, 0.5])
  func shares(share: Double) {
    let found = masked(share: share)
    let chosen = found.labels.indices.filter { found.labels[$0] != nil }
    let count = Double(chosen.count)
    // Five standard deviations of a share of so many.
    func isClose(_ found: Double, _ expected: Double, of count: Double) -> Bool {
      abs(found - expected) < 5 * (expected * (1 - expected) / count).squareRoot()
    }
    #expect(isClose(count / 40_000, share, of: 40_000))
    #expect(isClose(Double(chosen.count { found.inputs[$0] == 50 }) / count, 0.8, of: count))
    // One of fifty that are drawn is the symbol itself.
    let kept = Double(chosen.count { found.inputs[$0] == Self.text[$0] }) / count
    #expect(isClose(kept, 0.1 + 0.1 / 50, of: count))
    // Symbols that are drawn are of every kind.
    let drawn = chosen.filter { found.inputs[$0] != 50 && found.inputs[$0] != Self.text[$0] }
    #expect(Set(drawn.map { found.inputs[$0] }) == Set(0..<50))
  }

  @Test("at least one position is chosen, however small the share; of no symbols none")
  func least() {
    var positions: Set<Int> = []
    for seed in 0..<60 {
      var random = RandomStream(seed: UInt64(seed))
      let found = MaskedSymbols([4, 1, 3, 2], symbolCount: 5, share: 1e-9, using: &random)
      let chosen = found.labels.indices.filter { found.labels[$0] != nil }
      #expect(chosen.count == 1)
      positions.formUnion(chosen)
    }
    #expect(positions == [0, 1, 2, 3])
    var random = RandomStream(seed: 1)
    #expect(MaskedSymbols([], symbolCount: 5, using: &random).labels.isEmpty)
    #expect(masked(share: 1).labels == Self.text.map { $0 })
  }

  @Test("the same stream hides the same symbols, another one others")
  func seeds() {
    #expect(masked(share: 0.15) == masked(share: 0.15))
    #expect(masked(share: 0.15) != masked(share: 0.15, seed: 2))
  }
}
