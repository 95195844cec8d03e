"""Graphs in MATLAB files, under the names that the published sets use."""
import warnings

import numpy as np

from .fault import Fault

# CARE-GNN (YelpChi, Amazon); BlogCatalog, Flickr and ACM as anomaly detection has them; the same in short.
ADJACENCIES = ["homo", "Network", "A"]
FEATURES = ["features", "Attributes", "X"]
LABELS = ["label", "Label", "gnd"]
# Where injected anomalies are told apart: by attributes, by structure.
CONTEXTUAL, STRUCTURAL = "attr_anomaly_label", "str_anomaly_label"


def load(path):
    """The variables of the file by name."""
    try:
        import scipy.io
    except ImportError:
        raise Fault("reading .mat files needs scipy: pip install scipy")
    with open(path, "rb") as file:
        start = file.read(1024)
    if any(start[at:].startswith(b"\x89HDF\r\n\x1a\n") for at in (0, 512)) or start.startswith(b"MATLAB 7.3"):
        raise Fault(
            "is of MATLAB version 7.3 (HDF5), expected version 7 or earlier: save it again with -v7 in MATLAB")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            content = scipy.io.loadmat(path)
    except MemoryError:
        raise Fault("needs more memory than there is")
    except Exception as error:
        raise Fault(f"is not a readable MATLAB file: {error or type(error).__name__}")
    return {key: value for key, value in content.items() if not key.startswith("__")}


def read(path, options):
    content = load(path)
    import scipy.sparse

    def chosen(role, asked, names):
        if asked:
            names = [asked]
        found = [name for name in names if name in content]
        if not found:
            wanted = " or ".join(repr(name) for name in names)
            raise Fault(f"has no {wanted} ({role}), only {', '.join(sorted(content)) or 'nothing'}")
        if len(found) > 1:
            raise Fault(f"has both {' and '.join(found)} ({role}): say which with --{role}")
        return found[0]

    def matrix(name):
        value = content[name]
        value = value if scipy.sparse.issparse(value) else np.asarray(value)
        if value.dtype.kind not in "fiub" or value.ndim != 2:
            raise Fault(f"{name}: type {value.dtype} of shape {value.shape}, expected a matrix of real numbers")
        return value

    def dense(name):
        value = matrix(name)
        return value.toarray() if scipy.sparse.issparse(value) else value

    relation = chosen("relation", options.relation, ADJACENCIES)
    feature_name = chosen("features", options.features, FEATURES)
    label_name = chosen("labels", options.labels, LABELS)
    adjacency = scipy.sparse.coo_matrix(matrix(relation))
    if adjacency.shape[0] != adjacency.shape[1]:
        raise Fault(f"{relation}: shape {adjacency.shape}, expected a square adjacency")
    if not np.isfinite(adjacency.data).all():
        raise Fault(f"{relation}: holds NaN or infinity, expected finite weights")
    joined = adjacency.data != 0
    edges = np.stack([adjacency.row[joined], adjacency.col[joined]])
    features, labels = dense(feature_name), dense(label_name)
    if adjacency.shape[0] != features.shape[0]:
        raise Fault(
            f"{feature_name}: {features.shape[0]} rows, expected {adjacency.shape[0]}, the nodes of {relation}")
    used = {relation, feature_name, label_name}
    if options.kinds and {CONTEXTUAL, STRUCTURAL} <= set(content):
        labels = kinds(dense(CONTEXTUAL), dense(STRUCTURAL), labels, label_name)
        used |= {CONTEXTUAL, STRUCTURAL}
    return features, edges, labels, sorted(set(content) - used)


def kinds(contextual, structural, labels, label_name):
    """1 for contextual outliers, 2 for structural ones, 3 for both; they must be those that the labels name."""
    contextual, structural, labels = (np.ravel(array) != 0 for array in (contextual, structural, labels))
    if not contextual.shape == structural.shape == labels.shape:
        raise Fault(
            f"{CONTEXTUAL} and {STRUCTURAL}: {contextual.size} and {structural.size} nodes, expected {labels.size}")
    found = contextual + 2 * structural
    wrong = np.flatnonzero((found > 0) != labels)
    if len(wrong):
        raise Fault(
            f"{label_name}: node {wrong[0]} is {'an anomaly' if labels[wrong[0]] else 'normal'}, unlike in"
            f" {CONTEXTUAL} and {STRUCTURAL}")
    return found
