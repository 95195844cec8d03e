import ArrayFiles
import Foundation
import Foundations
import Tensors
import Testing

struct StoredArrayTests {
  @Test("floats, doubles and integers come back as they went in")
  func initializers() throws {
    let floats: [Float] = [1.5, -0.0, .infinity, .leastNonzeroMagnitude, 3e38, -7]
    let array = StoredArray(shape: [3, 2], floats: floats)
    #expect(array.elementType == .f32 && array.count == 6)
    #expect(try array.floats() == floats)
    #expect(try array.doubles() == floats.map { Double($0) })
    #expect(try StoredArray(shape: [1, 2], doubles: [.pi, -1e300]).doubles() == [.pi, -1e300])
    #expect(try StoredArray(shape: [2], integers: [.min, 5]).integers() == [.min, 5])
    #expect(Array(StoredArray(shape: [], floats: [1]).bytes) == [0, 0, 0x80, 0x3F])
  }

  @Test("a double rounds to the nearest float, but a finite one does not become infinite")
  func narrowing() throws {
    let array = StoredArray(shape: [3], doubles: [0.1, 1 + 0x1p-30, -.infinity])
    #expect(try array.floats() == [0.1, 1, -.infinity])
    #expect(try StoredArray(shape: [1], doubles: [.nan]).floats()[0].isNaN)
    let error = #expect(throws: FileFormatError.self) {
      try StoredArray(shape: [2], doubles: [1, 1e39]).floats()
    }
    #expect(error?.field == "array \"\", element 1")
  }

  @Test("floats are no integers, and a u64 beyond Int is refused")
  func refusedIntegers() throws {
    for array in [StoredArray(shape: [1], floats: [1]), StoredArray(shape: [1], doubles: [1])] {
      #expect(throws: FileFormatError.self) { try array.integers() }
    }
    let large = try StoredArray(
      elementType: .u64, shape: [2], bytes: Data([1] + [UInt8](repeating: 0, count: 14) + [0x80]))
    #expect(try large.doubles() == [1, 0x1p63])
    let error = #expect(throws: FileFormatError.self) { try large.integers() }
    #expect(error?.found == "9223372036854775808")
  }

  @Test("bytes that do not fill the shape are refused")
  func wrongByteCount() {
    for (shape, count) in [([2, 3], 23), ([2, 3], 25), ([-1], 4), ([.max, 2], 8), ([0, .max, .max], 0)] {
      #expect(throws: FileFormatError.self) {
        try StoredArray(elementType: .f32, shape: shape, bytes: Data(count: count))
      }
    }
  }

  @Test("elements decode at any alignment")
  func alignment() throws {
    let values: [Double] = [1, -2.5, 1e-300]
    let bytes = StoredArray(shape: [3], doubles: values).bytes
    for shift in 0..<8 {
      let slice = (Data(count: shift) + bytes).dropFirst(shift)
      let array = try StoredArray(elementType: .f64, shape: [3], bytes: slice)
      #expect(try array.doubles() == values)
      #expect(array == StoredArray(shape: [3], doubles: values))
    }
  }

  // Float16 does not exist on Intel Macs; there the fixtures check halves.
  #if !(os(macOS) && arch(x86_64))
    @Test("all 65536 halves decode like the processor's own type")
    func halves() throws {
      let bits = (0...UInt16.max).map { $0 }
      let bytes = Data(bits.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
      let array = try StoredArray(elementType: .f16, shape: [256, 256], bytes: bytes)
      let floats = try array.floats()
      let doubles = try array.doubles()
      for (index, half) in bits.enumerated() {
        let expected = Float(Float16(bitPattern: half))
        let agrees = expected.isNaN ? floats[index].isNaN : floats[index].bitPattern == expected.bitPattern
        #expect(agrees && (expected.isNaN || doubles[index] == Double(expected)), "\(half)")
      }
    }
  #endif
}
