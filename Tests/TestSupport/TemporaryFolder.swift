import Foundation

/// A folder of its own for one test, removed with the value.
public final class TemporaryFolder {
  public let root: String

  public init() throws {
    root = NSTemporaryDirectory() + "energy-transformer-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  public func path(_ name: String) -> String { root + "/" + name }
}
