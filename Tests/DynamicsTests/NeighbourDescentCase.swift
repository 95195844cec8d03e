import Dynamics
import Energies
import Tensors
import TestSupport

/// A descent of attention over neighbours and memories; sizes all differ.
struct NeighbourDescentCase: CustomStringConvertible, Sendable {
  enum Terms: String { case none, shared, ofHeads }

  var batch = 2, nodes = 9, pairs = 31, dimension = 7, heads = 2, keySize = 3, memoryCount = 11
  var steps = 3
  var includesSelf = true, learnsBeta = false, isPadded = false
  var terms = Terms.none

  var description: String {
    let sizes = [batch, nodes, pairs, dimension, heads, keySize, memoryCount].map(String.init)
    return sizes.joined(separator: "x") + (includesSelf ? "" : ", no self")
      + (learnsBeta ? ", learned beta" : "")
      + (isPadded ? ", padded" : "") + ", terms \(terms)"
  }

  /// Few nodes with every option, examples by the dozen, and nodes enough to be taken in blocks.
  static let all: [NeighbourDescentCase] =
    [false, true].flatMap { isPadded in
      [
        NeighbourDescentCase(isPadded: isPadded),
        NeighbourDescentCase(includesSelf: false, learnsBeta: true, isPadded: isPadded, terms: .ofHeads),
        NeighbourDescentCase(batch: 13, learnsBeta: true, isPadded: isPadded, terms: .shared),
        NeighbourDescentCase(
          nodes: 29, pairs: 111, keySize: 16, includesSelf: false, isPadded: isPadded, terms: .shared),
        NeighbourDescentCase(
          batch: 1, nodes: 613, pairs: 2_900, keySize: 32, steps: 2, learnsBeta: true, isPadded: isPadded,
          terms: .ofHeads),
      ]
    } + [NeighbourDescentCase(nodes: 701, pairs: 1_800, dimension: 19, heads: 3, keySize: 5, steps: 2)]

  var graph: CompressedSparseRows {
    let draws = uniformTensor([pairs, 2], in: 0..<1, seed: 79).elements
    // Pairs crowd towards the first nodes; the last two have none.
    func node(_ draw: Double) -> Int32 { Int32(draw * draw * Double(nodes - 2)) }
    return CompressedSparseRows(
      rowCount: nodes, columnCount: nodes, rows: (0..<pairs).map { node(draws[2 * $0]) },
      columns: (0..<pairs).map { node(draws[2 * $0 + 1]) })
  }

  func energy<Scalar: TensorScalar>(_ type: Scalar.Type) -> EnergySum<Scalar> {
    func weights(_ shape: [Int], _ seed: UInt64, _ scale: Scalar) -> Tensor<Scalar> {
      normalTensor(shape, seed: seed, as: Scalar.self) * (scale / Scalar(dimension).squareRoot())
    }
    let shape = [heads, keySize, dimension]
    let terms: Tensor<Scalar>? =
      switch self.terms {
      case .none: nil
      case .shared: normalTensor([1, pairs], seed: 73, as: Scalar.self)
      case .ofHeads: normalTensor([heads, pairs], seed: 73, as: Scalar.self)
      }
    let attention = NeighbourAttentionEnergy(
      queryWeights: weights(shape, 70, 1.2), keyWeights: weights(shape, 71, 1.2), graph: graph,
      includesSelf: includesSelf,
      beta: Tensor(shape: [heads], elements: (0..<heads).map { 0.4 + 0.3 * Scalar($0) }),
      learnsBeta: learnsBeta,
      edgeTerms: terms)
    return attention + HopfieldEnergy(memories: weights([dimension, memoryCount], 72, 1))
  }

  func norm<Scalar: TensorScalar>(_ type: Scalar.Type) -> LayerNormLagrangian<Scalar> {
    LayerNormLagrangian(gamma: Tensor(1.2), delta: normalTensor([dimension], seed: 74, as: Scalar.self) * 0.3)
  }

  func tokens<Scalar: TensorScalar>(_ type: Scalar.Type) -> Tokens<Scalar> {
    let values = normalTensor([batch, nodes, dimension], seed: 75, as: Scalar.self)
    guard isPadded else { return Tokens(values) }
    let isReal = (0..<batch * nodes).map { index in
      let (example, node) = (index / nodes, index % nodes)
      return example % 3 == 1 ? node == nodes / 2 : (node + example) % 7 != 1
    }
    return Tokens(values, mask: TokenMask(batch: batch, tokenCount: nodes, isReal: isReal))
  }

  func descent<Scalar>(
    _ energy: EnergySum<Scalar>, _ norm: LayerNormLagrangian<Scalar>, path: GradientPath, isFused: Bool
  ) -> EnergyDescent<EnergySum<Scalar>, LayerNormLagrangian<Scalar>> {
    var descent = EnergyDescent(
      of: energy, lagrangian: norm, stepSize: .schedule([0.2, 0.1, 0.3]), stop: .after(steps: steps),
      gradientPath: path)
    descent.usesFusedKernels = isFused
    return descent
  }

  /// Everything that a run gives.
  func forward<Scalar: TensorScalar>(_ type: Scalar.Type, isFused: Bool) -> [(String, Tensor<Scalar>)] {
    let result = descent(energy(type), norm(type), path: .detached, isFused: isFused)
      .run(from: tokens(type), recording: [.energies, .states(every: 2)])
    return [("tokens", result.tokens.values), ("activations", result.activations.values)]
      + result.trajectory.energies.enumerated().flatMap { step, energy in
        energy.parts.map { ("\($0.name) at \(step)", $0.energy) }
      } + result.trajectory.states.map { ("state \($0.step)", $0.tokens) }
  }

  /// The gradients of a loss for tokens, norm, parameters and edge terms.
  func gradients<Scalar: TensorScalar>(
    _ type: Scalar.Type, path: GradientPath, isFused: Bool
  ) -> [(String, Tensor<Scalar>)] {
    let (energy, norm, start) = (energy(type), norm(type), tokens(type))
    let dependencies = energy.dependencies
    let target = normalTensor(start.values.shape, seed: 76, as: Scalar.self)
    let (value, found) = valueWithGradients(
      at: [start.values, norm.gamma, norm.delta] + dependencies.values
    ) { inputs in
      let result = descent(
        energy.replacing(inputs[3...]), LayerNormLagrangian(gamma: inputs[1], delta: inputs[2]), path: path,
        isFused: isFused
      ).run(from: Tokens(inputs[0], mask: start.mask))
      return (result.activations.values - target).squared().mean() + (result.tokens.values * target).mean()
    }
    return [("loss", value)] + Array(zip(["tokens", "gamma", "delta"] + dependencies.names, found))
  }
}
