/// A half of an image.
public enum ImageHalf: String, Sendable, CaseIterable {
  case upper, lower, left, right
}
