/// The compiled loops of one scalar type, for the widest vector unit of the processor.
///
/// The C lists of `CKernels` and these protocols are held against each other by the compiler: a kernel is imported as a
/// static function of `FloatKernels` and `DoubleKernels`, which meets the requirement of its name and labels. Arrays are
/// dense and row-major unless strides are given; counts and strides are numbers of scalars.
package protocol Kernels<Scalar>: ArrayKernels, ProductKernels, RowKernels, AttentionKernels,
  NeighbourKernels, SequenceKernels
{
  associatedtype Scalar
}

/// A group of kernels for one scalar type.
package protocol KernelGroup<Scalar>: SendableMetatype {
  associatedtype Scalar
  typealias Input = UnsafePointer<Scalar>
  typealias Output = UnsafeMutablePointer<Scalar>
  typealias Sums = UnsafeMutablePointer<Double>
}
