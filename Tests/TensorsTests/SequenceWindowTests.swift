import Tensors
import TestSupport
import Testing

/// Convolutions over symbols against sums of one-hot symbols, and their derivatives against differences.
struct SequenceWindowTests {
  /// Sequences of 1, 2, 4, 5, 9, 3 and 12 of 6 symbols.
  private static let sequences = drawn(lengths: [1, 2, 4, 5, 9, 3, 12], symbolCount: 6, seed: 1)

  private static func drawn(lengths: [Int], symbolCount: Int, seed: UInt64) -> SymbolSequences {
    var random = RandomStream(seed: seed)
    return SymbolSequences(
      lengths.map { length in (0..<length).map { _ in UInt8(random.integer(below: symbolCount)) } },
      symbolCount: symbolCount)
  }

  /// The largest window sum of each sequence and kernel, by plain loops.
  private func expected<Scalar: TensorScalar>(
    _ table: Tensor<Scalar>, _ sequences: SymbolSequences
  ) -> Tensor<Double> {
    let (width, symbols, kernels) = (table.shape[0], table.shape[1], table.shape[2])
    let numbers = table.elements.map { Double($0) }
    let rows = (0..<sequences.count).flatMap { index -> [Double] in
      let sequence = Array(sequences[index])
      return (0..<kernels).map { kernel in
        let sums = (0...max(0, sequence.count - width)).map { start in
          (0..<min(width, sequence.count)).reduce(0) { sum, offset in
            sum + numbers[(offset * symbols + Int(sequence[start + offset])) * kernels + kernel]
          }
        }
        return sums.max() ?? 0
      }
    }
    return Tensor(shape: [sequences.count, kernels], elements: rows)
  }

  @Test("largest sums over windows agree with plain loops", arguments: [1, 5, 16, 19, 40])
  func values(kernels: Int) {
    for width in [1, 4, 7] {
      let double = normalTensor([width, 6, kernels], seed: 2)
      expectClose(
        actual: double.largestWindowSums(of: Self.sequences), expected: expected(double, Self.sequences),
        relative: 1e-14, absolute: 1e-14, "width \(width)")
      let single = normalTensor([width, 6, kernels], seed: 3, as: Float.self)
      let found = single.largestWindowSums(of: Self.sequences)
      expectClose(
        actual: found, expected: expected(single, Self.sequences), relative: 1e-5, absolute: 1e-5)
      // Values are the same where places are kept for a derivative.
      #expect(single.variable().largestWindowSums(of: Self.sequences).elements == found.elements)
    }
  }

  @Test("first and second derivatives match finite differences")
  func derivatives() throws {
    for (width, kernels) in [(3, 4), (5, 17)] {
      let table = normalTensor([width, 6, kernels], seed: 4)
      try expectDerivativesMatchFiniteDifferences(at: [table], step: 1e-4, relative: 1e-7, absolute: 1e-7) {
        $0[0].largestWindowSums(of: Self.sequences).tanh().squared()
      }
    }
  }

  @Test("of equal windows the first has the derivative; a sequence without symbols sums to 0")
  func ties() {
    let sequences = SymbolSequences([[1, 0, 1, 0], []], symbolCount: 2)
    let table = normalTensor([2, 2, 3], seed: 5)
    let found = gradient(at: table) { $0.largestWindowSums(of: sequences).sum() }
    #expect(found.elements.reduce(0, +) == 6)
    #expect(table.largestWindowSums(of: sequences).elements[3...].allSatisfy { $0 == 0 })
  }

  @Test("the same bits on any number of threads")
  func threads() {
    let many = Self.drawn(lengths: (0..<9_000).map { 5 + $0 % 11 }, symbolCount: 20, seed: 6)
    let table = normalTensor([5, 20, 33], seed: 7, as: Float.self)
    func run(_ threads: Int) -> [[Float]] {
      let before = Parallelism.threadCount
      Parallelism.threadCount = threads
      defer { Parallelism.threadCount = before }
      let slope = gradient(at: table) { $0.largestWindowSums(of: many).squared().sum() }
      return [table.largestWindowSums(of: many).elements, slope.elements]
    }
    #expect(run(1) == run(3))
  }

  @Test("sequences are sliced and selected as they stand")
  func parts() {
    let all = Self.sequences
    #expect(all.count == 7 && all.longest == 12)
    let slice = all.sliced(2..<5)
    #expect(slice.count == 3 && (0..<3).allSatisfy { Array(slice[$0]) == Array(all[$0 + 2]) })
    let order: [Int32] = [6, 0, 6, 3]
    let chosen = all.selected(order)
    #expect(order.indices.allSatisfy { Array(chosen[$0]) == Array(all[Int(order[$0])]) })
    #expect(chosen.count == 4 && all.sliced(0..<7) == all && all.selected([]).count == 0)
  }
}
