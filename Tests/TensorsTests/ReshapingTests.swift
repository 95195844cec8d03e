import Tensors
import TestSupport
import Testing

/// Operations that move elements without computing: reshape, permute, slice, pad, concatenate, gather, scatter.
struct ReshapingTests {
  static let shapes: [[Int]] = [[5], [2, 3], [3, 1, 4], [2, 3, 4, 5], [2, 0, 3], [1, 1]]

  static func orders(_ rank: Int) -> [[Int]] {
    allIndices(Array(repeating: rank, count: rank)).filter { Set($0).count == rank }
  }

  @Test("a reshape keeps the elements in order and shares their memory")
  func reshapes() throws {
    let x = normalTensor([2, 3, 4], seed: 1)
    for shape in [[24], [4, 6], [1, 2, 12, 1], [2, 3, 4]] {
      let y = x.reshaped(shape)
      #expect(y.shape == shape && y.elements == x.elements)
      #expect(x.withElements { $0.baseAddress } == y.withElements { $0.baseAddress })
      try expectDerivativesMatchFiniteDifferences(at: [x]) { $0[0].reshaped(shape).squared() }
    }
    #expect(Tensor<Float>(3).reshaped([1, 1]).shape == [1, 1])
    #expect(Tensor<Float>(shape: [1], elements: [3]).reshaped([]).scalar == 3)
  }

  @Test("permutations of axes", arguments: shapes)
  func permutations(shape: [Int]) {
    let x = normalTensor(shape, seed: 2)
    let reader = Reader(x)
    for order in Self.orders(shape.count) {
      let expected = tensor(order.map { shape[$0] }) { index in
        var source = index
        for (position, axis) in order.enumerated() { source[axis] = index[position] }
        return reader[source]
      }
      #expect(x.permuted(order).shape == expected.shape && x.permuted(order).elements == expected.elements)
    }
  }

  @Test("permutations large enough to be cut over threads")
  func largePermutations() {
    let x = normalTensor([37, 101, 53], seed: 3, as: Float.self)
    let reader = Reader(x)
    let last = tensor([53, 37, 101], as: Float.self) { reader[[$0[1], $0[2], $0[0]]] }
    #expect(x.permuted([2, 0, 1]).elements == last.elements)
    let exchanged = tensor([37, 53, 101], as: Float.self) { reader[[$0[0], $0[2], $0[1]]] }
    #expect(x.transposed.elements == exchanged.elements)
    let first = tensor([101, 37, 53], as: Float.self) { reader[[$0[1], $0[0], $0[2]]] }
    #expect(x.permuted([1, 0, 2]).elements == first.elements)
  }

  @Test("slices along every axis are the elements of their range", arguments: shapes)
  func slices(shape: [Int]) {
    let x = normalTensor(shape, seed: 4)
    let reader = Reader(x)
    for axis in shape.indices {
      for start in 0...shape[axis] {
        for end in start...shape[axis] {
          var target = shape
          target[axis] = end - start
          let expected = tensor(target) { index in
            var source = index
            source[axis] += start
            return reader[source]
          }
          let part = x.sliced(axis: axis - shape.count, start..<end)
          #expect(part.shape == target && part.elements == expected.elements)
          // Padding puts the slice back among zeros.
          let padded = part.padded(axis: axis, before: start, to: shape[axis])
          let zeroed = tensor(shape) { $0[axis] >= start && $0[axis] < end ? reader[$0] : 0 }
          #expect(padded.shape == shape && padded.elements == zeroed.elements)
        }
      }
    }
  }

  @Test("concatenation along every axis gives back its parts when sliced")
  func concatenations() {
    for axis in 0..<3 {
      var parts: [Tensor<Double>] = []
      for (seed, length) in [2, 1, 0, 3].enumerated() {
        var shape = [2, 3, 4]
        shape[axis] = length
        parts.append(normalTensor(shape, seed: UInt64(seed)))
      }
      let joined = Tensor.concatenated(parts, axis: axis - 3)
      #expect(joined.shape[axis] == 6)
      var start = 0
      for part in parts {
        let end = start + part.shape[axis]
        #expect(joined.sliced(axis: axis, start..<end).elements == part.elements)
        start = end
      }
    }
    let x = normalTensor([2, 2], seed: 9)
    #expect(Tensor.concatenated([x], axis: 0).elements == x.elements)
  }

  @Test(
    "gathered slices follow their indices, repeated or absent", arguments: [[], [2], [0, 0, 2, 1, 2, 2]])
  func gathers(indices: [Int]) {
    let x = normalTensor([3, 3, 3], seed: 5)
    let reader = Reader(x)
    for axis in 0..<3 {
      var target = [3, 3, 3]
      target[axis] = indices.count
      let expected = tensor(target) { index in
        var source = index
        source[axis] = indices[index[axis]]
        return reader[source]
      }
      #expect(x.gathered(indices, axis: axis - 3).elements == expected.elements)
      // The transpose of gathering: <gather x, d> = <x, scatter d>.
      let d = normalTensor(target, seed: 6)
      let scattered = d.scatterAdded(indices, axis: axis, size: 3)
      #expect(scattered.shape == x.shape)
      #expect(abs(x.gathered(indices, axis: axis).innerProduct(d) - x.innerProduct(scattered)) < 1e-13)
    }
  }

  @Test("scattered slices with the same index are added")
  func scatters() {
    let x = Tensor<Float>(shape: [4, 2], elements: [1, 2, 10, 20, 100, 200, 1000, 2000])
    #expect(x.scatterAdded([2, 0, 2, 2], axis: 0, size: 4).elements == [10, 20, 0, 0, 1101, 2202, 0, 0])
    #expect(x.scatterAdded([1, 1], axis: 1, size: 3).elements == [0, 3, 0, 0, 30, 0, 0, 300, 0, 0, 3000, 0])
    for length in 1...70 {
      let row = normalTensor([2, length], seed: 7, as: Float.self)
      let doubled = row.scatterAdded([0, 0], axis: 0, size: 1)
      let reader = Reader(row)
      expectClose(
        actual: doubled, expected: tensor([1, length]) { reader[[0, $0[1]]] + reader[[1, $0[1]]] },
        relative: 1e-6, absolute: 1e-7)
    }
  }

  @Test("first and second derivatives")
  func derivatives() throws {
    let x = normalTensor([2, 3, 4], seed: 8)
    let y = normalTensor([2, 1, 4], seed: 9)
    let functions: [(String, @Sendable ([Tensor<Double>]) -> Tensor<Double>)] = [
      ("permuted", { $0[0].permuted([2, 0, 1]).squared() + $0[1].sum().reshaped([1, 1, 1]) }),
      ("transposed", { $0[0].transposed.squared() * $0[1].transposed }),
      ("sliced", { $0[0].sliced(axis: 1, 1..<3).squared() * $0[1] }),
      ("padded", { $0[1].padded(axis: 1, before: 1, to: 3).squared() * $0[0] }),
      ("concatenated", { Tensor.concatenated([$0[0], $0[1], $0[0]], axis: 1).squared() }),
      ("gathered", { ($0[0].gathered([2, 0, 2, 2], axis: 1) * $0[1]).squared() }),
      ("scattered", { ($0[0].scatterAdded([3, 0, 3], axis: 1, size: 5) * $0[1]).squared() }),
    ]
    for (name, function) in functions {
      try expectDerivativesMatchFiniteDifferences(at: [x, y], "\(name)", of: function)
    }
  }
}
