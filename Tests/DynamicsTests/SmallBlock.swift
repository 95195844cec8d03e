import Dynamics
import Energies
import Tensors
import TestSupport

/// An energy and a norm whose sizes all differ: 2 heads of 3, tokens of 7, 11 memories; 5 tokens an example.
struct SmallBlock {
  static let tokenCount = 5
  static let dimension = 7

  var energy: EnergySum<Double>
  var norm: LayerNormLagrangian<Double>

  init(gamma: Double = 1.3, learnsBeta: Bool = false, bias: AttentionBias<Double>? = nil, seed: UInt64 = 40) {
    var random = RandomStream(seed: seed)
    let shape = [2, 3, Self.dimension]
    var attention = AttentionEnergy<Double>(
      queryWeights: .normal(shape, standardDeviation: 0.5, using: &random),
      keyWeights: .normal(shape, standardDeviation: 0.5, using: &random),
      beta: Tensor(shape: [2], elements: [0.6, 0.9]), learnsBeta: learnsBeta)
    attention.bias = bias
    let memories = Tensor<Double>.normal([Self.dimension, 11], standardDeviation: 0.4, using: &random)
    energy = attention + HopfieldEnergy(memories: memories)
    norm = LayerNormLagrangian(
      gamma: Tensor(gamma), delta: .normal([Self.dimension], standardDeviation: 0.3, using: &random))
  }

  func descent(
    updateRule: any UpdateRule = .gradient, stepSize: any StepSizeRule = .constant(0.1), stop: StoppingRule,
    gradientPath: GradientPath = .detached
  ) -> EnergyDescent<EnergySum<Double>, LayerNormLagrangian<Double>> {
    EnergyDescent(
      of: energy, lagrangian: norm, updateRule: updateRule, stepSize: stepSize, stop: stop,
      gradientPath: gradientPath)
  }

  static func tokens(batch: Int, seed: UInt64 = 7, mask: TokenMask? = nil) -> Tokens<Double> {
    Tokens(normalTensor([batch, tokenCount, dimension], seed: seed), mask: mask)
  }

  /// dE/dg at tokens, as plain numbers.
  func slope(at x: [Double], batch: Int) -> [Double] {
    let tokens = Tokens(Tensor(shape: [batch, Self.tokenCount, Self.dimension], elements: x))
    return energy.differentiatedGradient(at: norm.activations(at: tokens)).elements
  }
}

/// L = |x|² / 2, whose activations are the tokens; found by differentiation.
struct PlainLagrangian: Lagrangian {
  typealias Scalar = Double
  func value(at x: Tokens<Double>) -> Tensor<Double> { x.values.squared().sum(axes: [1, 2]) * 0.5 }
}

/// E = weight * sum g^power, a single method.
struct PowerEnergy: Energy {
  typealias Scalar = Double
  var weight: Double
  var power: Double
  func energy(at g: Activations<Double>) -> Tensor<Double> {
    g.values.power(power).sum(axes: [1, 2]) * weight
  }
}

/// Attention and memories of plain tokens inside a bowl of fourth degree: a step that is too large climbs far up its
/// walls, which no step of normalised tokens can.
struct Bowl {
  let energy = SmallBlock().energy + PowerEnergy(weight: 2, power: 4).named("bowl")

  func descent(
    updateRule: any UpdateRule = .gradient, stepSize: any StepSizeRule, stop: StoppingRule,
    gradientPath: GradientPath = .detached
  ) -> EnergyDescent<EnergySum<Double>, PlainLagrangian> {
    EnergyDescent(
      of: energy, lagrangian: PlainLagrangian(), updateRule: updateRule, stepSize: stepSize, stop: stop,
      gradientPath: gradientPath)
  }

  /// dE/dg at tokens, as plain numbers.
  func slope(at x: [Double], batch: Int) -> [Double] {
    let shape = [batch, SmallBlock.tokenCount, SmallBlock.dimension]
    return energy.differentiatedGradient(at: Activations(Tensor(shape: shape, elements: x))).elements
  }
}

extension EnergyByPart<Double> {
  /// The energy of each example.
  var totals: [Double] { total.elements }
}
