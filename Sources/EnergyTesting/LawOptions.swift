/// The options of a check of laws.
public struct LawOptions: Sendable {
  /// The role of the order of tokens in the energy.
  public var tokens = TokenStructure.unordered
  /// Whether the energy takes any number of tokens; when nil, unless a parameter or a context tensor has an
  /// axis as long as there are tokens.
  public var takesAnyTokenCount: Bool?
  /// Names of properties that hold tensors which are neither parameters nor context, on purpose.
  public var constants: Set<String> = []
  /// Names of parameters and context tensors (`context.bias`) of which an element of exactly 0 switches
  /// something off: there is no derivative there to hold against central differences.
  public var switchesAtZero: Set<String> = []
  /// The largest difference between two ways to compute the same number, relative to the largest number of
  /// the tensor; when nil 1e-9 in double and 1e-3 in single precision.
  public var tolerance: Double?
  /// The same for central differences, whose rounding is allowed for besides; when nil 1e-6 and 2e-2.
  public var differenceTolerance: Double?
  /// The steps of central differences, tried in turn until one agrees; when nil [1e-3, 1e-5] in double and
  /// [5e-2, 1e-2] in single precision.
  public var differenceSteps: [Double]?
  /// The largest number of components of a tensor that are changed one at a time, drawn at random where it has more.
  public var componentLimit = 64
  /// The seed of directions, changes and samples.
  public var seed: UInt64 = 1

  /// The defaults: unordered tokens, tolerances by precision.
  public init(tokens: TokenStructure = .unordered, constants: Set<String> = []) {
    self.tokens = tokens
    self.constants = constants
  }
}

/// The role of the order and the number of tokens in an energy.
public enum TokenStructure: Sendable {
  /// Tokens do not interact: the energy is a sum over them.
  case independent
  /// Tokens interact and their order means nothing.
  case unordered
  /// The order of tokens means something: causal attention, positions, an adjacency.
  case ordered
}
