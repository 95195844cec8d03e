import Foundations
import Tensors

/// The indices of the `count` largest values, in rising order; of equal values the first ones.
///
/// - Cost: proportional to the number of values, on average: a selection, no sort.
@_specialize(where Value == Float)
package func indicesOfLargest<Value: Comparable>(_ values: [Value], count: Int) -> [Int32] {
  require(count >= 0, "\(count) of \(values.count) values")
  if count >= values.count { return (0..<Int32(values.count)).map { $0 } }
  if count == 0 { return [] }
  let bound = largest(values, rank: count - 1)
  let above = values.reduce(0) { $0 + ($1 > bound ? 1 : 0) }
  var equals = count - above
  var found: [Int32] = []
  found.reserveCapacity(count)
  for (index, value) in values.enumerated() {
    if value > bound {
      found.append(Int32(index))
    } else if value == bound, equals > 0 {
      found.append(Int32(index))
      equals -= 1
    }
  }
  return found
}

/// The value that `rank` others precede in falling order (Hoare's selection, pivot in the middle).
private func largest<Value: Comparable>(_ values: [Value], rank: Int) -> Value {
  var copy = values
  return copy.withUnsafeMutableBufferPointer { values in
    var (low, high) = (0, values.count - 1)
    while low < high {
      let pivot = values[(low + high) / 2]
      var (left, right) = (low, high)
      while left <= right {
        while values[left] > pivot { left += 1 }
        while values[right] < pivot { right -= 1 }
        if left <= right {
          values.swapAt(left, right)
          left += 1
          right -= 1
        }
      }
      if rank <= right {
        high = right
      } else if rank >= left {
        low = left
      } else {
        break
      }
    }
    return values[rank]
  }
}
