import ArrayFiles
import Foundation
import Foundations
import Tensors
import Testing

/// A broken file and what the error must say about it.
struct MalformedFile: Sendable, CustomTestStringConvertible {
  let message: String
  let bytes: Data
  var testDescription: String { message }

  init(_ message: String, _ bytes: Data) {
    self.message = message
    self.bytes = bytes
  }
}

func fixturePath(_ name: String) throws -> String {
  try #require(Bundle.module.path(forResource: "Fixtures/" + name, ofType: nil))
}

/// One array of every number format, with pairwise different sizes and bytes.
func sampleArrays() throws -> [(name: String, array: StoredArray)] {
  try ElementType.allCases.enumerated().map { index, type in
    let shape = [index + 1, 3]
    let bytes = Data(
      (0..<((index + 1) * 3 * type.byteCount)).map { UInt8(truncatingIfNeeded: $0 * 7 + index) })
    return ("layer.\(index)/\(type) é\"", try StoredArray(elementType: type, shape: shape, bytes: bytes))
  } + [
    ("scalar", StoredArray(shape: [], doubles: [.pi])),
    ("empty", StoredArray(shape: [2, 0, 5], floats: [])),
    ("integers", StoredArray(shape: [2], integers: [.min, .max])),
  ]
}

/// Holds the arrays that all three fixtures share against the formulas of make-fixtures.py.
func expectNumPyArrays(_ arrays: [String: StoredArray]) throws {
  func array(_ name: String) throws -> StoredArray { try #require(arrays[name], "\(name)") }
  let sevenths = (0..<24).map { Double($0) / 7 }
  #expect(try array("f64").shape == [2, 3, 4])
  #expect(try array("f64").doubles() == sevenths)
  #expect(try array("f64").floats() == sevenths.map { Float($0) })
  #expect(try array("f32").elementType == .f32)
  #expect(try array("f32").floats() == sevenths.map { Float($0) })
  #expect(try array("bool").elementType == .bool)
  #expect(try array("bool").integers() == (0..<24).map { $0 % 3 == 0 ? 1 : 0 })
  #expect(try array("bool").floats() == (0..<24).map { $0 % 3 == 0 ? 1 : 0 })
  #expect(try array("scalar").shape == [])
  #expect(try array("scalar").floats() == [2.5])
  #expect(try array("empty").shape == [3, 0, 2])
  #expect(try array("empty").floats() == [])
  let integers: [String: [Int]] = [
    "i64": [.min, -1, 0, .max], "i32": [-1 << 31, -1, 0, 1 << 31 - 1],
    "i16": [-1 << 15, -1, 0, 1 << 15 - 1], "i8": [-128, -1, 0, 127], "u64": [0, 1, .max],
    "u32": [0, 1, 1 << 32 - 1], "u16": [0, 1, 1 << 16 - 1], "u8": [0, 1, 255],
  ]
  for (name, values) in integers {
    #expect(try array(name).elementType.rawValue == name)
    #expect(try array(name).integers() == values)
    #expect(try array(name).doubles() == values.map { Double($0) })
    #expect(try array(name).floats() == values.map { Float($0) })
  }
  // Halves: exact values, the largest, the subnormal and the smallest normal next to what was asked.
  let halves = try array("f16").floats()
  #expect(Array(halves[2..<9]) == [1.5, -2.25, 65504, 0x1p-24, 1023 * 0x1p-24, .infinity, -.infinity])
  #expect(halves[0].sign == .plus && halves[1].sign == .minus && halves[1] == 0 && halves[9].isNaN)
}

/// The bytes with a few of them changed, cut out, repeated or cut off, mostly before byte `reach`.
func mutated(_ original: Data, within reach: Int, _ stream: inout RandomStream) -> Data {
  var bytes = [UInt8](original)
  for _ in 0...stream.integer(below: 3) {
    guard !bytes.isEmpty else { break }
    let place = stream.integer(below: min(max(reach, 1), bytes.count))
    switch stream.integer(below: 8) {
    case 0: bytes.removeLast(bytes.count - place)
    case 1: bytes.remove(at: place)
    case 2: bytes.insert(UInt8(truncatingIfNeeded: stream.next()), at: place)
    case 3: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &stream) ?? 0
    case 4: bytes[place] = UInt8(ascii: "0") + UInt8(stream.integer(below: 10))
    case 5:
      let count = min(8, bytes.count - place)
      let source = stream.integer(below: bytes.count - count + 1)
      bytes.replaceSubrange(place..<(place + count), with: bytes[source..<(source + count)])
    default: bytes[place] ^= 1 << UInt8(stream.integer(below: 8))
    }
  }
  return Data(bytes)
}

/// The eight bytes that say how long the header of a safetensors file is.
func headerLength(_ count: UInt64) -> Data { withUnsafeBytes(of: count.littleEndian) { Data($0) } }

/// A safetensors file of a header as it is written here and of `data` zero bytes.
func safetensors(_ json: String, data: Int = 0) -> Data {
  headerLength(UInt64(json.utf8.count)) + Data(json.utf8) + Data(count: data)
}

/// The entry of an f32 array in such a header.
func f32(_ count: Int, _ begin: Int, _ end: Int) -> String {
  #"{"dtype":"F32","shape":[\#(count)],"data_offsets":[\#(begin),\#(end)]}"#
}
