/// What becomes of pairs that join a node to itself.
public enum SelfLoops: Sendable, Hashable {
  /// They are left out: a model decides by itself whether a node sees itself.
  case dropped
  /// They stay, each once.
  case kept
}
