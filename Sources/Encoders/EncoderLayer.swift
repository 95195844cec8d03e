import Foundations
import Tensors

/// A layer of an encoder: attention and two linear maps, each added to its input and normalised.
struct EncoderLayer<Scalar: TensorScalar>: Sendable {
  let query: EncoderLinear<Scalar>, key: EncoderLinear<Scalar>, value: EncoderLinear<Scalar>
  let output: EncoderLinear<Scalar>
  let attentionNorm: EncoderNorm<Scalar>
  let feedForwardIn: EncoderLinear<Scalar>, feedForwardOut: EncoderLinear<Scalar>
  let finalNorm: EncoderNorm<Scalar>
}

/// A linear map x W + b, packed for products of many rows.
struct EncoderLinear<Scalar: TensorScalar>: Sendable {
  let inputs: Int, outputs: Int
  private let panels: Storage<Scalar>
  /// One row of panels.
  private let bias: Storage<Scalar>
  private let one: Storage<Scalar>
  private let panelWidth: Int

  /// - Shape: weight [outputs, inputs] and bias [outputs], as published.
  init(weight: Tensor<Scalar>, bias: Tensor<Scalar>) {
    require(
      weight.rank == 2 && bias.shape == [weight.shape[0]],
      "a linear map of \(weight.shape) with a bias of \(bias.shape)")
    (outputs, inputs) = (weight.shape[0], weight.shape[1])
    let kernels = Scalar.kernels
    panelWidth = kernels.panelWidth()
    let width = (outputs + panelWidth - 1) / panelWidth * panelWidth
    // Products ask for lines behind the last panel.
    panels = Storage(count: width * inputs + 4 * panelWidth)
    self.bias = Storage.zeros(width + 4 * panelWidth)
    one = Storage(count: 1)
    one.pointer[0] = 1
    weight.withElements { source in
      if let base = source.baseAddress {
        kernels.pack(
          depth: inputs, columns: outputs, b: base, row: 1, column: inputs, packed: panels.pointer,
          panel: panelWidth * inputs)
      }
    }
    bias.withElements { source in
      if let base = source.baseAddress { self.bias.pointer.update(from: base, count: outputs) }
    }
  }

  /// out <- x W + b + keep out for rows of x and out that lie strides apart.
  func apply(
    rows: Int, _ x: UnsafePointer<Scalar>, stride: Int, to out: UnsafeMutablePointer<Scalar>,
    outStride: Int, keep: Scalar = 0
  ) {
    let kernels = Scalar.kernels
    require(
      kernels.panelWidth() == panelWidth, "weights packed for another vector unit than the one in use")
    // The bias is a second term: a column of ones times one row.
    kernels.product(
      rows: rows, columns: outputs,
      ProductFactors(rows: x, stride: stride, panels: panels.pointer, panelWidth: panelWidth, depth: inputs),
      plus: ProductFactors(
        rows: one.pointer, stride: 0, panels: bias.pointer, panelWidth: panelWidth, depth: 1), scale: 1,
      keep: keep, c: out, rowC: outStride)
  }
}

/// A layer norm with a gain and a shift for each of a token's numbers.
struct EncoderNorm<Scalar: TensorScalar>: Sendable {
  let gain: Tensor<Scalar>, shift: Tensor<Scalar>
  let epsilon: Scalar

  /// Normalises rows in place.
  func apply(rows: Int, _ x: UnsafeMutablePointer<Scalar>, stride: Int) {
    gain.withElements { gain in
      shift.withElements { shift in
        guard let gains = gain.baseAddress, let shifts = shift.baseAddress else { return }
        Scalar.kernels.normalizeInPlace(
          rows: rows, columns: gain.count, row: stride, epsilon: epsilon, gain: gains, shift: shifts, x: x)
      }
    }
  }
}
