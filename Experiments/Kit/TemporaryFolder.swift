import Foundation

/// Work in a folder of its own, removed when it ends; `name` begins its name.
package func inTemporaryFolder<Result>(named name: String, _ work: (_ path: String) throws -> Result) throws
  -> Result
{
  let path = temporaryPath(name)
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try work(path)
}

/// A path in the system's folder of temporary files that no other process uses.
package func temporaryPath(_ name: String) -> String {
  FileManager.default.temporaryDirectory
    .appendingPathComponent("\(name)-\(ProcessInfo.processInfo.processIdentifier)").path
}
