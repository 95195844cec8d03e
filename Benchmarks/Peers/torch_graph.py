"""The block on a graph in PyTorch, by the `softmax` and `scatter` of PyTorch Geometric: by autograd through the energy,
in closed form, in closed form with softmax over sorted edges, and a step of that form compiled.

Where PyTorch Geometric is missing, the same operations of PyTorch stand in for its own."""

import ctypes
import os

import numpy

# Arrays of pairs are large and short-lived: pages that the system gives anew for each cost several times what is
# computed in them. So memory is kept when it is freed, and lies on huge pages, as this library has it.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
try:
    LIBRARY = ctypes.CDLL(None)
    LIBRARY.mallopt(-4, 0)  # M_MMAP_MAX: nothing goes back to the system by itself
    LIBRARY.mallopt(-1, 2**31 - 1)  # M_TRIM_THRESHOLD
except (AttributeError, OSError):
    LIBRARY = None

import torch
from torch.nn import functional

from torch_descent import Descent, OneStep

try:
    import torch_geometric
    from torch_geometric.utils import scatter, softmax

    GEOMETRIC = torch_geometric.__version__
except ImportError:
    GEOMETRIC = None

    def scatter(src, index, dim=0, dim_size=None, reduce="sum"):
        size = (dim_size,) + tuple(src.shape[1:])
        index = index.view((-1,) + (1,) * (src.dim() - 1)).expand_as(src)
        if reduce == "max":
            return src.new_zeros(size).scatter_reduce_(dim, index, src, "amax", include_self=False)
        return src.new_zeros(size).scatter_add_(dim, index, src)

    def softmax(src, index=None, ptr=None, num_nodes=None):
        if ptr is not None:
            counts = ptr[1:] - ptr[:-1]
            top = torch.segment_reduce(src.detach(), "max", offsets=ptr).repeat_interleave(counts, 0)
            values = (src - top).exp()
            total = torch.segment_reduce(values, "sum", offsets=ptr) + 1e-16
            return values / total.repeat_interleave(counts, 0)
        top = scatter(src.detach(), index, dim_size=num_nodes, reduce="max")
        values = (src - top.index_select(0, index)).exp()
        total = scatter(values, index, dim_size=num_nodes) + 1e-16
        return values / total.index_select(0, index)


VARIANTS = ("torch-graph-automatic", "torch-graph-closed", "torch-graph-sorted", "torch-graph-compiled")


def pairs_with_self(row_starts, columns):
    """Queries and keys of all pairs, each node's with itself included, sorted by query, and where those of each begin."""
    nodes = len(row_starts) - 1
    every = numpy.arange(nodes)
    queries = numpy.concatenate([numpy.repeat(every, numpy.diff(row_starts)), every])
    keys = numpy.concatenate([columns, every])
    order = numpy.lexsort((keys, queries))
    return queries[order], keys[order], row_starts + numpy.arange(nodes + 1)


class GraphBlock(Descent):
    """Tokens [nodes, dimension]; queries and keys of pairs [pairs, heads, key size]."""

    def __init__(self, parameters, graph, steps, step_size, is_sorted):
        super().__init__(parameters, steps, step_size)
        for name, value in zip(("query", "key", "starts"), pairs_with_self(*graph)):
            self.register_buffer(name, torch.from_numpy(value))
        self.nodes = len(self.starts) - 1
        self.is_sorted = is_sorted

    def at_pairs(self, g):
        """The query and the key of every pair."""
        shape = (self.nodes, self.heads, self.key_size)
        queries = functional.linear(g, self.Wq.flatten(0, 1)).view(shape)
        keys = functional.linear(g, self.Wk.flatten(0, 1)).view(shape)
        return queries.index_select(0, self.query), keys.index_select(0, self.key)

    def energy(self, g):
        queries, keys = self.at_pairs(g)
        scores = self.beta * torch.einsum("phy,phy->ph", queries, keys)
        top = scatter(scores.detach(), self.query, dim_size=self.nodes, reduce="max")
        totals = scatter((scores - top.index_select(0, self.query)).exp(), self.query, dim_size=self.nodes)
        hidden = torch.relu(g @ self.Xi)
        return -(totals.log() + top).sum() / self.beta - 0.5 * hidden.square().sum()

    def gradient(self, g):
        queries, keys = self.at_pairs(g)
        scores = self.beta * torch.einsum("phy,phy->ph", queries, keys)
        if self.is_sorted:
            weights = softmax(scores, ptr=self.starts)
        else:
            weights = softmax(scores, self.query, num_nodes=self.nodes)
        weights = weights.unsqueeze(-1)
        to_queries = scatter(weights * keys, self.query, dim_size=self.nodes).flatten(1)
        to_keys = scatter(weights * queries, self.key, dim_size=self.nodes).flatten(1)
        attention = functional.linear(to_queries, self.Wq.flatten(0, 1).t())
        attention = attention + functional.linear(to_keys, self.Wk.flatten(0, 1).t())
        hidden = torch.relu(functional.linear(g, self.Xi.t()))
        return -(attention + functional.linear(hidden, self.Xi))


class TorchGraph:
    def __init__(self, variant, threads):
        if variant not in VARIANTS:
            raise ValueError(f"no variant {variant}")
        torch.set_num_threads(threads)
        self.variant = variant

    def versions(self):
        found = {"torch": torch.__version__}
        return found | {"torch_geometric": GEOMETRIC} if GEOMETRIC else found

    def rest(self):
        """Gives kept memory back between turns, so that several systems fit beside one another."""
        if LIBRARY is not None:
            LIBRARY.malloc_trim(0)

    def prepare(self, problem):
        if problem.graph is None:
            raise ValueError("the file has no graph: row_starts and columns")
        is_sorted = self.variant == "torch-graph-sorted"
        self.block = GraphBlock(problem.parameters, problem.graph, problem.steps, problem.step_size, is_sorted)
        self.tokens = torch.tensor(problem.tokens)
        self.trains = problem.work == "training"
        if not self.trains:
            self.block.eval()
            # Its gradient is part of what it computes forward, so autograd must stay on for this one alone.
            quiet = torch.enable_grad if self.variant == "torch-graph-automatic" else torch.no_grad
            descend = self.descent()

            def run():
                with quiet():
                    return descend(self.tokens)

        else:
            target = torch.tensor(problem.target)
            descend = self.descent()

            def run():
                self.block.zero_grad(set_to_none=True)
                loss = (descend(self.tokens) - target).square().mean()
                loss.backward()
                return loss.detach()

        self.run = run
        return run

    def descent(self):
        block = self.block
        if self.variant == "torch-graph-automatic":
            return lambda x: block.automatic(x, self.trains)
        if self.variant != "torch-graph-compiled":
            return block
        import torch._inductor.config

        torch._dynamo.reset()
        torch._inductor.config.compile_threads = 1
        torch._inductor.config.freezing = False
        step = torch.compile(OneStep(block), dynamic=False)

        def descend(x):
            for _ in range(block.steps):
                x = step(x)
            return block.normalised(x)

        return descend

    def results(self):
        found = self.run().detach().numpy()
        if not self.trains:
            return {"tokens": found}
        return {"loss": found} | {name: value.grad.numpy() for name, value in self.block.named_parameters()}
