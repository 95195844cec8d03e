import Energies
import EnergyTesting
import Tensors
import TestSupport
import Testing

struct NeighbourAttentionTests {
  @Test("all laws hold for every combination of options", arguments: NeighbourCase.all)
  func laws(options: NeighbourCase) {
    let report = EnergyLaws.check(options.energy(), at: options.activations(), options: options.options)
    #expect(report.isSatisfied, "\(report)")
  }

  @Test("all laws hold in single precision", arguments: NeighbourCase.all.filter { $0.mask == .some })
  func lawsInSinglePrecision(options: NeighbourCase) {
    let report = EnergyLaws.check(
      options.energy(Float.self), at: options.activations(Float.self), options: options.options)
    #expect(report.isSatisfied, "\(report)")
  }

  /// Energy, gradient, Hessian-vector product and every mixed derivative, from the closed form.
  private func closed<Scalar: TensorScalar>(
    _ energy: some ClosedFormEnergy<Scalar>, _ g: Activations<Scalar>
  ) -> [Tensor<Scalar>] {
    let found = energy.energyAndGradient(at: g)
    let direction = g.masking(normalTensor(g.values.shape, seed: 64, as: Scalar.self))
    let pullback = energy.gradientPullback(at: g, direction: direction)
    return [found.energy.total, found.gradient, pullback.hessianVectorProduct] + pullback.dependencies
  }

  private func compare<Scalar>(
    _ found: [Tensor<Scalar>], _ expected: [Tensor<Scalar>], _ tolerance: Double, _ comment: String
  ) {
    #expect(found.count == expected.count)
    for (index, (found, expected)) in zip(found, expected).enumerated() {
      let scale = expected.elements.map { abs(Double($0)) }.max() ?? 0
      expectClose(
        actual: found, expected: expected, relative: tolerance, absolute: tolerance * max(scale, 1e-3),
        "\(comment) \(index)")
    }
  }

  private func expectDense<Scalar: TensorScalar>(
    _ options: NeighbourCase, _ type: Scalar.Type, _ tolerance: Double
  ) {
    let (energy, g) = (options.energy(type), options.activations(type))
    let dense = options.dense(energy)
    var expected = closed(dense, g)
    // The dense energy's bias stands where the terms do.
    let ofBias = expected.removeLast()
    if let ofTerms = options.termsGradient(energy, dense, ofBias) { expected.append(ofTerms) }
    compare(closed(energy, g), expected, tolerance, options.testDescription)
    compare(
      [energy.energy(at: g), energy.differentiatedGradient(at: g)], Array(expected.prefix(2)), tolerance, "")
  }

  @Test("attention between all nodes gives the same once pairs are removed", arguments: NeighbourCase.all)
  func dense(options: NeighbourCase) {
    expectDense(options, Double.self, 1e-12)
    expectDense(options, Float.self, 1e-5)
  }

  @Test("every vector unit gives the same", arguments: VectorUnit.available)
  func vectorUnits(unit: String) {
    for options in NeighbourCase.all {
      let expected = closed(options.energy(), options.activations())
      VectorUnit.use(unit) {
        compare(closed(options.energy(), options.activations()), expected, 1e-13, unit)
        compare(
          closed(options.energy(Float.self), options.activations(Float.self)),
          expected.map { $0.converted(to: Float.self) }, 2e-5, "\(unit), \(options.testDescription)")
      }
    }
  }

  @Test("bits do not depend on the number of threads")
  func threads() {
    let before = Parallelism.threadCount
    defer { Parallelism.threadCount = before }
    let pairs = 30_000
    let draws = uniformTensor([pairs, 2], in: 0..<1, seed: 65).elements
    // A fifth of the pairs belongs to one node.
    let graph = CompressedSparseRows(
      rowCount: 1_501, columnCount: 1_501,
      rows: (0..<pairs).map { $0 % 5 == 0 ? 700 : Int32(draws[2 * $0] * 1_500) },
      columns: (0..<pairs).map { Int32(draws[2 * $0 + 1] * 1_500) })
    let energy = NeighbourAttentionEnergy<Float>(
      queryWeights: normalTensor([2, 16, 5], seed: 66, as: Float.self),
      keyWeights: normalTensor([2, 16, 5], seed: 67, as: Float.self), graph: graph, learnsBeta: true,
      edgeTerms: normalTensor([2, pairs], seed: 68, as: Float.self))
    let g = Activations(normalTensor([2, 1_501, 5], seed: 69, as: Float.self))
    let found = [1, 2, 5].map { count in
      Parallelism.threadCount = count
      return (closed(energy, g) + [energy.energy(at: g)]).map { $0.elements.map(\.bitPattern) }
    }
    #expect(found[1] == found[0])
    #expect(found[2] == found[0])
  }

  @Test(
    "derivatives of the gradient of every order are those of the definition", arguments: NeighbourCase.all)
  func tracked(options: NeighbourCase) {
    // A removed pair has no third derivative to hold against: -infinity cannot move.
    guard options.terms != .removing, options.graph == .uneven else { return }
    let (energy, g) = (options.energy(), options.activations())
    func derivatives(_ energy: some Energy<Double>) -> [Tensor<Double>] {
      let points = [g.values] + energy.dependencies.values
      func loss(_ points: [Tensor<Double>]) -> Tensor<Double> {
        let found = energy.replacing(points.dropFirst()).gradient(at: g.with(points[0]))
        return (found.squared() + found * 0.3).sum()
      }
      let first = valueWithGradients(at: points, of: loss).gradients
      let second = valueWithGradients(at: points) { points in
        valueWithGradients(at: points, of: loss).gradients.enumerated().map { index, gradient in
          (gradient * normalTensor(gradient.shape, seed: 90 + UInt64(index))).sum()
        }.reduce(Tensor(0), +)
      }.gradients
      return first + second
    }
    compare(derivatives(energy), derivatives(energy.differentiated), 1e-9, options.testDescription)
  }

  @Test("scores of size 1e4 give finite energies and derivatives in single precision")
  func largeScores() {
    for options in NeighbourCase.all {
      let (energy, g) = (options.energy(Float.self), options.activations(Float.self))
      let far = closed(energy, g.with(g.values * 100))
      #expect(far.allSatisfy { $0.isFinite }, "\(options.testDescription)")
    }
  }

  @Test("the options are what they say, and beta is one over the square root of the key size unless given")
  func options() {
    let energy = NeighbourAttentionEnergy<Double>(
      queryWeights: .ones([3, 4, 5]), keyWeights: .ones([3, 4, 5]), graph: NeighbourCase().rows)
    #expect(energy.beta.elements == [0.5, 0.5, 0.5] && energy.neighbourhoods.includesSelf)
    #expect(energy.parameters.names == ["queryWeights", "keyWeights"])
    let all = NeighbourCase(learnsBeta: true, terms: .ofHeads).energy()
    #expect(all.dependencies.names == ["queryWeights", "keyWeights", "beta", "context.edgeTerms"])
  }

  @Test("energies that do not fit their graph stop with a message")
  func refused() async {
    let rectangular = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Neighbourhoods(CompressedSparseRows(rowCount: 2, columnCount: 3, rows: [0], columns: [2]))
    }
    #expect(message(rectangular).contains("a graph has as many rows as columns, not 2 and 3"))
    let terms = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = NeighbourAttentionEnergy<Double>(
        queryWeights: .ones([3, 4, 5]), keyWeights: .ones([3, 4, 5]), graph: NeighbourCase().rows,
        edgeTerms: .ones([2, 16]))
    }
    #expect(message(terms).contains("edge terms have shape [3 or 1, 16], not [2, 16]"))
    let nodes = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = NeighbourCase().energy().energyAndGradient(at: Activations(Tensor<Double>.ones([1, 6, 5])))
    }
    #expect(message(nodes).contains("activations of shape [1, 6, 5] for 7 nodes of size 5"))
  }

  private func message(_ result: ExitTest.Result?) -> String {
    String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
  }
}
