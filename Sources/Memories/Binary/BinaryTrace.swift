/// The way of one query through a memory of binary states.
struct BinaryTrace<State> {
  var state: State
  var steps = 0
  var stopReason = RetrievalStop.stepLimit
  var energies: [Double] = []
}
