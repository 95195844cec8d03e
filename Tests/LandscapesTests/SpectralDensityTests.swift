import Foundation
import Landscapes
import Tensors
import TestSupport
import Testing

struct SpectralDensityTests {
  private let random = RandomStream(seed: 23)

  @Test("the density of a spectrum of one number is a Gaussian about it")
  func oneEigenvalue() {
    let matrix = MatrixOperator<Double>(
      matrices: [2.5, -1].map { MatrixOperator<Double>.diagonal([Double](repeating: $0, count: 7)) })
    let densities = matrix.spectralDensity(vectors: 3, steps: 5, random: random)
    for (density, value) in zip(densities, [2.5, -1]) {
      for t in [-1.3, 0, 2.4, 2.9] {
        let expected = exp(-(t - value) * (t - value) / 0.02) / (0.02 * Double.pi).squareRoot()
        #expect(abs(density.density(at: t, variance: 0.01) - expected) < 1e-12)
      }
    }
  }

  @Test("the density integrates to 1 before it is scaled, and in the sum of its points after")
  func integral() {
    let matrix = MatrixOperator<Double>(
      matrices: [MatrixOperator<Double>.random(50, seed: 3), MatrixOperator<Double>.random(50, seed: 4)])
    for density in matrix.spectralDensity(vectors: 5, steps: 30, random: random) {
      let curve = density.curve(count: 4000, variance: 0.02)
      let spacing = curve.eigenvalues[1] - curve.eigenvalues[0]
      let raw = curve.eigenvalues.map { density.density(at: $0, variance: 0.02) }.reduce(0, +) * spacing
      #expect(abs(raw - 1) < 1e-5)
      #expect(abs(curve.density.reduce(0, +) * spacing - 1) < 1e-12)
      #expect(density.weights.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-12 })
    }
  }

  @Test("means of functions of the eigenvalues come out as traces, to the error of random vectors")
  func means() {
    let size = 200
    let numbers = (0..<size).map { Double($0) / Double(size) * 3 - 1 }
    let matrix = MatrixOperator<Double>(matrices: [MatrixOperator<Double>.diagonal(numbers)])
    let density = matrix.spectralDensity(vectors: 12, steps: 40, random: random)[0]
    for function: (Double) -> Double in [{ $0 }, { $0 * $0 }, { exp(-$0) }] {
      let expected = numbers.reduce(0) { $0 + function($1) } / Double(size)
      let square = numbers.reduce(0) { $0 + function($1) * function($1) } / Double(size)
      // Of one normal vector the variance is about 2 / size times that of f; four deviations of 12 vectors.
      let error = 4 * (2 / Double(size) * square / 12).squareRoot()
      #expect(abs(density.mean(of: function) - expected) < error)
    }
  }

  @Test("random signs give the trace of a diagonal matrix exactly, and of another to its standard error")
  func trace() {
    let numbers = (0..<9).map { Double($0 * $0) - 11 }
    let matrix = MatrixOperator<Double>(
      matrices: [MatrixOperator<Double>.diagonal(numbers), MatrixOperator<Double>.random(9, seed: 6)])
    let found = matrix.trace(vectors: 200, random: random)
    #expect(abs(found[0].value - numbers.reduce(0, +)) < 1e-12)
    #expect(found[0].standardError < 1e-12)
    let expected = (0..<9).reduce(0) { $0 + matrix.matrices[1][$1][$1] }
    #expect(abs(found[1].value - expected) < 5 * found[1].standardError)
  }
}
