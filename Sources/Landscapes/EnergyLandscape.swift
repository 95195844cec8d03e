public import Dynamics
public import Energies
import Foundations
public import Tensors

/// What an energy looks like on the set of activations that its tokens can have.
///
///     F(x) = E(g)   [ + ⟨x, g⟩ - L(x) ]        g = dL/dx (x)
///
/// The part in brackets, the neurons' own energy, comes in when asked for. Everything here is a question about F as a
/// function of g on that set: how it slopes (``residual(at:)``), how it bends (``hessian(at:)``), where it rests
/// (``stationaryPoints(at:residual:flatness:directions:steps:random:)``), what it costs to go from one rest to another
/// (``barrier(from:to:through:by:)``), and what it looks like on a plane. Examples of a batch are looked at together and never
/// mixed: a number of one depends on no other.
///
/// ```swift
/// let landscape = EnergyLandscape(of: descent)
/// let points = landscape.stationaryPoints(at: descent.run(from: tokens).tokens, random: RandomStream(seed: 1))
/// print(points[0].kind)  // a minimum
/// ```
public struct EnergyLandscape<Function: Energy, Norm: Lagrangian>: Sendable
where Function.Scalar == Norm.Scalar {
  public typealias Scalar = Function.Scalar

  /// E.
  public let energy: Function
  /// L, whose gradient is the activation.
  public let lagrangian: Norm
  /// Whether F has the neurons' own energy ⟨x, g⟩ - L(x) in it.
  public let includesNeuronEnergy: Bool
  /// 1 for a number of the tokens that moves and 0 for one that is held, of a shape that repeats to
  /// [batch, tokens, dimension]; all move when nil.
  public let moves: Tensor<Scalar>?

  /// The landscape of an energy.
  ///
  /// - Parameters:
  ///   - energy: E; its parameters are constants here.
  ///   - lagrangian: L, whose gradient is the activation.
  ///   - includesNeuronEnergy: Whether F has the neurons' own energy in it.
  ///   - moves: 1 for a number that moves and 0 for one that is held, of a shape that repeats to [batch, tokens, dimension]. Under
  ///     a Lagrangian that binds the numbers of a token together, such as a layer norm, tokens are held whole.
  public init(
    of energy: Function, lagrangian: Norm, includesNeuronEnergy: Bool = false, moves: Tensor<Scalar>? = nil
  ) {
    let parameters = lagrangian.parameters
    self.energy = energy.replacing(energy.dependencies.values.map(\.detached))
    self.lagrangian = lagrangian.with(
      ParameterValues(names: parameters.names, values: parameters.values.map(\.detached)))
    self.includesNeuronEnergy = includesNeuronEnergy
    require(
      moves.map { $0.rank == 3 && $0.elements.allSatisfy { $0 == 0 || $0 == 1 } } ?? true,
      "what moves is 1 or 0 in a shape that repeats to [batch, tokens, dimension], not \(moves?.shape ?? [])")
    self.moves = moves?.detached
  }

  /// The landscape that a descent goes down: its energy, its Lagrangian, and what it holds.
  public init(of descent: EnergyDescent<Function, Norm>) {
    self.init(
      of: descent.energy, lagrangian: descent.lagrangian, includesNeuronEnergy: descent.includesNeuronEnergy,
      moves: descent.rates.map { 1 - $0.equals(.zeros([1, 1, 1])) })
  }

  /// The landscape of one example of a batch, where examples hold different numbers; otherwise the same.
  public func example(_ index: Int) -> EnergyLandscape {
    guard let moves, moves.shape[0] > 1 else { return self }
    return EnergyLandscape(
      of: energy, lagrangian: lagrangian, includesNeuronEnergy: includesNeuronEnergy,
      moves: moves.sliced(axis: 0, index..<index + 1))
  }

  /// F of each example, [batch].
  public func energies(at x: Tokens<Scalar>) -> Tensor<Scalar> {
    let energies = energy.energy(at: lagrangian.activations(at: x))
    return (includesNeuronEnergy ? energies + lagrangian.legendreTransform(at: x) : energies).detached
  }

  /// dF/dg = dE/dg [+ x], [batch, tokens, dimension]; zero at padding and where a number is held.
  ///
  /// - Source: Krotov and Hopfield 2021: the gradient of the neurons' own energy is x.
  public func gradient(at x: Tokens<Scalar>) -> Tensor<Scalar> {
    gradient(at: x, lagrangian.activations(at: x))
  }

  /// r = P dF/dg, the part of the gradient along which activations can move, [batch, tokens, dimension]; zero where F rests.
  ///
  /// The rest of the gradient never vanishes under a layer norm: it pulls tokens away from the mean and from the origin, which
  /// changes no activation. So a descent is at rest when this is small, not when its tokens stop.
  public func residual(at x: Tokens<Scalar>) -> Tensor<Scalar> { tangent(gradient(at: x), at: x) }

  /// The length |r| of each example's residual.
  public func residualLengths(at x: Tokens<Scalar>) -> [Double] {
    residual(at: x).exampleRows.map { $0.length }
  }

  /// P v: the part of a direction that activations can move in, without what is held.
  public func tangent(_ direction: Tensor<Scalar>, at x: Tokens<Scalar>) -> Tensor<Scalar> {
    guard let moves else { return lagrangian.tangent(direction, at: x).detached }
    return (lagrangian.tangent(direction * moves, at: x) * moves).detached
  }

  func gradient(at x: Tokens<Scalar>, _ g: Activations<Scalar>) -> Tensor<Scalar> {
    let found = energy.trackedEnergyAndGradient(at: g).gradient
    let gradient = includesNeuronEnergy ? found + g.masking(x.values) : found
    return (moves.map { gradient * $0 } ?? gradient).detached
  }

  /// dF/dx = M dF/dg, M being dg/dx: the gradient in the tokens, [batch, tokens, dimension].
  func tokenGradient(at x: Tokens<Scalar>) -> Tensor<Scalar> {
    let variable = x.values.detached.variable()
    let g = lagrangian.activations(at: Tokens(variable, mask: x.mask))
    let plain = Activations(g.values.detached, mask: g.mask)
    let found = gradients(
      of: g.values, withRespectTo: [variable], cotangent: gradient(at: x, plain))[0].detached
    return moves.map { found * $0 } ?? found
  }
}
