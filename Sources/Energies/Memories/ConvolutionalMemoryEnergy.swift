import Foundations
public import Tensors

/// The memory energy of pictures: small patterns that are recalled wherever they are.
///
///     E = - sum over windows of sum_mu G(xi_mu · window)
///
/// Tokens are the cells of a grid, row after row, and their numbers the channels: pixels, or the features of patches. The same
/// patterns are held against the windows at every place, so that a picture and the same picture moved have one energy, but for
/// the border. With windows of one token it is `HopfieldEnergy`, whose memories are these patterns as columns.
///
/// Padding counts as zeros, as what lies around the picture does; a window in which no token is real adds nothing.
///
/// For layers of a network, such as pixels and features, there is `ConvolutionSynapse`, whose hidden layer keeps the responses.
///
/// - Shape: activations [batch, rows * columns, channels] give [batch].
/// - Source: Hoover et al. 2023, equation 5, at every place of a picture as in the convolutional memories of Krotov 2021,
///   "Hierarchical associative memory".
/// - Cost: 2 windows memories height width channels operations an example, and a copy of every window.
public struct ConvolutionalMemoryEnergy<Scalar: TensorScalar>: Energy {
  /// xi, [memories, window height, window width, channels].
  public var filters: Tensor<Scalar>
  /// The function G.
  public var activation: HopfieldActivation<Scalar>
  /// The rows of the grid.
  public let rows: Int
  /// The columns of the grid.
  public let columns: Int
  /// How far windows lie apart.
  public let stride: Int
  /// The zeros around the picture.
  public let padding: WindowPadding

  /// A memory of small patterns, [memories, window height, window width, channels], over a grid of tokens.
  public init(
    filters: Tensor<Scalar>, rows: Int, columns: Int, stride: Int = 1, padding: WindowPadding = .none,
    activation: HopfieldActivation<Scalar> = .reluSquared
  ) {
    require(
      filters.rank == 4 && filters.count > 0,
      "filters have shape [memories, window height, window width, channels], not \(filters.shape)")
    require(rows > 0 && columns > 0, "a grid of \(rows) x \(columns) tokens")
    require(stride > 0, "windows lie at least one row apart, not \(stride)")
    activation.check()
    self.filters = filters
    self.activation = activation
    self.rows = rows
    self.columns = columns
    self.stride = stride
    self.padding = padding
  }

  public var name: String { "memory" }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("filters", &filters)
    if case .softmax(var beta, true) = activation {
      visit("beta", &beta)
      activation = .softmax(beta: beta, learnsBeta: true)
    }
  }

  public func energy(at g: Activations<Scalar>) -> Tensor<Scalar> {
    let shape = g.values.shape
    require(
      shape[1] == rows * columns && shape[2] == filters.shape[3],
      "a grid of \(rows) x \(columns) tokens of \(filters.shape[3]) channels has no activations of shape \(shape)"
    )
    let windows = ImageWindows(
      height: rows, width: columns, kernel: (filters.shape[1], filters.shape[2]), stride: stride,
      padding: padding)
    let picture = g.realValues.reshaped([shape[0], rows, columns, shape[2]])
    let patterns = filters.reshaped([filters.shape[0], filters.count / filters.shape[0]])
    let responses = picture.windows(windows).projected(by: patterns, transposed: true)
    let values = activation.value(responses)  // [batch, windows]
    return -(values * realWindows(windows, g.mask)).sum(axes: [1])
  }

  /// 1 for windows with a real token and 0 for others, [batch or 1, windows].
  private func realWindows(_ windows: ImageWindows, _ mask: TokenMask?) -> Tensor<Scalar> {
    let size = filters.shape[1] * filters.shape[2]
    let (indices, tokens) = (windows.indices, rows * columns)
    let count = indices.count / size
    let batch = mask?.batch ?? 1
    let elements = (0..<batch * count).map { place -> Scalar in
      let (example, window) = (place / count, place % count)
      let isReal = indices[window * size..<(window + 1) * size].contains { token in
        token < tokens && (mask?.isReal[example * tokens + token] ?? true)
      }
      return isReal ? 1 : 0
    }
    return Tensor(shape: [batch, count], elements: elements)
  }
}
