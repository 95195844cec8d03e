import Benchmark
import EnergyTransformer

/// One block and its tokens.
private struct Example: Sendable {
  let block: EnergyTransformerBlock<Float>
  let tokens: Tokens<Float>
  let activations: Activations<Float>

  init(_ configuration: EnergyTransformerConfiguration, batch: Int, tokens count: Int) {
    var configuration = configuration
    (configuration.attentionDeviation, configuration.memoryDeviation) = (0.05, 0.05)
    var random = RandomStream(seed: 7)
    block = EnergyTransformerBlock(configuration, using: &random)
    tokens = Tokens(sample([batch, count, configuration.dimension]))
    activations = block.norm.activations(at: tokens)
  }

  static let all: [(name: String, make: @Sendable () -> Example)] = [
    (
      "small",
      {
        Example(
          EnergyTransformerConfiguration(dimension: 128, headCount: 4, keySize: 32, memoryCount: 512),
          batch: 64, tokens: 50)
      }
    ),
    ("paper", { Example(.imageNet, batch: 1, tokens: 197) }),
  ]
}

/// The gradients of the parts of the energy, in closed form.
@Sendable func energyGradients() {
  for (name, make) in Example.all {
    measure("attention energy and gradient, \(name)", with: make) {
      $0.block.attention.energy().energyAndGradient(at: $0.activations).gradient
    }
    measure("memory energy and gradient, \(name)", with: make) {
      $0.block.memory.energyAndGradient(at: $0.activations).gradient
    }
  }
}

/// A step and a whole descent.
@Sendable func descents() {
  for (name, make) in Example.all {
    for steps in [1, 12] {
      measure("descent of \(steps), \(name)", with: make) {
        $0.block.descent(DescentSettings(steps: steps)).run(from: $0.tokens).tokens.values
      }
    }
  }
}
