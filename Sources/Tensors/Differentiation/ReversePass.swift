import Foundations

/// One reverse sweep over the graph of a result.
struct ReversePass<Scalar: TensorScalar> {
  private let result: Tensor<Scalar>
  private let variables: [Tensor<Scalar>]
  /// The graph between the result and the variables, from inputs to outputs.
  private var nodes: [Node<Scalar>] = []
  /// Where a node stands in `nodes`, by its order.
  private var positions = PositionTable()
  private var isTarget: [Bool] = []
  private var leadsToVariable: [Bool] = []
  /// Whether the result depends on other variables too, for which its derivatives may be differentiated.
  private(set) var recordsItself = false

  init(result: Tensor<Scalar>, variables: [Tensor<Scalar>]) {
    self.result = result
    self.variables = variables
    for variable in variables {
      require(variable.node != nil, "gradients need variables made by variable(); one is a constant")
    }
    collect()
  }

  /// Finds the graph between the result and the variables.
  private mutating func collect() {
    var targets = PositionTable()
    for variable in variables {
      if let node = variable.node { targets[node.order] = 0 }
      if !(variable.node?.inputs.isEmpty ?? true) { recordsItself = true }
    }
    var pending = result.node.map { [$0] } ?? []
    while let node = pending.popLast() {
      if positions[node.order] != nil { continue }
      positions[node.order] = 0
      nodes.append(node)
      if targets[node.order] != nil { continue }
      for input in node.inputs { if let next = input.node { pending.append(next) } }
    }
    nodes.sort { $0.order < $1.order }
    leadsToVariable.reserveCapacity(nodes.count)
    isTarget.reserveCapacity(nodes.count)
    for (position, node) in nodes.enumerated() {
      positions[node.order] = position
      isTarget.append(targets[node.order] != nil)
      // Inputs stand before what is made of them.
      leadsToVariable.append(isTarget[position] || node.inputs.contains(where: leads))
      if !isTarget[position] && node.inputs.isEmpty && !node.isFinished { recordsItself = true }
    }
  }

  private func position(_ tensor: Tensor<Scalar>) -> Int? { tensor.node.flatMap { positions[$0.order] } }

  private func leads(_ tensor: Tensor<Scalar>) -> Bool {
    position(tensor).map { leadsToVariable[$0] } ?? false
  }

  /// The derivatives for each variable; `cotangent` weighs the result's elements, 1 for a single number.
  mutating func run(seed cotangent: Tensor<Scalar>?) -> [Tensor<Scalar>] {
    if let cotangent {
      require(
        cotangent.shape == result.shape,
        "cotangent of shape \(cotangent.shape) for a result of shape \(result.shape)")
    } else {
      require(
        result.count == 1,
        "a gradient needs a result of one element, not shape \(result.shape): sum it or give a cotangent")
    }
    let seed = cotangent ?? .ones(result.shape)
    if seed.isTracked { recordsItself = true }
    var cotangents = [Tensor<Scalar>?](repeating: nil, count: nodes.count)
    if let last = position(result) { cotangents[last] = seed }
    while let node = nodes.popLast() {
      let position = nodes.count
      if isTarget[position] { continue }
      guard leadsToVariable[position], let cotangent = cotangents[position], let rule = node.pullback else {
        continue
      }
      cotangents[position] = nil
      propagate(node, rule, cotangent, into: &cotangents)
    }
    return variables.map { variable in
      position(variable).flatMap { cotangents[$0] } ?? .zeros(variable.shape)
    }
  }

  private func propagate(
    _ node: Node<Scalar>, _ rule: Pullback<Scalar>.Rule, _ cotangent: Tensor<Scalar>,
    into cotangents: inout [Tensor<Scalar>?]
  ) {
    let needed = node.inputs.map(leads)
    let plain = node.outputs[node.position]
    let pullback = Pullback(
      inputs: recordsItself ? node.inputs : node.inputs.map(\.detached),
      output: recordsItself ? Tensor(shape: plain.shape, storage: plain.storage, node: node) : plain,
      cotangent: cotangent, needed: needed, isDifferentiated: recordsItself)
    let contributions = rule(pullback)
    require(
      contributions.count == node.inputs.count,
      "a pullback returned \(contributions.count) cotangents for \(node.inputs.count) inputs")
    for (index, input) in node.inputs.enumerated() where needed[index] {
      guard let contribution = contributions[index], let position = position(input) else { continue }
      require(
        contribution.shape == input.shape,
        "a pullback returned shape \(contribution.shape) for an input of shape \(input.shape)")
      cotangents[position] = cotangents[position].map { $0 + contribution } ?? contribution
    }
  }
}

/// Positions by order: a hash table whose hash is one multiplication, since every edge of a graph is looked up.
private struct PositionTable {
  private var keys = [Int](repeating: -1, count: 64)
  private var values = [Int](repeating: 0, count: 64)
  private var count = 0

  /// Where a key is, or the free slot it would take.
  private func slot(_ key: Int) -> Int {
    let mask = keys.count - 1
    var slot = (key &* 0x1E37_79B9_7F4A_7C15) >> 24 & mask
    while keys[slot] != key && keys[slot] >= 0 { slot = (slot + 1) & mask }
    return slot
  }

  subscript(key: Int) -> Int? {
    get {
      let found = slot(key)
      return keys[found] == key ? values[found] : nil
    }
    set {
      guard let newValue else { fatalError("positions are never removed") }
      if 2 * count >= keys.count { grow() }
      let found = slot(key)
      if keys[found] != key { count += 1 }
      (keys[found], values[found]) = (key, newValue)
    }
  }

  private mutating func grow() {
    let old = zip(keys, values).filter { $0.0 >= 0 }
    keys = [Int](repeating: -1, count: 4 * keys.count)
    values = [Int](repeating: 0, count: keys.count)
    for (key, value) in old {
      let found = slot(key)
      (keys[found], values[found]) = (key, value)
    }
  }
}
