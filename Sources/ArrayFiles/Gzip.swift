import CZLib
package import Foundation
import Foundations

/// Decompression of gzip data (RFC 1952), one member or several after each other, with their checksums and lengths.
package enum Gzip {
  /// The bytes that gzip data begins with.
  package static let signature: [UInt8] = [0x1F, 0x8B]
  /// The most that is unpacked unless the caller says otherwise: 4 GiB.
  package static let largestByteCount = 1 << 32

  private static let chunkByteCount = 1 << 18

  /// Everything that `compressed` unpacks to.
  ///
  /// - Parameters:
  ///   - file: The name of the data in errors.
  ///   - maximumByteCount: Data that unpacks to more is refused once that much is there.
  /// - Throws: ``FileFormatError`` where the data is damaged or cut short, where something else follows it, and where
  ///   it is more than allowed.
  package static func unpacked(
    _ compressed: Data, file: String, maximumByteCount: Int = largestByteCount
  ) throws -> Data {
    let output = try unpack(compressed, file: file, until: maximumByteCount + 1)
    guard output.count <= maximumByteCount else {
      throw FileFormatError(
        file: file, field: "unpacked size", expected: "at most \(maximumByteCount) bytes", found: "more")
    }
    return output
  }

  /// The first bytes that `compressed` unpacks to, at most `count`.
  package static func prefix(_ compressed: Data, count: Int, file: String) throws -> Data {
    try unpack(compressed, file: file, until: count)
  }

  /// Unpacks until `count` bytes are there or the data ends.
  private static func unpack(_ compressed: Data, file: String, until count: Int) throws -> Data {
    func failure(_ found: String) -> FileFormatError {
      FileFormatError(file: file, field: "gzip data", expected: "a whole gzip file", found: found)
    }
    var stream = z_stream()
    // 16 more than the window's bits: a gzip header and trailer around the data.
    guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw failure("no decompressor")
    }
    defer { inflateEnd(&stream) }
    var output = Data()
    var chunk = [UInt8](repeating: 0, count: chunkByteCount)
    try compressed.withUnsafeBytes { (input: UnsafeRawBufferPointer) in
      var read = 0
      while output.count < count {
        let given = min(input.count - read, Int(Int32.max))
        let wanted = min(chunkByteCount, count - output.count)
        // zlib declares its input mutable but does not write to it.
        stream.next_in = UnsafeMutablePointer(
          mutating: input.baseAddress?.advanced(by: read).assumingMemoryBound(to: UInt8.self))
        stream.avail_in = UInt32(given)
        let status = chunk.withUnsafeMutableBufferPointer { buffer -> Int32 in
          stream.next_out = buffer.baseAddress
          stream.avail_out = UInt32(wanted)
          return inflate(&stream, Z_NO_FLUSH)
        }
        read += given - Int(stream.avail_in)
        output.append(contentsOf: chunk[..<(wanted - Int(stream.avail_out))])
        if status == Z_STREAM_END {
          let rest = input[read...]
          // Tapes and some tools pad with zeros.
          if rest.allSatisfy({ $0 == 0 }) { return }
          guard rest.starts(with: signature) else { throw failure("other bytes after it") }
          inflateReset(&stream)
        } else if status == Z_BUF_ERROR || (status == Z_OK && read == input.count && stream.avail_out > 0) {
          throw failure("an end too early, after \(input.count) bytes")
        } else if status != Z_OK {
          throw failure("damaged data before byte \(read)")
        }
      }
    }
    return output
  }
}
