import Reporting

/// Two methods on three splits with two seeds of weights each.
func compareTwo() throws -> MethodComparison {
  let scores = try TrialScores([[0.70, 0.72], [0.66, 0.69], [0.71, 0.70]])  // [splits][seeds]
  let other = try TrialScores([[0.65, 0.66], [0.64, 0.66], [0.69, 0.66]])
  let comparison = try MethodComparison(
    measure: "accuracy", first: .init(prefix: "", label: "Energy Transformer", scores: scores),
    others: [.init(prefix: "gcn_", label: "Graph convolution", scores: other)], better: .highest,
    dependence: .overlappingTraining(testCount: 100, trainingCount: 800))
  print(comparison.sentence(digits: 3))
  return comparison
}
