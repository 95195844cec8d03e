import ArgumentParser
import EnergyTransformer
import Foundation
import Kit
import Reporting

/// Descends the energy of one block from given tokens and writes every step.
@main
struct Descend: ExperimentCommand {
  static let configuration = CommandConfiguration(
    commandName: "descend",
    abstract: "Descend the energy of one Energy Transformer block and write every step.",
    discussion: """
      Reads Wq, Wk [heads, key size, dimension], Xi [dimension, memories], gamma [] and delta [dimension] \
      from the weights and x [batch, tokens, dimension] from the tokens, which may be the same file. Writes \
      states, attention_energy, hopfield_energy and gradient0.
      """, version: SoftwareVersions.library)

  /// The number format of the computation and of the output.
  enum Precision: String, ExpressibleByArgument, CaseIterable {
    case float, double
  }

  @Option(help: "A safetensors file with the weights of the block.")
  var weights: String

  @Option(help: "A safetensors file with the tokens x. (default: the weights' file)")
  var tokens: String?

  @Option(help: "The number of steps. (default: the weights' metadata, else 12)")
  var steps: Int?

  @Option(help: "alpha, the step size. (default: the weights' metadata, else 0.1)")
  var stepSize: Double?

  @Option(help: "What the layer norm adds to the variance. (default: the weights' metadata, else 1e-5)")
  var epsilon: Double?

  @Option(help: "The number format of the computation and of the output.")
  var precision = Precision.double

  @Option(help: "Where to write the steps, a safetensors file.")
  var output: String

  @Option(help: "A safetensors file of the same layout that the output must agree with; none when left out.")
  var expect: String?

  @Option(
    help: "The largest relative error against --expect. (default: 1e-10 in double, 1e-4 in float)")
  var tolerance: Double?

  @Option(help: "The number of threads; it changes no result. (default: all cores)")
  var threads: Int?

  func validate() throws {
    try checkNames([
      ("weights", weights), ("tokens", tokens), ("expect", expect), ("output", output),
    ])
    try checkRanges([("steps", steps ?? 0, BlockFile.stepRange), ("threads", threads ?? 1, 1...1024)])
    try checkRanges([
      ("step-size", stepSize, .positiveOrZero), ("tolerance", tolerance, .positiveOrZero),
      ("epsilon", epsilon, .above(0, upTo: .greatestFiniteMagnitude)),
    ])
    if tolerance != nil && expect == nil { throw ValidationError("--tolerance needs --expect") }
    for (option, path) in [("--weights", weights), ("--tokens", tokens), ("--expect", expect)] {
      if let path, isSameFile(path, output) {
        throw ValidationError("--output would replace the file of \(option)")
      }
    }
  }

  func run() throws {
    if let threads { Parallelism.threadCount = threads }
    switch precision {
    case .float: try descend(Float.self)
    case .double: try descend(Double.self)
    }
  }

  private func descend<Scalar: TensorScalar>(_ type: Scalar.Type) throws {
    let input = try BlockFile<Scalar>(
      weights: weights, tokens: tokens, steps: steps, stepSize: stepSize, epsilon: epsilon)
    let reference = try expect.map { try SafetensorsFile.read(path: $0) }
    try checkOutput(output)
    let figures = try DescentFigures(of: input)
    print(figures.energyTable.markdown)
    print("stopped: \(figures.stopReason)")
    if input.block.norm.gamma.scalar < 0 { print("gamma is negative: the descent climbs") }
    try figures.write(path: output, metadata: input.metadata.merging(["precision": "\(precision)"]) { $1 })
    print("wrote \(output)")
    if let reference {
      let comparison = try ReferenceComparison(
        of: figures, with: reference, tolerance: tolerance ?? (precision == .double ? 1e-10 : 1e-4))
      print("\nlargest difference, relative to the largest magnitude in \(reference.path):\n")
      print(comparison.table.markdown)
      try comparison.check()
    }
  }

  private func isSameFile(_ a: String, _ b: String) -> Bool {
    func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
    return resolved(a) == resolved(b)
  }

  /// Finds out before the work whether the output has a place to go to; a device or a pipe is left alone.
  private func checkOutput(_ path: String) throws {
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    let attributes = try? FileManager.default.attributesOfItem(atPath: target.path)
    if let type = attributes?[.type] as? FileAttributeType, type != .typeRegular {
      throw FileAccessError(file: path, action: "write", reason: "it is not a regular file")
    }
    let folder = target.deletingLastPathComponent().path
    guard FileManager.default.isWritableFile(atPath: folder) else {
      throw FileAccessError(
        file: path, action: "write", reason: "\(folder) is not a folder that can be written to")
    }
  }
}
