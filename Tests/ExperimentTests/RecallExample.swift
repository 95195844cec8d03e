import EnergyTransformer
import Foundation

func recallPhoto(in folder: URL, to picture: URL) throws -> String {
  let photos = try PhotoFolder.read(folder, width: 64, height: 64)
  let patterns = ImagePatterns(photos)  // centred on the mean image, length 1
  let memory = ModernHopfieldNetwork(patterns: patterns.rows, beta: 40)
  let cue = patterns.hiding(.lower, of: patterns.rows.sliced(axis: 0, 0..<1))
  let found = memory.retrieve(cue)
  try Data(patterns.image(of: found.states).pngData()).write(to: picture)
  return "\(photos.classNames[found.weights[0][0].pattern]) \(found.stopReasons[0])"
}
