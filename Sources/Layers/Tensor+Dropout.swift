public import Tensors

extension Tensor {
  /// Every element set to 0 with probability `rate` and otherwise divided by 1 - rate, so that means are kept; the
  /// tensor itself where `random` is nil or the rate 0.
  ///
  /// The same stream leaves out the same elements on any number of threads.
  /// - Source: Srivastava et al., JMLR 2014.
  public func withDropout(_ rate: Double, random: RandomStream?) -> Tensor {
    guard let random, rate > 0 else { return self }
    let piece = 4_096
    let kept = Scalar(1 / (1 - rate))
    let mask = Tensor(shape: shape) { out in
      Parallelism.forEach((count + piece - 1) / piece) { index in
        var stream = random.child(UInt64(index))
        for element in index * piece..<Swift.min(count, (index + 1) * piece) {
          out[element] = stream.uniform() < rate ? 0 : kept
        }
      }
    }
    return self * mask
  }
}
