import EnergyTransformer
import Foundation
import Foundations
import Reporting
import Testing

/// An executable of this package, built beside the tests.
struct Program {
  let path: String

  init(path: String) { self.path = path }

  /// Finds the executable in the folder of the test bundle, or in the package's build folder.
  init(_ name: String) throws {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let running = [CommandLine.arguments.first, Bundle.main.executablePath].compactMap(\.self)
    let bundles = running + Bundle.allBundles.map(\.bundlePath)
    let folders =
      bundles.flatMap { path in
        // On macOS the test executable lies deeper, inside the bundle.
        (1...4).map { levels in
          (0..<levels).reduce(URL(fileURLWithPath: path)) { url, _ in url.deletingLastPathComponent() }
        }
      } + ["release", "debug"].map { package.appendingPathComponent(".build/\($0)") }
    let candidates = folders.map { $0.appendingPathComponent(name).path }
    path = try #require(
      candidates.first { isExecutableFile($0) }, "no executable \(name): build the package first")
  }

  /// Runs the program to its end, in a working folder of its own where one is given.
  func run(_ arguments: [String], in workingFolder: String? = nil) throws -> FinishedProgram {
    try start(arguments, in: workingFolder).finished()
  }

  /// Starts the program.
  func start(_ arguments: [String], in workingFolder: String? = nil) throws -> RunningProgram {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    if let workingFolder { process.currentDirectoryURL = URL(fileURLWithPath: workingFolder) }
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    // Files, not pipes: a full pipe would stop the program.
    let place = try TemporaryPlace()
    let streams = try ["output", "errors"].map { name in
      let url = URL(fileURLWithPath: place.path(name))
      try Data().write(to: url)
      return (url, try FileHandle(forWritingTo: url))
    }
    process.standardOutput = streams[0].1
    process.standardError = streams[1].1
    try process.run()
    return RunningProgram(process: process, streams: streams.map(\.0), place: place)
  }
}

/// A program at work.
struct RunningProgram {
  private let process: Process
  private let streams: [URL]
  /// Where the streams are written to.
  private let place: TemporaryPlace

  fileprivate init(process: Process, streams: [URL], place: TemporaryPlace) {
    (self.process, self.streams, self.place) = (process, streams, place)
  }

  /// Sends a signal.
  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Waits for the end.
  func finished() throws -> FinishedProgram {
    process.waitUntilExit()
    let texts = try streams.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
    return FinishedProgram(
      status: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal,
      output: texts[0], errors: texts[1])
  }
}

extension Program {
  /// What ArgumentParser tells about a program.
  struct Help: Decodable {
    struct Command: Decodable { let arguments: [Argument] }
    struct Argument: Decodable {
      let kind: String
      let preferredName: Name
      let isOptional: Bool
      let defaultValue: String?
      let abstract: String?
      let discussion: String?
    }
    struct Name: Decodable { let name: String }
    let command: Command
  }

  /// The options and flags that the program accepts.
  func acceptedArguments() throws -> [Help.Argument] {
    let text = try run(["--experimental-dump-help"]).output
    return try JSONDecoder().decode(Help.self, from: Data(text.utf8)).command.arguments
  }

  /// Expects the record of a run to have every option that the program accepts by its name, and no other, but for those
  /// that no result depends on: what is replaced, printed or shown, and what a run goes on with, are in no record.
  func expectEveryOption(
    in record: RunRecord, butFor unrecorded: Set<String> = ["output"],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var accepted = Set(try acceptedArguments().map(\.preferredName.name))
      .subtracting([
        "help", "version", "overwrite", "quiet", "resume", "live", "live-seconds", "tensorboard",
      ])
    // Of a flag and its opposite the flag alone.
    for name in accepted where accepted.contains("no-\(name)") { accepted.remove("no-\(name)") }
    #expect(accepted.count > 4 && unrecorded.isSubset(of: accepted), sourceLocation: sourceLocation)
    #expect(
      Set(record.options.keys) == accepted.subtracting(unrecorded), sourceLocation: sourceLocation)
  }
}

extension Program {
  /// What a worker of `performance` answers to some lines, its greeting first.
  static func workerAnswers(
    _ variant: String, _ lines: [String], in folder: TemporaryPlace
  ) throws -> [String] {
    let commands = folder.path("commands")
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: commands))
    let found = try Program(path: "/bin/sh").run([
      "-c", "exec \"$0\" worker \(variant) --threads 1 < \"$1\"", try Program("performance").path, commands,
    ])
    #expect(found.status == 0, "\(found.errors)")
    return found.output.split(separator: "\n").map(String.init)
  }
}

private func isExecutableFile(_ path: String) -> Bool {
  var isFolder: ObjCBool = false
  let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
  return exists && !isFolder.boolValue && FileManager.default.isExecutableFile(atPath: path)
}

/// What a program left when it ended.
struct FinishedProgram {
  let status: Int32
  let wasKilled: Bool
  let output: String
  let errors: String

  /// Expects exit code 1 and one line of error, with all of these texts.
  func expectOneLine(containing texts: String..., sourceLocation: SourceLocation = #_sourceLocation) {
    expectOneLine(containing: texts, sourceLocation: sourceLocation)
  }

  /// Expects exit code 1 and one line of error, with all of these texts.
  func expectOneLine(containing texts: [String], sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(status == 1 && !wasKilled, "status \(status): \(errors)", sourceLocation: sourceLocation)
    let lines = errors.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    #expect(lines.count == 1, "\(errors)", sourceLocation: sourceLocation)
    for text in texts {
      #expect(errors.contains(text), "\(text) in: \(errors)", sourceLocation: sourceLocation)
    }
  }
}

/// A folder of its own for a test, removed with the last copy of this value.
final class TemporaryPlace: Sendable {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("experiment-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// A path inside the folder; the folder itself for an empty name.
  func path(_ name: String) -> String {
    name.isEmpty ? folder.path : folder.appendingPathComponent(name).path
  }
}
