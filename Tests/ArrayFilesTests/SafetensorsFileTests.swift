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
    #expect(file.names == ["bias", "weights"] && file.metadata == ["epochs": "3", "parameter-layout": "2"])
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
}
