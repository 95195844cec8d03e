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
