import Foundation
import Foundations
import Reporting
import Testing

/// Figures of SciPy 1.17 (`stats.t.ppf`, `stats.t.sf`) and NumPy.
struct MethodComparisonTests {
  @Test(
    "Quantiles and probabilities of Student's distribution are SciPy's",
    arguments: [
      (1, 12.706204736174694, 0.5825711996796945), (2, 4.302652729749462, 0.6767529681839597),
      (3, 3.1824463052837078, 0.7155324912721029), (4, 2.7764451051977934, 0.7365484035287759),
      (5, 2.5705818356363146, 0.749699365829323), (9, 2.262157162798205, 0.7740936273269506),
      (14, 2.144786687917804, 0.7854024074380642), (29, 2.045229642132703, 0.7961608163379702),
      (100, 1.9839715185235518, 0.8034105365776338),
    ])
  func student(freedom: Int, quantile: Double, probability: Double) {
    let found = StudentDistribution.centralQuantile(0.95, degreesOfFreedom: freedom)
    #expect(abs(found - quantile) < 1e-9 * quantile)
    #expect(
      abs(StudentDistribution.centralProbability(1.3, degreesOfFreedom: freedom) - probability) < 1e-12)
  }

  private func ours() throws -> TrialScores {
    try TrialScores([[0.70, 0.72], [0.66, 0.69], [0.71, 0.70], [0.68, 0.66]])
  }

  private func theirs() throws -> TrialScores {
    try TrialScores([[0.65, 0.66], [0.64, 0.66], [0.69, 0.66], [0.66, 0.63]])
  }

  @Test("Deviations between splits and between seeds are told apart")
  func deviations() throws {
    let scores = try ours()
    #expect(abs(scores.mean - 0.69) < 1e-12)
    #expect(abs(try #require(scores.splitDeviation) - 0.020412414523193104) < 1e-12)
    #expect(abs(try #require(scores.seedDeviation) - 0.015) < 1e-12)
    let seeds = try TrialScores(seeds: [1, 2])
    #expect(seeds.splitDeviation == nil)
    #expect(seeds.seedDeviation == 0.5.squareRoot())
    #expect(try TrialScores(splits: [1, 2]).seedDeviation == nil)
  }

  @Test("The interval is Student's, wider by the share of training data that trials have in common")
  func interval() throws {
    let free = try MethodDifference(
      of: ours(), over: theirs(), better: .highest, dependence: .independent)
    let interval = try #require(free.interval)
    #expect(abs(free.advantage - 0.03375) < 1e-12)
    #expect(abs(interval.lowerBound - 0.010897797287567842) < 1e-10)
    #expect(abs(interval.upperBound - 0.056602202712432104) < 1e-10)
    #expect(free.verdict == .ahead)
    let shared = try MethodDifference(
      of: ours(), over: theirs(), better: .highest,
      dependence: .overlappingTraining(testCount: 20, trainingCount: 60))
    #expect(abs(try #require(shared.interval).lowerBound + 0.001157316242065165) < 1e-10)
    #expect(shared.verdict == .undecided)
  }

  @Test("An error is better low, and the methods' roles mirror each other")
  func direction() throws {
    let first = try MethodDifference(
      of: theirs(), over: ours(), better: .lowest, dependence: .independent)
    #expect(first.verdict == .ahead)
    let other = try MethodDifference(
      of: ours(), over: theirs(), better: .lowest, dependence: .independent)
    #expect(other.verdict == .behind)
    #expect(other.advantage == -first.advantage)
  }

  @Test("Seeds of one split are trials of their own, without correction")
  func seeds() throws {
    let difference = try MethodDifference(
      of: TrialScores(seeds: [0.020, 0.019, 0.021]), over: TrialScores(seeds: [0.018, 0.0185, 0.0183]),
      better: .lowest, dependence: .overlappingTraining(testCount: 5, trainingCount: 1))
    let interval = try #require(difference.interval)
    #expect(abs(interval.lowerBound + 0.004525456972421405) < 1e-10)
    #expect(abs(interval.upperBound - 0.0010587903057547368) < 1e-10)
    #expect(difference.verdict == .undecided)
  }

  @Test("One trial has no interval, and two say nothing however large their difference")
  func fewTrials() throws {
    let one = try MethodDifference(
      of: TrialScores(splits: [1]), over: TrialScores(splits: [0]), better: .highest, dependence: .independent
    )
    #expect(one.interval == nil)
    #expect(one.verdict == .undecided)
    let two = try MethodDifference(
      of: TrialScores(splits: [1, 1]), over: TrialScores(splits: [0, 0]), better: .highest,
      dependence: .independent)
    #expect(two.verdict == .undecided)
    let alike = try MethodDifference(of: ours(), over: ours(), better: .highest, dependence: .independent)
    #expect(alike.verdict == .undecided)
  }

  @Test("Scores that are not finite and trials that differ are refused in one line")
  func refusals() throws {
    for bad: [[Double]] in [[], [[]], [[1], [1, 2]], [[.nan]], [[1], [.infinity]]] {
      #expect(throws: ReportingError.self) { try TrialScores(bad) }
    }
    let other = try TrialScores(splits: [1, 2, 3])
    let error = #expect(throws: ReportingError.self) {
      try MethodComparison(
        measure: "auroc", first: .init(prefix: "", label: "Energy Transformer", scores: try ours()),
        others: [.init(prefix: "gcn_", label: "graph convolution", scores: other)], better: .highest,
        dependence: .independent)
    }
    #expect(error?.description.contains("graph convolution") == true)
  }

  @Test("Table and sentence follow from the numbers")
  func words() throws {
    let comparison = try MethodComparison(
      measure: "auroc", first: .init(prefix: "", label: "Energy Transformer", scores: ours()),
      others: [
        .init(prefix: "a_", label: "Perceptron", scores: theirs()),
        .init(prefix: "b_", label: "graph convolution", scores: ours()),
      ], better: .highest, dependence: .independent)
    var summary: [String: Double] = [:]
    comparison.add(to: &summary)
    let recipe = comparison.table(name: "auroc", measureLabel: "AUROC", digits: 3)
    let text = try TableRecipe.render(recipe, summary: summary).markdown
    let rows = text.split(separator: "\n").map { line in
      line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    #expect(rows[2] == ["Energy Transformer", "0.690", "0.020", "0.015", "–", "–"])
    #expect(rows[3] == ["Perceptron", "0.656", "0.013", "0.017", "0.034", "0.011 … 0.057"])
    #expect(
      comparison.sentence(digits: 3)
        == "Energy Transformer is ahead of perceptron (0.034, 0.011 … 0.057); is not told apart from "
        + "graph convolution (0.000, 0.000 … 0.000).")
  }

  @Test("A label has a small first letter in a sentence, unless it is an abbreviation or the name is given")
  func names() throws {
    func name(_ label: String, _ name: String? = nil) throws -> String {
      MethodComparison.Method(prefix: "", label: label, name: name, scores: try ours()).name
    }
    #expect(try name("Mean pooling") == "mean pooling")
    #expect(try name("LSTM with 4 units") == "LSTM with 4 units")
    #expect(try name("Hopfield pooling", "Hopfield pooling") == "Hopfield pooling")
  }
}
