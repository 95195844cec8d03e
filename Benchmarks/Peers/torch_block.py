"""The Energy Transformer block in PyTorch: eager with autograd, eager in closed form, and that compiled, one step or
the whole descent a graph, also with weights that the compiler may take for constants (forward only)."""

import torch
from torch.nn import functional

from torch_descent import Descent, OneStep

VARIANTS = (
    "torch-automatic",
    "torch-closed",
    "torch-compiled-step",
    "torch-compiled",
    "torch-frozen-step",
    "torch-frozen",
)


class Block(Descent):
    """Weights as a user of nn.Linear would hold them: queries and keys [heads x key size, dimension]."""

    def split(self, values):
        batch, tokens, _ = values.shape
        return values.view(batch, tokens, self.heads, self.key_size).transpose(1, 2)

    def joined(self, values):
        batch, _, tokens, _ = values.shape
        return values.transpose(1, 2).reshape(batch, tokens, self.heads * self.key_size)

    def matrices(self):
        return self.Wq.flatten(0, 1), self.Wk.flatten(0, 1)

    def energy(self, g):
        for_queries, for_keys = self.matrices()
        queries, keys = self.split(functional.linear(g, for_queries)), self.split(functional.linear(g, for_keys))
        scores = self.beta * queries @ keys.transpose(-1, -2)
        hidden = torch.relu(g @ self.Xi)
        return -torch.logsumexp(scores, -1).sum() / self.beta - 0.5 * hidden.square().sum()

    def gradient(self, g):
        for_queries, for_keys = self.matrices()
        queries, keys = self.split(functional.linear(g, for_queries)), self.split(functional.linear(g, for_keys))
        weights = torch.softmax(self.beta * queries @ keys.transpose(-1, -2), -1)
        attention = functional.linear(self.joined(weights @ keys), for_queries.t())
        attention = attention + functional.linear(self.joined(weights.transpose(-1, -2) @ queries), for_keys.t())
        hidden = torch.relu(functional.linear(g, self.Xi.t()))
        return -(attention + functional.linear(hidden, self.Xi))


class TorchBlock:
    def __init__(self, variant, threads):
        if variant not in VARIANTS:
            raise ValueError(f"no variant {variant}")
        torch.set_num_threads(threads)
        self.variant = variant

    def versions(self):
        return {"torch": torch.__version__}

    def prepare(self, problem):
        if "frozen" in self.variant and problem.work == "training":
            raise ValueError(f"{self.variant} computes no gradients")
        torch._dynamo.reset()
        self.block = self.block_for(problem)(problem.parameters, problem.steps, problem.step_size)
        self.tokens, self.target = torch.tensor(problem.tokens), torch.tensor(problem.target)
        self.work = problem.work
        if self.work == "forward":
            self.block.eval()
            # Its gradient is part of what it computes forward, so autograd must stay on for this one alone.
            quiet = torch.enable_grad if self.variant == "torch-automatic" else torch.no_grad
            descend = self.descent(trains=False)

            def run():
                with quiet():
                    return descend(self.tokens)

        else:
            descend = self.descent(trains=True)

            def run():
                self.block.zero_grad(set_to_none=True)
                loss = (descend(self.tokens) - self.target).square().mean()
                loss.backward()
                return loss

        self.run = run
        return run

    def block_for(self, problem):
        if not problem.is_causal:
            return Block
        from torch_causal import CausalBlock

        return CausalBlock

    def descent(self, trains):
        block = self.block
        if self.variant == "torch-automatic":
            return lambda x: block.automatic(x, trains)
        if self.variant == "torch-closed":
            return block
        import torch._inductor.config

        torch._inductor.config.compile_threads = 1
        torch._inductor.config.freezing = "frozen" in self.variant
        if not self.variant.endswith("-step"):
            return torch.compile(block, dynamic=False)
        step = torch.compile(OneStep(block), dynamic=False)

        def descend(x):
            for _ in range(block.steps):
                x = step(x)
            return block.normalised(x)

        return descend

    def results(self):
        found = self.run().detach().numpy()
        if self.work == "forward":
            return {"tokens": found}
        return {"loss": found} | {name: value.grad.numpy() for name, value in self.block.named_parameters()}
