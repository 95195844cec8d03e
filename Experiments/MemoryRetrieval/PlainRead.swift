import EnergyTransformer
import Foundation
import Kit

/// Reading a file that is in the page cache, by all threads at once, and doing next to nothing with it.
enum PlainRead {
  private static let pieceLength = 1 << 20

  /// Seconds to copy the bytes of the file into buffers by `read`.
  static func copying(_ path: String, threads: Int) throws -> Double {
    let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else {
      throw FileAccessError(file: path, action: "open", reason: "it cannot be read")
    }
    defer { close(descriptor) }
    return Stopwatch.seconds {
      Parallelism.forEach(threads) { thread in
        let buffer = UnsafeMutableRawPointer.allocate(byteCount: pieceLength, alignment: 64)
        defer { buffer.deallocate() }
        var offset = size * thread / threads
        let end = size * (thread + 1) / threads
        while offset < end {
          let count = pread(descriptor, buffer, min(pieceLength, end - offset), off_t(offset))
          if count <= 0 { break }
          offset += count
        }
      }
    }
  }

  /// Seconds to add up the numbers of the mapped patterns.
  static func adding(_ patterns: StoredPatterns<Float>) -> Double {
    let rows = max(1, pieceLength / 4 / patterns.dimension)
    let pieces = (patterns.patternCount + rows - 1) / rows
    return Stopwatch.seconds {
      let sums = Parallelism.map(pieces) { piece -> Float in
        var sum: Float = 0
        let range = piece * rows..<min((piece + 1) * rows, patterns.patternCount)
        patterns.withRows(range) { start in
          Float.kernels.sum(1, range.count * patterns.dimension, 1, start, &sum)
        }
        return sum
      }
      // Without a use of the sums nothing would have to be read.
      precondition(sums.count == pieces)
    }
  }
}
