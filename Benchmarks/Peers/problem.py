"""One piece of work: the arrays of a block and how it descends."""

from dataclasses import dataclass

import arrays

PARAMETERS = ("Wq", "Wk", "Xi", "gamma", "delta")


@dataclass
class Problem:
    """parameters: Wq, Wk [heads, key size, dimension], Xi [dimension, memories], gamma [], delta [dimension];
    tokens and target: [batch, tokens, dimension], on a graph [nodes, dimension];
    graph: None, or where the edges of each node begin, [nodes + 1], and the neighbours, [edges]."""

    parameters: dict
    tokens: object
    target: object
    steps: int
    step_size: float
    work: str
    graph: tuple | None = None

    @staticmethod
    def read(request):
        if request["work"] not in ("forward", "training"):
            raise ValueError(f"work is forward or training, not {request['work']}")
        found = arrays.read(request["file"])
        return Problem(
            {name: found[name] for name in PARAMETERS},
            found["x"],
            found.get("target"),
            int(request["steps"]),
            float(request["step_size"]),
            request["work"],
            (found["row_starts"], found["columns"]) if "columns" in found else None,
        )
