import Foundations

extension Tensor {
  /// The same elements in the same order under another shape; no copy.
  @_specialize(where Scalar == Float)
  public func reshaped(_ target: [Int]) -> Tensor {
    require(elementCount(target) == count, "shape \(shape) cannot be reshaped to \(target)")
    if target == shape { return self }
    return .differentiable(Tensor(shape: target, storage: storage), inputs: [self]) {
      [$0.cotangent.reshaped($0.inputs[0].shape)]
    }
  }

  /// The tensor with an axis of size 1 put in before `axis`, as a column or a row is made of a vector; -1 puts it last.
  ///
  ///     values.expanded(axis: -1)  // [batch, tokens] gives [batch, tokens, 1]
  public func expanded(axis: Int) -> Tensor {
    let axis = resolveAxis(axis, rank: rank + 1)
    return reshaped(shape[..<axis] + [1] + shape[axis...])
  }

  /// The axes in another order: axis i of the result is axis `axes[i]` of the tensor.
  @_specialize(where Scalar == Float)
  public func permuted(_ axes: [Int]) -> Tensor {
    require(
      axes.sorted() == Array(shape.indices), "\(axes) is not an order of the axes of shape \(shape)")
    if axes == Array(shape.indices) { return self }
    let target = axes.map { shape[$0] }
    let strides = rowMajorStrides(shape)
    let value = copied(target, from: axes.map { strides[$0] }, offset: 0)
    return .differentiable(value, inputs: [self]) { pull in
      var inverse = axes
      for (position, axis) in axes.enumerated() { inverse[axis] = position }
      return [pull.cotangent.permuted(inverse)]
    }
  }

  /// The last two axes exchanged.
  public var transposed: Tensor {
    require(rank >= 2, "transposed needs two axes, not shape \(shape)")
    return permuted(Array(0..<rank - 2) + [rank - 1, rank - 2])
  }

  /// The part of the tensor whose index along `axis` lies in `range`.
  @_specialize(where Scalar == Float)
  public func sliced(axis: Int, _ range: Range<Int>) -> Tensor {
    let axis = resolveAxis(axis, rank: rank)
    require(
      range.lowerBound >= 0 && range.upperBound <= shape[axis],
      "slice \(range) outside axis \(axis) of shape \(shape)")
    if range == 0..<shape[axis] { return self }
    var target = shape
    target[axis] = range.count
    let strides = rowMajorStrides(shape)
    let value = copied(target, from: strides, offset: range.lowerBound * strides[axis])
    let size = shape[axis]
    return .differentiable(value, inputs: [self]) {
      [$0.cotangent.padded(axis: axis, before: range.lowerBound, to: size)]
    }
  }

  /// The tensor with zeros before and after along an axis.
  @_specialize(where Scalar == Float)
  public func padded(axis: Int, before: Int, to size: Int) -> Tensor {
    let axis = resolveAxis(axis, rank: rank)
    let length = shape[axis]
    require(before >= 0 && before + length <= size, "axis \(axis) of \(shape) at \(before) in \(size)")
    if length == size { return self }
    var target = shape
    target[axis] = size
    let value = Tensor(shape: target) { out in
      out.update(repeating: 0, count: elementCount(target))
      write(into: out, strides: rowMajorStrides(target), axis: axis, at: before)
    }
    return .differentiable(value, inputs: [self]) {
      [$0.cotangent.sliced(axis: axis, before..<before + length)]
    }
  }

  /// Tensors laid one after the other along an axis; their other axes agree.
  @_specialize(where Scalar == Float)
  public static func concatenated(_ parts: [Tensor], axis: Int) -> Tensor {
    require(!parts.isEmpty, "concatenated needs at least one tensor")
    let axis = resolveAxis(axis, rank: parts[0].rank)
    for part in parts {
      require(
        part.rank == parts[0].rank
          && part.shape.indices.allSatisfy { $0 == axis || part.shape[$0] == parts[0].shape[$0] },
        "concatenated along axis \(axis): shapes \(parts[0].shape) and \(part.shape) do not match")
    }
    var starts = [0]
    for part in parts { starts.append(starts[starts.count - 1] + part.shape[axis]) }
    var target = parts[0].shape
    target[axis] = starts[parts.count]
    let value = Tensor(shape: target) { out in
      for (part, start) in zip(parts, starts) {
        part.write(into: out, strides: rowMajorStrides(target), axis: axis, at: start)
      }
    }
    let bounds = starts
    return .differentiable(value, inputs: parts) { pull in
      pull.inputs.indices.map { index in
        pull.needed[index] ? pull.cotangent.sliced(axis: axis, bounds[index]..<bounds[index + 1]) : nil
      }
    }
  }

  private func copied(_ target: [Int], from strides: [Int], offset: Int) -> Tensor {
    Tensor(shape: target) { out in
      if elementCount(target) == 0 { return }
      let (sizes, steps) = collapsed(target, [strides, rowMajorStrides(target)])
      Parallelism.forRanges(sizes[0], grain: max(1, 65_536 * sizes[0] / elementCount(target))) { range in
        var part = sizes
        part[0] = range.count
        kernels.copyStrided(
          rank: part.count, sizes: part, stridesX: steps[0], stridesY: steps[1],
          x: pointer + offset + range.lowerBound * steps[0][0], y: out + range.lowerBound * steps[1][0],
          adds: false)
      }
    }
  }

  private func write(into out: UnsafeMutablePointer<Scalar>, strides: [Int], axis: Int, at start: Int) {
    if count == 0 { return }
    let (sizes, steps) = collapsed(shape, [rowMajorStrides(shape), strides])
    kernels.copyStrided(
      rank: sizes.count, sizes: sizes, stridesX: steps[0], stridesY: steps[1], x: pointer,
      y: out + start * strides[axis], adds: false)
  }
}
