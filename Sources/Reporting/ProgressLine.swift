import Foundation
import Synchronization

/// Live progress of long work on standard error.
///
/// On a terminal one line is rewritten a few times a second; in a log file a plain line is printed at
/// most every `interval` seconds. The first update is always shown. Nothing is shown while ``isQuiet``.
public final class ProgressLine {
  /// The state of the work.
  public struct State: Equatable, Sendable {
    /// The epoch at work, from 1.
    public var epoch: Int
    /// The number of epochs; 1 hides the epoch.
    public var epochCount: Int
    /// Updates done since the start of the work, over all epochs.
    public var update: Int
    /// Updates the whole work takes.
    public var updateCount: Int
    /// The latest loss; nil where there is none yet.
    public var loss: Double?
    /// Images, or whatever else the line counts, seen since the start of the work.
    public var imageCount: Int

    /// A state by its parts.
    public init(
      epoch: Int = 1, epochCount: Int = 1, update: Int, updateCount: Int, loss: Double? = nil, imageCount: Int
    ) {
      self.epoch = epoch
      self.epochCount = epochCount
      self.update = update
      self.updateCount = updateCount
      self.loss = loss
      self.imageCount = imageCount
    }
  }

  /// The unit that is counted, for the rate.
  public var unit = "images"

  private let isTerminal: Bool
  private let width: Int
  private let interval: Double
  private let clock: () -> Double
  private let sink: (String) -> Void
  private var start: (time: Double, state: State)?
  private var lastShown: Double?
  private var pending: State?

  /// Progress on standard error, with a plain line every `interval` seconds where it is no terminal.
  public convenience init(interval: Double = 10) {
    self.init(
      isTerminal: isatty(STDERR_FILENO) == 1, width: Self.terminalWidth(), interval: interval,
      clock: { ProcessInfo.processInfo.systemUptime },
      sink: { if !Self.isQuiet { _ = writeFully(Array($0.utf8), to: STDERR_FILENO) } })
  }

  /// Whether nothing of this process's progress is shown on standard error, as `--quiet` asks for.
  public static var isQuiet: Bool {
    get { quiet.load(ordering: .relaxed) }
    set { quiet.store(newValue, ordering: .relaxed) }
  }
  private static let quiet = Atomic(false)

  /// Progress with a clock in seconds and a sink of one's own.
  public init(
    isTerminal: Bool, width: Int = 80, interval: Double, clock: @escaping () -> Double,
    sink: @escaping (String) -> Void
  ) {
    self.isTerminal = isTerminal
    self.width = width
    self.interval = isTerminal ? 0.1 : interval
    self.clock = clock
    self.sink = sink
  }

  /// Shows a new state, unless the last one was shown too short a time ago.
  ///
  /// Speed and time left count from the first state reported, so a resumed run does not look too fast.
  public func show(_ state: State) {
    let now = clock()
    if start == nil { start = (now, state) }
    pending = state
    if let lastShown, now - lastShown < interval { return }
    draw(state, now: now)
  }

  /// Shows the last state if it was held back, ends the line, and adds a closing line if one is given.
  public func finish(_ message: String? = nil) {
    if let pending { draw(pending, now: clock()) }
    if isTerminal, lastShown != nil { sink("\n") }
    if let message { sink(message + "\n") }
    start = nil
    lastShown = nil
  }

  /// Prints a line of its own without damaging the progress line.
  public func print(_ line: String) {
    sink(isTerminal && lastShown != nil ? "\r\u{1B}[K\(line)\n" : "\(line)\n")
    if isTerminal, let pending { draw(pending, now: clock()) }
  }

  private func draw(_ state: State, now: Double) {
    let text = text(of: state, now: now)
    // A line longer than the terminal wraps, and a wrapped line cannot be rewritten.
    sink(isTerminal ? "\r\(text.prefix(max(1, width - 1)))\u{1B}[K" : text + "\n")
    lastShown = now
    if !isTerminal { pending = nil }
  }

  private func text(of state: State, now: Double) -> String {
    var parts: [String] = []
    if state.epochCount > 1 { parts.append("epoch \(state.epoch)/\(state.epochCount)") }
    parts.append("update \(state.update)/\(state.updateCount)")
    if let loss = state.loss {
      parts.append("loss " + (loss.isFinite ? NumberText.significant(loss, digits: 4) : "not finite"))
    }
    if let start, now > start.time, state.update > start.state.update {
      let seconds = now - start.time
      let images = Double(state.imageCount - start.state.imageCount)
      if images > 0 { parts.append(NumberText.significant(images / seconds, digits: 3) + " \(unit)/s") }
      let remaining = Double(max(0, state.updateCount - state.update))
      let rate = Double(state.update - start.state.update) / seconds
      parts.append(remaining == 0 ? Self.duration(seconds) : Self.duration(remaining / rate) + " left")
    }
    return parts.joined(separator: "  ")
  }

  /// Seconds in words: "42 s", "3 min 05 s", "2 h 07 min".
  package static func duration(_ seconds: Double) -> String {
    guard seconds < 1e9 else { return "very long" }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    let (large, small) = whole < 3600 ? (whole / 60, whole % 60) : (whole / 3600, whole % 3600 / 60)
    let padded = small < 10 ? "0\(small)" : "\(small)"
    return whole < 3600 ? "\(large) min \(padded) s" : "\(large) h \(padded) min"
  }

  private static func terminalWidth() -> Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
