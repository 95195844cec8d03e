package import ArgumentParser

/// Where the images come from and how they are masked.
package struct DataOptions: ParsableArguments {
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
  package var validation = 0

  @Option(help: "Use only this many test images, evenly spaced; 0 for all.")
  package var testImages = 0

  @Flag(help: "Random crops and horizontal flips of training images.")
  package var augment = false

  package init() {}

  package func validate() throws {
    if patch < 1 { throw ValidationError("--patch must be at least 1, not \(patch)") }
    if !(mask > 0 && mask < 1) { throw ValidationError("--mask must lie between 0 and 1, not \(mask)") }
    if !(kept >= 0 && kept < 1) { throw ValidationError("--kept must lie in 0 ..< 1, not \(kept)") }
    if validation < 0 { throw ValidationError("--validation must be at least 0, not \(validation)") }
    if testImages < 0 { throw ValidationError("--test-images must be at least 0, not \(testImages)") }
    if validation > 0 && testImages > 0 {
      throw ValidationError("--test-images has no meaning with --validation")
    }
  }
}
