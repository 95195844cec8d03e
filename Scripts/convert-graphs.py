#!/usr/bin/env python3
"""Turns a published graph with a class for each node into the safetensors graph file that the library reads.

usage: convert-graphs.py INPUT OUTPUT [--name NAME] [--source TEXT] [--relation KEY] [--features KEY] [--labels KEY]
                         [--kinds] [--format FORMAT]

    convert-graphs.py YelpChi.mat YelpChi.safetensors
    convert-graphs.py Amazon.mat Amazon-upu.safetensors --relation net_upu
    convert-graphs.py BlogCatalog.mat BlogCatalog.safetensors
    convert-graphs.py reddit.pt reddit.safetensors --name reddit
    convert-graphs.py graph.npz graph.safetensors

Input, told apart by the end of its name unless --format says otherwise:

  mat  MATLAB file with features [n, f] and labels [n, 1] or [1, n], dense or sparse, and an adjacency [n, n]: as
       CARE-GNN publishes YelpChi and Amazon (`features`, `label`, and `homo` or another relation such as `net_upu`
       given by --relation), as anomaly detection has BlogCatalog, Flickr and ACM (`Attributes`, `Label`, `Network`),
       or in short `X`, `gnd`, `A`. Needs scipy. Files of version 7.3 are HDF5: save them as version 7 first.
  pt   what `torch.save` wrote in the zip format (PyTorch 1.6 and later): a Data object of PyTorch Geometric or PyGOD
       or a dictionary with `x`, `edge_index` and `y`; one graph, also where it is collated or in a list. Neither torch
       nor torch_geometric is needed, and no code in the file is run: only tensors, dictionaries, lists and attributes
       are taken from it.
  npz  numpy archive with `features` (or `x`, `feat`, `node_features`), `labels` (or `y`, `label`, `node_labels`), and
       `edge_index` [2, m] or `src` and `dst` [m]. From a DGL graph g:
           src, dst = g.edges()
           numpy.savez("graph.npz", src=src, dst=dst, features=g.ndata["feature"], labels=g.ndata["label"])

Output: `node_features` [n, f] float32, `edge_index` [2, m] int64, `node_labels` [n] int64, and `outlier_kind` [n]
int64 (0 none, 1 contextual, 2 structural, 3 both) with --kinds; text entries `name` and `source`. Edges stay as
they are: reading adds reverses and drops repeats.

Labels: whole numbers from 0; true and false become 1 and 0. With --kinds (PyGOD's inj_* sets, whose labels are 0
to 3) they are kept as `outlier_kind`, and every outlier becomes an anomaly, label 1; so it is with .mat files that
have `attr_anomaly_label` (1) and `str_anomaly_label` (2) beside labels of 0 and 1.

What else the file holds is not used; the line at the end names it.

One line a fault, on the error output, and exit status 1. Python 3.9 or later and numpy; scipy for .mat files.
"""
import argparse
import json
import os
import struct
import sys

import numpy as np

sys.dont_write_bytecode = True
from graph_readers import matlab, npz, torch_file
from graph_readers.fault import Fault, refuse_other_kinds


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
    # Beyond 2^53 not every whole number is one of double precision; NaN compares as false.
    fits = np.abs(array.astype(np.float64)) < 2.0**53 if array.dtype.kind in "fu" else np.ones(array.shape, bool)
    if array.dtype.kind == "f":
        fits &= array == np.round(array)
    if not fits.all():
        place = tuple(int(i) for i in np.argwhere(~fits)[0])
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
    readers = {"mat": matlab.read, "pt": torch_file.read, "pth": torch_file.read, "npz": npz.read}
    if kind not in readers:
        raise Fault(f"ends in {kind or 'nothing'!r}, expected mat, pt or npz (or --format)")
    if not os.path.isfile(options.input):
        raise Fault("missing, expected a file")
    if options.relation and kind != "mat":
        raise Fault("--relation is for .mat files")
    refuse_other_kinds(options.input)
    *arrays, unused = readers[kind](options.input, options)
    features, edges, labels = checked(*arrays)
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
    left = f"; not used: {', '.join(unused)}" if unused else ""
    text = f"{name}: {features.shape[0]} nodes, {features.shape[1]} features, {edges.shape[1]} edges; labels {shares}{left}"
    print(" ".join(text.split()))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, usage=argparse.SUPPRESS)
    parser.add_argument("input", help="the published file")
    parser.add_argument("output", help="the safetensors file to write")
    parser.add_argument("--name", help="short name of the graph; otherwise that of the file")
    parser.add_argument("--source", help="where the graph comes from, for the records of runs")
    parser.add_argument("--relation", metavar="KEY", help="the adjacency to take from a .mat file")
    parser.add_argument("--features", metavar="KEY", help="where the features are, if not under the usual name")
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
