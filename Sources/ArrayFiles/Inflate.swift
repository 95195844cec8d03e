import CZLib
import Foundation

/// Decompression of raw deflate data, the way zip files store it.
enum Inflate {
  /// The most that deflate can expand: 258 bytes out of 2 bits, rounded up.
  static let maximumRatio = 1032

  /// Exactly `count` bytes out of `compressed`, which must end with them; nil when it does not.
  ///
  /// The caller bounds `count`: that much memory is allocated first.
  static func all(_ compressed: Data, count: Int) -> Data? {
    guard let (bytes, isComplete) = run(compressed, count: count), isComplete, bytes.count == count else {
      return nil
    }
    return bytes
  }

  /// The first bytes out of `compressed`, at most `count`; nil when the data is damaged before.
  static func prefix(_ compressed: Data, count: Int) -> Data? {
    run(compressed, count: count)?.bytes
  }

  /// Inflates until `count` bytes are there or the data ends.
  ///
  /// `isComplete` says that the deflate stream ended right there, with its last input byte.
  private static func run(_ compressed: Data, count: Int) -> (bytes: Data, isComplete: Bool)? {
    var stream = z_stream()
    // Negative window bits: no zlib header, no checksum.
    let version = ZLIB_VERSION
    guard inflateInit2_(&stream, -15, version, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    // One byte more than asked for, so that a stream that goes on is noticed.
    var output = Data(count: count + 1)
    var written = 0
    var isComplete = false
    let isSound = compressed.withUnsafeBytes { (input: UnsafeRawBufferPointer) -> Bool in
      output.withUnsafeMutableBytes { (output: UnsafeMutableRawBufferPointer) -> Bool in
        var read = 0
        while true {
          let inputChunk = min(input.count - read, Int(Int32.max))
          let outputChunk = min(output.count - written, Int(Int32.max))
          // zlib declares its input mutable but does not write to it.
          stream.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.advanced(by: read).assumingMemoryBound(to: UInt8.self))
          stream.avail_in = UInt32(inputChunk)
          stream.next_out = output.baseAddress?.advanced(by: written).assumingMemoryBound(to: UInt8.self)
          stream.avail_out = UInt32(outputChunk)
          let status = inflate(&stream, Z_NO_FLUSH)
          read += inputChunk - Int(stream.avail_in)
          written += outputChunk - Int(stream.avail_out)
          if status == Z_STREAM_END {
            isComplete = read == input.count
            return true
          }
          if written == output.count { return true }
          if status != Z_OK { return false }
        }
      }
    }
    guard isSound else { return nil }
    return (output.prefix(min(written, count)), isComplete && written <= count)
  }
}

/// The CRC-32 of zip files.
func checksum(of bytes: Data) -> UInt32 {
  bytes.withUnsafeBytes { (buffer: UnsafeRawBufferPointer) in
    var value = crc32(0, nil, 0)
    var position = 0
    while position < buffer.count {
      let count = min(buffer.count - position, Int(Int32.max))
      value = crc32(
        value, buffer.baseAddress?.advanced(by: position).assumingMemoryBound(to: UInt8.self), UInt32(count))
      position += count
    }
    return UInt32(truncatingIfNeeded: value)
  }
}
