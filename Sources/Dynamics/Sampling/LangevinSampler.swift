public import Energies
import Foundations
public import Tensors

/// Samples of the density e^(-E / T) over activations, by Langevin steps of all examples at once: a chain an example.
///
///     x <- x - alpha dE/dg + sqrt(2 alpha T / m) n,   n ~ N(0, P)
///
/// m and P belong to the Hessian of the Lagrangian, which must be dg/dx = m P with P the projector onto tangents: 1 and the
/// identity for linear neurons, gamma over the token's length for a norm, whose activations lie on a sphere. There the noise
/// has no part that activations do not see, and tokens are retracted after every step. A step of the size alpha samples
/// with an error of order alpha; `isAdjusted` takes it away for linear neurons by Metropolis's rule.
///
/// - Source: Roberts and Tweedie 1996 (ULA and MALA).
/// - Cost: One gradient a step.
public struct LangevinSampler<Function: Energy, Norm: Lagrangian>: Sendable
where Function.Scalar == Norm.Scalar {
  public typealias Scalar = Function.Scalar

  /// E.
  public var energy: Function
  /// L, of linear neurons or a norm.
  public var lagrangian: Norm
  /// alpha.
  public let stepSize: Double
  /// T as a function of the step.
  public let temperature: @Sendable (_ step: Int) -> Double
  /// Whether steps are accepted or refused by Metropolis's rule.
  public let isAdjusted: Bool

  /// A sampler whose temperature may change on the way.
  public init(
    of energy: Function, lagrangian: Norm, stepSize: Double, isAdjusted: Bool = false,
    temperature: @escaping @Sendable (_ step: Int) -> Double
  ) {
    require(stepSize > 0 && stepSize.isFinite, "a step size of \(stepSize)")
    require(
      !isAdjusted || lagrangian is IdentityLagrangian<Scalar>,
      "Metropolis's rule is for linear neurons, not \(Norm.self)")
    self.energy = energy
    self.lagrangian = lagrangian
    self.stepSize = stepSize
    self.temperature = temperature
    self.isAdjusted = isAdjusted
  }

  /// A sampler of one temperature.
  public init(
    of energy: Function, lagrangian: Norm, stepSize: Double, temperature: Double, isAdjusted: Bool = false
  ) {
    self.init(of: energy, lagrangian: lagrangian, stepSize: stepSize, isAdjusted: isAdjusted) { _ in
      temperature
    }
  }

  /// Runs the chains.
  ///
  /// - Parameters:
  ///   - tokens: Where they start, [chains, tokens, dimension].
  ///   - steps: The steps of every chain.
  ///   - burnIn: The steps after which samples are kept.
  ///   - interval: The steps from one kept sample to the next.
  ///   - random: Where the noise comes from.
  public func run(
    from tokens: Tokens<Scalar>, steps: Int, burnIn: Int = 0, keepingEvery interval: Int = 1,
    using random: inout RandomStream
  ) -> LangevinSamples<Scalar> {
    require(
      steps >= 0 && burnIn >= 0 && interval > 0, "\(steps) steps, \(burnIn) of burn-in, every \(interval)")
    var point = point(at: lagrangian.retracted(Tokens(tokens.values.detached, mask: tokens.mask)))
    var samples = LangevinSamples<Scalar>()
    for step in 0..<steps {
      let heat = temperature(step)
      require(heat >= 0 && heat.isFinite, "the temperature of step \(step) is \(heat)")
      let normal = Tensor<Scalar>.normal(tokens.values.shape, using: &random)
      let noise = lagrangian.tangent(point.activations.masking(normal), at: point.tokens)
      let deviation = (point.scale * Scalar(1 / max(2 * stepSize * heat, .leastNormalMagnitude))).squareRoot()
      let kick = heat == 0 ? noise * 0 : noise / deviation
      let force = lagrangian.tangent(point.gradient, at: point.tokens)
      let moved = point.tokens.values - force * Scalar(stepSize) + kick
      let next = self.point(at: lagrangian.retracted(Tokens(moved, mask: tokens.mask)))
      point = isAdjusted ? accepted(point, next, heat, &samples, &random) : next
      samples.proposed += isAdjusted ? tokens.values.shape[0] : 0
      if step >= burnIn && (step - burnIn) % interval == 0 {
        samples.keep(point.activations.values, point.energy)
      }
    }
    samples.tokens = point.tokens
    return samples
  }

  /// A state of the chains.
  private struct Point {
    let tokens: Tokens<Scalar>
    let activations: Activations<Scalar>
    let energy: Tensor<Scalar>
    let gradient: Tensor<Scalar>
    /// m of each token, [chains, tokens, 1].
    let scale: Tensor<Scalar>
  }

  private func point(at tokens: Tokens<Scalar>) -> Point {
    let g = lagrangian.activations(at: tokens)
    let found = energy.trackedEnergyAndGradient(at: g)
    return Point(
      tokens: tokens, activations: g, energy: found.energy.total.detached, gradient: found.gradient.detached,
      scale: scale(at: tokens))
  }

  /// m, by the change of activations along one tangent; 1 at padding.
  private func scale(at x: Tokens<Scalar>) -> Tensor<Scalar> {
    if lagrangian is IdentityLagrangian<Scalar> { return .ones([1, 1, 1]) }
    var random = RandomStream(seed: 0)
    let probe = lagrangian.tangent(.normal(x.values.shape, using: &random), at: x)
    let variable = x.values.variable()
    let g = lagrangian.activations(at: Tokens(variable, mask: x.mask)).values
    let change = gradients(of: g, withRespectTo: [variable], cotangent: probe)[0].detached
    let squares = probe.squared().sum(axes: [-1], keepingDimensions: true)
    let isNothing = squares.equals(.zeros([1, 1, 1]))
    let scale = (probe * change).sum(axes: [-1], keepingDimensions: true) / (squares + isNothing) + isNothing
    let rest = (change - probe * scale).absoluteValue().elements.max() ?? 0
    require(
      rest <= 1e-2 * (change.absoluteValue().elements.max() ?? 0),
      "Langevin samples need a Lagrangian whose Hessian is a multiple of the projector onto tangents, as linear neurons and "
        + "norms have, not \(Norm.self)")
    return scale
  }

  /// The next state of each chain by Metropolis's rule.
  private func accepted(
    _ old: Point, _ new: Point, _ heat: Double, _ samples: inout LangevinSamples<Scalar>,
    _ random: inout RandomStream
  ) -> Point {
    func distances(_ a: Point, _ b: Point) -> [Double] {
      (b.tokens.values - a.tokens.values + a.gradient * Scalar(stepSize)).squared().sum(axes: [1, 2]).elements
        .map(Double.init)
    }
    let (there, back) = (distances(old, new), distances(new, old))
    let (before, after) = (old.energy.elements.map(Double.init), new.energy.elements.map(Double.init))
    let logRatios = before.indices.map { chain -> Double in
      let fall = before[chain] - after[chain]
      if heat == 0 { return fall >= 0 ? 0 : -.infinity }
      return min(0, fall / heat + (there[chain] - back[chain]) / (4 * stepSize * heat))
    }
    let ratios = Tensor<Double>(shape: [before.count], elements: logRatios).exponential().elements
    let flags = ratios.map { random.uniform() < $0 ? Scalar(1) : 0 }
    samples.accepted += flags.reduce(0) { $0 + ($1 == 1 ? 1 : 0) }
    let take = Tensor<Scalar>(shape: [flags.count, 1, 1], elements: flags)
    let values = new.tokens.values * take + old.tokens.values * (1 - take)
    return point(at: Tokens(values, mask: old.tokens.mask))
  }
}

/// What chains went through.
public struct LangevinSamples<Scalar: TensorScalar>: Sendable {
  /// The activations of all chains at each kept step, [chains, tokens, dimension].
  public private(set) var states: [Tensor<Scalar>] = []
  /// Their energies, [chains].
  public private(set) var energies: [Tensor<Scalar>] = []
  /// The tokens after the last step.
  public internal(set) var tokens: Tokens<Scalar>?
  var proposed = 0
  var accepted = 0

  /// The share of steps that Metropolis's rule accepted; nil where it was not asked.
  public var acceptance: Double? { proposed > 0 ? Double(accepted) / Double(proposed) : nil }

  fileprivate mutating func keep(_ state: Tensor<Scalar>, _ energy: Tensor<Scalar>) {
    states.append(state)
    energies.append(energy)
  }
}
