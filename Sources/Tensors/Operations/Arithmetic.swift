import CKernels
import Foundations

/// Runs an element-wise kernel of two operands, axes of size 1 and missing first axes being repeated.
private func combine<Scalar>(_ operation: Int, _ a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> Tensor<Scalar> {
  if a.shape == b.shape {
    return Tensor(shape: a.shape) { out in
      Parallelism.forRanges(a.count, grain: 65_536) { range in
        var (size, step) = (range.count, 1)
        a.kernels.binary(
          Int32(operation), rank: 1, sizes: &size, stridesA: &step, stridesB: &step,
          a: a.pointer + range.lowerBound, b: b.pointer + range.lowerBound, y: out + range.lowerBound)
      }
    }
  }
  let shape = broadcastShape(a.shape, b.shape)
  return Tensor(shape: shape) { out in
    if elementCount(shape) == 0 { return }
    let (sizes, steps) = collapsed(
      shape, [broadcastStrides(a.shape, to: shape), broadcastStrides(b.shape, to: shape)])
    let inner = sizes.dropFirst().reduce(1, *)
    Parallelism.forRanges(sizes[0], grain: max(1, 65_536 / inner)) { range in
      var part = sizes
      part[0] = range.count
      a.kernels.binary(
        Int32(operation), rank: part.count, sizes: part, stridesA: steps[0], stridesB: steps[1],
        a: a.pointer + range.lowerBound * steps[0][0], b: b.pointer + range.lowerBound * steps[1][0],
        y: out + range.lowerBound * inner)
    }
  }
}

extension Tensor {
  /// Element-wise sum.
  @_specialize(where Scalar == Float)
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    .differentiable(combine(ET_ADD, a, b), inputs: [a, b]) { pull in
      [
        pull.needed[0] ? pull.cotangent.summed(to: pull.inputs[0].shape) : nil,
        pull.needed[1] ? pull.cotangent.summed(to: pull.inputs[1].shape) : nil,
      ]
    }
  }

  /// Element-wise difference.
  @_specialize(where Scalar == Float)
  public static func - (a: Tensor, b: Tensor) -> Tensor {
    .differentiable(combine(ET_SUBTRACT, a, b), inputs: [a, b]) { pull in
      [
        pull.needed[0] ? pull.cotangent.summed(to: pull.inputs[0].shape) : nil,
        pull.needed[1] ? -pull.cotangent.summed(to: pull.inputs[1].shape) : nil,
      ]
    }
  }

  /// Element-wise product.
  @_specialize(where Scalar == Float)
  public static func * (a: Tensor, b: Tensor) -> Tensor {
    .differentiable(combine(ET_MULTIPLY, a, b), inputs: [a, b]) { pull in
      [
        pull.needed[0] ? (pull.cotangent * pull.inputs[1]).summed(to: pull.inputs[0].shape) : nil,
        pull.needed[1] ? (pull.cotangent * pull.inputs[0]).summed(to: pull.inputs[1].shape) : nil,
      ]
    }
  }

  /// Element-wise quotient.
  @_specialize(where Scalar == Float)
  public static func / (a: Tensor, b: Tensor) -> Tensor {
    .differentiable(combine(ET_DIVIDE, a, b), inputs: [a, b]) { pull in
      let share = pull.cotangent / pull.inputs[1]
      return [
        pull.needed[0] ? share.summed(to: pull.inputs[0].shape) : nil,
        pull.needed[1] ? -(share * pull.output).summed(to: pull.inputs[1].shape) : nil,
      ]
    }
  }

  /// The larger of two elements; where they are equal, the derivative is shared equally.
  @_specialize(where Scalar == Float)
  public func maximum(_ other: Tensor) -> Tensor {
    .differentiable(combine(ET_MAXIMUM, self, other), inputs: [self, other]) { pull in
      let larger = pull.inputs.map { $0.detached.equals(pull.output.detached) }
      let share = pull.cotangent / (larger[0] + larger[1])
      return (0..<2).map { side in
        pull.needed[side] ? (share * larger[side]).summed(to: pull.inputs[side].shape) : nil
      }
    }
  }

  /// 1 where the elements are equal, 0 elsewhere; a constant for differentiation.
  @_specialize(where Scalar == Float)
  public func equals(_ other: Tensor) -> Tensor { combine(ET_EQUAL, self, other) }

  /// The sum over the axes that are 1 in `target`: the transpose of repeating them.
  @_specialize(where Scalar == Float)
  package func summed(to target: [Int]) -> Tensor {
    if shape == target { return self }
    let full = prefixed(target, rank: rank)
    let axes = shape.indices.filter { full[$0] == 1 && shape[$0] != 1 }
    return sum(axes: axes, keepingDimensions: true).reshaped(target)
  }

  /// The tensor with its axes of size 1, and those of `target` before its own, repeated to `target`.
  @_specialize(where Scalar == Float)
  public func repeated(to target: [Int]) -> Tensor {
    require(
      broadcastShape(shape, target) == target, "shape \(shape) cannot be repeated to \(target)")
    if shape == target { return self }
    let value = Tensor(shape: target) { out in
      let (sizes, steps) = collapsed(target, [broadcastStrides(shape, to: target), rowMajorStrides(target)])
      if elementCount(target) > 0 {
        kernels.copyStrided(
          rank: sizes.count, sizes: sizes, stridesX: steps[0], stridesY: steps[1], x: pointer, y: out,
          adds: false)
      }
    }
    return .differentiable(value, inputs: [self]) { [$0.cotangent.summed(to: $0.inputs[0].shape)] }
  }
}
