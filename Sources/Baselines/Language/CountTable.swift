/// Numbers by keys: a hash table with open addressing, 12 bytes an entry, less than half of them used.
struct CountTable: Sendable {
  /// The number of keys.
  private(set) var count = 0
  /// A key plus 1; 0 where there is none.
  private var keys = [UInt64](repeating: 0, count: 1 << 10)
  private var values = [UInt32](repeating: 0, count: 1 << 10)
  private var shift = UInt64(64 - 10)

  /// The number of a key, nil where it has none.
  func value(of key: UInt64) -> UInt32? {
    let slot = slot(of: key)
    return keys[slot] == 0 ? nil : values[slot]
  }

  /// The number of a key, which becomes `initial` where it has none.
  mutating func value(of key: UInt64, settingAbsentTo initial: UInt32) -> UInt32 {
    let slot = slotWithKey(key, initial: initial)
    return values[slot]
  }

  /// Adds 1 to the number of a key, from 0 where it has none, and returns it.
  mutating func increment(_ key: UInt64) -> UInt32 {
    let slot = slotWithKey(key, initial: 0)
    values[slot] += 1
    return values[slot]
  }

  private mutating func slotWithKey(_ key: UInt64, initial: UInt32) -> Int {
    let found = slot(of: key)
    if keys[found] != 0 { return found }
    if 2 * (count + 1) > keys.count {
      grow()
      return slotWithKey(key, initial: initial)
    }
    count += 1
    keys[found] = key &+ 1
    values[found] = initial
    return found
  }

  /// Where a key is or would be.
  private func slot(of key: UInt64) -> Int {
    // Fibonacci hashing: the upper bits of a product with 2^64 over the golden ratio.
    var slot = Int((key &* 0x9E37_79B9_7F4A_7C15) >> shift)
    while keys[slot] != 0 && keys[slot] != key &+ 1 { slot = (slot + 1) & (keys.count - 1) }
    return slot
  }

  private mutating func grow() {
    let (oldKeys, oldValues) = (keys, values)
    keys = [UInt64](repeating: 0, count: 2 * oldKeys.count)
    values = [UInt32](repeating: 0, count: 2 * oldKeys.count)
    shift -= 1
    for (stored, value) in zip(oldKeys, oldValues) where stored != 0 {
      let place = slot(of: stored &- 1)
      (keys[place], values[place]) = (stored, value)
    }
  }
}
