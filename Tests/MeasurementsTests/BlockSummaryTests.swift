import Measurements
import Testing

struct BlockSummaryTests {
  private var measurement: BlockMeasurement {
    var workload = BlockWorkload(
      name: "some", batch: 2, tokens: 3, dimension: 5, heads: 1, keySize: 4, memories: 6, weightDeviation: 1)
    workload.steps = 1
    var measurement = BlockMeasurement(workload)
    func add(_ name: String, _ work: Work, _ milliseconds: [Double], allocations: Int? = nil) {
      guard let variant = Variant.all.first(where: { $0.name == name }) else { return }
      var reply = WorkerReply()
      (reply.milliseconds, reply.allocations) = (milliseconds, allocations)
      measurement.add(reply, of: variant, work, round: 0)
    }
    add("own", .forward, [2, 2, 2], allocations: 30)
    add("own", .forward, [2], allocations: 7)
    add("jax-closed", .forward, [8])
    add("torch-closed", .forward, [5])
    add("torch-frozen", .forward, [3])
    add("own", .training, [4])
    add("jax-automatic", .training, [10])
    add("own-generic", .training, [20])
    add("torch-automatic", .training, [30])
    measurement.memory = [
      .own: MemoryFigures(rest: 0x1p20, peak: 0x3p20),
      .jaxAutomatic: MemoryFigures(rest: 0x4p20, peak: 0xCp20),
    ]
    return measurement
  }

  @Test("ratios, times, shares and memory have the names that the results are read by")
  func names() {
    let numbers = BlockSummary(measurement, peak: 0.01).numbers
    let expected = [
      "some_forward_ratio": 1.5, "some_forward_ratio_unfrozen": 2.5, "some_forward_ratio_jax": 4,
      "some_train_ratio": 2.5, "some_train_ratio_jax": 2.5, "some_train_ratio_generic": 1.5,
      "some_forward_own_ms": 2, "some_forward_torch_frozen_min_ms": 3, "some_forward_allocations": 7,
      "some_train_memory_ratio": 4, "some_train_own_added_mb": 2, "some_train_jax_automatic_peak_mb": 12,
    ]
    for (name, value) in expected { #expect(numbers[name] == value, "\(name)") }
    // 2 (8·3·5·4 + 6·9·4 + 4·3·5·6) operations in 2 ms of 10⁷ a second.
    #expect(numbers["some_forward_peak_share"].map { abs($0 - 2112e-6 / 2 / 0.01) < 1e-12 } == true)
    #expect(numbers["some_train_ratio_unfrozen"] == nil)
  }

  @Test("without a peak, peers or a count there is no number")
  func missing() {
    var measurement = BlockMeasurement(measurement.workload)
    var reply = WorkerReply()
    reply.milliseconds = [1]
    measurement.add(reply, of: .own, .forward, round: 0)
    #expect(
      BlockSummary(measurement, peak: nil).numbers
        == ["some_forward_own_ms": 1, "some_forward_own_min_ms": 1])
  }
}
