import ArrayFiles
import Foundation
import Foundations
import Reporting
import Tensors
import TestSupport
import Testing

/// The program `performance` and its worker, run as a user and a coordinator run them.
struct PerformanceTests {
  private let folder: TemporaryPlace

  init() throws { folder = try TemporaryPlace() }

  /// What the worker answers to some lines, its greeting first.
  private func answers(_ variant: String, _ lines: [String]) throws -> [String] {
    try Program.workerAnswers(variant, lines, in: folder)
  }

  /// Weights and tokens whose sizes all differ.
  private func problem() throws -> String {
    func values(_ shape: [Int], _ scale: Double) -> StoredArray {
      let count = shape.reduce(1, *)
      return StoredArray(
        shape: shape, floats: (0..<count).map { Float(scale * sin(1.7 * Double($0) + Double(count))) })
    }
    let path = folder.path("problem.safetensors")
    try SafetensorsFile.write(
      path: path,
      arrays: [
        ("Wq", values([2, 3, 7], 0.3)), ("Wk", values([2, 3, 7], 0.4)), ("Xi", values([7, 5], 0.3)),
        ("gamma", values([], 1.2)), ("delta", values([7], 0.1)), ("x", values([4, 6, 7], 1)),
        ("target", values([4, 6, 7], 0.5)),
      ])
    return path
  }

  @Test("a worker prepares, checks and times; with closed forms put aside it computes the same numbers")
  func worker() throws {
    let file = try problem()
    var results: [String: [String: [Double]]] = [:]
    for variant in ["own", "own-generic"] {
      for work in ["forward", "training"] {
        let output = folder.path("\(variant)-\(work)")
        let prepare =
          #"{"command":"prepare","work":"\#(work)","steps":3,"step_size":0.1,"file":"\#(file)"}"#
        let lines = try answers(
          variant,
          [
            prepare, #"{"command":"check","output":"\#(output)"}"#, #"{"command":"time","repetitions":4}"#,
            #"{"command":"memory"}"#, #"{"command":"quit"}"#,
          ])
        #expect(lines.count == 5, "\(lines)")
        #expect(lines[0].contains("versions") && lines[1].contains("seconds"))
        #expect(lines[3].split(separator: ",").count >= 4 && lines[3].contains("milliseconds"))
        let found = try SafetensorsFile.read(path: output)
        results["\(variant) \(work)"] = try found.arrays.mapValues { try $0.doubles() }
      }
    }
    for work in ["forward", "training"] {
      let (closed, generic) = (results["own \(work)"] ?? [:], results["own-generic \(work)"] ?? [:])
      #expect(
        closed.keys.sorted()
          == (work == "forward" ? ["energies", "tokens"] : ["Wk", "Wq", "Xi", "delta", "gamma", "loss"]))
      for (name, values) in closed {
        let other = try #require(generic[name])
        #expect(values.count == other.count)
        let scale = values.reduce(0) { max($0, abs($1)) }
        #expect(zip(values, other).allSatisfy { abs($0 - $1) <= 1e-4 * scale }, "\(name)")
      }
    }
    // One energy an example and step: the energy after the last step is not among them.
    #expect(results["own forward"]?["energies"]?.count == 3 * 4)
  }

  @Test("a worker answers what it cannot do with an error of one line and goes on")
  func workerErrors() throws {
    let missing = folder.path("missing")
    let lines = try answers(
      "own",
      [
        "nonsense", #"{"command":"time","repetitions":1}"#, #"{"command":"prepare","work":"forward"}"#,
        #"{"command":"prepare","work":"forward","steps":3,"step_size":0.1,"file":"\#(missing)"}"#,
        #"{"command":"memory"}"#,
      ])
    #expect(lines.count == 6, "\(lines)")
    for (line, text) in zip(
      lines.dropFirst(), ["expected a line", "nothing is prepared", "has no ", missing, "_kilobytes"])
    {
      #expect(line.contains(text), "\(line)")
    }
  }

  @Test("a term of a user's is measured beside the block as it is, without peers")
  func sums() throws {
    let found = try Program("performance").run([
      "sums", "--configuration", "tiny", "--rounds", "1", "--turns", "1", "--seconds", "0.01", "--threads",
      "1",
    ])
    #expect(found.status == 0, "\(found.errors)")
    let lines = found.output.split(separator: "\n").suffix(2)
    for (line, work) in zip(lines, ["forward", "training"]) {
      let ratio = try Regex(
        "tiny \(work): [0-9.]+ ms, with a term [0-9.]+ ms, [0-9.]+ times; shortest .* times")
      #expect(try ratio.wholeMatch(in: line) != nil, "\(line)")
    }
  }

  @Test("a long run looks at every step and writes what it found after every tenth of them")
  func longRun() throws {
    let program = try Program("performance")
    let output = folder.path("long")
    let found = try program.run(["long-run", "--steps", "205", "--examples", "3", "--output", output])
    #expect(found.status == 0, "\(found.errors)")
    #expect(found.errors.contains("205/205"), "\(found.errors)")
    let record = try RunRecord.read(from: "\(output)/run.json")
    #expect(
      record.options == ["steps": "205", "examples": "3", "threads": "2", "seed": "0", "quick": "false"])
    let summary = record.summary
    #expect(summary["steps"] == 205 && summary["rises"] == 0)
    var energies = [try #require(summary["first_energy"])]
    for tenth in 1...10 {
      #expect(summary["percent_\(10 * tenth)_steps"] == Double(205 * tenth / 10))
      energies.append(try #require(summary["percent_\(10 * tenth)_energy"]))
      // Tokens are brought back to variance 1 after every step that moves them.
      let size = try #require(summary["percent_\(10 * tenth)_token_size"])
      #expect(abs(size - 1) < 1e-4, "\(size)")
      #expect(summary["percent_\(10 * tenth)_resident_mb"].map { $0 > 1 } ?? true)
    }
    #expect(zip(energies, energies.dropFirst()).allSatisfy { $0 >= $1 } && energies[1] < energies[0])
    #expect((0.01...1).contains(summary["share_fell"] ?? 0))
    let page = try String(contentsOfFile: "\(output)/README.md", encoding: .utf8)
    #expect(page.contains("3 examples of 3 tokens of 4 numbers") && page.contains("| 100 %"))
    for arguments in [["--steps", "9"], ["--examples", "0"], ["--threads", "0"]] {
      #expect(try program.run(["long-run"] + arguments).status == 64, "\(arguments)")
    }
  }

  @Test("missing peers and unknown names end before any work, in one line")
  func refusals() throws {
    let program = try Program("performance")
    let output = folder.path("results")
    try program.run(["--python", folder.path("none"), "--output", output])
      .expectOneLine(containing: "none", "setup.sh")
    for arguments in [
      ["--configurations", "huge"], ["--skip", "numpy"], ["--skip", "own"], ["--rounds", "0"],
      ["--seconds", "0"], ["--threads", "0"], ["worker", "jax-closed"], ["sums", "--configuration", "huge"],
    ] {
      let found = try program.run(arguments)
      #expect(found.status == 64, "\(arguments): \(found.errors)")
    }
  }
}
