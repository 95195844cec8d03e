import Dispatch
import Synchronization
import Tensors
import TestSupport
import Testing

/// Results do not depend on the number of threads, to the bit, nor on the vector unit beyond rounding.
@Suite(.serialized)
struct SameBitsTests {
  struct Operation: Sendable {
    let name: String
    let run: @Sendable () -> [Tensor<Float>]
  }

  struct DoubleOperation: Sendable {
    let name: String
    let run: @Sendable () -> [Tensor<Double>]
  }

  private static func both<Scalar: TensorScalar>(_ type: Scalar.Type) -> [(
    String, @Sendable () -> [Tensor<Scalar>]
  )] {
    func random(_ shape: [Int], _ seed: UInt64) -> Tensor<Scalar> {
      // Made once for each call of `both`; operations only read it.
      normalTensor(shape, seed: seed, as: type)
    }
    let long = random([301_003], 1)
    let table = random([1_013, 307], 2)
    let row = random([1, 307], 3)
    let column = random([1_013, 1], 4)
    let cube = random([23, 59, 131], 5)
    let (a, b) = (random([137, 211], 6), random([211, 173], 7))
    let (small, other) = (random([50, 13, 17], 8), random([50, 17, 11], 9))
    let (queries, keys) = (random([3, 97, 64], 10), random([3, 101, 64], 11))
    let (wide, deep) = (random([19, 1_031], 12), random([1_031, 701], 13))
    return [
      ("elementary", { [long.exponential(), long.tanh(), long.softplus(), long.sigmoid(), long * 3] }),
      ("arithmetic", { [table + row, table * column, table / table.squared(), row.maximum(column)] }),
      (
        "reductions",
        {
          [
            table.sum(axes: [1]), table.sum(axes: [0]), cube.sum(axes: [0, 2]), long.sum(),
            cube.maximum(axis: 2), cube.maximum(axis: 0),
          ]
        }
      ),
      ("softmax", { [table.softmax(), table.logSumExp(), table.standardized(epsilon: 1e-5)] }),
      (
        "pullbacks",
        {
          let softmax = gradient(at: table) { ($0.softmax() * table).sum() }
          return [softmax, gradient(at: table) { ($0.standardized(epsilon: 1e-3) * table).sum() }]
        }
      ),
      ("permutation", { [cube.permuted([2, 1, 0]), cube.transposed, table.sliced(axis: 1, 3..<300)] }),
      (
        "products",
        {
          [
            a.matrixProduct(b), b.matrixProduct(a, transposed: true, otherTransposed: true),
            wide.matrixProduct(deep), wide.matrixProduct(wide, transposed: true),
          ]
        }
      ),
      (
        "small products",
        { [small.matrixProduct(other), other.matrixProduct(small, transposed: true, otherTransposed: true)] }
      ),
      (
        "heads",
        {
          let scores = queries.headScores(keys, headCount: 4)
          return [scores, scores.headMixture(keys), scores.headMixture(queries, transposed: true)]
        }
      ),
      (
        "gradient of everything",
        {
          [
            gradient(at: a) {
              ($0.matrixProduct(b).softmax().squared().sum(axes: [1]) * 3).exponential().sum()
            }
          ]
        }
      ),
    ]
  }

  /// Runs `body` with a number of threads; other tests may run meanwhile, whose results do not depend on it.
  private func threads<Result>(_ count: Int, _ body: () -> Result) -> Result {
    let before = Parallelism.threadCount
    Parallelism.threadCount = count
    defer { Parallelism.threadCount = before }
    return body()
  }

  private func expectSameBits<Scalar: TensorScalar>(_ type: Scalar.Type) {
    for (name, run) in Self.both(type) {
      let expected = threads(1, run).map(\.elements)
      #expect(expected.allSatisfy { $0.allSatisfy { $0.isFinite } }, "\(name)")
      for count in [2, 5] {
        for (index, found) in threads(count, run).map(\.elements).enumerated() {
          #expect(found == expected[index], "\(name) \(index) with \(count) threads")
        }
      }
    }
  }

  @Test("1, 2 and 5 threads give the same bits in Float")
  func threadsFloat() { expectSameBits(Float.self) }

  @Test("1, 2 and 5 threads give the same bits in Double")
  func threadsDouble() { expectSameBits(Double.self) }

  @Test("tensors used by many threads at once give what one thread gets")
  func concurrentUse() {
    let x = normalTensor([64, 96], seed: 14, as: Float.self)
    @Sendable func work() -> [Float] {
      gradient(at: x) { ($0.matrixProduct($0, transposed: true).softmax().squared().sum()) }.elements
    }
    let expected = work()
    let different = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: 40) { _ in
      if work() != expected { different.wrappingAdd(1, ordering: .relaxed) }
    }
    #expect(different.load(ordering: .relaxed) == 0)
  }

  @Test("loops visit every index once, nested loops included")
  func loops() {
    for count in [0, 1, 2, 7, 1_000] {
      let visits = (0..<count).map { _ in 0 }
      let counters = UnsafeMutablePointer<Int>.allocate(capacity: count + 1)
      counters.update(repeating: 0, count: count + 1)
      defer { counters.deallocate() }
      nonisolated(unsafe) let shared = counters
      threads(5) {
        Parallelism.forEach(count) { index in
          Parallelism.forEach(3) { _ in shared[index] += 1 }
        }
        Parallelism.forRanges(count, grain: 10) { range in for index in range { shared[index] += 1 } }
      }
      #expect((0..<count).allSatisfy { counters[$0] == 4 } && visits.count == count)
    }
  }

  @Test("every vector unit of this processor agrees with the plain one", arguments: VectorUnit.available)
  func vectorUnits(unit: String) {
    #expect(VectorUnit.use(unit) { VectorUnit.current } == unit)
    func check<Scalar: TensorScalar>(_ type: Scalar.Type, _ tolerance: Double) {
      for (name, run) in Self.both(type) {
        let plain = VectorUnit.use(VectorUnit.available[VectorUnit.available.count - 1], run)
        for (index, (found, expected)) in zip(VectorUnit.use(unit, run), plain).enumerated() {
          expectClose(
            actual: found, expected: expected, relative: tolerance, absolute: 40 * tolerance,
            "\(name) \(index) on \(unit)")
        }
      }
    }
    check(Float.self, 4e-6)
    check(Double.self, 1e-14)
  }

  @Test("every vector unit, every tail, every elementary function", arguments: VectorUnit.available)
  func vectorTails(unit: String) {
    func check<Scalar: TensorScalar>(_ type: Scalar.Type, _ tolerance: Double) {
      for length in 1...70 {
        let x = normalTensor([3, length], seed: UInt64(length), as: type).absoluteValue() + 0.5
        func results() -> [Tensor<Scalar>] {
          ElementaryFunction.allCases.map { $0(x) } + [
            x.sum(axes: [1]), x.sum(axes: [0]), x.maximum(axis: 1), x.softmax(), x.standardized(epsilon: 0.5),
            x * x.sliced(axis: 1, 0..<1), x.matrixProduct(x, otherTransposed: true),
            x.matrixProduct(x, transposed: true),
            Tensor(Scalar(x.innerProduct(x))), x.scatterAdded([1, 0, 1], axis: 0, size: 2),
          ]
        }
        let plain = VectorUnit.use(VectorUnit.available[VectorUnit.available.count - 1], results)
        for (index, (found, expected)) in zip(VectorUnit.use(unit, results), plain).enumerated() {
          expectClose(
            actual: found, expected: expected, relative: tolerance, absolute: tolerance,
            "operation \(index) of length \(length) on \(unit)")
        }
      }
    }
    check(Float.self, 3e-6)
    check(Double.self, 1e-14)
  }

  @Test(
    "our own Float product, for systems without a matrix library, on every unit",
    arguments: VectorUnit.available)
  func ownFloatProduct(unit: String) {
    for (rows, columns, depth) in [
      (1, 1, 1), (3, 5, 7), (15, 33, 17), (29, 65, 300), (14, 32, 0), (50, 530, 20),
    ] {
      for (transposedA, transposedB) in MatrixProductTests.flags {
        let (a, b) = MatrixProductTests.operands(
          [], [], (rows, columns, depth), (transposedA, transposedB), Float.self)
        let c = normalTensor([rows, columns], seed: 15, as: Float.self)
        for keep in [Float(0), 1, -0.5] {
          let product = Tensor<Float>(shape: [rows, columns]) { out in
            a.withElements { left in
              b.withElements { right in
                guard let left = left.baseAddress, let right = right.baseAddress else { return }
                // With nothing to keep, what the memory held must not matter.
                for (i, value) in c.elements.enumerated() { out[i] = keep == 0 ? .nan : value }
                let call = MatrixProductCall(
                  rows: rows, columns: columns, depth: depth, a: left, strideA: a.shape[1],
                  transposedA: transposedA, b: right, strideB: b.shape[1], transposedB: transposedB, c: out,
                  strideC: columns, scale: 2, keep: keep)
                VectorUnit.use(unit) { Float.kernels.ownProduct(call) }
              }
            }
          }
          let expected = MatrixProductTests.naive(a, b, transposedA, transposedB) * 2
          expectClose(
            actual: product, expected: expected + c.converted(to: Double.self) * Double(keep), relative: 1e-6,
            absolute: 3e-6 * Double(depth + 1).squareRoot(), "\(rows) \(columns) \(depth) \(keep) on \(unit)")
        }
      }
    }
  }
}
