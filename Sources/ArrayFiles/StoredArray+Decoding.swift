import Foundation
import Foundations

extension StoredArray {
  /// The elements as 32-bit floats, row-major; the rules are those of ``StoredArray``.
  ///
  /// - Throws: ``Foundations/FileFormatError`` when a finite f64 is beyond the range of `Float`.
  public func floats() throws -> [Float] {
    switch elementType {
    case .f64:
      let values = decoded(UInt64.self) { Float(Double(bitPattern: $0)) }
      for (index, value) in values.enumerated() where value.isInfinite { try checkInfinite(at: index) }
      return values
    case .f32: return decoded(UInt32.self) { Float(bitPattern: $0) }
    case .f16: return decoded(UInt16.self, halfPrecision)
    case .bf16: return decoded(UInt16.self) { Float(bitPattern: UInt32($0) &<< 16) }
    case .i64: return decoded(Int64.self) { Float($0) }
    case .i32: return decoded(Int32.self) { Float($0) }
    case .i16: return decoded(Int16.self) { Float($0) }
    case .i8: return decoded(Int8.self) { Float($0) }
    case .u64: return decoded(UInt64.self) { Float($0) }
    case .u32: return decoded(UInt32.self) { Float($0) }
    case .u16: return decoded(UInt16.self) { Float($0) }
    case .u8: return decoded(UInt8.self) { Float($0) }
    case .bool: return decoded(UInt8.self) { $0 == 0 ? 0 : 1 }
    }
  }

  /// The elements as 64-bit floats, row-major; the rules are those of ``StoredArray``.
  public func doubles() throws -> [Double] {
    switch elementType {
    case .f64: decoded(UInt64.self) { Double(bitPattern: $0) }
    case .f32: decoded(UInt32.self) { Double(Float(bitPattern: $0)) }
    case .f16: decoded(UInt16.self) { Double(halfPrecision($0)) }
    case .bf16: decoded(UInt16.self) { Double(Float(bitPattern: UInt32($0) &<< 16)) }
    case .i64: decoded(Int64.self) { Double($0) }
    case .i32: decoded(Int32.self) { Double($0) }
    case .i16: decoded(Int16.self) { Double($0) }
    case .i8: decoded(Int8.self) { Double($0) }
    case .u64: decoded(UInt64.self) { Double($0) }
    case .u32: decoded(UInt32.self) { Double($0) }
    case .u16: decoded(UInt16.self) { Double($0) }
    case .u8: decoded(UInt8.self) { Double($0) }
    case .bool: decoded(UInt8.self) { $0 == 0 ? 0 : 1 }
    }
  }

  /// The elements as integers, row-major; the rules are those of ``StoredArray``.
  ///
  /// - Throws: ``Foundations/FileFormatError`` when the array holds floats, or a u64 beyond `Int`.
  public func integers() throws -> [Int] {
    switch elementType {
    case .f64, .f32, .f16, .bf16:
      throw FileFormatError(
        file: file, field: "array \(quoted(name)), number format",
        expected: "integers or bool", found: elementType.rawValue)
    case .i64: return decoded(Int64.self) { Int($0) }
    case .i32: return decoded(Int32.self) { Int($0) }
    case .i16: return decoded(Int16.self) { Int($0) }
    case .i8: return decoded(Int8.self) { Int($0) }
    case .u64:
      let values = decoded(UInt64.self) { $0 }
      if let index = values.firstIndex(where: { $0 > UInt64(Int.max) }) {
        throw FileFormatError(
          file: file, field: "array \(quoted(name)), element \(index)",
          expected: "at most \(Int.max)", found: "\(values[index])")
      }
      return values.map { Int($0) }
    case .u32: return decoded(UInt32.self) { Int($0) }
    case .u16: return decoded(UInt16.self) { Int($0) }
    case .u8: return decoded(UInt8.self) { Int($0) }
    case .bool: return decoded(UInt8.self) { $0 == 0 ? 0 : 1 }
    }
  }

  /// Each little-endian word of the bytes, converted; works at any alignment.
  @inline(__always)
  private func decoded<Word: FixedWidthInteger & BitwiseCopyable, Value>(
    _ word: Word.Type, _ convert: (Word) -> Value
  ) -> [Value] {
    bytes.withUnsafeBytes { buffer in
      let count = buffer.count / MemoryLayout<Word>.size
      return [Value](unsafeUninitializedCapacity: count) { values, initialized in
        for index in 0..<count {
          let stored = buffer.loadUnaligned(fromByteOffset: index * MemoryLayout<Word>.size, as: Word.self)
          (values.baseAddress! + index).initialize(to: convert(Word(littleEndian: stored)))
        }
        initialized = count
      }
    }
  }

  private func checkInfinite(at index: Int) throws {
    let stored = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self) }
    let value = Double(bitPattern: UInt64(littleEndian: stored))
    if value.isFinite {
      throw FileFormatError(
        file: file, field: "array \(quoted(name)), element \(index)",
        expected: "a magnitude a 32-bit float can hold", found: "\(value)")
    }
  }
}

/// The value of an IEEE 754 half: 1 sign bit, 5 exponent bits with bias 15, 10 fraction bits.
///
/// Written out because `Float16` does not exist on Intel Macs.
func halfPrecision(_ bits: UInt16) -> Float {
  let sign = UInt32(bits & 0x8000) << 16
  let exponent = UInt32(bits >> 10) & 0x1F
  let fraction = UInt32(bits & 0x3FF)
  switch exponent {
  case 0:
    let magnitude = Float(fraction) * 0x1p-24
    return sign == 0 ? magnitude : -magnitude
  case 0x1F: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
  default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
  }
}
