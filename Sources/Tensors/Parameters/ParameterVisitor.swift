/// What a model hands its parameters to, one after the other, each with its name.
///
/// ```swift
/// mutating func visitParameters(_ visit: ParameterVisitor<Float>) {
///   visit("memories", &memories)  // a tensor
///   visit("bias", &bias)          // one that may be missing
///   visit("norm", &norm)          // a part: its parameters are called norm.gamma, norm.delta
///   visit("layers", &layers)      // parts in a row: layers.0.weight, …
/// }
/// ```
public struct ParameterVisitor<Scalar: TensorScalar> {
  private let action: (_ name: String, _ value: inout Tensor<Scalar>) -> Void
  private let renaming: ((_ name: String, _ former: String) -> Void)?
  private let prefix: String

  /// A visitor that does something with every parameter, which it may replace.
  public init(_ action: @escaping (_ name: String, _ value: inout Tensor<Scalar>) -> Void) {
    self.action = action
    renaming = nil
    prefix = ""
  }

  /// A visitor that hears what parameters were called before.
  init(renaming: @escaping (_ name: String, _ former: String) -> Void) {
    action = { _, _ in }
    self.renaming = renaming
    prefix = ""
  }

  private init(of visitor: ParameterVisitor, prefix: String) {
    (action, renaming) = (visitor.action, visitor.renaming)
    self.prefix = prefix
  }

  /// The same visitor, with a name and a dot before the names of what it visits.
  public func prefixed(_ name: String) -> ParameterVisitor {
    ParameterVisitor(of: self, prefix: "\(prefix)\(name).")
  }

  /// Says that a parameter is called `former` in files of the first layout, where it lies [inputs, outputs] if it is a matrix.
  package func renamed(_ name: String, from former: String) { renaming?(prefix + name, prefix + former) }

  /// Visits a parameter.
  public func callAsFunction(_ name: String, _ value: inout Tensor<Scalar>) {
    action(prefix + name, &value)
  }

  /// Visits a parameter where there is one.
  public func callAsFunction(_ name: String, _ value: inout Tensor<Scalar>?) {
    guard var found = value else { return }
    action(prefix + name, &found)
    value = found
  }

  /// Visits the parameters of a part, under its name.
  public func callAsFunction<Part: Parameterized<Scalar>>(_ name: String, _ part: inout Part) {
    part.visitParameters(prefixed(name))
  }

  /// Visits the parameters of a part where there is one.
  public func callAsFunction<Part: Parameterized<Scalar>>(_ name: String, _ part: inout Part?) {
    part?.visitParameters(prefixed(name))
  }

  /// Visits the parameters of parts in a row, under the name and their index: `blocks.0`, `blocks.1`.
  public func callAsFunction<Part: Parameterized<Scalar>>(_ name: String, _ parts: inout [Part]) {
    for index in parts.indices { parts[index].visitParameters(prefixed("\(name).\(index)")) }
  }
}
