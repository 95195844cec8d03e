import Foundations
public import Tensors

/// An optimiser made of several: each parameter is updated by the optimiser of its group.
public struct GroupedOptimizer<Scalar: TensorScalar>: Optimizer {
  private var groups: [ParameterGroup<Scalar>]
  /// The positions of each group's parameters among all.
  private let members: [[Int]]
  private let names: [String]

  /// Sorts parameters into groups.
  ///
  /// - Throws: ``ParameterGroupError`` when a parameter belongs to no group or to several, when a group is
  ///   empty or shares its name, when a name given literally is not a parameter, or when a rule cannot work
  ///   on a parameter.
  public init(_ groups: [ParameterGroup<Scalar>], for parameters: ParameterValues<Scalar>) throws {
    self.groups = groups
    names = parameters.names
    try Self.checkNames(of: groups)
    for name in parameters.names {
      let owners = groups.filter { $0.selection.contains(name) }.map(\.name)
      if owners.count != 1 {
        let found = owners.isEmpty ? "no group" : "several groups: \(owners.joined(separator: ", "))"
        throw ParameterGroupError(
          description: "parameter \"\(name)\" belongs to \(found); every parameter belongs to exactly one")
      }
    }
    members = groups.map { group in
      parameters.names.indices.filter { group.selection.contains(parameters.names[$0]) }
    }
    for (group, positions) in zip(groups, members) {
      try group.selection.checkNames(among: parameters.names, role: "group \"\(group.name)\"")
      if positions.isEmpty {
        throw ParameterGroupError(description: "group \"\(group.name)\" has no parameters")
      }
      try group.optimizer.check(parameters.chosen(positions))
    }
  }

  private static func checkNames(of groups: [ParameterGroup<Scalar>]) throws {
    var seen: Set<String> = []
    for group in groups {
      if group.name.isEmpty || group.name.contains(".") {
        throw ParameterGroupError(
          description: "group \"\(group.name)\": a group's name is not empty and has no dot")
      }
      if !seen.insert(group.name).inserted {
        throw ParameterGroupError(description: "two groups are named \"\(group.name)\"")
      }
    }
  }

  /// The names of each group's parameters, by the name of the group.
  public var assignment: [String: [String]] {
    Dictionary(uniqueKeysWithValues: zip(groups, members).map { ($0.name, $1.map { names[$0] }) })
  }

  @_specialize(where Scalar == Float)
  public mutating func update(
    _ parameters: ParameterValues<Scalar>, gradients: ParameterValues<Scalar>, learningRate: Double
  ) -> ParameterValues<Scalar> {
    require(parameters.names == names, "the groups were made for \(names), not \(parameters.names)")
    preconditionAligned(parameters, gradients, "gradients")
    var updated = parameters.values
    for index in groups.indices {
      let values = groups[index].optimizer.update(
        parameters.chosen(members[index]), gradients: gradients.chosen(members[index]),
        learningRate: learningRate * groups[index].learningRateFactor)
      for (position, value) in zip(members[index], values.values) { updated[position] = value }
    }
    return parameters.with(updated)
  }

  /// The state of every group, under `group.entry`.
  public var state: ParameterValues<Scalar> {
    var state = ParameterValues<Scalar>()
    for group in groups { state.append(group.optimizer.state, prefix: group.name) }
    return state
  }

  public mutating func restore(
    _ state: ParameterValues<Scalar>, for parameters: ParameterValues<Scalar>
  ) throws {
    require(parameters.names == names, "the groups were made for \(names), not \(parameters.names)")
    var parts = [String: ParameterValues<Scalar>]()
    let groupNames = groups.map(\.name)
    for (name, value) in zip(state.names, state.values) {
      let group = String(name.prefix { $0 != "." })
      guard groupNames.contains(group), name.count > group.count else {
        throw StateMismatch(
          owner: "GroupedOptimizer", entry: name,
          expected: "an entry of the groups \(groupNames.joined(separator: ", "))", found: "another group")
      }
      parts[group, default: ParameterValues()].append(String(name.dropFirst(group.count + 1)), value)
    }
    var restored = groups
    for index in groups.indices {
      let name = groups[index].name
      do {
        try restored[index].optimizer.restore(
          parts[name] ?? ParameterValues(), for: parameters.chosen(members[index]))
      } catch let error as StateMismatch {
        throw StateMismatch(
          owner: error.owner, entry: "\(name).\(error.entry)", expected: error.expected, found: error.found)
      }
    }
    groups = restored
  }
}

extension ParameterValues {
  /// The entries at some positions, in that order.
  fileprivate func chosen(_ positions: [Int]) -> ParameterValues {
    ParameterValues(names: positions.map { names[$0] }, values: positions.map { values[$0] })
  }
}
