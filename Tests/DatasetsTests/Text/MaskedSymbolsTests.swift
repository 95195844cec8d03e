import Datasets
import Tensors
import Testing

struct MaskedSymbolsTests {
  /// 40,000 symbols, all of which are 0, of 10.
  private func hidden(share: Double = 0.15, seed: UInt64 = 1) -> MaskedSymbols {
    var random = RandomStream(seed: seed)
    return MaskedSymbols([Int](repeating: 0, count: 40_000), symbolCount: 10, share: share, using: &random)
  }

  @Test("the share is chosen, of which 80 of 100 are masked, 10 drawn anew and 10 left")
  func shares() {
    let hidden = hidden()
    let chosen = hidden.labels.indices.filter { hidden.labels[$0] != nil }
    // Five standard deviations.
    #expect(abs(Double(chosen.count) / 40_000 - 0.15) < 0.009)
    func share(_ symbol: Int) -> Double {
      Double(chosen.count { hidden.inputs[$0] == symbol }) / Double(chosen.count)
    }
    #expect(abs(share(10) - 0.8) < 0.026)
    // A symbol drawn anew is the same as before in a tenth of cases.
    #expect(abs(share(0) - 0.11) < 0.02)
    for symbol in 1..<10 { #expect(abs(share(symbol) - 0.01) < 0.0065) }
    #expect(hidden.inputs.allSatisfy { (0...10).contains($0) })
  }

  @Test("chosen symbols are the labels, and no other is changed")
  func labels() {
    let symbols = (0..<500).map { $0 * $0 % 7 }
    var random = RandomStream(seed: 2)
    let hidden = MaskedSymbols(symbols, symbolCount: 7, share: 0.4, using: &random)
    for (position, label) in hidden.labels.enumerated() {
      if let label {
        #expect(label == symbols[position])
      } else {
        #expect(hidden.inputs[position] == symbols[position])
      }
    }
  }

  @Test("the same seed hides the same, and another seed something else")
  func seeds() {
    #expect(hidden(seed: 3) == hidden(seed: 3))
    #expect(hidden(seed: 3) != hidden(seed: 4))
  }

  @Test("a position is chosen even where chance chose none, and all are at a share of 1")
  func few() {
    var random = RandomStream(seed: 5)
    for length in 1...4 {
      for _ in 0..<50 {
        let symbols = Array(0..<length)
        let hidden = MaskedSymbols(symbols, symbolCount: 4, share: 1e-6, using: &random)
        #expect(hidden.labels.count { $0 != nil } == 1)
      }
    }
    #expect(!hidden(share: 1).labels.contains(nil))
    #expect(MaskedSymbols([], symbolCount: 4, using: &random).inputs.isEmpty)
  }
}
