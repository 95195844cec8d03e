import ArrayFiles
import Foundation
import Foundations
import Tensors
import Testing

/// The worker of `performance` on files with a graph, and the command `performance graphs`.
struct GraphPerformanceTests {
  private static let (nodes, dimension, heads, keySize, memories) = (5, 7, 2, 3, 4)
  private static let neighbours = [[1, 2], [0], [0, 3], [2], []]

  private let folder: TemporaryPlace

  init() throws { folder = try TemporaryPlace() }

  private func values(_ count: Int, _ scale: Double) -> [Float] {
    (0..<count).map { Float(scale * sin(1.7 * Double($0) + Double(count))) }
  }

  private func problem(columns: [Int] = neighbours.flatMap { $0 }) throws -> String {
    let path = folder.path("problem-\(columns.count).safetensors")
    let (n, d, heads) = (Self.nodes, Self.dimension, [Self.heads, Self.keySize, Self.dimension])
    func array(_ shape: [Int], _ scale: Double) -> StoredArray {
      StoredArray(shape: shape, floats: values(shape.reduce(1, *), scale))
    }
    try SafetensorsFile.write(
      path: path,
      arrays: [
        ("Wq", array(heads, 0.3)), ("Wk", array(heads, 0.5)), ("Xi", array([d, Self.memories], 0.3)),
        ("gamma", array([], 1.2)), ("delta", array([d], 0.1)), ("x", array([n, d], 1)),
        ("target", array([n, d], 0.5)),
        ("row_starts", StoredArray(shape: [6], integers: [0, 2, 3, 5, 6, 6])),
        ("columns", StoredArray(shape: [columns.count], integers: columns)),
      ])
    return path
  }

  /// What a worker answers to some lines after its greeting.
  private func answers(_ variant: String, _ lines: [String]) throws -> [String] {
    Array(try Program.workerAnswers(variant, lines, in: folder).dropFirst())
  }

  private func prepare(_ file: String, _ work: String, steps: Int) -> String {
    #"{"command":"prepare","work":"\#(work)","steps":\#(steps),"step_size":0.1,"file":"\#(file)"}"#
  }

  /// The arrays that a variant computes.
  private func results(_ variant: String, _ work: String, steps: Int) throws -> [String: [Double]] {
    let output = folder.path("\(variant)-\(work)")
    let lines = try answers(
      variant,
      [
        prepare(try problem(), work, steps: steps), #"{"command":"check","output":"\#(output)"}"#,
        #"{"command":"time","repetitions":3}"#,
      ])
    #expect(lines.count == 3 && lines[2].contains("milliseconds"), "\(lines)")
    return try SafetensorsFile.read(path: output).arrays.mapValues { try $0.doubles() }
  }

  // MARK: One step by plain loops

  private func normalised(_ x: [Double]) -> [Double] {
    let d = Self.dimension
    let (gamma, delta) = (Double(values(1, 1.2)[0]), values(d, 0.1))
    return (0..<Self.nodes).flatMap { node -> [Double] in
      let row = Array(x[node * d..<(node + 1) * d])
      let mean = row.reduce(0, +) / Double(d)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(d)
      return row.indices.map { gamma * (row[$0] - mean) / (variance + 1e-5).squareRoot() + Double(delta[$0]) }
    }
  }

  /// The energy of activations, each node seeing its neighbours and itself.
  private func energy(_ g: [Double]) -> Double {
    let (d, y) = (Self.dimension, Self.keySize)
    let count = Self.heads * y * d
    let (queries, keys) = (values(count, 0.3), values(count, 0.5))
    let patterns = values(d * Self.memories, 0.3)
    func projected(_ weights: [Float], _ node: Int, _ row: Int) -> Double {
      (0..<d).reduce(0) { $0 + Double(weights[row * d + $1]) * g[node * d + $1] }
    }
    var energy = 0.0
    let beta = 1 / Double(y).squareRoot()
    for node in 0..<Self.nodes {
      for head in 0..<Self.heads {
        let scores = (Self.neighbours[node] + [node]).map { other in
          (0..<y).reduce(0) { sum, number in
            let row = head * y + number
            return sum + beta * projected(queries, node, row) * projected(keys, other, row)
          }
        }
        energy -= log(scores.reduce(0) { $0 + exp($1) }) / beta
      }
      for memory in 0..<Self.memories {
        let overlap = (0..<d).reduce(0) {
          $0 + Double(patterns[$1 * Self.memories + memory]) * g[node * d + $1]
        }
        energy -= max(0, overlap) * max(0, overlap) / 2
      }
    }
    return energy
  }

  @Test("a worker descends a graph as plain loops do, every node seeing its neighbours and itself")
  func descent() throws {
    let x = values(Self.nodes * Self.dimension, 1).map { Double($0) }
    let g = normalised(x)
    let moved = x.indices.map { index in
      var (up, down) = (g, g)
      up[index] += 1e-5
      down[index] -= 1e-5
      return x[index] - 0.1 * (energy(up) - energy(down)) / 2e-5
    }
    let expected = normalised(moved)
    let tokens = try #require(try results("own", "forward", steps: 1)["tokens"])
    #expect(tokens.count == expected.count)
    #expect(zip(tokens, expected).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test("with closed forms put aside a worker computes the same descent, loss and gradients")
  func generic() throws {
    for work in ["forward", "training"] {
      let (closed, generic) = (
        try results("own", work, steps: 3), try results("own-generic", work, steps: 3)
      )
      #expect(
        closed.keys.sorted()
          == (work == "forward" ? ["tokens"] : ["Wk", "Wq", "Xi", "delta", "gamma", "loss"]))
      for (name, values) in closed {
        let other = try #require(generic[name])
        let scale = values.reduce(0) { max($0, abs($1)) }
        #expect(scale > 0 && values.count == other.count)
        #expect(zip(values, other).allSatisfy { abs($0 - $1) <= 1e-4 * scale }, "\(name)")
      }
    }
  }

  @Test("the whole model is a variant of its own that computes two logits a node and does not train")
  func model() throws {
    let logits = try #require(try results("own-model", "forward", steps: 2)["logits"])
    #expect(logits.count == 2 * Self.nodes && logits.allSatisfy(\.isFinite))
    let lines = try answers("own-model", [prepare(try problem(), "training", steps: 2)])
    #expect(lines.count == 1 && lines[0].contains("inference alone"), "\(lines)")
  }

  @Test("edges that do not fit the nodes are told in one line")
  func badEdges() throws {
    for (columns, text) in [([1, 2, 0, 0, 3, 5], "0 ..< 5"), ([1, 2, 0, 0, 3], "row_starts")] {
      let lines = try answers("own", [prepare(try problem(columns: columns), "forward", steps: 1)])
      #expect(lines.count == 1 && lines[0].contains("error") && lines[0].contains(text), "\(lines)")
    }
  }

  @Test("missing files, missing peers and sizes that make no sense end before any work")
  func refusals() throws {
    let program = try Program("performance")
    let output = folder.path("results")
    try program.run(["graphs", "--data", folder.path("absent"), "--output", output])
      .expectOneLine(containing: "absent")
    try program.run(["graphs", "--python", folder.path("none"), "--output", output])
      .expectOneLine(containing: "none", "setup.sh")
    for arguments in [
      ["--skip", "jax-closed"], ["--skip", "own"], ["--nodes", "10"],
      ["--nodes", "3000", "--larger-nodes", "2000"],
      ["--parts", "none"], ["--rounds", "0"], ["--seconds", "0"], ["--threads", "0"],
    ] {
      let found = try program.run(["graphs"] + arguments)
      #expect(found.status == 64, "\(arguments): \(found.errors)")
    }
  }
}
