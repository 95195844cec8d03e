import Foundation
import Measurements
import Testing

struct AgreementTests {
  @Test("errors are relative to the largest magnitude of the reference")
  func errors() throws {
    #expect(try Agreement.error(of: [1, -4.5, 2], against: [1, -4, 2], name: "a") == 0.125)
    #expect(try Agreement.error(of: [0, 0], against: [0, 0], name: "a") == 0)
    #expect(try Agreement.error(of: [0, 1e-9], against: [0, 0], name: "a") == .infinity)
    let found = try Agreement.errors(
      of: ["tokens": [1, 2.00001], "loss": [3]], against: ["tokens": [1, 2], "energies": [7]])
    #expect(found.keys.sorted() == ["tokens"])
  }

  @Test("one memory whose gradient jumps is told from a gradient that is wrong")
  func memories() throws {
    let reference = (0..<10_000).map { sin(Double($0)) }
    var jumped = reference
    jumped[17] += 0.01
    #expect(try Agreement.errors(of: ["Xi": jumped], against: ["Xi": reference])["Xi"]! < 2e-4)
    #expect(throws: WorkerFault.self) { try Agreement.errors(of: ["Wq": jumped], against: ["Wq": reference]) }
    let wrong = reference.map { 1.001 * $0 }
    #expect(throws: WorkerFault.self) { try Agreement.errors(of: ["Xi": wrong], against: ["Xi": reference]) }
    #expect(try Agreement.error(of: [3, 0], against: [3, 4], name: "Xi") == 0.8)
  }

  @Test("too large an error, another length, numbers that are none and nothing in common are refused")
  func refusals() {
    let reference = ["tokens": [1.0, 2], "Xi": [1.0, -1, 3]]
    let cases: [([String: [Double]], String)] = [
      (["tokens": [1, 2.001]], "tokens: a relative error of at most 2e-05"), (["Xi": [1, -1]], "2 numbers"),
      (["Xi": [1, .nan, 3]], "Xi: number 1 is not finite"), (["loss": [1]], "no array to compare"),
      (["tokens": [1, .infinity]], "not finite"),
    ]
    for (arrays, text) in cases {
      let fault = #expect(throws: WorkerFault.self) { try Agreement.errors(of: arrays, against: reference) }
      #expect(fault?.description.contains(text) == true, "\(fault?.description ?? "")")
    }
  }
}
