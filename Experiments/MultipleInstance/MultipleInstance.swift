import ArgumentParser
import EnergyTransformer
import Foundation
import Kit
import Reporting

/// Can Hopfield pooling tell a bag by the few of its instances that matter, down to thirty of 300,000?
@main
struct MultipleInstance: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "multiple-instance",
    abstract:
      "Tell bags by the few instances that matter: immune repertoires, digits, bit patterns, sequences.")

  @OptionGroup(title: "Data") var data: DataOptions
  @OptionGroup(title: "Repertoires") var repertoires: RepertoireOptions
  @OptionGroup(title: "Smaller tasks") var small: SmallTaskOptions
  @OptionGroup(title: "Output") var output: RunOptions<MultipleInstance>

  mutating func run() throws {
    if output.quick { makeQuick() }
    if let threads = output.threads { Parallelism.threadCount = threads }
    let (started, random) = (Date(), RandomStream(seed: output.seed))
    // Everything that can fail without training comes before it.
    let tasks = try smallTasks(random)
    var record = RunRecord(of: self, title: "Multiple instances", seed: output.seed)
    let read = try readRepertoires(random)
    record.data = try fingerprints(read)
    try OutputFolder.prepare(output.output)
    let metrics = try MetricsWriter(
      path: "\(output.output)/metrics.csv", columns: RepertoireTask.metricNames)
    var sections: [PageSection] = []
    for (name, epochs, task) in tasks {
      let epochs = small.runs * task.methods.count * epochs
      sections += try Self.timed(name, epochs: epochs, &record) { [try task.section(runs: small.runs, $0)] }
      record.headline.append(task.measure)
    }
    if data.tasks.contains(.repertoires) {
      let epochs = RepertoireTask.epochCount(data, repertoires)
      let results = try Self.timed("repertoires", epochs: epochs, &record) { progress in
        var task = RepertoireTask(
          data: data, options: repertoires, random: random.child(0), progress: progress, metrics: metrics)
        let results = try task.run(read)
        var section = try RepertoireSection(data: data, options: repertoires, results: results).section()
        section.addFile("scores.csv", task.scores)
        sections.insert(section, at: 0)
        return results
      }
      record.headline.insert(contentsOf: results.map { "repertoire_auc_\($0.data.name)" }, at: 0)
    }
    let seconds = Date().timeIntervalSince(started)
    record.timings["total"] = seconds
    let memory = PeakMemory.bytes.map { Double($0) / 0x1p30 }
    record.summary["peak_memory_gib"] = memory
    sections.append(
      .making(
        of: record,
        ending: String(format: ", %.0f s in all", seconds)
          + (memory.map { String(format: ", %.1f GiB of memory at most", $0) } ?? "")
          + ". Everything is in run.json, every epoch of training in metrics.csv, the scores of all repertoires "
          + "under test in scores.csv."))
    let introduction =
      "A bag of instances has one label, and few of the instances, the witnesses, bear it. Hopfield pooling lets a "
      + "learned state look for them among all instances: one update of a modern Hopfield network in which the bag "
      + "is stored."
    let quick = "A quick run, to see that everything works: its figures mean nothing."
    try RunReport(record, introduction: [introduction] + (output.quick ? [quick] : []), sections: sections)
      .publish(in: output.output)
  }

  /// Does a task with a line of progress of its own: epochs take from hundredths of a second to ten.
  private static func timed<Result>(
    _ name: String, epochs: Int, _ record: inout RunRecord, _ work: (WorkProgress) throws -> Result
  ) rethrows -> Result {
    let progress = WorkProgress(total: epochs, unit: "epochs")
    progress.print("\(name):")
    defer { progress.finish() }
    return try record.timed(name) { try work(progress) }
  }

  /// The smaller tasks that are asked for, with their names and the epochs of a training.
  private func smallTasks(_ random: RandomStream) throws -> [(name: String, epochs: Int, SmallTask)] {
    var tasks: [(name: String, epochs: Int, SmallTask)] = []
    if data.tasks.contains(.bits) {
      tasks.append(("bit_patterns", small.bitEpochs, small.bits(random.child(2).child(0))))
    }
    if data.tasks.contains(.latch) {
      tasks.append(("latch", small.latchEpochs, small.latch(random.child(2).child(1))))
    }
    if data.tasks.contains(.digits) {
      let images = try ImageSource.open(path: data.images)
      for note in images.notes { print("\(data.images ?? "embedded digits"): \(note)") }
      tasks.append(("digits", small.digitEpochs, try small.digits(images, random.child(1))))
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
    small.runs = 1
    small.digitEpochs = min(small.digitEpochs, 1)
    small.bitEpochs = min(small.bitEpochs, 2)
    small.latchEpochs = min(small.latchEpochs, 1)
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
    for note in read.contents.notes { print("repertoires: \(note)") }
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
    guard data.tasks.contains(.digits) else { return found }
    guard let path = data.images else {
      return found + (try DataFingerprint.embeddedDigits(prefix: "digits, "))
    }
    return try found
      + ImageSource.files(at: path).map { try DataFingerprint(name: "images", path: $0, count: 1) }
  }
}
