"""How the receptive field grows from layer to layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.errors import ArgumentError
from symflops.outline import lines
from symflops.plot.canvas import GOLDEN, LINE, POINTS, canvas, height, of_cost, stroke, tidied
from symflops.plot.lettering import LETTER, breadth, literal, shortened
from symflops.views import receptive_field as measured

if TYPE_CHECKING:
    from symflops.costs import Cost
    from symflops.plot.canvas import Canvas

LETTERS = {1: "L", 2: "HW", 3: "DHW"}  # of the axes of a map
LONGEST = 110  # points that a name may be long
LEAST = 150  # points, of the picture without names
BESIDE = 45  # points that the axis on the left takes
MOST_MARKERS = 60


def receptive_field(
    cost: Cost, depth: int | None = None, ax: Any = None, size: str | None = None
) -> Any:
    """Plot how the receptive field grows from layer to layer; return matplotlib's axes.

    A point is the size, in elements of the input, of what one position of a layer's output sees; the line
    ends before the first layer that sees everything. ``depth`` folds nested layers as in tables; of more names than
    there is room for every second, third, … is there. ``size`` and ``ax`` are as in :func:`breakdown`.

    >>> import symflops as sf
    >>> axes = sf.plot.receptive_field(sf.cost(sf.zoo.vgg16()))    # doctest: +SKIP
    >>> axes.figure.savefig("vgg16.pdf")                           # doctest: +SKIP

    Raises:
        ArgumentError: a size that is a symbol, or no matplotlib.
        UnknownNameError: a size of the picture that is not there.
    """
    found = growth(cost, depth)
    names, sizes = zip(*found, strict=True)
    curves: dict[tuple[int, ...], str] = {}  # axes that see alike are one line
    for letter, along in zip(LETTERS[len(sizes[0])], zip(*sizes, strict=True), strict=True):
        curves[along] = curves.get(along, "") + letter
    on = canvas(ax, size)
    _name(on, names, own=ax is None)
    for place, (along, letters) in enumerate(curves.items()):
        heights = [height("a receptive field", size) for size in along]
        looks = stroke(place) | ({"marker": ""} if len(found) > MOST_MARKERS else {})
        on.ax.plot(range(len(names)), heights, **looks, markersize=3, linewidth=1.2)
        on.ax.annotate(
            f"{', '.join(letters)}: {along[-1]:,}" if len(curves) > 1 else f"{along[-1]:,}",
            (len(names) - 1, heights[-1]),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            color=looks["color"],
            fontsize=on.font,
        )
    on.ax.yaxis.get_major_locator().set_params(integer=True)
    on.ax.yaxis.set_major_formatter("{x:,.0f}")
    on.ax.set_ylabel("receptive field (input elements)")
    on.ax.set_ylim(bottom=0)
    return tidied(on.ax, "y")


def _name(on: Canvas, names: tuple[str, ...], *, own: bool) -> None:
    """Write names along the axis, as many as there is room for, in a figure of its own as tall as they need."""
    every = int(-(-len(names) * LINE // max(on.width - BESIDE, LINE)))
    shown = [shortened(name, LONGEST, on.font) for name in names[::every]]
    on.ax.set_xticks(range(0, len(names), every), shown, rotation=90, **literal())
    if own:
        below = LETTER * on.font * max(map(breadth, shown))
        on.ax.figure.set_figheight((max(LEAST, GOLDEN * on.width - LONGEST / 2) + below) / POINTS)


def growth(cost: Cost, depth: int | None = None) -> list[tuple[str, tuple[int, ...]]]:
    """Return (path, size an axis) of every layer that does not see everything, in order.

    >>> import symflops as sf
    >>> growth(sf.cost(sf.zoo.lenet5()))[:3]
    [('c1', (5, 5)), ('tanh1', (5, 5)), ('s2', (6, 6))]

    Raises:
        ArgumentError: a size that is a symbol, a layer that sees everything from the start, inputs with
            different numbers of axes, or no cost.
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
        found.append(
            (str(line.label) if line.around else path or line.label.kind, tuple(map(int, size)))
        )
    if not found:
        message = (
            "no layer to plot: each sees everything, or stands in a repetition of symbolic depth"
        )
        raise ArgumentError(message)
    first, axes = found[0]
    for path, size in found:
        if len(size) != len(axes):  # an image and a text, say
            message = (
                f"{first} sees {len(axes)} axes of its input and {path} {len(size)}: plot one of the "
                "inputs' networks, cost[path]"
            )
            raise ArgumentError(message)
    return found
