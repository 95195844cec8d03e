public import Foundation
import Foundations

/// Everything needed to tell what a run did, with what, and what came out; written as `run.json`.
///
/// `summary` holds the results as flat lower_snake_case names and finite numbers; `tables` says how the
/// tables of the run's page follow from them, so that they can be rebuilt without the experiment.
public struct RunRecord: Codable, Equatable, Sendable {
  /// The file name of a record inside its folder.
  public static let fileName = "run.json"

  /// The experiment's command name, such as "masked-images".
  public var experiment: String
  /// The title of the run's page.
  public var title: String
  /// The command that repeats the run.
  public var commandLine: String
  /// Every option, given or default, as text.
  public var options: [String: String]
  /// The seed all randomness of the run came from.
  public var seed: UInt64
  /// The commit the run was made from.
  public var commit: SourceCommit
  /// The machine the run was made on.
  public var machine: MachineFacts
  /// Versions by name: at least "swift" and "library".
  public var versions: [String: String]
  /// The data the run read, one entry per file.
  public var data: [DataFingerprint]
  /// Seconds by name of the part of the work.
  public var timings: [String: Double]
  /// The results: lower_snake_case names to finite numbers.
  public var summary: [String: Double]
  /// The names of the summary that the index of all runs shows; the first four when empty.
  public var headline: [String]
  /// How the tables of the run's page follow from the summary.
  public var tables: [TableRecipe]
  /// When the run started, to the second.
  public var date: Date

  private enum CodingKeys: String, CodingKey {
    case experiment, title, options, seed, commit, machine, versions, data, timings, summary, headline
    case tables, date
    case commandLine = "command_line"
  }

  /// A record of the run now starting: asks git, the machine and the command line; results come later.
  public init(
    experiment: String, title: String, options: [String: String], seed: UInt64,
    data: [DataFingerprint] = []
  ) {
    self.experiment = experiment
    self.title = title
    self.options = options
    self.seed = seed
    self.data = data
    commandLine = Self.commandLine(CommandLine.arguments)
    commit = .current()
    machine = .current()
    versions = SoftwareVersions.current()
    timings = [:]
    summary = [:]
    headline = []
    tables = []
    date = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
  }

  /// Does a part of the work and records the seconds that it takes under a name.
  public mutating func timed<Result>(_ name: String, _ work: () throws -> Result) rethrows -> Result {
    let started = Date()
    let result = try work()
    timings[name] = Date().timeIntervalSince(started)
    return result
  }

  /// The command as it would be typed: the program by its bare name, arguments quoted where a shell needs it.
  public static func commandLine(_ arguments: [String]) -> String {
    guard let program = arguments.first else { return "" }
    let name = program.split(separator: "/").last.map(String.init) ?? program
    return ([name] + arguments.dropFirst()).map(quotedForShell).joined(separator: " ")
  }

  private static func quotedForShell(_ argument: String) -> String {
    let isPlain = argument.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "_-./=:,+@%".utf8.contains(byte)
      }
    }
    if isPlain, !argument.isEmpty { return argument }
    return "'" + replacing("'", with: "'\\''", in: argument) + "'"
  }
}
