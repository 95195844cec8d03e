import Foundations
import Layers
import Tensors

/// The sizes and choices of a Hopfield association: start from a preset and change what differs.
///
/// ```swift
/// var configuration = HopfieldConfiguration.attention(size: 64, headCount: 4)
/// configuration.beta = .learned
/// configuration.updates = .count(2)
/// ```
public struct HopfieldConfiguration: Sendable, Equatable {
  /// The size of a state pattern (query).
  public var stateSize: Int
  /// The size of a stored pattern (key).
  public var storedSize: Int
  /// The size of a value pattern, which is the stored pattern unless another is given.
  public var valueSize: Int
  /// H, the number of heads: parallel spaces of association.
  public var headCount: Int
  /// d, the size of a state and of a stored pattern in the space of a head.
  public var headSize: Int
  /// p, the size of a head's value.
  public var headValueSize: Int
  /// The size of an output pattern; nil for the heads' values side by side, without a projection.
  public var outputSize: Int?

  /// The inverse temperature.
  public var beta = HopfieldBeta.inverseRoot
  /// The updates of the states before the association that gives the output.
  public var updates = HopfieldUpdates.none

  /// The norm of state patterns before they are projected.
  public var stateNorm = PatternNorm.affine
  /// The norm of stored patterns before they are projected.
  public var storedNorm = PatternNorm.affine
  /// The norm of value patterns before they are projected.
  public var valueNorm = PatternNorm.affine
  /// How projected states and stored patterns are normalised in the space of each head, with one gain and
  /// bias for both.
  public var headNorm = PatternNorm.none
  /// The constant that all norms add to the variance.
  public var normEpsilon = 1e-5

  /// Whether states have a projection into the heads; otherwise they are taken as they are ("static") in
  /// every head.
  public var projectsStates = true
  /// Whether stored patterns have a projection; otherwise they are taken as they are ("static") in every
  /// head.
  public var projectsStored = true
  /// The projection of the values.
  public var values = ValueProjection.independent
  /// Whether projections add a bias.
  public var hasBias = true

  /// Whether one learned pattern is stored beside the others, in the space of the heads.
  public var hasBiasPattern = false
  /// Whether a pattern of zeros is stored beside the others, so that a state can attend to nothing.
  public var hasZeroPattern = false
  /// The probability with which training leaves out an element of the association.
  public var dropout = 0.0
  /// The function that is applied to the output.
  public var activation = AssociationActivation.identity
  /// The standard deviation of the initial weights.
  public var deviation = 0.02

  /// An association with all projections and norms, of patterns of one size.
  ///
  /// - Parameters:
  ///   - size: The size of a state, a stored pattern, a value and an output pattern.
  ///   - headCount: The number of heads.
  ///   - headSize: The size of a state and of a value in a head; `size / headCount` when nil.
  public init(size: Int, headCount: Int = 1, headSize: Int? = nil) {
    require(
      size > 0 && headCount > 0 && (headSize ?? 1) > 0,
      "size \(size) with \(headCount) heads of \(headSize ?? 0)")
    require(
      headSize != nil || size % headCount == 0, "size \(size) cannot be split over \(headCount) heads")
    (stateSize, storedSize, valueSize, outputSize) = (size, size, size, size)
    self.headCount = headCount
    self.headSize = headSize ?? size / headCount
    headValueSize = self.headSize
  }

  /// The size of an output pattern.
  public var resultSize: Int { outputSize ?? valueWidth }

  /// H d.
  var width: Int { headCount * headSize }
  /// H p.
  var valueWidth: Int { headCount * headValueSize }
  /// The number of stored patterns beside those given.
  var extraCount: Int { (hasBiasPattern ? 1 : 0) + (hasZeroPattern ? 1 : 0) }

  /// The size of a value before its own projection, or without one.
  var valueInputSize: Int { values == .connected ? width : valueSize }

  /// Stops where sizes do not fit each other.
  func check() {
    require(
      min(stateSize, storedSize, valueSize, headCount, headSize, headValueSize, resultSize) > 0,
      "a size is not positive: state \(stateSize), stored \(storedSize), value \(valueSize), heads "
        + "\(headCount) of \(headSize) and values of \(headValueSize), output \(resultSize)")
    require(
      projectsStates || stateSize == headSize,
      "states of \(stateSize) without a projection need heads of that size, not of \(headSize)")
    require(
      projectsStored || storedSize == headSize,
      "stored patterns of \(storedSize) without a projection need heads of that size, not of \(headSize)")
    checkValues()
    require((0..<1).contains(dropout), "dropout is a probability below 1, not \(dropout)")
  }

  private func checkValues() {
    switch values {
    case .independent: break
    case .connected, .keys:
      require(
        projectsStored && valueSize == storedSize,
        "values of \(valueSize) go through the projection of stored patterns of \(storedSize)")
      require(
        values == .connected || headValueSize == headSize,
        "values that are keys have the size of a head, \(headSize), not \(headValueSize)")
    case .none:
      require(
        valueSize == headValueSize,
        "values of \(valueSize) without a projection need a head's value size, not \(headValueSize)")
    }
  }
}

/// A function of each number of a layer's output.
public enum AssociationActivation: Sendable, Equatable {
  /// x.
  case identity
  /// max(x, 0).
  case relu
  /// The hyperbolic tangent.
  case tanh
  /// 1 / (1 + e^-x).
  case sigmoid
  /// x Φ(x) in its tanh form.
  case gelu

  func callAsFunction<Scalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    switch self {
    case .identity: x
    case .relu: x.relu()
    case .tanh: x.tanh()
    case .sigmoid: x.sigmoid()
    case .gelu: x.gaussianErrorLinearUnit()
    }
  }
}

/// The projection of the values that an association mixes.
public enum ValueProjection: Sendable, Equatable {
  /// V = W_V y of the value patterns y, with weights of its own: attention.
  case independent
  /// V = W_V W_K y: the form of the paper.
  ///
  /// - Source: Ramsauer et al. 2021, equation 10.
  case connected
  /// V = W_K y: a state is answered with its next self.
  case keys
  /// V = y, the same in every head: nothing is learned.
  case none
}

/// The norm of a pattern.
public enum PatternNorm: Sendable, Equatable {
  /// Left as they are.
  case none
  /// To mean 0 and variance 1.
  case standard
  /// To mean 0 and variance 1, then a learned gain and bias for each number: layer norm.
  case affine
}
