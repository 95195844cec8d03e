import Foundation
import Tensors
import Testing

/// What cannot be had ends the program with one line, never with an address of 0.
struct OutOfMemoryTests {
  private func line(_ result: ExitTest.Result?) -> String {
    String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
  }

  @Test("a tensor that no memory holds says how many bytes it wants, and its shape")
  func tooLarge() async {
    let found = await #expect(processExitsWith: .exitCode(1), observing: [\.standardErrorContent]) {
      _ = Tensor<Float>.zeros([1 << 30, 1 << 21])
    }
    // 2^51 numbers of 4 bytes.
    #expect(
      line(found)
        == "Error: not enough memory: 9007199254740992 bytes wanted for a tensor of shape [1073741824, 2097152]\n"
    )
  }

  @Test("a shape or a number of bytes beyond what can be counted says so")
  func beyondCounting() async {
    let expected = "Error: not enough memory: more bytes than can be addressed wanted for "
    let elements = await #expect(processExitsWith: .exitCode(1), observing: [\.standardErrorContent]) {
      _ = Tensor<Double>.zeros([1 << 32, 3, 1 << 32])
    }
    #expect(line(elements) == expected + "a tensor of shape [4294967296, 3, 4294967296]\n")
    let bytes = await #expect(processExitsWith: .exitCode(1), observing: [\.standardErrorContent]) {
      _ = Tensor<Double>.zeros([1 << 31, 1 << 31])
    }
    #expect(line(bytes) == expected + "a tensor of shape [2147483648, 2147483648]\n")
  }

  #if os(Linux)
    @Test("under a limit, buffers that wait to be used again are given back before a larger one is refused")
    func released() async {
      let found = await #expect(processExitsWith: .exitCode(1), observing: [\.standardErrorContent]) {
        let megabytes = 1 << 18
        // 256 MB that are free again when the limit is set.
        do { _ = (0..<4).map { _ in Storage<Float>(count: 64 * megabytes) } }
        limitMemory(toMore: 64 << 20)
        let large = Storage<Float>(count: 256 * megabytes)
        FileHandle.standardError.write(Data("\(large.count / megabytes) MB\n".utf8))
        _ = Storage<Float>(count: 320 * megabytes, shape: [5, 64 * megabytes])
      }
      #expect(
        line(found)
          == "256 MB\nError: not enough memory: 335544320 bytes wanted for a tensor of shape [5, 16777216]\n")
    }

    @Test("a product is refused in one line where its library would find no memory for its kernels")
    func libraryKernels() async {
      let found = await #expect(processExitsWith: .exitCode(1), observing: [\.standardErrorContent]) {
        let (a, b) = (Tensor<Float>.ones([100, 200]), Tensor<Float>.ones([200, 300]))
        limitMemory(toMore: 8 << 20)
        _ = a.matrixProduct(b)
      }
      let line = line(found)
      #expect(
        line == "Error: not enough memory: 16777216 bytes wanted for the kernels of the matrix library\n",
        "\(line)")
    }
  #endif
}

#if os(Linux)
  /// Lets the program's memory grow by so many bytes and no further.
  private func limitMemory(toMore bytes: Int) {
    let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))
      .flatMap { $0.split(separator: " ").first.flatMap { Int($0) } }
    let most = rlim_t((pages ?? 0) * Int(getpagesize()) + bytes)
    var limit = rlimit(rlim_cur: most, rlim_max: most)
    setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
  }
#endif
