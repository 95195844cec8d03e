import EnergyTransformer
import Foundation

/// An IDX folder of small images: a bright bar at a random place on a dark ground.
enum SmallImages {
  static func write(to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var random = RandomStream(seed: 5)
    for (name, count) in [("train", 96), ("t10k", 12)] {
      var pixels: [UInt8] = []
      var labels: [UInt8] = []
      for _ in 0..<count {
        let column = random.integer(below: 6)
        labels.append(UInt8(column))
        for place in 0..<64 {
          let isBar = (column..<column + 3).contains(place % 8)
          pixels.append(isBar ? UInt8(200 + random.integer(below: 56)) : UInt8(random.integer(below: 40)))
        }
      }
      func number(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(value >> $0 & 255) } }
      let images = [0, 0, 8, 3] + number(count) + number(8) + number(8) + pixels
      try Data(images).write(to: URL(fileURLWithPath: "\(folder)/\(name)-images-idx3-ubyte"))
      try Data([0, 0, 8, 1] + number(count) + labels)
        .write(to: URL(fileURLWithPath: "\(folder)/\(name)-labels-idx1-ubyte"))
    }
  }
}
