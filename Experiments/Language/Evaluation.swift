import EnergyTransformer

/// How well exercises were answered.
struct ExerciseScore: Codable, Sendable {
  /// The mean negative log-probability of the answers.
  var nats: Double
  /// The share of the answers that were the most probable symbol; nil where it was not measured.
  var accuracy: Double?
}

extension TextNetwork {
  /// What `read` makes of the logits, [length, symbols], of each exercise.
  func answers<Found>(
    to exercises: [Exercise], settings: DescentSettings, _ read: (Exercise, Tensor<Float>) -> Found
  ) throws -> [Found] {
    let groups = Self.groups(of: exercises)
    let byGroup = Parallelism.map(groups.count) { index in
      Result {
        let group = exercises[groups[index]]
        let found = try logits(of: group.map(\.symbols), settings: settings, dropout: nil)
        return group.enumerated().map { place, exercise in
          let own = found.sliced(axis: 0, place..<place + 1)
          return read(exercise, own.reshaped([own.shape[1], own.shape[2]]))
        }
      }
    }
    return try byGroup.flatMap { try $0.get() }
  }

  /// Exercises of one length that stand side by side, a few at a time: a group is worked on by one core.
  private static func groups(of exercises: [Exercise]) -> [Range<Int>] {
    var groups: [Range<Int>] = []
    for index in exercises.indices {
      if let last = groups.last, last.count < 4,
        exercises[last.lowerBound].symbols.count == exercises[index].symbols.count
      {
        groups[groups.count - 1] = last.lowerBound..<index + 1
      } else {
        groups.append(index..<index + 1)
      }
    }
    return groups
  }

  /// How well the network answers.
  func score(on exercises: [Exercise], settings: DescentSettings) throws -> ExerciseScore {
    let found = try answers(to: exercises, settings: settings) { exercise, logits in
      let losses = negativeLogLikelihoods(logits, labels: exercise.answers).elements
      let best = logits.mostProbable
      let right = exercise.answers.indices.count { exercise.answers[$0] == best[$0] }
      return (nats: losses.reduce(0) { $0 + Double($1) }, right: right)
    }
    let asked = Double(exercises.reduce(0) { $0 + $1.askedCount })
    let nats = found.reduce(0) { $0 + $1.nats } / asked
    // Logits that are no numbers lie in no descent's result.
    guard nats.isFinite else { throw NonFiniteValue(quantity: "the loss of held-out symbols") }
    return ExerciseScore(nats: nats, accuracy: Double(found.reduce(0) { $0 + $1.right }) / asked)
  }
}

extension Tensor<Float> {
  /// The symbol of the greatest logit in each row of [rows, symbols]; of equal ones the first.
  var mostProbable: [Int] {
    let (columns, values) = (shape[1], elements)
    return (0..<shape[0]).map { row in
      let start = row * columns
      return (1..<max(1, columns)).reduce(0) { values[start + $1] > values[start + $0] ? $1 : $0 }
    }
  }
}
