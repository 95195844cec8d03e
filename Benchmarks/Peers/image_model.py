"""The image Energy Transformer in JAX: encoder, one block, decoder, and its loss on masked images."""

import math

import jax.numpy as jnp
import numpy

from digits import PATCH, ROWS
from jax_block import descend

LENGTH = PATCH * PATCH


def initial(random, dimension, heads, key_size, memories, deviation):
    """Parameters of the library's recipe; a NumPy generator draws them."""

    def normal(shape, deviation):
        return jnp.asarray(deviation * random.standard_normal(shape), jnp.float32)

    return {
        "Wq": normal((heads, key_size, dimension), deviation),
        "Wk": normal((heads, key_size, dimension), deviation),
        "Xi": normal((dimension, memories), deviation),
        "gamma": jnp.ones(()),
        "delta": jnp.zeros(dimension),
        "encoder": normal((LENGTH, dimension), 1 / math.sqrt(LENGTH)),
        "encoder_bias": jnp.zeros(dimension),
        "class_token": normal((dimension,), 0.02),
        "mask_token": normal((dimension,), 0.02),
        "positions": jnp.asarray(positions(dimension), jnp.float32),
        "decoder": normal((dimension, LENGTH), 0.02),
        "decoder_bias": jnp.zeros(LENGTH),
    }


def positions(dimension):
    """Sines and cosines of row and column with frequencies from 0.2 to 2.5 radians a patch; zeros for the class token."""
    frequencies = numpy.geomspace(0.2, 2.5, dimension // 4)
    place = numpy.arange(ROWS)[:, None] * frequencies
    waves = numpy.concatenate([numpy.sin(place), numpy.cos(place)], axis=1)
    rows, columns = numpy.repeat(waves, ROWS, axis=0), numpy.tile(waves, (ROWS, 1))
    grid = math.sqrt(2) * numpy.concatenate([rows, columns], axis=1)
    return numpy.concatenate([numpy.zeros((1, dimension)), grid])


def completed(p, patches, hidden, steps, step_size, gradient):
    """All patches after the descent, from those that are not hidden, [batch, patches, length]."""
    column = hidden[..., None]
    encoded = patches @ p["encoder"] + p["encoder_bias"]
    visible = encoded * (1 - column) + p["mask_token"] * column
    first = jnp.broadcast_to(p["class_token"], (len(patches), 1, visible.shape[-1]))
    tokens = jnp.concatenate([first, visible], axis=1) + p["positions"]
    g, _ = descend(p, tokens, steps, step_size, gradient)
    return g[:, 1:] @ p["decoder"] + p["decoder_bias"]


def loss(p, patches, hidden, steps, step_size, gradient, visible_weight=0.3):
    errors = jnp.square(completed(p, patches, hidden, steps, step_size, gradient) - patches).mean(-1)
    visible = 1 - hidden
    return (errors * hidden).sum() / hidden.sum() + visible_weight * (errors * visible).sum() / visible.sum()


def hidden_error(p, patches, hidden, mean, deviation, steps, step_size, gradient):
    """Mean squared error of hidden pixels, clamped to 0 ... 1, of each image."""
    found = completed(p, patches, hidden, steps, step_size, gradient)
    difference = jnp.clip(found * deviation + mean, 0, 1) - (patches * deviation + mean)
    return (jnp.square(difference).mean(-1) * hidden).sum(-1) / hidden.sum(-1)
