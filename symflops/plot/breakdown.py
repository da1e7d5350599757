"""What a cost is made of, as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.costs import METRICS
from symflops.errors import ArgumentError, UnknownNameError
from symflops.outline import depth_of
from symflops.plot.canvas import (
    INK,
    LINE,
    POINTS,
    canvas,
    figure,
    height,
    laid_out,
    of_cost,
    tick,
    tidied,
    titled,
)
from symflops.plot.lettering import LETTER, breadth, literal, measuring, shortened
from symflops.rows import table
from symflops.symbols import exact
from symflops.tables.table import Label
from symflops.units import percent

if TYPE_CHECKING:
    from symflops.costs import Cost
    from symflops.plot.canvas import Canvas

PARTS = ("layer", "kind", "name")
SUMMED = PARTS[1:]  # what is summed over all layers, the innermost if no depth is given
MOST_BARS = 60
AXIS = 40  # points that the axis below the bars takes
SPARE = 2  # letters that a number at a tick may be longer than the greatest, with room around
NAMES = 0.4  # of the width, the most for names


def breakdown(
    cost: Cost,
    metric: str = "macs",
    by: str = "layer",
    depth: int | None = None,
    ax: Any = None,
    size: str | None = None,
) -> Any:
    """Plot what a metric is made of, a bar a part with its share; return matplotlib's axes.

    ``by`` is ``"layer"`` (the rows of the table, folded to ``depth``), ``"kind"`` (Linear, Softmax, …) or
    ``"name"`` (what bears the same name in every block), both of the innermost layers. Parts that have nothing
    are left out. ``size`` is ``"column"`` (235 pt, one of two columns), ``"page"`` (345 pt, taken if nothing is
    said) or ``"wide"`` (490 pt), in letters of 8 pt; or draw on axes of your own, ``ax``.

    >>> import symflops as sf
    >>> cost = sf.cost(sf.zoo.vgg16(), (3, 224, 224))
    >>> axes = sf.plot.breakdown(cost, by="kind", size="column")    # doctest: +SKIP
    >>> axes.figure.savefig("vgg16.pdf")                            # doctest: +SKIP

    Raises:
        ArgumentError: a size that is a symbol, a metric that is 0, or no matplotlib.
        UnknownNameError: a metric, a way to part it, or a size that is not there.
    """
    found = parts(cost, metric, by, depth)
    total = sum(value for _, value in found)
    widths = [height(f"the {metric} of {name}", value) for name, value in found]
    on = canvas(ax, size, LINE * len(found) + AXIS)
    places = range(len(found))
    bars = on.ax.barh(places, widths, color=INK)
    labels = [f"{figure(value)} · {percent(exact(value) / total)}" for _, value in found]
    names = [shortened(name, NAMES * on.width, on.font) for name, _ in found]
    on.ax.set_yticks(places, names, **literal())
    on.ax.tick_params(axis="y", length=0)
    on.ax.set_ylim(len(found) - 0.5, -0.5)
    on.ax.set_xlabel(titled(metric, cost))
    on.ax.xaxis.set_major_formatter(tick)
    texts = on.ax.bar_label(bars, labels, padding=3, fontsize=on.font, **literal())
    make_room(on, widths, texts)
    return tidied(on.ax, "")  # every bar says its number: no lines to read it off


def make_room(on: Canvas, widths: list[float], texts: list[Any]) -> None:
    """Let the axis be so long that every bar ends where its label still fits in."""
    for text in texts:
        text.set_in_layout(False)
    whole = laid_out(on.ax).get_window_extent().width
    with measuring():
        ends = [whole - text.get_window_extent().width - 2 * on.font for text in texts]
    scale = min(max(end, whole / 4) / width for end, width in zip(ends, widths, strict=True))
    on.ax.set_xlim(0, whole / scale)
    longest = (breadth(figure(max(widths))) + SPARE) * LETTER * on.font
    on.ax.locator_params(
        axis="x", nbins=max(1, int(whole * POINTS / on.ax.figure.figure.dpi / longest))
    )


def parts(
    cost: Cost, metric: str = "macs", by: str = "layer", depth: int | None = None
) -> list[tuple[str, Any]]:
    """Return (part, value) of a metric, the parts in order and without those that have nothing.

    >>> import symflops as sf
    >>> parts(sf.cost(sf.zoo.lenet5(), (1, 32, 32)), by="kind")
    [('Conv2d', 357600), ('Linear', 58920)]

    Raises:
        ArgumentError, UnknownNameError: as :func:`breakdown`.
    """
    of_cost(cost)
    if metric not in METRICS:
        raise UnknownNameError("metric", metric, METRICS)
    if by not in PARTS:
        raise UnknownNameError("way to part a cost", by, PARTS)
    total = exact(cost.metric(metric))
    if not total.is_Rational:
        message = f"the {metric} are {total}: put numbers in with at() before plotting"
        raise ArgumentError(message)
    found: dict[str, Any] = {}
    level = depth_of(cost.root, depth, summed=by in SUMMED)
    for label, kind, value in table(cost, ("layer", "kind", metric), level).rows:
        last = label.path.rpartition(".")[2]
        path = str(Label(label.path or kind, "", label.times))
        name = {"layer": path, "kind": kind, "name": last or kind}[by]
        found[name] = found.get(name, 0) + (int(value) if value.is_Integer else value)
    shown = [(name, value) for name, value in found.items() if value]
    if not shown:
        message = f"the {metric} of this cost are 0; there is nothing to part"
        raise ArgumentError(message)
    if len(shown) > MOST_BARS:
        message = f"{len(shown)} bars cannot be read; pass depth=1, or by='kind'"
        raise ArgumentError(message)
    return shown
