import EnergyTransformer
import Foundation
import Kit

/// The trained models in some folders, and files that were named for themselves. A request names one by its place in the list, and no other file is opened.
actor ModelCatalogue {
  /// A file that masked-images wrote, and the model in it or what is wrong with it.
  struct Entry: Sendable {
    let id: String
    let model: Result<ServedModel, RequestError>
  }

  private let folders: [String]
  private var read: [String: (state: String, entry: Entry)] = [:]

  init(folders: [String]) { self.folders = folders }

  private static let fileNames: Set<String> = [WeightsFile.name, "checkpoint.safetensors"]
  /// The model of the package itself.
  private let first = TrainedImageModel.ownPath()
  /// Folders in folders that are looked into.
  private static let depth = 4

  /// All models, the package's own first, wherever the server was started; a file that is new or has changed is read.
  func entries() -> [Entry] {
    let named = Set(folders.flatMap(files) + [first])
    let entries = named.sorted().compactMap(entry)
    return entries.filter { $0.id == first } + entries.filter { $0.id != first }
  }

  /// The model of a name in the list.
  ///
  /// - Throws: `RequestError` where there is none, or none that can be used.
  func model(_ id: String) throws -> ServedModel {
    guard let entry = entries().first(where: { $0.id == id }) else {
      throw RequestError.missing("There is no model of this name; the list of models has changed.")
    }
    return try entry.model.get()
  }

  private func files(in folder: String) -> [String] {
    guard let found = FileManager.default.enumerator(atPath: folder) else {
      return FileManager.default.fileExists(atPath: folder) ? [folder] : []
    }
    var paths: [String] = []
    for case let name as String in found {
      if found.level > Self.depth { found.skipDescendants() }
      if Self.fileNames.contains((name as NSString).lastPathComponent) { paths.append("\(folder)/\(name)") }
    }
    return paths
  }

  private func entry(_ path: String) -> Entry? {
    guard let facts = try? FileManager.default.attributesOfItem(atPath: path) else { return nil }
    let state = "\(facts[.size] ?? 0) \(facts[.modificationDate] ?? 0)"
    if let known = read[path], known.state == state { return known.entry }
    // A file that was named for itself is listed with what is wrong with it.
    guard folders.contains(path) || Self.isMaskedImageModel(path) else { return nil }
    let entry = Entry(
      id: path, model: Result { try ServedModel(contentsOf: path) }.mapError { RequestError($0) })
    read[path] = (state, entry)
    return entry
  }

  /// Whether a file holds a model that completes masked images: others stand beside them under the same names.
  private static func isMaskedImageModel(_ path: String) -> Bool {
    guard let file = try? SafetensorsFile.read(path: path) else { return false }
    return file.arrays.keys.contains { $0 == "maskToken" || $0 == "parameters.maskToken" }
      && (file.metadata["step-size"] ?? file.metadata["options.step-size"]) != nil
  }
}
