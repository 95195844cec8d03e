import Dynamics
import Energies
import EnergyTesting
import Tensors
import TestSupport
import Testing

@Suite struct NeighbourDescentTests {
  @Test(
    "a fused run gives what tensor operations give, on every vector unit", arguments: NeighbourDescentCase.all
  )
  func forward(example: NeighbourDescentCase) {
    compare(example.forward(Double.self, isFused: true), example.forward(Double.self, isFused: false), 1e-12)
    let expected = example.forward(Float.self, isFused: false)
    for unit in VectorUnit.available {
      let found = VectorUnit.use(unit) { example.forward(Float.self, isFused: true) }
      compare(found, expected, 2e-5, unit)
    }
  }

  @Test(
    "fused gradients, stored and recomputed, are those of tensor operations on every vector unit",
    arguments: NeighbourDescentCase.all)
  func gradients(example: NeighbourDescentCase) {
    let expected = example.gradients(Double.self, path: .unrolled, isFused: false)
    for path in [GradientPath.automatic, .automatic(memoryLimit: 0), .recomputed] {
      compare(example.gradients(Double.self, path: path, isFused: true), expected, 1e-10, "\(path)")
    }
    compare(example.gradients(Double.self, path: .recomputed, isFused: false), expected, 1e-10, "closed form")
    for unit in VectorUnit.available {
      let found = VectorUnit.use(unit) { example.gradients(Float.self, path: .automatic, isFused: true) }
      compare(found, expected.map { ($0, $1.converted(to: Float.self)) }, 1e-3, unit)
    }
  }

  @Test(
    "bits do not depend on the number of threads",
    arguments: NeighbourDescentCase.all.filter { $0.nodes > 20 })
  func threads(example: NeighbourDescentCase) {
    let before = Parallelism.threadCount
    defer { Parallelism.threadCount = before }
    let found = [1, 2, 5].map { count in
      Parallelism.threadCount = count
      return
        (example.forward(Float.self, isFused: true)
        + example.gradients(Float.self, path: .automatic, isFused: true)
        + example.gradients(Float.self, path: .automatic(memoryLimit: 0), isFused: true))
        .map { $0.1.elements.map(\.bitPattern) }
    }
    #expect(found[1] == found[0])
    #expect(found[2] == found[0])
  }

  @Test("descents of graphs are fused, and not where the nodes are not those of the graph")
  func computation() {
    let example = NeighbourDescentCase()
    let descent = example.descent(
      example.energy(Double.self), example.norm(Double.self), path: .automatic, isFused: true)
    #expect(descent.computation(from: example.tokens(Double.self)).isFused)
    let others = Tokens(Tensor<Double>.zeros([1, 8, 7]))
    #expect(descent.computation(from: others).description.contains("does not fit tokens of shape [1, 8, 7]"))
  }

  @Test("the energy of a graph falls along a descent, and the laws of descents hold")
  func laws() {
    let example = NeighbourDescentCase(learnsBeta: true, isPadded: true)
    let result = EnergyDescent(
      of: example.energy(Double.self), lagrangian: example.norm(Double.self), stepSize: .constant(0.05),
      stop: .after(steps: 30)
    ).run(from: example.tokens(Double.self), recording: [.energies])
    let totals = result.trajectory.energies.map(\.totals)
    for (before, after) in zip(totals, totals.dropFirst()) {
      #expect(zip(before, after).allSatisfy { $1 < $0 })
    }
  }

  /// Blocks of rows are for large pieces: attention between all tokens takes them too.
  @Test("attention between all of 521 tokens is the same in blocks")
  func denseInBlocks() {
    let example = FusedCase(
      batch: 1, tokenCount: 521, dimension: 9, steps: 2, learnsBeta: true, bias: .additiveShared)
    compare(example.forward(Double.self, isFused: true), example.forward(Double.self, isFused: false), 1e-12)
    let found = [true, false].map {
      example.gradients(Double.self, path: $0 ? .automatic : .recomputed, isFused: $0)
    }
    compare(found[0], found[1], 1e-10)
  }

  private func compare<Scalar>(
    _ found: [(String, Tensor<Scalar>)], _ expected: [(String, Tensor<Scalar>)], _ relative: Double,
    _ comment: String = ""
  ) {
    #expect(found.map(\.0) == expected.map(\.0))
    for ((name, value), (_, reference)) in zip(found, expected) {
      expectNear(value, reference, relative, "\(comment) \(name)")
    }
  }
}
