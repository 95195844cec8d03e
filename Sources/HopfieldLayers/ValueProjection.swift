/// Where the values come from that an association mixes.
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
