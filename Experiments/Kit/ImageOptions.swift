package import ArgumentParser

/// Where the images come from and how they are masked.
package struct ImageOptions: ParsableArguments, RecordedOptions {
  @Option(
    help: ArgumentHelp(
      "Images: an IDX folder, a CIFAR-10 binary folder, or a folder or tar file with train/ and test/ class folders.",
      discussion: """
        The package's own 5,000 handwritten digits when left out. IDX files may be gzipped, lie in folders of their \
        names or in raw/, and belong to a set of several (FOLDER/emnist-letters); val/ serves as test/; a tar file may \
        be gzipped; pictures are turned upright as their cameras noted.
        """))
  package var data: String?

  @Option(help: "Side of a patch; it divides height and width.")
  package var patch = 4

  @Option(help: "Share of the patches that is masked, 0 < share < 1.")
  package var mask = 0.5

  @Option(help: "Share of the masked patches that keep their pixels in training, yet count; the paper: 0.1.")
  package var kept = 0.0

  @Option(help: "Hold back this many training images and report on them instead of the test images.")
  package var validationImages = 0

  @Option(help: "Use only this many test images, evenly spaced; 0 for all.")
  package var testImages = 0

  @Flag(help: "Random crops and horizontal flips of training images.")
  package var augment = false

  package init() {}

  package func validate() throws {
    try checkNames([("data", data)])
    try checkRanges([("mask", mask, .between(0, 1)), ("kept", kept, .share)])
    let counts = 0...Int.max
    try checkRanges([
      ("patch", patch, 1...Int.max), ("validation-images", validationImages, counts),
      ("test-images", testImages, counts),
    ])
    if validationImages > 0 && testImages > 0 {
      throw ValidationError("--test-images has no meaning with --validation-images")
    }
  }

  /// Fewer images under test, for a quick run.
  package mutating func makeQuick(testing count: Int) {
    if validationImages > 0 {
      validationImages = min(validationImages, count)
    } else {
      testImages = testImages > 0 ? min(testImages, count) : count
    }
  }

  package var recordedOtherwise: [String: String?] {
    ["data": String(lastPartOf: data) ?? "embedded digits"]
  }
}
