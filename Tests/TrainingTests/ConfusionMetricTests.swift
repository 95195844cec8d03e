import Tensors
import Testing
import Training

struct ConfusionMetricTests {
  @Test("accuracy, precision, recall, F1 and macro-F1 of three classes by hand")
  func byHand() throws {
    let labels = [0, 0, 0, 1, 1, 2, 2, 2, 2]
    let predictions = [0, 0, 1, 1, 2, 2, 2, 0, 2]
    let matrix = ConfusionMatrix(labels: labels, predictions: predictions, classCount: 3)
    #expect(matrix.counts == [[2, 1, 0], [0, 1, 1], [1, 0, 3]])
    #expect(matrix.exampleCount == 9 && matrix.classCount == 3)
    #expect(try matrix.accuracy == 6.0 / 9)
    let shares = [2.0 / 3, 1.0 / 2, 3.0 / 4]
    for (index, share) in shares.enumerated() {
      #expect(matrix.precision(ofClass: index) == share && matrix.recall(ofClass: index) == share)
    }
    let uneven = ConfusionMatrix(labels: [1, 1, 1, 0], predictions: [1, 0, 0, 0], classCount: 2)
    #expect(uneven.precision(ofClass: 1) == 1 && uneven.recall(ofClass: 1) == 1.0 / 3)
    #expect(uneven.f1(ofClass: 1) == 0.5 && uneven.f1(ofClass: 0) == 0.5)
    #expect(try uneven.macroF1 == 0.5)
  }

  @Test("F1 is the harmonic mean of precision and recall", arguments: [1, 2, 3] as [UInt64])
  func harmonicMean(seed: UInt64) throws {
    var random = RandomStream(seed: seed)
    let labels = (0..<80).map { _ in random.integer(below: 4) }
    let predictions = labels.map { random.uniform() < 0.5 ? $0 : random.integer(below: 4) }
    let matrix = ConfusionMatrix(labels: labels, predictions: predictions, classCount: 4)
    var sum = 0.0
    for index in 0..<4 {
      let hits = Double(zip(labels, predictions).filter { $0 == index && $1 == index }.count)
      let precision = hits / Double(predictions.filter { $0 == index }.count)
      let recall = hits / Double(labels.filter { $0 == index }.count)
      #expect(matrix.precision(ofClass: index) == precision && matrix.recall(ofClass: index) == recall)
      let mean = 2 / (1 / precision + 1 / recall)
      #expect(abs(matrix.f1(ofClass: index) - mean) < 1e-14)
      sum += mean
    }
    #expect(abs(try matrix.macroF1 - sum / 4) < 1e-14)
    let hits = zip(labels, predictions).filter { $0 == $1 }.count
    #expect(try matrix.accuracy == Double(hits) / 80)
  }

  @Test("a class never predicted counts 0, one that does not occur is left out, no examples are refused")
  func missingClasses() throws {
    let never = ConfusionMatrix(labels: [0, 1, 0], predictions: [0, 0, 0], classCount: 2)
    #expect(never.precision(ofClass: 1) == 0 && never.f1(ofClass: 1) == 0)
    #expect(try never.macroF1 == 0.4)
    let absent = ConfusionMatrix(labels: [0, 1, 0], predictions: [0, 1, 0], classCount: 5)
    #expect(try absent.macroF1 == 1)
    let empty = ConfusionMatrix(labels: [], predictions: [], classCount: 2)
    #expect(throws: MetricError("accuracy: expected at least one example")) { try empty.accuracy }
    #expect(throws: MetricError("macro-F1: expected at least one example")) { try empty.macroF1 }
  }
}
