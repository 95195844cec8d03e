/// What a worker could not do, in one line.
package struct WorkerFault: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}
