import Measurements
import Testing

struct RoundTimesTests {
  private let jax = Variant.jaxAutomatic
  private let torch = Variant(name: "torch-closed", label: "PyTorch", system: .torch)

  /// Medians by round: own 10, 20, 40; JAX 15, 60, 60; PyTorch 30, 40, 50.
  private var times: RoundTimes {
    var times = RoundTimes()
    for (round, (own, jax, torch)) in [(10.0, 15.0, 30.0), (20, 60, 40), (40, 60, 50)].enumerated() {
      times.add([own - 1, own], of: .own, round: round)
      // A second turn of the same round.
      times.add([own + 5], of: .own, round: round)
      times.add([jax, jax - 2, jax + 90], of: self.jax, round: round)
      times.add([torch], of: self.torch, round: round)
    }
    // A round of many runs, which must not count for more than the others.
    times.add(Array(repeating: 15, count: 20), of: jax, round: 0)
    return times
  }

  @Test("a variant's median is that of its rounds' medians, whatever one round did")
  func medians() {
    #expect(times.medians(of: .own) == [10, 20, 40])
    #expect(times.median(of: .own) == 20)
    #expect(times.median(of: jax) == 60)
    #expect(times.median(of: .ownGeneric) == nil)
    #expect(times.minimum(of: .own) == 9)
    #expect(times.minimum(of: jax) == 13)
  }

  @Test("a ratio takes the fastest peer of each round and the median over the rounds")
  func ratios() {
    #expect(times.ratios(ofFastest: [jax, torch], to: .own) == [1.5, 2, 1.25])
    #expect(times.ratio(ofFastest: [jax, torch], to: .own) == 1.5)
    #expect(times.ratio(ofFastest: [jax], to: .own) == 1.5)
    #expect(times.ratio(ofFastest: [torch], to: .own) == 2)
    #expect(times.ratio(ofFastest: [], to: .own) == nil)
    #expect(times.ratio(ofFastest: [jax], to: .ownGeneric) == nil)
    #expect(times.ratioOfMinima(ofFastest: [jax, torch], to: .own) == 13.0 / 9)
    #expect(times.fastest(of: [jax, torch]) == torch)
  }
}
