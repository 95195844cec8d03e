import Foundation

/// The machine a run was made on; timings mean nothing without it.
public struct MachineFacts: Codable, Equatable, Sendable {
  /// The processor's model name, or "unknown".
  public var processor: String
  /// The number of processor cores the run could use.
  public var coreCount: Int
  /// Main memory in bytes.
  public var memoryBytes: UInt64
  /// The operating system and its version.
  public var operatingSystem: String

  private enum CodingKeys: String, CodingKey {
    case processor
    case coreCount = "cores"
    case memoryBytes = "memory_bytes"
    case operatingSystem = "operating_system"
  }

  /// The machine this program runs on.
  ///
  /// No host or user name is recorded.
  public static func current() -> MachineFacts {
    let process = ProcessInfo.processInfo
    return MachineFacts(
      processor: processorName() ?? "unknown", coreCount: process.activeProcessorCount,
      memoryBytes: process.physicalMemory, operatingSystem: process.operatingSystemVersionString)
  }

  private static func processorName() -> String? {
    #if os(macOS)
      // Written, not tested.
      var name = [CChar](repeating: 0, count: 256)
      var length = name.count - 1
      guard sysctlbyname("machdep.cpu.brand_string", &name, &length, nil, 0) == 0 else { return nil }
      return String(validatingCString: name)
    #else
      guard let bytes = FileManager.default.contents(atPath: "/proc/cpuinfo") else { return nil }
      return processorName(inCPUInfo: String(decoding: bytes, as: UTF8.self))
    #endif
  }

  /// The first "model name" line of the text of /proc/cpuinfo.
  package static func processorName(inCPUInfo text: String) -> String? {
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) == "model name" else { continue }
      return parts[1].trimmingCharacters(in: .whitespaces)
    }
    return nil
  }
}

/// The peak memory of this process.
public enum PeakMemory {
  /// The largest number of bytes that it has held in main memory, by the system's count; nil where it does not say.
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
