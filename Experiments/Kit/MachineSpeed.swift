package import EnergyTransformer
import Foundation

/// What this machine does at best, to hold measured speeds against.
package enum MachineSpeed {
  private static let pieceLength = 1 << 20
  /// Rows and columns of the matrices of ``product()``.
  private static let productSize = 2_048
  /// Operations of ``product()``.
  package static let productOperations = 2 * pow(Double(productSize), 3)

  /// Seconds to copy the bytes of a file in the page cache into buffers by `read`, by some threads at once.
  package static func copying(_ path: String, threads: Int) throws -> Double {
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

  /// Seconds to add up the numbers of mapped patterns.
  package static func adding(_ patterns: StoredPatterns<Float>) -> Double {
    let rows = max(1, pieceLength / 4 / patterns.dimension)
    let pieces = (patterns.patternCount + rows - 1) / rows
    return Stopwatch.seconds {
      let sums = Parallelism.map(pieces) { piece -> Float in
        var sum: Float = 0
        let range = piece * rows..<min((piece + 1) * rows, patterns.patternCount)
        patterns.withRows(range) { start in
          Float.kernels.sum(outer: 1, reduced: range.count * patterns.dimension, inner: 1, x: start, y: &sum)
        }
        return sum
      }
      // Without a use of the sums nothing would have to be read.
      precondition(sums.count == pieces)
    }
  }

  /// Seconds of a product of two square matrices, the fastest of four.
  package static func product() -> Double {
    var random = RandomStream(seed: 0)
    let a = Tensor<Float>.uniform([productSize, productSize], using: &random)
    let b = Tensor<Float>.uniform([productSize, productSize], using: &random)
    return (0..<4).map { _ in Stopwatch.seconds { _ = a.matrixProduct(b) } }.min() ?? .infinity
  }
}
