/// The function F of a dense associative memory, which says how much more a pattern counts when it overlaps
/// more.
///
/// - Source: Krotov and Hopfield 2016 (powers); Demircigil et al. 2017 (exponential).
public enum SeparationFunction: Sendable, Equatable {
  /// F(z) = z^n, n ≥ 2; n = 2 is the binary Hopfield network. For even n the opposite of a pattern is a
  /// memory too.
  case power(degree: Int)
  /// F(z) = max(z, 0)^n, n ≥ 2.
  case rectifiedPower(degree: Int)
  /// F(z) = e^z.
  case exponential
}
