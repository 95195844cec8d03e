import ArrayFiles
import Tensors

extension TrainingCheckpoint {
  /// The checkpoint in today's layout: under today's names and with every linear map [outputs, inputs], not only the
  /// parameters but also their averages and what an optimiser keeps for each of them, such as moments.
  func turned(for model: some Parameterized<Scalar>) -> TrainingCheckpoint {
    guard layout == .inputsFirst else { return self }
    let formerNames = model.formerNames
    // Today's names by those that the file uses.
    var names: [String: String] = [:]
    for name in model.parameters.names { names[formerNames[name] ?? name] = name }
    func turned(_ values: ParameterValues<Scalar>) -> ParameterValues<Scalar> {
      var turned = ParameterValues<Scalar>()
      for (entry, value) in zip(values.names, values.values) {
        guard let (prefix, former) = Self.parameter(of: entry, among: names), let name = names[former],
          values[prefix + name] == nil
        else {
          turned.append(entry, value)
          continue
        }
        turned.append(prefix + name, value.rank == 2 ? value.transposed : value)
      }
      return turned
    }
    return TrainingCheckpoint(
      parameters: turned(parameters), optimizerState: turned(optimizerState),
      averageState: turned(averageState), random: random, updateCount: updateCount, options: options,
      origin: origin, layout: .outputsFirst)
  }

  /// The parameter that an entry such as `group.firstMoment.encoder.weights` belongs to, and what stands before its name:
  /// the longest name of a parameter that the entry ends in, after a dot.
  private static func parameter(
    of entry: String, among names: [String: String]
  ) -> (prefix: String, name: String)? {
    var start = entry.startIndex
    while true {
      let name = String(entry[start...])
      if names[name] != nil { return (String(entry[..<start]), name) }
      guard let dot = entry[start...].firstIndex(of: ".") else { return nil }
      start = entry.index(after: dot)
    }
  }
}
