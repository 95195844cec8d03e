import Foundation
import Synchronization
import Tensors
import Testing

/// The threads that have come to a fault.
private let arrived = Atomic(0)

/// Wrong shapes stop the program, in every build with a message that shows both of them.
struct PreconditionTests {
  /// Whether the message names every shape.
  private func names(_ result: ExitTest.Result?, _ shapes: [Int]...) -> Bool {
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    return shapes.allSatisfy { message.contains("\($0)") }
  }

  @Test("operands whose axes do not match, of the same rank or not")
  func elementWise() async {
    let rank = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.zeros([2, 3]) + Tensor<Float>.zeros([2])
    }
    #expect(names(rank, [2, 3], [2]))
    let size = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.zeros([2, 3]) * Tensor<Float>.zeros([2, 4])
    }
    #expect(names(size, [2, 3], [2, 4]))
  }

  @Test("matrix products whose depths differ")
  func matrixProduct() async {
    let depth = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.zeros([2, 3]).matrixProduct(.zeros([4, 5]))
    }
    #expect(names(depth, [2, 3], [4, 5]))
  }

  @Test("a gradient of several numbers, or with respect to a constant")
  func gradients() async {
    let several = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = gradient(at: Tensor<Float>.zeros([2, 3])) { $0 }
    }
    #expect(names(several, [2, 3]))
    await #expect(processExitsWith: .failure) {
      _ = Tensors.gradients(of: Tensor<Float>(1), withRespectTo: [Tensor<Float>(1)])
    }
  }

  @Test("reshapes, indices and slices outside the shape")
  func outside() async {
    let reshape = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.zeros([2, 3]).reshaped([4])
    }
    #expect(names(reshape, [2, 3], [4]))
    await #expect(processExitsWith: .failure) { _ = Tensor<Float>.zeros([2, 3])[0, 3] }
    await #expect(processExitsWith: .failure) { _ = Tensor<Float>.zeros([2]).gathered([2], axis: 0) }
    await #expect(processExitsWith: .failure) { _ = Tensor<Float>.zeros([2]).sliced(axis: 0, 1..<3) }
    await #expect(processExitsWith: .failure) { _ = Tensor<Float>(shape: [2], elements: [1]) }
  }

  @Test("a fault that all threads meet is said once")
  func faultOnAllThreads() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      Parallelism.threadCount = 2
      Parallelism.forEach(2) { _ in
        // Both threads, where there are two, come to the fault together.
        arrived.add(1, ordering: .relaxed)
        let deadline = Date().addingTimeInterval(1)
        while arrived.load(ordering: .relaxed) < 2 && Date() < deadline {}
        _ = Tensor<Float>.zeros([2, 3]) + Tensor<Float>.zeros([2, 4])
      }
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.components(separatedBy: "Fatal error: ").count == 2, "\(message.prefix(2000))")
  }
}
