import ArgumentParser

/// Completes a picture of one's own.
struct Complete: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Complete a picture of your own: mask patches, descend, write the picture and the energy curve."
  )
}
