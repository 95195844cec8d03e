"""Images of IDX files as patches, normalised as the library does it."""

import pathlib

import numpy

PATCH = 4
SIDE = 28
ROWS = SIDE // PATCH
PATCHES = ROWS * ROWS
# Half of the patches, rounded to even.
HIDDEN = round(PATCHES * 0.5)


def images(path):
    """Bytes of an IDX file of images, [count, height, width]."""
    content = pathlib.Path(path).read_bytes()
    if content[:4] != bytes([0, 0, 8, 3]):
        raise ValueError(f"{path}: no IDX file of images")
    shape = [int.from_bytes(content[4 + 4 * axis : 8 + 4 * axis], "big") for axis in range(3)]
    return numpy.frombuffer(content, numpy.uint8, offset=16).reshape(shape)


def patches(values):
    """[count, 28, 28] as [count, patches, patch length]."""
    split = values.reshape(len(values), ROWS, PATCH, ROWS, PATCH)
    return split.transpose(0, 1, 3, 2, 4).reshape(len(values), PATCHES, PATCH * PATCH)


class Digits:
    """Training and test patches in units of the training images' deviation."""

    def __init__(self, folder, test_masks=None):
        folder = pathlib.Path(folder)
        train = images(folder / "train-images-idx3-ubyte")
        test = images(folder / "t10k-images-idx3-ubyte")
        self.mean, self.deviation = float(train.mean() / 255), float(train.std() / 255)
        self.train, self.test = self.normalised(train), self.normalised(test)
        if test_masks is None:
            test_masks = draw_masks(numpy.random.default_rng(0), len(test))
        self.test_masks = test_masks

    def normalised(self, pixels):
        return patches(((pixels / 255 - self.mean) / self.deviation).astype(numpy.float32))


def draw_masks(random, count):
    """1 where a patch is hidden, half of the patches of each image, [count, patches]."""
    order = random.random((count, PATCHES)).argsort(axis=1)
    return (order < HIDDEN).astype(numpy.float32)
