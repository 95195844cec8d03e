#!/usr/bin/env python3
"""Tests of Scripts/convert-graphs.py on files made here; figures are from plain numpy.

usage: convert_graphs_tests.py            runs all tests
       convert_graphs_tests.py write DIR  writes DIR/graph.safetensors and DIR/kinds.safetensors by the script
"""
import contextlib
import gzip
import importlib.util
import io
import json
import os
import pickle
import struct
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

import numpy as np

sys.dont_write_bytecode = True
from torch_files import Parameter, Tensor, module, named, save

try:
    import scipy.io
    import scipy.sparse
except ImportError:
    scipy = None

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Scripts", "convert-graphs.py")
sys.path.insert(0, os.path.dirname(SCRIPT))
specification = importlib.util.spec_from_file_location("convert_graphs", SCRIPT)
script = importlib.util.module_from_spec(specification)
specification.loader.exec_module(script)
FEATURES = np.array([[0.5, -1, 2], [3, 4.25, 5], [6, 7, -8], [9, 10, 11]], "<f4")
EDGES = np.array([[0, 1, 2, 2, 3], [1, 0, 0, 3, 0]], "<i8")
LABELS = np.array([0, 1, 0, 1], "<i8")


def convert(source, *options):
    """The line printed without the file's name, and the arrays written; None in their place for a fault."""
    target, output = f"{source}.out", io.StringIO()
    arguments = ["convert-graphs.py", source, target, *options]
    if os.path.exists(target):
        os.remove(target)
    with unittest.mock.patch.object(sys, "argv", arguments), contextlib.redirect_stdout(output):
        try:
            script.main()
        except SystemExit as stop:
            # A text as code is printed as an error, and the exit status is 1.
            assert isinstance(stop.code, str) and "\n" not in stop.code and not output.getvalue(), stop.code
            assert not os.path.exists(target) and not os.path.exists(f"{target}.partial"), stop.code
            return stop.code.removeprefix(f"convert-graphs: {source}: "), None
    line = output.getvalue().removesuffix("\n")
    assert "\n" not in line, line
    with open(target, "rb") as file:
        content = file.read()
    start = 8 + struct.unpack("<Q", content[:8])[0]
    arrays = {}
    for name, entry in json.loads(content[8:start]).items():
        if name != "__metadata__":
            first, last = entry["data_offsets"]
            kind = {"F32": "<f4", "I64": "<i8"}[entry["dtype"]]
            arrays[name] = np.frombuffer(content[start + first : start + last], kind).reshape(entry["shape"])
    return line, arrays


class Case(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)

    def path(self, name):
        return os.path.join(self.place.name, name)

    def expect_graph(self, source, *options, features=FEATURES, edges=EDGES, labels=LABELS):
        line, arrays = convert(source, *options)
        self.assertIsNotNone(arrays, line)
        np.testing.assert_array_equal(arrays["node_features"], features)
        found, wanted = (set(map(tuple, pairs.T.tolist())) for pairs in (arrays["edge_index"], edges))
        self.assertEqual(found, wanted)
        np.testing.assert_array_equal(arrays["node_labels"], labels)
        return line, arrays

    def expect_fault(self, source, *texts, options=()):
        line, arrays = convert(source, *options)
        self.assertIsNone(arrays, line)
        for text in texts:
            self.assertIn(text, line)


def graph(**changes):
    content = {"x": Tensor(FEATURES), "edge_index": Tensor(EDGES), "y": Tensor(LABELS), **changes}
    return {name: entry for name, entry in content.items() if entry is not None}


class TorchFiles(Case):
    def saved(self, content, **options):
        save(content, self.path("g.pt"), **options)
        return self.path("g.pt")

    def test_graph_alone_and_in_a_list_and_in_an_object(self):
        self.assertIn("not used: w", self.expect_graph(self.saved(graph(w=Tensor(LABELS))))[0])
        self.expect_graph(self.saved([graph()]))
        self.expect_graph(self.saved({"graph": graph(), "note": "text"}))
        data = module("torch_geometric.data.data", Data=named("Data"), GlobalStorage=named("GlobalStorage"))
        held, store = data.Data(), data.GlobalStorage()
        store._mapping, held._store = graph(), store
        self.expect_graph(self.saved(held))

    def test_every_view_is_read_as_it_is_seen(self):
        wide = np.arange(48, dtype="<f4").reshape(8, 6)
        complex_numbers = np.array([[1 + 2j, 3 - 4j, 0.5j]] * 4, "<c8")
        parts = complex_numbers.view("<f4").reshape(4, 3, 2)
        for view, wanted in [
            (Tensor(FEATURES.T.copy(), (4, 3), (1, 4)), FEATURES),
            (Tensor(wide, (4, 3), (12, 2), offset=1), wide[::2, 1::2]),
            (Tensor(FEATURES[:1], (4, 3), (0, 1)), FEATURES[[0] * 4]),
            (Tensor(FEATURES, marks={"neg": True}), -FEATURES),
            (Tensor(parts, (4, 3), (6, 2), offset=1, marks={"neg": True}), complex_numbers.conj().imag),
            (Tensor(FEATURES[:1], (4, 3), (0, 1), marks={"neg": True}), -FEATURES[[0] * 4]),
            (Tensor(FEATURES, marks={}), FEATURES),
            (Parameter(Tensor(FEATURES)), FEATURES),
            (Tensor(FEATURES.astype("<f2")), FEATURES.astype("<f2")),
            (Tensor((FEATURES.view("<u4") >> 16).astype("<u2").view("<f2"), kind="BFloat16Storage"), FEATURES),
            (Tensor(FEATURES.astype("i1")), FEATURES.astype("i1")),
            (Tensor(FEATURES > 2), FEATURES > 2),
        ]:
            self.expect_graph(self.saved(graph(x=view)), features=wanted)
        self.expect_graph(self.saved(graph(x=FEATURES, edge_index=EDGES, y=LABELS)))
        self.expect_graph(self.saved(graph(edge_index=Tensor(EDGES.T.copy(), (2, 5), (1, 2)))))

    def test_what_cannot_be_read_right_is_refused(self):
        for x, text in [
            (Tensor(FEATURES.astype("<c8"), marks={"conj": True}), "features: numbers of type complex64"),
            (Tensor(FEATURES, rebuild="_rebuild_sparse_tensor"), "x: is a sparse tensor"),
            (Tensor(FEATURES, rebuild="_rebuild_qtensor"), "x: is a quantized tensor"),
            (Tensor(FEATURES, kind="QInt8Storage"), "x: is a tensor of an unknown type, QInt8Storage"),
            (Tensor(FEATURES, marks={"other": 1}), "x: is a tensor with unknown marks, other"),
            (Tensor(FEATURES, (5, 3)), "outside its storage"),
            (Tensor(FEATURES, (4, 3), (-3, 1)), "strides (-3, 1)"),
            (Tensor(FEATURES, (10**13, 3), (0, 1)), "memory"),
            (Tensor(np.full((4, 3), np.nan, "<f4")), "features: nan at [0, 0], expected finite"),
            (None, "no tensor 'x' beside 'edge_index', only edge_index, y"),
        ]:
            self.expect_fault(self.saved(graph(x=x)), text)
        # Where it is not needed, such a tensor does not matter.
        self.expect_graph(self.saved(graph(w=Tensor(FEATURES, rebuild="_rebuild_sparse_tensor"))))
        self.expect_fault(self.saved(graph(edge_index=None, adj=Tensor(FEATURES))), "no tensor 'edge_index', only adj, x, y")
        self.expect_fault(self.saved(graph(), byte_order=b"big"), "big-endian")
        for labels, text in [
            (np.array([0, 1, np.inf, 1]), "labels: inf at [2], expected whole numbers"),
            (np.array([0, 1, 1e300, 1]), "labels: 1e+300 at [2], expected whole numbers"),
            (np.array([0, 1, 0.5, 1]), "labels: 0.5 at [2], expected whole numbers"),
            (np.array([0, 1, -1, 1]), "labels: -1 of node 2"),
        ]:
            self.expect_fault(self.saved(graph(y=Tensor(labels))), text)
        self.expect_graph(self.saved(graph(y=Tensor(LABELS.astype("<f8")))))

    def test_several_graphs_are_refused_however_they_are_kept(self):
        def bounds(*ends):
            return {name: Tensor(np.array([0, *ends], "<i8")) for name in ("x", "edge_index", "y")}

        self.expect_graph(self.saved((graph(), bounds(4))))
        self.expect_graph(self.saved((graph(), None, "Data")))
        self.expect_fault(self.saved((graph(), bounds(2, 4))), "holds 2 collated graphs, expected one")
        self.expect_fault(self.saved((graph(), {"x": [0, 1, 2, 4], "edge_index": [0, 1, 2, 5]})), "holds 3 collated")
        self.expect_fault(self.saved([graph(), graph()]), "holds 2 graphs")
        self.expect_fault(self.saved({"train": graph(), "test": graph()}), "holds 2 graphs")
        self.expect_fault(self.saved({"nodes": {"x": Tensor(FEATURES)}, "to": {"edge_index": Tensor(EDGES)}}), "no tensor 'x'")

    def test_files_of_another_kind_are_called_what_they_are(self):
        for content, text in [
            (b"", "is empty"),
            (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
            (b"\xef\xbb\xbf\n<!DOCTYPE html>", "HTML page"),
            (gzip.compress(b"x"), "gzip -d"),
            (pickle.dumps({"x": 1}), "is no zip file, expected what torch.save"),
        ]:
            with open(self.path("g.pt"), "wb") as file:
                file.write(content)
            self.expect_fault(self.path("g.pt"), text)


class NumpyFiles(Case):
    def test_arrays_of_no_use_do_not_matter(self):
        np.savez(self.path("g.npz"), x=FEATURES, y=LABELS, src=EDGES[0], dst=EDGES[1], names=np.array(["a"], object))
        self.assertIn("not used: names", self.expect_graph(self.path("g.npz"))[0])
        np.savez(self.path("g.npz"), x=np.array([None]), y=LABELS, edge_index=EDGES)
        self.expect_fault(self.path("g.npz"), "x: is not a readable array")


@unittest.skipIf(scipy is None, "no scipy")
class MatlabFiles(Case):
    adjacency = np.zeros((4, 4))
    adjacency[EDGES[0], EDGES[1]] = 1

    def saved(self, **variables):
        scipy.io.savemat(self.path("g.mat"), variables)
        return self.path("g.mat")

    def test_the_names_and_forms_of_published_sets(self):
        sparse = scipy.sparse.csc_matrix
        for names in [("homo", "features", "label"), ("Network", "Attributes", "Label"), ("A", "X", "gnd")]:
            for values in [
                (sparse(self.adjacency), sparse(FEATURES.astype(float)), LABELS.astype(float)[:, None]),
                (self.adjacency, FEATURES, LABELS.astype("i1")[None]),
                (sparse(self.adjacency > 0), FEATURES, LABELS > 0),
                (sparse(7.5 * self.adjacency), FEATURES, sparse(LABELS.astype(float)[:, None])),
                (self.adjacency.astype("u1"), FEATURES.astype(float), LABELS.astype("u1")),
            ]:
                self.expect_graph(self.saved(**dict(zip(names, values))))
        line, _ = self.expect_graph(self.saved(
            Network=self.adjacency, Attributes=FEATURES, Label=LABELS, Class=LABELS + 3, str_anomaly_label=LABELS,
            attr_anomaly_label=0 * LABELS, net_upu=self.adjacency))
        self.assertIn("not used: Class, attr_anomaly_label, net_upu, str_anomaly_label", line)

    def test_kinds_of_anomalies(self):
        both = {"Network": self.adjacency, "Attributes": FEATURES, "Label": LABELS, "str_anomaly_label": [0, 1, 0, 1]}
        _, arrays = self.expect_graph(self.saved(**both, attr_anomaly_label=[0, 0, 0, 1]), "--kinds")
        self.assertEqual(arrays["outlier_kind"].tolist(), [0, 2, 0, 3])
        self.expect_fault(
            self.saved(**both, attr_anomaly_label=[1, 0, 0, 1]), "Label: node 0 is normal, unlike", options=["--kinds"])

    def test_other_relations_and_names(self):
        source = self.saved(homo=np.eye(4), net_upu=self.adjacency, features=FEATURES, label=LABELS, other=LABELS[::-1])
        self.expect_graph(source, "--relation", "net_upu")
        self.expect_graph(source, "--relation", "net_upu", "--labels", "other", labels=LABELS[::-1])

    def test_what_cannot_be_read_right_is_refused(self):
        good = {"Network": self.adjacency, "Attributes": FEATURES, "Label": LABELS}
        self.expect_fault(self.saved(**good, homo=self.adjacency), "has both homo and Network (relation): say which")
        self.expect_fault(self.saved(**{**good, "Label": np.eye(4)}), "labels: shape (4, 4), expected [4]")
        self.expect_fault(self.saved(**{**good, "Network": np.eye(3)}), "Attributes: 4 rows, expected 3, the nodes of Network")
        self.expect_fault(self.saved(**{**good, "Network": np.ones((4, 3))}), "Network: shape (4, 3), expected a square")
        self.expect_fault(self.saved(**{**good, "Network": self.adjacency * np.nan}), "Network: holds NaN")
        self.expect_fault(self.saved(**{**good, "Network": 1j * self.adjacency}), "Network: type complex128")
        self.expect_fault(self.saved(**{**good, "Network": 0 * self.adjacency}), "edges: none, expected at least one")
        self.expect_fault(self.saved(**{**good, "Attributes": FEATURES * np.inf}), "features: inf at [0, 0]")
        self.expect_fault(self.saved(**{**good, "Label": "abcd"}), "Label: type")
        self.expect_fault(self.saved(Network=self.adjacency, Attributes=FEATURES, Class=LABELS), "has no 'label' or 'Label'", "only")
        with open(self.path("g.mat"), "wb") as file:
            file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(512) + b"\x89HDF\r\n\x1a\n")
        self.expect_fault(self.path("g.mat"), "version 7.3 (HDF5)", "save it again with -v7")
        with open(self.saved(**good), "r+b") as file:
            file.truncate(300)
        self.expect_fault(self.path("g.mat"), "is not a readable MATLAB file")


def write(folder):
    save(graph(x=Tensor(FEATURES, marks={"neg": True})), os.path.join(folder, "graph.pt"))
    np.savez(os.path.join(folder, "kinds.npz"), x=FEATURES, y=[0, 1, 2, 3], edge_index=EDGES)
    for source, options in [("graph.pt", []), ("kinds.npz", ["--kinds"])]:
        target = os.path.join(folder, source.split(".")[0] + ".safetensors")
        subprocess.run([sys.executable, SCRIPT, os.path.join(folder, source), target, *options], check=True)


if __name__ == "__main__":
    write(sys.argv[2]) if sys.argv[1:2] == ["write"] else unittest.main()
