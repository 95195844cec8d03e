"""The causal block in JAX: every token descends an energy of its own, whose context, the tokens before it, is held. By
automatic differentiation of the energy and with its gradient in closed form, both with the sum of all tokens' energies before
every step.

The first token sees nothing, so queries are those of all tokens but the first and keys those of all but the last: query
i + 1 sees keys 0 to i, and none is without a key."""

import jax
import jax.numpy as jnp


def projections(p, g, context):
    """Keys [..., tokens - 1, heads, key size], scores [..., heads, query, key] times beta, minus infinity where the key does
    not lie before its query, hidden values of all tokens, and beta."""
    beta = p["Wq"].shape[1] ** -0.5
    queries = jnp.einsum("...nd,hyd->...nhy", g[..., 1:, :], p["Wq"])
    keys = jnp.einsum("...nd,hyd->...nhy", context[..., :-1, :], p["Wk"])
    scores = beta * jnp.einsum("...qhy,...khy->...hqk", queries, keys)
    seen = jnp.tri(scores.shape[-1], dtype=bool)
    return keys, jnp.where(seen, scores, -jnp.inf), jax.nn.relu(g @ p["Xi"]), beta


def energy(p, g, context):
    """The energies of an example's tokens in a context: - 1/beta sum logsumexp(scores) - 1/2 sum relu(g Xi)²."""
    _, scores, hidden, beta = projections(p, g, context)
    attention = -jax.nn.logsumexp(scores, axis=-1).sum((-1, -2)) / beta
    return attention - 0.5 * jnp.square(hidden).sum((-1, -2))


def automatic(p, g):
    """The gradient by g alone, in a context that happens to be the tokens themselves."""

    def total(g, context):
        energies = energy(p, g, context)
        return energies.sum(), energies

    (_, energies), gradient = jax.value_and_grad(total, has_aux=True)(g, g)
    return energies, gradient


def energy_and_gradient(p, g):
    """The same energies with the gradient written out."""
    keys, scores, hidden, beta = projections(p, g, g)
    log_sums = jax.nn.logsumexp(scores, axis=-1, keepdims=True)
    weights = jnp.exp(scores - log_sums)
    energies = -log_sums.sum((-1, -2, -3)) / beta - 0.5 * jnp.square(hidden).sum((-1, -2))
    answers = jnp.einsum("...hqk,...khy->...qhy", weights, keys)
    attention = jnp.einsum("...nhy,hyd->...nd", answers, p["Wq"])
    first = [(0, 0)] * (g.ndim - 2) + [(1, 0), (0, 0)]
    return energies, -(jnp.pad(attention, first) + hidden @ p["Xi"].T)


FORMS = {"jax-automatic": automatic, "jax-closed": energy_and_gradient}
