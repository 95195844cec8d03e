"""A system that is measured: reads one JSON object a line, answers each with one. See ../README.md for the commands.

    worker.py VARIANT [--threads N]
"""

import argparse
import sys
import time

from serving import serve


def make_system(variant, threads):
    if variant.startswith("jax-layered-"):
        from jax_layered import JAXLayered

        return JAXLayered(variant)
    if variant.startswith("jax-"):
        from jax_block import JAXBlock

        return JAXBlock(variant)
    if variant.startswith("torch-graph-"):
        from torch_graph import TorchGraph

        return TorchGraph(variant, threads)
    if variant.startswith("torch-cached"):
        from torch_generation import TorchGeneration

        return TorchGeneration(variant, threads)
    if variant.startswith("torch-"):
        from torch_block import TorchBlock

        return TorchBlock(variant, threads)
    raise ValueError(f"no variant {variant}")


class Worker:
    def __init__(self, system):
        import process_memory
        from problem import Problem

        self.system, self.memory_of_process, self.read_problem = system, process_memory, Problem.read
        self.run = None

    def answer(self, request):
        name = request["command"]
        if name not in ("prepare", "check", "time", "memory", "reset_peak"):
            raise ValueError(f"no command {name}")
        found = getattr(self, name)(request)
        if name in ("prepare", "check", "time") and hasattr(self.system, "rest"):
            self.system.rest()
        return found

    def prepare(self, request):
        started = time.perf_counter()
        self.run = self.system.prepare(self.read_problem(request))
        for _ in range(2):
            self.run()
        planned = getattr(self.system, "planned_bytes", None)
        return {
            "seconds": time.perf_counter() - started,
            "planned_kilobytes": planned and planned // 1024,
        }

    def check(self, request):
        import arrays

        found = self.system.results()
        arrays.write(request["output"], found)
        return {"names": sorted(found)}

    def time(self, request):
        if self.run is None:
            raise ValueError("nothing is prepared")
        times, faults = [], self.memory_of_process.page_faults()
        for _ in range(int(request["repetitions"])):
            started = time.perf_counter()
            self.run()
            times.append(1e3 * (time.perf_counter() - started))
        return {"milliseconds": times, "page_faults": self.memory_of_process.page_faults() - faults}

    def memory(self, request):
        return self.memory_of_process.figures()

    def reset_peak(self, request):
        self.memory_of_process.reset_peak()
        return {}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("variant")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()

    def start():
        worker = Worker(make_system(options.variant, options.threads))
        return {"versions": worker.system.versions()}, worker.answer

    return serve(options.threads, start)


if __name__ == "__main__":
    sys.exit(main())
