import ArgumentParser
import Foundation

/// Where the programs of other systems are found, which results are compared with.
package struct PeerOptions: ParsableArguments, RecordedOptions {
  @Flag(inversion: .prefixedNo, help: "Also compare with another system.")
  package var peers = true
  @Option(help: "The interpreter of the peers' virtual environment.")
  package var python = ".build/peers/bin/python"
  @Option(help: "The folder of the peers' programs.")
  package var peerPrograms = "Benchmarks/Peers"

  package init() {}

  package func validate() throws { try checkNames([("python", python), ("peer-programs", peerPrograms)]) }

  /// The path of a program.
  package func program(_ name: String) -> String { "\(peerPrograms)/\(name)" }

  /// Checks that interpreter and program are there, unless peers are left out.
  ///
  /// - Throws: ``ExperimentError`` naming what is missing.
  package func check(_ name: String) throws {
    if peers { try PeerProgram.check(python: python, program: program(name)) }
  }

  package var recordedOtherwise: [String: String?] {
    ["peer-programs": nil, "python": nil]
  }
}
