/// The memory of a process that does one piece of work, in bytes.
package struct MemoryFigures: Equatable, Sendable {
  /// Resident after loading its libraries, before any array was read.
  package let rest: Double
  /// The highest during the work, once compiled and warmed up.
  package let peak: Double

  package init(rest: Double, peak: Double) {
    self.rest = rest
    self.peak = peak
  }

  /// What the work added: arrays, weights, code compiled for it.
  package var increment: Double { max(0, peak - rest) }
}
