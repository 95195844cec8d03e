"""Reads and writes safetensors files: what coordinator and workers exchange arrays by."""

import json

import numpy

KINDS = {"F32": numpy.float32, "F64": numpy.float64, "I64": numpy.int64}
NAMES = {numpy.dtype(kind): name for name, kind in KINDS.items()}


def read(path):
    """All arrays of a file by their names."""
    with open(path, "rb") as file:
        content = file.read()
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    header.pop("__metadata__", None)
    found = {}
    for name, entry in header.items():
        first, last = entry["data_offsets"]
        flat = numpy.frombuffer(content[start + first : start + last], KINDS[entry["dtype"]])
        found[name] = flat.reshape(entry["shape"])
    return found


def write(path, arrays):
    """Writes arrays under their names; the data follows the order of the names."""
    header, pieces, position = {}, [], 0
    for name in sorted(arrays):
        # `require` keeps the shape of a single number, which `ascontiguousarray` would make one of one element.
        array = numpy.require(arrays[name], requirements="C")
        header[name] = {
            "dtype": NAMES[array.dtype],
            "shape": list(array.shape),
            "data_offsets": [position, position + array.nbytes],
        }
        pieces.append(array.tobytes())
        position += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + b"".join(pieces))
