/// The number formats an array in a file can have; little-endian, packed.
public enum ElementType: String, Sendable, CaseIterable {
  case f64, f32, f16, bf16, i64, i32, i16, i8, u64, u32, u16, u8, bool

  /// Size of one element in bytes.
  public var byteCount: Int {
    switch self {
    case .f64, .i64, .u64: 8
    case .f32, .i32, .u32: 4
    case .f16, .bf16, .i16, .u16: 2
    case .i8, .u8, .bool: 1
    }
  }

  /// True for the formats that hold fractions.
  public var isFloatingPoint: Bool {
    switch self {
    case .f64, .f32, .f16, .bf16: true
    default: false
    }
  }

  /// The names of all formats in one line, for error messages.
  static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

/// The number of elements of an array of this shape; nil when a size is negative or the product overflows.
///
/// A zero anywhere does not excuse an overflow elsewhere: every partial product of the other sizes must fit.
func elementCount(ofShape shape: [Int]) -> Int? {
  var count = 1
  var isEmpty = false
  for size in shape {
    if size < 0 { return nil }
    if size == 0 {
      isEmpty = true
      continue
    }
    let (product, overflow) = count.multipliedReportingOverflow(by: size)
    if overflow { return nil }
    count = product
  }
  return isEmpty ? 0 : count
}

/// The number of bytes of such an array; nil where ``elementCount(ofShape:)`` is, or on overflow.
func byteCount(ofShape shape: [Int], elementType: ElementType) -> Int? {
  guard let count = elementCount(ofShape: shape) else { return nil }
  let (bytes, overflow) = count.multipliedReportingOverflow(by: elementType.byteCount)
  return overflow ? nil : bytes
}
