import EnergyTransformer
import Foundation
import Synchronization
import Testing

/// The program `energy-transformer serve`, asked as a browser asks it and as one that means harm.
@Suite(.serialized) struct ServeTests {
  private let folder: TemporaryPlace
  private let model: ImageEnergyTransformer<Float>

  init() throws {
    let served = try ServedFolder()
    (folder, model) = (served.place, served.model)
  }

  private struct Models: Decodable {
    struct Model: Decodable {
      let id: String
      let width: Int, patch: Int, steps: Int
    }
    let models: [Model]
  }

  private struct Request: Encodable {
    var model = ServedFolder.name
    var pixels: Data
    var hidden = [1, 2, 5, 10, 15]
    var steps = 6
    var stepSize = 0.1
  }

  private struct Completed: Decodable {
    let energies: [Double]
    let rises: [Int]
    let errors: [Double]
    let pixels: Data
  }

  private func digit() throws -> [UInt8] { try EmbeddedDigits.test()[17].bytes }

  @Test("serves its page and all that the page names, with headers that keep browsers to it")
  func page() throws {
    let server = try RunningServer(in: folder)
    #expect(server.address == "http://127.0.0.1:\(server.port)/")
    let page = try server.ask("/")
    #expect(page.status == 200 && page.headers["content-type"] == "text/html; charset=utf-8")
    let policy = try #require(page.headers["content-security-policy"])
    #expect(policy.contains("default-src 'self'") && page.headers["x-content-type-options"] == "nosniff")
    let html = String(decoding: page.body, as: UTF8.self)
    let names = html.matches(of: /(?:src|href)="([a-z]+\.(?:js|css))"/).map { String($0.1) }
    #expect(names.count >= 6)
    for name in names { #expect(try server.ask("/\(name)").status == 200, "\(name)") }
    // Modules name others.
    for name in ["shared.js", "editor.js"] { #expect(try server.ask("/\(name)").status == 200, "\(name)") }
    #expect(!html.contains("http://") && !html.contains("https://"))
    #expect(server.end() == 0)
  }

  @Test("completes a picture with the numbers of the library")
  func completion() throws {
    let server = try RunningServer(in: folder)
    let listed = try server.ask("/api/models")
    #expect(listed.headers["cache-control"] == "no-store")
    let models = try JSONDecoder().decode(Models.self, from: listed.body).models
    // The package's own comes first.
    #expect(models.count == 2 && models[0].id.hasSuffix("Results/masked-images/model.safetensors"))
    let small = try #require(models.last)
    #expect(small.id == ServedFolder.name && small.width == 28 && small.patch == 7 && small.steps == 6)

    let pixels = try digit()
    let request = Request(pixels: Data(pixels))
    let answer = try server.post("/api/complete", request)
    #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
    let found = try JSONDecoder().decode(Completed.self, from: answer.body)

    let normalization = PixelNormalization(measuring: try EmbeddedDigits.train())
    let grid = model.grid
    let image = Tensor<Float>(shape: [1, 28, 28, 1], elements: normalization.values(of: pixels))
    let mask = (0..<16).map { request.hidden.contains($0) ? Float(1) : 0 }
    let trace = model.trace(
      patches: grid.patches(of: image), masked: Tensor(shape: [1, 16], elements: mask),
      settings: DescentSettings(steps: 6, stepSize: 0.1))
    let energies = trace[0].trajectory.energies.map { Double($0.total.elements[0]) }
    #expect(found.energies == energies && energies.count == 7)
    #expect(found.rises.isEmpty == trace[0].trajectory.fellAtEveryStep()[0])
    let last = grid.images(of: model.completions(along: trace)[6])
    let levels = normalization.pixels(from: last.elements)
    var error = 0.0
    for row in 0..<28 {
      for column in 0..<28 {
        let index = row * 28 + column
        let isHidden = request.hidden.contains(row / 7 * 4 + column / 7)
        #expect(
          abs(Int(found.pixels[index]) - Int(isHidden ? levels[index] : pixels[index])) <= (isHidden ? 1 : 0))
        let value = last.elements[index] * normalization.standardDeviation[0] + normalization.mean[0]
        let difference = Double(max(0, min(1, value))) - Double(pixels[index]) / 255
        if isHidden { error += difference * difference / Double(request.hidden.count * 49) }
      }
    }
    #expect(abs(found.errors[6] - error) < 1e-5)
    #expect(server.end() == 0)
  }

  @Test("says in a sentence what is wrong with a request")
  func badRequests() throws {
    let server = try RunningServer(in: folder)
    func expect(
      _ status: Int, _ text: String, _ answer: RunningServer.Answer,
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      #expect(answer.status == status, sourceLocation: sourceLocation)
      let sentence = try answer.sentence
      #expect(sentence.contains(text), "\(sentence)", sourceLocation: sourceLocation)
    }
    let pixels = Data(try digit())
    let json = { (text: String) in
      try server.ask("/api/complete", method: "POST", body: Data(text.utf8))
    }
    try expect(400, "not JSON", json("{\"model\": "))
    try expect(400, "lacks model", json("{}"))
    try expect(
      400, "steps is not of type Int",
      json("{\"model\":\"x\",\"pixels\":\"\",\"hidden\":[],\"steps\":\"x\",\"stepSize\":1}"))
    for name in ["nothing", "/etc/passwd", "../small/model.safetensors", "Runs/small"] {
      try expect(
        404, "no model of this name", server.post("/api/complete", Request(model: name, pixels: pixels)))
    }
    try expect(422, "28 x 28", server.post("/api/complete", Request(pixels: pixels.dropLast())))
    try expect(422, "nothing to complete", server.post("/api/complete", Request(pixels: pixels, hidden: [])))
    for hidden in [[16], [-1], [3, 3]] {
      try expect(422, "0 ... 15", server.post("/api/complete", Request(pixels: pixels, hidden: hidden)))
    }
    try expect(422, "number of steps", server.post("/api/complete", Request(pixels: pixels, steps: 100_000)))
    try expect(422, "step size", server.post("/api/complete", Request(pixels: pixels, stepSize: 0)))
    let path = "/api/picture?model=\(ServedFolder.name)"
    try expect(
      422, "the uploaded file: starts with bytes 74 68 69 73",
      server.ask(path, method: "POST", body: Data("this is no picture".utf8)))
    try expect(422, "empty file", server.ask(path, method: "POST"))
    var bomb = try PixelImage(width: 1, height: 1, channels: 1, bytes: [0]).pngData()
    bomb.replaceSubrange(16..<24, with: [0, 0, 0x3F, 0, 0, 0, 0x3F, 0])
    try expect(413, "16128 x 16128", server.ask(path, method: "POST", body: Data(bomb)))
    try expect(405, "takes POST", server.ask("/api/complete"))
    try expect(
      422, "beta",
      server.ask("/api/recall", method: "POST", body: Data("{\"photo\":0,\"hidden\":[],\"beta\":1e9}".utf8)))
    try expect(
      422, "pair of numbers",
      server.ask(
        "/api/landscape", method: "POST",
        body: Data("{\"patterns\":[[0]],\"starts\":[[0,1]],\"beta\":1,\"stepSize\":1,\"steps\":3}".utf8)))
    #expect(server.end(SIGINT) == 0)
  }

  @Test("takes a picture up to its limit and no more")
  func uploads() throws {
    let server = try RunningServer(["--upload-limit", "0.05"], in: folder)
    let path = "/api/picture?model=\(ServedFolder.name)"
    // Red to the left and white to the right: grey levels by the weights of JPEG.
    let colours = PixelImage(
      width: 56, height: 56, channels: 3,
      bytes: (0..<56 * 56).flatMap { $0 % 56 < 28 ? [255, 0, 0] : [255, 255, 255] })
    let answer = try server.ask(path, method: "POST", body: Data(colours.pngData()))
    #expect(answer.status == 200)
    let pixels = try #require(try JSONDecoder().decode([String: Data].self, from: answer.body)["pixels"])
    #expect(pixels.count == 784 && pixels[0] == 76 && pixels[27] == 255)
    for size in [50_001, 3_000_000] {
      let refused = try server.ask(path, method: "POST", body: Data(count: size))
      #expect(refused.status == 413)
      #expect(try refused.sentence.contains("larger than 50,000 bytes"))
    }
    // Without its length told before.
    let chunks = Data("10000\r\n".utf8) + Data(count: 65_536) + Data("\r\n0\r\n\r\n".utf8)
    let chunked = try server.send(
      "POST \(path) HTTP/1.1\r\nHost: localhost:\(server.port)\r\nTransfer-Encoding: chunked\r\n\r\n", chunks)
    #expect(chunked.status == 413)
    #expect(try server.ask("/").status == 200)
    #expect(server.end() == 0)
  }

  @Test("answers 64 clients at once, each with the same numbers, and those under way when it is told to stop")
  func load() async throws {
    let server = try RunningServer(in: folder)
    let request = Request(pixels: Data(try digit()), steps: 40)
    let expected = try JSONDecoder().decode(
      Completed.self, from: try server.post("/api/complete", request).body)
    nonisolated(unsafe) let shared = server
    let all = await withTaskGroup(of: [Double]?.self) { group in
      for _ in 0..<64 {
        group.addTask {
          await Self.onThread {
            (try? shared.post("/api/complete", request)).flatMap {
              try? JSONDecoder().decode(Completed.self, from: $0.body).energies
            }
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(all.count == 64 && all.allSatisfy { $0 == expected.energies })

    // Steps enough that some are still computed when the signal comes.
    let long = Request(pixels: Data(try digit()), steps: 400)
    let before = server.connectionCount.load(ordering: .relaxed)
    async let last = withTaskGroup(of: Int.self) { group in
      for _ in 0..<16 {
        group.addTask { await Self.onThread { (try? shared.post("/api/complete", long))?.status ?? 0 } }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    for _ in 0..<3_000 where server.connectionCount.load(ordering: .relaxed) < before + 16 {
      try await Task.sleep(for: .milliseconds(10))
    }
    // Connected is not yet taken in.
    try await Task.sleep(for: .seconds(1))
    #expect(server.end() == 0)
    #expect(await last.allSatisfy { $0 == 200 })
  }

  /// Runs what blocks apart from the threads of tasks.
  private static func onThread<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: work()) }
    }
  }

  @Test("recalls a half-erased digit, with the numbers of the library")
  func recall() throws {
    struct Recalled: Decodable {
      struct Share: Decodable {
        let photo: Int
        let weight: Double
      }
      let weights: [Share]
      let energies: [Double]
      let steps: Int
      let kind: String
      let pixels: Data
    }
    struct Recall: Encodable {
      let photo: Int, hidden: [Int], beta: Double
    }
    let server = try RunningServer(in: folder)
    // The lower three rows of squares of 4 pixels are rows 16 to 27 of the picture.
    let request = Recall(photo: 23, hidden: Array(28..<49), beta: 40)
    let answer = try server.post("/api/recall", request)
    #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
    let found = try JSONDecoder().decode(Recalled.self, from: answer.body)
    let digits = try EmbeddedDigits.train()
    let stored = digits.subset((0..<100).map { $0 * digits.count / 100 })
    let patterns = ImagePatterns(stored)
    let seen = Tensor<Float>(shape: [1, 784], elements: (0..<784).map { $0 < 16 * 28 ? 1 : 0 })
    let memory = ModernHopfieldNetwork(patterns: patterns.rows, beta: 40)
    let own = memory.retrieve(patterns.rows.sliced(axis: 0, 23..<24) * seen)
    #expect(found.energies == own.energies[0] && found.steps == own.steps[0])
    #expect(found.weights.map(\.photo) == own.weights[0].prefix(6).map(\.pattern))
    #expect(found.weights[0].weight == own.weights[0][0].weight)
    #expect(found.pixels == Data(patterns.image(of: own.states).bytes))
    #expect(found.weights[0].photo == 23 && found.kind == "single pattern")
    #expect(server.end() == 0)
  }

  @Test("descends in the plane as far as Newton's method goes, and its energy falls")
  func landscape() throws {
    struct Descents: Decodable {
      struct Path: Decodable {
        let points: [[Double]]
        let energies: [Double]
      }
      let paths: [Path]
    }
    struct Request: Encodable {
      let patterns: [[Double]], starts: [[Double]]
      let beta: Double, stepSize: Double
      var steps = 400
    }
    let server = try RunningServer(in: folder)
    let patterns = [[-1.6, 1.1], [1.3, 1.5], [0.3, -0.2]]
    let answer = try server.post(
      "/api/landscape", Request(patterns: patterns, starts: [[0.2, 0.4], [-2, 2]], beta: 8, stepSize: 0.2))
    #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
    let paths = try JSONDecoder().decode(Descents.self, from: answer.body).paths
    #expect(paths.count == 2 && paths[1].points[0] == [-2, 2])
    func energy(_ x: [Double]) -> Double {
      -log(patterns.map { exp(-4 * (pow(x[0] - $0[0], 2) + pow(x[1] - $0[1], 2))) }.reduce(0, +)) / 8
    }
    for path in paths {
      #expect(path.points.count == path.energies.count)
      for (point, value) in zip(path.points, path.energies) { #expect(abs(energy(point) - value) < 1e-9) }
      #expect(zip(path.energies, path.energies.dropFirst()).allSatisfy { $0 >= $1 })
    }
    // A step takes 0.2 of the way to the mean of the patterns, weighted by their kernels.
    let start = paths[0].points[0]
    let kernels = patterns.map { exp(-4 * (pow(start[0] - $0[0], 2) + pow(start[1] - $0[1], 2))) }
    for axis in 0..<2 {
      let mean = zip(kernels, patterns).map { $0 * $1[axis] }.reduce(0, +) / kernels.reduce(0, +)
      #expect(abs(paths[0].points[1][axis] - (start[axis] + 0.2 * (mean - start[axis]))) < 1e-12)
    }
    #expect(server.end() == 0)
  }
}
