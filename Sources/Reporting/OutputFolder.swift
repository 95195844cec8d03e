import Foundation

/// The folder that a run writes to, made ready before the work begins.
public enum OutputFolder {
  /// Makes the folder where it is missing and tries to write to it, so that a run of minutes does not fail at its end.
  ///
  /// - Throws: ``ReportingError`` naming the folder and what is wrong with it.
  public static func prepare(_ path: String) throws {
    let parts = URL(fileURLWithPath: path).pathComponents
    for count in 1..<max(2, parts.count + 1) {
      let folder = NSString.path(withComponents: Array(parts.prefix(count)))
      if mkdir(folder, 0o777) != 0, errno != EEXIST, errno != EISDIR {
        throw ReportingError("\(path): cannot make this folder: \(systemErrorText())")
      }
    }
    let probe = "\(path)/.write-test-\(ProcessInfo.processInfo.processIdentifier)"
    do {
      try StagedFile.write("x", to: probe)
    } catch let error as ReportingError {
      let reason = error.description.components(separatedBy: ": ").last ?? ""
      throw ReportingError("\(path): cannot write to this folder: \(reason)")
    }
    unlink(probe)
  }
}
