import Foundations

extension Tensor {
  /// Reduces the axes from `first` to `last` with a kernel that sees [outer, reduced, inner].
  private func reduced(
    _ first: Int, _ last: Int,
    _ kernel: @escaping (Int, Int, Int, UnsafePointer<Scalar>, UnsafeMutablePointer<Scalar>) -> Void
  ) -> Tensor {
    let outer = shape[..<first].reduce(1, *)
    let size = shape[first...last].reduce(1, *)
    let inner = shape[(last + 1)...].reduce(1, *)
    let kept = shape.indices.map { $0 >= first && $0 <= last ? 1 : shape[$0] }
    return Tensor(shape: kept) { out in
      Parallelism.forRanges(outer, grain: max(1, 65_536 / max(1, size * inner))) { range in
        kernel(
          range.count, size, inner, pointer + range.lowerBound * size * inner, out + range.lowerBound * inner)
      }
    }
  }

  /// Sum over axes, which are removed unless `keepingDimensions`.
  @_specialize(where Scalar == Float)
  public func sum(axes: [Int], keepingDimensions: Bool = false) -> Tensor {
    var isSummed = [Bool](repeating: false, count: rank)
    for axis in axes { isSummed[resolveAxis(axis, rank: rank)] = true }
    let resolved = shape.indices.filter { isSummed[$0] }
    var value = detached
    for run in contiguousRuns(resolved).reversed() {
      value = value.reduced(run.lowerBound, run.upperBound, kernels.sum)
    }
    let result = Tensor.differentiable(value, inputs: [self]) { pull in
      [pull.cotangent.repeated(to: pull.inputs[0].shape)]
    }
    return keepingDimensions ? result : result.reshaped(removing(resolved, from: shape))
  }

  /// Sum of all elements: one number.
  @_specialize(where Scalar == Float)
  public func sum() -> Tensor { sum(axes: Array(shape.indices)) }

  /// Mean over axes, which are removed unless `keepingDimensions`.
  @_specialize(where Scalar == Float)
  public func mean(axes: [Int], keepingDimensions: Bool = false) -> Tensor {
    let size = Set(axes.map { resolveAxis($0, rank: rank) }).reduce(1) { $0 * shape[$1] }
    require(size > 0, "mean over no elements of shape \(shape)")
    return sum(axes: axes, keepingDimensions: keepingDimensions) / Scalar(size)
  }

  /// Mean of all elements: one number.
  @_specialize(where Scalar == Float)
  public func mean() -> Tensor { mean(axes: Array(shape.indices)) }

  /// Largest element along an axis; where several are largest, the derivative is shared equally.
  @_specialize(where Scalar == Float)
  public func maximum(axis: Int, keepingDimensions: Bool = false) -> Tensor {
    let axis = resolveAxis(axis, rank: rank)
    require(shape[axis] > 0, "maximum over an empty axis \(axis) of shape \(shape)")
    let value = detached.reduced(axis, axis, kernels.maximum)
    let result = Tensor.differentiable(value, inputs: [self]) { pull in
      let largest = pull.inputs[0].detached.equals(pull.output.detached)
      let ties = largest.sum(axes: [axis], keepingDimensions: true)
      return [pull.cotangent / ties * largest]
    }
    return keepingDimensions ? result : result.reshaped(removing([axis], from: value.shape))
  }

  /// Where the largest element along an axis lies, the first of equal ones: an index for every position of the other axes, in
  /// row-major order. A constant for differentiation.
  ///
  ///     let classes = logits.argmax()  // [batch, classes] gives one class an example
  public func argmax(axis: Int = -1) -> [Int] {
    let axis = resolveAxis(axis, rank: rank)
    let size = shape[axis]
    require(size > 0, "argmax over an empty axis \(axis) of shape \(shape)")
    let inner = shape[(axis + 1)...].reduce(1, *)
    return withElements { elements in
      (0..<count / size).map { position in
        let start = position / inner * size * inner + position % inner
        return (1..<size).reduce(0) { best, index in
          elements[start + index * inner] > elements[start + best * inner] ? index : best
        }
      }
    }
  }

  /// The inner product of two tensors of one shape: one number, accumulated in double precision.
  @_specialize(where Scalar == Float)
  public func innerProduct(_ other: Tensor) -> Double {
    require(shape == other.shape, "inner product of shapes \(shape) and \(other.shape)")
    return kernels.dot(count: count, pointer, other.pointer)
  }
}

private func contiguousRuns(_ axes: [Int]) -> [ClosedRange<Int>] {
  axes.reduce(into: []) { runs, axis in
    if let last = runs.last, last.upperBound + 1 == axis {
      runs[runs.count - 1] = last.lowerBound...axis
    } else {
      runs.append(axis...axis)
    }
  }
}

private func removing(_ axes: [Int], from shape: [Int]) -> [Int] {
  shape.indices.filter { !axes.contains($0) }.map { shape[$0] }
}
