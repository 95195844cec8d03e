import Foundations
public import Tensors

/// Windows of a text: sequences of n + 1 symbols, the first n of which are what a model is given, and the last n what it is to
/// predict.
public struct TextWindows: Sendable {
  /// The symbols of the text.
  public let symbols: ArraySlice<Int>

  /// The windows of a part of a text, which is not copied.
  public init(_ symbols: ArraySlice<Int>) { self.symbols = symbols }

  /// The windows of some symbols.
  public init(_ symbols: some Sequence<Int>) { self.init(ArraySlice(Array(symbols))) }

  /// Windows that begin at places drawn uniformly.
  ///
  /// - Precondition: The text has more than `length` symbols.
  public func random(count: Int, length: Int, using random: inout RandomStream) -> [[Int]] {
    require(
      length > 0 && symbols.count > length, "windows of \(length) + 1 symbols in a text of \(symbols.count)")
    return (0..<count).map { _ in
      let first = symbols.startIndex + random.integer(below: symbols.count - length)
      return Array(symbols[first...first + length])
    }
  }

  /// A window of which some predictions count.
  public struct Evaluated: Sendable, Equatable {
    /// n + 1 symbols.
    public let symbols: [Int]
    /// The positions, counted from 0, whose prediction of the next symbol counts.
    public let counted: Range<Int>

    /// A window of n + 1 symbols and positions below n.
    public init(symbols: [Int], counted: Range<Int>) {
      require(
        counted.lowerBound >= 0 && counted.upperBound < symbols.count,
        "positions \(counted) of a window of \(symbols.count) symbols")
      (self.symbols, self.counted) = (symbols, counted)
    }
  }

  /// Windows, `stride` apart, in which each symbol of the text but the first is predicted exactly once: as late in a window as
  /// there is, so that all but the first window's have at least `length` - `stride` symbols of context.
  public func evaluation(length: Int, stride: Int) -> [Evaluated] {
    require((1...max(1, length)).contains(stride), "windows of \(length) symbols that are \(stride) apart")
    let last = symbols.count - 1
    guard last > 0 else { return [] }
    var windows: [Evaluated] = []
    var (start, predicted) = (0, 0)
    while predicted < last {
      let end = min(start + length, last)
      windows.append(
        Evaluated(
          symbols: Array(symbols.dropFirst(start).prefix(end - start + 1)),
          counted: predicted - start..<end - start))
      predicted = end
      start = max(start, min(start + stride, last - length))
    }
    return windows
  }

  /// So many windows without overlap, evenly spread over the text; fewer where it has not as many.
  public func spread(count: Int, length: Int) -> [Evaluated] {
    let all = evaluation(length: length, stride: length)
    guard count < all.count else { return all }
    return (0..<count).map { all[$0 * all.count / count] }
  }
}
