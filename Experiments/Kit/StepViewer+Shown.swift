import EnergyTransformer
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

  /// How many graphs are shown with so many weights each: eight, fewer of large ones; a weight takes seven bytes or so.
  package static func graphCount(weightsEach count: Int) -> Int { max(1, min(8, 170_000 / max(1, count))) }

  /// The heads whose attention is shown: six at most, evenly spaced.
  package static func shownHeads(of count: Int) -> [Int] { (0..<count).evenlySpaced(6) }
}
