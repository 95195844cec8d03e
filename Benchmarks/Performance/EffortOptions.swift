import ArgumentParser

/// How thoroughly a single comparison is measured.
struct EffortOptions: ParsableArguments {
  @Option(help: "Rounds, each with new processes.") var rounds = 3
  @Option(help: "Turns of every variant in a round.") var turns = 3
  @Option(help: "Seconds of a turn.") var seconds = 0.6
  @Option(help: "Threads of every system.") var threads = 2
  @Option(help: "Seed of weights and tokens.") var seed: UInt64 = 0

  func validate() throws {
    for (name, value) in [("rounds", rounds), ("turns", turns), ("threads", threads)]
    where !(1...1024).contains(value) {
      throw ValidationError("--\(name) must lie in 1 ... 1024, not \(value)")
    }
    if !(seconds > 0 && seconds <= 3600) {
      throw ValidationError("--seconds must lie in 0 ... 3600, not \(seconds)")
    }
  }

  var effort: BlockComparison.Effort {
    BlockComparison.Effort(rounds: rounds, turns: turns, seconds: seconds)
  }

  /// Every option, by name.
  var texts: [String: String] {
    [
      "rounds": "\(rounds)", "turns": "\(turns)", "seconds": "\(seconds)", "threads": "\(threads)",
      "seed": "\(seed)",
    ]
  }
}
