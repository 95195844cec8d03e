"""The Energy Transformer block in JAX, everything in one jit: by automatic differentiation of the energy, and with its
gradient in closed form. Both return the energy before every step."""

import jax
import jax.numpy as jnp
import numpy

import jax_causal

EPSILON = 1e-5


def normalised(p, x):
    centred = x - x.mean(-1, keepdims=True)
    variance = jnp.square(centred).mean(-1, keepdims=True)
    return p["gamma"] * centred * jax.lax.rsqrt(variance + EPSILON) + p["delta"]


def projections(p, g):
    """Queries and keys [..., tokens, heads, key size], scores [..., heads, query, key] times beta, hidden values."""
    beta = p["Wq"].shape[1] ** -0.5
    queries = jnp.einsum("...nd,hyd->...nhy", g, p["Wq"])
    keys = jnp.einsum("...nd,hyd->...nhy", g, p["Wk"])
    scores = beta * jnp.einsum("...qhy,...khy->...hqk", queries, keys)
    return queries, keys, scores, jax.nn.relu(g @ p["Xi"]), beta


def energy(p, g):
    """The energy of each example: - 1/beta sum logsumexp(scores) - 1/2 sum relu(g Xi)²."""
    _, _, scores, hidden, beta = projections(p, g)
    attention = -jax.nn.logsumexp(scores, axis=-1).sum((-1, -2)) / beta
    return attention - 0.5 * jnp.square(hidden).sum((-1, -2))


def energy_and_gradient(p, g):
    """The same energy with its gradient written out."""
    queries, keys, scores, hidden, beta = projections(p, g)
    log_sums = jax.nn.logsumexp(scores, axis=-1, keepdims=True)
    weights = jnp.exp(scores - log_sums)
    total = -log_sums.sum((-1, -2, -3)) / beta - 0.5 * jnp.square(hidden).sum((-1, -2))
    for_queries = jnp.einsum("...hqk,...khy->...qhy", weights, keys)
    for_keys = jnp.einsum("...hqk,...qhy->...khy", weights, queries)
    gradient = -(
        jnp.einsum("...nhy,hyd->...nd", for_queries, p["Wq"])
        + jnp.einsum("...nhy,hyd->...nd", for_keys, p["Wk"])
        + hidden @ p["Xi"].T
    )
    return total, gradient


def automatic(p, g):
    def total(g):
        energies = energy(p, g)
        return energies.sum(), energies

    (_, energies), gradient = jax.value_and_grad(total, has_aux=True)(g)
    return energies, gradient


def descend(p, x, steps, step_size, gradient):
    """The normalised tokens after the last step and the energy before each step, [steps, batch]; the compiler drops what
    the caller does not use."""

    def step(x, _):
        energies, direction = gradient(p, normalised(p, x))
        return x - step_size * direction, energies

    x, energies = jax.lax.scan(step, x, None, length=steps)
    return normalised(p, x), energies


def planned_bytes(compiled):
    """What the compiler set aside for inputs, outputs and everything between; None where it does not say."""
    try:
        plan = compiled.memory_analysis()
        return plan.argument_size_in_bytes + plan.output_size_in_bytes + plan.temp_size_in_bytes
    except Exception:
        return None


class JAXBlock:
    forms = {"jax-automatic": automatic, "jax-closed": energy_and_gradient}
    causal_forms = jax_causal.FORMS

    def __init__(self, variant):
        if variant not in self.forms:
            raise ValueError(f"no variant {variant}")
        self.variant = variant

    def versions(self):
        import jaxlib

        return {"jax": jax.__version__, "jaxlib": jaxlib.__version__}

    def start(self, problem):
        return jnp.asarray(problem.tokens)

    def descend(self, p, x, steps, step_size):
        return descend(p, x, steps, step_size, self.gradient)

    def compared(self, tokens):
        """What the loss holds against the target."""
        return tokens

    def array(self, tokens):
        return numpy.asarray(tokens)

    def prepare(self, problem):
        forms = self.causal_forms if problem.is_causal else self.forms
        if self.variant not in forms:
            raise ValueError(f"{self.variant} is not for causal work")
        self.gradient = forms[self.variant]

        def descended(p, x):
            return self.descend(p, x, problem.steps, problem.step_size)

        def loss(p, x, target):
            return jnp.square(self.compared(descended(p, x)[0]) - target).mean()

        parameters = {name: jnp.asarray(value) for name, value in problem.parameters.items()}
        tokens, target = self.start(problem), jnp.asarray(problem.target)
        self.work = problem.work
        if self.work == "forward":
            function, inputs = jax.jit(descended), (parameters, tokens)
        else:
            function, inputs = jax.jit(jax.value_and_grad(loss)), (parameters, tokens, target)
        # Compiled here, so that the memory of compiling is not that of the first run.
        compiled = function.lower(*inputs).compile()
        self.planned_bytes = planned_bytes(compiled)
        self.run = lambda: jax.block_until_ready(compiled(*inputs))
        return self.run

    def results(self):
        first, second = self.run()
        if self.work == "forward":
            return {"tokens": self.array(first), "energies": numpy.asarray(second)}
        return {"loss": numpy.asarray(first)} | {name: numpy.asarray(value) for name, value in second.items()}
