/// Where numbers differ from what they should be.
struct Differences {
  let found: [Double]
  let expected: [Double]
  let allowed: (Int) -> Double
  /// Positions whose numbers differ by more than is allowed.
  let outside: [Int]

  init(
    found: [Double], expected: [Double], positions: [Int]? = nil, allowed: @escaping (Int) -> Double
  ) {
    self.found = found
    self.expected = expected
    self.allowed = allowed
    outside = (positions ?? Array(found.indices)).filter { position in
      // A difference that is not a number is outside too.
      !(abs(found[position] - expected[position]) <= allowed(position))
    }
  }

  /// How many differ, where the worst is, by how much, and whether all do by one factor; nil when none does.
  func words(shape: [Int], axes: [String]) -> String? {
    guard let worst = outside.max(by: { error($0) < error($1) }) else { return nil }
    let count = found.count == 1 ? "" : "in \(outside.count) of \(found.count) numbers, most "
    return
      "\(count)at \(positionWords(worst, shape: shape, axes: axes)): \(short(found[worst])) instead of "
      + "\(short(expected[worst])), off by \(short(abs(found[worst] - expected[worst])))\(factorWords)"
  }

  private func error(_ position: Int) -> Double {
    let error = abs(found[position] - expected[position])
    return error.isNaN ? .infinity : error
  }

  private var factorWords: String {
    let ratios = outside.filter { expected[$0] != 0 }.map { found[$0] / expected[$0] }
    guard ratios.count == outside.count, ratios.count > 1, let first = ratios.first, first.isFinite,
      ratios.allSatisfy({ abs($0 - first) <= 1e-3 * abs(first) })
    else { return "" }
    return "; all by the factor \(short(first))"
  }
}

/// The position of an element in words: "example 1, token 2, component 0".
func positionWords(_ position: Int, shape: [Int], axes: [String]) -> String {
  if shape.isEmpty { return "its one number" }
  var rest = position
  var indices: [Int] = []
  for size in shape.reversed() {
    indices.insert(rest % size, at: 0)
    rest /= size
  }
  return zip(axes, indices).map { "\($0) \($1)" }.joined(separator: ", ")
}

/// Names for the axes of activations.
let tokenAxes = ["example", "token", "component"]

/// Names for the axes of any tensor.
func axisNames(_ shape: [Int]) -> [String] { shape.indices.map { "index \($0) =" } }
