/// One reverse sweep over the graph of a result.
struct ReversePass<Scalar: TensorScalar> {
  private let result: Tensor<Scalar>
  private let variables: [Tensor<Scalar>]
  private var nodes: [Node<Scalar>] = []
  private var leadsToVariable: Set<ObjectIdentifier> = []
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

  /// Finds the graph between the result and the variables, ordered from inputs to outputs.
  private mutating func collect() {
    let targets = Set(variables.compactMap { $0.node.map(ObjectIdentifier.init) })
    var seen: Set<ObjectIdentifier> = []
    var pending = result.node.map { [$0] } ?? []
    while let node = pending.popLast() {
      guard seen.insert(ObjectIdentifier(node)).inserted else { continue }
      nodes.append(node)
      if targets.contains(ObjectIdentifier(node)) { continue }
      for input in node.inputs { if let next = input.node { pending.append(next) } }
    }
    nodes.sort { $0.order < $1.order }
    leadsToVariable = targets
    for node in nodes where !targets.contains(ObjectIdentifier(node)) {
      let leads = node.inputs.contains { input in
        input.node.map { leadsToVariable.contains(ObjectIdentifier($0)) } ?? false
      }
      if leads { leadsToVariable.insert(ObjectIdentifier(node)) }
      if node.inputs.isEmpty && !node.isFinished { recordsItself = true }
    }
    if variables.contains(where: { !($0.node?.inputs.isEmpty ?? true) }) { recordsItself = true }
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
    var cotangents: [ObjectIdentifier: Tensor<Scalar>] = [:]
    if let node = result.node { cotangents[ObjectIdentifier(node)] = seed }
    let targets = Set(variables.compactMap { $0.node.map(ObjectIdentifier.init) })
    while let node = nodes.popLast() {
      let identity = ObjectIdentifier(node)
      if targets.contains(identity) { continue }
      guard leadsToVariable.contains(identity), let cotangent = cotangents.removeValue(forKey: identity),
        let rule = node.pullback
      else { continue }
      propagate(node, rule, cotangent, into: &cotangents)
    }
    return variables.map { variable in
      variable.node.flatMap { cotangents[ObjectIdentifier($0)] } ?? .zeros(variable.shape)
    }
  }

  private func propagate(
    _ node: Node<Scalar>, _ rule: Pullback<Scalar>.Rule, _ cotangent: Tensor<Scalar>,
    into cotangents: inout [ObjectIdentifier: Tensor<Scalar>]
  ) {
    let needed = node.inputs.map { input in
      input.node.map { leadsToVariable.contains(ObjectIdentifier($0)) } ?? false
    }
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
      guard let contribution = contributions[index], let inputNode = input.node else { continue }
      require(
        contribution.shape == input.shape,
        "a pullback returned shape \(contribution.shape) for an input of shape \(input.shape)")
      let identity = ObjectIdentifier(inputNode)
      cotangents[identity] = cotangents[identity].map { $0 + contribution } ?? contribution
    }
  }
}
