import Foundations
import Layers
public import Tensors

/// Features of small gray images: two convolutions with rectifiers and maxima over 2x2 positions, and a dense
/// layer.
///
/// Kernels of 5x5 pixels, 20 and then 50 of them; images of 28x28 pixels become 12x12, then 4x4 positions.
///
/// - Shape: [images, height, width] gives [images, features]; height and width are multiples of 4 from 16 up.
/// - Source: Ilse, Tomczak, Welling, ICML 2018, the network of their MNIST bags (after LeNet-5).
public struct DigitFeatures<Scalar: TensorScalar>: Parameterized {
  private var first: Linear<Scalar>
  private var second: Linear<Scalar>
  private var dense: Linear<Scalar>
  private let firstWindows: ConvolutionWindows
  private let secondWindows: ConvolutionWindows

  private static var kernelSize: Int { 5 }

  /// A network for images of a size; weights have variance 2 / (inputs + outputs).
  public init(
    height: Int = 28, width: Int = 28, channels: (Int, Int) = (20, 50), featureCount: Int = 500,
    random: RandomStream
  ) {
    require(
      Self.takes(height: height, width: width),
      "images of \(height)x\(width), expected multiples of 4 from 16 up")
    firstWindows = ConvolutionWindows(height: height, width: width, kernel: Self.kernelSize)
    secondWindows = ConvolutionWindows(
      height: firstWindows.height / 2, width: firstWindows.width / 2, kernel: Self.kernelSize)
    let area = Self.kernelSize * Self.kernelSize
    first = Linear(inputs: area, outputs: channels.0, random: random.child(0))
    second = Linear(inputs: area * channels.0, outputs: channels.1, random: random.child(1))
    let positions = secondWindows.height / 2 * (secondWindows.width / 2)
    dense = Linear(inputs: positions * channels.1, outputs: featureCount, random: random.child(2))
  }

  /// Whether there is a network for images of a size.
  public static func takes(height: Int, width: Int) -> Bool {
    [height, width].allSatisfy { $0 >= 16 && $0 % 4 == 0 }
  }

  /// The number of features of an image.
  public var featureCount: Int { dense.outputSize }

  /// The features of each image.
  public func callAsFunction(_ images: Tensor<Scalar>) -> Tensor<Scalar> {
    let count = images.shape[0]
    let pixels = images.reshaped([count, images.count / max(1, count), 1])
    let low = secondWindows.convolved(firstWindows.convolved(pixels, first), second)
    return dense(low.reshaped([count, dense.inputSize])).relu()
  }

  public mutating func visitParameters(_ visit: ParameterVisitor<Scalar>) {
    visit("first", &first)
    visit("second", &second)
    visit("dense", &dense)
  }
}

/// The windows of a convolution without padding over an image whose pixels are rows of channels.
private struct ConvolutionWindows: Sendable {
  /// Positions of the result.
  let height: Int, width: Int
  private let area: Int
  private let inputCount: Int
  /// The pixels of each window, window by window.
  private let indices: [Int]

  init(height: Int, width: Int, kernel: Int) {
    let (rows, columns) = (height - kernel + 1, width - kernel + 1)
    (self.height, self.width, area, inputCount) = (rows, columns, kernel * kernel, height * width)
    indices = (0..<rows * columns).flatMap { position in
      (0..<kernel * kernel).map { offset in
        (position / columns + offset / kernel) * width + position % columns + offset % kernel
      }
    }
  }

  /// Convolution, rectifier and the maximum over 2x2 positions: [images, pixels, channels] to a quarter of
  /// the positions.
  func convolved<Scalar>(
    _ images: Tensor<Scalar>, _ kernels: Linear<Scalar>
  ) -> Tensor<Scalar> {
    let count = images.shape[0]
    require(
      images.shape[1] == inputCount, "images of \(images.shape[1]) pixels, expected \(inputCount)")
    let windows = images.gathered(indices, axis: 1)
      .reshaped([count, height * width, area * images.shape[2]])
    let answers = kernels(windows).relu()
    let channels = answers.shape[2]
    return answers.reshaped([count, height / 2, 2, width / 2, 2, channels]).maximum(axis: 2)
      .maximum(axis: 3).reshaped([count, height / 2 * (width / 2), channels])
  }
}
