import Foundation
import Tensors
import TestSupport
import Testing

/// Elementary functions where their terms cancel or a product overflows, against figures of mpmath with 40 digits.
struct SmallArgumentTests {
  private func row<Scalar>(_ elements: [Scalar]) -> Tensor<Scalar> {
    Tensor(shape: [elements.count], elements: elements)
  }

  @Test("log cosh keeps its digits near 0 and at the ends of its formulas")
  func logCosh() {
    let figures: [(Double, Double)] = [
      (1e-09, 5e-19),
      (1e-07, 4.999999999999991e-15),
      (0.0001, 4.9999999916666675e-09),
      (0.0009, 4.049999453250118e-07),
      (0.0011, 6.049998779917061e-07),
      (0.03125, 0.0004882017978302232),
      (0.5, 0.12011450695827752),
      (0.9990234375, 0.43303728654879126),
      (1.0009765625, 0.43452477493605335),
      (3.0, 2.309328504577785),
      (20.0, 19.306852819440056),
      (400.0, 399.30685281944005),
    ]
    let x = figures.map(\.0) + figures.map { -$0.0 }
    let expected = figures.map(\.1) + figures.map(\.1)
    for unit in VectorUnit.available {
      VectorUnit.use(unit) {
        let double = row(x).logHyperbolicCosine()
        expectClose(actual: double, expected: row(expected), relative: 2e-15, unit)
        // The float nearest to a figure's argument moves its value by up to a rounding, squared.
        let single = row(x.map { Float($0) }).logHyperbolicCosine()
        expectClose(
          actual: single, expected: row(expected), relative: 6e-7,
          absolute: Double(Float.leastNonzeroMagnitude), unit)
      }
    }
  }

  @Test("log cosh and softplus of a scaled number are safe where the product overflows")
  func scaled() {
    let large: Float = 3e38
    let x = row([large, -large, 0, 1e-20])
    let found = x.logHyperbolicCosine(scale: 1.7).elements
    #expect(found[0] == large && found[1] == large && found[2] == 0)
    let softplus = x.softplus(scale: 1.7).elements
    #expect(softplus[0] == large && softplus[1] == 0)
    #expect(abs(softplus[2] - 0.40773363) < 1e-7)  // log 2 / 1.7
    // log cosh(p x) / p = p x² / 2 where p x is small, also where (p x)² is no normal number.
    #expect(abs(row([Float(1e10)]).logHyperbolicCosine(scale: 1e-30).elements[0] / 5e-11 - 1) < 1e-6)
    let slope = gradient(at: x) { $0.logHyperbolicCosine(scale: 1.7).sum() }.elements
    #expect(slope[0] == 1 && slope[1] == -1 && slope[2] == 0)
    for scale in [0.3, 1.0, 2.5] {
      let drawn = normalTensor([5, 9], seed: 92, as: Double.self)
      for (scaled, plain) in [
        (drawn.softplus(scale: scale), (drawn * scale).softplus() / scale),
        (drawn.logHyperbolicCosine(scale: scale), (drawn * scale).logHyperbolicCosine() / scale),
      ] { expectClose(actual: scaled, expected: plain, relative: 1e-13, absolute: 1e-15) }
    }
  }

  @Test(
    "tanh and log cosh of single precision are right within 3 units in the last place, at every magnitude and length"
  )
  func singlePrecision() {
    // Every exponent of a float, subnormal numbers included, and closely around where the formulas change.
    var x: [Float] = []
    for third in 0..<255 * 3 { x.append(Float(bitPattern: UInt32(third * (1 << 23) / 3 + third))) }
    for index in -40...40 {
      let shift = Float(index)
      x += [0.64 + shift * 1e-7, 1 + shift * 1e-7, shift * 0.21]
    }
    x = x.filter(\.isFinite)
    for unit in VectorUnit.available {
      VectorUnit.use(unit) {
        for length in [x.count, 1, 15, 16, 17, 33] {
          let part = Array(x.suffix(length))
          let (tanh, logCosh) = (row(part).tanh().elements, row(part).logHyperbolicCosine().elements)
          for (index, value) in part.enumerated() {
            let exact = Double(value)
            let size = abs(exact)
            // log cosh x is x²/2 - x⁴/12 + x⁶/45 near 0, and |x| + log(1 + e^(-2|x|)) - log 2 elsewhere.
            let square = exact * exact
            let near = square * (0.5 - square / 12 + square * square / 45)
            let far = size + Foundation.log1p(Foundation.exp(-2 * size)) - Foundation.log(2)
            let pairs: [(Float, Double)] = [
              (tanh[index], Foundation.tanh(exact)), (logCosh[index], size < 0.01 ? near : far),
            ]
            for (found, expected) in pairs {
              let unitInLastPlace = Double(Float(expected).ulp)
              #expect(
                abs(Double(found) - expected) <= 3 * unitInLastPlace, "\(unit): \(found) at \(value)")
            }
          }
        }
        let edges = row([0 as Float, -0.0, .infinity, -.infinity, .nan])
        let (tanh, logCosh) = (edges.tanh().elements, edges.logHyperbolicCosine().elements)
        #expect(tanh[0].sign == .plus && tanh[1].sign == .minus && tanh[..<2] == [0, 0], "\(unit)")
        #expect(tanh[2] == 1 && tanh[3] == -1 && tanh[4].isNaN, "\(unit)")
        #expect(logCosh[..<4] == [0, 0, .infinity, .infinity] && logCosh[4].isNaN, "\(unit)")
      }
    }
  }

  @Test("the scaled exponential linear unit keeps its digits below 0")
  func selu() {
    let figures: [(Double, Double)] = [
      (-1e-12, -1.7580993408464977e-12),
      (-1e-08, -1.7580993320568802e-08),
      (-0.0001, -0.0001758011438810427),
      (-0.03125, -0.05409103018714527),
      (-0.34375, -0.5114202289133869),
      (-0.359375, -0.5307481970592971),
      (-0.75, -0.9276320158350512),
      (-3.0, -1.670568728767112),
      (-20.0, -1.758099337223664),
    ]
    for unit in VectorUnit.available {
      VectorUnit.use(unit) {
        let (x, expected) = (figures.map(\.0), row(figures.map(\.1)))
        expectClose(
          actual: row(x).scaledExponentialLinearUnit(), expected: expected, relative: 1e-15, unit)
        let single = row(x.map { Float($0) }).scaledExponentialLinearUnit()
        expectClose(actual: single, expected: expected, relative: 4e-7, unit)
        let odd = row([Float.nan, -.infinity, -1000]).scaledExponentialLinearUnit().elements
        #expect(odd[0].isNaN && abs(odd[1] + 1.7580993) < 1e-6 && odd[2] == odd[1], "\(unit) \(odd)")
      }
    }
  }
}
