import Foundation
import Measurements

/// A system that waits for commands in a process of its own.
final class WorkerProcess {
  let variant: Variant
  /// What it says it computes with.
  private(set) var versions: [String: String] = [:]
  private let process = Process()
  private let commands = Pipe()
  private let answers = Pipe()
  private let logPath: String
  private let timeLimit: Double
  private var unread: [UInt8] = []

  /// Starts a worker and waits until it is ready.
  init(_ variant: Variant, by launcher: WorkerLauncher) throws {
    self.variant = variant
    logPath = launcher.logPath(of: variant)
    timeLimit = launcher.timeLimit
    let (program, arguments) = launcher.command(for: variant)
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = launcher.environment
    process.standardInput = commands
    process.standardOutput = answers
    try Data().write(to: URL(fileURLWithPath: logPath))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: logPath))
    do {
      try process.run()
    } catch {
      throw WorkerFault("\(variant.name): cannot run \(program)")
    }
    versions = try reply().versions ?? [:]
  }

  /// Sends a command and waits for the answer.
  func ask(_ request: WorkerRequest) throws -> WorkerReply {
    try commands.fileHandleForWriting.write(contentsOf: Data((request.line() + "\n").utf8))
    return try reply()
  }

  /// Ends the process and waits for its end.
  func quit() {
    try? commands.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  deinit {
    // After an error nobody asked it to quit; the end of its input does.
    try? commands.fileHandleForWriting.close()
  }

  private func reply() throws -> WorkerReply {
    do {
      return try WorkerReply(line: readLine())
    } catch let fault as WorkerFault {
      throw WorkerFault("\(variant.name): \(fault.description)")
    }
  }

  private func readLine() throws -> String {
    let end = ProcessFigures.seconds() + timeLimit
    while true {
      if let position = unread.firstIndex(of: UInt8(ascii: "\n")) {
        defer { unread.removeSubrange(...position) }
        return String(decoding: unread[..<position], as: UTF8.self)
      }
      let left = end - ProcessFigures.seconds()
      var wait = pollfd(fd: answers.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
      guard left > 0 else {
        process.terminate()
        throw WorkerFault("no answer in \(Int(timeLimit)) seconds")
      }
      guard poll(&wait, 1, Int32(1e3 * min(left, 10)) + 1) > 0 else { continue }
      let bytes = answers.fileHandleForReading.availableData
      guard !bytes.isEmpty else { throw WorkerFault("ended without an answer: \(lastWords)") }
      unread += bytes
    }
  }

  /// The last line it wrote to its error output.
  private var lastWords: String {
    let text = (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").last.map(String.init) ?? "it said nothing"
  }
}
