import ArrayFiles
import Foundation
import Testing

/// The worker of `performance` on a causal block and on a text model that continues a sequence.
struct TextPerformanceTests {
  private static let (batch, tokens, size, heads, keySize, memories, symbols) = (2, 4, 6, 2, 3, 4, 5)
  private static let (steps, stepSize) = (2, 0.1)
  private static let shapes = [
    "Wq": [heads, keySize, size], "Wk": [heads, keySize, size], "Xi": [size, memories], "gamma": [],
    "delta": [size],
  ]

  private let folder: TemporaryPlace

  init() throws { folder = try TemporaryPlace() }

  private static func values(_ shape: [Int], _ scale: Double, _ phase: Double) -> [Double] {
    (0..<shape.reduce(1, *)).map { Double(Float(scale * sin(1.7 * Double($0) + phase))) }
  }

  private static let weights = [
    "Wq": values(shapes["Wq"]!, 0.5, 1), "Wk": values(shapes["Wk"]!, 0.6, 2),
    "Xi": values(shapes["Xi"]!, 0.5, 3), "gamma": [1.2], "delta": values([size], 0.1, 4),
  ]
  private static let start = values([batch, tokens, size], 1, 5)
  private static let target = values([batch, tokens, size], 0.5, 6)

  private func write(_ name: String, _ more: [(String, StoredArray)]) throws -> String {
    let path = folder.path(name)
    let block = Self.weights.map { name, values in
      (name, StoredArray(shape: Self.shapes[name] ?? [], floats: values.map { Float($0) }))
    }
    try SafetensorsFile.write(path: path, arrays: block + more)
    return path
  }

  private func problem() throws -> String {
    let shape = [Self.batch, Self.tokens, Self.size]
    return try write(
      "block.safetensors",
      [
        ("x", StoredArray(shape: shape, floats: Self.start.map { Float($0) })),
        ("target", StoredArray(shape: shape, floats: Self.target.map { Float($0) })),
      ])
  }

  private func prepare(_ file: String, _ work: String) -> String {
    #"{"command":"prepare","work":"\#(work)","steps":\#(Self.steps),"step_size":\#(Self.stepSize),"#
      + #""causal":true,"file":"\#(file)"}"#
  }

  /// The arrays that one of the library's workers computes.
  private func results(_ variant: String, _ work: String, _ file: String) throws -> [String: [Double]] {
    let output = folder.path("\(variant)-\(work)")
    let lines = try Program.workerAnswers(
      variant,
      [
        prepare(file, work), #"{"command":"check","output":"\#(output)"}"#,
        #"{"command":"time","repetitions":2}"#,
      ], in: folder)
    #expect(lines.count == 4 && lines.last?.contains("milliseconds") == true, "\(lines)")
    return try SafetensorsFile.read(path: output).arrays.mapValues { try $0.doubles() }
  }

  // MARK: The same by plain loops

  private typealias Weights = [String: [Double]]

  private static func standardized(_ x: [Double]) -> [Double] {
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    return x.map { ($0 - mean) / (variance + 1e-5).squareRoot() }
  }

  private static func activation(_ weights: Weights, _ x: [Double]) -> [Double] {
    zip(standardized(x), weights["delta"]!).map { weights["gamma"]![0] * $0 + $1 }
  }

  private static func projected(_ matrix: [Double], _ head: Int, _ g: [Double]) -> [Double] {
    (0..<keySize).map { row in
      let begin = (head * keySize + row) * size
      return (0..<size).reduce(0) { $0 + matrix[begin + $1] * g[$1] }
    }
  }

  /// - sum_h sqrt(Y) log sum_B exp(K_B · Q / sqrt(Y)) - sum relu(xi · g)² / 2 of one token, over the keys before it.
  private static func energy(_ weights: Weights, _ g: [Double], _ keys: [[[Double]]]) -> Double {
    var energy = 0.0
    let root = Double(keySize).squareRoot()
    for head in 0..<heads where !keys.isEmpty {
      let query = projected(weights["Wq"]!, head, g)
      let sum = keys.reduce(0) { sum, key in
        sum + exp(zip(key[head], query).reduce(0) { $0 + $1.0 * $1.1 } / root)
      }
      energy -= root * log(sum)
    }
    for memory in 0..<memories {
      let product = (0..<size).reduce(0) { $0 + g[$1] * weights["Xi"]![$1 * memories + memory] }
      energy -= max(0, product) * max(0, product) / 2
    }
    return energy
  }

  /// The tokens of one sequence after a step, each against the slope of its own energy, by differences while the keys before
  /// it are held; and the energies before it, added up.
  private static func step(_ weights: Weights, _ x: [[Double]]) -> (tokens: [[Double]], energy: Double) {
    let activations = x.map { activation(weights, $0) }
    let keys = activations.map { g in (0..<heads).map { projected(weights["Wk"]!, $0, g) } }
    var total = 0.0
    let moved = activations.indices.map { token in
      let (g, seen) = (activations[token], Array(keys.prefix(token)))
      total += energy(weights, g, seen)
      return (0..<size).map { index in
        var (up, down) = (g, g)
        up[index] += 1e-4
        down[index] -= 1e-4
        let slope = (energy(weights, up, seen) - energy(weights, down, seen)) / 2e-4
        return x[token][index] - stepSize * slope
      }
    }
    return (moved, total)
  }

  /// The activations after the last step of all sequences, and the energies before each step, step after step.
  private static func descent(_ weights: Weights) -> (tokens: [Double], energies: [Double]) {
    var tokens: [Double] = []
    var energies = [[Double]](repeating: [], count: steps)
    for example in 0..<batch {
      var x = (0..<Self.tokens).map { token in
        Array(start[(example * Self.tokens + token) * size..<(example * Self.tokens + token + 1) * size])
      }
      for index in 0..<steps {
        let found = step(weights, x)
        energies[index].append(found.energy)
        x = found.tokens
      }
      tokens += x.flatMap { activation(weights, $0) }
    }
    return (tokens, energies.flatMap(\.self))
  }

  private static func loss(_ weights: Weights) -> Double {
    zip(descent(weights).tokens, target).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      / Double(target.count)
  }

  private func expectClose(_ found: [Double], _ expected: [Double], _ tolerance: Double, _ name: String) {
    let scale = expected.reduce(0) { max($0, abs($1)) }
    #expect(scale > 1e-5 && found.count == expected.count, "\(name)")
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= tolerance * scale }, "\(name)")
  }

  // MARK: Tests

  @Test(
    "each token of a causal worker descends its own energy over the tokens before it, as plain loops do",
    arguments: ["own", "own-generic"])
  func forward(variant: String) throws {
    let found = try results(variant, "forward", try problem())
    let expected = Self.descent(Self.weights)
    #expect(found.keys.sorted() == ["energies", "tokens"])
    expectClose(found["tokens"] ?? [], expected.tokens, 1e-5, "tokens")
    expectClose(found["energies"] ?? [], expected.energies, 1e-5, "energies")
  }

  @Test(
    "a causal worker's gradient of the loss, through the held contexts, is that of plain loops by differences",
    arguments: ["own", "own-generic"])
  func training(variant: String) throws {
    let found = try results(variant, "training", try problem())
    #expect(found.keys.sorted() == ["Wk", "Wq", "Xi", "delta", "gamma", "loss"])
    #expect(abs((found["loss"]?.first ?? 0) - Self.loss(Self.weights)) < 1e-5)
    for (name, values) in Self.weights {
      let expected = values.indices.map { index -> Double in
        func moved(_ by: Double) -> Double {
          var weights = Self.weights
          weights[name]![index] += by
          return Self.loss(weights)
        }
        return (moved(1e-4) - moved(-1e-4)) / 2e-4
      }
      expectClose(found[name] ?? [], expected, 1e-3, name)
    }
  }

  private static let sequence = [3, 0, 4, 4]
  /// What a text model has beside its block, with the shape of each.
  private static let ends: [String: (shape: [Int], values: [Double])] = [
    "table": ([symbols, size], values([symbols, size], 1, 7)),
    "positions": ([tokens, size], values([tokens, size], 0.5, 8)),
    "norm_gain": ([size], values([size], 1, 9)), "norm_bias": ([size], values([size], 0.2, 10)),
    "head": ([symbols, size], values([symbols, size], 0.4, 11)),
    "head_bias": ([symbols], values([symbols], 0.1, 12)),
  ]

  private func textModel(_ sequence: [Int] = sequence) throws -> String {
    let arrays = Self.ends.map { name, array in
      (name, StoredArray(shape: array.shape, floats: array.values.map { Float($0) }))
    }
    return try write(
      "text-\(sequence.count).safetensors",
      arrays + [("symbols", StoredArray(shape: [sequence.count], integers: sequence))])
  }

  @Test("a worker continues a sequence from its caches with the logits of the whole sequence by plain loops")
  func generation() throws {
    let found = try results("own", "forward", try textModel())
    func row(_ name: String, _ index: Int) -> [Double] {
      Array(Self.ends[name]!.values[index * Self.size..<(index + 1) * Self.size])
    }
    var x = Self.sequence.enumerated().map { position, symbol in
      zip(row("table", symbol), row("positions", position)).map { $0 + $1 }
    }
    for _ in 0..<Self.steps { x = Self.step(Self.weights, x).tokens }
    let expected = x.flatMap { token -> [Double] in
      let read = zip(Self.standardized(token), zip(row("norm_gain", 0), row("norm_bias", 0)))
        .map { $0 * $1.0 + $1.1 }
      return (0..<Self.symbols).map { symbol in
        zip(row("head", symbol), read).reduce(Self.ends["head_bias"]!.values[symbol]) { $0 + $1.0 * $1.1 }
      }
    }
    #expect(found.keys.sorted() == ["logits"])
    expectClose(found["logits"] ?? [], expected, 1e-5, "logits")
  }

  @Test("work that a text model does not do and symbols that it does not know are told in one line")
  func refusals() throws {
    let file = try textModel()
    func answer(_ variant: String, _ work: String, _ file: String) throws -> String {
      let lines = try Program.workerAnswers(variant, [prepare(file, work)], in: folder)
      #expect(lines.count == 2, "\(lines)")
      return lines.last ?? ""
    }
    #expect(try answer("own-generic", "forward", file).contains("own-generic is not for text models"))
    #expect(try answer("own", "training", file).contains("not in training"))
    let unknown = try textModel([0, 1, Self.symbols])
    #expect(try answer("own", "forward", unknown).contains("at most 4 symbols in 0 ..< 5"))
  }

  @Test("a sequence is continued over and over for a profiler, and by no other options")
  func profiled() throws {
    let program = try Program("performance")
    let found = try program.run(["repeat", "--generation", "--seconds", "0.01", "--threads", "1"])
    #expect(found.status == 0, "\(found.errors)")
    #expect(found.output.contains("text_generation forward: "), "\(found.output)")
    #expect(try program.run(["repeat", "--generation", "--with-term"]).status == 64)
  }
}
