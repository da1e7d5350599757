"""What a tensor sees of the input, and how it is told: sizes and strides in the form of a paper."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import sympy

from symflops.exprs import ONE, ZERO
from symflops.metrics import closed_sum
from symflops.symbols import exact

if TYPE_CHECKING:
    from collections.abc import Callable

    from symflops.fields import Axes, Field

FACTORED = 30  # terms of a size up to which it is written with its common factors in front


@dataclass(frozen=True)
class View:
    """What a tensor sees; ``stop`` is the view before the first layer that saw everything."""

    axes: Axes
    stop: View | None = None
    aligned: bool = True

    @property
    def field(self) -> dict[int, Field]:
        """The fields by the axis of the input."""
        last = self.stop or self
        return dict(sorted(filter(None, last.axes), key=itemgetter(0)))


@dataclass(frozen=True)
class ReceptiveField:
    """The receptive field of one output position, an entry an axis, in elements of the input.

    ``size`` is how many it sees, ``stride`` the distance between neighbours (the product of all strides),
    ``padding`` how far the first one reaches out before the input, ``centre`` where it has its middle.
    ``aligned`` says whether all branches that met had the same centres.
    """

    size: tuple[Any, ...]
    stride: tuple[Any, ...]
    padding: tuple[Any, ...]
    centre: tuple[Any, ...]
    aligned: bool = True

    def __str__(self) -> str:
        shown = (f"{name} {_listed(getattr(self, name))}" for name in ("size", "stride", "padding"))
        return ", ".join(shown)


def _listed(values: tuple[Any, ...]) -> str:
    if len(values) == 1:
        return str(values[0])
    return " × ".join(f"({v})" if getattr(v, "is_Add", False) else str(v) for v in values)


def receptive_field(view: View, value: Callable[[sympy.Expr], Any] = exact) -> ReceptiveField:
    """Return the sizes that a view has along the axes of the input."""
    fields = view.field.values()

    def each(of: Callable[[Field], sympy.Expr]) -> tuple[Any, ...]:
        return tuple(value(of(field)) for field in fields)

    return ReceptiveField(
        each(lambda field: _factored(field.size)),
        each(lambda field: field.stride),
        each(lambda field: field.padding),
        each(lambda field: field.centre),
        (view.stop or view).aligned,
    )


def _factored(size: sympy.Expr) -> sympy.Expr:
    """Write L·k - L + 1 as L·(k - 1) + 1, and k + l·s - s as k + s·(l - 1)."""
    if size.is_Rational or len(sympy.Add.make_args(size)) > FACTORED:
        return size
    grown = sympy.factor(size - 1)
    if grown.has(sympy.Sum):
        return _one_series(grown) + 1
    return (grown if grown.is_Mul else _by_strides(grown)) + 1


def _by_strides(expr: sympy.Expr) -> sympy.Expr:
    """Group terms by what one is taken off from: k·s - s by the stride s of the layers before."""
    terms = [term.as_coeff_Mul() for term in sympy.Add.make_args(sympy.expand(expr))]
    strides = [monomial for number, monomial in terms if number < 0]
    grouped: dict[sympy.Expr, sympy.Expr] = {}
    for number, monomial in terms:
        before = max(
            (s for s in strides if sympy.fraction(monomial / s)[1] == 1),
            key=lambda s: len(sympy.Mul.make_args(s)) if s != 1 else 0,
            default=monomial,
        )
        grouped[before] = grouped.get(before, ZERO) + number * monomial / before
    return sympy.Add(*(before * inside for before, inside in grouped.items()))


def _one_series(expr: sympy.Expr) -> sympy.Expr:
    """Write Σ k_i - Σ 1 as Σ (k_i - 1): sums over the same index, with the same factor, as one."""
    found: dict[Any, list[sympy.Expr]] = {}
    rest = []
    for term in sympy.Add.make_args(sympy.expand(expr)):
        number, monomial = term.as_coeff_Mul()
        series = [f for f in sympy.Mul.make_args(monomial) if isinstance(f, sympy.Sum)]
        if len(series) == 1:
            key = monomial / series[0], series[0].limits
            found.setdefault(key, []).append(number * series[0].function)
        else:
            rest.append(term)
    if len(found) != 1:
        return expr
    (((factor, limits), bodies),) = found.items()
    left = sympy.Add(*rest)
    each = sympy.cancel(left / factor / _how_many(limits))  # what every index contributes
    if each.is_Rational:
        return factor * sympy.Sum(sympy.factor(sympy.Add(each, *bodies)), *limits)
    return left + factor * sympy.Sum(sympy.factor(sympy.Add(*bodies)), *limits)


def _how_many(limits: tuple[Any, ...]) -> sympy.Expr:
    """Return how many terms a sum has, over one index or several; the innermost stands first."""
    count = ONE
    for index, first, last in limits:
        count = closed_sum(count, index, first, last)
    return count
