import Foundations

/// A value that holds parameters: tensors that are learned.
///
/// A type lists its parameters explicitly, in one method; nothing is found by reflection.
public protocol Parameterized<Scalar>: Sendable, CustomStringConvertible {
  associatedtype Scalar: TensorScalar

  /// Hands every parameter to `visit`, tensors and parts by name, always in the same order.
  ///
  /// A part's parameters are visited under the part's name: `norm.gamma`.
  mutating func visitParameters(_ visit: ParameterVisitor<Scalar>)
}

extension Parameterized {
  /// Calls `action` with the name and the value of every parameter; it may replace the value.
  public mutating func visitParameters(
    _ action: @escaping (_ name: String, _ value: inout Tensor<Scalar>) -> Void
  ) {
    visitParameters(ParameterVisitor(action))
  }

  /// The parameters by name.
  public var parameters: ParameterValues<Scalar> {
    var copy = self
    var values = ParameterValues<Scalar>()
    copy.visitParameters { name, value in values.append(name, value) }
    return values
  }

  /// What parameters are called in files of the first layout, by their names now, where that is something else.
  package var formerNames: [String: String] {
    var copy = self
    var names: [String: String] = [:]
    copy.visitParameters(ParameterVisitor(renaming: { name, former in names[name] = former }))
    return names
  }

  /// The names and shapes of the parameters, a line each, and how many learned numbers they are.
  public var description: String {
    let parameters = parameters
    let width = parameters.names.map(\.count).max() ?? 0
    let lines = zip(parameters.names, parameters.values).map { name, value in
      name + String(repeating: " ", count: width - name.count + 2) + "\(value.shape)"
    }
    return (lines + ["\(parameterCount) learned numbers in \(parameters.count) parameters"])
      .joined(separator: "\n")
  }

  /// The number of learned numbers.
  public var parameterCount: Int { parameters.values.reduce(0) { $0 + $1.count } }

  /// Replaces every parameter. The names and shapes are those of `parameters`.
  public mutating func setParameters(_ values: ParameterValues<Scalar>) {
    visitParameters { name, value in
      guard let new = values[name] else {
        fatalError("no value for parameter \(name); there are \(values.names)")
      }
      require(new.shape == value.shape, "parameter \(name) has shape \(value.shape), not \(new.shape)")
      value = new
    }
  }

  /// A copy with other parameters.
  public func with(_ values: ParameterValues<Scalar>) -> Self {
    var copy = self
    copy.setParameters(values)
    return copy
  }
}

/// The value of `loss`, one number, and its gradient for every parameter of `model`.
public func valueWithGradient<Model: Parameterized>(
  at model: Model, of loss: (Model) throws -> Tensor<Model.Scalar>
) rethrows -> (value: Tensor<Model.Scalar>, gradient: ParameterValues<Model.Scalar>) {
  let parameters = model.parameters
  let (value, gradients) = try valueWithGradients(at: parameters.values) { variables in
    try loss(model.with(ParameterValues(names: parameters.names, values: variables)))
  }
  return (value, ParameterValues(names: parameters.names, values: gradients))
}
