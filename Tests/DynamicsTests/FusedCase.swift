import Dynamics
import Energies
import Tensors
import TestSupport

/// A descent that fused kernels cover, with every option they know; sizes all differ and fit no vector.
struct FusedCase: CustomStringConvertible, Sendable {
  enum Bias: String, CaseIterable {
    case none, additive, additiveShared, additiveRemoving, multiplicative, multiplicativeShared
  }
  enum Memory: String, CaseIterable {
    case relu, cubed, rectifiedFraction, linear, power, softmax, softmaxLearned, none
  }

  var batch = 3, tokenCount = 5, dimension = 7, heads = 2, keySize = 3, memoryCount = 11
  var steps = 3
  var includesSelf = true, isCausal = false, holdsContext = false, learnsBeta = false, isPadded = false
  var bias = Bias.none
  var memory = Memory.relu
  var learnedSteps = LearnedStepKind.constant

  var description: String {
    let sizes = [batch, tokenCount, dimension, heads, keySize, memoryCount].map(String.init)
    let flags = [
      includesSelf ? "" : "no self", isCausal ? "causal" : "", holdsContext ? "held" : "",
      learnsBeta ? "learned beta" : "", learnedSteps == .constant ? "" : "steps \(learnedSteps)",
      isPadded ? "padded" : "", bias == .none ? "" : "bias \(bias)", "memory \(memory)",
    ]
    return ([sizes.joined(separator: "x")] + flags.filter { !$0.isEmpty }).joined(separator: ", ")
  }

  /// Every combination of the options of attention, each with some memory.
  static let all: [FusedCase] =
    [true, false].flatMap { includesSelf in
      [false, true].flatMap { isCausal in
        Bias.allCases.enumerated().flatMap { index, bias in
          [false, true].map { isPadded in
            var result = FusedCase(
              includesSelf: includesSelf, isCausal: isCausal, isPadded: isPadded, bias: bias)
            let memories = Memory.allCases
            result.memory = memories[(index + (isPadded ? 1 : 0) + (isCausal ? 2 : 0)) % memories.count]
            result.learnsBeta = isCausal != includesSelf
            return result
          }
        }
      }
    } + sizes + held + learned
    + Memory.allCases.map { FusedCase(batch: 2, tokenCount: 4, isPadded: true, memory: $0) }

  /// Sizes below, at and beyond vectors, panels, tiles and pieces; one example, few and many.
  static let sizes = [
    FusedCase(
      batch: 1, tokenCount: 37, dimension: 19, heads: 3, keySize: 17, memoryCount: 70, learnsBeta: true),
    FusedCase(batch: 2, tokenCount: 16, dimension: 32, heads: 2, keySize: 16, memoryCount: 64),
    FusedCase(batch: 17, tokenCount: 9, dimension: 33, heads: 1, keySize: 5, memoryCount: 31, isPadded: true),
    FusedCase(
      batch: 5, tokenCount: 3, dimension: 48, heads: 5, keySize: 32, memoryCount: 1, bias: .multiplicative),
    FusedCase(batch: 40, tokenCount: 1, dimension: 4, heads: 2, keySize: 1, memoryCount: 3, steps: 2),
    FusedCase(batch: 2, tokenCount: 6, dimension: 8, heads: 2, keySize: 4, memoryCount: 12, steps: 0),
    FusedCase(
      batch: 9, tokenCount: 2, dimension: 5, heads: 3, keySize: 2, memoryCount: 6, steps: 1, bias: .additive),
  ]

  /// Causal attention whose contexts are held: every combination of options, and more tokens than a block of causal weights.
  static let held: [FusedCase] =
    [true, false].flatMap { includesSelf in
      Bias.allCases.flatMap { bias in
        [false, true].map { isPadded in
          FusedCase(
            includesSelf: includesSelf, isCausal: true, holdsContext: true, learnsBeta: isPadded,
            isPadded: isPadded, bias: bias)
        }
      }
    } + [
      FusedCase(
        batch: 2, tokenCount: 77, dimension: 19, heads: 3, keySize: 17, memoryCount: 70, isCausal: true,
        holdsContext: true),
      FusedCase(
        batch: 2, tokenCount: 64, dimension: 9, heads: 2, keySize: 5, memoryCount: 7, includesSelf: false,
        isCausal: true, holdsContext: true, learnsBeta: true, isPadded: true, bias: .additive),
      FusedCase(
        batch: 2, tokenCount: 69, dimension: 9, heads: 2, keySize: 5, memoryCount: 7, isCausal: true,
        learnsBeta: true, bias: .multiplicative),
    ]

  /// Every kind of learned steps, in small pieces and in one large.
  static let learned: [FusedCase] = LearnedStepKind.allCases.dropFirst().flatMap { kind in
    [false, true].map { isPadded in
      FusedCase(isPadded: isPadded, memory: isPadded ? .power : .relu, learnedSteps: kind)
    } + [
      FusedCase(
        batch: 1, tokenCount: 600, dimension: 11, heads: 1, keySize: 3, memoryCount: 9, steps: 2,
        learnedSteps: kind)
    ]
  }

  /// Learned steps of which something has been learned.
  func learned<Scalar: TensorScalar>(_ type: Scalar.Type) -> LearnedSteps<Scalar>? {
    guard let plain = LearnedSteps<Scalar>(learnedSteps, dimension: dimension, steps: steps) else {
      return nil
    }
    let parameters = plain.parameters
    return plain.with(
      ParameterValues(
        names: parameters.names,
        values: parameters.values.map { $0 + normalTensor($0.shape, seed: 78, as: Scalar.self) * 0.2 }))
  }

  // MARK: The descent

  func energy<Scalar: TensorScalar>(_ type: Scalar.Type) -> EnergySum<Scalar> {
    let shape = [heads, keySize, dimension]
    func weights(_ shape: [Int], _ seed: UInt64, _ scale: Scalar) -> Tensor<Scalar> {
      normalTensor(shape, seed: seed, as: Scalar.self) * (scale / Scalar(dimension).squareRoot())
    }
    let beta = Tensor<Scalar>(shape: [heads], elements: (0..<heads).map { 0.4 + 0.3 * Scalar($0) })
    var attention = AttentionEnergy(
      queryWeights: weights(shape, 70, 1.2), keyWeights: weights(shape, 71, 1.2), beta: beta,
      learnsBeta: learnsBeta, includesSelf: includesSelf, isCausal: isCausal,
      holdsContext: holdsContext)
    attention.bias = biasValues()
    guard let activation: HopfieldActivation<Scalar> = hopfieldActivation() else {
      return attention.named("attention")
    }
    return attention
      + HopfieldEnergy(memories: weights([dimension, memoryCount], 72, 1), activation: activation)
  }

  private func hopfieldActivation<Scalar>() -> HopfieldActivation<Scalar>? {
    switch memory {
    case .relu: .reluSquared
    case .cubed: .rectifiedPolynomial(degree: 3)
    case .rectifiedFraction: .rectifiedPolynomial(degree: 2.5)
    case .linear: .power(degree: 2)
    case .power: .power(degree: 4)
    case .softmax: .softmax(beta: 1.7)
    case .softmaxLearned: .softmax(beta: Tensor(Scalar(1.3)), learnsBeta: true)
    case .none: nil
    }
  }

  private func biasValues<Scalar>() -> AttentionBias<Scalar>? {
    let n = tokenCount
    func values(_ shape: [Int], every stride: Int = 0, by new: Scalar = 0) -> Tensor<Scalar> {
      let plain = normalTensor(shape, seed: 73, as: Scalar.self).elements
      return Tensor(
        shape: shape, elements: plain.enumerated().map { stride > 0 && $0 % stride == 1 ? new : $1 })
    }
    switch bias {
    case .none: return nil
    case .additive: return .additive(values([batch, heads, n, n]))
    case .additiveShared: return .additive(values([1, 1, n, n]))
    case .additiveRemoving: return .additive(values([1, heads, n, n], every: 3, by: -.infinity))
    case .multiplicative: return .multiplicative(values([batch, 1, n, n], every: 3, by: 0))
    case .multiplicativeShared: return .multiplicative(values([1, heads, n, n], every: 4, by: 0))
    }
  }

  func norm<Scalar: TensorScalar>(_ type: Scalar.Type) -> LayerNormLagrangian<Scalar> {
    LayerNormLagrangian(gamma: Tensor(1.2), delta: normalTensor([dimension], seed: 74, as: Scalar.self) * 0.3)
  }

  func tokens<Scalar: TensorScalar>(_ type: Scalar.Type) -> Tokens<Scalar> {
    let values = normalTensor([batch, tokenCount, dimension], seed: 75, as: Scalar.self)
    guard isPadded else { return Tokens(values) }
    // Padding before, between and behind; one example has a single token.
    let isReal = (0..<batch * tokenCount).map { index in
      let (example, token) = (index / tokenCount, index % tokenCount)
      return example % 3 == 1 ? token == tokenCount / 2 : (token + example) % 3 != 1
    }
    return Tokens(values, mask: TokenMask(batch: batch, tokenCount: tokenCount, isReal: isReal))
  }

  func descent<Scalar>(
    _ energy: EnergySum<Scalar>, _ norm: LayerNormLagrangian<Scalar>, path: GradientPath, isFused: Bool,
    learning learnedSteps: LearnedSteps<Scalar>? = nil
  ) -> EnergyDescent<EnergySum<Scalar>, LayerNormLagrangian<Scalar>> {
    var descent = EnergyDescent(
      of: energy, lagrangian: norm, stepSize: .schedule([0.2, 0.1, 0.3]), stop: .after(steps: steps),
      gradientPath: path)
    descent.usesFusedKernels = isFused
    descent.learnedSteps = learnedSteps ?? learned(Scalar.self)
    return descent
  }

  /// Everything that a run gives: tokens, activations, energies of every part and step, states.
  func forward<Scalar: TensorScalar>(_ type: Scalar.Type, isFused: Bool) -> [(String, Tensor<Scalar>)] {
    let result = descent(energy(type), norm(type), path: .detached, isFused: isFused)
      .run(from: tokens(type), recording: [.energies, .states(every: 2)])
    return [("tokens", result.tokens.values), ("activations", result.activations.values)]
      + result.trajectory.energies.enumerated().flatMap { step, energy in
        energy.parts.map { ("\($0.name) at \(step)", $0.energy) }
      } + result.trajectory.states.map { ("state \($0.step)", $0.tokens) }
  }

  /// The gradients of a loss for tokens, norm, parameters and context.
  func gradients<Scalar: TensorScalar>(
    _ type: Scalar.Type, path: GradientPath, isFused: Bool
  ) -> [(String, Tensor<Scalar>)] {
    let (energy, norm, start) = (energy(type), norm(type), tokens(type))
    let dependencies = energy.dependencies
    let learned = learned(type)
    let ofSteps = learned?.parameters ?? ParameterValues()
    let target = normalTensor(start.values.shape, seed: 76, as: Scalar.self)
    let (value, found) = valueWithGradients(
      at: [start.values, norm.gamma, norm.delta] + ofSteps.values + dependencies.values
    ) { inputs in
      let others = inputs.dropFirst(3)
      let result = descent(
        energy.replacing(others.dropFirst(ofSteps.count)),
        LayerNormLagrangian(gamma: inputs[1], delta: inputs[2]), path: path, isFused: isFused,
        learning: learned?.with(
          ParameterValues(names: ofSteps.names, values: Array(others.prefix(ofSteps.count))))
      ).run(from: Tokens(inputs[0], mask: start.mask))
      return (result.activations.values - target).squared().mean() + (result.tokens.values * target).mean()
    }
    return [("loss", value)]
      + Array(zip(["tokens", "gamma", "delta"] + ofSteps.names + dependencies.names, found))
  }
}
