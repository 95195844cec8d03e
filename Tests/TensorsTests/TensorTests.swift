import Tensors
import TestSupport
import Testing

/// Making tensors, reading them, and the memory behind them.
struct TensorTests {
  @Test("elements are row-major, and read back by index")
  func elements() {
    let x = Tensor<Float>(shape: [2, 3], elements: [0, 1, 2, 10, 11, 12])
    #expect(x.rank == 2 && x.count == 6 && x.shape == [2, 3])
    #expect(x[1, 2] == 12 && x[0, 1] == 1 && x.elements == [0, 1, 2, 10, 11, 12])
    #expect(x.withElements { $0[3] } == 10)
    #expect(
      Tensor<Double>(2.5).shape == [] && Tensor<Double>(2.5).scalar == 2.5 && Tensor<Double>(2.5)[] == 2.5)
    #expect(
      Tensor<Float>.zeros([2, 2]).elements == [0, 0, 0, 0] && Tensor<Float>.ones([3]).elements == [1, 1, 1])
    #expect(Tensor<Float>(repeating: 4, shape: [2, 0]).elements == [])
    #expect(x.description == "Tensor [2, 3] [0.0, 1.0, 2.0, 10.0, 11.0, 12.0]")
    #expect(Tensor<Float>.zeros([13]).description.hasSuffix("0.0, …]"))
  }

  @Test("conversion rounds to the other precision")
  func conversion() {
    let x = Tensor<Double>(shape: [3], elements: [0.1, 1e300, -.infinity])
    #expect(x.converted(to: Float.self).elements == [Float(0.1), .infinity, -.infinity])
    #expect(x.converted(to: Float.self).converted(to: Double.self).elements[0] == Double(Float(0.1)))
  }

  @Test("finiteness looks at every element", arguments: [1, 2, 17, 40])
  func finiteness(length: Int) {
    for position in 0..<length {
      for bad in [Float.nan, .infinity, -.infinity] {
        var elements = [Float](repeating: 1, count: length)
        #expect(Tensor(shape: [length], elements: elements).isFinite)
        elements[position] = bad
        #expect(!Tensor(shape: [length], elements: elements).isFinite)
      }
    }
    #expect(Tensor<Float>.zeros([0]).isFinite)
  }

  @Test("random tensors follow their stream, distribution and range")
  func random() {
    var (first, second) = (RandomStream(seed: 5), RandomStream(seed: 5))
    let x = Tensor<Double>.normal([100, 200], standardDeviation: 3, using: &first)
    #expect(x.elements == (0..<20_000).map { _ in second.normal() * 3 })
    #expect(abs(x.mean().scalar) < 0.1 && abs(x.squared().mean().scalar - 9) < 0.5)
    let y = Tensor<Double>.uniform([20_000], in: -1..<3, using: &first)
    #expect(y.elements.allSatisfy { $0 >= -1 && $0 < 3 } && abs(y.mean().scalar - 1) < 0.05)
    #expect(first != RandomStream(seed: 5))
  }

  @Test("memory is aligned to 64 bytes for every size, none included")
  func alignment() {
    for count in [0, 1, 3, 63, 64, 65, 80, 81, 96, 112, 127, 128, 1_000, 12_345, 1_000_003] {
      let x = Tensor<Float>.zeros([count])
      let address = x.withElements { UInt(bitPattern: $0.baseAddress) }
      #expect(address % 64 == 0 && address != 0, "\(count)")
    }
  }

  @Test("released memory is used again, and never by two tensors at once")
  func recycling() {
    // Sizes that no other test uses.
    let count = 23_000_000
    func address(_ x: Tensor<Float>) -> UInt { x.withElements { UInt(bitPattern: $0.baseAddress) } }
    let first = { address(Tensor<Float>(shape: [count]) { _ in }) }()
    let again = Tensor<Float>(shape: [count]) { _ in }
    #expect(address(again) == first)
    let other = Tensor<Float>(shape: [count]) { _ in }
    #expect(address(other) != first)
    // Views keep the memory that they share.
    var view: Tensor<Float>?
    let shared = {
      let x = Tensor<Float>(shape: [2, count / 2]) { _ in }
      view = x.reshaped([count / 2, 2])
      return address(x)
    }()
    let unrelated = Tensor<Float>(shape: [count]) { _ in }
    #expect(address(unrelated) != shared && view.map(address) == shared)
  }

  @Test("many tensors at once keep their own elements")
  func separation() {
    var tensors: [Tensor<Float>] = []
    for round in 0..<2_000 {
      tensors.append(Tensor(repeating: Float(round), shape: [round % 97]))
      if round % 3 == 0 { tensors.remove(at: (round * 7) % tensors.count) }
    }
    for x in tensors { #expect(Set(x.elements).count <= 1) }
    #expect(tensors.contains { $0.elements.first == 1_999 })
  }

  @Test("memory of several GiB is addressed to its last element")
  func gigabytes() {
    // Pages that are never touched cost nothing.
    let count = 3 << 28
    let x = Tensor<Float>(shape: [3, 1 << 28]) { out in
      out[0] = 1
      out[count - 1] = 2
    }
    #expect(x.count == count && x[0, 0] == 1 && x[2, (1 << 28) - 1] == 2)
  }

  @Test("strides and element counts")
  func shapes() {
    #expect(elementCount([]) == 1 && elementCount([2, 3, 4]) == 24 && elementCount([2, 0]) == 0)
    #expect(rowMajorStrides([2, 3, 4]) == [12, 4, 1] && rowMajorStrides([]) == [])
  }
}
