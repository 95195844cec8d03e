import ArgumentParser
import EnergyTransformer
import Foundation

/// How much do associative memories store, how well do they recall it, and how fast?
@main
struct MemoryRetrieval: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "memory-retrieval",
    abstract: "Measure what associative memories store and recall; write tables, curves and pictures.")

  @OptionGroup(title: "What is measured") var work: WorkOptions
  @OptionGroup(title: "Retrieval at size") var scale: ScaleOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  func run() throws {
    // A peer that ended is an error to report, not a signal to die from.
    signal(SIGPIPE, SIG_IGN)
    if let threads = work.threads { Parallelism.threadCount = threads }
    let started = Date()
    // Everything that can fail at once comes before any work.
    let images = try work.parts.contains(where: \.needsImages) ? CompletionImages(work, output) : nil
    let file = work.parts.contains(.scale) ? try PatternFile(scale, quick: output.quick) : nil
    if let file, let remark = file.remark { print("\(file.path): \(remark)") }
    if file != nil && !scale.noPeers { try SearchPeer.check(scale) }
    try OutputFolder.prepare(output.output)
    var record = RunRecord(
      experiment: "memory-retrieval", title: "What memories store and recall", options: recordedOptions,
      seed: work.seed, data: try images?.fingerprints() ?? [])
    record.versions["matrix_library"] = SystemLibraries.matrixProducts
    record.versions["vector_unit"] = SystemLibraries.vectorUnit

    let random = RandomStream(seed: work.seed)
    var findings: [any Finding] = []
    for part in Part.allCases where work.parts.contains(part) {
      let before = Date()
      let own = random.child(UInt64(part.number))
      switch part {
      case .capacity: findings.append(CapacityCurves(quick: output.quick, random: own))
      case .recall: findings.append(RecalledAtOnce(quick: output.quick, random: own))
      case .bounds: findings.append(UpdateErrors(quick: output.quick, random: own))
      case .kinds:
        if let images { findings.append(FixedPointKinds(images.digits, quick: output.quick)) }
      case .emergent: findings.append(EmergentMinima(quick: output.quick, random: own))
      case .completion:
        if let images {
          findings.append(Completion(images.digits, random: own))
          if let photos = images.photos { findings.append(Completion(photos, random: own.child(1))) }
        }
      case .scale:
        if let file { findings.append(try RetrievalAtSize(file, scale, random: own)) }
      }
      record.timings[part.rawValue] = Date().timeIntervalSince(before)
      print("\(part.rawValue): \(Int(Date().timeIntervalSince(before).rounded())) s")
    }
    record.timings["total"] = Date().timeIntervalSince(started)
    try Report(findings: findings).write(record, to: output.output)
  }

  /// Every option, by name; files by their bare names.
  private var recordedOptions: [String: String] {
    [
      "parts": work.parts.map(\.rawValue).joined(separator: " "),
      "photos": work.photos.map { URL(fileURLWithPath: $0).lastPathComponent } ?? "none",
      "seed": "\(work.seed)", "threads": "\(Parallelism.threadCount)", "quick": "\(output.quick)",
      "patterns": "\(scale.patterns ?? 0)", "dimension": "\(scale.dimension ?? 0)",
      "file": scale.file.map { URL(fileURLWithPath: $0).lastPathComponent } ?? "none",
      "rounds": "\(scale.rounds)", "peers": "\(!scale.noPeers)",
    ]
  }
}
