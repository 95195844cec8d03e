"""A causal Energy Transformer of text that continues one sequence in PyTorch, one symbol after the other, from a cache of
the keys of each step: eager, and all of a symbol's work compiled in one graph.

In each turn the model is given a symbol of the file and says the logits of the next, of which the most probable is drawn;
the file's own next symbol is given then, so that rounding cannot lead two systems apart."""

import torch
from torch.nn import functional

from torch_descent import EPSILON

VARIANTS = ("torch-cached", "torch-cached-compiled")


class Generator(torch.nn.Module):
    """Weights are packed: queries, keys and hidden values come of one product, and one leads back."""

    def __init__(self, parameters, steps, step_size):
        super().__init__()
        given = {name: torch.tensor(value) for name, value in parameters.items()}
        queries, keys, memories = given["Wq"].flatten(0, 1), given["Wk"].flatten(0, 1), given["Xi"].t()
        self.heads, self.key_size, self.dimension = given["Wq"].shape
        self.parts = (len(queries), len(keys), len(memories))
        self.steps, self.step_size, self.length = steps, step_size, len(given["positions"])
        packed = {
            "forth": torch.cat([queries, keys, memories]).t().contiguous(),
            "back": torch.cat([queries, memories]),
            "gain": given["gamma"].expand(self.dimension).contiguous(),
        }
        kept = ("table", "positions", "delta", "norm_gain", "norm_bias", "head", "head_bias")
        for name, value in (packed | {name: given[name] for name in kept}).items():
            self.register_parameter(name, torch.nn.Parameter(value, requires_grad=False))

    def caches(self):
        """The keys of each step, [1, heads, positions, key size]."""
        return [torch.zeros(1, self.heads, self.length, self.key_size) for _ in range(self.steps)]

    def projected(self, x):
        """The query and the key of one token, [1, heads, 1, key size], and its hidden values, [1, memories]."""
        g = functional.layer_norm(x, (self.dimension,), self.gain, self.delta, EPSILON)
        query, key, hidden = (g @ self.forth).split(self.parts, -1)
        shape = (1, self.heads, 1, self.key_size)
        return query.view(shape), key.view(shape), torch.relu(hidden)

    def stepped(self, x, answer, hidden):
        return torch.addmm(x, torch.cat((answer.view(1, -1), hidden), -1), self.back, alpha=self.step_size)

    def logits(self, x):
        read = functional.layer_norm(x, (self.dimension,), self.norm_gain, self.norm_bias, EPSILON)
        return functional.linear(read, self.head, self.head_bias)[0]

    def eager(self, caches, symbol, position):
        x = (self.table[symbol] + self.positions[position]).unsqueeze(0)
        for cache in caches:
            query, key, hidden = self.projected(x)
            cache[:, :, position].copy_(key[:, :, 0])
            if position:
                keys = cache[:, :, :position]
                answer = functional.scaled_dot_product_attention(query, keys, keys)
            else:
                answer = torch.zeros_like(query)
            x = self.stepped(x, answer, hidden)
        return self.logits(x)

    def forward(self, caches, symbol, position):
        """The same with symbol and position as tensors, [1], and all of a cache in every step: one graph serves all."""
        x = self.table[symbol] + self.positions[position]
        seen = torch.arange(self.length) < position
        for cache in caches:
            query, key, hidden = self.projected(x)
            cache.index_copy_(2, position, key)
            scores = self.key_size**-0.5 * (query @ cache.transpose(2, 3))
            # The first token sees nothing: its weights are 0.
            weights = torch.softmax(scores.masked_fill(~seen, -1e30), -1) * seen
            x = self.stepped(x, weights @ cache, hidden)
        return self.logits(x)


class TorchGeneration:
    def __init__(self, variant, threads):
        if variant not in VARIANTS:
            raise ValueError(f"no variant {variant}")
        torch.set_num_threads(threads)
        self.variant = variant

    def versions(self):
        return {"torch": torch.__version__}

    def prepare(self, problem):
        if "table" not in problem.parameters or problem.work != "forward":
            raise ValueError(f"{self.variant} takes a file with symbols, and the work forward")
        model = Generator(problem.parameters, problem.steps, problem.step_size).eval()
        symbols = [int(symbol) for symbol in problem.tokens]
        turn = model.eager if self.variant == "torch-cached" else self.compiled(model)

        def run():
            with torch.inference_mode():
                caches, found = model.caches(), []
                for position, symbol in enumerate(symbols):
                    found.append(turn(caches, symbol, position))
                    int(found[-1].argmax())
                return found

        self.run = run
        return run

    def compiled(self, model):
        import torch._inductor.config

        torch._dynamo.reset()
        torch._inductor.config.compile_threads = 1
        torch._inductor.config.freezing = True
        graph = torch.compile(model, dynamic=False)
        numbers = [torch.tensor([number]) for number in range(max(model.length, len(model.table)))]
        return lambda caches, symbol, position: graph(caches, numbers[symbol], numbers[position])

    def results(self):
        return {"logits": torch.stack(self.run()).numpy()}
