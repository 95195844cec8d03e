/// The checksum CRC-32C (Castagnoli), which TFRecord files use; zlib has only that of another polynomial.
///
/// Polynomial 0x1EDC6F41, read from its lowest bit; RFC 3720, appendix B.4, has examples.
package enum CRC32C {
  /// The checksum of some bytes.
  package static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(~0) { crc, byte in crc >> 8 ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] }
  }

  /// The same in the form that is stored, since the checksum of data that holds its own checksum says little: rotated right
  /// by 15 bits, plus a constant.
  package static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let crc = checksum(bytes)
    return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(byte) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
  }
}
