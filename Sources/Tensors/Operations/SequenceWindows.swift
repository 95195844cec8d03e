import CKernels
import Foundations

/// Convolutions over sequences of letters. One-hot letters make the sum over a window a sum of table rows.
extension Tensor {
  /// For each sequence and kernel the largest sum over its windows: max over w of sum over p of
  /// table[p, letter w + p, kernel].
  ///
  /// A window lies inside the sequence; of a shorter sequence it is the whole. Where several windows are
  /// largest, the derivative goes to the first.
  ///
  /// - Shape: a table [width, letters, kernels] (`self`) gives [sequences, kernels].
  /// - Cost: one addition a letter of each window and kernel; two bytes a sequence and kernel for a
  ///   derivative.
  @_specialize(where Scalar == Float)
  public func largestWindowSums(of sequences: LetterSequences) -> Tensor {
    checkTable(sequences)
    let count = sequences.count * shape[2]
    guard isTracked else {
      return Tensor(shape: [sequences.count, shape[2]]) { out in
        largest(of: sequences, sums: out, places: nil)
      }
    }
    let longest = sequences.longest
    require(longest - shape[0] < Int(UInt16.max), "a sequence of \(longest) letters is too long")
    let sums = Storage<Scalar>(count: count)
    let places = [UInt16](unsafeUninitializedCapacity: count) { places, filled in
      largest(of: sequences, sums: sums.pointer, places: places.baseAddress)
      filled = count
    }
    let value = Tensor(shape: [sequences.count, shape[2]], storage: sums)
    let windows = SequenceWindows(sequences: sequences, places: places, width: shape[0])
    return .differentiable(value, inputs: [self]) { [$0.cotangent.scattered(over: windows)] }
  }

  /// The sums over given windows, [sequences, kernels]; `self` is a table [width, letters, kernels].
  @_specialize(where Scalar == Float)
  func sums(over windows: SequenceWindows) -> Tensor {
    let value = Tensor(shape: [windows.sequences.count, shape[2]]) { out in
      windows.call(kernelCount: shape[2]) { call, places in
        kernels.sequences.sums(call, 0..<windows.sequences.count, places, pointer, out)
      }
    }
    return .differentiable(value, inputs: [self]) { [$0.cotangent.scattered(over: windows)] }
  }

  /// The transpose of ``sums(over:)``: a table to which each number of [sequences, kernels] is added at its
  /// window.
  @_specialize(where Scalar == Float)
  func scattered(over windows: SequenceWindows) -> Tensor {
    let kernelCount = shape[1]
    let value = Tensor(shape: [windows.width, windows.sequences.letterCount, kernelCount]) { out in
      out.update(repeating: 0, count: windows.width * windows.sequences.letterCount * kernelCount)
      windows.call(kernelCount: kernelCount) { call, places in
        kernels.sequences.scatter(call, 0..<windows.sequences.count, places, pointer, out)
      }
    }
    return .differentiable(value, inputs: [self]) { [$0.cotangent.sums(over: windows)] }
  }

  private func checkTable(_ sequences: LetterSequences) {
    require(
      rank == 3 && shape[0] > 0 && shape[1] == sequences.letterCount,
      "a table of shape \(shape) for sequences of \(sequences.letterCount) letters, expected "
        + "[width, \(sequences.letterCount), kernels]")
  }

  private func largest(
    of sequences: LetterSequences, sums: UnsafeMutablePointer<Scalar>, places: UnsafeMutablePointer<UInt16>?
  ) {
    withCall(sequences, width: shape[0], kernelCount: shape[2]) { call in
      Parallelism.forRanges(sequences.count, grain: 1_024) { range in
        kernels.sequences.maximum(call, range, pointer, sums, places)
      }
    }
  }
}

/// One window of each sequence for each kernel.
struct SequenceWindows: Sendable {
  let sequences: LetterSequences
  /// Where the windows begin, [sequences, kernels].
  let places: [UInt16]
  /// The letters of a window.
  let width: Int

  func call(kernelCount: Int, _ body: (UnsafePointer<et_sequences>, UnsafePointer<UInt16>) -> Void) {
    withCall(sequences, width: width, kernelCount: kernelCount) { call in
      places.withUnsafeBufferPointer { places in
        if let places = places.baseAddress { body(call, places) }
      }
    }
  }
}

private func withCall(
  _ sequences: LetterSequences, width: Int, kernelCount: Int, _ body: (UnsafePointer<et_sequences>) -> Void
) {
  sequences.letters.withUnsafeBufferPointer { letters in
    sequences.starts.withUnsafeBufferPointer { starts in
      guard let starts = starts.baseAddress else { return }
      // Only empty sequences have no letters; nothing is then read.
      let empty = UnsafeRawPointer(starts).assumingMemoryBound(to: UInt8.self)
      let call = et_sequences(
        letters: letters.baseAddress ?? empty, starts: starts, width: width, alphabet: sequences.letterCount,
        kernels: kernelCount)
      withUnsafePointer(to: call, body)
    }
  }
}
