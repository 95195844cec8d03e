package import Reporting

/// How much viewers show, so that pages stay small enough to open in a moment.
extension StepViewer {
  /// The steps of a descent of `last` steps that are shown: 13 at most, evenly spaced from the start to the end.
  package static func shownSteps(upTo last: Int) -> [Int] {
    let most = 12
    return last <= most ? Array(0...last) : (0...most).map { ($0 * last + most / 2) / most }
  }

  /// How many items are shown whose frames have so many numbers each: six, fewer of large images.
  package static func itemCount(numbersEach count: Int) -> Int { max(1, min(6, 1_200_000 / max(1, count))) }
}
