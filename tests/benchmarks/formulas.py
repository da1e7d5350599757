"""Reading formulas: what a typical one takes once the reader is loaded, and what a hostile one takes at most."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

from report import alternating, goal, heading, line, seconds

import symflops as sf

sys.path.append(str(Path(__file__).parents[1]))
from bombs import BOMBS

ROUNDS = 21
GOAL = 2  # milliseconds, of every formula here
HOSTILE = 1000  # milliseconds, of every hostile text
FORMULAS = {
    "a number with a unit": r"4.1\text{ GFLOPs}",
    "a convolution": r"2K^2\frac{C_{in}}{g}\frac{C_{out}}{g}HW\cdot g",
    "the same in Python": "2*K**2*(C_in/g)*(C_out/g)*H*W*g",
    "a transformer": r"96blsh^2\left(1+\frac{s}{6h}+\frac{V}{16lh}\right)+2bshV",
    "a size with a floor": r"H_{out}=\left\lfloor\frac{H_{in}+2p-k}{s}\right\rfloor+1",
    "a sum over layers": r"\sum_{l=1}^{L}2H_lW_lC_{l-1}K_l^2C_l",
    "an environment": r"\begin{align} F &= 3ND^2 + 2N^2D \label{f} \\ &= ND(3D+2N) \end{align}",
}


def run():
    heading(f"Reading formulas, median of {ROUNDS} alternating runs")
    actions = {name: lambda text=text: sf.parse(text) for name, text in FORMULAS.items()}
    for action in actions.values():
        action()
    for name, median in alternating(actions, ROUNDS).items():
        line(name, median, goal(median * 1e3, GOAL, " ms"))

    times = {name: seconds(lambda name=name: attempt(BOMBS[name])) for name in BOMBS}
    slowest = max(times, key=times.__getitem__)
    line(
        f"of {len(BOMBS)} hostile texts, “{slowest}”",
        times[slowest],
        goal(times[slowest] * 1e3, HOSTILE, " ms"),
    )


def attempt(text):
    """Read a text or have it refused."""
    with suppress(sf.SymflopsError):
        sf.parse(text)
