"""One piece of work: the arrays of a block or of a layered network and how it descends."""

from dataclasses import dataclass

import arrays

PARAMETERS = ("Wq", "Wk", "Xi", "gamma", "delta")
NETWORK_PARAMETERS = ("visible_hidden", "hidden_labels")


@dataclass
class Problem:
    """parameters: Wq, Wk [heads, key size, dimension], Xi [dimension, memories], gamma [], delta [dimension];
    tokens and target: [batch, tokens, dimension], on a graph [nodes, dimension];
    graph: None, or where the edges of each node begin, [nodes + 1], and the neighbours, [edges].
    Of a layered network the parameters are visible_hidden [hidden, visible] and hidden_labels [labels, hidden], the tokens
    [batch, neurons of all layers] and the target [batch, visible]."""

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
        names = NETWORK_PARAMETERS if "visible_hidden" in found else PARAMETERS
        return Problem(
            {name: found[name] for name in names},
            found["x"],
            found.get("target"),
            int(request["steps"]),
            float(request["step_size"]),
            request["work"],
            (found["row_starts"], found["columns"]) if "columns" in found else None,
        )
