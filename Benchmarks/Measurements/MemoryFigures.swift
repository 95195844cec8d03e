/// The memory of a process that does one piece of work, in bytes.
package struct MemoryFigures: Equatable, Sendable {
  /// Resident after loading its libraries, before any array was read.
  package let rest: Double
  /// The highest during the work, once compiled and warmed up.
  package let peak: Double

  /// What the compiler set aside for inputs, outputs and everything between, where it says so: the least that the
  /// process can do with.
  package let planned: Double?

  package init(rest: Double, peak: Double, planned: Double? = nil) {
    (self.rest, self.peak, self.planned) = (rest, peak, planned)
  }

  /// What the work added: arrays, weights, code compiled for it.
  package var increment: Double { max(0, peak - rest) }
}
