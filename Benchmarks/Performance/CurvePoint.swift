import Measurements

/// One variant at one place of a curve.
struct CurvePoint {
  let axis: CurveAxis
  let value: Int
  let variant: Variant
  let work: Work
  /// The median run.
  let milliseconds: Double
  /// What the work added to the memory of the process; nil where the system does not say.
  let megabytes: Double?
}
