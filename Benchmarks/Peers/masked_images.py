"""The training program of masked-images in JAX: the same data, model, recipe and schedule; an update is one jit.

    masked_images.py --data FOLDER --output FILE [--epochs N] [--seed N] [--threads N] [--test-masks FILE]

The folder holds the four IDX files. Writes JSON: seconds of training, which do not count compiling and judging, and the
error on the test images at the end and after every epoch.
"""

import argparse
import json
import math
import time

from serving import limit_threads

BATCH = 16


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--epochs", type=int, default=24)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--test-masks", help="a safetensors file with hidden, 1 where a test image's patch is hidden")
    parser.add_argument("--form", choices=["automatic", "closed"], help="the faster of both when left out")
    return parser.parse_args()


def rate_factor(update, count):
    """5 % linear warm-up, then a cosine to 2 % of the peak."""
    warm_up = count // 20
    if update < warm_up:
        return (update + 1) / warm_up
    progress = (update + 1 - warm_up) / (count - warm_up)
    return 0.02 + 0.98 * (1 + math.cos(math.pi * progress)) / 2


class Program:
    """One form of the gradient, compiled for both phases of the curriculum."""

    PHASES = ((4, 0.3), (12, 0.1))

    def __init__(self, form, data):
        import jax
        import jax.numpy as jnp

        import image_model
        import jax_block
        import optimizers

        gradient = {"automatic": jax_block.automatic, "closed": jax_block.energy_and_gradient}[form]
        self.form, self.data = form, data
        self.train, self.test = jnp.asarray(data.train), jnp.asarray(data.test)

        def update(parameters, state, train, indices, hidden, factor, steps, step_size):
            def loss(p):
                return image_model.loss(p, train[indices], hidden, steps, step_size, gradient)

            value, gradients = jax.value_and_grad(loss)(parameters)
            return *optimizers.updated(parameters, gradients, state, factor), value

        def error(parameters, patches, hidden):
            each = image_model.hidden_error(
                parameters, patches, hidden, data.mean, data.deviation, *self.PHASES[1], gradient
            )
            return each.sum()

        self.update = jax.jit(update, static_argnums=(6, 7), donate_argnums=(0, 1))
        self.error = jax.jit(error)
        self.initial_state = optimizers.initial_state
        self.block = jax.block_until_ready

    def start(self, seed):
        import numpy

        import image_model

        random = numpy.random.default_rng(seed)
        parameters = image_model.initial(random, dimension=64, heads=4, key_size=16, memories=256, deviation=0.03)
        return parameters, self.initial_state(parameters), random

    def step(self, parameters, state, indices, random, factor, phase):
        from digits import draw_masks

        hidden = draw_masks(random, len(indices))
        return self.update(parameters, state, self.train, indices, hidden, factor, *self.PHASES[phase])

    def trial(self, seed, count=20):
        """Compiles both phases; seconds that some updates of each take afterwards."""
        import numpy

        indices = numpy.arange(BATCH)
        seconds = 0
        for phase in range(2):
            parameters, state, random = self.start(seed)
            parameters, state, _ = self.block(self.step(parameters, state, indices, random, 0.1, phase))
            started = time.perf_counter()
            for _ in range(count):
                parameters, state, _ = self.step(parameters, state, indices, random, 0.1, phase)
            self.block(parameters)
            # 70 % of a run are in the first phase.
            seconds += (0.7, 0.3)[phase] * (time.perf_counter() - started)
        return seconds

    def test_error(self, parameters):
        total = 0.0
        for first in range(0, len(self.test), 200):
            part = slice(first, first + 200)
            total += float(self.error(parameters, self.test[part], self.data.test_masks[part]))
        return total / len(self.test)


def train(program, epochs, seed):
    """Trains; returns seconds of training, the last loss and the error after every epoch."""
    parameters, state, random = program.start(seed)
    per_epoch = len(program.train) // BATCH
    count = epochs * per_epoch
    seconds, curve = 0.0, []
    for epoch in range(epochs):
        started = time.perf_counter()
        order = random.permutation(len(program.train))
        for index in range(per_epoch):
            update = epoch * per_epoch + index
            indices = order[index * BATCH : (index + 1) * BATCH]
            phase = 0 if update < round(0.7 * count) else 1
            parameters, state, value = program.step(
                parameters, state, indices, random, rate_factor(update, count), phase
            )
        value = float(value)
        program.block(parameters)
        seconds += time.perf_counter() - started
        if not math.isfinite(value):
            raise ValueError(f"the loss of epoch {epoch + 1} is {value}")
        curve.append({"epoch": epoch + 1, "seconds": seconds, "masked_mse": program.test_error(parameters)})
        print(f"epoch {epoch + 1}: {seconds:.1f} s, loss {value:.4f}, error {curve[-1]['masked_mse']:.5f}", flush=True)
    return seconds, curve


def main():
    options = arguments()
    limit_threads(options.threads)
    import arrays
    from digits import Digits

    masks = arrays.read(options.test_masks)["hidden"] if options.test_masks else None
    data = Digits(options.data, masks)
    started = time.perf_counter()
    programs = [Program(form, data) for form in ([options.form] if options.form else ["automatic", "closed"])]
    program = min(programs, key=lambda program: program.trial(options.seed))
    compile_seconds = time.perf_counter() - started
    program.test_error(program.start(options.seed)[0])
    seconds, curve = train(program, options.epochs, options.seed)
    record = {
        "form": program.form,
        "epochs": options.epochs,
        "seed": options.seed,
        "compile_seconds": compile_seconds,
        "train_seconds": seconds,
        "seconds_per_epoch": seconds / options.epochs,
        "masked_mse": curve[-1]["masked_mse"],
        "curve": curve,
    }
    with open(options.output, "w") as file:
        json.dump(record, file, indent=1)


if __name__ == "__main__":
    main()
