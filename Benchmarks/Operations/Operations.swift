import Benchmark
import EnergyTransformer

/// The operations that a descent is made of, at the sizes of the small and paper workloads.
let benchmarks: @Sendable () -> Void = {
  // No counts of allocations: they read 0 here, with the package's own counter left out.
  Benchmark.defaultConfiguration = .init(
    metrics: [.wallClock], warmupIterations: 3, maxDuration: .seconds(1),
    maxIterations: 20_000)
  Parallelism.threadCount = 2
  matrixProducts()
  tensorOperations()
  energyGradients()
  descents()
}

/// Independent draws from the normal distribution, the same in every run.
func sample(_ shape: [Int], _ deviation: Double = 1) -> Tensor<Float> {
  var random = RandomStream(seed: 7)
  return .normal(shape, standardDeviation: deviation, using: &random)
}

/// Registers a benchmark whose input is made once, outside the timed region.
func measure<Input>(
  _ name: String, with input: @escaping @Sendable () -> Input, _ work: @escaping @Sendable (Input) -> some Any
) {
  Benchmark(name) { benchmark, input in
    for _ in benchmark.scaledIterations { blackHole(work(input)) }
  } setup: {
    input()
  }
}
