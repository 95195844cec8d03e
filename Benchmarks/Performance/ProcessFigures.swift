import Foundation
import Reporting

/// What the system says about this process, and its clock.
enum ProcessFigures {
  /// Seconds of a clock that only runs forwards.
  static func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }

  /// Resident memory now and at its highest since the start or the last reset; nil where the system does not say.
  static func memory() -> (residentKilobytes: Int?, peakKilobytes: Int?) {
    guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else {
      return (nil, nil)
    }
    func kilobytes(_ name: String) -> Int? {
      text.split(separator: "\n").first { $0.hasPrefix("\(name):") }
        .flatMap { Int($0.filter(\.isNumber)) }
    }
    return (kilobytes("VmRSS"), kilobytes("VmHWM"))
  }

  /// Lets the highest resident memory start again from the present one.
  static func resetPeak() throws {
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: "/proc/self/clear_refs"))
    try file.write(contentsOf: Data("5".utf8))
    try file.close()
  }

  /// How often this process touched a page that it had not yet been given.
  static func pageFaults() -> Int {
    var usage = rusage()
    // 0 is RUSAGE_SELF, which C headers import as a type of its own.
    getrusage(0, &usage)
    return Int(usage.ru_minflt)
  }

  /// The processes that wanted a core, averaged over the last minute; nil where the system does not say.
  static func loadAverage() -> Double? {
    var loads = [0.0]
    return getloadavg(&loads, 1) == 1 ? loads[0] : nil
  }

  /// Writes a line to the standard output at once.
  static func writeLine(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }

  /// Writes a line on how the work goes at once; nothing where the process is quiet.
  static func remark(_ line: String) {
    if !ProgressLine.isQuiet { writeLine(line) }
  }
}
