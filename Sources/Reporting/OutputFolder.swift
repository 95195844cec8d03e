import Foundation
import Foundations

/// The folder that a run writes to, made ready before the work begins.
public enum OutputFolder {
  /// Makes the folder where it is missing and tries to write to it, so that a run of minutes does not fail at its end;
  /// takes away the partial files that runs which were killed left in it, and marks it as in use until the process ends.
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
    do {
      try StagedFile([0], for: "\(path)/.write-test").discard()
    } catch let error as ReportingError {
      let reason = error.description.components(separatedBy: ": ").last ?? ""
      throw ReportingError("\(path): cannot write to this folder: \(reason)")
    }
    AbandonedFiles.remove(fromFolder: path)
    FoldersInUse.ofProcess.add(path)
  }
}

/// What went wrong with a record, a table or a figure, in one line that names the file and the field.
public struct ReportingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The one line shown to the user.
  public let description: String

  /// An error with this text as its description; control characters and line breaks are escaped.
  public init(_ description: String) {
    self.description = oneLine(description)
  }
}
