"""Graphs in files of torch.save, read without torch; no code in the file is run."""
import codecs
import collections
import io
import pickle
import zipfile

import numpy as np

from .fault import Fault

NUMBER_TYPES = {
    "DoubleStorage": "<f8", "FloatStorage": "<f4", "HalfStorage": "<f2", "LongStorage": "<i8", "IntStorage": "<i4",
    "ShortStorage": "<i2", "CharStorage": "i1", "ByteStorage": "u1", "BoolStorage": "?", "BFloat16Storage": "bfloat16",
    "ComplexFloatStorage": "<c8", "ComplexDoubleStorage": "<c16",
    "float64": "<f8", "float32": "<f4", "float16": "<f2", "int64": "<i8", "int32": "<i4", "int16": "<i2", "int8": "i1",
    "uint8": "u1", "uint16": "<u2", "uint32": "<u4", "uint64": "<u8", "bool": "?", "bfloat16": "bfloat16",
    "complex64": "<c8", "complex128": "<c16",
}


# What pickles of arrays are made of.
RECONSTRUCT = np.zeros(0).__reduce__()[0]
NUMPY_PARTS = {
    "numpy": {"ndarray": np.ndarray, "dtype": np.dtype}, "_codecs": {"encode": codecs.encode},
    "numpy.core.multiarray": {"_reconstruct": RECONSTRUCT}, "numpy._core.multiarray": {"_reconstruct": RECONSTRUCT},
}


class Stub:
    """Stands for any class of a pickle that is not known here: keeps what it is given, and does nothing."""

    def __new__(kind, *arguments, **named):
        self = super().__new__(kind)
        self.parts = [arguments, named]
        return self

    def __init__(self, *arguments, **named):
        pass

    def __setstate__(self, state):
        self.parts.append(state)

    def __setitem__(self, key, value):
        self.parts.append({key: value})

    def append(self, value):
        self.parts.append(value)

    def extend(self, values):
        self.parts.append(list(values))

    def __call__(self, *arguments, **named):
        return Stub(self, *arguments, **named)

    def __hash__(self):
        return id(self)


class Attributed(dict):
    """A dictionary that lets attributes pass, as that of the weights of a network has."""

    def __setstate__(self, state):
        pass


class Unreadable:
    """A tensor that cannot be read here, and why; a fault only where it is needed."""

    def __init__(self, reason):
        self.reason = reason

    def __setstate__(self, state):
        pass


class Numbers:
    """The bytes of a storage with the type of its numbers; None where the tensors have to say it."""

    def __init__(self, data, kind):
        self.data, self.kind = data, kind

    def elements(self, kind):
        if kind != "bfloat16":
            return np.frombuffer(self.data, kind)
        return (np.frombuffer(self.data, "<u2").astype("<u4") << 16).view("<f4")


class TensorUnpickler(pickle.Unpickler):
    """Reads tensors out of a torch file as arrays. Classes become stubs, so that nothing in the file is run."""

    def __init__(self, archive, prefix):
        super().__init__(io.BytesIO(archive.read(f"{prefix}/data.pkl")))
        self.archive, self.prefix = archive, prefix

    def find_class(self, module, name):
        if module == "collections" and name == "OrderedDict":
            return Attributed
        if module in NUMPY_PARTS and name in NUMPY_PARTS[module]:
            return NUMPY_PARTS[module][name]
        if module in ("torch._utils", "torch._tensor") and name in REBUILDING:
            return REBUILDING[name]
        if module in ("torch._utils", "torch._tensor") and "rebuild" in name:
            return lambda *rest: Unreadable(f"a tensor of another layout ({name.strip('_')})")
        return type(name, (Stub,), {"is_torch": module.split(".")[0] == "torch"})

    def persistent_load(self, identity):
        if not isinstance(identity, tuple) or len(identity) < 5 or identity[0] != "storage":
            raise Fault("holds a tensor whose numbers are kept in an unknown way")
        _, storage, key, _, count = identity[:5]
        name = getattr(storage, "__name__", str(storage))
        if name != "UntypedStorage" and name not in NUMBER_TYPES:
            return Unreadable(f"a tensor of an unknown type, {name}")
        data = self.archive.read(f"{self.prefix}/data/{key}")
        kind = NUMBER_TYPES.get(name)
        size = 1 if kind is None else 2 if kind == "bfloat16" else np.dtype(kind).itemsize
        if len(data) < count * size:
            raise Fault(f"storage {key}: {len(data)} bytes, expected {count * size}")
        return Numbers(data, kind)


def strided(storage, offset, shape, strides, marks, kind=None):
    """The array of a tensor: a view of its storage, its sign turned and conjugated where it is marked so."""
    if isinstance(storage, Unreadable):
        return storage
    if isinstance(marks, dict) and set(marks) - {"conj", "neg"}:
        return Unreadable(f"a tensor with unknown marks, {', '.join(map(str, marks))}")
    kind = kind or storage.kind
    if kind is None:
        return Unreadable("a tensor without a type of numbers")
    numbers = storage.elements(kind)
    last = offset + sum((size - 1) * step for size, step in zip(shape, strides))
    if offset < 0 or len(shape) != len(strides) or any(size < 0 for size in shape) or any(step < 0 for step in strides):
        raise Fault(f"a tensor of shape {tuple(shape)} has strides {tuple(strides)} from {offset}")
    if 0 in shape:
        return np.zeros(tuple(shape), numbers.dtype)
    if last >= numbers.size:
        raise Fault(f"a tensor of shape {tuple(shape)} lies outside its storage")
    view = np.lib.stride_tricks.as_strided(
        numbers[offset:], tuple(shape), tuple(step * numbers.itemsize for step in strides)).copy()
    if isinstance(marks, dict) and marks.get("conj"):
        view = view.conj()
    return -view if isinstance(marks, dict) and marks.get("neg") else view


def of_subclass(rebuild, kind, arguments, state=None):
    """A tensor of a subclass, or with attributes; what such a class adds is not known."""
    known = rebuild in REBUILDING.values() and getattr(kind, "is_torch", False)
    return rebuild(*arguments) if known else Unreadable(f"a tensor of class {getattr(kind, '__name__', kind)}")


def with_type(storage, offset, shape, strides, gradient, hooks, dtype, marks=None):
    name = getattr(dtype, "__name__", str(dtype))
    if name not in NUMBER_TYPES:
        return Unreadable(f"a tensor of an unknown type, {name}")
    return strided(storage, offset, shape, strides, marks, NUMBER_TYPES[name])


REBUILDING = {
    "_rebuild_tensor": lambda storage, offset, shape, strides: strided(storage, offset, shape, strides, None),
    "_rebuild_tensor_v2": lambda storage, offset, shape, strides, gradient=False, hooks=None, marks=None: strided(
        storage, offset, shape, strides, marks),
    "_rebuild_tensor_v3": with_type,
    "_rebuild_parameter": lambda tensor, *rest: tensor,
    "_rebuild_parameter_with_state": lambda tensor, *rest: tensor,
    "_rebuild_from_type_v2": of_subclass,
    "_rebuild_sparse_tensor": lambda *rest: Unreadable("a sparse tensor, expected a dense one: save x.to_dense()"),
    "_rebuild_sparse_csr_tensor": lambda *rest: Unreadable("a sparse tensor, expected a dense one: save x.to_dense()"),
    "_rebuild_qtensor": lambda *rest: Unreadable("a quantized tensor, expected a plain one: save x.dequantize()"),
    "_rebuild_nested_tensor": lambda *rest: Unreadable("a nested tensor, expected a dense one"),
}


def mappings(content):
    """All dictionaries in the content with names as keys, attributes of objects among them; each once."""
    found, seen, waiting = [], set(), collections.deque([content])
    while waiting:
        value = waiting.popleft()
        if not isinstance(value, (Stub, list, tuple, dict)) or id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, Stub):
            waiting.extend(value.parts)
        elif isinstance(value, dict):
            found.append({key.lstrip("_"): entry for key, entry in value.items() if isinstance(key, str)})
            # By how much the batches of PyTorch Geometric raise the numbers of nodes: no graphs.
            waiting.extend(entry for key, entry in value.items() if key != "_inc_dict")
        else:
            waiting.extend(value)
    return found


def is_tensor(value):
    return isinstance(value, (np.ndarray, Unreadable))


def sliced_count(mapping):
    """How many graphs the bounds of collated graphs separate; None for a mapping that is no such bounds."""
    bounds = mapping.get("edge_index")
    if isinstance(bounds, (list, tuple)) and bounds and all(isinstance(bound, int) for bound in bounds):
        return len(bounds) - 1
    if isinstance(bounds, np.ndarray) and bounds.ndim == 1 and bounds.dtype.kind in "iu":
        return len(bounds) - 1
    return None


def graph_in(content, wanted):
    """The tensors of the one graph in the content, by name; the wanted ones are among them."""
    found = mappings(content)
    for count in map(sliced_count, found):
        if count is not None and count != 1:
            raise Fault(f"holds {count} collated graphs, expected one: save each in a file of its own")
    found = [mapping for mapping in found if sliced_count(mapping) is None]
    graphs = [mapping for mapping in found if is_tensor(mapping.get("edge_index"))]
    if len(graphs) > 1:
        raise Fault(
            f"holds {len(graphs)} graphs or relations, each with a tensor 'edge_index', expected one: save each in a"
            " file of its own")
    shown = sorted({name for mapping in graphs or found for name, entry in mapping.items() if is_tensor(entry)})
    if not graphs:
        raise Fault(f"has no tensor 'edge_index', only {', '.join(shown) or 'none'}")
    graph = {name: graphs[0][name] for name in shown}
    for name in wanted:
        if name not in graph:
            raise Fault(f"has no tensor {name!r} beside 'edge_index', only {', '.join(shown)}")
        if isinstance(graph[name], Unreadable):
            raise Fault(f"{name}: is {graph[name].reason}")
    return graph


def read(path, options):
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.endswith("/data.pkl")]
            if len(names) != 1:
                raise Fault("is a zip file without data.pkl, expected what torch.save writes")
            prefix = names[0][: -len("/data.pkl")]
            if f"{prefix}/byteorder" in archive.namelist() and archive.read(f"{prefix}/byteorder") != b"little":
                raise Fault("holds big-endian numbers, expected little-endian ones")
            content = TensorUnpickler(archive, prefix).load()
    except Fault:
        raise
    except zipfile.BadZipFile:
        raise Fault("is no zip file, expected what torch.save of PyTorch 1.6 or later writes")
    except MemoryError:
        raise Fault("needs more memory than there is")
    except Exception as error:
        raise Fault(f"is not a readable torch file: {error or type(error).__name__}")
    wanted = (options.features or "x", "edge_index", options.labels or "y")
    graph = graph_in(content, wanted)
    return *(graph[name] for name in wanted), sorted(set(graph) - set(wanted))
