/// The records of a folder of results as numbers by name, and what is computed of them.
struct RecordValues {
  /// The records by the names of their folders.
  let records: [String: RunRecord]

  /// The value of an expression: names and numbers joined by `+`, `-`, `*` and `/` with spaces around them, worked through
  /// from the left without precedence.
  ///
  /// A name is `folder/key`, or `key` alone where a folder is given. A key is one of the summary, or
  /// `timings.NAME` in seconds, `options.NAME` where the option is a number, `data.NAME` for the number of its examples.
  ///
  /// - Throws: `ReportingError` naming the record or the key that is missing.
  func value(of expression: String, folder: String?) throws -> Double {
    let words = expression.split(separator: " ").map(String.init)
    guard words.count % 2 == 1 else {
      throw ReportingError("\(expression): expected names and numbers joined by + - * /")
    }
    var result = try operand(words[0], folder: folder)
    for index in stride(from: 1, to: words.count, by: 2) {
      let next = try operand(words[index + 1], folder: folder)
      switch words[index] {
      case "+": result += next
      case "-": result -= next
      case "*": result *= next
      case "/": result /= next
      default: throw ReportingError("\(expression): expected + - * or /, found \(words[index])")
      }
    }
    guard result.isFinite else {
      throw ReportingError("\(expression): is \(result), expected a finite number")
    }
    return result
  }

  /// The verdict on the first method of a comparison beside another, by the recorded interval of its advantage.
  ///
  /// - Parameters:
  ///   - measure: The name of the other method's measure, such as `digits/gcn_accuracy`.
  ///   - trials: An expression for the number of trials, whose names are of the same record where they have no folder.
  func verdict(on measure: String, trials: String, folder: String?) throws -> MethodDifference.Verdict {
    let low = try operand(measure + "_advantage_low", folder: folder)
    let high = try operand(measure + "_advantage_high", folder: folder)
    guard low <= high else { throw ReportingError("\(measure): an interval from \(low) to \(high)") }
    let own = measure.contains("/") ? measure.split(separator: "/").first.map(String.init) : folder
    let count = try value(of: trials, folder: own)
    return MethodDifference.Verdict(interval: low...high, trialCount: Int(count.rounded()))
  }

  private func operand(_ word: String, folder: String?) throws -> Double {
    if let number = Double(word) { return number }
    let parts = word.split(separator: "/", maxSplits: 1).map(String.init)
    guard let key = parts.last, let folder = parts.count == 2 ? parts[0] : folder else {
      throw ReportingError("\(word): expected folder/key")
    }
    guard let record = records[folder] else {
      throw ReportingError("\(word): there is no \(folder)/\(RunRecord.fileName)")
    }
    guard let value = Self.value(of: key, in: record) else {
      throw ReportingError("\(word): \(folder)/\(RunRecord.fileName) has no number \(key)")
    }
    return value
  }

  private static func value(of key: String, in record: RunRecord) -> Double? {
    let parts = key.split(separator: ".", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return record.summary[key] }
    switch parts[0] {
    case "timings": return record.timings[parts[1]]
    case "options": return record.options[parts[1]].flatMap(Double.init)
    case "data": return record.data.first { $0.name == parts[1] }.map { Double($0.count) }
    default: return nil
    }
  }
}
