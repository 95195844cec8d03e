"""The causal block in PyTorch: every token descends an energy of its own, whose context, the tokens before it, is held.

The first token sees nothing, so queries are those of all tokens but the first and keys those of all but the last: query
i + 1 sees keys 0 to i. That is the causal attention that PyTorch has a kernel for, with keys in place of values."""

import torch
from torch.nn import functional

from torch_block import Block


class CausalBlock(Block):
    def pairs(self, g, context):
        """Queries and keys, [batch, heads, tokens - 1, key size]."""
        for_queries, for_keys = self.matrices()
        queries = self.split(functional.linear(g[:, 1:], for_queries))
        return queries, self.split(functional.linear(context[:, :-1], for_keys))

    def energy(self, g, context):
        """The energies of all tokens in a context, added up."""
        queries, keys = self.pairs(g, context)
        scores = self.beta * queries @ keys.transpose(-1, -2)
        unseen = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
        hidden = torch.relu(g @ self.Xi)
        attention = -torch.logsumexp(scores.masked_fill(unseen, -torch.inf), -1).sum() / self.beta
        return attention - 0.5 * hidden.square().sum()

    def automatic_gradient(self, g, trains):
        """The gradient by the tokens alone, in a context that happens to be the tokens themselves."""
        own, context = (g.clone(), g) if trains else (g.detach().requires_grad_(), g.detach())
        return torch.autograd.grad(self.energy(own, context), own, create_graph=trains)[0]

    def gradient(self, g):
        queries, keys = self.pairs(g, g)
        answers = functional.scaled_dot_product_attention(queries, keys, keys, is_causal=True, scale=self.beta)
        attention = functional.linear(self.joined(answers), self.matrices()[0].t())
        hidden = torch.relu(functional.linear(g, self.Xi.t()))
        return -(functional.pad(attention, (0, 0, 1, 0)) + functional.linear(hidden, self.Xi))
