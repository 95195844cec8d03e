import Tensors
import TestSupport
import Testing
import Transformers

struct PatchGridTests {
  private let layouts = [PatchGrid.Layout.channelsLast, .channelsFirst]

  @Test("patches put together again are the image, and images cut again the patches")
  func roundTrip() {
    for layout in layouts {
      let grid = PatchGrid(height: 6, width: 15, channels: 2, patchSize: 3, layout: layout)
      #expect(grid.patchCount == 10 && grid.patchLength == 18)
      let images = normalTensor([2, 6, 15, 2], seed: 3, as: Float.self)
      let patches = grid.patches(of: images)
      #expect(patches.shape == [2, 10, 18])
      #expect(grid.images(of: patches).elements == images.elements)
      #expect(grid.patches(of: grid.images(of: patches)).elements == patches.elements)
    }
  }

  @Test("every number of a patch is the pixel that the layout says")
  func pixels() {
    let (size, height, width, channels) = (3, 6, 15, 2)
    let images: Tensor<Double> = normalTensor([2, height, width, channels], seed: 4)
    for layout in layouts {
      let patches = PatchGrid(
        height: height, width: width, channels: channels, patchSize: size, layout: layout
      )
      .patches(of: images)
      for (image, patch) in [(0, 0), (1, 3), (0, 7), (1, 9)] {
        let (top, left) = (patch / (width / size) * size, patch % (width / size) * size)
        for row in 0..<size {
          for column in 0..<size {
            for channel in 0..<channels {
              let position =
                layout == .channelsLast
                ? (row * size + column) * channels + channel : (channel * size + row) * size + column
              #expect(patches[image, patch, position] == images[image, top + row, left + column, channel])
            }
          }
        }
      }
    }
  }

  @Test("a projection by the identity leaves patches as they are")
  func identityKernel() {
    for layout in layouts {
      let grid = PatchGrid(height: 6, width: 15, channels: 2, patchSize: 3, layout: layout)
      let images: Tensor<Double> = normalTensor([2, 6, 15, 2], seed: 5)
      var identity = [Double](repeating: 0, count: 18 * 18)
      for index in 0..<18 { identity[index * 19] = 1 }
      let encoded = grid.patches(of: images).projected(by: Tensor(shape: [18, 18], elements: identity))
      #expect(grid.images(of: encoded).elements == images.elements)
    }
  }

  @Test("sizes that do not fit are refused")
  func refused() async {
    await #expect(processExitsWith: .failure) {
      _ = PatchGrid(height: 6, width: 14, channels: 1, patchSize: 3)
    }
    await #expect(processExitsWith: .failure) {
      _ = PatchGrid(height: 6, width: 6, channels: 1, patchSize: 3).patches(
        of: Tensor<Float>.zeros([1, 6, 7, 1]))
    }
    await #expect(processExitsWith: .failure) {
      _ = PatchGrid(height: 6, width: 6, channels: 1, patchSize: 3).images(
        of: Tensor<Float>.zeros([1, 3, 9]))
    }
  }
}
