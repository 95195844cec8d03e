import Foundation
import Foundations
public import Tensors

extension SafetensorsFile {
  /// Writes one array of rows, some at a time: for arrays that do not fit into memory.
  ///
  /// `rows` is called with ranges that follow one another and gives those rows, [range, dimension]; their
  /// numbers go into the file as they are, f32 for `Float` and f64 for `Double`. The bytes are those of
  /// ``write(path:arrays:metadata:)`` for the whole array. An existing file is replaced only when the new one
  /// is complete.
  ///
  /// - Throws: ``Foundations/FileFormatError`` for a reserved name, ``Foundations/FileAccessError`` when the file cannot be written, or
  ///   whatever `rows` throws.
  public static func writeRows<Scalar: TensorScalar>(
    path: String, name: String, shape: (count: Int, dimension: Int), metadata: [String: String] = [:],
    rowsAtOnce: Int = 8_192, _ rows: (Range<Int>) throws -> Tensor<Scalar>
  ) throws {
    require(
      shape.count >= 0 && shape.dimension >= 0 && rowsAtOnce > 0,
      "an array of shape \([shape.count, shape.dimension]), \(rowsAtOnce) rows at once")
    let type = ElementType(of: Scalar.self)
    let byteCount = shape.count * shape.dimension * type.byteCount
    let header = try headerBytes(
      path: path, arrays: [(name, type, [shape.count, shape.dimension], byteCount)], metadata: metadata)
    try AtomicFile(path: path).write { append in
      try append(header)
      for start in stride(from: 0, to: shape.count, by: rowsAtOnce) {
        let range = start..<min(start + rowsAtOnce, shape.count)
        let block = try rows(range)
        require(
          block.shape == [range.count, shape.dimension],
          "rows \(range) have shape \(block.shape), expected \([range.count, shape.dimension])")
        if block.count > 0 { try append(StoredArray(block).bytes) }
      }
    }
  }
}
