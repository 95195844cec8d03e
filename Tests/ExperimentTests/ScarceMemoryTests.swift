import Foundation
import Foundations
import Testing

#if os(Linux)
  /// Programs under a limit on their memory.
  struct ScarceMemoryTests {
    @Test(
      "with too little memory a program ends in one line that says how many bytes were wanted",
      arguments: ["masked-images", "memory-retrieval"])
    func oneLine(program: String) throws {
      let place = try TemporaryPlace()
      let options = [
        "masked-images": ["--epochs", "1", "--steps", "2", "--batch", "64", "--test-images", "5"],
        "memory-retrieval": ["--quick", "--no-peers", "--parts", "scale", "--file", place.path("patterns")],
      ]
      let path = try Program(program).path
      let arguments = try #require(options[program]) + ["--output", place.path("out"), "--threads", "2"]
      // From what the libraries alone take to what is enough for some of the work.
      for kilobytes in [160_000, 190_000, 230_000] {
        // Without a search path no tool is found, which no run minds.
        let script = "ulimit -c 0; ulimit -v \(kilobytes); PATH=/nowhere; exec \"$0\" \"$@\""
        let found = try Program(path: "/bin/sh").run(["-c", script, path] + arguments)
        // 127: the loader itself found no room.
        if found.status == 0 || found.status == 127 { continue }
        #expect(
          found.status == 1 && !found.wasKilled, "\(kilobytes) kB: status \(found.status): \(found.errors)")
        let lines = found.errors.split(separator: "\n").filter { !$0.hasPrefix("update ") }
        #expect(lines.count == 1 && lines[0].hasPrefix("Error: "), "\(kilobytes) kB: \(found.errors)")
        #expect(found.errors.contains("emory"), "\(kilobytes) kB: \(found.errors)")
      }
    }
  }
#endif
