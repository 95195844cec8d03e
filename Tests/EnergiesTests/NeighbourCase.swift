import Energies
import EnergyTesting
import Tensors
import TestSupport
import Testing

/// A graph with options of attention over its neighbours, and the activations it is checked at.
///
/// Sizes differ: 2 examples, 5 numbers a node, 3 heads.
struct NeighbourCase: CustomTestStringConvertible, Sendable {
  enum Graph: String, CaseIterable {
    /// 7 nodes: two without neighbours, one of them seen by others; self loops, one of them twice; a repeated pair.
    case uneven
    /// 23 nodes, one of which lists 150 neighbours, more than are taken at once.
    case crowded
  }
  enum Terms: String, CaseIterable { case none, shared, ofHeads, removing }
  enum Mask: String, CaseIterable { case none, some, oneReal }

  static let (batch, dimension, heads) = (2, 5, 3)

  var graph = Graph.uneven
  var includesSelf = false
  var learnsBeta = false
  var terms = Terms.none
  var mask = Mask.none
  /// Less than a vector, or whole vectors and no more.
  var keySize = 4

  var testDescription: String {
    "\(graph), \(includesSelf ? "self" : "no self"), \(learnsBeta ? "learned beta, " : "")terms \(terms), "
      + "mask \(mask), key size \(keySize)"
  }

  static let all: [NeighbourCase] =
    [true, false].flatMap { includesSelf in
      Terms.allCases.flatMap { terms in
        Mask.allCases.map { mask in
          NeighbourCase(
            includesSelf: includesSelf, learnsBeta: includesSelf != (mask == .some), terms: terms, mask: mask)
        }
      }
    } + [
      NeighbourCase(graph: .crowded, learnsBeta: true, terms: .ofHeads, mask: .some),
      NeighbourCase(graph: .crowded, includesSelf: true, learnsBeta: true, keySize: 16),
      NeighbourCase(graph: .crowded, terms: .removing, keySize: 32),
      NeighbourCase(graph: .crowded, learnsBeta: true, terms: .shared, keySize: 23),
      NeighbourCase(graph: .uneven, includesSelf: true, learnsBeta: true, keySize: 70),
    ]

  var nodes: Int { graph == .uneven ? 7 : 23 }

  var rows: CompressedSparseRows {
    switch graph {
    case .uneven:
      // Node 3 sees nobody and is seen; node 5 is alone.
      let pairs: [(Int32, Int32)] = [
        (0, 1), (0, 3), (0, 1), (0, 0), (1, 0), (1, 2), (1, 6), (2, 2), (2, 2), (2, 4), (4, 2), (4, 3),
        (4, 4),
        (6, 0), (6, 1), (6, 4),
      ]
      return CompressedSparseRows(rowCount: 7, columnCount: 7, rows: pairs.map(\.0), columns: pairs.map(\.1))
    case .crowded:
      let draws = uniformTensor([190, 2], in: 0..<1, seed: 59).elements
      let rows = (0..<190).map { $0 < 150 ? Int32(8) : Int32(draws[2 * $0] * 22) }
      return CompressedSparseRows(
        rowCount: 23, columnCount: 23, rows: rows, columns: (0..<190).map { Int32(draws[2 * $0 + 1] * 22) })
    }
  }

  func energy<Scalar: TensorScalar>(_ type: Scalar.Type = Double.self) -> NeighbourAttentionEnergy<Scalar> {
    let shape = [Self.heads, keySize, Self.dimension]
    let scale = 1 / Scalar(keySize).squareRoot()
    return NeighbourAttentionEnergy(
      queryWeights: normalTensor(shape, seed: 60, as: Scalar.self) * scale,
      keyWeights: normalTensor(shape, seed: 61, as: Scalar.self) * scale, graph: rows,
      includesSelf: includesSelf, beta: Tensor(shape: [3], elements: [0.4, 1.1, 0.7]), learnsBeta: learnsBeta,
      edgeTerms: edgeTerms())
  }

  private func edgeTerms<Scalar>() -> Tensor<Scalar>? {
    let pairs = rows.pairCount
    switch terms {
    case .none: return nil
    case .shared: return normalTensor([1, pairs], seed: 62, as: Scalar.self)
    case .ofHeads: return normalTensor([Self.heads, pairs], seed: 62, as: Scalar.self)
    case .removing:
      let values = normalTensor([Self.heads, pairs], seed: 62, as: Scalar.self).elements
      // The third head of node 1 loses all its keys.
      let first = rows.rowStarts[1]..<rows.rowStarts[2]
      return Tensor(
        shape: [Self.heads, pairs],
        elements: values.enumerated().map { index, value in
          index % 4 == 1 || (index / pairs == 2 && first.contains(index % pairs)) ? -.infinity : value
        })
    }
  }

  func activations<Scalar: TensorScalar>(_ type: Scalar.Type = Double.self) -> Activations<Scalar> {
    let values = normalTensor([Self.batch, nodes, Self.dimension], seed: 63, as: Scalar.self)
    let isReal: [Bool]? =
      switch mask {
      case .none: nil
      case .some: (0..<Self.batch * nodes).map { $0 < nodes ? $0 % 5 != 1 : $0 % 4 != 0 }
      case .oneReal: (0..<Self.batch * nodes).map { $0 < nodes ? $0 == 2 : $0 % 5 != 3 }
      }
    let flags = isReal.map { TokenMask(batch: Self.batch, tokenCount: nodes, isReal: $0) }
    return Activations(values, mask: flags)
  }

  var options: LawOptions {
    var options = LawOptions(tokens: .ordered, constants: learnsBeta ? [] : ["beta"])
    options.takesAnyTokenCount = false
    options.componentLimit = 24
    return options
  }

  // MARK: The same by attention between all nodes

  /// The graph's pairs that attention runs over, with their place among them or nil; by a search through all of them.
  private var pairs: [(query: Int, key: Int, place: Int?)] {
    var found: [(query: Int, key: Int, place: Int?)] = []
    for query in 0..<nodes {
      var seesItself = false
      for place in rows.rowStarts[query]..<rows.rowStarts[query + 1] {
        let key = Int(rows.columns[place])
        if includesSelf && key == query {
          if seesItself { continue }
          seesItself = true
        }
        found.append((query, key, place))
      }
      if includesSelf && !seesItself { found.append((query, query, nil)) }
    }
    return found
  }

  /// The attention energy between all nodes that equals `energy`: pairs that are not of the graph are removed, and of
  /// pairs that stand more than once the exponentials of the terms add up.
  func dense<Scalar: TensorScalar>(_ energy: NeighbourAttentionEnergy<Scalar>) -> AttentionEnergy<Scalar> {
    var sums = [Double](repeating: 0, count: Self.heads * nodes * nodes)
    let terms = energy.edgeTerms?.elements.map { Double($0) }
    for (query, key, place) in pairs {
      for head in 0..<Self.heads {
        let term =
          place.flatMap { terms?[(terms?.count == rows.pairCount ? 0 : head) * rows.pairCount + $0] } ?? 0
        sums[(head * nodes + query) * nodes + key] += Self.exponential(term)
      }
    }
    let bias = Tensor(shape: [1, Self.heads, nodes, nodes], elements: sums).logarithm()
    return AttentionEnergy(
      queryWeights: energy.queryWeights, keyWeights: energy.keyWeights, beta: energy.beta,
      learnsBeta: energy.learnsBeta, bias: .additive(bias.converted(to: Scalar.self)))
  }

  /// The gradient of the terms that follows from that of the dense energy's bias.
  func termsGradient<Scalar: TensorScalar>(
    _ energy: NeighbourAttentionEnergy<Scalar>, _ dense: AttentionEnergy<Scalar>, _ ofBias: Tensor<Scalar>
  ) -> Tensor<Scalar>? {
    guard let terms = energy.edgeTerms, let bias = dense.bias?.values.elements else { return nil }
    var sums = [Scalar](repeating: 0, count: terms.count)
    for (query, key, place) in pairs {
      guard let place else { continue }
      for head in 0..<Self.heads {
        let index = (terms.shape[0] == 1 ? 0 : head) * rows.pairCount + place
        let position = (head * nodes + query) * nodes + key
        let term = terms.elements[index]
        if term == -.infinity { continue }
        let share = Self.exponential(Double(term) - Double(bias[position]))
        sums[index] += ofBias.elements[position] * Scalar(share)
      }
    }
    return Tensor(shape: terms.shape, elements: sums)
  }

  static func exponential(_ x: Double) -> Double { Tensor(x).exponential().scalar }
}
