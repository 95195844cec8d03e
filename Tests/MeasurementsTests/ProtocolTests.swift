import Measurements
import Testing

struct ProtocolTests {
  @Test("requests are lines of JSON with the names that every worker knows")
  func requests() throws {
    var workload = BlockWorkload.standard[2]
    (workload.steps, workload.stepSize) = (4, 0.25)
    let request = WorkerRequest.prepare(workload, .training, file: "a/b.safetensors")
    let line = try request.line()
    #expect(
      line
        == #"{"command":"prepare","file":"a/b.safetensors","step_size":0.25,"steps":4,"work":"training"}"#)
    #expect(try WorkerRequest(line: line) == request)
    let causal = try WorkerRequest.prepare(BlockWorkload.standard[5], .forward, file: "f").line()
    #expect(
      causal
        == #"{"causal":true,"command":"prepare","file":"f","step_size":0.1,"steps":6,"work":"forward"}"#)
    #expect(try WorkerRequest(line: causal).isCausal == true && request.isCausal == nil)
    #expect(try WorkerRequest(.resetPeak).line() == #"{"command":"reset_peak"}"#)
    #expect(try WorkerRequest.time(repetitions: 5).line() == #"{"command":"time","repetitions":5}"#)
    #expect(try WorkerRequest.check(output: "o").line() == #"{"command":"check","output":"o"}"#)
  }

  @Test("an answer may leave out what it does not know")
  func answers() throws {
    let reply = try WorkerReply(line: #"{"milliseconds": [1.5, 2], "page_faults": 7}"#)
    #expect(reply.milliseconds == [1.5, 2])
    #expect(reply.pageFaults == 7)
    #expect(reply.allocations == nil)
    #expect(try WorkerReply(line: #"{"resident_kilobytes": null, "peak_kilobytes": 3}"#).peakKilobytes == 3)
    #expect(try WorkerReply(line: reply.line()) == reply)
  }

  @Test(
    "errors of workers and lines that are none of the protocol are thrown in one line",
    arguments: [
      (#"{"error": "no variant x"}"#, "no variant x"), ("Traceback", "expected a line of the protocol"),
      ("", "expected a line"), (#"{"milliseconds": [1, 0]}"#, "0.0 milliseconds"),
      (#"{"milliseconds": "fast"}"#, "expected a line"),
    ])
  func faults(line: String, text: String) {
    let fault = #expect(throws: WorkerFault.self) { try WorkerReply(line: line) }
    #expect(fault?.description.contains(text) == true, "\(fault?.description ?? "")")
  }
}
