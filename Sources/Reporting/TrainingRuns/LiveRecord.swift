package import Foundation
import Foundations

/// What a training that still runs shows of itself: `live.json` in its folder, written anew at every look and removed at the
/// end of the training.
package struct LiveRecord: JSONRecord, Equatable, Sendable {
  package static let fileName = "live.json"

  /// The error of the images that are looked at, of the model after some updates.
  package struct ErrorAtStep: Codable, Equatable, Sendable {
    /// The index of the last of the updates, as in the file of metrics.
    package let step: Int
    /// Their mean error.
    package let error: Double
  }

  /// The file of metrics that it belongs to, by its name in the same folder.
  package let metrics: String
  /// What the error is, such as "mean squared error of hidden pixels of 64 test images".
  package let errorName: String
  /// The index of the last update.
  package private(set) var step = 0
  /// The updates of the whole training.
  package private(set) var total = 0
  /// The loss of the last update.
  package private(set) var loss = 0.0
  /// The errors so far, by rising step.
  package private(set) var errors: [ErrorAtStep] = []
  /// What the model makes of some images; nil before the first look.
  package private(set) var viewer: StepViewer?

  /// Of more errors than that, every second is dropped.
  static let mostErrors = 1_000

  /// A record before the first look.
  package init(metrics: String, errorName: String) {
    (self.metrics, self.errorName) = (metrics, errorName)
  }

  /// The record to go on with in a folder: that of the same training where it was interrupted, with what came before a step.
  package init(metrics: String, errorName: String, continuing folder: String, atStep step: Int) {
    self.init(metrics: metrics, errorName: errorName)
    // A damaged file is no reason to end a training.
    guard let old = try? LiveRecord.read(fromFolder: folder), old.metrics == metrics,
      old.errorName == errorName
    else { return }
    errors = old.errors.filter { $0.step < step }
  }

  /// Puts what a look found in the place of what the last one did.
  package mutating func look(step: Int, total: Int, loss: Double, error: Double, viewer: StepViewer) {
    require(errors.last.map { $0.step < step } ?? true, "step \(step) after step \(errors.last?.step ?? 0)")
    (self.step, self.total, self.loss, self.viewer) = (step, total, loss, viewer)
    errors.append(ErrorAtStep(step: step, error: error))
    if errors.count > Self.mostErrors {
      errors = errors.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
    }
  }

  /// Whether its numbers can be those of a training.
  package var isSound: Bool { step >= 0 && total >= step && loss.isFinite }

  /// Takes the file out of a folder, if there is one.
  package static func remove(fromFolder folder: String) {
    try? FileManager.default.removeItem(atPath: "\(folder)/\(fileName)")
  }
}

extension StepViewer {
  /// The pictures that change with the step: for each panel its title and all frames as one PNG file, a row an item and a column
  /// a step.
  package var pictureSheets: [(title: String, png: Data)] {
    panels.filter { $0.kind == .pictures && $0.frames > 1 }.compactMap { panel in
      Data(base64Encoded: panel.image).map { (panel.title, $0) }
    }
  }
}
