import Reporting
import Testing

struct ProgressLineTests {
  /// A clock set by hand and everything that was printed.
  private final class Stage {
    var now = 100.0
    var printed: [String] = []

    func line(isTerminal: Bool, width: Int = 80) -> ProgressLine {
      ProgressLine(
        isTerminal: isTerminal, width: width, interval: 10, clock: { self.now },
        sink: { self.printed.append($0) })
    }
  }

  private func state(_ update: Int, loss: Double? = 0.0213) -> ProgressLine.State {
    .init(epoch: 2, epochCount: 5, update: update, updateCount: 1000, loss: loss, imageCount: update * 16)
  }

  @Test("In a log there is a plain line at most every ten seconds, and the last state at the end")
  func log() {
    let stage = Stage()
    let line = stage.line(isTerminal: false)
    for update in 0...25 {
      line.show(state(update))
      stage.now += 1
    }
    line.finish("done")
    #expect(
      stage.printed == [
        "epoch 2/5  update 0/1000  loss 0.02130\n",
        "epoch 2/5  update 10/1000  loss 0.02130  16 images/s  16 min 30 s left\n",
        "epoch 2/5  update 20/1000  loss 0.02130  16 images/s  16 min 20 s left\n",
        "epoch 2/5  update 25/1000  loss 0.02130  15.4 images/s  16 min 54 s left\n",
        "done\n",
      ])
  }

  @Test("On a terminal one line is rewritten, a few times a second, and ended once")
  func terminal() {
    let stage = Stage()
    let line = stage.line(isTerminal: true)
    line.show(state(0, loss: nil))
    stage.now += 0.05
    line.show(state(1))
    #expect(stage.printed.count == 1)
    stage.now += 1.95
    line.show(state(1000, loss: .nan))
    #expect(
      stage.printed == [
        "\repoch 2/5  update 0/1000\u{1B}[K",
        "\repoch 2/5  update 1000/1000  loss not finite  8000 images/s  2 s\u{1B}[K",
      ])
    line.print("saved")
    #expect(stage.printed.dropFirst(2).first == "\r\u{1B}[Ksaved\n")
    line.finish()
    #expect(stage.printed.last == "\n")
    #expect(stage.printed.filter { $0 == "\n" }.count == 1)
  }

  @Test("A line never wraps, and a resumed run counts its speed from where it went on")
  func narrow() {
    let stage = Stage()
    let line = stage.line(isTerminal: true, width: 20)
    line.show(state(900))
    stage.now += 10
    line.show(state(950))
    for text in stage.printed { #expect(text.dropFirst().dropLast(3).count <= 19) }
    let wide = Stage()
    let resumed = wide.line(isTerminal: false)
    resumed.show(state(900))
    wide.now += 10
    resumed.show(state(950))
    #expect(wide.printed.last?.hasSuffix("80 images/s  10 s left\n") == true)
  }

  @Test("Finishing without anything shown prints nothing of its own")
  func empty() {
    let stage = Stage()
    stage.line(isTerminal: true).finish()
    #expect(stage.printed.isEmpty)
  }

  @Test(
    "Times are written for people",
    arguments: [
      (0.2, "0 s"), (59.6, "1 min 00 s"), (185, "3 min 05 s"), (3599.4, "59 min 59 s"), (7620, "2 h 07 min"),
      (1e12, "very long"),
    ])
  func durations(seconds: Double, expected: String) {
    #expect(ProgressLine.duration(seconds) == expected)
  }

  @Test(
    "work side by side is counted on one line; what was not needed counts as done, and lines of its own stand apart"
  )
  func allWork() {
    let stage = Stage()
    let progress = WorkProgress(total: 20, unit: "updates", line: stage.line(isTerminal: false))
    progress.advance(by: 2, loss: 0.5)
    stage.now += 10
    progress.skip(8)
    progress.advance(by: 2)
    progress.print("fold 1 is done")
    stage.now += 10
    // More than was thought: the line stays at the end.
    progress.advance(by: 9)
    progress.finish()
    #expect(stage.printed.contains("fold 1 is done\n"))
    let lines = stage.printed.filter { $0.contains("update ") }
    #expect(lines.count == 3, "\(stage.printed)")
    for (line, start) in zip(lines, ["update 2/20", "update 12/20", "update 20/20"]) {
      #expect(line.hasPrefix(start), "\(line)")
    }
    #expect(lines[1].contains("updates/s"))
  }
}
