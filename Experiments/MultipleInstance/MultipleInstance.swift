import ArgumentParser
import EnergyTransformer
import Foundation
import Kit
import Reporting

/// Can Hopfield pooling tell a bag by the few of its instances that matter, down to thirty of 300,000?
@main
struct MultipleInstance: ExperimentCommand {
  static let configuration = CommandConfiguration(
    commandName: "multiple-instance",
    abstract:
      "Tell bags by the few instances that matter: immune repertoires, digits, bit patterns, sequences.",
    version: SoftwareVersions.library)

  @OptionGroup(title: "Data") var data: DataOptions
  @OptionGroup(title: "Repertoires") var repertoires: RepertoireOptions
  @OptionGroup(title: "Smaller tasks") var small: SmallTaskOptions
  @OptionGroup(title: "Output") var output: RunOptions<MultipleInstance>
  @OptionGroup(title: "Output") var resumption: ResumeOption

  mutating func run() throws {
    if output.quick { makeQuick() }
    if let threads = output.threads { Parallelism.threadCount = threads }
    let (started, random) = (Date(), RandomStream(seed: output.seed))
    // Everything that can fail without training comes before it.
    let tasks = try smallTasks(random)
    var record = RunRecord(of: self, title: "Multiple instances", seed: output.seed)
    let read = try readRepertoires(random)
    record.data = try fingerprints(read)
    try record.prepareFolder(
      output.output, output.writing, resumingFrom: resumption.file(BagParts.path(inFolder: output.output)))
    let finished = try BagParts(
      inFolder: output.output,
      options: recordedOptions.leavingOut("threads")
        .merging(["data-sha256": record.data.map(\.sha256).joined(separator: " ")]) { $1 },
      isResuming: resumption.resume)
    let metrics = try MetricsWriter(
      path: "\(output.output)/metrics.csv", columns: RepertoireTask.metricNames)
    var (sections, viewers) = ([PageSection](), [StepViewer]())
    for task in tasks {
      let epochs = small.runs * task.methods.count * task.epochs
      let results = try finished.stoppable {
        try record.timed(task.name, total: epochs, unit: "epochs") {
          try task.results(runs: small.runs, $0, finished)
        }
      }
      sections.append(results.section)
      viewers += [results.viewer].compactMap(\.self)
      record.headline.append(task.measure)
    }
    if data.tasks.contains(.repertoires) {
      let epochs = RepertoireTask.epochCount(data, repertoires)
      let results = try record.timed("repertoires", total: epochs, unit: "epochs") { progress in
        var task = RepertoireTask(
          data: data, options: repertoires, random: random.child(0), progress: progress, metrics: metrics,
          finished: finished)
        let results = try finished.stoppable { try task.run(read) }
        let page = RepertoireSection(data: data, options: repertoires, results: results)
        viewers.insert(contentsOf: [try page.viewer()].compactMap(\.self), at: 0)
        var section = try page.section()
        section.addFile("scores.csv", task.scores)
        sections.insert(section, at: 0)
        return results
      }
      record.headline.insert(contentsOf: results.map { "repertoire_auc_\($0.data.name)" }, at: 0)
    }
    let seconds = Date().timeIntervalSince(started)
    let memory = PeakMemory.bytes.map { Double($0) / 0x1p30 }
    (record.timings["total"], record.summary["peak_memory_gib"]) = (seconds, memory)
    sections.append(
      .making(
        of: record,
        ending: String(format: ", %.0f s in all", seconds)
          + (memory.map { String(format: ", %.1f GiB of memory at most", $0) } ?? "")
          + ". Everything is in run.json, every epoch of training in metrics.csv, the scores of all repertoires "
          + "under test in scores.csv."))
    var introduction = [
      "A bag of instances has one label, and few of the instances, the witnesses, bear it. Hopfield pooling lets a "
        + "learned state look for them among all instances: one update of a modern Hopfield network in which the bag "
        + "is stored."
    ]
    if output.quick {
      introduction.append("A quick run, to see that everything works: its figures mean nothing.")
    }
    try RunReport(record, introduction: introduction, sections: sections, viewers: viewers)
      .publish(in: output.output)
  }

  /// The smaller tasks that are asked for.
  private func smallTasks(_ random: RandomStream) throws -> [SmallTask] {
    var tasks: [SmallTask] = []
    if data.tasks.contains(.bits) { tasks.append(small.bits(random.child(2).child(0))) }
    if data.tasks.contains(.latch) { tasks.append(small.latch(random.child(2).child(1))) }
    if data.tasks.contains(.digits) {
      let images = try ImageSource.open(path: data.digits)
      for note in images.notes { remark("\(data.digits ?? "embedded digits"): \(note)") }
      tasks.append(try small.digits(images, random.child(1)))
    }
    return tasks
  }

  /// Enough to see that everything works.
  private mutating func makeQuick() {
    data.bags = min(data.bags, 40)
    data.sequences = min(data.sequences, 2_000)
    data.rates = data.rates.filter { $0 * Double(data.sequences) >= 1 }
    if data.rates.isEmpty { data.rates = [0.01] }
    repertoires.folds = min(repertoires.folds, 2)
    repertoires.epochs = min(repertoires.epochs, 2)
    small.bitEpochs = min(small.bitEpochs, 2)
    (small.runs, small.digitEpochs, small.latchEpochs) = (1, 1, 1)
  }

  /// The repertoires of the folder that the options name.
  private func readRepertoires(_ random: RandomStream) throws -> Repertoires? {
    guard data.tasks.contains(.repertoires) else { return nil }
    guard let folder = data.repertoires else {
      // That they can be split is seen before anything is done.
      _ = try Repertoires.foldsOfGenerated(data, repertoires, random: random.child(0).child(0))
      return nil
    }
    let read = try Repertoires(folder: folder, data: data, options: repertoires, random: random.child(0))
    for note in read.contents.notes { remark("repertoires: \(note)") }
    return read
  }

  private func fingerprints(_ read: Repertoires?) throws -> [DataFingerprint] {
    var found: [DataFingerprint] = []
    if let path = data.repertoires, let read {
      found.append(
        try DataFingerprint(
          name: "repertoires, metadata", path: "\(path)/\(RepertoireFolder.metadataName)",
          count: read.all.count))
    }
    if !data.tasks.contains(.digits) { return found }
    return found + (try DataFingerprint.images(at: data.digits, prefix: "digits, "))
  }
}
