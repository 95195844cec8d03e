import Foundation
import Tensors
import Testing
import Transformers

/// The two ways of solving: dense, and by products with a filtered block.
private let limits = [1_000, 20]

struct LaplacianPositionsTests {
  @Test("a path has the eigenvalues 1 - cos(pi k / (n - 1))", arguments: limits)
  func path(limit: Int) throws {
    let positions = try solve(graph(60, (0..<59).map { ($0, $0 + 1) }), count: 7, denseLimit: limit)
    expectEigenvalues(positions.eigenvalues[0], (1...7).map { 1 - cos(Double.pi * Double($0) / 59) })
    // cos(pi k i / 59), weighted by the roots of the degrees.
    for node in 0..<60 {
      let shape = cos(Double.pi * Double(node) / 59) * (node == 0 || node == 59 ? 1 : 2.0.squareRoot())
      #expect(abs(positions.vectors[node, 0] - shape / 59.0.squareRoot()) < 1e-6)
    }
  }

  @Test("a cycle has the eigenvalues 1 - cos(2 pi k / n), each twice", arguments: limits)
  func cycle(limit: Int) throws {
    let cycle = graph(75, (0..<75).map { ($0, ($0 + 1) % 75) })
    let positions = try solve(cycle, count: 9, denseLimit: limit)
    expectEigenvalues(
      positions.eigenvalues[0], [1, 1, 2, 2, 3, 3, 4, 4, 5].map { 1 - cos(2 * .pi * $0 / 75) })
    expectEigenvectors(positions, of: cycle)
  }

  @Test("a torus has eigenvalues four times, and a complete graph one for all", arguments: limits)
  func repeated(limit: Int) throws {
    var edges: [(Int, Int)] = []
    for (row, column) in (0..<81).map({ ($0 / 9, $0 % 9) }) {
      edges.append((9 * row + column, 9 * ((row + 1) % 9) + column))
      edges.append((9 * row + column, 9 * row + (column + 1) % 9))
    }
    let torus = graph(81, edges)
    let positions = try solve(torus, count: 11, denseLimit: limit)
    let cosines = (0..<9).map { cos(2 * Double.pi * Double($0) / 9) }
    let waves: [Double] = cosines.flatMap { a in cosines.map { b in 1 - (a + b) / 2 } }
    expectEigenvalues(positions.eigenvalues[0], Array(waves.sorted()[1...11]))
    expectEigenvectors(positions, of: torus)
    let complete = graph(40, (0..<40).flatMap { a in (0..<a).map { (a, $0) } })
    let flat = try solve(complete, count: 6, denseLimit: limit)
    expectEigenvalues(flat.eigenvalues[0], [Double](repeating: 40.0 / 39, count: 6))
    expectEigenvectors(flat, of: complete)
  }

  @Test("eigenvectors are exact and orthonormal on irregular graphs, either way", arguments: limits)
  func irregular(limit: Int) throws {
    let graph = randomGraph(150, edges: 400, seed: 4)
    let positions = try solve(graph, count: 10, denseLimit: limit)
    expectEigenvectors(positions, of: graph)
    let other = try solve(graph, count: 10, denseLimit: limits[0])
    expectEigenvalues(positions.eigenvalues[0], other.eigenvalues[0])
    // No eigenvalue repeats here, so signs are all that could differ.
    let difference = zip(positions.vectors.elements, other.vectors.elements).map { abs($0 - $1) }.max() ?? 1
    #expect(difference < 1e-6)
  }

  @Test("a large graph of communities converges, the same for any number of threads")
  func large() throws {
    let graph = randomGraph(3_000, edges: 12_000, seed: 5)
    let before = Parallelism.threadCount
    defer { Parallelism.threadCount = before }
    Parallelism.threadCount = 1
    let one = try LaplacianPositions<Double>(of: graph, count: 6)
    Parallelism.threadCount = 3
    let three = try LaplacianPositions<Double>(of: graph, count: 6)
    expectEigenvectors(one, of: graph)
    #expect(one.vectors.elements == three.vectors.elements)
  }

  @Test("two components: eigenvalues merged, vectors within one of them, none of eigenvalue 0")
  func components() throws {
    // A cycle of 5 among a path of 4, two isolated nodes, one of them with a self loop.
    let (cycle, path) = ([0, 2, 4, 6, 8], [1, 3, 5, 7])
    let edges =
      cycle.indices.map { (cycle[$0], cycle[($0 + 1) % 5]) } + zip(path, path.dropFirst()).map { ($0, $1) }
    let union = graph(11, edges + [(10, 10)])
    let positions = try solve(union, count: 9)
    let ofCycle: [Double] = [1, 2, 3, 4].map { (wave: Double) in 1 - cos(2 * Double.pi * wave / 5) }
    let ofPath: [Double] = [1, 2, 3].map { (wave: Double) in 1 - cos(Double.pi * wave / 3) }
    expectEigenvalues(positions.eigenvalues[0], (ofCycle + ofPath).sorted())
    expectEigenvectors(positions, of: union)
    for column in 0..<9 {
      let entries = (0..<11).map { positions.vectors[$0, column] }
      #expect(entries[9] == 0 && entries[10] == 0)
      let parts = [cycle, path].map { part in part.contains { entries[$0] != 0 } }
      // Seven vectors, each in one of the two components; then zeros.
      #expect(parts.count { $0 } == (column < 7 ? 1 : 0))
    }
  }

  @Test("graphs side by side have positions of their own, padded with zeros")
  func several() throws {
    // A path of 4, an isolated node, a triangle, a pair.
    let union = graph(10, [(0, 1), (1, 2), (2, 3), (5, 6), (6, 7), (5, 7), (8, 9)])
    let ranges = [0..<4, 4..<5, 5..<8, 8..<10]
    let positions = try LaplacianPositions<Float>(of: union, count: 4, nodeRanges: ranges)
    #expect(positions.vectors.shape == [10, 4])
    #expect(positions.eigenvalues.map(\.count) == [3, 0, 2, 1])
    expectEigenvalues(positions.eigenvalues[2], [1.5, 1.5])
    expectEigenvalues(positions.eigenvalues[3], [2])
    let alone = try LaplacianPositions<Float>(of: graph(4, [(0, 1), (1, 2), (2, 3)]), count: 4)
    for node in 0..<4 {
      #expect((0..<4).allSatisfy { positions.vectors[node, $0] == alone.vectors[node, $0] })
    }
    #expect((0..<4).allSatisfy { positions.vectors[4, $0] == 0 })
    let root = Float(0.5.squareRoot())
    #expect(abs(positions.vectors[8, 0] - root) < 1e-6 && abs(positions.vectors[9, 0] + root) < 1e-6)
    #expect((1..<4).allSatisfy { positions.vectors[8, $0] == 0 && positions.vectors[7, $0 / 2 + 2] == 0 })
  }

  @Test("the first of the largest entries is positive")
  func signs() throws {
    let positions = try solve(randomGraph(30, edges: 60, seed: 8), count: 8)
    for column in 0..<8 {
      let entries = (0..<30).map { positions.vectors[$0, column] }
      let largest = entries.map(abs).max() ?? 0
      #expect((entries.first { abs($0) > largest * (1 - 1e-6) } ?? -1) > 0)
    }
  }

  @Test("random signs turn whole columns of a graph, about half of them, from the seed")
  func randomSigns() throws {
    let ranges = (0..<40).map { 3 * $0..<3 * ($0 + 1) }
    let pairs: [(Int, Int)] = ranges.flatMap { range in
      [(range.lowerBound, range.lowerBound + 1), (range.lowerBound + 1, range.lowerBound + 2)]
    }
    let positions = try LaplacianPositions<Double>(of: graph(120, pairs), count: 2, nodeRanges: ranges)
    var (random, same) = (RandomStream(seed: 1), RandomStream(seed: 1))
    let turned = positions.randomSigns(using: &random)
    #expect(turned.elements == positions.randomSigns(using: &same).elements)
    #expect(turned.elements != positions.randomSigns(using: &same).elements)
    var flipped = 0
    for range in ranges {
      for column in 0..<2 {
        let factors = range.filter { abs(positions.vectors[$0, column]) > 1e-9 }.map {
          turned[$0, column] / positions.vectors[$0, column]
        }
        #expect(Set(factors).count == 1 && abs(factors[0]) == 1)
        flipped += factors[0] < 0 ? 1 : 0
      }
    }
    #expect((20...60).contains(flipped))
  }

  @Test("a long chain, whose eigenvalues crowd at 0, is solved by products too")
  func chain() throws {
    let positions = try solve(graph(1_500, (0..<1_499).map { ($0, $0 + 1) }), count: 4, denseLimit: 20)
    for (value, wave) in zip(positions.eigenvalues[0], 1...4) {
      // 1 - cos loses digits so close to 0.
      let half = sin(Double.pi * Double(wave) / 1_499 / 2)
      #expect(abs(value / (2 * half * half) - 1) < 1e-8)
    }
  }

  @Test("eigenvectors that cannot be had so exactly are refused in one line")
  func notConverged() {
    let chain = graph(2_000, (0..<1_999).map { ($0, $0 + 1) })
    do {
      _ = try LaplacianPositions<Float>(of: chain, count: 2, tolerance: 1e-30)
      Issue.record("no error")
    } catch {
      #expect(
        "\(error)"
          == "the 2 smallest eigenvectors of a component of 2000 nodes did not converge to 1e-30: its smallest"
          + " eigenvalues are too close; ask for fewer positions or a larger tolerance")
    }
  }
}

private func solve(
  _ graph: CompressedSparseRows, count: Int, denseLimit: Int = 1_000
) throws -> LaplacianPositions<Double> {
  try LaplacianPositions(of: graph, count: count, denseLimit: denseLimit)
}

/// A graph of edges given in one direction.
private func graph(_ nodes: Int, _ edges: [(Int, Int)]) -> CompressedSparseRows {
  let proper = edges.filter { $0.0 != $0.1 }
  return CompressedSparseRows(
    rowCount: nodes, columnCount: nodes, rows: (edges.map(\.0) + proper.map(\.1)).map { Int32($0) },
    columns: (edges.map(\.1) + proper.map(\.0)).map { Int32($0) })
}

/// A connected graph: a random tree and random edges, some of them in it twice.
private func randomGraph(_ nodes: Int, edges: Int, seed: UInt64) -> CompressedSparseRows {
  var random = RandomStream(seed: seed)
  let tree = (1..<nodes).map { ($0, random.integer(below: $0)) }
  let more = (0..<edges - nodes + 1).map { _ in (random.integer(below: nodes), random.integer(below: nodes)) }
  return graph(nodes, tree + more)
}

private func expectEigenvalues(
  _ found: [Double], _ expected: [Double], sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(found.count == expected.count, sourceLocation: sourceLocation)
  for (value, target) in zip(found, expected) {
    #expect(abs(value - target) < 1e-10, sourceLocation: sourceLocation)
  }
}

/// ||L v - lambda v|| by plain loops, and orthonormality, with each other and with the roots of the degrees.
private func expectEigenvectors(
  _ positions: LaplacianPositions<Double>, of graph: CompressedSparseRows,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let nodes = graph.rowCount
  let degrees = (0..<nodes).map { Double(graph.columns(of: $0).count) }
  let vectors = positions.eigenvalues[0].indices.map { column in
    (0..<nodes).map { positions.vectors[$0, column] }
  }
  for (vector, value) in zip(vectors, positions.eigenvalues[0]) {
    var (squares, trivial) = (0.0, 0.0)
    for node in 0..<nodes {
      var image = degrees[node] > 0 ? vector[node] : 0
      for other in graph.columns(of: node) {
        image -= vector[Int(other)] / (degrees[node] * degrees[Int(other)]).squareRoot()
      }
      squares += (image - value * vector[node]) * (image - value * vector[node])
      trivial += vector[node] * degrees[node].squareRoot()
    }
    #expect(squares.squareRoot() < 1e-8, sourceLocation: sourceLocation)
    #expect(abs(trivial) < 1e-8, sourceLocation: sourceLocation)
  }
  for (a, left) in vectors.enumerated() {
    for (b, right) in vectors.enumerated() {
      let product = zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(product - (a == b ? 1 : 0)) < 1e-10, sourceLocation: sourceLocation)
    }
  }
}
