"""The recipe's optimisers, written for one jit: Muon for the matrices of the energies, AdamW for everything else."""

import jax
import jax.numpy as jnp

DECAY = 0.05
# How each of Muon's parameters is a matrix: [rows, columns].
MATRICES = {
    "Wq": (lambda w: w.reshape(-1, w.shape[-1]), lambda m, shape: m.reshape(shape)),
    "Wk": (lambda w: w.reshape(-1, w.shape[-1]), lambda m, shape: m.reshape(shape)),
    "Xi": (lambda w: w.T, lambda m, shape: m.T),
}
DECAYED = ("encoder", "decoder")


def initial_state(parameters):
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    return {"first": zeros, "second": jax.tree.map(jnp.zeros_like, parameters), "count": jnp.zeros((), jnp.int32)}


def orthogonalised(matrix):
    """All singular values brought near 1 by five Newton-Schulz iterations."""
    transposed = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if transposed else matrix
    x = x / (jnp.linalg.norm(x) + 1e-12)
    for _ in range(5):
        square = x @ x.T
        x = 3.4445 * x + (-4.7750 * square + 2.0315 * square @ square) @ x
    return x.T if transposed else x


def muon(value, gradient, momentum, rate, name):
    to_matrix, to_shape = MATRICES[name]
    momentum = 0.95 * momentum + gradient
    matrix = to_matrix(gradient + 0.95 * momentum)
    rate_of_shape = rate * max(1, matrix.shape[0] / matrix.shape[1]) ** 0.5
    step = to_shape(orthogonalised(matrix), value.shape)
    return value * (1 - rate * DECAY) - rate_of_shape * step, momentum


def adam(value, gradient, first, second, count, rate, decay):
    first = 0.9 * first + 0.1 * gradient
    second = 0.99 * second + 0.01 * jnp.square(gradient)
    step = (first / (1 - 0.9**count)) / (jnp.sqrt(second / (1 - 0.99**count)) + 1e-8)
    return value * (1 - rate * decay) - rate * step, first, second


def updated(parameters, gradients, state, factor, muon_rate=0.03, adam_rate=0.01):
    """One update with gradients clipped to a global norm of 1; `factor` is the schedule's."""
    norm = jnp.sqrt(sum(jnp.square(g).sum() for g in gradients.values()))
    scale = jnp.minimum(1, 1 / norm)
    count = state["count"] + 1
    new, first, second = {}, {}, {}
    for name, value in parameters.items():
        gradient = scale * gradients[name]
        if name in MATRICES:
            new[name], first[name] = muon(value, gradient, state["first"][name], factor * muon_rate, name)
            second[name] = state["second"][name]
        else:
            new[name], first[name], second[name] = adam(
                value,
                gradient,
                state["first"][name],
                state["second"][name],
                count,
                factor * adam_rate,
                DECAY if name in DECAYED else 0,
            )
    return new, {"first": first, "second": second, "count": count}
