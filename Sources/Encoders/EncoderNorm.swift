import Tensors

/// A layer norm with a gain and a shift for each of a token's numbers.
struct EncoderNorm<Scalar: TensorScalar>: Sendable {
  let gain: Tensor<Scalar>, shift: Tensor<Scalar>
  let epsilon: Scalar

  /// Normalises rows in place.
  func apply(rows: Int, _ x: UnsafeMutablePointer<Scalar>, stride: Int) {
    gain.withElements { gain in
      shift.withElements { shift in
        guard let gains = gain.baseAddress, let shifts = shift.baseAddress else { return }
        Scalar.kernels.encoder.normalize(rows, gain.count, stride, epsilon, gains, shifts, x)
      }
    }
  }
}
