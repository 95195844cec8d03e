import ArrayFiles
import Foundation
import Foundations
import Tensors
import TestSupport
import Testing

/// Files that are no safetensors files, or break a rule of the format.
struct DamagedSafetensorsTests {
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
    MalformedFile("header length: expected at most 2, found 3", headerLength(3) + Data("{}".utf8)),
    MalformedFile("header length: expected at most", headerLength(1 << 63) + Data("{}".utf8)),
    MalformedFile("header length: expected at most", headerLength(.max) + Data("{}".utf8)),
    MalformedFile(
      "header length: expected at most 2, found 9223372036854775807",
      headerLength(.max >> 1) + Data("{}".utf8)),
    MalformedFile(
      "header length: expected at most 100000000, found 100000001",
      headerLength(100_000_001) + Data(count: 100_000_001)),
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
    MalformedFile("valid UTF-8", headerLength(6) + Data([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x7D])),
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

private func entry(shape: String, offsets: String, data: Int = 4) -> Data {
  safetensors(#"{"a":{"dtype":"F32","shape":\#(shape),"data_offsets":\#(offsets)}}"#, data: data)
}
