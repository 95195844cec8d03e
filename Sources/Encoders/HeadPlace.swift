/// A head of an encoder: its layer and its place in the layer, from 0.
public struct HeadPlace: Hashable, Sendable, Comparable {
  /// The layer, from 0 at the embeddings.
  public let layer: Int
  /// The place in the layer.
  public let head: Int

  /// A head by its place.
  public init(layer: Int, head: Int) {
    (self.layer, self.head) = (layer, head)
  }

  public static func < (a: HeadPlace, b: HeadPlace) -> Bool { (a.layer, a.head) < (b.layer, b.head) }
}
