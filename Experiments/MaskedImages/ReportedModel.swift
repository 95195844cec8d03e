import EnergyTransformer
import Foundation
import Kit
import Reporting

/// The model that a run reports on: its own, or one that an earlier run trained.
struct ReportedModel {
  let model: ImageEnergyTransformer<Float>
  /// Nil where only its weights are left and no record tells.
  let seconds: Double?, updates: Int?
  /// What its file of weights tells beside the parameters.
  let metadata: [String: String]
  /// What the run trained itself.
  let own: TrainedModel<ImageEnergyTransformer<Float>>?
  /// The file that an earlier run wrote, by its name; nil for the run's own model.
  let evaluatedFile: String?

  /// The model that this run trained.
  ///
  /// - Parameters:
  ///   - options: Those that determine the weights.
  ///   - facts: What the file tells of the images.
  init(
    _ trained: TrainedModel<ImageEnergyTransformer<Float>>, options: [String: String],
    facts: [String: String]
  ) {
    (model, seconds, updates) = (trained.model, trained.seconds, trained.updates)
    metadata = options.merging(facts) { $1 }.merging(["updates": "\(trained.updates)"]) { $1 }
    (own, evaluatedFile) = (trained, nil)
  }

  /// A model that an earlier run trained, of the same sizes; how it descends, masks and images under test may differ.
  ///
  /// - Throws: An error of one line that names the file and the option or size that differs, with both values.
  init(
    evaluating path: String, on images: PreparedImages, options: [String: String]
  ) throws {
    let trained = try TrainedImageModel(contentsOf: path)
    let recorded = trained.options ?? [:]
    let needed = options.filter { TrainedImageModel.sizes.contains($0.key) }
    if trained.options != nil, let difference = RunIdentity.difference(of: recorded, from: needed) {
      throw ExperimentError("\(path): \(difference)")
    }
    try trained.check(images.grid)
    (model, seconds, updates) = (trained.model, trained.seconds, trained.updates)
    // An earlier release's files do not tell what the images were like; the same ones do.
    let isSameData = ["data", "validation-images"].allSatisfy { recorded[$0] == options[$0] }
    let missing = trained.normalization == nil && isSameData ? images.recordedOptions : [:]
    metadata = recorded.leavingOut("train-seconds", "data-sha256").merging(missing) { $1 }
      .merging(trained.updates.map { ["updates": "\($0)"] } ?? [:]) { $1 }
    (own, evaluatedFile) = (nil, URL(fileURLWithPath: path).lastPathComponent)
  }

  /// Its size and training in words.
  func text(learnedFrom imageCount: Int) -> String {
    let parameters = "\(model.parameterCount) parameters"
    let time = seconds.map { "in \(Int($0.rounded())) s" }
    let course = updates.map { "\($0) updates on \(imageCount) images" } ?? time.map { _ in "trained" }
    return ([parameters] + [[course, time].compactMap(\.self).joined(separator: " ")].filter { !$0.isEmpty })
      .joined(separator: ", ")
  }
}
