package import EnergyTransformer
import Foundation
package import Reporting

/// What a training shows of its model while it runs: now and then it lets the model complete a few images that are always the
/// same.
package struct LiveView<Model> {
  /// The mean error of the images, and their descents to step through.
  package typealias Look = (error: Double, viewer: StepViewer)

  /// Seconds from one look to the next.
  fileprivate let interval: Double
  fileprivate let errorName: String
  fileprivate let look: (Model) throws -> Look

  package init(interval: Double, errorName: String, look: @escaping (Model) throws -> Look) {
    (self.interval, self.errorName, self.look) = (interval, errorName, look)
  }
}

/// Writes ``LiveRecord`` while a training runs.
///
/// A look draws no random numbers, changes nothing of the training, and its seconds do not count as training; weights are the
/// same with it and without.
package final class LiveTraining<Model: Parameterized<Float>> {
  /// Seconds that looks have taken.
  package private(set) var seconds = 0.0
  private let view: LiveView<Model>
  private let folder: String
  private var record: LiveRecord
  private var nextLook = -Double.infinity
  private var hasFailed = false

  /// What is shown of a training that begins or goes on; nil where nothing is. What an earlier training left is taken away.
  package init?(_ view: LiveView<Model>?, _ files: TrainingFiles?, atStep step: Int, of total: Int) {
    guard let files else { return nil }
    let name = URL(fileURLWithPath: files.metrics).lastPathComponent
    let before = files.metrics.dropLast(name.count + 1)
    folder = before.isEmpty ? "." : String(before)
    guard let view, step < total else {
      LiveRecord.remove(fromFolder: folder)
      return nil
    }
    self.view = view
    record =
      step == 0
      ? LiveRecord(metrics: name, errorName: view.errorName)
      : LiveRecord(metrics: name, errorName: view.errorName, continuing: folder, atStep: step)
    // The page looks into these two by itself.
    let isFound = ["Runs/", "Results/"].contains { files.metrics.hasPrefix($0) }
    let command = ["energy-transformer", "serve"] + (isFound ? [] : ["--runs", folder])
    remark("To watch this training: swift run -c release \(RunRecord.commandLine(command))")
  }

  /// Looks at the model after an update, if it is time to; after the last update the record goes.
  ///
  /// What cannot be shown does not end the training: the first failure is told in one line.
  package func show(_ update: TrainingProgress<Model>, _ metrics: MetricsWriter?, _ progress: ProgressLine) {
    if update.update + 1 == update.updateCount { return LiveRecord.remove(fromFolder: folder) }
    let started = ProcessInfo.processInfo.systemUptime
    guard started >= nextLook else { return }
    do {
      try look(update, metrics)
    } catch {
      if !hasFailed { progress.print("Training goes on; this look at it failed: \(error)") }
      hasFailed = true
    }
    let ended = ProcessInfo.processInfo.systemUptime
    seconds += ended - started
    // Looks at a large model take at most a tenth of the time.
    nextLook = ended + max(view.interval, view.interval > 0 ? 9 * (ended - started) : 0)
  }

  private func look(_ update: TrainingProgress<Model>, _ metrics: MetricsWriter?) throws {
    let found = try view.look(update.model)
    record.look(
      step: update.update, total: update.updateCount, loss: update.loss, error: found.error,
      viewer: found.viewer)
    try record.write(toFolder: folder)
    guard let events = metrics?.events else { return }
    try events.addScalars(step: update.update, [("error", found.error)])
    for sheet in found.viewer.pictureSheets {
      try events.addImage(step: update.update, tag: sheet.title, png: sheet.png)
    }
  }
}
