import Testing
import Training

struct SplitTuningTests {
  /// Scores by method, setting and split; a setting that leaves the finite numbers has none.
  private let scores: [String: [[Double?]]] = [
    // The second and the last are best on the mean, the third on one split.
    "a": [[0.5, 0.5, 0.5], [0.75, 0.5, 0.75], [1, 0.25, 0.25], [0.75, 0.5, 0.75]],
    // The best two left the finite numbers on a split.
    "b": [[0.25, 0.5, 0.25], [1, nil, 1], [nil, 1, 1], [0.25, 0.5, 0.5]],
    "c": [[nil, nil, nil], [0.5, nil, nil], [nil, 0.5, nil], [nil, nil, 0.5]],
  ]

  private func tuning(_ settings: [Double], splits: Int) throws -> SplitTuning<String, Double> {
    try SplitTuning(methods: ["a", "b", "c"], settings: settings, splitCount: splits) {
      method, setting, split in
      guard let score = scores[method]?[Int(setting)][split] else {
        throw NonFiniteValue(quantity: "the loss")
      }
      return .init(epoch: 10 * Int(setting) + split, validation: score / 2, judged: score)
    }
  }

  @Test(
    "each method takes the setting of the best mean over the splits, of equals the first, of which none failed"
  )
  func choices() throws {
    let found = try tuning([0, 1, 2, 3], splits: 3)
    #expect(["a", "b", "c"].map(found.choice) == [1, 3, 0])
    #expect(found.setting(of: "b") == 3)
    #expect(found.trials.count == 36)
    let trial = found.trials[12 + 3 + 2]
    #expect(trial.method == "b" && trial.setting == 1 && trial.split == 2)
    #expect(trial.outcome == .init(epoch: 12, validation: 0.5, judged: 1))
    #expect(found.trials[12 + 3 + 1].outcome == nil)
  }

  @Test("a setting that is alone, or no split, needs no trial")
  func nothing() throws {
    for found in [try tuning([2], splits: 3), try tuning([2, 1], splits: 0)] {
      #expect(found.trials.isEmpty && found.choice(of: "a") == 0 && found.setting(of: "c") == 2)
    }
  }

  @Test("an error that is not of numbers ends the tuning")
  func errors() {
    struct Stopped: Error {}
    #expect(throws: Stopped.self) {
      _ = try SplitTuning(methods: [1], settings: [0.5, 0.25], splitCount: 2) { _, _, _ in throw Stopped() }
    }
  }
}
