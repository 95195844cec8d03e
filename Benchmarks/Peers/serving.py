"""A system in a process of its own: a line of JSON asks, a line of JSON answers."""

import json
import os
import sys


def limit_threads(count):
    """Must happen before any library starts its threads."""
    os.environ["OMP_NUM_THREADS"] = str(count)
    os.environ["JAX_PLATFORMS"] = "cpu"
    if hasattr(os, "sched_setaffinity"):
        # XLA takes the number of its threads from the cores that it may use.
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:count])


def serve(threads, start):
    """Answers requests until the input ends or one says quit; the exit status.

    start() builds the system and gives its greeting and the function that answers requests. Errors are answers too, in
    one line.
    """
    answers = private_output()

    def send(answer):
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    try:
        limit_threads(threads)
        greeting, answer = start()
        send(greeting)
    except Exception as error:
        send({"error": one_line(error)})
        return 1
    for line in sys.stdin:
        try:
            request = json.loads(line)
            if request.get("command") == "quit":
                break
            send(answer(request))
        except Exception as error:
            send({"error": one_line(error)})
    return 0


def private_output():
    """The standard output for answers alone: what libraries print goes to the error output instead."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return answers


def one_line(error):
    return f"{type(error).__name__}: {error}".replace("\n", " ")[:2000]
