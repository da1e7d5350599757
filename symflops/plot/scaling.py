"""How costs grow with one dimension, and where one overtakes another."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

import sympy

from symflops.columns import COLUMNS
from symflops.costs import Cost
from symflops.errors import ArgumentError, SymbolError
from symflops.layers.base import in_pairs
from symflops.plot.canvas import (
    ABOVE,
    QUIET,
    canvas,
    grow,
    height,
    laid_out,
    legend,
    stroke,
    tick,
    tidied,
    titled,
)
from symflops.plot.lettering import LETTER, axis_of, formula
from symflops.plot.placing import Placer
from symflops.symbols import exact

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.plot.canvas import Canvas

POINTS = 64  # of a curve
TICKS = 7  # numbers below, at most
BESIDE = 45  # points that the axis on the left takes
APART = 2.5  # letters between two numbers
DIGITS = 50  # of a logarithm or a root
CLEAR = 2.0  # points around a curve
MARKED = 6  # markers of a curve


def scaling(
    costs: Cost | Mapping[str, Any],
    over: Any,
    values: Iterable[int] | tuple[int, int],
    metric: str = "macs",
    at: Mapping[Any, Any] | None = None,
    ax: Any = None,
    size: str | None = None,
) -> Any:
    """Plot how costs (or formulas) grow with a dimension, and mark where two of them cross.

    ``over`` is the dimension; ``values`` its first and last value, or all to draw; ``at`` puts numbers in for
    the other dimensions. Both axes are logarithmic. A crossing is the first whole number at which the order of
    two curves is another, found exactly. ``size`` and ``ax`` are as in :func:`breakdown`. Returns matplotlib's axes.

    >>> import symflops as sf
    >>> N, D = sf.dims("N D")
    >>> parts = {"projections": 4 * N * D**2, "scores and weighting": 2 * N**2 * D}
    >>> axes = sf.plot.scaling(parts, N, (64, 16384), at={"D": 768})    # doctest: +SKIP

    Raises:
        ArgumentError: a dimension that is still a symbol, values that are none, or no matplotlib.
        SymbolError: a dimension that none of the costs has.
    """
    formulas, label = _formulas(costs, metric)
    symbol = _symbol(formulas, over)
    formulas = {name: _put(formula, at or {}, symbol) for name, formula in formulas.items()}
    places = _places(values)
    curves = {
        name: {n: evaluated(name, formula, symbol, n) for n in places}
        for name, formula in formulas.items()
    }
    on = canvas(ax, size)
    if ax is None and len(curves) > 1:
        grow(on, len(curves))
    drawn = []
    for place, (name, curve) in enumerate(curves.items()):
        heights = [height(f"{metric} of {name}", value) for value in curve.values()]
        every = max(len(heights) // MARKED, 1)
        drawn += on.ax.plot(
            list(curve), heights, **stroke(place), markevery=every, markersize=3.5, linewidth=1.3
        )
    on.ax.set_xscale("log", base=2)
    on.ax.set_yscale("log")
    wide = (len(f"{places[-1]:,}") + APART) * LETTER * on.font
    room = max(int((on.width - BESIDE) / wide), 2)
    on.ax.xaxis.get_major_locator().set_params(numticks=min(room, TICKS))
    on.ax.set_xlabel(axis_of(symbol))
    on.ax.xaxis.set_major_formatter(lambda value, _: f"{int(value):,}")
    on.ax.yaxis.set_major_formatter(tick)
    on.ax.set_ylabel(label)
    if len(curves) > 1:
        where = {} if ax is not None else ABOVE
        legend(on, drawn, curves, **where)
    tidied(on.ax, "both")
    _mark(on, symbol, crossings(formulas, symbol, places), drawn)
    return on.ax


def _mark(on: Canvas, symbol: Any, found: list[tuple[int, Any]], curves: list[Any]) -> None:
    """Mark crossings, and say at which numbers they are where there is room."""
    at = {n: height(f"the crossing at {n}", value) for n, value in found}
    for n, up in at.items():
        on.ax.axvline(n, color=QUIET, linewidth=0.8, linestyle=":")
        on.ax.plot([n], [up], marker="o", color="black", markersize=4)
    placer = Placer(laid_out(on.ax), on.font, lined=True, usetex=False)
    if names := on.ax.get_legend():
        placer.keep_off(names)
    for curve in curves:
        placer.keep_clear(curve.get_xydata(), CLEAR)
    placer.write([(n, up, _equation(symbol, n), False) for n, up in at.items()])


def _equation(symbol: Any, n: int) -> str:
    number = f"{n:,}".replace(",", "{,}")
    return f"{formula(symbol)}$ = {number}$".replace("$$", "")  # one formula where both are


def crossings(
    formulas: Mapping[str, sympy.Expr], symbol: Any, places: list[int]
) -> list[tuple[int, Any]]:
    """Return (first whole number after a crossing, height there) for every crossing between neighbours.

    >>> from symflops import dim
    >>> N = dim("N")
    >>> crossings({"a": N**2, "b": 100 * N}, N, [1, 64, 256])
    [(101, 10201)]
    """
    found = set()
    for (one, a), (other, b) in combinations(formulas.items(), 2):
        order = {n: _ahead(f"{one} and {other}", a - b, symbol, n) for n in places}
        for low, high in pairwise(n for n in places if order[n]):
            if order[low] == order[high]:
                continue
            first, last = low, high
            while last - first > 1:
                middle = (first + last) // 2
                changed = _ahead(one, a - b, symbol, middle) == order[high]
                first, last = (first, middle) if changed else (middle, last)
            found.add((last, evaluated(one, a, symbol, last)))
    return sorted(found)


def _ahead(names: str, difference: sympy.Expr, symbol: Any, n: int) -> int:
    """Return the sign of a difference: 1 where the first is greater, 0 where both are the same."""
    value = evaluated(names, difference, symbol, n)
    return int(sympy.sign(value))


def evaluated(name: str, formula: sympy.Expr, symbol: Any, n: int) -> Any:
    """Return a formula at one value of the dimension, exactly, or a logarithm or a root to many digits.

    Raises:
        ArgumentError: another dimension is still a symbol.
    """
    value = formula.subs(symbol, n)
    if value.is_comparable and not value.is_Rational:
        value = sympy.Rational(value.evalf(DIGITS))
    if not value.is_Rational:
        message = (
            f"{name} is {value} at {symbol} = {n}: put numbers in for the other symbols with at="
        )
        raise ArgumentError(message)
    return value


def _formulas(costs: Any, metric: str) -> tuple[dict[str, sympy.Expr], str]:
    """Return each curve's formula by its name, and what stands along the axis."""
    named = dict(costs) if isinstance(costs, Mapping) else {"": costs}
    if not named:
        message = (
            "scaling() needs costs or formulas, such as {'full': cost(…), 'windowed': cost(…)}"
        )
        raise ArgumentError(message)
    labels = [titled(metric, c) for c in named.values() if isinstance(c, Cost)]
    formulas = {
        str(name): exact(c.metric(metric) if isinstance(c, Cost) else c)
        for name, c in named.items()
    }
    # a formula of one's own names no convention
    return formulas, " / ".join(dict.fromkeys(labels)) or COLUMNS[metric].header


def _symbol(formulas: Mapping[str, sympy.Expr], over: Any) -> Any:
    """Return the dimension along the axis."""
    known = {s.name: s for formula in formulas.values() for s in formula.free_symbols}
    name = getattr(over, "name", str(over))
    if name not in known:
        listed = ", ".join(sorted(known)) or "none: every size is a number"
        message = f"there is no symbol {name} to plot over; the symbols are {listed}"
        raise SymbolError(message)
    return known[name]


def _put(formula: sympy.Expr, at: Mapping[Any, Any], symbol: Any) -> sympy.Expr:
    """Put numbers in for the other dimensions, by symbol or by name."""
    given = in_pairs(at)
    values = {getattr(key, "name", str(key)): exact(given[key]) for key in given}
    return formula.subs(
        {s: values[s.name] for s in formula.free_symbols - {symbol} if s.name in values}
    )


def _places(values: Iterable[int]) -> list[int]:
    """Return where to evaluate: as given, or between two values at even steps of the logarithm."""
    given = [exact(value) for value in (values if hasattr(values, "__iter__") else (values,))]
    if len(given) < 2 or not all(value.is_Integer and value > 0 for value in given):  # noqa: PLR2004
        message = f"values must be the first and the last, or all to draw, from 1 on; got {given}"
        raise ArgumentError(message)
    height("the last of the values", max(given))
    first, last = int(min(given)), int(max(given))
    if len(given) > 2:  # noqa: PLR2004 - not first and last alone
        return sorted(set(map(int, given)))
    ratio = last / first
    return sorted(
        {round(first * ratio ** (i / (POINTS - 1))) for i in range(POINTS)} | {first, last}
    )
