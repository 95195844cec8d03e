"""Graphs in numpy archives."""
import numpy as np

from .fault import Fault


class Arrays:
    """The arrays of an archive, read when they are asked for, so that others of no use do not matter."""

    def __init__(self, path):
        try:
            self.file = np.load(path, allow_pickle=False)
            self.names = list(self.file.files)
        except Exception as error:
            raise Fault(f"is not a readable npz file: {error or type(error).__name__}")

    def first(self, role, *names):
        for name in names:
            if name in self.names:
                try:
                    return name, self.file[name]
                except MemoryError:
                    raise Fault(f"{name}: needs more memory than there is")
                except Exception as error:
                    raise Fault(f"{name}: is not a readable array: {error or type(error).__name__}")
        raise Fault(f"has no {names[0]!r} ({role}), only {', '.join(sorted(self.names)) or 'nothing'}")


def read(path, options):
    arrays = Arrays(path)
    feature_names = [options.features] if options.features else ["features", "x", "feat", "feature", "node_features"]
    label_names = [options.labels] if options.labels else ["labels", "y", "label", "node_labels"]
    feature_name, features = arrays.first("features", *feature_names)
    label_name, labels = arrays.first("labels", *label_names)
    used = {feature_name, label_name}
    if "edge_index" in arrays.names:
        name, edges = arrays.first("edges", "edge_index")
        used.add(name)
    else:
        (source_name, source), (target_name, target) = (
            arrays.first("edges", "src", "row"), arrays.first("edges", "dst", "col"))
        if source.shape != target.shape:
            raise Fault(f"{source_name}: shape {source.shape}, expected that of {target_name}, {target.shape}")
        used |= {source_name, target_name}
        edges = np.stack([source, target])
    return features, edges, labels, sorted(set(arrays.names) - used)
