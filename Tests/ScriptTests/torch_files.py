"""Writes files as torch.save does, without torch, for tests: the same entries, names and pickled calls."""
import collections
import io
import pickle
import sys
import types
import zipfile

import numpy as np

STORAGES = {
    "<f8": "DoubleStorage", "<f4": "FloatStorage", "<f2": "HalfStorage", "<i8": "LongStorage", "<i4": "IntStorage",
    "|i1": "CharStorage", "|u1": "ByteStorage", "|b1": "BoolStorage", "<c8": "ComplexFloatStorage",
}


def module(name, **functions):
    """A module for pickles to name; its functions are never called."""
    parts = name.split(".")
    for length in range(1, len(parts)):
        sys.modules.setdefault(".".join(parts[:length]), types.ModuleType(".".join(parts[:length])))
    made = sys.modules.setdefault(name, types.ModuleType(name))
    for key, value in functions.items():
        value.__module__, value.__name__, value.__qualname__ = name, key, key
        setattr(made, key, value)
    return made


def named(kind):
    return type(kind, (), {})


utilities = module(
    "torch._utils", _rebuild_tensor_v2=lambda: None, _rebuild_tensor_v3=lambda: None, _rebuild_parameter=lambda: None,
    _rebuild_sparse_tensor=lambda: None, _rebuild_qtensor=lambda: None)
torch = module("torch", UntypedStorage=named("UntypedStorage"), uint16=named("uint16"), **{
    kind: named(kind) for kind in [*STORAGES.values(), "BFloat16Storage", "QInt8Storage"]})
torch._utils = utilities


class Storage:
    def __init__(self, numbers, kind):
        self.numbers, self.kind = numbers, kind


class Tensor:
    """A view of the numbers of an array."""

    def __init__(self, numbers, shape=None, strides=None, offset=0, marks=None, kind=None, rebuild="_rebuild_tensor_v2"):
        numbers = np.ascontiguousarray(numbers)
        self.storage = Storage(numbers.ravel(), kind or STORAGES[numbers.dtype.str])
        self.shape = tuple(numbers.shape if shape is None else shape)
        steps = tuple(step // numbers.itemsize for step in numbers.strides)
        self.strides, self.offset, self.marks, self.rebuild = strides or steps, offset, marks, rebuild

    def __reduce__(self):
        if self.rebuild in ("_rebuild_sparse_tensor", "_rebuild_qtensor"):
            return getattr(utilities, self.rebuild), (0, (self.shape,))
        arguments = (self.storage, self.offset, self.shape, self.strides, False, collections.OrderedDict())
        if self.rebuild == "_rebuild_tensor_v3":
            arguments += (torch.uint16,)
        return getattr(utilities, self.rebuild), arguments + (() if self.marks is None else (self.marks,))


class Parameter:
    def __init__(self, tensor):
        self.tensor = tensor

    def __reduce__(self):
        return utilities._rebuild_parameter, (self.tensor, True, collections.OrderedDict())


class Pickler(pickle.Pickler):
    def __init__(self, file):
        super().__init__(file, protocol=2)
        self.storages = {}

    def persistent_id(self, value):
        if not isinstance(value, Storage):
            return None
        key = self.storages.setdefault(id(value), (str(len(self.storages)), value))[0]
        return "storage", getattr(torch, value.kind), key, "cpu", value.numbers.size


def save(content, path, byte_order=b"little"):
    text = io.BytesIO()
    pickler = Pickler(text)
    pickler.dump(content)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("file/data.pkl", text.getvalue())
        archive.writestr("file/byteorder", byte_order)
        for key, storage in pickler.storages.values():
            archive.writestr(f"file/data/{key}", storage.numbers.tobytes())
