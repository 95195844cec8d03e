import ArgumentParser

/// A part of the measurements.
enum Part: String, CaseIterable, ExpressibleByArgument {
  /// Errors against patterns stored, for every memory.
  case capacity
  /// How many patterns of 64 numbers one update recalls.
  case recall
  /// Errors of one update against the bound of theorem 5.
  case bounds
  /// Kinds of fixed points and steps to them against beta.
  case kinds
  /// Minima that nobody stored.
  case emergent
  /// Half-hidden images.
  case completion
  /// Speed over a file of patterns.
  case scale

  /// Which stream of random numbers is its own.
  var number: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  var needsImages: Bool { self == .kinds || self == .completion }
}
