import Foundations

/// The number of elements of a shape: the product of its axes. Ends the program where no memory could hold so many.
package func elementCount(_ shape: [Int]) -> Int {
  shape.reduce(1) { product, size in
    require(size >= 0, "shape \(shape) has a negative axis")
    let (count, overflows) = product.multipliedReportingOverflow(by: size)
    if overflows { OutOfMemory.stop(bytes: nil, for: "a tensor of shape \(shape)") }
    return count
  }
}

/// Scalars from one index to the next along each axis of a dense row-major array.
package func rowMajorStrides(_ shape: [Int]) -> [Int] {
  var strides = [Int](repeating: 1, count: shape.count)
  for axis in stride(from: shape.count - 2, through: 0, by: -1) {
    strides[axis] = strides[axis + 1] * shape[axis + 1]
  }
  return strides
}

/// The shape of an element-wise operation on two operands, axes of size 1 being repeated; the one of lower rank has
/// axes of size 1 put before its own.
func broadcastShape(_ a: [Int], _ b: [Int]) -> [Int] {
  let rank = max(a.count, b.count)
  return zip(prefixed(a, rank: rank), prefixed(b, rank: rank)).map { x, y in
    require(x == y || x == 1 || y == 1, "element-wise operands do not match: \(a) and \(b)")
    return x == 1 ? y : x
  }
}

/// Strides that repeat the axes of size 1 of `shape`, and those it lacks, to `target`.
func broadcastStrides(_ shape: [Int], to target: [Int]) -> [Int] {
  let full = prefixed(shape, rank: target.count)
  return zip(rowMajorStrides(full), zip(full, target)).map { step, sizes in
    sizes.0 == 1 && sizes.1 != 1 ? 0 : step
  }
}

/// A shape with as many axes of size 1 before its own as make it `rank`.
func prefixed(_ shape: [Int], rank: Int) -> [Int] {
  [Int](repeating: 1, count: max(0, rank - shape.count)) + shape
}

/// An axis counted from the front; -1 is the last.
func resolveAxis(_ axis: Int, rank: Int) -> Int {
  let resolved = axis < 0 ? axis + rank : axis
  require(resolved >= 0 && resolved < rank, "axis \(axis) outside a tensor of rank \(rank)")
  return resolved
}

/// Merges neighbouring axes that are contiguous in every operand, and drops axes of size 1.
func collapsed(_ shape: [Int], _ strides: [[Int]]) -> (shape: [Int], strides: [[Int]]) {
  var sizes: [Int] = []
  var steps = strides.map { _ in [Int]() }
  for axis in shape.indices where shape[axis] != 1 {
    let joins =
      !sizes.isEmpty && strides.indices.allSatisfy { steps[$0].last == strides[$0][axis] * shape[axis] }
    if joins {
      sizes[sizes.count - 1] *= shape[axis]
      for operand in strides.indices { steps[operand][sizes.count - 1] = strides[operand][axis] }
    } else {
      sizes.append(shape[axis])
      for operand in strides.indices { steps[operand].append(strides[operand][axis]) }
    }
  }
  if sizes.isEmpty { return ([1], strides.map { _ in [1] }) }
  return (sizes, steps)
}
