"""The pictures of a page: those that a cost has enough numbers for, as SVG."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from symflops.errors import SymflopsError
from symflops.exprs import ZERO
from symflops.pages.markup import Markup, element, together
from symflops.rows import table
from symflops.statements import filled
from symflops.symbols import exact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from symflops.costs import Cost
    from symflops.pages.subjects import Subject

WORK = ("macs", "flops", "mults", "adds", "params")  # what is drawn, the first that is on the page
FIRST, LAST = 16, 65536  # of a size that nothing bounds
MOST_CURVES = 4


def pictures(subject: Subject, roofline: Mapping[str, Any] | None) -> Markup:
    """Return all pictures that can be drawn; without matplotlib, a line that says so."""
    if find_spec("matplotlib") is None:
        return element("p", subject.words["no_matplotlib"], class_="note")
    return together(_pictures(subject, roofline))


def _pictures(subject: Subject, roofline: Mapping[str, Any] | None) -> Iterator[Markup]:
    from symflops import plot  # noqa: PLC0415 - heavy, and wanted only here

    shown, said = subject.shown, subject.words["pictures_of"]
    metric = next((key for key in WORK if key in subject.metrics), subject.metrics[0])
    name = subject.words["columns"][metric]
    if exact(shown.metric(metric)).is_Rational and len(subject.levels) > 1:
        bars = partial(plot.breakdown, shown, metric, size="page")
        # more bars than can be read are those of kinds
        drawn = _drawn("breakdown", bars) or _drawn("breakdown", partial(bars, by="kind"))
        yield _figure("breakdown", drawn, said["breakdown"].format(metric=name))
    if grows(shown):
        drawn = _drawn("receptive_field", partial(plot.receptive_field, shown, size="page"))
        yield _figure("receptive_field", drawn, said["receptive_field"])
    free = sorted(exact(subject.cost.metric(metric)).free_symbols, key=str)
    if len(free) == 1 and free[0].is_integer:
        curves, ends = by_kind(subject.cost, metric, free[0]), bounds(subject.cost, free[0])
        drawn = _drawn("scaling", partial(plot.scaling, curves, free[0], ends, metric, size="page"))
        parts = filled(
            said["by_kind" if len(curves) > 1 else "scaling"], metric=name, symbol=free[0]
        )
        yield _figure("scaling", drawn, subject.set(*parts))
    if roofline is not None:
        axes = plot.roofline(
            shown, **roofline, size="page"
        )  # was asked for: its errors are the reader's
        yield _figure("roofline", _drawn("roofline", lambda: axes), said["roofline"])


def _drawn(key: str, draw: Callable[[], Any]) -> str:
    """Return a picture as SVG; nothing of a cost that has not got it, such as no receptive field."""
    from matplotlib import pyplot as plt  # noqa: PLC0415

    from symflops.plot.canvas import svg  # noqa: PLC0415

    try:
        axes = draw()
    except SymflopsError:
        return ""
    try:
        return svg(axes, f"picture-{key}")
    finally:
        plt.close(axes.figure)


def _figure(key: str, drawn: str, caption: str) -> Markup:
    if not drawn:
        return Markup()
    label = f"caption-{key}"
    picture = Markup(drawn.replace("<svg ", f'<svg aria-labelledby="{label}" ', 1))
    said = element("figcaption", caption, id=label)
    return element("figure", element("div", picture, class_="drawn"), said)


def grows(cost: Cost) -> bool:
    """Say whether the receptive field of a cost can be drawn, and grows from layer to layer.

    >>> import symflops as sf
    >>> grows(sf.cost(sf.zoo.vgg16())), grows(sf.cost(sf.zoo.gpt2()))
    (True, False)
    """
    from symflops.plot.growth import growth  # noqa: PLC0415

    try:
        sizes = {size for _, size in growth(cost)}
    except SymflopsError:  # no map, or a size that is a symbol
        return False
    # a map that becomes a sequence has another number of axes from there on
    return len(sizes) > 1 and len(set(map(len, sizes))) == 1


def by_kind(cost: Cost, metric: str, symbol: Any) -> dict[str, Any]:
    """Return what kinds of layers add to a metric, those that add most where the size is greatest.

    >>> import symflops as sf
    >>> by_kind(sf.cost(sf.zoo.gpt2()), "macs", sf.dim("N"))
    {'Linear': 123532032*N, 'Scores, Weighting': 9216*N**2}
    """
    found: dict[str, Any] = {}
    for _, kind, value in table(cost, ("layer", "kind", metric), None).rows:
        found[kind] = found.get(kind, ZERO) + exact(value)
    last = bounds(cost, symbol)[1]
    there = {kind: value for kind, value in found.items() if value.has(symbol)}
    most = sorted(there, key=lambda kind: -there[kind].subs(symbol, last))[:MOST_CURVES]
    alike: dict[Any, list[str]] = {}  # one curve for kinds that take the same
    for kind, value in there.items():
        if kind in most:
            alike.setdefault(value, []).append(kind)
    return {", ".join(kinds): value for value, kinds in alike.items()}


def bounds(cost: Cost, symbol: Any) -> tuple[int, int]:
    """Return the first and the last value of a size to draw: what conditions say of it alone bounds it.

    >>> import symflops as sf
    >>> bounds(sf.cost(sf.zoo.gpt2()), sf.dim("N"))
    (16, 1024)
    """
    first, last = FIRST, LAST
    for condition in cost.conditions:
        relation = condition.relation
        if condition.kind == "rounded" or relation.sign != ">=" or relation.symbols != {symbol}:
            continue
        if relation.left == symbol and relation.right.is_Integer:
            first = max(first, int(relation.right))
        if relation.right == symbol and relation.left.is_Integer:
            last = min(last, int(relation.left))
    return min(first, last), max(last, first + 1)
