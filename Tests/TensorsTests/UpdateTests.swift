import Tensors
import TestSupport
import Testing

/// What optimisers compute in one sweep, held against tensor operations and plain loops; and the buffers they use.
struct UpdateTests {
  @Test("combinations are those of element-wise operations and products", arguments: VectorUnit.available)
  func combinations(unit: String) {
    let (x, y) = (normalTensor([3, 37], seed: 1), normalTensor([3, 37], seed: 2))
    let sum = VectorUnit.use(unit) { Tensor.combination(0.3, x, -2, y) }
    expectClose(actual: sum, expected: x * 0.3 - y * 2, relative: 1e-14, absolute: 1e-15)
    for (transposed, otherTransposed) in [(false, false), (true, false), (false, true), (true, true)] {
      let a = normalTensor(transposed ? [4, 3] : [3, 4], seed: 3)
      let b = normalTensor(otherTransposed ? [5, 4] : [4, 5], seed: 4)
      let c = normalTensor([3, 5], seed: 5)
      let found = VectorUnit.use(unit) {
        Tensor.combination(
          1.5, a, transposed: transposed, times: b, otherTransposed: otherTransposed, -0.7, c)
      }
      let product = a.matrixProduct(b, transposed: transposed, otherTransposed: otherTransposed)
      expectClose(actual: found, expected: product * 1.5 - c * 0.7, relative: 1e-13, absolute: 1e-14)
    }
  }

  @Test("an update of Adam agrees with plain loops", arguments: VectorUnit.available)
  func adam(unit: String) {
    let tensors = (1...4).map { normalTensor([5, 7], seed: $0) }
    let second = tensors[3].squared()
    let found = VectorUnit.use(unit) {
      tensors[0].adamUpdate(
        gradient: tensors[1], first: tensors[2], second: second, decays: (0.9, 0.99), keep: 0.98, rate: 0.1,
        shift: 1e-3)
    }
    let (p, g, m, v) = (tensors[0].elements, tensors[1].elements, tensors[2].elements, second.elements)
    let first = m.indices.map { 0.9 * m[$0] + 0.1 * g[$0] }
    let squares = v.indices.map { 0.99 * v[$0] + 0.01 * g[$0] * g[$0] }
    let moved = p.indices.map { 0.98 * p[$0] - 0.1 * first[$0] / (squares[$0].squareRoot() + 1e-3) }
    for (actual, expected) in [(found.parameter, moved), (found.first, first), (found.second, squares)] {
      expectClose(
        actual: actual, expected: Tensor(shape: [5, 7], elements: expected), relative: 1e-13, absolute: 1e-14)
    }
  }

  @Test("a size class is the smallest that holds the bytes, and wastes at most a quarter")
  func sizeClasses() {
    for bytes in (1...5_000).map({ $0 }) + [1 << 20, 1 << 20 + 1, 7_654_321, 1 << 33, 1 << 33 - 1] {
      let sizeClass = BufferPool.sizeClass(bytes: bytes)
      #expect(BufferPool.size(sizeClass) >= bytes)
      #expect(sizeClass == 0 || BufferPool.size(sizeClass - 1) < bytes, "\(bytes)")
      #expect(bytes < 256 || Double(BufferPool.size(sizeClass)) <= 1.25 * Double(bytes) + 64, "\(bytes)")
    }
  }

  @Test("memory of a size never used before is counted as fresh")
  func freshAllocations() {
    let before = BufferPool.freshAllocations
    // Two at a time of a size that no other test uses.
    let tensors = [Tensor<Double>.zeros([13_000_001]), .zeros([13_000_001])]
    #expect(BufferPool.freshAllocations >= before + 1 && tensors.count == 2)
  }

  @Test("the highest memory of some work counts what is held at once, not what is taken one after the other")
  func highestMemory() {
    // Far more than other tests take or give back in the meantime, and too much to be kept for later; memory that nobody
    // writes to takes no room.
    let numbers = 5 << 26
    let size = numbers * MemoryLayout<Float>.stride
    let one = TensorMemory.peak {
      for _ in 0..<4 { withExtendedLifetime(Storage<Float>(count: numbers)) {} }
    }
    #expect((size * 2 / 3..<size * 5 / 3).contains(one.bytes), "\(one.bytes)")
    let both = TensorMemory.peak {
      withExtendedLifetime((Storage<Float>(count: numbers), Storage<Float>(count: numbers))) {
        TensorMemory.bytes
      }
    }
    #expect((size * 5 / 3..<size * 8 / 3).contains(both.bytes), "\(both.bytes)")
    #expect(both.result >= 2 * size)
  }
}
