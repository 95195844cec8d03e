"""One piece of work: the arrays of a block, of a layered network or of a text model and how it descends."""

from dataclasses import dataclass

import arrays

PARAMETERS = ("Wq", "Wk", "Xi", "gamma", "delta")
NETWORK_PARAMETERS = ("visible_hidden", "hidden_labels")
TEXT_PARAMETERS = PARAMETERS + ("table", "positions", "norm_gain", "norm_bias", "head", "head_bias")


@dataclass
class Problem:
    """parameters: Wq, Wk [heads, key size, dimension], Xi [dimension, memories], gamma [], delta [dimension];
    tokens and target: [batch, tokens, dimension], on a graph [nodes, dimension];
    graph: None, or where the edges of each node begin, [nodes + 1], and the neighbours, [edges].
    is_causal: whether every token descends an energy of its own over the tokens before it, which are held.
    Of a layered network the parameters are visible_hidden [hidden, visible] and hidden_labels [labels, hidden], the tokens
    [batch, neurons of all layers] and the target [batch, visible].
    A text model that continues a sequence has table and head [symbols, dimension], positions [length, dimension],
    norm_gain and norm_bias [dimension] and head_bias [symbols] too, and its tokens are the symbols, [length]."""

    parameters: dict
    tokens: object
    target: object
    steps: int
    step_size: float
    work: str
    graph: tuple | None = None
    is_causal: bool = False

    @staticmethod
    def read(request):
        if request["work"] not in ("forward", "training"):
            raise ValueError(f"work is forward or training, not {request['work']}")
        found = arrays.read(request["file"])
        is_text = "symbols" in found
        names = TEXT_PARAMETERS if is_text else NETWORK_PARAMETERS if "visible_hidden" in found else PARAMETERS
        return Problem(
            {name: found[name] for name in names},
            found["symbols" if is_text else "x"],
            found.get("target"),
            int(request["steps"]),
            float(request["step_size"]),
            request["work"],
            (found["row_starts"], found["columns"]) if "columns" in found else None,
            bool(request.get("causal")),
        )
