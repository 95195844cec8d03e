import Foundations
public import Tensors

/// Features of a sequence of letters, one a kernel of a 1-D convolution.
///
///     h_k = SELU(b_k + max over windows w of sum over p of W[p, letter w + p, k])
///
/// A maximum over positions and then the activation, which rises, is the same as the other way round, and
/// needs it only once a sequence.
///
/// - Shape: sequences give [sequences, kernels].
/// - Source: Widrich et al. 2020, section 3: kernels over one-hot letters, maximum over positions.
/// - Cost: one addition a letter of a window and kernel, as one-hot letters pick rows of the kernels.
public struct SequenceEmbedding<Scalar: TensorScalar>: Parameterized {
  /// What a letter adds at a position of a window, [width, letters, kernels].
  public private(set) var kernels: Tensor<Scalar>
  /// Added to each kernel's largest sum, [kernels].
  public private(set) var bias: Tensor<Scalar>

  /// Kernels drawn with variance 1 / width, so that the sum over a window has variance 1; biases 0.
  public init(width: Int, letterCount: Int, kernelCount: Int, random: RandomStream) {
    require(
      min(width, letterCount, kernelCount) > 0,
      "kernels of width \(width) over \(letterCount) letters, \(kernelCount) of them")
    var stream = random
    kernels = .normal(
      [width, letterCount, kernelCount], standardDeviation: 1 / Double(width).squareRoot(), using: &stream)
    bias = .zeros([kernelCount])
  }

  /// Given kernels, [width, letters, kernels], with biases 0.
  public init(kernels: Tensor<Scalar>) {
    require(
      kernels.rank == 3 && kernels.count > 0,
      "kernels of shape \(kernels.shape), expected [width, letters, kernels]")
    self.kernels = kernels
    bias = .zeros([kernels.shape[2]])
  }

  /// The number of features, one a kernel.
  public var featureCount: Int { bias.count }

  /// The features of each sequence, [sequences, kernels].
  public func callAsFunction(_ sequences: SymbolSequences) -> Tensor<Scalar> {
    let sums = kernels.largestWindowSums(of: sequences)
    return (sums + bias).scaledExponentialLinearUnit()
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("kernels", &kernels)
    visit("bias", &bias)
  }
}
