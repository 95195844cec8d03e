import ArgumentParser
import EnergyTransformer
import Foundation
import Kit

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
  @OptionGroup(title: "Output") var output: OutputOptions

  mutating func run() throws {
    if output.quick { makeQuick() }
    if let threads = output.threads { Parallelism.threadCount = threads }
    let started = Date()
    // Everything that can fail without training comes before it.
    let images = data.tasks.contains(.digits) ? try ImageSource.open(path: data.images) : nil
    for note in images?.notes ?? [] { print("\(data.images ?? "embedded digits"): \(note)") }
    if let images { try DigitTask.check(images) }
    var record = RunRecord(
      experiment: "multiple-instance", title: "Multiple instances", options: recordedOptions,
      seed: output.seed)
    record.versions["matrix_library"] = SystemLibraries.matrixProducts
    record.versions["vector_unit"] = SystemLibraries.vectorUnit
    let random = RandomStream(seed: output.seed)
    let read = try readRepertoires(random)
    record.data = try fingerprints(read)
    try OutputFolder.prepare(output.output)
    let metrics = try MetricsWriter(
      path: "\(output.output)/metrics.csv", columns: RepertoireTask.metricNames)
    var report = Report(data: data, options: repertoires, small: small, isQuick: output.quick)
    // A line of progress for each task: their epochs take from hundredths of a second to ten.
    func timed(_ task: BagTask, _ name: String, _ work: (SharedProgress) throws -> Void) rethrows {
      guard data.tasks.contains(task) else { return }
      let begun = Date()
      let progress = SharedProgress(total: epochCount(task))
      progress.print("\(task.rawValue):")
      try work(progress)
      progress.finish()
      record.timings[name] = Date().timeIntervalSince(begun)
    }
    let tasks = SmallTasks(options: small, random: random.child(2))
    try timed(.bits, "bit_patterns") { report.add(try tasks.bits($0)) }
    try timed(.latch, "latch") { report.add(try tasks.latch($0)) }
    try timed(.digits, "digits") { progress in
      guard let images else { return }
      report.add(
        try DigitTask(images: images, options: small, random: random.child(1), progress: progress).run())
    }
    var scores = CSVTable(columns: RepertoireTask.scoreNames)
    try timed(.repertoires, "repertoires") { progress in
      let task = RepertoireTask(
        data: data, read: read, options: repertoires, random: random.child(0), progress: progress,
        metrics: metrics)
      report.repertoires = try task.run(scores: &scores)
      try scores.write(to: "\(output.output)/scores.csv")
    }
    record.timings["total"] = Date().timeIntervalSince(started)
    try report.write(record, to: output.output)
  }

  /// The most epochs of all trainings of a task.
  private func epochCount(_ task: BagTask) -> Int {
    switch task {
    case .repertoires: RepertoireTask.epochCount(data, repertoires)
    case .digits: small.runs * DigitTask.methods * small.digitEpochs
    case .bits: small.runs * SmallTasks.bitMethods * small.bitEpochs
    case .latch: small.runs * SmallTasks.latchMethods * small.latchEpochs
    }
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
  private func readRepertoires(_ random: RandomStream) throws -> RepertoireData? {
    guard data.tasks.contains(.repertoires) else { return nil }
    guard let folder = data.repertoires else {
      // That they can be split is seen before anything is done.
      _ = try RepertoireData.foldsOfGenerated(data, repertoires, random: random.child(0).child(0))
      return nil
    }
    let read = try RepertoireData(
      folder: folder, data: data, options: repertoires, random: random.child(0))
    for note in read.notes { print("repertoires: \(note)") }
    return read
  }

  private func fingerprints(_ read: RepertoireData?) throws -> [DataFingerprint] {
    var found: [DataFingerprint] = []
    if let path = data.repertoires, let read {
      found.append(
        try DataFingerprint(
          name: "repertoires, metadata", path: "\(path)/\(RepertoireFolder.metadataName)",
          count: read.repertoires.count))
    }
    guard data.tasks.contains(.digits) else { return found }
    if let path = data.images {
      for file in try ImageSource.files(at: path) {
        found.append(try DataFingerprint(name: "images", path: file, count: 1))
      }
    } else {
      for file in try EmbeddedDigits.files() {
        let name = "digits, \(file.lastPathComponent)"
        let count = file.lastPathComponent.hasPrefix("train") ? 4_000 : 1_000
        found.append(try DataFingerprint(name: name, embeddedAt: file.path, count: count))
      }
    }
    return found
  }

  /// Every option, by name.
  private var recordedOptions: [String: String] {
    func name(_ path: String?, _ otherwise: String) -> String {
      path.map { URL(fileURLWithPath: $0).lastPathComponent } ?? otherwise
    }
    return [
      "tasks": data.tasks.map(\.rawValue).joined(separator: " "),
      "repertoires": name(data.repertoires, "generated"), "status": data.status ?? "as named",
      "strict-sequences": "\(data.strictSequences)", "bags": "\(data.bags)",
      "sequences": "\(data.sequences)", "rates": data.rates.map { "\($0)" }.joined(separator: " "),
      "motifs": data.motifs.joined(separator: " "), "images": name(data.images, "embedded"),
      "folds": "\(repertoires.folds)",
      "first-folds": repertoires.firstFolds.map { "\($0)" } ?? "all",
      "validation": "\(repertoires.validation)", "kernels": "\(repertoires.kernels)",
      "width": "\(repertoires.width)", "beta": "\(repertoires.beta)",
      "pair-weight": "\(repertoires.pairWeight)", "pair-variance": "\(repertoires.pairVariance)",
      "key-layers": "\(repertoires.keyLayers)", "share": "\(repertoires.share)",
      "epochs": "\(repertoires.epochs)", "patience": "\(repertoires.patience)",
      "pairs": "\(repertoires.pairs)", "rate": "\(repertoires.rate)",
      "weight-decay": "\(repertoires.weightDecay)", "baselines": "\(repertoires.baselines)",
      "ablations": "\(repertoires.ablations)",
      "runs": "\(small.runs)", "digit-epochs": "\(small.digitEpochs)", "bit-epochs": "\(small.bitEpochs)",
      "latch-epochs": "\(small.latchEpochs)", "seed": "\(output.seed)",
      "threads": "\(Parallelism.threadCount)", "quick": "\(output.quick)",
    ]
  }
}
