import ArgumentParser
import EnergyTransformer
import Measurements
import ProcessControl

/// The library as a system that is measured: reads one JSON object a line and answers each with one.
struct Worker: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Answer the commands of a coordinator; see Benchmarks/README.md.")

  @Argument(
    help: """
      own, own-generic with the closed forms put aside, own-term with a user's term in the energy, or own-model, a \
      whole model of nodes.
      """)
  var variant: String
  @Option(help: "Threads.") var threads = 2

  private static let variants = [Variant.own, .ownGeneric, .ownTerm, .ownModel]

  func validate() throws {
    if !Self.variants.contains(where: { $0.name == variant }) {
      throw ValidationError("no variant \(variant)")
    }
    if !(1...1024).contains(threads) {
      throw ValidationError("--threads must lie in 1 ... 1024, not \(threads)")
    }
  }

  func run() throws {
    // As the peers' workers do.
    et_keep_to_cores(Int32(threads))
    Parallelism.threadCount = threads
    var greeting = WorkerReply()
    greeting.versions = [
      "library": SoftwareVersions.library, "matrix_library": SystemLibraries.matrixProducts,
      "vector_unit": SystemLibraries.vectorUnit,
    ]
    try send(greeting)
    var session = WorkerSession(Self.variants.first { $0.name == variant } ?? .own)
    while let line = readLine() {
      do {
        let request = try WorkerRequest(line: line)
        if request.command == .quit { return }
        try send(session.answer(request))
      } catch {
        var reply = WorkerReply()
        reply.error = "\(error)"
        try send(reply)
      }
    }
  }

  private func send(_ reply: WorkerReply) throws { ProcessFigures.writeLine(try reply.line()) }
}
