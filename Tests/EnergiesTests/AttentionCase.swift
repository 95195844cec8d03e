import Energies
import EnergyTesting
import Tensors
import TestSupport
import Testing

/// Options of an attention energy with the activations it is checked at.
///
/// All sizes differ: 2 examples of 4 tokens of 5 numbers, 3 heads of key size 6.
struct AttentionCase: CustomTestStringConvertible, Sendable {
  enum Bias: String, CaseIterable {
    case none, additive, additiveShared, additiveOfHeads, additiveRemoving, multiplicative,
      multiplicativeShared
  }
  enum Mask: String, CaseIterable { case none, some, oneReal }
  var includesSelf = true
  var isCausal = false
  var holdsContext = false
  var learnsBeta = false
  var bias = Bias.none
  var mask = Mask.none

  static let (batch, tokens, dimension, heads, keySize) = (2, 4, 5, 3, 6)

  var testDescription: String {
    let flags = [
      includesSelf ? "self" : "no self", isCausal ? "causal" : "", holdsContext ? "held" : "",
      learnsBeta ? "learned beta" : "",
    ]
    return (flags.filter { !$0.isEmpty } + ["bias \(bias)", "mask \(mask)"]).joined(separator: ", ")
  }

  static let all: [AttentionCase] = [true, false].flatMap { includesSelf in
    [false, true].flatMap { isCausal in
      Bias.allCases.flatMap { bias in
        Mask.allCases.map { mask in
          AttentionCase(
            includesSelf: includesSelf, isCausal: isCausal, learnsBeta: isCausal != includesSelf, bias: bias,
            mask: mask)
        }
      }
    }
  }

  /// Causal attention whose contexts are held, with every other option.
  static let held = all.filter(\.isCausal).map { example in
    var copy = example
    copy.holdsContext = true
    return copy
  }

  func energy<Scalar: TensorScalar>(_ type: Scalar.Type = Double.self) -> AttentionEnergy<Scalar> {
    let shape = [Self.heads, Self.keySize, Self.dimension]
    let queryWeights = normalTensor(shape, seed: 60, as: Scalar.self) * 0.5
    let keyWeights = normalTensor(shape, seed: 61, as: Scalar.self) * 0.5
    var energy = AttentionEnergy(
      queryWeights: queryWeights, keyWeights: keyWeights,
      beta: Tensor(shape: [3], elements: [0.4, 1.1, 0.7]),
      learnsBeta: learnsBeta, includesSelf: includesSelf, isCausal: isCausal,
      holdsContext: holdsContext)
    energy.bias = biasValues()
    return energy
  }

  private func biasValues<Scalar>() -> AttentionBias<Scalar>? {
    let (b, h, n) = (Self.batch, Self.heads, Self.tokens)
    func values(_ shape: [Int]) -> Tensor<Scalar> { normalTensor(shape, seed: 62, as: Scalar.self) }
    func replacing(_ shape: [Int], every stride: Int, by new: Scalar) -> Tensor<Scalar> {
      Tensor(shape: shape, elements: values(shape).elements.enumerated().map { $0 % stride == 1 ? new : $1 })
    }
    switch bias {
    case .none: return nil
    case .additive: return .additive(values([b, h, n, n]))
    case .additiveShared: return .additive(values([1, 1, n, n]))
    case .additiveOfHeads: return .additive(values([1, h, n, n]))
    case .additiveRemoving: return .additive(replacing([b, 1, n, n], every: 3, by: -.infinity))
    case .multiplicative: return .multiplicative(replacing([b, h, n, n], every: 3, by: 0))
    case .multiplicativeShared: return .multiplicative(replacing([1, 1, n, n], every: 5, by: 0))
    }
  }

  func activations<Scalar: TensorScalar>(_ type: Scalar.Type = Double.self) -> Activations<Scalar> {
    let values = normalTensor([Self.batch, Self.tokens, Self.dimension], seed: 63, as: Scalar.self)
    let isReal: [Bool]?
    switch mask {
    case .none: isReal = nil
    case .some: isReal = [true, true, true, false, true, false, true, true]
    case .oneReal: isReal = [false, false, true, false, true, true, true, false]
    }
    let flags = isReal.map { TokenMask(batch: Self.batch, tokenCount: Self.tokens, isReal: $0) }
    return Activations(values, mask: flags)
  }

  var options: LawOptions {
    var options = LawOptions(
      tokens: isCausal || bias != .none ? .ordered : .unordered, constants: learnsBeta ? [] : ["beta"])
    if bias == .multiplicative || bias == .multiplicativeShared { options.switchesAtZero = ["context.bias"] }
    options.componentLimit = 24
    return options
  }
}
