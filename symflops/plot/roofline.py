"""What a machine lets layers attain: FLOPs a byte against FLOPs a second, under its roof."""

from __future__ import annotations

from collections.abc import Mapping
from math import atan2, cos, degrees, sin
from typing import TYPE_CHECKING, Any

from symflops.errors import ArgumentError
from symflops.plot.canvas import (
    COLOURS,
    LINE,
    MARKERS,
    POINTS,
    QUIET,
    STROKES,
    behind,
    canvas,
    height,
    tick,
    tidied,
)
from symflops.plot.intensities import points
from symflops.plot.lettering import LITERAL, shortened, shown, wrapped
from symflops.plot.placing import MARKER, Placer
from symflops.plot.rates import roofs
from symflops.units import si

if TYPE_CHECKING:
    from symflops.costs import Cost
    from symflops.plot.canvas import Canvas
    from symflops.plot.intensities import Point
    from symflops.plot.rates import Roof

LEAST = 175  # points, of the picture without what stands below and above the axes
ROOM = 3  # how far the axes go beyond what is drawn, as a factor
BELOW = 8  # the same downwards, where names stand
SLOPE = 30  # the least part of the slope that is shown, as a factor
NAMES, SHORTEST = 0.38, 100  # of the width, the most for a name, but never less than so many points
AXIS = 55  # points that the axis on the left takes
MOST_LINES = 2  # of names of what has no place
DOTS = 100  # pieces of a line that names keep off

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
    drawn = {k: [point for point in some if point.intensity] for k, some in found.items()}
    if not any(drawn.values()):
        message = "no layer takes FLOPs; there is nothing to place under a roof"
        raise ArgumentError(message)
    idle = [point.name for some in found.values() for point in some if not point.intensity]
    on = canvas(ax, size)
    caption = _caption(on, list(named.values()), dtype, idle)
    if ax is None:
        lines = len(caption) + (len(named) if len(named) > 1 else 0)
        on.ax.figure.set_figheight((LEAST + LINE * lines) / POINTS)
    on.ax.set_xlabel("\n".join(caption))
    on.ax.set_ylabel("attainable FLOP/s")
    _frame(on, machine, [point for some in drawn.values() for point in some])
    _mark(on, machine[0], drawn)
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


def _frame(on: Canvas, machine: list[Roof], found: list[Point]) -> None:
    """Draw the roofs, with axes that reach as far as they do and the points need."""
    ridges = [height("a ridge", roof.ridge) for roof in machine]
    across = [height(f"FLOPs a byte of {point.name}", point.intensity) for point in found]
    left, right = min(*across, min(ridges) / SLOPE) / ROOM, max(*across, *ridges) * ROOM
    peaks = [height("a peak", roof.peak) for roof in machine]
    slopes = [height("a bandwidth", roof.bandwidth) for roof in machine]
    foot = left * min(slopes) / BELOW
    for place, (peak, slope, ridge) in enumerate(zip(peaks, slopes, ridges, strict=True)):
        looks = {"color": QUIET if place else "black", "linestyle": STROKES[place % len(STROKES)]}
        on.ax.plot([left, ridge, right], [left * slope, peak, peak], **looks, linewidth=1.2)
        on.ax.plot(
            [ridge, ridge],
            [foot, peak],
            color=QUIET,
            linestyle=":",
            linewidth=0.8,
        )
    on.ax.set_xscale("log")
    on.ax.set_yscale("log")
    on.ax.set_xlim(left, right)
    on.ax.set_ylim(foot, max(peaks) * ROOM)
    on.ax.xaxis.set_major_formatter(tick)
    on.ax.yaxis.set_major_formatter(tick)


def _mark(on: Canvas, roof: Roof, drawn: Drawn) -> None:
    """Draw the points, and say which cost they are of where there are several."""
    marks = []
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
    if len(drawn) > 1:
        # above the axes: below the roof is the place of names
        legend = on.ax.legend(
            marks,
            list(map(str, range(len(marks)))),
            fontsize=on.font,
            loc="lower left",
            bbox_to_anchor=(0, 1),
            borderaxespad=0,
            frameon=False,
            labelspacing=0.2,
        )
        for text, name in zip(legend.get_texts(), drawn, strict=True):
            text.set(text=shown(name), **LITERAL)


def _letter(on: Canvas, machine: list[Roof], drawn: Drawn) -> None:
    """Write what the roofs are, and the names of points where there is room."""
    on.ax.figure.figure.draw_without_rendering()  # only then is it known where everything is
    placer = Placer(on.ax, on.font)
    left, right = on.ax.get_xlim()
    for roof in machine:
        across = [left * (right / left) ** (i / DOTS) for i in range(DOTS + 1)]
        placer.keep_clear((x, float(roof.attainable(x))) for x in across)
    first = machine[0]
    everything = [point for some in drawn.values() for point in some]
    for point in everything:
        at = float(point.intensity), float(first.attainable(point.intensity))
        placer.keep_clear([at], MARKER)
    _name_roofs(on, placer, machine)
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


def _name_roofs(on: Canvas, placer: Placer, machine: list[Roof]) -> None:
    """Write peaks along the flats, bandwidths along the slopes, and ridges at the foot."""
    left, right = on.ax.get_xlim()
    near = {"textcoords": "offset points", "fontsize": on.font, **LITERAL}
    above = {"bbox": behind(on.ax), **near}
    texts = []
    peaks = _shared(machine, [roof.peak for roof in machine], "FLOP/s")
    for peak, said in peaks.items():
        up = peak == max(peaks)
        texts.append(
            on.ax.annotate(
                said,
                (right, float(peak)),
                (-2, 3 if up else -3),
                ha="right",
                va="bottom" if up else "top",
                **above,
            )
        )
    for bandwidth, said in _shared(machine, [roof.bandwidth for roof in machine], "B/s").items():
        ends = on.ax.transData.transform([(x, x * float(bandwidth)) for x in (left, left * SLOPE)])
        angle = atan2(*(ends[1] - ends[0])[::-1])
        start = (left * 1.4, left * 1.4 * float(bandwidth))
        aside = (-3 * sin(angle), 3 * cos(angle))
        on.ax.annotate(
            said, start, aside, rotation=degrees(angle), rotation_mode="anchor", **near
        ).set_in_layout(False)
        placer.keep_off_turned(start, angle, len(said))
    foot = on.ax.get_ylim()[0]
    ridges = dict.fromkeys(roof.ridge for roof in machine)
    for place, ridge in enumerate(ridges):
        on_right = (float(ridge) / left) ** 2 < (right / left) ** 1.5
        looks = {"ha": "left" if on_right else "right", "va": "bottom", "color": QUIET}
        texts.append(
            on.ax.annotate(
                f"ridge {si(ridge)}",
                (float(ridge), foot),
                (3 if on_right else -3, 2 + place * LINE),
                **above,
                **looks,
            )
        )
    for text in texts:
        text.set_in_layout(False)
        placer.keep_off(text)


def _shared(machine: list[Roof], values: list[Any], unit: str) -> dict[Any, str]:
    """Return each rate as it is written, with the names of its roofs where not all have it."""
    names: dict[Any, list[str]] = {}
    for roof, value in zip(machine, values, strict=True):
        names.setdefault(value, []).append(shown(roof.name))
    alone = len(names) == 1
    return {
        value: f"{'' if alone else ', '.join(of) + ': '}{si(value, unit)}"
        for value, of in names.items()
    }


def _time(roof: Roof, point: Point) -> Any:
    """Return the least seconds that a part takes."""
    return max(point.flops / roof.peak, point.bytes / roof.bandwidth)
