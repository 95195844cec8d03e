import Tensors

/// Checks that a type's visits reach every tensor it holds, once, and write back what they are given.
///
/// Each visited tensor is replaced by a new one; then the visits must return the new ones in order, and
/// reflection must find no other tensor.
struct TensorVisits<Scalar: TensorScalar> {
  typealias VisitAll<Subject> = (inout Subject, ParameterVisitor<Scalar>) -> Void
  private(set) var names: [String] = []
  private(set) var problems: [String] = []
  /// Whether replacing the visited tensors does what it says.
  private(set) var areSound = true

  init<Subject>(_ subject: Subject, constants: Set<String>, _ visitAll: VisitAll<Subject>) {
    var copy = subject
    var names: [String] = []
    var markers: [Tensor<Scalar>] = []
    let visit = ParameterVisitor<Scalar> { name, value in
      let marker = Tensor<Scalar>(shape: value.shape, elements: value.elements)
      names.append(name)
      markers.append(marker)
      value = marker
    }
    visitAll(&copy, visit)
    self.names = names
    for name in Set(names.filter { name in names.filter { $0 == name }.count > 1 }).sorted() {
      problems.append("two tensors are visited under the name \(name)")
    }
    checkWritten(copy, markers, visitAll)
    areSound = problems.isEmpty
    checkReached(copy, Set(markers.map(address)), constants)
  }

  private mutating func checkWritten<Subject>(
    _ subject: Subject, _ markers: [Tensor<Scalar>], _ visitAll: VisitAll<Subject>
  ) {
    var copy = subject
    var found: [UnsafeRawPointer?] = []
    visitAll(&copy, ParameterVisitor { _, value in found.append(address(value)) })
    guard found.count == names.count else {
      problems.append("a second visit reaches \(found.count) tensors, the first reached \(names.count)")
      return
    }
    let wanted = markers.map(address)
    for (index, address) in found.enumerated() where address != wanted[index] {
      if let other = wanted.firstIndex(of: address) {
        problems.append("\(names[index]) and \(names[other]) are visits of the same tensor")
      } else {
        problems.append("what the visit of \(names[index]) is given is lost: it is not written back")
      }
    }
  }

  private mutating func checkReached(
    _ subject: Any, _ reached: Set<UnsafeRawPointer?>, _ constants: Set<String>
  ) {
    for (path, tensor) in tensors(in: subject, path: []) where !reached.contains(address(tensor)) {
      let name = path.joined(separator: ".")
      if constants.contains(name) || path.last.map(constants.contains) ?? false { continue }
      problems.append(
        "the tensor property \(name) of shape \(tensor.shape) is visited neither "
          + "as a parameter nor as context; "
          + "name it in the constants of the options if that is meant")
    }
  }

  private func tensors(in value: Any, path: [String]) -> [(path: [String], tensor: Tensor<Scalar>)] {
    if let tensor = value as? Tensor<Scalar> { return [(path, tensor)] }
    let mirror = Mirror(reflecting: value)
    // Parameters live in values; an object may refer back to itself.
    if mirror.displayStyle == .class { return [] }
    return mirror.children.enumerated().flatMap { index, child in
      tensors(in: child.value, path: path + [child.label.flatMap { $0 == "some" ? nil : $0 } ?? "\(index)"])
    }
  }
}

/// Where a tensor's numbers lie: the same for copies of one tensor, different for different tensors.
private func address<Scalar>(_ tensor: Tensor<Scalar>) -> UnsafeRawPointer? {
  tensor.withElements { $0.baseAddress.map(UnsafeRawPointer.init) }
}
