import EnergyTransformer
import Reporting

/// A name of the summary for a number of an option: `beta_0_5`.
func summaryName(_ name: String, _ value: Double) -> String {
  let text = NumberText.roundTrip(value).map { $0.isLetter || $0.isNumber ? $0 : "_" }
  return "\(name)_" + String(text).lowercased()
}

/// Coordinates on a plane as a path of a map.
func fieldPath(_ label: String, _ places: [(first: Double, second: Double)]) -> FieldMap.Path {
  FieldMap.Path(label: label, x: places.map(\.first), y: places.map(\.second))
}

/// The energy along a path over its lower end.
func profileSeries(_ barrier: FoundBarrier, label: String) -> LinePlot.Series {
  let profile = barrier.path.profile
  let floor = barrier.path.saddleEnergy - barrier.height
  return LinePlot.Series(label: label, x: profile.map(\.position), y: profile.map { $0.energy - floor })
}
