import CKernels

/// The memory of a tensor: 64-byte aligned, uninitialised until written, recycled when released.
package final class Storage<Scalar: TensorScalar>: @unchecked Sendable {
  package let pointer: UnsafeMutablePointer<Scalar>
  package let count: Int
  private let sizeClass: Int

  /// Memory for so many numbers, of a tensor of the shape where one is given.
  ///
  /// Ends the program with a line that says how many bytes were wanted, and for what, where there is not enough.
  package init(count: Int, shape: [Int]? = nil) {
    func purpose() -> String {
      shape.map { "a tensor of shape \($0)" } ?? "\(count) numbers of type \(Scalar.self)"
    }
    self.count = count
    let (bytes, overflows) = count.multipliedReportingOverflow(by: MemoryLayout<Scalar>.stride)
    if overflows || bytes > BufferPool.largest {
      OutOfMemory.stop(bytes: overflows ? nil : bytes, for: purpose())
    }
    sizeClass = BufferPool.sizeClass(bytes: bytes)
    pointer = BufferPool.take(sizeClass, for: purpose).assumingMemoryBound(to: Scalar.self)
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

  /// More bytes than any processor addresses today.
  static let largest = 1 << 52

  // The pointers are handed to one owner at a time under the lock.
  private struct Free: @unchecked Sendable {
    var buffers: [[UnsafeMutableRawPointer]] = Array(repeating: [], count: 256)
    var bytes = 0
    var allocations = 0
    /// Bytes of the buffers that have an owner, and the most there have been.
    var held = 0
    var mostHeld = 0
    /// What is left to carve small buffers from.
    var slab = 0..<0
  }
  private static let pool = Guarded(Free())
  private static let limit = 1 << 30

  /// Buffers that were not there to be recycled, since the program began: unchanged over a step that allocates nothing.
  package static var freshAllocations: Int { pool.withLock { $0.allocations } }

  /// Bytes of the buffers that have an owner.
  static var held: Int { pool.withLock { $0.held } }

  /// The most bytes that had an owner since this was last asked, and from now on what they are now.
  static func mostHeldSinceLast() -> Int {
    pool.withLock { free in
      defer { free.mostHeld = free.held }
      return free.mostHeld
    }
  }

  static func take(_ sizeClass: Int, for purpose: () -> String) -> UnsafeMutableRawPointer {
    let kept = pool.withLock { free -> UnsafeMutableRawPointer? in
      free.held += size(sizeClass)
      free.mostHeld = max(free.mostHeld, free.held)
      guard let buffer = free.buffers[sizeClass].popLast() else {
        free.allocations += 1
        return nil
      }
      free.bytes -= size(sizeClass)
      return buffer
    }
    if let kept { return kept }
    let bytes = size(sizeClass)
    let fresh =
      bytes < HugePages.size ? carved(bytes) : HugePages.allocate(bytes: bytes) ?? afterRelease(bytes)
    guard let fresh else { OutOfMemory.stop(bytes: bytes, for: purpose()) }
    return fresh
  }

  /// A part of a larger piece of memory, so that small buffers share huge pages. It never goes back to the system.
  private static func carved(_ bytes: Int) -> UnsafeMutableRawPointer? {
    pool.withLock { free in
      if free.slab.isEmpty || free.slab.count < bytes {
        // Where memory is scarce a smaller piece may be had.
        for size in [8 * HugePages.size, 8 * HugePages.size, HugePages.size] {
          if let start = HugePages.allocate(bytes: size).map(Int.init(bitPattern:)) {
            free.slab = start..<start + size
            break
          }
          release(&free)
        }
      }
      guard free.slab.count >= bytes else { return nil }
      let start = free.slab.lowerBound
      free.slab = start + bytes..<free.slab.upperBound
      return UnsafeMutableRawPointer(bitPattern: start)
    }
  }

  /// Memory that is there once the large buffers that wait to be used again have gone back to the system.
  private static func afterRelease(_ bytes: Int) -> UnsafeMutableRawPointer? {
    pool.withLock { release(&$0) }
    return HugePages.allocate(bytes: bytes)
  }

  private static func release(_ free: inout Free) {
    for sizeClass in free.buffers.indices
    where !free.buffers[sizeClass].isEmpty && size(sizeClass) >= HugePages.size {
      for buffer in free.buffers[sizeClass] { HugePages.release(buffer) }
      free.bytes -= free.buffers[sizeClass].count * size(sizeClass)
      free.buffers[sizeClass] = []
    }
  }

  static func give(_ buffer: UnsafeMutableRawPointer, _ sizeClass: Int) {
    let isKept = pool.withLock { free in
      free.held -= size(sizeClass)
      guard size(sizeClass) < HugePages.size || free.bytes + size(sizeClass) <= limit else { return false }
      free.buffers[sizeClass].append(buffer)
      free.bytes += size(sizeClass)
      return true
    }
    if !isKept { HugePages.release(buffer) }
  }
}

#if canImport(Glibc)
  import Glibc
#endif

/// Memory that lies on huge pages where the system has them: with rows a page apart, a matrix lies on more
/// usual pages than a processor remembers the places of.
enum HugePages {
  /// The bytes of a huge page, on most processors.
  static let size = 1 << 21

  /// Uninitialised memory that begins with a huge page; nil where the system has none left.
  static func allocate(bytes: Int) -> UnsafeMutableRawPointer? {
    guard let memory = et_allocate(bytes, size) else { return nil }
    #if canImport(Glibc)
      // A wish: where it is not granted, usual pages do.
      _ = madvise(memory, bytes, MADV_HUGEPAGE)
    #endif
    return memory
  }

  /// Gives the memory back to the system.
  static func release(_ memory: UnsafeMutableRawPointer) { et_release(memory) }
}

/// The memory that tensors and the buffers of descents hold, counted as it is taken and given back: the same on every machine, and
/// not what the system has set aside for the program.
public enum TensorMemory {
  /// Bytes held now, by all threads.
  public static var bytes: Int { BufferPool.held }

  /// Does some work, and tells the most memory that was held during it beyond what was held before, in bytes.
  ///
  /// What other threads hold in the meantime counts too. One such measurement at a time.
  ///
  /// ```swift
  /// let (gradient, bytes) = TensorMemory.peak { valueWithGradient(at: model) { loss($0) } }
  /// ```
  public static func peak<Result>(of work: () throws -> Result) rethrows -> (result: Result, bytes: Int) {
    let before = bytes
    _ = BufferPool.mostHeldSinceLast()
    let result = try work()
    return (result, max(0, BufferPool.mostHeldSinceLast() - before))
  }
}
