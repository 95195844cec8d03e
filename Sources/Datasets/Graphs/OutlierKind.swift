/// In which way a node was made, or is known to be, an outlier; the raw values are those of PyGOD's data sets.
public enum OutlierKind: Int, Sendable, Hashable, CaseIterable {
  /// An ordinary node.
  case none = 0
  /// Its features do not fit its neighbours.
  case contextual = 1
  /// It stands in a group of nodes that are joined more densely than others.
  case structural = 2
  /// Both of these.
  case both = 3
}
