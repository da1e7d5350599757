"""How the receptive field grows from layer to layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.errors import ArgumentError
from symflops.outline import lines
from symflops.plot.canvas import INK, canvas, of_cost, tidied
from symflops.views import receptive_field as measured

if TYPE_CHECKING:
    from symflops.costs import Cost

MOST_NAMES = 40  # along the axis, as many as can be read
LETTERS = {1: "L", 2: "HW", 3: "DHW"}  # of the axes of a map


def receptive_field(cost: Cost, depth: int | None = None, ax: Any = None) -> Any:
    """Plot how the receptive field grows from layer to layer; return matplotlib's axes.

    A point is the size, in elements of the input, of what one position of a layer's output sees; the line
    ends before the first layer that sees everything. ``depth`` folds nested layers as in tables.

    >>> import symflops as sf
    >>> axes = sf.plot.receptive_field(sf.cost(sf.zoo.vgg16()))    # doctest: +SKIP
    >>> axes.figure.savefig("vgg16.pdf")                           # doctest: +SKIP

    Raises:
        ArgumentError: a size that is a symbol, or no matplotlib.
    """
    found = growth(cost, depth)
    ax = canvas(ax, width=0.3 * len(found) + 1)
    names, sizes = zip(*found, strict=True)
    curves: dict[tuple[int, ...], str] = {}  # axes that see alike are one line
    for letter, along in zip(LETTERS[len(sizes[0])], zip(*sizes, strict=True), strict=True):
        curves[along] = curves.get(along, "") + letter
    for along, letters in curves.items():
        ax.plot(range(len(names)), along, color=INK, marker="o", markersize=4, linewidth=1.5)
        ax.annotate(
            f"{', '.join(letters)}: {along[-1]}" if len(curves) > 1 else str(along[-1]),
            (len(names) - 1, along[-1]),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            color=INK,
        )
    every = -(-len(names) // MOST_NAMES)
    ax.set_xticks(range(0, len(names), every), names[::every], rotation=90)
    ax.set_ylabel("receptive field (input elements)")
    ax.set_ylim(bottom=0)
    return tidied(ax, "y")


def growth(cost: Cost, depth: int | None = None) -> list[tuple[str, tuple[int, ...]]]:
    """Return (path, size an axis) of every layer that does not see everything, in order.

    >>> import symflops as sf
    >>> growth(sf.cost(sf.zoo.lenet5()))[:3]
    [('c1', (5, 5)), ('tanh1', (5, 5)), ('s2', (6, 6))]

    Raises:
        ArgumentError: a size that is a symbol, a layer that sees everything from the start, or no cost.
    """
    found = []
    for line in lines(of_cost(cost).root, depth):
        path = line.path
        if line.around and path.endswith("*"):  # one point, behind all blocks of a repetition
            path = path.removesuffix("*").removesuffix(".")
        view = cost.views.get(path)
        if view is None or view.stop:
            continue
        size = measured(view).size
        for number in size:
            if not number.is_Integer:
                message = f"{line.path} sees {number}: put numbers in with at() before plotting"
                raise ArgumentError(message)
        found.append((str(line.label) if line.around else path, tuple(map(int, size))))
    if not found:
        message = (
            "no layer to plot: each sees everything, or stands in a repetition of symbolic depth"
        )
        raise ArgumentError(message)
    return found
