"""What is wrong with a file, and what files are that lie under another's name."""


class Fault(Exception):
    """What is wrong with a file, in one line."""


# Beginnings of files, what they are, and what to do.
KINDS = [
    (b"version https://git-lfs.github.com/spec/", "is a Git LFS pointer: run `git lfs pull` to get the file itself"),
    (b"<!doctype html", "is an HTML page: the download gave a page instead of the file"),
    (b"<html", "is an HTML page: the download gave a page instead of the file"),
    (b"<?xml", "is an XML page: the download gave a page instead of the file"),
    (b"\x1f\x8b", "is gzip data: unpack it with `gzip -d`"),
    (b"BZh", "is bzip2 data: unpack it with `bzip2 -d`"),
    (b"\xfd7zXZ\0", "is xz data: unpack it with `xz -d`"),
    (b"Rar!", "is a RAR file: unpack it"),
    (b"7z\xbc\xaf\x27\x1c", "is a 7z file: unpack it"),
    (b"\x93NUMPY", "is a single numpy array (.npy), expected a graph"),
]


def refuse_other_kinds(path):
    """Raises a Fault where the file is empty or plainly something else than a graph."""
    try:
        with open(path, "rb") as file:
            start = file.read(512)
    except OSError as error:
        raise Fault(f"cannot be read: {error.strerror}")
    if not start:
        raise Fault("is empty: the copy or download broke off")
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for signature, meaning in KINDS:
        if start.startswith(signature) or (signature.isascii() and text.startswith(signature)):
            raise Fault(meaning)
