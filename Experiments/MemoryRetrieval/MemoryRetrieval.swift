import ArgumentParser
import EnergyTransformer
import Kit
import Reporting

/// How much do associative memories store, how well do they recall it, and how fast?
@main
struct MemoryRetrieval: ExperimentCommand {
  static let configuration = CommandConfiguration(
    commandName: "memory-retrieval",
    abstract: "Measure what associative memories store and recall; write tables, curves and pictures.",
    version: SoftwareVersions.library)

  @OptionGroup(title: "What is measured") var work: WorkOptions
  @OptionGroup(title: "Retrieval at size") var scale: ScaleOptions
  @OptionGroup(title: "Output") var output: RunOptions<MemoryRetrieval>

  func run() throws {
    if let threads = output.threads { Parallelism.threadCount = threads }
    // Everything that can fail at once comes before any work.
    let images =
      work.parts.contains(where: \.needsImages)
      ? try StoredImages(photos: work.photos, side: work.photoSide, quick: output.quick) : nil
    let file = work.parts.contains(.scale) ? try PatternFile(scale, quick: output.quick) : nil
    if let file, let text = file.survey?.remark { remark("\(file.path): \(text)") }
    if file != nil { try scale.peer.check(SearchPeer.program) }
    var record = RunRecord(
      of: self, title: "What memories store and recall", seed: output.seed, data: images?.fingerprints ?? [])
    try record.prepareFolder(output.output, output.writing)
    record.headline = [
      "modern_recalled_d64", "stream_bandwidth_share", "stream_peak_share", "faiss_ratio_1",
      "faiss_ratio_256",
    ]
    var sections: [PageSection] = []
    var viewers: [StepViewer] = []
    let seconds = try Stopwatch.seconds {
      for (number, part) in Part.allCases.enumerated() where work.parts.contains(part) {
        let random = RandomStream(seed: output.seed).child(UInt64(number))
        sections += try record.timed(part.rawValue) {
          try self.sections(part, images, file, random, &viewers)
        }
        remark("\(part.rawValue): \(Int((record.timings[part.rawValue] ?? 0).rounded())) s")
      }
    }
    record.timings["total"] = seconds
    let ending = ", \(Int(seconds.rounded())) s. Everything is in run.json; curves are in the CSV files."
    sections.append(.making(of: record, ending: ending))
    try RunReport(
      record,
      introduction: [
        "How much do associative memories store, what do they make of a spoiled or half-hidden pattern, and how fast do they "
          + "find one among a million? Every memory of this package, measured beside what theory says of it. Patterns, cues "
          + "and queries are drawn anew from the seed; lines of theory are computed, not fitted."
      ], sections: sections, viewers: viewers
    ).publish(in: output.output)
  }

  private func sections(
    _ part: Part, _ images: StoredImages?, _ file: PatternFile?, _ random: RandomStream,
    _ viewers: inout [StepViewer]
  ) throws -> [PageSection] {
    let quick = output.quick
    switch part {
    case .capacity: return [Capacity(quick: quick, random: random).section(quick: quick)]
    case .recall: return [OneUpdate.section(quick: quick, random: random)]
    case .bounds: return [TheoremFive.section(quick: quick, random: random)]
    case .kinds: return images.map { [Kinds.section($0.digits, quick: quick)] } ?? []
    case .emergent: return [Emergent.section(quick: quick, random: random)]
    case .completion:
      let found = [(images?.digits, random), (images?.photos, random.child(1))].compactMap { images, random in
        images.map { Completion($0, quick: quick, random: random) }
      }
      viewers += try found.map { try $0.viewer() }
      return found.map { $0.section() }
    case .scale: return try file.map { [try Scale($0, scale, random: random).section()] } ?? []
    }
  }
}
