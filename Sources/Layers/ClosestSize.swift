import Foundations

/// The size of at least 1 whose parameter count comes closest to `target`; of two equally close ones the smaller.
///
/// - Parameter parameterCount: The number of parameters of a size; rises with it.
package func closestSize(to target: Int, _ parameterCount: (Int) -> Int) -> Int {
  var upper = 1
  while parameterCount(upper) < target { upper *= 2 }
  var lower = upper / 2
  // The count of `lower` is below the target, or lower is 0; that of `upper` is not.
  while upper - lower > 1 {
    let middle = (lower + upper) / 2
    if parameterCount(middle) < target { lower = middle } else { upper = middle }
  }
  guard lower > 0 else { return upper }
  return target - parameterCount(lower) <= parameterCount(upper) - target ? lower : upper
}

/// Stops where a size of a model is not positive.
package func requirePositive(_ sizes: KeyValuePairs<String, Int>) {
  for (name, size) in sizes { require(size > 0, "\(name) must be at least 1, not \(size)") }
}

/// Stops where a share to leave out is not in [0, 1).
package func requireDropout(_ rate: Double) {
  require(rate >= 0 && rate < 1, "dropout \(rate), expected 0 ..< 1")
}
