import ArgumentParser

/// A local page to draw, mask and complete pictures in.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve a local page in which to draw, mask and complete pictures, recall and descend.")
}
