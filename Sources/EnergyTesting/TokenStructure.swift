/// What the order and the number of tokens mean to an energy.
public enum TokenStructure: Sendable {
  /// Tokens do not interact: the energy is a sum over them.
  case independent
  /// Tokens interact and their order means nothing.
  case unordered
  /// The order of tokens means something: causal attention, positions, an adjacency.
  case ordered
}
