import Foundation

/// A file that another run wrote and this one reads: where it lies when no option says so.
package enum FormerRun {
  /// The folders that runs are looked for in: those that `make run` writes, then the published ones.
  private static let roots = ["Runs", "Results"]

  /// The path that was given, else that of the file in the first folder which has it, with a remark that says which.
  ///
  /// - Parameters:
  ///   - path: A path that an option gives; nil where it was left out.
  ///   - file: The path inside the folder of all runs, such as `masked-images/model.safetensors`.
  /// - Returns: The last of the paths looked for where there is none, for an error to name.
  package static func path(_ path: String?, else file: String) -> String {
    if let path { return path }
    let candidates = roots.map { "\($0)/\(file)" }
    let found = candidates.first { FileManager.default.fileExists(atPath: $0) }
    if let found { remark("Reading \(found).") }
    return found ?? "Results/\(file)"
  }
}
