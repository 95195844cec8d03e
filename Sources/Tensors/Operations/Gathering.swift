import Foundations

extension Tensor {
  /// The slices at `indices` along an axis, in that order; an index may repeat.
  @_specialize(where Scalar == Float)
  public func gathered(_ indices: [Int], axis: Int) -> Tensor {
    let axis = resolveAxis(axis, rank: rank)
    let size = shape[axis]
    for index in indices {
      require(index >= 0 && index < size, "index \(index) outside axis \(axis) of shape \(shape)")
    }
    let outer = shape[..<axis].reduce(1, *)
    let inner = shape[(axis + 1)...].reduce(1, *)
    var target = shape
    target[axis] = indices.count
    let value = Tensor(shape: target) { out in
      for o in 0..<outer {
        for (position, index) in indices.enumerated() {
          (out + (o * indices.count + position) * inner)
            .update(from: pointer + (o * size + index) * inner, count: inner)
        }
      }
    }
    return .differentiable(value, inputs: [self]) {
      [$0.cotangent.scatterAdded(indices, axis: axis, size: size)]
    }
  }

  /// Zeros of `size` along an axis, to which slice i of the tensor is added at `indices[i]`.
  @_specialize(where Scalar == Float)
  public func scatterAdded(_ indices: [Int], axis: Int, size: Int) -> Tensor {
    let axis = resolveAxis(axis, rank: rank)
    require(indices.count == shape[axis], "\(indices.count) indices for axis \(axis) of shape \(shape)")
    for index in indices { require(index >= 0 && index < size, "index \(index) outside 0..<\(size)") }
    let outer = shape[..<axis].reduce(1, *)
    let inner = shape[(axis + 1)...].reduce(1, *)
    var target = shape
    target[axis] = size
    let value = Tensor(shape: target) { out in
      out.update(repeating: 0, count: elementCount(target))
      for o in 0..<outer {
        for (position, index) in indices.enumerated() {
          kernels.accumulate(
            count: inner, scale: 1, x: pointer + (o * indices.count + position) * inner,
            y: out + (o * size + index) * inner)
        }
      }
    }
    return .differentiable(value, inputs: [self]) { [$0.cotangent.gathered(indices, axis: axis)] }
  }
}
