"""What a machine lets layers attain: FLOPs a byte against FLOPs a second, under its roof."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from symflops.errors import ArgumentError
from symflops.plot.canvas import (
    ABOVE,
    COLOURS,
    MARKERS,
    canvas,
    grow,
    laid_out,
    legend,
    tidied,
)
from symflops.plot.intensities import points
from symflops.plot.lettering import shortened, shown, wrapped
from symflops.plot.placing import MARKER, Placer
from symflops.plot.rates import roofs
from symflops.plot.roofs import frame, name_roofs

if TYPE_CHECKING:
    from symflops.costs import Cost
    from symflops.plot.canvas import Canvas
    from symflops.plot.intensities import Point
    from symflops.plot.rates import Roof

LEAST = 175  # points, of the picture without what stands below and above the axes
NAMES, SHORTEST = 0.38, 100  # of the width, the most for a name, but never less than so many points
AXIS = 55  # points that the axis on the left takes
MOST_LINES = 2  # of names of what has no place

Drawn = dict[str, list["Point"]]


def roofline(
    costs: Cost | Mapping[str, Cost],
    peak: Any,
    bandwidth: Any,
    dtype: str = "float32",
    by: str = "layer",
    depth: int | None = None,
    ax: Any = None,
    size: str | None = None,
) -> Any:
    """Plot what a machine lets each layer attain, min(peak, bandwidth · FLOPs/byte); return matplotlib's axes.

    ``peak`` and ``bandwidth`` are numbers a second or text, ``"312 TFLOP/s"`` and ``"2 TB/s"``; several roofs have
    names, ``{"dense": …, "sparse": …}``, and layers stand under the first. ``by`` is ``"layer"`` (the rows of the
    table, folded to ``depth``), ``"kind"``, ``"name"`` or ``"whole"``. A layer moves the bytes of its inputs,
    weights and outputs, each once; what is made inside fused layers is not moved, and views move nothing. Layers
    of no FLOPs have no place and are named below. Names stand where there is room, first those of the layers that
    take longest. Several costs are a mapping of their names. ``size`` and ``ax`` are as in :func:`breakdown`.

    >>> import symflops as sf
    >>> step = sf.cost(sf.zoo.llama3_8b(cache_length=4095), (1,), "2mac")
    >>> axes = sf.plot.roofline(step, "312 TFLOP/s", "2 TB/s", "bfloat16")    # doctest: +SKIP
    >>> axes.figure.savefig("decoding.pdf")                                   # doctest: +SKIP

    Raises:
        ArgumentError: a size that is a symbol, rates that are none, a cost per token, a layer with steps of its
            own beside layers, or no matplotlib.
        UnknownNameError: a number format, a way to part a cost, or a size of the picture that is not there.

    Source: Williams, Waterman and Patterson 2009, Roofline.
    """
    machine = roofs(peak, bandwidth)
    named = {str(k): v for k, v in costs.items()} if isinstance(costs, Mapping) else {"": costs}
    found = {k: points(v, peak, bandwidth, dtype, by, depth) for k, v in named.items()}
    if by == "whole":  # each is called what its cost is
        found = {k: [point._replace(name=k or point.name) for point in v] for k, v in found.items()}
    drawn = {k: [point for point in some if point.intensity] for k, some in found.items()}
    if not any(drawn.values()):
        message = "no layer takes FLOPs; there is nothing to place under a roof"
        raise ArgumentError(message)
    idle = [point.name for some in found.values() for point in some if not point.intensity]
    has_legend = len(named) > 1 and by != "whole"
    on = canvas(ax, size, LEAST)
    caption = _caption(on, list(named.values()), dtype, idle)
    if ax is None:
        grow(on, len(caption) + (len(named) if has_legend else 0))
    on.ax.set_xlabel("\n".join(caption))
    on.ax.set_ylabel("attainable FLOP/s")
    frame(on, machine, [point for some in drawn.values() for point in some])
    marks = _mark(on, machine[0], drawn)
    if has_legend:
        legend(on, marks, named, **ABOVE)
    tidied(on.ax, "both")
    _letter(on, machine, drawn)
    return on.ax


def _caption(on: Canvas, costs: list[Cost], dtype: str, idle: list[str]) -> list[str]:
    """Return the lines below the axis: what is there, which bytes they are, and what has no place."""
    labels = dict.fromkeys(cost.convention.label for cost in costs)
    said = [
        f"{' / '.join(labels)} a byte",
        f"bytes: inputs, weights, outputs of a layer once, {dtype}",
    ]
    lines = [line for text in said for line in wrapped(text, on.width - AXIS, on.font)]
    names = [shown(name).replace(" ", "\N{NO-BREAK SPACE}") for name in dict.fromkeys(idle)]
    for most in range(len(names), 0, -1):
        more = [f"{len(names) - most} more"] if most < len(names) else []
        text = f"no FLOPs, not drawn: {', '.join(names[:most] + more)}"
        last = wrapped(text, on.width - AXIS, on.font)
        if len(last) <= MOST_LINES or most == 1:
            return lines + last
    return lines


def _mark(on: Canvas, roof: Roof, drawn: Drawn) -> list[Any]:
    """Draw the points of each cost."""
    marks: list[Any] = []
    for place, some in enumerate(drawn.values()):
        looks = {"marker": MARKERS[place % len(MARKERS)], "color": COLOURS[place % len(COLOURS)]}
        marks += on.ax.plot(
            [float(point.intensity) for point in some],
            [float(roof.attainable(point.intensity)) for point in some],
            **looks,
            linestyle="",
            markersize=5,
            markeredgecolor="white",
            markeredgewidth=0.5,
        )
    return marks


def _letter(on: Canvas, machine: list[Roof], drawn: Drawn) -> None:
    """Write what the roofs are, and the names of points where there is room."""
    placer = Placer(laid_out(on.ax), on.font)
    first = machine[0]
    everything = [point for some in drawn.values() for point in some]
    marks = [(float(p.intensity), float(first.attainable(p.intensity))) for p in everything]
    name_roofs(on, placer, machine, marks)
    placer.keep_clear(marks, MARKER)
    placer.write(
        [
            (
                float(point.intensity),
                float(first.attainable(point.intensity)),
                shortened(point.name, max(NAMES * on.width, SHORTEST), on.font),
                point.bound == "compute",
            )
            for point in sorted(everything, key=lambda point: -_time(first, point))
        ]
    )


def _time(roof: Roof, point: Point) -> Any:
    """Return the least seconds that a part takes."""
    return max(point.flops / roof.peak, point.bytes / roof.bandwidth)
