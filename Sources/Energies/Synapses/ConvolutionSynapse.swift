import Foundations
public import Tensors

/// A convolution between two layers of channels, with no bias.
///
///     E = -⟨g2, W * g1⟩,   (W * g)[i, j, o] = sum over a, b, c of  W[o, a, b, c] g[s i + a - p, s j + b - q, c]
///
/// The kernel is not mirrored; s is the stride, and (p, q) the padding with zeros at the top and the left. What the first layer
/// feels, the gradient in g1, is the transposed convolution of g2.
///
/// - Shape: layers [height, width, channels]; W is [channels of the second, kernel height, kernel width, channels of the first].
/// - Source: `ConvSynapse` of hamux.
/// - Cost: 2 outputs kernel height kernel width channels operations an example, and a copy of every window.
public struct ConvolutionSynapse<Scalar: TensorScalar>: Synapse {
  /// W, [channels of the second, kernel height, kernel width, channels of the first].
  public var weight: Tensor<Scalar>
  /// How far windows lie apart, in rows and columns.
  public let stride: Int
  /// The rows and columns of zeros around the first layer.
  public let padding: WindowPadding

  /// A convolution of given weights.
  public init(weight: Tensor<Scalar>, stride: Int = 1, padding: WindowPadding = .none) {
    require(
      weight.rank == 4 && weight.count > 0,
      "a convolution has weights [outputs, kernel height, kernel width, inputs], not \(weight.shape)")
    require(stride > 0, "windows lie at least one row apart, not \(stride)")
    self.weight = weight
    self.stride = stride
    self.padding = padding
  }

  /// The shape [height, width, channels] of the second layer for a first one of a shape.
  public func outputShape(of input: [Int]) -> [Int] {
    let windows = imageWindows(input)
    return [windows.rows.count, windows.columns.count, weight.shape[0]]
  }

  public var layerCount: Int? { 2 }
  public var name: String { "convolution" }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) { visit("weight", &weight) }

  public func energy(of layers: [Tensor<Scalar>]) -> Tensor<Scalar> {
    let (input, output) = (layers[0], layers[1])
    let expected = outputShape(of: Array(input.shape.dropFirst()))
    require(
      Array(output.shape.dropFirst()) == expected,
      "the convolution of a layer \(Array(input.shape.dropFirst())) has shape \(expected), not "
        + "\(Array(output.shape.dropFirst()))")
    let windows = input.windows(imageWindows(Array(input.shape.dropFirst())))
    let rows = weight.reshaped([weight.shape[0], weight.count / weight.shape[0]])
    return -windows.projected(by: rows, transposed: true).innerProducts(output)
  }

  private func imageWindows(_ shape: [Int]) -> ImageWindows {
    require(
      shape.count == 3 && shape[2] == weight.shape[3],
      "a convolution of \(weight.shape[3]) channels takes a layer [height, width, \(weight.shape[3])], not \(shape)"
    )
    return ImageWindows(
      height: shape[0], width: shape[1], kernel: (weight.shape[1], weight.shape[2]), stride: stride,
      padding: padding)
  }
}

/// What lies around a picture under the windows of a convolution.
public enum WindowPadding: Sendable, Equatable {
  /// Nothing: windows lie within.
  case none
  /// As many zeros as make ceil(size / stride) windows, the odd one at the bottom and the right.
  case same
  /// So many rows and columns of zeros on every side.
  case zeros(Int)
}

/// The windows of a picture, [height, width, channels]: which pixels each covers.
struct ImageWindows {
  let height: Int
  let width: Int
  /// The first row and the first column of every window; negative and beyond the picture where zeros lie.
  let rows: [Int]
  let columns: [Int]
  let kernel: (height: Int, width: Int)

  init(height: Int, width: Int, kernel: (height: Int, width: Int), stride: Int, padding: WindowPadding) {
    (self.height, self.width, self.kernel) = (height, width, kernel)
    rows = Self.starts(height, kernel.height, stride, padding)
    columns = Self.starts(width, kernel.width, stride, padding)
  }

  private static func starts(_ size: Int, _ kernel: Int, _ stride: Int, _ padding: WindowPadding) -> [Int] {
    let before: Int
    let count: Int
    switch padding {
    case .none: (before, count) = (0, size < kernel ? 0 : (size - kernel) / stride + 1)
    case .same:
      count = (size + stride - 1) / stride
      before = max(0, (count - 1) * stride + kernel - size) / 2
    case .zeros(let zeros):
      require(zeros >= 0, "\(zeros) rows of zeros around a picture")
      (before, count) = (zeros, size + 2 * zeros < kernel ? 0 : (size + 2 * zeros - kernel) / stride + 1)
    }
    require(count > 0, "a window of \(kernel) does not fit into \(size) pixels with padding \(padding)")
    return (0..<count).map { $0 * stride - before }
  }

  /// For every window and pixel of a window the index of the pixel in the picture, or `height` x `width` for a zero.
  var indices: [Int] {
    rows.flatMap { top in
      columns.flatMap { left in
        (0..<kernel.height).flatMap { row in
          (0..<kernel.width).map { column in
            let (y, x) = (top + row, left + column)
            let isInside = y >= 0 && y < height && x >= 0 && x < width
            return isInside ? y * width + x : height * width
          }
        }
      }
    }
  }
}

extension Tensor {
  /// The numbers under every window of pictures [batch, height, width, channels]: [batch, windows, numbers of a window].
  func windows(_ windows: ImageWindows) -> Tensor {
    let (batch, channels, pixels) = (shape[0], shape[3], windows.height * windows.width)
    let picture = reshaped([batch, pixels, channels]).padded(axis: 1, before: 0, to: pixels + 1)
    return picture.gathered(windows.indices, axis: 1).reshaped([
      batch, windows.rows.count * windows.columns.count,
      windows.kernel.height * windows.kernel.width * channels,
    ])
  }
}
