import Foundation
import Kit
import Reporting

/// What the tab that shows trainings asks for: those in some folders, the rows that are new, and what one shows of itself while
/// it runs. A request names a training by its place in the list, and no other file is opened.
struct TrainingRoutes {
  /// Where trainings are looked for, besides those that options name.
  static let folders = ["Runs", "Results"]

  let folders: [String]

  var routes: [Route] {
    [
      .get("/api/trainings") { _ in try .json(["trainings": runs.map(ListedTraining.init)]) },
      .get("/api/trainings/rows") { request in
        try answer(request) { try $0.rows(after: request.query["after"]) }
      },
      .get("/api/trainings/live") { request in try answer(request) { try $0.live() } },
    ]
  }

  private var runs: [TrainingRun] { TrainingRun.found(in: folders) }

  private func answer(
    _ request: PageRequest, _ found: (TrainingRun) throws -> (some Encodable)?
  ) throws -> Answer {
    guard let run = runs.first(where: { $0.id == request.query["training"] }) else {
      throw RequestError.missing("There is no training of this name; the list of trainings has changed.")
    }
    do {
      return try .json(try found(run))
    } catch let error as ReportingError {
      throw RequestError.unusable("\(error)")
    }
  }
}

/// A training in the list.
private struct ListedTraining: Encodable {
  let id: String
  let name: String
  let state: TrainingRun.State
  let columns: [String]
  /// The step of its last row; nil where it has none.
  let lastStep: Int?
  /// The updates of the whole training, where it tells.
  let total: Int?
  /// Whether it shows something of itself.
  let hasLive: Bool

  init(_ run: TrainingRun) {
    // A damaged file is told to whoever asks for it, not in place of the list.
    let live = try? run.live()
    (id, name, state, columns, lastStep) = (run.id, run.name, run.state, run.columns, run.lastStep)
    (total, hasLive) = (live?.total, live != nil)
  }
}
