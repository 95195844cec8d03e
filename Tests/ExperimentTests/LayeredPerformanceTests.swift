import ArrayFiles
import Foundation
import Reporting
import Testing

/// The worker of `performance` on a layered network, and the command `performance layered`.
struct LayeredPerformanceTests {
  private static let (visible, hidden, labels, batch) = (7, 5, 3, 4)
  private static let steps = 3

  private let folder: TemporaryPlace

  init() throws { folder = try TemporaryPlace() }

  private func values(_ count: Int, _ scale: Double) -> [Float] {
    (0..<count).map { Float(scale * sin(1.7 * Double($0) + Double(count))) }
  }

  private var lower: [Float] { values(Self.hidden * Self.visible, 0.6) }
  private var upper: [Float] { values(Self.labels * Self.hidden, 0.8) }
  private var start: [Float] { values(Self.batch * (Self.visible + Self.hidden + Self.labels), 1) }
  private var target: [Float] { values(Self.batch * Self.visible, 0.5) }

  private func problem(neurons: Int = visible + hidden + labels) throws -> String {
    let path = folder.path("problem-\(neurons).safetensors")
    try SafetensorsFile.write(
      path: path,
      arrays: [
        ("visible_hidden", StoredArray(shape: [Self.hidden, Self.visible], floats: lower)),
        ("hidden_labels", StoredArray(shape: [Self.labels, Self.hidden], floats: upper)),
        (
          "x",
          StoredArray(shape: [Self.batch, neurons], floats: Array(start.prefix(Self.batch * neurons)))
        ),
        ("target", StoredArray(shape: [Self.batch, Self.visible], floats: target)),
      ])
    return path
  }

  private func prepare(_ file: String, _ work: String) -> String {
    #"{"command":"prepare","work":"\#(work)","steps":\#(Self.steps),"step_size":0.1,"file":"\#(file)"}"#
  }

  /// The arrays that the library's worker computes.
  private func results(_ work: String) throws -> [String: [Double]] {
    let output = folder.path(work)
    let lines = try Program.workerAnswers(
      "own",
      [
        prepare(try problem(), work), #"{"command":"check","output":"\#(output)"}"#,
        #"{"command":"time","repetitions":3}"#,
      ], in: folder)
    #expect(lines.count == 4 && lines.last?.contains("milliseconds") == true, "\(lines)")
    return try SafetensorsFile.read(path: output).arrays.mapValues { try $0.doubles() }
  }

  // MARK: The descent of one example by plain loops

  private func activations(_ x: [Double]) -> [Double] {
    let (seen, hidden) = (x.prefix(Self.visible), x.dropFirst(Self.visible).prefix(Self.hidden))
    let exponentials = x.suffix(Self.labels).map { exp($0) }
    let sum = exponentials.reduce(0, +)
    return Array(seen) + hidden.map { tanh($0) } + exponentials.map { $0 / sum }
  }

  /// ⟨x, g⟩ - L(x) - ⟨h, W v⟩ - ⟨c, U h⟩.
  private func energy(_ x: [Double], _ g: [Double], _ lower: [Double], _ upper: [Double]) -> Double {
    var energy = zip(x, g).reduce(0) { $0 + $1.0 * $1.1 }
    energy -= x.prefix(Self.visible).reduce(0) { $0 + $1 * $1 / 2 }
    energy -= x.dropFirst(Self.visible).prefix(Self.hidden).reduce(0) { $0 + log(cosh($1)) }
    energy -= log(x.suffix(Self.labels).reduce(0) { $0 + exp($1) })
    let (hidden, labels) = (Self.visible, Self.visible + Self.hidden)
    for row in 0..<Self.hidden {
      for column in 0..<Self.visible {
        energy -= g[hidden + row] * lower[row * Self.visible + column] * g[column]
      }
    }
    for row in 0..<Self.labels {
      for column in 0..<Self.hidden {
        energy -= g[labels + row] * upper[row * Self.hidden + column] * g[hidden + column]
      }
    }
    return energy
  }

  /// The states after the last step, and the energies before each, example by example; a step by differences of the energy,
  /// which is linear in each activation.
  private func descent(_ lower: [Double], _ upper: [Double]) -> (tokens: [Double], energies: [[Double]]) {
    let neurons = Self.visible + Self.hidden + Self.labels
    var (tokens, energies): ([Double], [[Double]]) = ([], [])
    for example in 0..<Self.batch {
      var x = start[example * neurons..<(example + 1) * neurons].map { Double($0) }
      var found: [Double] = []
      for _ in 0..<Self.steps {
        let g = activations(x)
        found.append(energy(x, g, lower, upper))
        let slopes = g.indices.map { index in
          var (up, down) = (g, g)
          up[index] += 0.5
          down[index] -= 0.5
          return energy(x, up, lower, upper) - energy(x, down, lower, upper)
        }
        x = zip(x, slopes).map { $0 - 0.1 * $1 }
      }
      tokens += x
      energies.append(found)
    }
    return (tokens, energies)
  }

  private func loss(_ lower: [Double], _ upper: [Double]) -> Double {
    let neurons = Self.visible + Self.hidden + Self.labels
    let tokens = descent(lower, upper).tokens
    let squares = target.indices.map { index -> Double in
      let (example, place) = index.quotientAndRemainder(dividingBy: Self.visible)
      let error = tokens[example * neurons + place] - Double(target[index])
      return error * error
    }
    return squares.reduce(0, +) / Double(target.count)
  }

  @Test("a worker descends a layered network as plain loops do, with the energy before every step")
  func forward() throws {
    let found = try results("forward")
    let expected = descent(lower.map { Double($0) }, upper.map { Double($0) })
    #expect(found.keys.sorted() == ["energies", "tokens"])
    let tokens = try #require(found["tokens"])
    #expect(tokens.count == expected.tokens.count)
    #expect(zip(tokens, expected.tokens).allSatisfy { abs($0 - $1) < 1e-5 })
    // Step after step, not example after example.
    let energies = (0..<Self.steps).flatMap { step in expected.energies.map { $0[step] } }
    let others = try #require(found["energies"])
    #expect(others.count == energies.count && zip(others, energies).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  @Test("a worker's gradient of the loss is that of plain loops, by differences")
  func training() throws {
    let found = try results("training")
    #expect(found.keys.sorted() == ["hidden_labels", "loss", "visible_hidden"])
    let (lower, upper) = (lower.map { Double($0) }, upper.map { Double($0) })
    #expect(abs(try #require(found["loss"]?.first) - loss(lower, upper)) < 1e-5)
    for (name, count) in [("visible_hidden", lower.count), ("hidden_labels", upper.count)] {
      let gradient = try #require(found[name])
      let expected = (0..<count).map { index -> Double in
        func moved(_ by: Double) -> Double {
          var (first, second) = (lower, upper)
          if name == "visible_hidden" { first[index] += by } else { second[index] += by }
          return loss(first, second)
        }
        return (moved(1e-4) - moved(-1e-4)) / 2e-4
      }
      let scale = expected.reduce(0) { max($0, abs($1)) }
      #expect(scale > 1e-5 && gradient.count == count)
      #expect(zip(gradient, expected).allSatisfy { abs($0 - $1) <= 1e-3 * scale }, "\(name)")
    }
  }

  @Test("the command writes page and record of this library alone")
  func page() throws {
    let output = folder.path("results")
    let found = try Program("performance").run([
      "layered", "--layers", "7", "5", "3", "--batch", "4", "--steps", "3", "--rounds", "2", "--turns", "1",
      "--seconds", "0.01", "--threads", "1", "--no-peers", "--output", output,
    ])
    #expect(found.status == 0, "\(found.errors)")
    let record = try RunRecord.read(from: "\(output)/run.json")
    #expect(record.options["layers"] == "7 5 3" && record.options["peers"] == "false")
    for name in ["layered_forward_own_ms", "layered_train_own_ms"] {
      #expect(record.summary[name].map { $0 > 0 } ?? false, "\(name)")
    }
    #expect(record.summary["layered_forward_ratio_hamux"] == nil)
    let page = try String(contentsOfFile: "\(output)/README.md", encoding: .utf8)
    #expect(page.contains("B 4, layers of 7, 5 and 3 neurons, T 3") && page.contains("HAMUX"))
  }

  @Test(
    "states that do not fit, variants that do not apply, missing peers and bad sizes are told in one line")
  func refusals() throws {
    let lines = try Program.workerAnswers("own", [prepare(try problem(neurons: 13), "forward")], in: folder)
    #expect(lines.count == 2 && lines[1].contains("[batch, 15]"), "\(lines)")
    let generic = try Program.workerAnswers("own-generic", [prepare(try problem(), "forward")], in: folder)
    #expect(generic.count == 2 && generic[1].contains("not for layered networks"), "\(generic)")
    let program = try Program("performance")
    try program.run(["layered", "--python", folder.path("none"), "--output", folder.path("results")])
      .expectOneLine(containing: "none", "setup.sh")
    for arguments in [
      ["--layers", "7", "5"], ["--layers", "7", "0", "3"], ["--batch", "0"], ["--steps", "0"],
      ["--rounds", "0"], ["--seconds", "0"],
    ] {
      let found = try program.run(["layered"] + arguments)
      #expect(found.status == 64, "\(arguments): \(found.errors)")
    }
  }
}
