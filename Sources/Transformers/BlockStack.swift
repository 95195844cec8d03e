public import Dynamics
public import Energies
import Foundations
public import Tensors

/// Blocks that tokens pass one after the other, each descending an energy of its own.
public struct BlockStack<Scalar: TensorScalar>: Parameterized {
  /// The blocks, in the order that tokens pass them.
  public var blocks: [EnergyTransformerBlock<Scalar>]

  /// A stack of the given blocks, at least one.
  public init(_ blocks: [EnergyTransformerBlock<Scalar>]) {
    require(!blocks.isEmpty, "a stack needs at least one block")
    self.blocks = blocks
  }

  /// `count` blocks of one configuration, each with random weights of its own.
  public init(
    count: Int = 1, _ configuration: EnergyTransformerConfiguration, learnsAdjacency: Bool = false,
    using random: inout RandomStream
  ) {
    require(count > 0, "a stack needs at least one block, not \(count)")
    blocks = []
    for _ in 0..<count {
      blocks.append(EnergyTransformerBlock(configuration, learnsAdjacency: learnsAdjacency, using: &random))
    }
  }

  /// Parameters are called `0.norm.gamma` and so on: a model visits its stack as `blocks`.
  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    for index in blocks.indices { visit("\(index)", &blocks[index]) }
  }

  /// The first block, whose norm reads the tokens before any step.
  public var first: EnergyTransformerBlock<Scalar> { blocks[0] }
  /// The last block, whose norm reads the tokens after the last step.
  public var last: EnergyTransformerBlock<Scalar> { blocks[blocks.count - 1] }

  /// The descents of all blocks, one after the other.
  ///
  /// - Parameters:
  ///   - tokens: x before the first step.
  ///   - pairs: Which tokens attend to which.
  ///   - settings: Steps, step size and gradient path of every block.
  ///   - noise: What training adds after every step; nil adds nothing.
  ///   - keepsFirstStep: Whether the activations after the very first step are kept.
  ///   - recording: What to keep of the last block's descent; nothing is recorded with noise.
  public func descend(
    from tokens: Tokens<Scalar>, over pairs: TokenPairs<Scalar> = .all(), settings: DescentSettings,
    noise: LangevinNoise? = nil, keepsFirstStep: Bool = false, recording: [Recording<Scalar>] = []
  ) -> StackDescent<Scalar> {
    var descent = StackDescent(
      tokens: tokens, activations: first.norm.activations(at: tokens), afterFirstStep: nil)
    for (index, block) in blocks.enumerated() {
      // Weights of pairs are those of the tokens that the block's descent starts from.
      let whole = block.descent(settings, over: pairs, from: descent.tokens)
      if let noise, noise.standardDeviation > 0 {
        var draws = noise.draws(ofBlock: index, settings: settings)
        for step in 0..<settings.steps {
          let result = whole.with(steps: 1, after: step).run(from: descent.tokens)
          let moved = draws.added(to: result.tokens)
          descent.take(result, moved, activations: block.norm.activations(at: moved), keepsFirstStep)
        }
        continue
      }
      var taken = 0
      if keepsFirstStep && descent.afterFirstStep == nil && settings.steps > 0 {
        let result = whole.with(steps: 1).run(from: descent.tokens)
        descent.take(result, result.tokens, activations: result.activations, true)
        taken = 1
        if settings.steps == 1 { continue }
      }
      let result = whole.with(steps: settings.steps - taken, after: taken).run(
        from: descent.tokens, recording: index == blocks.count - 1 ? recording : [])
      descent.take(result, result.tokens, activations: result.activations, false)
    }
    return descent
  }

  /// The descents of all blocks without noise, with what is recorded of each.
  ///
  /// - Returns: One result per block, each with its `trajectory`.
  public func trace(
    from tokens: Tokens<Scalar>, over pairs: TokenPairs<Scalar> = .all(), settings: DescentSettings,
    recording: [Recording<Scalar>] = [.energies]
  ) -> [DescentResult<Scalar>] {
    var tokens = tokens
    return blocks.map { block in
      let result = block.descent(settings, over: pairs, from: tokens).run(from: tokens, recording: recording)
      tokens = result.tokens
      return result
    }
  }
}

/// The result of the descents of a stack.
public struct StackDescent<Scalar: TensorScalar>: Sendable {
  /// x after the last step.
  public private(set) var tokens: Tokens<Scalar>
  /// g of the last block after the last step.
  public private(set) var activations: Activations<Scalar>
  /// g after the very first step; nil unless it was asked for and a step was taken.
  public private(set) var afterFirstStep: Activations<Scalar>?
  /// The reason why the last descent stopped, or the first one that met a non-finite number; nil if no step was taken.
  public private(set) var stopReason: StopReason?
  /// The recorded trajectory of the last block.
  public private(set) var trajectory: Trajectory<Scalar>?

  fileprivate init(
    tokens: Tokens<Scalar>, activations: Activations<Scalar>, afterFirstStep: Activations<Scalar>?
  ) {
    (self.tokens, self.activations, self.afterFirstStep) = (tokens, activations, afterFirstStep)
  }

  fileprivate mutating func take(
    _ result: DescentResult<Scalar>, _ tokens: Tokens<Scalar>, activations: Activations<Scalar>,
    _ keepsFirstStep: Bool
  ) {
    if stopReason?.isFinite ?? true { stopReason = result.stopReason }
    trajectory = result.trajectory
    (self.tokens, self.activations) = (tokens, activations)
    if keepsFirstStep && afterFirstStep == nil { afterFirstStep = activations }
  }
}

extension EnergyDescent {
  /// The same descent over another number of steps, of which some have been taken before.
  fileprivate func with(steps: Int, after taken: Int = 0) -> EnergyDescent {
    var copy = self
    copy.stop = stop.with(steps: steps)
    copy.learnedSteps = learnedSteps?.after(steps: taken)
    return copy
  }
}

extension StoppingRule {
  /// The same rule with another number of steps.
  fileprivate func with(steps: Int) -> StoppingRule {
    guard case .any(let rules) = self else { return .after(steps: steps) }
    return .any(rules.map { if case .after = $0 { .after(steps: steps) } else { $0 } })
  }
}

/// The settings of a block's descent: steps, step size, gradient path, and whether it is to come to rest.
public struct DescentSettings: Sendable, Equatable {
  /// T, the number of steps.
  public var steps: Int
  /// alpha, the step size.
  public var stepSize: Double
  /// The way in which derivatives flow back through the steps.
  public var gradientPath: GradientPath
  /// The strength s of the first tokens as a force, -s ⟨x0, g⟩ beside attention and memory: 0, and no such part, in the published
  /// models. A descent that comes to rest forgets where it began, so that its input must be part of the energy.
  public var inputStrength = 0.0
  /// The residual at which the descent is at rest and ends, after T steps at most; it always takes T steps when nil.
  public var restTolerance: Double?
  /// What the steps follow; `.tangential` for a descent that is to come to rest.
  public var direction = DescentDirection.gradient

  /// T steps of size alpha; the published image model takes 12 of 0.1.
  public init(steps: Int = 12, stepSize: Double = 0.1, gradientPath: GradientPath = .automatic) {
    require(steps >= 0, "a descent takes at least 0 steps, not \(steps)")
    require(
      stepSize >= 0 && stepSize.isFinite, "a step size is a finite number of at least 0, not \(stepSize)")
    self.steps = steps
    self.stepSize = stepSize
    self.gradientPath = gradientPath
  }

  /// A descent that is to come to rest within so many steps, by an energy of which the first tokens are part, with the
  /// derivative of the rest itself.
  public static func atRest(
    within steps: Int, stepSize: Double, tolerance: Double, inputStrength: Double = 1,
    gradientPath: GradientPath = .implicit
  ) -> DescentSettings {
    var settings = DescentSettings(steps: steps, stepSize: stepSize, gradientPath: gradientPath)
    settings.inputStrength = inputStrength
    settings.restTolerance = tolerance
    settings.direction = .tangential
    return settings
  }
}
