"""A network of three layers in JAX, everything in one jit: as HAMUX 0.2.2 writes it, by the gradient of the energy with
respect to the activations, which are the gradients of Lagrangians, and with both in closed form. Both return the energy
before every step."""

import jax
import jax.numpy as jnp
import numpy

from jax_block import JAXBlock

# The layers that each synapse couples; its weights are [neurons of the second, neurons of the first].
SYNAPSES = {"visible_hidden": ("visible", "hidden"), "hidden_labels": ("hidden", "labels")}


@jax.custom_jvp
def log_cosh(x):
    return jnp.log(jnp.cosh(x))


@log_cosh.defjvp
def log_cosh_tangent(primals, tangents):
    return log_cosh(*primals), jnp.tanh(*primals) * tangents[0]


# One example's Lagrangians, in the order of the state.
LAGRANGIANS = {
    "visible": lambda x: jnp.square(x).sum() / 2,
    "hidden": lambda x: log_cosh(x).sum(),
    "labels": jax.nn.logsumexp,
}


def activations(states):
    return {name: jax.grad(lagrangian)(states[name]) for name, lagrangian in LAGRANGIANS.items()}


def neuron_energy(lagrangian):
    """⟨g, x⟩ - L(x) of one layer; its gradient in g is x, which spares a derivative."""

    @jax.custom_jvp
    def energy(g, x):
        return jnp.multiply(g, x).sum() - lagrangian(x)

    @energy.defjvp
    def tangent(primals, tangents):
        (g, x), (g_tangent, _) = primals, tangents
        return energy(g, x), jnp.multiply(x, g_tangent).sum()

    return energy


def energy(weights, g, x):
    """The energy of one example: that of its neurons and - ⟨g2, W g1⟩ for every synapse."""
    total = sum(neuron_energy(lagrangian)(g[name], x[name]) for name, lagrangian in LAGRANGIANS.items())
    for name, (first, second) in SYNAPSES.items():
        total -= jnp.einsum("...c,...d,dc->...", g[first], g[second], weights[name])
    return total


def automatic(weights, states):
    g = jax.vmap(activations)(states)
    return jax.vmap(jax.value_and_grad(energy, argnums=1), in_axes=(None, 0, 0))(weights, g, states)


def closed(weights, states):
    """The same energies with their gradient written out."""
    lower, upper = weights["visible_hidden"], weights["hidden_labels"]
    visible, hidden = states["visible"], jnp.tanh(states["hidden"])
    log_sums = jax.nn.logsumexp(states["labels"], axis=-1, keepdims=True)
    labels = jnp.exp(states["labels"] - log_sums)
    to_hidden, to_labels = visible @ lower.T, hidden @ upper.T
    energies = (
        jnp.square(visible).sum(-1) / 2
        + (hidden * (states["hidden"] - to_hidden) - log_cosh(states["hidden"])).sum(-1)
        + (labels * (states["labels"] - to_labels)).sum(-1)
        - log_sums[..., 0]
    )
    return energies, {
        "visible": states["visible"] - hidden @ lower,
        "hidden": states["hidden"] - to_hidden - labels @ upper,
        "labels": states["labels"] - to_labels,
    }


class JAXLayered(JAXBlock):
    forms = {"jax-layered-automatic": automatic, "jax-layered-closed": closed}
    causal_forms = {}

    def start(self, problem):
        """The layers of the first state, [batch, neurons] each."""
        lower, upper = problem.parameters["visible_hidden"], problem.parameters["hidden_labels"]
        ends = [lower.shape[1], lower.shape[1] + lower.shape[0]]
        if problem.tokens.shape[1] != ends[1] + upper.shape[0]:
            raise ValueError(f"x has {problem.tokens.shape[1]} neurons, the layers {ends[1] + upper.shape[0]}")
        layers = numpy.split(problem.tokens, ends, axis=1)
        return {name: jnp.asarray(layer) for name, layer in zip(LAGRANGIANS, layers)}

    def descend(self, weights, states, steps, step_size):
        """The layers after the last step and the energy before each step, [steps, batch]."""

        def step(states, _):
            energies, gradient = self.gradient(weights, states)
            return jax.tree.map(lambda x, slope: x - step_size * slope, states, gradient), energies

        return jax.lax.scan(step, states, None, length=steps)

    def compared(self, states):
        """The activations that a target is for."""
        return jax.vmap(activations)(states)["visible"]

    def array(self, states):
        return numpy.concatenate([states[name] for name in LAGRANGIANS], axis=1)
