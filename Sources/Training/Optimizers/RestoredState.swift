import Tensors

/// The entries of a saved state, held against the parameters they belong to.
///
/// An entry per parameter is called `prefix.parameter`; a count is one number under its own name.
struct RestoredState<Scalar: TensorScalar> {
  /// Counts stop here: whole numbers up to it are exact in `Float`, and bias corrections have long become 1.
  static var largestCount: Int { 1 << 24 }

  private let owner: String
  private let state: ParameterValues<Scalar>
  private let parameters: ParameterValues<Scalar>

  /// - Throws: ``StateMismatch`` when an entry is neither a count nor a known prefix with a parameter's name.
  init(
    _ state: ParameterValues<Scalar>, of owner: String, for parameters: ParameterValues<Scalar>,
    prefixes: [String], counts: [String] = []
  ) throws {
    self.owner = owner
    self.state = state
    self.parameters = parameters
    let known = Set(counts + prefixes.flatMap { prefix in parameters.names.map { "\(prefix).\($0)" } })
    for name in state.names where !known.contains(name) {
      throw StateMismatch(
        owner: owner, entry: name, expected: "no such entry", found: "shape \(state[name]?.shape ?? [])")
    }
  }

  /// The entries of a prefix under the names of the parameters, in their order.
  func tensors(_ prefix: String) throws -> ParameterValues<Scalar> {
    try parameters.map { name, parameter in
      let value = try entry("\(prefix).\(name)", shape: parameter.shape)
      return value
    }
  }

  /// A whole number of at least 0.
  func count(_ name: String) throws -> Int {
    let value = try entry(name, shape: []).scalar
    guard let count = Int(exactly: value), count >= 0, count <= Self.largestCount else {
      throw StateMismatch(
        owner: owner, entry: name, expected: "a whole number from 0 to \(Self.largestCount)",
        found: "\(value)")
    }
    return count
  }

  private func entry(_ name: String, shape: [Int]) throws -> Tensor<Scalar> {
    guard let value = state[name] else {
      throw StateMismatch(owner: owner, entry: name, expected: "shape \(shape)", found: "no such entry")
    }
    guard value.shape == shape else {
      throw StateMismatch(
        owner: owner, entry: name, expected: "shape \(shape)", found: "shape \(value.shape)")
    }
    return value
  }
}

extension ParameterValues {
  /// Adds every entry of `others` under `prefix.name`.
  mutating func append(_ others: ParameterValues, prefix: String) {
    for (name, value) in zip(others.names, others.values) { append("\(prefix).\(name)", value) }
  }

  /// Zeros of the shapes of these tensors, under the same names.
  var zeros: ParameterValues { map { _, value in .zeros(value.shape) } }
}

/// State that does not belong to the parameters it is restored for.
public struct StateMismatch: Error, CustomStringConvertible, Sendable, Equatable {
  /// Whose state it is, such as "AdamW".
  public let owner: String
  /// The entry of the state, such as "firstMoment.wq".
  public let entry: String
  /// The entry that the parameters need.
  public let expected: String
  /// The entry that was found.
  public let found: String

  /// An error about one entry of one state.
  public init(owner: String, entry: String, expected: String, found: String) {
    self.owner = owner
    self.entry = entry
    self.expected = expected
    self.found = found
  }

  /// One line: `state of …, entry …: expected …, found …`.
  public var description: String {
    "state of \(owner), entry \"\(entry)\": expected \(expected), found \(found)"
  }
}
