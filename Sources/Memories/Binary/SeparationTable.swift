import Foundation
import Foundations
import Tensors

/// F and its differences at every overlap that d neurons can have, in double precision.
///
/// Powers are those of whole numbers. The exponential is taken relative to the largest overlap of a state,
/// which scales all patterns alike: nothing overflows however many neurons there are.
struct SeparationTable {
  private let function: SeparationFunction
  private let dimension: Int
  // F(z) - F(z - 2) for z = first, first + 1, …
  private let differences: [Double]
  private let first: Int

  init(_ function: SeparationFunction, dimension: Int) {
    switch function {
    case .power(let degree), .rectifiedPower(let degree):
      require(degree >= 2, "a power needs a degree of at least 2, not \(degree)")
      let size = Double(degree) * log2(Double(dimension + 2))
      require(size < 1_000, "a power of degree \(degree) of \(dimension) neurons is beyond double precision")
      first = -dimension
    case .exponential: first = -2 * dimension
    }
    self.function = function
    self.dimension = dimension
    // An overlap after a neuron changed is at most 2 above the largest before.
    let last = function == .exponential ? 2 : dimension + 2
    differences = (first...last).map { Self.value(function, $0) - Self.value(function, $0 - 2) }
  }

  private static func value(_ function: SeparationFunction, _ overlap: Int) -> Double {
    switch function {
    case .power(let degree): pow(Double(overlap), Double(degree))
    case .rectifiedPower(let degree): pow(Double(max(overlap, 0)), Double(degree))
    case .exponential: exp(Double(overlap))
    }
  }

  /// What overlaps are counted from: the largest for the exponential, otherwise 0.
  func reference(_ overlaps: [Int32]) -> Int32 {
    function == .exponential ? overlaps.max() ?? 0 : 0
  }

  /// sum_mu F(xi_i + rest) - F(-xi_i + rest) for a neuron of value `state`: what decides it.
  ///
  /// With h the overlap and a = xi_i s_i, rest is h - a. The two values of F differ by F(h - a + 1) - F(h - a
  /// - 1), with the sign of xi_i.
  func balance(
    _ column: UnsafePointer<Int8>, _ overlaps: UnsafePointer<Int32>, count: Int, state: Int8,
    reference: Int32
  ) -> Double {
    var sum = 0.0
    let offset = Int32(1) - reference - Int32(first)
    differences.withUnsafeBufferPointer { differences in
      for pattern in 0..<count {
        let value = column[pattern]
        let index = overlaps[pattern] &+ offset &- Int32(value &* state)
        sum += Double(value) * differences[Int(index)]
      }
    }
    return sum
  }

  /// The energy of a state with these overlaps.
  func energy(_ overlaps: [Int32]) -> Double {
    let d = Double(dimension)
    switch function {
    case .power(let degree):
      return -d * overlaps.reduce(0) { $0 + pow(Double($1) / d, Double(degree)) }
    case .rectifiedPower(let degree):
      return -d * overlaps.reduce(0) { $0 + pow(Double(max($1, 0)) / d, Double(degree)) }
    case .exponential:
      guard let largest = overlaps.max() else { return 0 }
      return -(Double(largest) + log(overlaps.reduce(0) { $0 + exp(Double($1 - largest)) }))
    }
  }
}

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
