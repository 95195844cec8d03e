/// The sizes of work that every system computes alike.
package protocol Workload: Sendable {
  /// What summaries call it, in lower case.
  var name: String { get }
  /// T, the steps.
  var steps: Int { get }
  /// alpha, the step size.
  var stepSize: Double { get }
  /// Whether every token descends an energy of its own over the tokens before it, which are held.
  var isCausal: Bool { get }
  /// The sizes in the field's letters, for tables.
  var sizes: String { get }

  /// Floating-point operations of the work: 2 for each multiplication of its products.
  func operations(of work: Work) -> Double
}

extension Workload {
  package var isCausal: Bool { false }
}
