import ArgumentParser
import Foundation

/// Where the programs of other systems are found, which results are compared with.
package struct PeerOptions: ParsableArguments, RecordedOptions {
  @Flag(help: "Leave the comparison with another system out.")
  package var noPeers = false
  @Option(help: "The interpreter of the peers' virtual environment.")
  package var python = ".build/peers/bin/python"
  @Option(help: "The folder of the peers' programs.")
  package var peers = "Benchmarks/Peers"

  package init() {}

  /// The path of a program.
  package func program(_ name: String) -> String { "\(peers)/\(name)" }

  /// Checks that interpreter and program are there, unless peers are left out.
  ///
  /// - Throws: ``ExperimentError`` naming what is missing.
  package func check(_ name: String) throws {
    if !noPeers { try PeerProgram.check(python: python, program: program(name)) }
  }

  package var recordedOtherwise: [String: String?] {
    ["peers": "\(!noPeers)", "no-peers": nil, "python": nil]
  }
}
