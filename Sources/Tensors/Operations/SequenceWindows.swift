import CKernels
import Foundations

/// Convolutions over sequences of symbols. One-hot symbols make the sum over a window a sum of table rows.
extension Tensor {
  /// For each sequence and kernel the largest sum over its windows: max over w of sum over p of
  /// table[p, symbol w + p, kernel].
  ///
  /// A window lies inside the sequence; of a shorter sequence it is the whole. Where several windows are
  /// largest, the derivative goes to the first.
  ///
  /// - Shape: a table [width, symbols, kernels] (`self`) gives [sequences, kernels].
  /// - Cost: one addition a symbol of each window and kernel; two bytes a sequence and kernel for a
  ///   derivative.
  @_specialize(where Scalar == Float)
  public func largestWindowSums(of sequences: SymbolSequences) -> Tensor {
    checkTable(sequences)
    let count = sequences.count * shape[2]
    guard isTracked else {
      return Tensor(shape: [sequences.count, shape[2]]) { out in
        largest(of: sequences, sums: out, indices: nil)
      }
    }
    let longest = sequences.longest
    require(longest - shape[0] < Int(UInt16.max), "a sequence of \(longest) symbols is too long")
    let sums = Storage<Scalar>(count: count)
    let indices = [UInt16](unsafeUninitializedCapacity: count) { indices, filled in
      largest(of: sequences, sums: sums.pointer, indices: indices.baseAddress)
      filled = count
    }
    let value = Tensor(shape: [sequences.count, shape[2]], storage: sums)
    let windows = SequenceWindows(sequences: sequences, indices: indices, width: shape[0])
    return .differentiable(value, inputs: [self]) { [$0.cotangent.scattered(over: windows)] }
  }

  /// The sums over given windows, [sequences, kernels]; `self` is a table [width, symbols, kernels].
  @_specialize(where Scalar == Float)
  func sums(over windows: SequenceWindows) -> Tensor {
    let value = Tensor(shape: [windows.sequences.count, shape[2]]) { out in
      windows.call(kernelCount: shape[2]) { call, indices in
        kernels.windowSums(
          call, first: 0, count: windows.sequences.count, indices: indices, table: pointer, sums: out)
      }
    }
    return .differentiable(value, inputs: [self]) { [$0.cotangent.scattered(over: windows)] }
  }

  /// The transpose of ``sums(over:)``: a table to which each number of [sequences, kernels] is added at its
  /// window.
  @_specialize(where Scalar == Float)
  func scattered(over windows: SequenceWindows) -> Tensor {
    let kernelCount = shape[1]
    let value = Tensor(shape: [windows.width, windows.sequences.symbolCount, kernelCount]) { out in
      out.update(repeating: 0, count: windows.width * windows.sequences.symbolCount * kernelCount)
      windows.call(kernelCount: kernelCount) { call, indices in
        kernels.windowScatter(
          call, first: 0, count: windows.sequences.count, indices: indices, sums: pointer, table: out)
      }
    }
    return .differentiable(value, inputs: [self]) { [$0.cotangent.sums(over: windows)] }
  }

  private func checkTable(_ sequences: SymbolSequences) {
    require(
      rank == 3 && shape[0] > 0 && shape[1] == sequences.symbolCount,
      "a table of shape \(shape) for sequences of \(sequences.symbolCount) symbols, expected "
        + "[width, \(sequences.symbolCount), kernels]")
  }

  private func largest(
    of sequences: SymbolSequences, sums: UnsafeMutablePointer<Scalar>, indices: UnsafeMutablePointer<UInt16>?
  ) {
    withCall(sequences, width: shape[0], kernelCount: shape[2]) { call in
      Parallelism.forRanges(sequences.count, grain: 1_024) { range in
        kernels.windowMaximum(
          call, first: range.lowerBound, count: range.count, table: pointer, sums: sums, indices: indices)
      }
    }
  }
}

/// One window of each sequence for each kernel.
struct SequenceWindows: Sendable {
  let sequences: SymbolSequences
  /// Where the windows begin, [sequences, kernels].
  let indices: [UInt16]
  /// The symbols of a window.
  let width: Int

  func call(kernelCount: Int, _ body: (UnsafePointer<et_sequences>, UnsafePointer<UInt16>) -> Void) {
    withCall(sequences, width: width, kernelCount: kernelCount) { call in
      indices.withUnsafeBufferPointer { indices in
        if let indices = indices.baseAddress { body(call, indices) }
      }
    }
  }
}

private func withCall(
  _ sequences: SymbolSequences, width: Int, kernelCount: Int, _ body: (UnsafePointer<et_sequences>) -> Void
) {
  sequences.symbols.withUnsafeBufferPointer { symbols in
    sequences.starts.withUnsafeBufferPointer { starts in
      guard let starts = starts.baseAddress else { return }
      // Only empty sequences have no symbols; nothing is then read.
      let empty = UnsafeRawPointer(starts).assumingMemoryBound(to: UInt8.self)
      let call = et_sequences(
        symbols: symbols.baseAddress ?? empty, starts: starts, width: width, alphabet: sequences.symbolCount,
        kernels: kernelCount)
      withUnsafePointer(to: call, body)
    }
  }
}
