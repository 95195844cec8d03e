package import ArgumentParser
import EnergyTransformer
import Foundation
package import Reporting

/// A group of options, or a command, that records some of them otherwise than by their values.
package protocol RecordedOptions {
  /// What is recorded by the names of options in place of their values; nil for an option that is not recorded, since no
  /// result depends on it.
  var recordedOtherwise: [String: String?] { get }
}

extension ParsableArguments {
  /// Every option and flag by its name on the command line, those of its groups too, with its value as text: lists with
  /// spaces between, `none` for what was left out, and for `threads` how many there are. ``unrecordedOptions`` are not
  /// recorded.
  package var recordedOptions: [String: String] {
    var texts: [String: String] = [:]
    for child in Mirror(reflecting: self).children {
      guard let label = child.label, label.hasPrefix("_") else { continue }
      if let group = child.value as? any WrappedGroup {
        texts.merge(group.group.recordedOptions) { $1 }
      } else if let option = child.value as? any WrappedValue {
        texts[optionName(String(label.dropFirst()))] = recordedText(option.value)
      }
    }
    for name in unrecordedOptions { texts[name] = nil }
    if texts["threads"] != nil { texts["threads"] = "\(Parallelism.threadCount)" }
    for (name, text) in (self as? any RecordedOptions)?.recordedOtherwise ?? [:] { texts[name] = text }
    return texts
  }
}

/// Options that say where a command writes, what it prints and shows, and how it goes on: no result depends on them.
private let unrecordedOptions = [
  "output", "overwrite", "quiet", "resume", "live", "live-seconds", "tensorboard",
]

extension RunRecord {
  /// A record of the run that a command now starts, with all its options and the libraries behind its numbers.
  package init<Command: ParsableCommand>(
    of command: Command, title: String, seed: UInt64, data: [DataFingerprint] = []
  ) {
    self.init(
      experiment: Command.configuration.commandName ?? "", title: title, options: command.recordedOptions,
      seed: seed, data: data)
    addSystemLibraries()
  }
}

extension String {
  /// The last part of a path, as options are recorded: where a file lies is nobody's concern.
  package init?(lastPartOf path: String?) {
    guard let path else { return nil }
    self = URL(fileURLWithPath: path).lastPathComponent
  }
}

extension [String: String] {
  /// The same options without those of these names.
  package func leavingOut(_ names: String...) -> [String: String] { filter { !names.contains($0.key) } }
}

/// What a property wrapper of a command holds.
private protocol WrappedValue { var value: Any { get } }
private protocol WrappedGroup { var group: any ParsableArguments { get } }

extension Option: WrappedValue { fileprivate var value: Any { wrappedValue } }
extension Flag: WrappedValue { fileprivate var value: Any { wrappedValue } }
extension OptionGroup: WrappedGroup { fileprivate var group: any ParsableArguments { wrappedValue } }

/// The name that ArgumentParser gives an option: `keySize` is `key-size`.
private func optionName(_ property: String) -> String {
  property.reduce(into: "") { $0 += $1.isUppercase ? "-\($1.lowercased())" : "\($1)" }
}

private func recordedText(_ value: Any) -> String {
  let mirror = Mirror(reflecting: value)
  if mirror.displayStyle == .optional {
    return mirror.children.first.map { recordedText($0.value) } ?? "none"
  }
  if let list = value as? [Any] { return list.map(recordedText).joined(separator: " ") }
  return (value as? any RawRepresentable<String>)?.rawValue ?? "\(value)"
}
