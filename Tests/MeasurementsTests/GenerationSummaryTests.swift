import Measurements
import Testing

struct GenerationSummaryTests {
  private let workload = GenerationWorkload(
    BlockWorkload(
      name: "some", batch: 9, tokens: 50, dimension: 5, heads: 1, keySize: 4, memories: 6, steps: 2,
      weightDeviation: 1, isCausal: true))

  private func summary(_ milliseconds: [(variant: Variant, round: Int, values: [Double])]) -> [String: Double]
  {
    var measurement = BlockMeasurement(workload)
    for (variant, round, values) in milliseconds {
      var reply = WorkerReply()
      reply.milliseconds = values
      measurement.add(reply, of: variant, .forward, round: round)
    }
    if milliseconds.count > 1 {
      measurement.errors[.forward] = [.own: ["logits": 1e-6], .cached: ["logits": 3e-6]]
    }
    return GenerationSummary(measurement, of: workload).numbers
  }

  @Test("characters a second are a sequence's over a run's time, and the ratio that to the faster peer's")
  func rates() throws {
    let compiled = try #require(Variant.ofGeneration.last)
    let numbers = summary([
      (.own, 0, [10, 20, 40]), (.cached, 0, [100, 100]), (compiled, 0, [50, 25, 50]),
      (.own, 1, [20]), (.cached, 1, [60]), (compiled, 1, [200]),
    ])
    let expected = [
      "text_generation_own_characters_a_second": 2500, "text_generation_own_characters_a_second_best": 5000,
      "text_generation_torch_cached_characters_a_second": 625,
      "text_generation_torch_cached_characters_a_second_best": 50 / 0.06,
      "text_generation_torch_cached_compiled_characters_a_second": 400,
      "text_generation_torch_cached_compiled_characters_a_second_best": 2000,
      // 50 / 20 in the first round and 60 / 20 in the second.
      "text_generation_ratio": 2.75, "text_generation_ratio_minima": 2.5,
      "text_generation_largest_error": 3e-6,
    ]
    #expect(numbers.keys.sorted() == expected.keys.sorted())
    for (name, value) in expected {
      #expect(numbers[name].map { abs($0 - value) < 1e-9 * value } == true, "\(name)")
    }
  }

  @Test("without peers there is no ratio and no error")
  func alone() {
    #expect(
      summary([(.own, 0, [100])]) == [
        "text_generation_own_characters_a_second": 500,
        "text_generation_own_characters_a_second_best": 500,
      ])
  }
}
