import CKernels
import Synchronization

/// The memory of a tensor: 64-byte aligned, uninitialised until written, recycled when released.
package final class Storage<Scalar: TensorScalar>: @unchecked Sendable {
  package let pointer: UnsafeMutablePointer<Scalar>
  package let count: Int
  private let sizeClass: Int

  package init(count: Int) {
    self.count = count
    sizeClass = BufferPool.sizeClass(bytes: count * MemoryLayout<Scalar>.stride)
    pointer = BufferPool.take(sizeClass).assumingMemoryBound(to: Scalar.self)
  }

  /// Memory filled with zeros.
  package static func zeros(_ count: Int) -> Storage {
    let storage = Storage(count: count)
    storage.clear(0..<count)
    return storage
  }

  /// Writes zeros, whose bytes are zero in every format.
  package func clear(_ range: Range<Int>) {
    UnsafeMutableRawPointer(pointer + range.lowerBound).initializeMemory(
      as: UInt8.self, repeating: 0, count: range.count * MemoryLayout<Scalar>.stride)
  }

  deinit { BufferPool.give(UnsafeMutableRawPointer(pointer), sizeClass) }
}

/// Keeps released buffers by size class, so that the step of a descent allocates only the first time.
package enum BufferPool {
  /// Four classes to each power of two from 256 bytes up: at most a quarter is wasted.
  package static func sizeClass(bytes: Int) -> Int {
    if bytes <= 256 { return 0 }
    // bytes lie in (2^power, 2^(power + 1)], of which the class covers a quarter.
    let power = Int.bitWidth - 1 - (bytes - 1).leadingZeroBitCount
    let quarter = 1 << (power - 2)
    return 4 * (power - 8) + (bytes - (1 << power) + quarter - 1) / quarter
  }

  package static func size(_ sizeClass: Int) -> Int { (256 << (sizeClass / 4)) / 4 * (4 + sizeClass % 4) }

  private struct Free {
    var buffers: [[UnsafeMutableRawPointer]] = Array(repeating: [], count: 256)
    var bytes = 0
    var allocations = 0
  }
  // The pointers are handed to one owner at a time under the lock.
  private struct Locked: @unchecked Sendable { var free = Free() }
  private static let pool = Mutex(Locked())
  private static let limit = 1 << 30
  /// Bytes from which buffers ask for large pages.
  private static let leastLarge = 1 << 23

  /// Buffers that were not there to be recycled, since the program began: unchanged over a step that allocates nothing.
  package static var freshAllocations: Int { pool.withLock { $0.free.allocations } }

  static func take(_ sizeClass: Int) -> UnsafeMutableRawPointer {
    let kept = pool.withLock { locked -> Int? in
      guard let buffer = locked.free.buffers[sizeClass].popLast() else {
        locked.free.allocations += 1
        return nil
      }
      locked.free.bytes -= size(sizeClass)
      return Int(bitPattern: buffer)
    }
    if let kept, let buffer = UnsafeMutableRawPointer(bitPattern: kept) { return buffer }
    let buffer = UnsafeMutableRawPointer.allocate(byteCount: size(sizeClass), alignment: 64)
    if size(sizeClass) >= leastLarge { et_prefer_large_pages(buffer, size(sizeClass)) }
    return buffer
  }

  static func give(_ buffer: UnsafeMutableRawPointer, _ sizeClass: Int) {
    let address = Int(bitPattern: buffer)
    let keep = pool.withLock { locked -> Bool in
      guard locked.free.bytes + size(sizeClass) <= limit,
        let buffer = UnsafeMutableRawPointer(bitPattern: address)
      else { return false }
      locked.free.buffers[sizeClass].append(buffer)
      locked.free.bytes += size(sizeClass)
      return true
    }
    if !keep { buffer.deallocate() }
  }
}
