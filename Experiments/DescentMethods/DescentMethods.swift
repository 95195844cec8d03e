import ArgumentParser
import EnergyTransformer
import Foundation
import Kit
import Reporting

/// Which descents reach the energy of the trained steps in fewer gradients, and do they give the same completion?
@main
struct DescentMethods: ExperimentCommand, RecordedOptions {
  static let configuration = CommandConfiguration(
    commandName: "descent-methods",
    abstract: "Compare ways to descend the energy of a trained model; write tables and curves.",
    discussion: """
      Settings are chosen on training images, never on test images. With --validation both come from the training \
      images, and the test images stay unseen.
      """, version: SoftwareVersions.library)

  @OptionGroup(title: "Data") var data: ImageOptions
  @OptionGroup(title: "Methods") var methods: MethodOptions

  mutating func run() throws {
    if let threads = methods.threads { Parallelism.threadCount = threads }
    let started = Date()
    if methods.quick { makeQuick() }
    let model = methods.trained.path
    var record = RunRecord(of: self, title: "Descent methods", seed: 0)
    let images = try PreparedImages(data, seed: 0, quick: methods.quick)
    let tuning = try images.testing(onTrainingImages: methods.tuningImages, learning: true)
    record.data = try images.fingerprints()
    record.data.append(try DataFingerprint(name: "trained model", path: model, count: 1))
    try record.prepareFolder(methods.output, methods.writing)
    let trained = try TrainedImageModel(contentsOf: model, grid: images.grid)
    let comparison = try DescentComparison(
      trained, tuning: tuning, images: images, options: methods, &record)
    record.timings["total"] = Date().timeIntervalSince(started)
    try DescentReport(comparison: comparison, images: images, tuningCount: tuning.test.count)
      .report(record).publish(in: methods.output)
  }

  /// Enough to see that everything works.
  private mutating func makeQuick() {
    data.makeQuick(testing: 10)
    (methods.tuningImages, methods.rounds) = (min(methods.tuningImages, 8), 1)
  }

  /// Nothing is trained, so what only training images are made with has no effect.
  var recordedOtherwise: [String: String?] { ["kept": nil, "augment": nil] }
}
