"""A system that is measured: reads one JSON object a line, answers each with one. See ../README.md for the commands.

    worker.py VARIANT [--threads N]
"""

import argparse
import json
import os
import sys
import time


def private_output():
    """The standard output for answers alone: what libraries print goes to the error output instead."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return answers


def limit_threads(count):
    """Must happen before any library starts its threads."""
    os.environ["OMP_NUM_THREADS"] = str(count)
    os.environ["JAX_PLATFORMS"] = "cpu"
    if hasattr(os, "sched_setaffinity"):
        # XLA takes the number of its threads from the cores that it may use.
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:count])


def make_system(variant, threads):
    if variant.startswith("jax-"):
        from jax_block import JAXBlock

        return JAXBlock(variant)
    if variant.startswith("torch-graph-"):
        from torch_graph import TorchGraph

        return TorchGraph(variant, threads)
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
    answers = private_output()

    def send(answer):
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    try:
        limit_threads(options.threads)
        system = make_system(options.variant, options.threads)
        worker = Worker(system)
        send({"versions": system.versions()})
    except Exception as error:
        send({"error": one_line(error)})
        return 1
    for line in sys.stdin:
        try:
            request = json.loads(line)
            if request.get("command") == "quit":
                break
            send(worker.answer(request))
        except Exception as error:
            send({"error": one_line(error)})
    return 0


def one_line(error):
    return f"{type(error).__name__}: {error}".replace("\n", " ")[:2000]


if __name__ == "__main__":
    sys.exit(main())
