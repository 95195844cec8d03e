import ArrayFiles
import Foundation
public import Tensors

/// Checks that a model, or any part with parameters, hands over what it learns.
///
/// Every stored tensor is visited or declared a constant, under a name of its own that stays the same, and takes the values
/// that it is given; a round trip through a file changes no bit. A layer forgotten in `visitParameters` never learns and is
/// missing in every file, and nothing else says so.
///
///     let report = ModelLaws.check(model)
///     #expect(report.isSatisfied, "\(report)")
public enum ModelLaws {
  /// Checks a model.
  ///
  /// - Parameters:
  ///   - model: The model, built in or one's own.
  ///   - options: Of these `constants` play a part: the names of properties that hold tensors which are no parameters, on
  ///     purpose.
  public static func check<Model: Parameterized>(
    _ model: Model, options: LawOptions = LawOptions()
  ) -> LawReport {
    var findings = Findings<Model.Scalar>(options)
    findings.check(.visiting)
    let visits = TensorVisits<Model.Scalar>(model, constants: options.constants) { $0.visitParameters($1) }
    for problem in visits.problems { findings.report(.visiting, problem) }
    if visits.names.isEmpty { findings.report(.visiting, "no parameter is visited: nothing can be learned") }
    if visits.areSound && !visits.names.isEmpty { checkFile(model, &findings) }
    return findings.report(on: "\(Model.self)")
  }

  private static func checkFile<Model: Parameterized>(
    _ model: Model, _ findings: inout Findings<Model.Scalar>
  ) {
    findings.check(.file)
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("model-laws-\(UInt64.random(in: .min ... .max)).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let parameters = model.parameters
    do {
      try SafetensorsFile.write(model, to: path)
      var arrays = try NamedArrays<Model.Scalar>(contentsOf: path)
      let blank = model.with(parameters.map { _, value in .zeros(value.shape) })
      let read = try arrays.filling(blank).parameters
      try arrays.requireAllRead()
      for (name, (found, expected)) in zip(parameters.names, zip(read.values, parameters.values))
      where found.elements != expected.elements {
        findings.report(.file, "parameter \(name) is another after a round trip through a file")
      }
    } catch {
      findings.report(.file, "\(error)")
    }
  }
}
