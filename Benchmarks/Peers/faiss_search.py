"""Exact inner-product search by faiss, followed by softmax over its results: one JSON object a line, one answer a line.

    faiss_search.py FILE ARRAY [--threads N]

FILE is a safetensors file whose ARRAY holds the patterns, f32 [patterns, dimension]. Commands: `time` (one run, its
seconds) and `check` (writes the mixtures to `output`), both with `queries` (a file with the array "queries"), `beta`
and `neighbours`.
"""

import argparse
import json
import sys
import time

import arrays
from serving import serve


def mapped(path, name):
    """An array of a file as it lies there."""
    import numpy

    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        entry = json.loads(file.read(length))[name]
    return numpy.memmap(
        path, dtype="<f4", mode="r", offset=8 + length + entry["data_offsets"][0], shape=tuple(entry["shape"])
    )


class Search:
    def __init__(self, options):
        import faiss

        faiss.omp_set_num_threads(options.threads)
        patterns = mapped(options.file, options.array)
        self.version = faiss.__version__
        self.index = faiss.IndexFlatIP(patterns.shape[1])
        for start in range(0, len(patterns), 65536):
            self.index.add(patterns[start : start + 65536])
        self.patterns, self.queries = patterns, {}

    def run(self, request):
        import numpy

        queries = self.queries[request["queries"]]
        scores, found = self.index.search(queries, int(request["neighbours"]))
        weights = numpy.exp(request["beta"] * (scores - scores[:, :1]))
        return found, weights / weights.sum(axis=1, keepdims=True)

    def answer(self, request):
        path = request["queries"]
        if path not in self.queries:
            self.queries[path] = arrays.read(path)["queries"]
            self.run(request)
        if request["command"] == "time":
            started = time.perf_counter()
            self.run(request)
            return {"seconds": time.perf_counter() - started}
        if request["command"] == "check":
            found, weights = self.run(request)
            mixtures = (weights[:, :, None] * self.patterns[found]).sum(axis=1)
            arrays.write(request["output"], {"mixtures": mixtures.astype("float32")})
            return {}
        raise ValueError(f"no command {request['command']}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("array")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()

    def start():
        search = Search(options)
        return {"version": search.version}, search.answer

    return serve(options.threads, start)


if __name__ == "__main__":
    sys.exit(main())
