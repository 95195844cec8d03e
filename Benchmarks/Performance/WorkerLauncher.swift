import Foundation
import Measurements

/// How workers are started.
struct WorkerLauncher {
  /// The interpreter of the peers' virtual environment.
  let python: String
  /// The folder of the peers' programs.
  let peers: String
  let threads: Int
  /// Files of this run.
  let workFolder: String
  /// Seconds after which a worker that does not answer is given up; compiling takes a minute or two.
  let timeLimit = 1200.0

  /// - Throws: ``WorkerFault`` where a program is missing.
  init(python: String, peers: String, threads: Int, workFolder: String) throws {
    for path in [python, "\(peers)/worker.py"] where !FileManager.default.fileExists(atPath: path) {
      throw WorkerFault("\(path) is missing; Benchmarks/Peers/setup.sh installs the peers")
    }
    (self.python, self.peers, self.threads, self.workFolder) = (python, peers, threads, workFolder)
    try FileManager.default.createDirectory(atPath: workFolder, withIntermediateDirectories: true)
  }

  /// A launcher of this library alone.
  init(threads: Int, workFolder: String) throws {
    (python, peers, self.threads, self.workFolder) = ("", "", threads, workFolder)
    try FileManager.default.createDirectory(atPath: workFolder, withIntermediateDirectories: true)
  }

  /// Work with a folder for its files, which goes with them at its end.
  static func withWorkFolder<Result>(_ work: (_ folder: String) throws -> Result) rethrows -> Result {
    // A worker that ended is an error to report, not a signal to die from.
    signal(SIGPIPE, SIG_IGN)
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("performance-\(ProcessInfo.processInfo.processIdentifier)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try work(folder)
  }

  /// The program and its arguments.
  func command(for variant: Variant) -> (program: String, arguments: [String]) {
    switch variant.system {
    case .own: (ownProgram, ["worker", variant.name, "--threads", "\(threads)"])
    case .jax, .torch: (python, ["\(peers)/worker.py", variant.name, "--threads", "\(threads)"])
    }
  }

  func logPath(of variant: Variant) -> String { "\(workFolder)/\(variant.name).log" }

  /// This program.
  var ownProgram: String { Bundle.main.executablePath ?? CommandLine.arguments[0] }

  /// What compilers keep stays with the virtual environment, and a caller's own limits on threads do not count.
  var environment: [String: String] {
    var environment = ProcessInfo.processInfo.environment
    for name in ["OMP_PROC_BIND", "OMP_PLACES", "GOMP_CPU_AFFINITY", "XLA_FLAGS"] { environment[name] = nil }
    environment["OMP_NUM_THREADS"] = "\(threads)"
    let kept = URL(fileURLWithPath: python).deletingLastPathComponent().deletingLastPathComponent()
    environment["TORCHINDUCTOR_CACHE_DIR"] = kept.appendingPathComponent("compiled").path
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    return environment
  }
}
