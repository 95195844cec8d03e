import ArgumentParser
import Measurements

/// What grows along a curve, and how the rest is chosen.
enum CurveAxis: String, CaseIterable, ExpressibleByArgument {
  case tokens, batch, dimension, steps

  /// The workloads of the curve, in growing order.
  var workloads: [(value: Int, workload: BlockWorkload)] {
    values.map { value in
      var workload = BlockWorkload(
        name: "\(rawValue)\(value)", batch: 16, tokens: 50, dimension: 128, heads: 4, keySize: 32,
        memories: 512,
        weightDeviation: 0.05)
      switch self {
      case .tokens: (workload.batch, workload.tokens) = (1, value)
      case .batch: workload.batch = value
      case .dimension:
        // The scale of the weights keeps queries, keys and hidden values as large as at 128.
        (workload.dimension, workload.keySize, workload.memories) = (value, value / 4, 4 * value)
        workload.weightDeviation = 0.05 * (128 / Double(value)).squareRoot()
      case .steps: workload.steps = value
      }
      return (value, workload)
    }
  }

  private var values: [Int] {
    switch self {
    case .tokens: [16, 64, 256, 1024, 4096]
    case .batch: [1, 4, 16, 64, 256]
    case .dimension: [32, 64, 128, 256, 512, 1024]
    case .steps: [1, 3, 6, 12, 24, 48]
    }
  }

  /// What stays the same, for captions.
  var rest: String {
    switch self {
    case .tokens: "one example, D 128, 4 heads of 32, M 512, 12 steps"
    case .batch: "50 tokens, D 128, 4 heads of 32, M 512, 12 steps"
    case .dimension: "16 examples of 50 tokens, 4 heads of D/4, M = 4 D, 12 steps"
    case .steps: "16 examples of 50 tokens, D 128, 4 heads of 32, M 512"
    }
  }

  var title: String {
    switch self {
    case .tokens: "tokens of an example"
    case .batch: "examples of a batch"
    case .dimension: "numbers of a token"
    case .steps: "steps of a descent"
    }
  }
}
