import EnergyTransformer
import Kit

/// The memory of a step of training, forward and backward, by the number of steps of its descent.
struct StepMemory {
  enum Path: String, CaseIterable {
    case implicit, truncated, recomputed, unrolled, fused

    var title: String {
      switch self {
      case .implicit: "implicit"
      case .truncated: "truncated to one step"
      case .recomputed: "one state kept a step, the rest computed again"
      case .unrolled: "unrolled, everything kept"
      case .fused: "unrolled in fused buffers, the usual descent"
      }
    }
  }

  static let steps = [12, 25, 50, 100, 200]
  /// Bytes held at most beyond those held before, for each number of steps.
  private(set) var bytes: [Path: [Int]] = [:]

  /// - Throws: `DescentFailure` where a descent leaves the finite numbers.
  init(of step: GradientStep, model: ModelOptions, _ rest: RestOptions) throws {
    // On one thread, as training works on these images: then the count does not depend on what others do meanwhile.
    let threads = Parallelism.threadCount
    Parallelism.threadCount = 1
    defer { Parallelism.threadCount = threads }
    for path in Path.allCases {
      // Once before anything is measured, so that nothing is counted that stays for later.
      _ = try step.gradient(Self.descent(path, 1, model, rest))
      bytes[path] = try Self.steps.map { count in
        let descent = Self.descent(path, count, model, rest)
        return try TensorMemory.peak { _ = try step.gradient(descent) }.bytes
      }
    }
  }

  /// Megabytes, of 1,000,000 bytes.
  func megabytes(_ path: Path, _ steps: Int) -> Double? {
    Self.steps.firstIndex(of: steps).flatMap { index in bytes[path].map { Double($0[index]) / 1e6 } }
  }

  /// A descent that takes all of its steps; only the way back differs, but for the usual descent.
  private static func descent(
    _ path: Path, _ steps: Int, _ model: ModelOptions, _ rest: RestOptions
  ) -> BlockDescent {
    switch path {
    case .implicit: return rest.descent(.implicit(rest.solve), takingAll: steps)
    case .truncated: return rest.descent(.truncated(steps: 1), takingAll: steps)
    case .recomputed: return rest.descent(.recomputed, takingAll: steps)
    case .unrolled: return rest.descent(.unrolled, takingAll: steps)
    case .fused:
      var settings = DescentSettings(
        steps: steps, stepSize: model.stepSize, gradientPath: .automatic(memoryLimit: .max))
      settings.inputStrength = rest.inputStrength
      return BlockDescent(settings: settings)
    }
  }
}
