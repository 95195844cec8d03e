import Tensors

/// A layer of an encoder: attention and two linear maps, each added to its input and normalised.
struct EncoderLayer<Scalar: TensorScalar>: Sendable {
  let query: EncoderLinear<Scalar>, key: EncoderLinear<Scalar>, value: EncoderLinear<Scalar>
  let output: EncoderLinear<Scalar>
  let attentionNorm: EncoderNorm<Scalar>
  let widening: EncoderLinear<Scalar>, narrowing: EncoderLinear<Scalar>
  let finalNorm: EncoderNorm<Scalar>
}
