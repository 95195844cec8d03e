import Tensors

/// What attention over neighbours computes at some activations: queries, keys and the answers to them, with padded
/// heads.
final class NeighbourPass<Scalar: TensorScalar> {
  /// The tangents of the answers along a direction, and what parameters gain from them.
  struct Tangents {
    let ofQueries: Tensor<Scalar>, ofKeys: Tensor<Scalar>
    /// [heads]
    let ofBeta: Tensor<Scalar>
    let ofTerms: Tensor<Scalar>?
  }

  private let energy: NeighbourAttentionEnergy<Scalar>
  private let passes: [NeighbourPasses<Scalar>]
  private let batch: Int, nodes: Int, width: Int
  /// [batch, nodes, heads * padded key size]
  private let queries: Tensor<Scalar>, keys: Tensor<Scalar>
  private let logSums: Storage<Scalar>
  /// The answers to queries, laid out as they are.
  let ofQueries: Tensor<Scalar>
  /// The answers to keys, after `answerKeys`.
  private(set) var ofKeys: Tensor<Scalar>
  /// Log sums over beta, summed over the heads, [batch, nodes]; and over the nodes, [batch].
  private(set) var energies: Tensor<Scalar>, totals: Tensor<Scalar>

  /// The answers to queries.
  ///
  /// - Parameter passes: Those of each example.
  init(
    _ energy: NeighbourAttentionEnergy<Scalar>, _ g: Activations<Scalar>, _ passes: [NeighbourPasses<Scalar>]
  ) {
    energy.checkNodes(g)
    energy.checkEdgeTerms()
    self.energy = energy
    self.passes = passes
    (batch, nodes) = (g.values.shape[0], g.values.shape[1])
    width = energy.headCount * energy.paddedKeySize
    queries = g.values.projected(by: energy.paddedWeights(energy.queryWeights), transposed: true)
    keys = g.values.projected(by: energy.paddedWeights(energy.keyWeights), transposed: true)
    let sums = Storage<Scalar>(count: 2 * batch * nodes * energy.headCount)
    let answers = Storage<Scalar>(count: batch * nodes * width)
    let rowEnergies = UnsafeMutableBufferPointer<Double>.allocate(capacity: batch * nodes)
    defer { rowEnergies.deallocate() }
    logSums = sums
    ofQueries = Tensor(shape: [batch, nodes, width], storage: answers)
    ofKeys = ofQueries
    (energies, totals) = (.zeros([0]), .zeros([0]))
    forEachExample { passes, example in
      passes.attend(
        rows(queries, keys, example), answers: answers.pointer + example * nodes * width, row: width,
        logSums: sums.pointer + 2 * example * nodes * energy.headCount,
        energies: rowEnergies.baseAddress.unsafelyUnwrapped + example * nodes)
    }
    energies = Tensor(shape: [batch, nodes], elements: rowEnergies.map { Scalar($0) })
    totals = Tensor(
      shape: [batch],
      elements: (0..<batch).map { example in
        Scalar(rowEnergies[example * nodes..<(example + 1) * nodes].reduce(0, +))
      })
  }

  private func forEachExample(_ body: (NeighbourPasses<Scalar>, Int) -> Void) {
    if nodes == 0 { return }
    for (example, passes) in passes.enumerated() { body(passes, example) }
  }

  private func rows(
    _ queries: Tensor<Scalar>, _ keys: Tensor<Scalar>, _ example: Int
  ) -> NeighbourPasses<Scalar>.Rows {
    let start = example * nodes * width
    return .init(
      queries: pointer(queries) + start, keys: pointer(keys) + start, row: width)
  }

  /// The memory of a tensor that this object keeps.
  private func pointer(_ tensor: Tensor<Scalar>) -> UnsafePointer<Scalar> {
    tensor.withElements { $0.baseAddress.unsafelyUnwrapped }
  }

  /// Computes the answers to keys.
  func answerKeys() {
    let answers = Storage<Scalar>(count: batch * nodes * width)
    forEachExample { passes, example in
      passes.answerKeys(
        rows(queries, keys, example), logSums: logSums.pointer + 2 * example * nodes * energy.headCount,
        answers: answers.pointer + example * nodes * width, row: width)
    }
    ofKeys = Tensor(shape: [batch, nodes, width], storage: answers)
  }

  /// The tangents of the answers along a direction of the activations.
  func tangents(along u: Activations<Scalar>) -> Tangents {
    let queryDirections = u.values.projected(by: energy.paddedWeights(energy.queryWeights), transposed: true)
    let keyDirections = u.values.projected(by: energy.paddedWeights(energy.keyWeights), transposed: true)
    let count = batch * nodes * width
    let (queryTangents, keyTangents) = (Storage<Scalar>(count: count), Storage<Scalar>(count: count))
    let heads = energy.headCount
    let means = Storage<Scalar>(count: nodes * heads)
    var ofBeta = [Double](repeating: 0, count: energy.learnsBeta ? nodes * heads : 0)
    let ofTerms = energy.edgeTerms.map { Storage<Scalar>.zeros($0.count) }
    forEachExample { passes, example in
      let (at, along) = (rows(queries, keys, example), rows(queryDirections, keyDirections, example))
      let (start, sums) = (example * nodes * width, logSums.pointer + 2 * example * nodes * heads)
      ofBeta.withUnsafeMutableBufferPointer { ofBeta in
        passes.queryTangents(
          at, along: along, answers: pointer(ofQueries) + start, row: width, logSums: sums,
          means: means.pointer, tangents: queryTangents.pointer + start,
          ofBeta: energy.learnsBeta ? ofBeta.baseAddress : nil)
      }
      let sumsOfTerms = passes.terms.map { Storage<Scalar>.zeros($0.count) }
      passes.keyTangents(
        at, along: along, logSums: sums, means: means.pointer, tangents: keyTangents.pointer + start,
        row: width,
        ofTerms: sumsOfTerms?.pointer)
      if let sumsOfTerms, let ofTerms {
        passes.terms?.addGradients(
          sumsOfTerms.pointer, to: ofTerms.pointer, graphPairCount: energy.neighbourhoods.graph.pairCount)
      }
    }
    withExtendedLifetime((queryDirections, keyDirections)) {}
    let shape = [batch, nodes, width]
    var betaSums = [Double](repeating: 0, count: heads)
    for (index, value) in ofBeta.enumerated() { betaSums[index % heads] += value }
    return Tangents(
      ofQueries: Tensor(shape: shape, storage: queryTangents),
      ofKeys: Tensor(shape: shape, storage: keyTangents),
      ofBeta: Tensor(shape: [heads], elements: betaSums.map { Scalar($0) }),
      ofTerms: ofTerms.flatMap { storage in
        energy.edgeTerms.map { Tensor(shape: $0.shape, storage: storage) }
      })
  }
}
