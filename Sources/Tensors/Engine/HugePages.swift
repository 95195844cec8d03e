import CKernels

#if canImport(Glibc)
  import Glibc
#endif

/// Memory that lies on huge pages where the system has them: with rows of tokens a page apart, a matrix lies on more
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
