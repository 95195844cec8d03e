#!/usr/bin/env python3
"""Turns a published graph with a class for each node into the safetensors graph file that the library reads.

usage: convert-graphs.py INPUT OUTPUT [--name NAME] [--source TEXT] [--relation KEY] [--labels KEY] [--kinds]
                         [--format FORMAT]

    convert-graphs.py YelpChi.mat YelpChi.safetensors
    convert-graphs.py Amazon.mat Amazon-upu.safetensors --relation net_upu
    convert-graphs.py reddit.pt reddit.safetensors --name reddit
    convert-graphs.py graph.npz graph.safetensors

Input, told apart by the end of its name unless --format says otherwise:

  mat  MATLAB file, as CARE-GNN publishes YelpChi and Amazon: `features` [n, f] and `label` [n] (or --labels), dense
       or sparse, and the adjacency `homo` or another one given by --relation (`net_rur`, `net_upu`, ...). Needs scipy.
       Files of version 7.3 are HDF5: save them as version 7 first.
  pt   what `torch.save` wrote in the zip format (PyTorch 1.6 and later): a Data object of PyTorch Geometric or PyGOD
       or a dictionary with `x`, `edge_index` and `y`. Neither torch nor torch_geometric is needed, and no code in the
       file is run: only tensors, dictionaries, lists and attributes are taken from it.
  npz  numpy archive with `features` (or `x`, `feat`, `node_features`), `labels` (or `y`, `label`, `node_labels`), and
       `edge_index` [2, m] or `src` and `dst` [m]. From a DGL graph g:
           src, dst = g.edges()
           numpy.savez("graph.npz", src=src, dst=dst, features=g.ndata["feature"], labels=g.ndata["label"])

Output: `node_features` [n, f] float32, `edge_index` [2, m] int64, `node_labels` [n] int64, and `outlier_kind` [n]
int64 (0 none, 1 contextual, 2 structural, 3 both) with --kinds; text entries `name` and `source`. Edges stay as
they are: reading adds reverses and drops repeats.

Labels: whole numbers from 0; true and false become 1 and 0. With --kinds (PyGOD's inj_* sets, whose labels are 0
to 3) they are kept as `outlier_kind`, and every outlier becomes an anomaly, label 1.

One line a fault, on the error output, and exit status 1. Python 3.9 or later and numpy; scipy for .mat files.
"""
import argparse
import io
import json
import os
import pickle
import struct
import sys
import zipfile

import numpy as np


class Fault(Exception):
    """What is wrong with a file, in one line."""


# Reading


def read_mat(path, options):
    try:
        import scipy.io
        import scipy.sparse
    except ImportError:
        raise Fault("reading .mat files needs scipy: pip install scipy")
    try:
        content = scipy.io.loadmat(path)
    except NotImplementedError:
        raise Fault("is of MATLAB version 7.3 (HDF5), expected version 7 or earlier")
    except (ValueError, TypeError, OSError, EOFError, KeyError, IndexError, struct.error) as error:
        raise Fault(f"is not a readable MATLAB file: {error}")
    shown = ", ".join(sorted(key for key in content if not key.startswith("__"))) or "nothing"

    def value(key):
        if key not in content:
            raise Fault(f"has no {key!r}, only {shown}")
        return content[key]

    def dense(matrix):
        return matrix.toarray() if scipy.sparse.issparse(matrix) else np.asarray(matrix)

    adjacency = scipy.sparse.coo_matrix(value(options.relation or "homo"))
    if adjacency.shape[0] != adjacency.shape[1]:
        raise Fault(f"{options.relation or 'homo'}: shape {adjacency.shape}, expected a square adjacency")
    joined = adjacency.data != 0
    edges = np.stack([adjacency.row[joined], adjacency.col[joined]])
    features, labels = dense(value("features")), dense(value(options.labels or "label"))
    if adjacency.shape[0] != features.shape[0]:
        raise Fault(
            f"features: {features.shape[0]} rows, expected {adjacency.shape[0]}, the nodes of the adjacency")
    return features, edges, labels.reshape(-1)


def read_npz(path, options):
    try:
        with np.load(path, allow_pickle=False) as file:
            content = {key: file[key] for key in file.files}
    except (ValueError, OSError, EOFError, KeyError, AttributeError, zipfile.BadZipFile) as error:
        raise Fault(f"is not a readable npz file: {error}")
    shown = ", ".join(sorted(content)) or "nothing"

    def first(*names):
        for name in names:
            if name in content:
                return content[name]
        raise Fault(f"has no {names[0]!r}, only {shown}")

    features = first("features", "x", "feat", "feature", "node_features")
    labels = first(*([options.labels] if options.labels else ["labels", "y", "label", "node_labels"]))
    if "edge_index" in content:
        return features, content["edge_index"], labels
    source, target = first("src", "row"), first("dst", "col")
    if source.shape != target.shape:
        raise Fault(f"src: shape {source.shape}, expected that of dst, {target.shape}")
    return features, np.stack([source, target]), labels


class Stub:
    """Stands for any class of a pickle that is not known here: keeps what it is given, and does nothing."""

    def __init__(self, *arguments, **named):
        self.arguments = arguments

    def __setstate__(self, state):
        self.state = state

    def __setitem__(self, key, value):
        self.__dict__.setdefault("items", {})[key] = value

    def append(self, value):
        pass

    def extend(self, values):
        pass

    def __hash__(self):
        return id(self)


STORAGE_TYPES = {
    "DoubleStorage": "<f8", "FloatStorage": "<f4", "HalfStorage": "<f2", "LongStorage": "<i8", "IntStorage": "<i4",
    "ShortStorage": "<i2", "CharStorage": "i1", "ByteStorage": "u1", "BoolStorage": "?",
}


class TensorUnpickler(pickle.Unpickler):
    """Reads tensors out of a torch file as arrays. Classes become stubs, so that nothing in the file is run."""

    def __init__(self, archive, prefix):
        super().__init__(io.BytesIO(archive.read(f"{prefix}/data.pkl")))
        self.archive, self.prefix = archive, prefix

    def find_class(self, module, name):
        if module == "collections" and name == "OrderedDict":
            return dict
        if module == "torch._utils" and name == "_rebuild_tensor_v2":
            return rebuild_tensor
        if module == "torch._utils" and name == "_rebuild_parameter":
            return lambda tensor, *rest: tensor
        if module.startswith("torch") and name in STORAGE_TYPES:
            return np.dtype(STORAGE_TYPES[name])
        return type(name, (Stub,), {})

    def persistent_load(self, identity):
        kind, storage, key, _, count = identity[:5]
        if kind != "storage" or not isinstance(storage, np.dtype):
            raise Fault(f"holds a tensor of an unknown number format, {getattr(storage, '__name__', storage)}")
        data = np.frombuffer(self.archive.read(f"{self.prefix}/data/{key}"), storage)
        if data.size < count:
            raise Fault(f"storage {key}: {data.size} numbers, expected {count}")
        return data


def rebuild_tensor(storage, offset, shape, strides, *rest):
    last = offset + sum((size - 1) * step for size, step in zip(shape, strides))
    if offset < 0 or any(step < 0 for step in strides) or (all(shape) and last >= storage.size):
        raise Fault(f"a tensor of shape {tuple(shape)} lies outside its storage")
    return np.lib.stride_tricks.as_strided(
        storage[offset:], tuple(shape), tuple(step * storage.itemsize for step in strides)).copy()


def arrays_in(value, found, seen):
    """All arrays by the name of the attribute or key that holds them."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, Stub):
        value = value.__dict__
    if isinstance(value, dict):
        for key, entry in value.items():
            if isinstance(entry, np.ndarray) and isinstance(key, str):
                found.setdefault(key.lstrip("_"), entry)
            else:
                arrays_in(entry, found, seen)
    elif isinstance(value, (list, tuple)):
        for entry in value:
            arrays_in(entry, found, seen)


def read_pt(path, options):
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.endswith("/data.pkl")]
            if len(names) != 1:
                raise Fault("is a zip file without data.pkl, expected what torch.save writes")
            prefix = names[0][: -len("/data.pkl")]
            if f"{prefix}/byteorder" in archive.namelist() and archive.read(f"{prefix}/byteorder") != b"little":
                raise Fault("holds big-endian numbers, expected little-endian ones")
            content = TensorUnpickler(archive, prefix).load()
    except zipfile.BadZipFile:
        raise Fault("is no zip file, expected what torch.save of PyTorch 1.6 or later writes")
    except (pickle.UnpicklingError, EOFError, KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise Fault(f"is not a readable torch file: {error}")
    found = {}
    arrays_in(content, found, set())
    for name in ("x", "edge_index", options.labels or "y"):
        if name not in found:
            raise Fault(f"has no tensor {name!r}, only {', '.join(sorted(found)) or 'none'}")
    return found["x"], found["edge_index"], found[options.labels or "y"]


# Checking


def checked(features, edges, labels):
    features, edges, labels = np.asarray(features), np.asarray(edges), np.asarray(labels)
    for name, array in (("features", features), ("edges", edges), ("labels", labels)):
        if array.dtype.kind not in "fiub":
            raise Fault(f"{name}: numbers of type {array.dtype}, expected real numbers")
    if features.ndim != 2 or 0 in features.shape:
        raise Fault(f"features: shape {features.shape}, expected [nodes, features]")
    count = features.shape[0]
    if labels.ndim == 2 and 1 in labels.shape:
        labels = labels.reshape(-1)
    if labels.shape != (count,):
        raise Fault(f"labels: shape {labels.shape}, expected [{count}], one for each row of features")
    if edges.ndim != 2 or edges.shape[0] != 2:
        raise Fault(f"edges: shape {edges.shape}, expected [2, edges]")
    if edges.shape[1] == 0:
        raise Fault("edges: none, expected at least one")
    with np.errstate(over="ignore"):
        features = features.astype(np.float32)
    if not np.isfinite(features).all():
        node, feature = np.argwhere(~np.isfinite(features))[0]
        raise Fault(f"features: {features[node, feature]} at [{node}, {feature}], expected finite numbers")
    edges, labels = whole(edges, "edges"), whole(labels, "labels")
    wrong = np.argwhere((edges < 0) | (edges >= count))
    if len(wrong):
        row, column = wrong[0]
        raise Fault(f"edges: node {edges[row, column]} at [{row}, {column}], expected 0 to {count - 1}")
    if labels.min() < 0:
        node = int(np.argmin(labels))
        raise Fault(f"labels: {labels[node]} of node {node}, expected whole numbers from 0")
    return features, edges, labels


def whole(array, name):
    if array.dtype.kind == "f" and not (np.isfinite(array).all() and (array == np.round(array)).all()):
        place = tuple(int(i) for i in np.argwhere(~(array == np.round(array)))[0])
        raise Fault(f"{name}: {array[place]} at {list(place)}, expected whole numbers")
    return array.astype(np.int64)


# Writing


def write_safetensors(path, arrays, metadata):
    """8 bytes of header length, the header as JSON, then the arrays; replaces a file only when all is written."""
    order = sorted(arrays, key=lambda name: (-arrays[name].itemsize, name))
    header, position = {"__metadata__": metadata}, 0
    for name in order:
        array = arrays[name]
        header[name] = {
            "dtype": {"<f4": "F32", "<i8": "I64"}[array.dtype.newbyteorder("<").str], "shape": list(array.shape),
            "data_offsets": [position, position + array.nbytes],
        }
        position += array.nbytes
    text = json.dumps(header, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    partial = f"{path}.partial"
    try:
        with open(partial, "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text)
            for name in order:
                file.write(np.ascontiguousarray(arrays[name]).astype(arrays[name].dtype.newbyteorder("<")).tobytes())
        os.replace(partial, path)
    except OSError as error:
        if os.path.exists(partial):
            os.remove(partial)
        raise Fault(f"{path}: cannot be written: {error.strerror}")


def convert(options):
    kind = options.format or os.path.splitext(options.input)[1].lstrip(".").lower()
    readers = {"mat": read_mat, "pt": read_pt, "pth": read_pt, "npz": read_npz}
    if kind not in readers:
        raise Fault(f"ends in {kind or 'nothing'!r}, expected mat, pt or npz (or --format)")
    if not os.path.isfile(options.input):
        raise Fault("missing, expected a file")
    if options.relation and kind != "mat":
        raise Fault("--relation is for .mat files")
    features, edges, labels = checked(*readers[kind](options.input, options))
    arrays = {"node_features": features, "edge_index": edges}
    if options.kinds:
        if labels.max() > 3:
            raise Fault(f"labels: {labels.max()}, expected kinds 0 to 3")
        arrays["outlier_kind"], labels = labels, (labels > 0).astype(np.int64)
    classes = np.unique(labels)
    if len(classes) < 2:
        raise Fault(f"labels: class {classes[0]} only, expected at least two classes")
    if classes[-1] != len(classes) - 1:
        gap = next(label for label in range(len(classes)) if label not in classes)
        raise Fault(f"labels: none is {gap}, expected every class from 0 to {classes[-1]}")
    arrays["node_labels"] = labels
    name = options.name or os.path.splitext(os.path.basename(options.input))[0]
    source = options.source or f"{os.path.basename(options.input)}, converted"
    write_safetensors(options.output, arrays, {"name": name, "source": source})
    shares = ", ".join(f"{label}: {(labels == label).sum()}" for label in classes)
    print(f"{name}: {features.shape[0]} nodes, {features.shape[1]} features, {edges.shape[1]} edges; labels {shares}")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, usage=argparse.SUPPRESS)
    parser.add_argument("input", help="the published file")
    parser.add_argument("output", help="the safetensors file to write")
    parser.add_argument("--name", help="short name of the graph; otherwise that of the file")
    parser.add_argument("--source", help="where the graph comes from, for the records of runs")
    parser.add_argument("--relation", metavar="KEY", help="the adjacency to take from a .mat file; otherwise homo")
    parser.add_argument("--labels", metavar="KEY", help="where the labels are, if not under the usual name")
    parser.add_argument("--kinds", action="store_true", help="labels are outlier kinds 0 to 3")
    parser.add_argument("--format", choices=["mat", "pt", "npz"], help="what the input is, whatever its name")
    options = parser.parse_args()
    try:
        convert(options)
    except Fault as fault:
        text = " ".join(str(fault).split())
        sys.exit(f"convert-graphs: {text if text.startswith(options.output) else f'{options.input}: {text}'}")


if __name__ == "__main__":
    main()
