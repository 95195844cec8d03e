/// How the nodes of a generated graph are numbered.
public enum NodeOrder: Sendable, Hashable {
  /// At random, as in graphs that were collected.
  case random
  /// Community after community, which keeps neighbours close in memory.
  case byCommunity
}
