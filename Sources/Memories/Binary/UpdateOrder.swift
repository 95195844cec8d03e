public import Tensors

/// When the neurons of a memory of binary states are updated.
public enum UpdateOrder: Sendable {
  /// One after the other, in an order drawn anew for each sweep and query. The energy never rises.
  case asynchronous(random: RandomStream)
  /// All at once. The energy may rise, and states may alternate: a cycle of two is found and reported.
  case synchronous
}
