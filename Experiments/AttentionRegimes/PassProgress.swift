import EnergyTransformer

/// One line of progress over all passes of a run, counted in tokens.
final class PassProgress {
  private let line = ProgressLine()
  private let total: Int
  private var done = 0

  init(total: Int) {
    self.total = total
    line.unit = "tokens"
    line.show(.init(update: 0, updateCount: total, imageCount: 0))
  }

  func advance(_ tokens: Int) {
    done += tokens
    line.show(.init(update: min(done, total), updateCount: total, imageCount: done))
  }

  func finish() { line.finish() }
}
