"""What a cost is made of, as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.costs import METRICS
from symflops.errors import ArgumentError, UnknownNameError
from symflops.plot.canvas import INK, canvas, of_cost, tidied, titled
from symflops.rows import table
from symflops.symbols import exact
from symflops.tables.table import Label
from symflops.units import percent, si

if TYPE_CHECKING:
    from symflops.costs import Cost

PARTS = ("layer", "kind", "name")
MOST_BARS = 60


def breakdown(
    cost: Cost, metric: str = "macs", by: str = "layer", depth: int | None = None, ax: Any = None
) -> Any:
    """Plot what a metric is made of, a bar a part with its share; return matplotlib's axes.

    ``by`` is ``"layer"`` (the rows of the table, folded to ``depth``), ``"kind"`` (Linear, Softmax, …) or
    ``"name"`` (what bears the same name in every block). Parts that have nothing are left out.

    >>> import symflops as sf
    >>> cost = sf.cost(sf.zoo.vgg16(), (3, 224, 224))
    >>> axes = sf.plot.breakdown(cost, by="kind")    # doctest: +SKIP
    >>> axes.figure.savefig("vgg16.pdf")             # doctest: +SKIP

    Raises:
        ArgumentError: a size that is a symbol, a metric that is 0, or no matplotlib.
        UnknownNameError: a metric, or a way to part it, that is not there.
    """
    found = parts(cost, metric, by, depth)
    total = sum(value for _, value in found)
    ax = canvas(ax, width=7, height=max(2.5, 0.28 * len(found) + 1))
    names, values = zip(*found, strict=True)
    bars = ax.barh(range(len(names)), [float(value) for value in values], color=INK)
    labels = [f"{si(value)} · {percent(exact(value) / total)}" for value in values]
    ax.bar_label(bars, labels, padding=4, fontsize=8)
    ax.margins(x=0.22)
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()
    ax.set_xlabel(titled(metric, cost.convention))
    ax.xaxis.set_major_formatter(lambda value, _: si(exact(int(value))))
    return tidied(ax, "x")


def parts(
    cost: Cost, metric: str = "macs", by: str = "layer", depth: int | None = None
) -> list[tuple[str, int]]:
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
    found: dict[str, int] = {}
    for label, kind, value in table(cost, ("layer", "kind", metric), depth).rows:
        last = label.path.rpartition(".")[2]
        name = {"layer": str(Label(label.path, "", label.times)), "kind": kind, "name": last}[by]
        found[name] = found.get(name, 0) + int(value)
    shown = [(name, value) for name, value in found.items() if value]
    if not shown:
        message = f"the {metric} of this cost are 0; there is nothing to part"
        raise ArgumentError(message)
    if len(shown) > MOST_BARS:
        message = f"{len(shown)} bars cannot be read; pass depth=1, or by='kind'"
        raise ArgumentError(message)
    return shown
