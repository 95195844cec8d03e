import ArrayFiles
import Foundation
import Foundations
import Tensors
import TestSupport
import Testing

struct SafetensorsFileTests {
  @Test("a file of the reference implementation reads with every number format, shape and text")
  func referenceFile() throws {
    let file = try SafetensorsFile.read(path: fixturePath("reference.safetensors"))
    try expectNumPyArrays(file.arrays)
    let brain = try file.array(named: "bf16")
    #expect(brain.elementType == .bf16)
    // The bf16 nearest to 1e38 is 150 · 2¹¹⁹.
    #expect(try brain.floats() == [0, -1, 3.140625, 150 * 0x1p119, -.infinity])
    #expect(try brain.doubles() == [0, -1, 3.140625, 150 * 0x1p119, -.infinity])
    #expect(try file.array(named: "größe").integers() == [3, 3])
    #expect(file.metadata == ["quote\"d": "line\nbreak \\ tab\t", "größe": "é 🙂"])
  }

  @Test("what is written reads back, arrays aligned, old file replaced, bytes the same every time")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("weights.safetensors")
    let arrays = try sampleArrays()
    let metadata = ["b": "2 \"two\" \\ \u{1} 🙂", "a": ""]
    try SafetensorsFile.write(path: path, arrays: arrays, metadata: metadata)
    let first = try Data(contentsOf: URL(fileURLWithPath: path))
    try SafetensorsFile.write(path: path, arrays: arrays.reversed(), metadata: metadata)
    let second = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(first == second)

    let file = try SafetensorsFile.read(path: path)
    #expect(file.metadata == metadata)
    #expect(file.names == arrays.map(\.name).sorted())
    for (name, array) in arrays { #expect(try file.array(named: name) == array) }
    let headerCount = Int(first[0]) + Int(first[1]) << 8
    #expect(headerCount % 8 == 0)
    for (_, array) in file.arrays where !array.bytes.isEmpty {
      let dataStart = array.bytes.startIndex
      #expect(dataStart % array.elementType.byteCount == 0)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.root) == ["weights.safetensors"])
  }

  @Test(
    "a model is written as an array a parameter, which fills another model of the same shapes with the same numbers"
  )
  func model() throws {
    struct Model: Parameterized {
      var weights: Tensor<Double>
      var bias: Tensor<Double>?

      mutating func visitParameters(_ visit: ParameterVisitor<Double>) {
        visit("weights", &weights)
        visit("bias", &bias)
      }
    }
    let folder = try TemporaryFolder()
    let path = folder.path("model.safetensors")
    let weights = (0..<6).map { Double($0) / 7 }
    let model = Model(
      weights: Tensor(shape: [2, 3], elements: weights), bias: Tensor(shape: [3], elements: [0.25, -3, 1e-9]))
    try SafetensorsFile.write(model, to: path, metadata: ["epochs": "3"])
    let file = try SafetensorsFile.read(path: path)
    #expect(file.names == ["bias", "weights"] && file.metadata == ["epochs": "3"])
    #expect(try file.array(named: "weights").shape == [2, 3])
    var arrays = NamedArrays<Double>(file)
    let read = try arrays.filling(Model(weights: .zeros([2, 3]), bias: .zeros([3])))
    #expect(read.weights.elements == weights && read.bias?.elements == [0.25, -3, 1e-9])
  }

  @Test("an array written some rows at a time gives the bytes of the whole array")
  func rows() throws {
    let folder = try TemporaryFolder()
    let (whole, pieces) = (folder.path("whole.safetensors"), folder.path("pieces.safetensors"))
    let tensor = Tensor<Float>(shape: [7, 3], elements: (0..<21).map { Float($0) / 3 })
    try SafetensorsFile.write(path: whole, arrays: [("p", StoredArray(tensor))], metadata: ["k": "v"])
    for rowsAtOnce in [1, 3, 7, 100] {
      var asked: [Range<Int>] = []
      try SafetensorsFile.writeRows(
        path: pieces, name: "p", shape: (count: 7, dimension: 3), metadata: ["k": "v"], rowsAtOnce: rowsAtOnce
      ) { range -> Tensor<Float> in
        asked.append(range)
        return tensor.sliced(axis: 0, range)
      }
      #expect(asked.count == (7 + rowsAtOnce - 1) / rowsAtOnce)
      let (expected, found) = try (
        Data(contentsOf: URL(fileURLWithPath: whole)), Data(contentsOf: URL(fileURLWithPath: pieces))
      )
      #expect(found == expected)
    }
    #expect(throws: FileFormatError.self) {
      try SafetensorsFile.writeRows(path: pieces, name: "__metadata__", shape: (count: 1, dimension: 1)) {
        _ in
        Tensor<Double>.zeros([1, 1])
      }
    }
  }

  @Test("the layout is length, sorted JSON padded with spaces, data")
  func exactBytes() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("tiny.safetensors")
    let flags = try StoredArray(elementType: .u8, shape: [3], bytes: Data([1, 2, 3]))
    try SafetensorsFile.write(
      path: path, arrays: [("b", StoredArray(shape: [1, 2], floats: [1, -2])), ("a", flags)])
    let json =
      #"{"a":{"dtype":"U8","shape":[3],"data_offsets":[8,11]},"#
      + #""b":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}"#
    let padded = json + String(repeating: " ", count: (8 - json.utf8.count % 8) % 8)
    var expected = Data([UInt8(padded.utf8.count), 0, 0, 0, 0, 0, 0, 0])
    expected.append(Data(padded.utf8))
    expected.append(Data([0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 1, 2, 3]))
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == expected)
  }

  @Test("no arrays at all is a valid file")
  func emptyFile() throws {
    let folder = try TemporaryFolder()
    try SafetensorsFile.write(path: folder.path("none.safetensors"), arrays: [])
    #expect(try SafetensorsFile.read(path: folder.path("none.safetensors")).arrays.isEmpty)
  }

  @Test("every escape of JSON is understood, as Foundation understands it")
  func escapes() throws {
    let text = #""\" \\ \/ \b \f \n \r \t \u00e9 \uD83D\uDE42 \udbff\udfff \u0000 é 🙂""#
    let file = try SafetensorsFile.parse(
      safetensors("{\"__metadata__\": {\"k\" :\(text)\n}}\t"), file: "test")
    let expected = try JSONDecoder().decode(String.self, from: Data(text.utf8))
    #expect(file.metadata == ["k": expected])
    #expect(expected.unicodeScalars.contains("\u{1F642}") && expected.unicodeScalars.contains("\u{10FFFF}"))
  }

  @Test("a missing name is answered with the file, the name and what is there")
  func missingName() throws {
    let file = try SafetensorsFile.parse(
      safetensors(#"{"Wq":\#(f32(2, 0, 8))}"#, data: 8), file: "m.safetensors")
    let error = #expect(throws: FileFormatError.self) { try file.array(named: "Wk") }
    #expect(error.map { "\($0)" } == #"m.safetensors: array names: expected "Wk", found Wq"#)
  }

  @Test("arrays of other formats and null metadata do not matter until such an array is asked for")
  func otherFormats() throws {
    let others = ["F8_E4M3", "F4", "f32", "I128", "C64"]
    let entries = others.enumerated().map { index, dtype in
      #""o\#(index)":{"dtype":"\#(dtype)","shape":[6],"data_offsets":[\#(8 + 3 * index),\#(11 + 3 * index)]}"#
    }
    let header = #"{"__metadata__":null,"a":\#(f32(2, 0, 8)),\#(entries.joined(separator: ","))}"#
    let file = try SafetensorsFile.parse(
      safetensors(header, data: 8 + 3 * others.count), file: "m.safetensors")
    #expect(file.metadata.isEmpty && file.names == ["a"])
    #expect(try file.array(named: "a").floats() == [0, 0])
    #expect(file.unreadable.keys.sorted() == others.indices.map { "o\($0)" })
    for (index, dtype) in others.enumerated() {
      let error = #expect(throws: FileFormatError.self) { try file.array(named: "o\(index)") }
      #expect(
        error.map { "\($0)" }
          == "m.safetensors: array \"o\(index)\", dtype: expected one of BF16, BOOL, F16, F32, F64, I16, I32, "
          + "I64, I8, U16, U32, U64, U8, found \"\(dtype)\", of shape [6]")
    }
    // They take their place all the same: a hole between them is a hole.
    let holed = header.replacingOccurrences(of: "[11,14]", with: "[12,14]")
    #expect(throws: FileFormatError.self) {
      try SafetensorsFile.parse(safetensors(holed, data: 8 + 3 * others.count), file: "m.safetensors")
    }
  }

  @Test("names that only bytes tell apart are refused, since asking for one would give either")
  func canonicallyEqualNames() throws {
    let header = "{\"\u{E9}\":\(f32(1, 0, 4)),\"e\u{301}\":\(f32(1, 4, 8))}"
    let error = #expect(throws: FileFormatError.self) {
      try SafetensorsFile.parse(safetensors(header, data: 8), file: "m.safetensors")
    }
    #expect(error?.expected == "names that differ")
  }

  @Test(
    "another kind of file under this name is named, with what to do",
    arguments: [
      (
        Data("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n".utf8),
        "Git LFS pointer"
      ),
      (Data("<!DOCTYPE html>\n<html></html>".utf8), "an HTML page"), (Data([0x80, 2, 0x7D, 0x71]), "pickle"),
      (Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]), "gzip"), (Data("PK\u{3}\u{4}".utf8), "a zip file"),
      (Data(#"{"a": 1}"#.utf8), "JSON"),
    ] as [(Data, String)])
  func otherKinds(bytes: Data, kind: String) throws {
    let error = #expect(throws: FileFormatError.self) { try SafetensorsFile.parse(bytes, file: "m") }
    #expect(error?.expected == "a safetensors file" && error?.found.contains(kind) == true)
    if kind == "a zip file" { return }
    let other = #expect(throws: FileFormatError.self) { try NPZFile.parse(bytes, file: "m") }
    #expect(other?.expected == "a NumPy .npz file" && other?.found.contains(kind) == true)
  }

  @Test("names that cannot be written are refused before the old file is touched")
  func refusedNames() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("kept.safetensors")
    try AtomicFile(path: path).write(Data("old".utf8))
    let array = StoredArray(shape: [], doubles: [1])
    for names in [["__metadata__"], ["a", "b", "a"]] {
      #expect(throws: FileFormatError.self) {
        try SafetensorsFile.write(path: path, arrays: names.map { ($0, array) })
      }
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data("old".utf8))
  }

  @Test("a file that cannot be opened is named with the reason")
  func unreadable() throws {
    let folder = try TemporaryFolder()
    let missing = folder.path("missing.safetensors")
    let error = #expect(throws: FileAccessError.self) { try SafetensorsFile.read(path: missing) }
    #expect(error.map { "\($0)" } == "\(missing): cannot open: No such file or directory")
    #expect(throws: FileAccessError.self) { try SafetensorsFile.read(path: folder.root) }
  }

  @Test("every rule of the format is enforced, with one line that names the field", arguments: malformed)
  func malformedFiles(_ example: MalformedFile) throws {
    let error = #expect(throws: FileFormatError.self) {
      try SafetensorsFile.parse(example.bytes, file: "bad.safetensors")
    }
    let line = try #require(error).description
    #expect(line.hasPrefix("bad.safetensors: ") && !line.contains("\n"))
    #expect(line.contains(example.message), "\(line)")
  }

  static let malformed: [MalformedFile] = [
    MalformedFile("file: expected a safetensors file, found an empty file (", Data()),
    MalformedFile("header length: expected 8 bytes", Data([2, 0, 0])),
    MalformedFile("header length: expected at most 2, found 3", length(3) + Data("{}".utf8)),
    MalformedFile("header length: expected at most", length(1 << 63) + Data("{}".utf8)),
    MalformedFile("header length: expected at most", length(.max) + Data("{}".utf8)),
    MalformedFile(
      "header length: expected at most 2, found 9223372036854775807", length(.max >> 1) + Data("{}".utf8)),
    MalformedFile(
      "header length: expected at most 100000000, found 100000001",
      length(100_000_001) + Data(count: 100_000_001)),
    MalformedFile("header: expected a JSON object", safetensors("")),
    MalformedFile("header: expected a JSON object", safetensors(" {}")),
    MalformedFile("header: expected a JSON object", safetensors("[]")),
    MalformedFile("byte 1: expected a key in quotes, found the end", safetensors("{")),
    MalformedFile("byte 3: expected nothing after", safetensors("{} x")),
    MalformedFile(
      "expected every key once, found \"a\" again",
      safetensors("{\"a\":\(f32(1, 0, 4)),\"a\":\(f32(1, 0, 4))}", data: 4)),
    MalformedFile(
      "found \"a\" again", safetensors("{\"a\":\(f32(1, 0, 4)),\"\\u0061\":\(f32(1, 4, 8))}", data: 8)),
    MalformedFile(
      "found \"shape\" again",
      safetensors(#"{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}"#, data: 4)),
    MalformedFile("valid UTF-8", length(6) + Data([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x7D])),
    MalformedFile("pair of surrogates", safetensors(#"{"\ud800":1}"#)),
    MalformedFile("no control character", safetensors("{\"a\nb\":1}")),
    MalformedFile("nested values", safetensors("{\"a\":" + String(repeating: "[", count: 100_000))),
    MalformedFile("__metadata__: expected an object of texts", safetensors(#"{"__metadata__":[]}"#)),
    MalformedFile("__metadata__, \"k\": expected a text, found 1", safetensors(#"{"__metadata__":{"k":1}}"#)),
    MalformedFile("array \"a\", entry: expected an object", safetensors(#"{"a":3}"#)),
    MalformedFile(
      "array \"a\", dtype: expected a value",
      safetensors(#"{"a":{"shape":[1],"data_offsets":[0,4]}}"#, data: 4)),
    MalformedFile(
      "array \"a\", shape: expected a value",
      safetensors(#"{"a":{"dtype":"F32","data_offsets":[0,4]}}"#, data: 4)),
    MalformedFile(
      "array \"a\", data_offsets: expected a value",
      safetensors(#"{"a":{"dtype":"F32","shape":[1]}}"#, data: 4)),
    MalformedFile(
      "found \"strides\"",
      safetensors(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"strides":[1]}}"#, data: 4)),
    MalformedFile(
      "array \"a\", dtype: expected the name of a format, found 3",
      safetensors(#"{"a":{"dtype":3,"shape":[4],"data_offsets":[0,4]}}"#, data: 4)),
    MalformedFile("array \"a\", shape: expected integers", entry(shape: "[-1]", offsets: "[0,4]")),
    MalformedFile("array \"a\", shape: expected integers", entry(shape: "[1.0]", offsets: "[0,4]")),
    MalformedFile("array \"a\", shape: expected integers", entry(shape: "[1e0]", offsets: "[0,4]")),
    MalformedFile("array \"a\", shape: expected integers", entry(shape: "[true]", offsets: "[0,4]")),
    MalformedFile(
      "array \"a\", shape: expected integers", entry(shape: "[9223372036854775808]", offsets: "[0,4]")),
    MalformedFile("array \"a\", shape: expected an array", entry(shape: "4", offsets: "[0,4]")),
    MalformedFile(
      "array \"a\", shape: expected a product", entry(shape: "[4294967296,4294967296]", offsets: "[0,0]")),
    MalformedFile(
      "array \"a\", shape: expected a product", entry(shape: "[4294967296,4294967296,0]", offsets: "[0,0]")),
    MalformedFile(
      "array \"a\", shape: expected a product", entry(shape: "[4611686018427387905]", offsets: "[0,4]")),
    MalformedFile("data_offsets: expected [begin, end]", entry(shape: "[1]", offsets: "[4,0]")),
    MalformedFile("data_offsets: expected [begin, end]", entry(shape: "[1]", offsets: "[0,4,8]")),
    MalformedFile(
      "data_offsets: expected 8 bytes (F32 of shape [2]), found 4", entry(shape: "[2]", offsets: "[0,4]")),
    MalformedFile("data_offsets: expected end of at most 4", entry(shape: "[2]", offsets: "[0,8]")),
    MalformedFile("data_offsets: expected begin 0", entry(shape: "[1]", offsets: "[4,8]", data: 8)),
    MalformedFile(
      "data_offsets: expected begin 4, where",
      safetensors("{\"a\":\(f32(1, 0, 4)),\"b\":\(f32(1, 0, 4))}", data: 4)),
    MalformedFile(
      "data_offsets: expected begin 8, where",
      safetensors("{\"a\":\(f32(2, 0, 8)),\"b\":\(f32(2, 4, 12))}", data: 12)),
    MalformedFile(
      "data_offsets: expected begin 4, where",
      safetensors("{\"a\":\(f32(1, 0, 4)),\"b\":\(f32(1, 8, 12))}", data: 12)),
    MalformedFile(
      "data: expected 4 bytes, the sum of all arrays, found 5", entry(shape: "[1]", offsets: "[0,4]", data: 5)
    ),
    MalformedFile("data: expected 0 bytes", safetensors("{}", data: 1)),
    MalformedFile(
      "data_offsets: expected begin 4",
      safetensors("{\"a\":\(f32(1, 0, 4)),\"b\":\(f32(0, 2, 2))}", data: 4)),
  ]

  @Test("flipped, cut and spliced files give an error or a valid parse, never a trap")
  func fuzz() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("seed.safetensors")
    try SafetensorsFile.write(path: path, arrays: sampleArrays(), metadata: ["k": "v"])
    let written = try Data(contentsOf: URL(fileURLWithPath: path))
    let reference = try Data(contentsOf: URL(fileURLWithPath: fixturePath("reference.safetensors")))
    var stream = RandomStream(seed: 2024)
    var valid = 0
    for round in 0..<4000 {
      let original = round % 2 == 0 ? written : reference
      // Mostly inside the header, where the structure is.
      let reach = round % 4 < 3 ? 8 + Int(original[0]) + Int(original[1]) << 8 : original.count
      let bytes = mutated(original, within: reach, &stream)
      do {
        let file = try SafetensorsFile.parse(bytes, file: "fuzz")
        valid += 1
        for (_, array) in file.arrays { #expect(try array.doubles().count == array.count) }
      } catch let error as FileFormatError {
        #expect(!error.description.contains("\n"))
      }
    }
    #expect(valid > 50 && valid < 3950, "\(valid)")
  }
}

// MARK: - Handmade files

private func length(_ count: UInt64) -> Data { withUnsafeBytes(of: count.littleEndian) { Data($0) } }

private func safetensors(_ json: String, data: Int = 0) -> Data {
  length(UInt64(json.utf8.count)) + Data(json.utf8) + Data(count: data)
}

private func f32(_ count: Int, _ begin: Int, _ end: Int) -> String {
  #"{"dtype":"F32","shape":[\#(count)],"data_offsets":[\#(begin),\#(end)]}"#
}

private func entry(shape: String, offsets: String, data: Int = 4) -> Data {
  safetensors(#"{"a":{"dtype":"F32","shape":\#(shape),"data_offsets":\#(offsets)}}"#, data: data)
}
