"""The factors of a count as a paper prints them: which of them are the outputs, and what each output has."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import sympy

from symflops.exprs import ONE, ZERO, over_one_line, product, tidy
from symflops.typeset.forms import Minus, Power, Product, Total

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from symflops.typeset.forms import Form

Factors = tuple[sympy.Expr, ...]


def times(number: sympy.Expr, form: Form) -> Form:
    """Return a multiple of a form: 2 · (k² C), a number in front of a product's factors."""
    if form == ONE:
        return number
    factors = form.factors if isinstance(form, Product) else (form,)
    return Product((number, *factors))


def grouped(factors: Iterable[sympy.Expr]) -> Form:
    """Return factors side by side; where two or more are numbers, each stays to be seen."""
    factors = [factor for factor in factors if factor != 1]
    if sum(bool(factor.is_Rational) for factor in factors) > 1:
        numbers = all(factor.is_Rational for factor in factors)
        front = factors[: len(factors) == MAP]  # the channels, which are no power of the sides
        shown = (*front, *_powers(factors[len(front) :]))
        return Product(shown, "·" if numbers else "")
    return product(factors)


MAP = 3  # factors of a map: channels, height and width


def _powers(factors: list[sympy.Expr]) -> Iterator[Form]:
    """Yield factors, equal neighbours as a power: 64 · 56²."""
    for base, same in itertools.groupby(factors):
        number = len(list(same))
        yield base if number == 1 else Power(base, sympy.Integer(number))


def kernel(factors: Factors) -> Form:
    """Return what an output sees, the channels apart from the taps: 3 · 3², C_in k²."""
    factors = tuple(factor for factor in factors if factor != 1)
    if not all(factor.is_Rational for factor in factors) or len(factors) < 2:  # noqa: PLR2004 - nothing to part
        return product(factors)
    first, *taps = factors
    return Product((first, *_powers(taps)), sign="·")


def less(form: Form, number: sympy.Expr = ONE) -> Form:
    """Return a form less a number: k² C − 1; what is a plain number is that number less one."""
    if form == number:
        return ZERO
    return Total((form, Minus(number)))


def parted(order: Factors, whole: sympy.Expr) -> tuple[Factors, Factors] | None:
    """Return the factors that make up ``whole``, and the others; those side by side are looked at first.

    >>> from symflops import dims
    >>> N, D, E = dims("N D E")
    >>> parted((ONE, N, D, E), N * E)
    ((N, E), (D,))
    """
    factors = [factor for factor in order if factor != 1]
    if len(factors) > MOST_FACTORS:
        return None
    places = range(len(factors))
    runs = [tuple(places[i:j]) for j in range(len(factors), -1, -1) for i in range(j + 1)]
    sets = (chosen for n in places for chosen in itertools.combinations(places, n))
    for chosen in itertools.chain(runs, sets):
        inside = tuple(factors[i] for i in chosen)
        if product(inside) == whole:
            return inside, tuple(factors[i] for i in places if i not in chosen)
    return None


MOST_FACTORS = 9  # of which every choice is looked at


def shared_out(
    order: Factors, units: sympy.Expr, entries: sympy.Expr, *, whole: bool = True
) -> tuple[Factors, Form] | None:
    """Return the factors of ``units``, and how many of the entries each of them has.

    Nothing where ``whole`` is asked for and they have an average number, which none of them has.
    """
    found = parted(order, units)
    if found is not None and product(found[1]) == entries / units:
        return found[0], kernel(found[1])
    share = tidy(sympy.cancel(entries / units))
    if whole and over_one_line(share)[1] != 1:
        return None
    return (units,) if units.is_Rational else sympy.Mul.make_args(units), share
