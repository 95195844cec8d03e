package import CKernels

/// A floating-point type that tensors are made of: `Float` for work, `Double` for checks.
public protocol TensorScalar: BinaryFloatingPoint, Sendable {
  /// The compiled loops for this type.
  static var compiledKernels: TensorKernels<Self> { get }
}

/// The compiled loops of one scalar type, for the package's own use.
public struct TensorKernels<Scalar>: Sendable {
  // An associated type of the public protocol, and what it conforms to, would have to be public.
  fileprivate let type: any Kernels<Scalar>.Type
}

extension TensorScalar {
  /// The compiled loops for this type.
  package static var kernels: any Kernels<Self>.Type { compiledKernels.type }
}

extension FloatKernels: Kernels { package typealias Scalar = Float }
extension DoubleKernels: Kernels { package typealias Scalar = Double }

extension Float: TensorScalar {
  /// The compiled loops for single precision.
  public static var compiledKernels: TensorKernels<Float> { TensorKernels(type: FloatKernels.self) }
}

extension Double: TensorScalar {
  /// The compiled loops for double precision.
  public static var compiledKernels: TensorKernels<Double> { TensorKernels(type: DoubleKernels.self) }
}
