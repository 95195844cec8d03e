#!/usr/bin/env python3
"""Draws the diagrams of the documentation, each for light and for dark pages.

usage: draw-diagrams.py [FOLDER]

Writes NAME.svg and NAME~dark.svg into the catalog of articles, or into FOLDER. Drawings are narrow, so that their text can be
read on a phone. Needs nothing but Python.
"""

import sys
from pathlib import Path

LIGHT = {
    "ink": "#1d1d1f", "quiet": "#5f5f66", "line": "#8a8a90", "blue": "#0b5cad", "orange": "#a34a00", "green": "#1b7034",
    "blue ground": "#e7f0fa", "orange ground": "#fbeee2", "green ground": "#e6f4ea", "ground": "#f2f2f4",
}
DARK = {
    "ink": "#f2f2f4", "quiet": "#b0b0b6", "line": "#85858c", "blue": "#7db9ff", "orange": "#ffb26b", "green": "#78d391",
    "blue ground": "#15293f", "orange ground": "#3a2714", "green ground": "#15301d", "ground": "#2a2a2d",
}
WIDTH = 440
FONT = "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class Drawing:
    """Shapes of one diagram, in the colours of one kind of page."""

    def __init__(self, height, title, colours):
        self.height, self.title, self.colours, self.shapes, self.arrowheads = height, title, colours, [], set()

    def colour(self, name):
        return self.colours[name]

    def text(self, x, y, words, size=15, colour="ink", anchor="middle", weight="normal", style="normal"):
        self.shapes.append(
            f'<text x="{x}" y="{y}" font-size="{size}" fill="{self.colour(colour)}" text-anchor="{anchor}" '
            f'font-weight="{weight}" font-style="{style}">{escaped(words)}</text>')

    def box(self, x, y, width, height, colour="line", ground="ground", radius=8):
        self.shapes.append(
            f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="{radius}" fill="{self.colour(ground)}" '
            f'stroke="{self.colour(colour)}" stroke-width="1.5"/>')

    def circle(self, x, y, radius, colour="ink", ground=None, dashed=False):
        fill = self.colour(ground) if ground else "none"
        dash = ' stroke-dasharray="4 4"' if dashed else ""
        self.shapes.append(
            f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{fill}" stroke="{self.colour(colour)}" stroke-width="1.5"{dash}/>')

    def path(self, points, colour="line", arrow=False, dashed=False, width=1.8):
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        end = ""
        if arrow:
            self.arrowheads.add(colour)
            end = f' marker-end="url(#{colour})"'
        self.shapes.append(
            f'<path d="{points}" fill="none" stroke="{self.colour(colour)}" stroke-width="{width}"{dash}{end}/>')

    def svg(self):
        heads = "".join(
            f'<marker id="{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
            f'orient="auto-start-reverse" markerUnits="userSpaceOnUse"><path d="M0 0L10 5L0 10z" fill="{self.colour(name)}"/></marker>'
            for name in sorted(self.arrowheads))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.height}" width="{WIDTH}" '
            f'height="{self.height}" font-family="{FONT}" role="img">\n<title>{escaped(self.title)}</title>\n'
            f"<defs>{heads}</defs>\n" + "\n".join(self.shapes) + "\n</svg>\n")


def two_spaces(colours):
    d = Drawing(320, "Tokens, activations, and the step between them", colours)
    d.text(110, 24, "tokens x", colour="blue", weight="bold")
    d.text(330, 24, "activations g", colour="orange", weight="bold")
    d.box(12, 36, 196, 190, "blue", "blue ground")
    d.box(232, 36, 196, 190, "orange", "orange ground")
    d.text(110, 56, "what moves", 13, "quiet")
    d.text(330, 56, "what the energy sees", 13, "quiet")
    # The activations of a norm lie on a sphere; lines of equal energy cross it.
    d.circle(330, 146, 62, "orange")
    d.path("M292 212C310 170 350 152 416 160", "line", width=1, dashed=True)
    d.path("M262 200C290 146 342 124 418 128", "line", width=1, dashed=True)
    d.path("M246 178C270 122 330 92 416 98", "line", width=1, dashed=True)
    d.circle(58, 112, 5, "blue", "blue")
    d.circle(112, 168, 5, "blue", "blue")
    d.circle(286, 102, 5, "orange", "orange")
    d.circle(300, 200, 5, "orange", "orange")
    d.path("M61 116L107 163", "blue", arrow=True)
    d.path("M64 110C130 84 220 84 280 100", "ink", arrow=True)
    d.path("M118 170C170 196 240 206 293 201", "ink", arrow=True)
    d.path("M287 108L331 160", "orange", arrow=True)
    d.text(334, 184, "-dE/dg", 13, "orange")
    d.text(30, 160, "step", 13, "blue", anchor="start")
    d.text(166, 80, "g = dL/dx", 13, "ink")
    d.text(220, 254, "x ← x - α dE/dg", 17, weight="bold")
    d.text(220, 280, "The gradient is taken at g,", 14, "quiet")
    d.text(220, 300, "the step is taken in x.", 14, "quiet")
    return d


def block(colours):
    d = Drawing(452, "The block as a graph of energies", colours)
    d.box(110, 10, 200, 44, "blue", "blue ground")
    d.text(210, 37, "tokens x", colour="blue", weight="bold")
    d.path("M210 54L210 86", "line", arrow=True)
    d.box(110, 88, 200, 56)
    d.text(210, 111, "layer norm, g = dL/dx", 14)
    d.text(210, 132, "L: a Lagrangian", 13, "quiet")
    d.path("M170 144L112 180", "line", arrow=True)
    d.path("M250 144L308 180", "line", arrow=True)
    d.box(12, 182, 196, 104, "orange", "orange ground")
    d.text(110, 206, "attention", colour="orange", weight="bold")
    d.text(110, 230, "-1/β Σ log Σ exp(β K·Q)", 13)
    d.text(110, 254, "every pair of tokens", 13, "quiet")
    d.text(110, 274, "Wq, Wk", 13, "quiet")
    d.box(222, 182, 176, 104, "green", "green ground")
    d.text(310, 206, "memory", colour="green", weight="bold")
    d.text(310, 230, "-½ Σ relu(ξ·g)²", 13)
    d.text(310, 254, "each token by itself", 13, "quiet")
    d.text(310, 274, "memories ξ", 13, "quiet")
    d.path("M112 286L170 326", "line", arrow=True)
    d.path("M308 286L250 326", "line", arrow=True)
    d.box(130, 328, 160, 40)
    d.text(210, 353, "E = their sum", weight="bold")
    d.path("M290 348L420 348L420 32L314 32", "blue", arrow=True)
    d.text(220, 400, "x ← x - α dE/dg", 16, "blue", weight="bold")
    d.text(220, 426, "the same weights at each of T steps", 14, "quiet")
    return d


def descent(colours):
    rows = [
        ("What is minimised?", "Energy, under a Lagrangian", "sums keep the names of their parts"),
        ("In which direction?", "UpdateRule, DescentDirection", "gradient, momentum, tangential, …"),
        ("How far?", "StepSizeRule", "constant, backtracking, curvature, …"),
        ("Until when?", "StoppingRule", "steps, energy change, rest, any, all"),
        ("What is kept?", "Recording", "energies, states, a quantity"),
        ("How do gradients flow back?", "GradientPath", "automatic, recomputed, implicit, …"),
        ("What came out?", "DescentResult", "tokens, activations, stop reason"),
    ]
    d = Drawing(12 + 84 * len(rows), "A descent in pieces", colours)
    for index, (question, piece, choices) in enumerate(rows):
        y = 8 + 84 * index
        isResult = index == len(rows) - 1
        if index:
            d.path(f"M220 {y - 16}L220 {y - 2}", "line", arrow=True)
        d.box(30, y, 380, 66, "green" if isResult else "line", "green ground" if isResult else "ground")
        d.text(220, y + 19, question, 13, "quiet")
        d.text(220, y + 39, piece, 15, "green" if isResult else "blue", weight="bold")
        d.text(220, y + 58, choices, 13)
    return d


def layers(colours):
    d = Drawing(420, "Layers of neurons, synapses between them, and an energy for each", colours)
    d.text(110, 22, "layers and synapses", 14, "quiet")
    d.text(330, 22, "energies", 14, "quiet")
    names = [("labels", 5, "softmax"), ("features", 8, "tanh"), ("pixels", 10, "linear")]
    for index, (name, count, kind) in enumerate(names):
        y = 36 + 140 * index
        d.box(12, y, 206, 62, "blue", "blue ground")
        d.text(115, y + 22, f"{name}: {kind}", 14, "blue", weight="bold")
        for neuron in range(count):
            d.circle(115 + 18 * (neuron - (count - 1) / 2), y + 43, 6, "blue")
        d.path(f"M218 {y + 31}L246 {y + 31}", "line", arrow=True)
        d.text(340, y + 36, "⟨x, g⟩ - L(x)", 15)
        if index < 2:
            d.path(f"M115 {y + 64}L115 {y + 94}", "orange")
            d.path(f"M115 {y + 138}L115 {y + 110}", "orange")
            d.box(55, y + 88, 120, 28, "orange", "orange ground", 14)
            d.text(115, y + 107, "synapse", 13, "orange", weight="bold")
            d.path(f"M175 {y + 102}L246 {y + 102}", "line", arrow=True)
            d.text(340, y + 107, "-⟨g₂, W g₁⟩", 15)
    d.text(220, 406, "E is the sum of all; every layer goes down it", 14, "quiet")
    return d


def gradient_paths(colours):
    rows = [
        ("unrolled", "the graph of every step", "all", "all"),
        ("recomputed", "one state a step", "state", "state"),
        ("implicit", "the rest, one linear system", "none", "rest"),
        ("truncated(steps: 1)", "one step more from the rest", "none", "more"),
        ("detached", "nothing", "none", "none"),
    ]
    d = Drawing(52 + 84 * len(rows), "What each gradient path keeps", colours)
    for index, (name, words, steps, last) in enumerate(rows):
        y = 14 + 80 * index
        d.text(16, y + 12, "." + name, 14, "blue", anchor="start", weight="bold")
        d.text(424, y + 12, words, 13, "quiet", anchor="end")
        for step in range(6):
            x = 40 + 64 * step
            if step:
                d.path(f"M{x - 46} {y + 40}L{x - 20} {y + 40}", "line", arrow=True)
            kept = steps if step < 5 else last
            if kept == "all":
                d.box(x - 17, y + 24, 34, 32, "orange", "orange ground", 5)
            if kept == "none":
                d.circle(x, y + 40, 8, "line", dashed=True)
            else:
                d.circle(x, y + 40, 8, "orange", "orange")
            if kept == "more":
                d.path(f"M{x + 10} {y + 40}L{x + 36} {y + 40}", "orange", arrow=True)
                d.circle(x + 48, y + 40, 8, "orange", "orange")
    y = 14 + 80 * len(rows)
    d.circle(24, y + 10, 8, "orange", "orange")
    d.text(40, y + 15, "state kept", 13, anchor="start")
    d.box(136, y - 3, 28, 26, "orange", "orange ground", 5)
    d.text(172, y + 15, "and all that the step computed", 13, anchor="start")
    d.circle(24, y + 38, 8, "line", dashed=True)
    d.text(40, y + 43, "gone", 13, anchor="start")
    return d


def hopfield_family(colours):
    rows = [
        ("1982", "binary network", "E = -½ sᵀ T s", "about 0.14 d patterns"),
        ("2016", "dense memory", "E = -Σ F(ξ·s), F = zⁿ", "in the order of d^(n-1)"),
        ("2017", "exponential", "F = e^z", "2^(d/2)"),
        ("2020", "modern, continuous", "E = -1/β log Σ exp(β ξ·x) + ½ x²", "its update is attention"),
        ("2021", "networks of layers", "each layer its own Lagrangian", "synapses add their energies"),
        ("2023", "sparse weights", "entmax, sparsemax for softmax", "exact recall in one update"),
        ("2023", "Energy Transformer", "attention + memory, g = norm(x)", "a transformer that descends"),
        ("2024", "random features", "kernels estimated", "its size does not grow"),
        ("2025", "log-sum-ReLU", "balls around patterns", "says when nothing is in reach"),
    ]
    d = Drawing(20 + 74 * len(rows), "The Hopfield family on one line", colours)
    d.path(f"M74 22L74 {74 * len(rows) - 30}", "line", width=2.5)
    for index, (year, name, energy, note) in enumerate(rows):
        y = 26 + 74 * index
        isOurs = name == "Energy Transformer"
        d.circle(74, y, 7, "orange" if isOurs else "blue", "orange" if isOurs else "blue")
        d.text(56, y + 5, year, 14, "quiet", anchor="end")
        d.text(94, y + 5, name, 15, "orange" if isOurs else "blue", anchor="start", weight="bold")
        d.text(94, y + 25, energy, 14, anchor="start")
        d.text(94, y + 44, note, 13, "quiet", anchor="start")
    return d


DIAGRAMS = {
    "two-spaces": two_spaces, "block": block, "descent": descent, "layers": layers,
    "gradient-paths": gradient_paths, "hopfield-family": hopfield_family,
}


def main():
    catalog = Path(__file__).resolve().parent.parent / "Sources/EnergyTransformer/Documentation.docc"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else catalog
    for name, draw in DIAGRAMS.items():
        (folder / f"{name}.svg").write_text(draw(LIGHT).svg(), encoding="utf-8")
        (folder / f"{name}~dark.svg").write_text(draw(DARK).svg(), encoding="utf-8")


if __name__ == "__main__":
    main()
