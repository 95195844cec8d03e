import Foundation
import Foundations
public import Tensors

/// How the eigenvalues of one example's matrix are spread: a quadrature of nodes and weights for each of several random vectors.
///
///     density(t) = mean over vectors of  sum_i w_i N(t; theta_i, variance),   w_i = (first number of s_i)²
///
/// theta_i and s_i are Ritz values and vectors of T of a Lanczos process that started at the vector. The weights of a vector add up
/// to 1, and so does the density, over the space of the operator alone: the zeros of directions that are no tangents are left out.
///
/// - Source: Ubaru, Chen and Saad 2017, "Fast estimation of tr(f(A)) via stochastic Lanczos quadrature"; Yao et al. 2020,
///   "PyHessian", whose Gaussians these are.
public struct SpectralDensity: Sendable {
  /// theta of each vector, rising.
  public let nodes: [[Double]]
  /// w of each vector, of sum 1.
  public let weights: [[Double]]

  /// The smallest node; 0 where there is none.
  public var lowest: Double { nodes.compactMap(\.first).min() ?? 0 }
  /// The largest node; 0 where there is none.
  public var highest: Double { nodes.compactMap(\.last).max() ?? 0 }

  /// The mean of a function of the eigenvalues: tr f(A) / dimension.
  public func mean(of function: (Double) -> Double) -> Double {
    let sums = zip(nodes, weights).filter { !$0.0.isEmpty }.map { nodes, weights in
      zip(nodes, weights).reduce(0) { $0 + function($1.0) * $1.1 }
    }
    return sums.isEmpty ? 0 : sums.reduce(0, +) / Double(sums.count)
  }

  /// The density at t, every eigenvalue widened to a Gaussian of a variance.
  public func density(at t: Double, variance: Double) -> Double {
    mean { exp(-(t - $0) * (t - $0) / (2 * variance)) / (2 * Double.pi * variance).squareRoot() }
  }

  /// The density at equally spaced numbers that cover the spectrum, scaled so that its sum times the spacing is 1.
  ///
  /// - Parameters:
  ///   - count: How many numbers, two at least.
  ///   - variance: That of the Gaussians; 1e-5 max(1, width of the spectrum) when nil, as PyHessian has it. Points farther apart
  ///     than its root show single eigenvalues of a discrete spectrum or miss them.
  /// - Returns: The numbers and the density at each.
  public func curve(count: Int = 1000, variance: Double? = nil) -> (eigenvalues: [Double], density: [Double])
  {
    require(count > 1, "a curve has two points at least, not \(count)")
    let variance = variance ?? 1e-5 * Swift.max(1, highest - lowest)
    require(variance > 0, "a variance is positive, not \(variance)")
    // Of a Gaussian less than 1e-6 lies beyond five deviations.
    let margin = 5 * variance.squareRoot()
    let spacing = (highest - lowest + 2 * margin) / Double(count - 1)
    let eigenvalues = (0..<count).map { lowest - margin + Double($0) * spacing }
    let raw = eigenvalues.map { density(at: $0, variance: variance) }
    let sum = raw.reduce(0, +) * spacing
    return (eigenvalues, sum > 0 ? raw.map { $0 / sum } : raw)
  }
}

/// An estimate from random vectors, with what it may be off.
public struct RandomEstimate: Sendable {
  /// The mean over the vectors.
  public let value: Double
  /// The standard error of the mean; NaN for a single vector.
  public let standardError: Double
}

extension SymmetricOperator {
  /// The spectral density of each example by stochastic Lanczos quadrature.
  ///
  /// - Parameters:
  ///   - vectors: How many random vectors, the same for every example.
  ///   - steps: The products for each.
  ///   - random: Where they come from.
  /// - Cost: vectors · steps products.
  public func spectralDensity(
    vectors: Int = 4, steps: Int = 80, random: RandomStream
  ) -> [SpectralDensity] {
    require(vectors > 0 && steps > 0, "\(vectors) vectors of \(steps) steps")
    let runs = (0..<vectors).map { index in
      // Without fresh vectors: a quadrature belongs to one start, and an invariant space makes it exact.
      var run = LanczosRun(self, random: random.child(UInt64(index)), restarts: false)
      run.run(steps: steps)
      return run.bases.map { RitzValues(of: $0) }
    }
    return (0..<batch).map { example in
      SpectralDensity(
        nodes: runs.map { $0[example].values },
        weights: runs.map { $0[example].vectors.map { $0[0] * $0[0] } })
    }
  }

  /// The trace of each example's matrix by Hutchinson's estimator: the mean of vᵀ A v over vectors of random signs.
  ///
  /// - Parameters:
  ///   - vectors: How many random vectors, the same for every example.
  ///   - random: Where they come from.
  /// - Source: Hutchinson 1990; the variance is 2 (|A|² - sum of a_ii²), the least of all such estimators.
  /// - Cost: A product for each vector.
  public func trace(vectors: Int = 100, random: RandomStream) -> [RandomEstimate] {
    require(vectors > 0, "a trace needs one random vector at least")
    var random = random
    var samples = [[Double]](repeating: [], count: batch)
    for _ in 0..<vectors {
      let signs = (0..<size).map { _ -> Scalar in random.next() & 1 == 0 ? 1 : -1 }
      let v = Tensor(shape: [1] + shape.dropFirst(), elements: signs).repeated(to: shape)
      let rows = zip(v.exampleRows, product(v).exampleRows)
      for (example, row) in rows.enumerated() { samples[example].append(row.0.dot(row.1)) }
    }
    return samples.map { numbers in
      let mean = numbers.reduce(0, +) / Double(vectors)
      let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let variance = squares / Double(vectors - 1)
      return RandomEstimate(value: mean, standardError: (variance / Double(vectors)).squareRoot())
    }
  }
}
