"""What the blocks in PyTorch have in common: parameters, layer norm, and the descent by `gradient` or by autograd through
`energy`."""

import torch

EPSILON = 1e-5


class Descent(torch.nn.Module):
    """A block that says its `energy` and `gradient` at normalised tokens."""

    def __init__(self, parameters, steps, step_size):
        super().__init__()
        for name, value in parameters.items():
            self.register_parameter(name, torch.nn.Parameter(torch.tensor(value)))
        self.heads, self.key_size, self.dimension = self.Wq.shape
        self.beta = self.key_size**-0.5
        self.steps, self.step_size = steps, step_size

    def normalised(self, x):
        centred = x - x.mean(-1, keepdim=True)
        variance = centred.square().mean(-1, keepdim=True)
        return self.gamma * centred * torch.rsqrt(variance + EPSILON) + self.delta

    def step(self, x):
        return x - self.step_size * self.gradient(self.normalised(x))

    def forward(self, x):
        for _ in range(self.steps):
            x = self.step(x)
        return self.normalised(x)

    def automatic(self, x, trains):
        """By autograd through the energy, which training differentiates once more."""
        for _ in range(self.steps):
            x = x - self.step_size * self.automatic_gradient(self.normalised(x), trains)
            if not trains:
                x = x.detach()
        return self.normalised(x)

    def automatic_gradient(self, g, trains):
        if not trains:
            g = g.detach().requires_grad_()
        return torch.autograd.grad(self.energy(g), g, create_graph=trains)[0]


class OneStep(torch.nn.Module):
    """One step as a graph of its own."""

    def __init__(self, block):
        super().__init__()
        self.block = block

    def forward(self, x):
        return self.block.step(x)
