extension Range where Bound == Int {
  /// `count` of the numbers, evenly spaced from the first one on; all of them where there are no more.
  public func evenlySpaced(_ count: Int) -> [Int] {
    let taken = Swift.min(count, self.count)
    return (0..<taken).map { lowerBound + $0 * self.count / taken }
  }
}
