import HopfieldLayers
import Tensors
import TestSupport
import Testing

/// Configurations that switch on one thing after another, and patterns of which all sizes differ.
struct HopfieldExample: Sendable, CustomTestStringConvertible {
  let name: String
  let configuration: HopfieldConfiguration

  var testDescription: String { name }

  static let all: [HopfieldExample] = [
    HopfieldExample("attention") { _ in },
    HopfieldExample("norms") { c in
      (c.stateNorm, c.storedNorm, c.valueNorm) = (.affine, .standard, .affine)
      c.normEpsilon = 1e-3
    },
    HopfieldExample("beta by head, updates") { c in
      c.beta = .perHead([0.3, 1.4, 0.8])
      c.updates = .count(2)
    },
    HopfieldExample("learned beta, norm in the heads, bias and zero pattern") { c in
      c.beta = .learned
      c.headNorm = .affine
      (c.hasBiasPattern, c.hasZeroPattern) = (true, true)
      c.updates = .count(1)
      c.activation = .tanh
    },
    HopfieldExample("connected values, no bias, no output") { c in
      c.values = .connected
      c.valueSize = c.storedSize
      c.hasBias = false
      c.outputSize = nil
    },
    HopfieldExample("values that are keys, zero pattern") { c in
      c.values = .keys
      c.valueSize = c.storedSize
      c.headValueSize = c.headSize
      c.hasZeroPattern = true
      c.storedNorm = .affine
    },
    HopfieldExample("nothing projected, several heads") { c in
      (c.projectsStates, c.projectsStored, c.values) = (false, false, .none)
      (c.stateSize, c.storedSize, c.headSize) = (4, 4, 4)
      c.headValueSize = c.valueSize
      c.beta = .perHead([0.5, 1, 2])
    },
    HopfieldExample("until settled") { c in
      c.beta = .perHead([2, 4, 3])
      c.updates = .untilSettled(tolerance: 1e-3, atMost: 12)
    },
  ]

  private init(_ name: String, _ change: (inout HopfieldConfiguration) -> Void) {
    var configuration = HopfieldConfiguration.attention(size: 7, headCount: 3, headSize: 4)
    (configuration.stateSize, configuration.storedSize, configuration.valueSize) = (7, 6, 5)
    (configuration.headValueSize, configuration.outputSize) = (2, 8)
    change(&configuration)
    self.name = name
    self.configuration = configuration
  }

  /// A layer whose parameters are all random; its beta stays positive.
  func layer(_ seed: UInt64) -> HopfieldAssociation<Double> {
    HopfieldAssociation<Double>(configuration, random: RandomStream(seed: seed)).stirred(seed)
  }

  /// 2 examples of `states` states and `stored` stored patterns.
  func patterns(_ seed: UInt64, states: Int = 3, stored: Int = 5) -> HopfieldPatterns<Double> {
    let (s, k, v) = (configuration.stateSize, configuration.storedSize, configuration.valueSize)
    return HopfieldPatterns(
      states: normalTensor([2, states, s], seed: seed), stored: normalTensor([2, stored, k], seed: seed + 1),
      values: normalTensor([2, stored, v], seed: seed + 2))
  }
}

extension Parameterized where Scalar == Double {
  /// All parameters random, of order 1; gains and betas around 1.
  func stirred(_ seed: UInt64) -> Self {
    var random = RandomStream(seed: seed).child(77)
    return with(
      parameters.map { name, value in
        let noise = Tensor<Double>.uniform(value.shape, in: -0.7..<0.7, using: &random)
        return name.hasSuffix("gain") || name.hasSuffix("beta") ? noise + 1 : noise
      })
  }
}

/// Rows of one example, [[count, size]] as arrays.
func rows(_ x: Tensor<Double>, _ example: Int) -> [[Double]] {
  (0..<x.shape[1]).map { row in (0..<x.shape[2]).map { x[example, row, $0] } }
}

extension Tensor {
  /// One example, with its axis.
  func example(_ index: Int) -> Tensor { sliced(axis: 0, index..<index + 1) }
}
