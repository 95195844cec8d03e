import ArrayFiles
import Foundation
import Foundations
import Tensors
import TestSupport
import Testing

/// The program `descend`, run as a user runs it.
struct DescendTests {
  private let folder: TemporaryPlace

  init() throws { folder = try TemporaryPlace() }

  private func run(_ arguments: String...) throws -> FinishedProgram { try Program("descend").run(arguments) }

  @Test(
    "reproduces a reference block in both precisions", arguments: [("float", "1e-4"), ("double", "1e-10")])
  func reference(precision: String, tolerance: String) throws {
    for name in ["et-block-small", "et-block-one-step"] {
      let (reference, output) = (try fixture(name), folder.path("\(name)-\(precision).safetensors"))
      let found = try run(
        "--weights", reference, "--output", output, "--precision", precision, "--expect", reference,
        "--tolerance", tolerance, "--threads", "2")
      #expect(found.status == 0, "\(found.errors)")
      #expect(found.output.contains("stopped: took all"))
      let written = try SafetensorsFile.read(path: output)
      #expect(written.names == ["attention_energy", "gradient0", "hopfield_energy", "states"])
      let expected = try SafetensorsFile.read(path: reference)
      for name in written.names {
        #expect(try written.array(named: name).shape == expected.array(named: name).shape)
        #expect(try written.array(named: name).elementType == (precision == "float" ? .f32 : .f64))
      }
      #expect(written.metadata["steps"] == expected.metadata["steps"])
      #expect(written.metadata["precision"] == precision)
    }
  }

  @Test("options go before metadata, and tokens may come from a file of their own")
  func options() throws {
    let all = try SafetensorsFile.read(path: fixture("et-block-small"))
    let weights = try folder.write(all, keeping: ["Wq", "Wk", "Xi", "gamma", "delta"])
    let tokens = try folder.write(all, keeping: ["x"])
    let output = folder.path("options.safetensors")
    let found = try run(
      "--weights", weights, "--tokens", tokens, "--steps", "3", "--step-size", "0.05", "--epsilon", "1e-4",
      "--output", output)
    #expect(found.status == 0, "\(found.errors)")
    let written = try SafetensorsFile.read(path: output)
    #expect(try written.array(named: "states").shape == [2, 4, 11, 16])
    #expect(written.metadata == ["steps": "3", "alpha": "0.05", "eps": "0.0001", "precision": "double"])
  }

  @Test(
    "a step size that moves tokens where the norm's squares overflow fails in one line and writes nothing")
  func hugeStep() throws {
    let output = folder.path("overflow.safetensors")
    for (precision, size) in [
      ("float", "1e30"), ("float", "1e300"), ("double", "1e200"), ("double", "1e308"),
    ] {
      let found = try run(
        "--weights", try fixture("et-block-small"), "--output", output, "--precision", precision, "--steps",
        "3",
        "--step-size", size)
      found.expectOneLine(containing: "descent: step 1", "try a smaller step size")
      #expect(!FileManager.default.fileExists(atPath: output))
    }
  }

  @Test("tokens whose squares overflow in single precision have the figures of double precision")
  func largeTokens() throws {
    let all = try SafetensorsFile.read(path: fixture("et-block-small"))
    let x = try Tensor<Double>(all.array(named: "x")) * 1e19
    let path = folder.path("large.safetensors")
    try SafetensorsFile.write(path: path, arrays: [("x", StoredArray(x))], metadata: [:])
    let (exact, output) = (folder.path("exact.safetensors"), folder.path("single.safetensors"))
    let arguments = ["--weights", try fixture("et-block-small"), "--tokens", path, "--step-size", "1e17"]
    let double = try Program("descend").run(arguments + ["--output", exact])
    #expect(double.status == 0, "\(double.errors)")
    let single = try Program("descend")
      .run(arguments + ["--output", output, "--precision", "float", "--expect", exact])
    #expect(single.status == 0, "\(single.errors)")
  }

  @Test("a figure that disagrees fails with the array and both numbers")
  func disagreement() throws {
    let reference = try fixture("et-block-small")
    let output = folder.path("off.safetensors")
    let found = try run(
      "--weights", reference, "--output", output, "--step-size", "0.11", "--expect", reference)
    found.expectOneLine(containing: "array \"", "a relative error of at most 1.00e-10")
    let shapes = try run("--weights", reference, "--output", output, "--steps", "2", "--expect", reference)
    shapes.expectOneLine(containing: "array states has shape [2, 13, 11, 16], expected [2, 3, 11, 16]")
  }

  @Test("files that are no safetensors file are refused in one line that names them")
  func damagedFiles() throws {
    let whole = try Data(contentsOf: URL(fileURLWithPath: fixture("et-block-small")))
    let length = Data([0, 0, 0, 0, 0, 0, 0, 0x80])
    let cases: [(name: String, content: Data?, text: String)] = [
      ("missing", nil, "No such file"), ("empty", Data(), "an empty file"),
      ("three bytes", whole.prefix(3), "header length"), ("truncated", whole.dropLast(1), "data_offsets"),
      ("half", whole.prefix(whole.count / 2), "data_offsets"),
      ("header only", whole.prefix(64), "header length"),
      ("length of 2^63", length + whole.dropFirst(8), "header length"),
      ("no JSON", whole.prefix(8) + Data(repeating: 0x20, count: whole.count - 8), "header"),
      ("trailing bytes", whole + Data([0]), "data"),
    ]
    for (name, content, text) in cases {
      let path = folder.path("\(name).safetensors")
      try content?.write(to: URL(fileURLWithPath: path))
      let output = folder.path("none.safetensors")
      try run("--weights", path, "--output", output).expectOneLine(containing: path, text)
      #expect(!FileManager.default.fileExists(atPath: output))
    }
    try run("--weights", folder.path(""), "--output", folder.path("none.safetensors"))
      .expectOneLine(containing: "not a regular file")
  }

  @Test("arrays that are missing, misshapen, of another format or not finite are named")
  func badArrays() throws {
    let all = try SafetensorsFile.read(path: fixture("et-block-one-step"))
    func check(_ name: String, _ array: StoredArray?, _ texts: String...) throws {
      let path = try folder.write(
        all, keeping: all.names.filter { $0 != name }, adding: array.map { [name: $0] })
      try run("--weights", path, "--output", folder.path("none.safetensors"))
        .expectOneLine(containing: [path, "array \(name) "] + texts)
    }
    for name in ["Wq", "Wk", "Xi", "gamma", "delta", "x"] { try check(name, nil, "is missing") }
    func zeros(_ shape: [Int]) -> StoredArray {
      StoredArray(shape: shape, doubles: [Double](repeating: 0, count: shape.reduce(1, *)))
    }
    try check("Wq", zeros([2, 4]), "has shape [2, 4], expected [heads, key size, dimension]")
    try check("Wk", zeros([1, 3, 4]), "has shape [1, 3, 4], expected [1, 2, 4]")
    try check("Xi", zeros([5, 4]), "has shape [5, 4], expected [4, memories]")
    try check("Xi", zeros([4, 0]), "has shape [4, 0]")
    try check("gamma", zeros([4]), "has shape [4], expected [] or [1]")
    try check("delta", zeros([1, 4]), "has shape [1, 4], expected [4]")
    try check("x", zeros([3, 4]), "has shape [3, 4], expected [batch, tokens, 4]")
    try check("x", zeros([1, 0, 4]), "has shape [1, 0, 4]")
    try check(
      "delta", StoredArray(shape: [4], integers: [1, 2, 3, 4]), "i64, expected floating-point numbers")
    try check(
      "delta", StoredArray(shape: [4], doubles: [0, 1, .nan, 3]), "not finite: element 2 is nan"
    )
    try check("x", StoredArray(shape: [1, 1, 4], doubles: [0, 1, 2, -.infinity]), "element 3 is -inf")
  }

  @Test("numbers beyond the precision, and descents that leave the finite numbers, end in one line")
  func overflow() throws {
    let all = try SafetensorsFile.read(path: fixture("et-block-one-step"))
    let output = folder.path("none.safetensors")
    let huge = try folder.write(
      all, keeping: all.names.filter { $0 != "delta" },
      adding: ["delta": StoredArray(shape: [4], doubles: [1, 1e300, 2, 3])])
    try run("--weights", huge, "--output", output, "--precision", "float")
      .expectOneLine(containing: huge, "delta", "1e+300")
    try run("--weights", huge, "--output", output).expectOneLine(containing: huge, "descent: ", "infinite")
    try run("--weights", huge, "--output", output, "--steps", "0")
      .expectOneLine(containing: huge, "descent: ", "infinite")
    #expect(!FileManager.default.fileExists(atPath: output))
  }

  @Test("metadata that is no number is named")
  func metadata() throws {
    let all = try SafetensorsFile.read(path: fixture("et-block-one-step"))
    for (key, text) in [
      ("steps", "-1"), ("steps", "1.5"), ("steps", "100001"), ("alpha", "nan"), ("alpha", "-0.1"),
      ("eps", "0"),
    ] {
      let path = try folder.write(all, keeping: all.names, metadata: [key: text])
      try run("--weights", path, "--output", folder.path("none.safetensors"))
        .expectOneLine(containing: path, "__metadata__, \"\(key)\"", "\"\(text)\"")
    }
  }

  @Test(
    "options outside their range are refused before any work, with the code of the option parser",
    arguments: [
      ["--steps", "-1"], ["--steps", "100001"], ["--steps", "two"], ["--step-size", "nan"],
      ["--step-size", "-1"],
      ["--epsilon", "0"], ["--threads", "0"], ["--precision", "half"], ["--tolerance", "1"], ["--unknown"],
    ])
  func badOptions(arguments: [String]) throws {
    let weights = try fixture("et-block-one-step")
    let joined = arguments.count == 2 ? ["\(arguments[0])=\(arguments[1])"] : arguments
    let found = try Program("descend").run(
      ["--weights", weights, "--output", folder.path("none.safetensors")] + joined)
    #expect(found.status == 64)
    #expect(found.errors.contains(arguments[0]))
    #expect(!FileManager.default.fileExists(atPath: folder.path("none.safetensors")))
  }

  @Test("an output that cannot be written fails in one line and leaves no file behind")
  func unwritableOutput() throws {
    let weights = try fixture("et-block-one-step")
    let missing = folder.path("no/such/folder/out.safetensors")
    try run("--weights", weights, "--output", missing).expectOneLine(containing: missing)
    try FileManager.default.createDirectory(atPath: folder.path("taken"), withIntermediateDirectories: true)
    try run("--weights", weights, "--output", folder.path("taken")).expectOneLine(
      containing: "taken", "cannot")
    let pipe = folder.path("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    try run("--weights", weights, "--output", pipe).expectOneLine(containing: pipe, "not a regular file")
    let type = try FileManager.default.attributesOfItem(atPath: pipe)[.type] as? FileAttributeType
    #expect(type != .typeRegular)
    let own = try folder.write(SafetensorsFile.read(path: weights), keeping: ["Wq"])
    #expect(try run("--weights", own, "--output", own).status == 64)
    #expect(try SafetensorsFile.read(path: own).names == ["Wq"])
  }

  #if os(Linux)
    @Test("a disk without room fails in one line and leaves the old file as it was")
    func fullDisk() throws {
      let weights = try fixture("et-block-small")
      let output = folder.path("full.safetensors")
      try Data("old".utf8).write(to: URL(fileURLWithPath: output))
      // A limit on file sizes, its signal ignored, makes every write beyond 4 blocks fail as a full disk does.
      let found = try Program(path: "/bin/sh").run([
        "-c", "trap '' XFSZ; ulimit -f 4; exec \"$@\"", "sh", Program("descend").path, "--weights", weights,
        "--output", output,
      ])
      found.expectOneLine(containing: output, "cannot write")
      #expect(try Data(contentsOf: URL(fileURLWithPath: output)) == Data("old".utf8))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("")) == ["full.safetensors"])
    }
  #endif
}

/// A figure of the dynamics tests, found beside this file.
private func fixture(_ name: String) throws -> String {
  let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  let path = tests.appendingPathComponent("DynamicsTests/Fixtures/\(name).safetensors").path
  try #require(FileManager.default.fileExists(atPath: path), "no fixture at \(path)")
  return path
}

extension TemporaryPlace {
  /// Writes some of a file's arrays under a new name.
  fileprivate func write(
    _ file: SafetensorsFile, keeping names: [String], adding more: [String: StoredArray]? = nil,
    metadata: [String: String] = [:]
  ) throws -> String {
    let target = path("\(UUID().uuidString).safetensors")
    let kept = try names.map { ($0, try file.array(named: $0)) }
    try SafetensorsFile.write(
      path: target, arrays: kept + (more ?? [:]).map { ($0.key, $0.value) }, metadata: metadata)
    return target
  }
}
