import Foundation

/// The most memory that this process has held at any moment.
public enum PeakMemory {
  /// Bytes in main memory at the highest, by the system's own count; nil where it does not say.
  public static var bytes: Int? {
    var usage = rusage()
    // 0 stands for the process itself on every system.
    guard getrusage(0, &usage) == 0 else { return nil }
    #if os(macOS)
      return Int(usage.ru_maxrss)
    #else
      return Int(usage.ru_maxrss) * 1_024
    #endif
  }
}
