/// Whether two systems computed the same numbers.
package struct Agreement: Equatable, Sendable {
  /// What an array may differ by, as `error(of:against:name:)` measures it.
  ///
  /// 12 steps in single precision, summed in different orders: tokens, energies and loss agree to a few units in the
  /// seventh digit, gradients to fewer.
  package static func tolerance(of name: String) -> Double {
    switch name {
    case "tokens", "energies", "logits": 2e-5
    case "loss": 1e-5
    case "Xi": 5e-4
    default: 2e-4
    }
  }

  /// The largest difference of two arrays of numbers, relative to the largest magnitude of the reference; of the
  /// gradient of the memories the root of the sum of squares, relative to the reference's.
  ///
  /// Where rounding changes the sign of one hidden value, the gradient of that memory alone jumps: by 2·10⁻³ of the
  /// largest in the paper's workload, while no other memory's differs by 4·10⁻⁵.
  ///
  /// - Throws: ``WorkerFault`` for arrays of different length, no numbers, or numbers that are not finite.
  package static func error(of values: [Double], against reference: [Double], name: String) throws -> Double {
    guard values.count == reference.count, !reference.isEmpty else {
      throw WorkerFault("\(name): \(values.count) numbers, expected \(max(1, reference.count))")
    }
    guard let bad = (values + reference).firstIndex(where: { !$0.isFinite }) else {
      if name == "Xi" {
        let squares = zip(values, reference).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        let norm = reference.reduce(0) { $0 + $1 * $1 }
        return squares == 0 ? 0 : norm > 0 ? (squares / norm).squareRoot() : .infinity
      }
      let scale = reference.reduce(0) { max($0, abs($1)) }
      let difference = zip(values, reference).reduce(0) { max($0, abs($1.0 - $1.1)) }
      return difference == 0 ? 0 : scale > 0 ? difference / scale : .infinity
    }
    throw WorkerFault("\(name): number \(bad % values.count) is not finite")
  }

  /// Compares arrays by name; names that one of them lacks are passed over.
  ///
  /// - Returns: The error of each name that both have.
  /// - Throws: ``WorkerFault`` where an error exceeds its tolerance, or nothing could be compared.
  package static func errors(
    of arrays: [String: [Double]], against reference: [String: [Double]]
  ) throws -> [String: Double] {
    var errors: [String: Double] = [:]
    for (name, values) in arrays.sorted(by: { $0.key < $1.key }) {
      guard let expected = reference[name] else { continue }
      let error = try error(of: values, against: expected, name: name)
      guard error <= tolerance(of: name) else {
        throw WorkerFault(
          "\(name): a relative error of at most \(tolerance(of: name)) was expected, found \(error)")
      }
      errors[name] = error
    }
    guard !errors.isEmpty else { throw WorkerFault("no array to compare") }
    return errors
  }
}
