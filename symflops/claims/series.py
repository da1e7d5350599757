"""Sums and products over an index: closed where they close, else in one form that equal ones share.

A sum closes where its terms are i**p · r**(c·i) with whole p and c. It is taken to run forwards: from its first
index to its last, or over nothing at all where the last comes right before the first.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import sympy
from sympy import Add, Mul, Product, Sum, Tuple

from symflops.exprs import ONE, ZERO, minimum, spread
from symflops.symbols import Index, index

if TYPE_CHECKING:
    from symflops.symbols import Symbol

MOST_WRITTEN_OUT = 300  # terms of a sum over numbers
MOST_POWERS = 12  # of an index, in a sum that is closed


def closed(expr: sympy.Expr) -> sympy.Expr:
    """Return an expression with its sums and products closed as far as they close, the innermost first.

    >>> from symflops import dims
    >>> (L, r), i = dims("L r"), index("i")
    >>> closed(Sum(2 * i, (i, 1, L))).expand(), closed(Sum(2**i, (i, 0, L)))
    (L**2 + L, 2*2**L - 1)
    """
    if not expr.has(Sum, Product):
        return expr
    args = [closed(arg) if isinstance(arg, sympy.Expr) else _limits(arg) for arg in expr.args]
    if not isinstance(expr, Sum | Product):
        return expr.func(*args)
    body, *limits = args
    one = _closed_sum if isinstance(expr, Sum) else _closed_product
    for place, first, last in limits:
        body = one(body, place, first, last)
    return body


def _limits(limits: sympy.Basic) -> sympy.Basic:
    if not isinstance(limits, Tuple):
        return limits
    return Tuple(*(closed(arg) if isinstance(arg, sympy.Expr) else arg for arg in limits))


def _closed_sum(body: sympy.Expr, i: Symbol, first: sympy.Expr, last: sympy.Expr) -> sympy.Expr:
    steps = spread(last - first)
    if steps.is_Integer and -1 <= steps <= MOST_WRITTEN_OUT:
        return Add(*(closed(body.xreplace({i: first + n})) for n in range(int(steps) + 1)))
    found = []
    for term in Add.make_args(spread(body.xreplace({i: i + first}))):  # from 0 on
        outside, inside = term.as_independent(i, as_Add=False)
        total = _power_sum(inside, i, steps)
        total = _smaller_sum(inside, i, steps) if total is None else total
        found.append(outside * (_as_it_stands(Sum, inside, i, steps) if total is None else total))
    return Add(*found)


def _power_sum(inside: sympy.Expr, i: Symbol, last: sympy.Expr) -> sympy.Expr | None:
    """Return Σ i**p · r**i for i = 0 … last in closed form, if a term is of that kind."""
    power, ratio = 0, ONE
    for factor in Mul.make_args(inside):
        base, exponent = factor.as_base_exp()
        if base == i and exponent.is_Integer and 0 < exponent <= MOST_POWERS:
            power = int(exponent)
        elif not base.has(i) and spread(exponent / i).is_Integer:
            ratio *= base ** spread(exponent / i)
        elif not factor.is_Rational:
            return None
    if ratio == 1:
        return _faulhaber(power).xreplace({_N: last})
    return _geometric(power).xreplace({_N: last, _R: ratio})


def _smaller_sum(inside: sympy.Expr, i: Symbol, last: sympy.Expr) -> sympy.Expr | None:
    """Return Σ q(i) · min(i + a, w) for i = 0 … last: with i + a up to i = w - a, with w from there on."""
    found = [f for f in Mul.make_args(inside) if isinstance(f, minimum)]
    moving = next((arg for arg in found[0].args if arg.has(i)), ZERO) if len(found) == 1 else ZERO
    ahead = spread(moving - i)
    if ahead.has(i):
        return None
    rest, most = inside / found[0], next(arg for arg in found[0].args if arg is not moving)
    turn = spread(most - ahead)
    if most.has(i) or not (turn + 1).is_nonnegative:
        return None
    place = minimum(last, turn)
    risen = _power_sum(rest * i, i, place)
    before, everywhere = (_power_sum(rest, i, n) for n in (place, last))
    if risen is None or before is None or everywhere is None:
        return None
    return risen + ahead * before + most * (everywhere - before)


_N, _R = sympy.Dummy("n", integer=True), sympy.Dummy("r", positive=True)


@lru_cache
def _faulhaber(power: int) -> sympy.Expr:
    """Return Σ i**p for i = 0 … n, from (n + 1)**(q + 1) = Σ ((i + 1)**(q + 1) - i**(q + 1)) for q = p."""
    lower = Add(*(sympy.binomial(power + 1, q) * _faulhaber(q) for q in range(power)))
    return sympy.expand(((_N + 1) ** (power + 1) - lower) / (power + 1))


@lru_cache
def _geometric(power: int) -> sympy.Expr:
    """Return Σ i**p · r**i for i = 0 … n, where r is not 1: r times the derivative of that for p - 1."""
    if power == 0:
        return (_R * _R**_N - 1) / (_R - 1)
    return sympy.together(_R * sympy.diff(_geometric(power - 1), _R))


def _closed_product(body: sympy.Expr, i: Symbol, first: sympy.Expr, last: sympy.Expr) -> sympy.Expr:
    steps = spread(last - first)
    if steps.is_Integer and -1 <= steps <= MOST_WRITTEN_OUT:
        return Mul(*(closed(body.xreplace({i: first + n})) for n in range(int(steps) + 1)))
    outside, inside = body.xreplace({i: i + first}).as_independent(i, as_Add=False)
    rest = ONE if inside == 1 else _as_it_stands(Product, inside, i, steps)
    return outside ** (steps + 1) * rest


def _as_it_stands(
    kind: type[Sum | Product], inside: sympy.Expr, i: Symbol, last: sympy.Expr
) -> sympy.Expr:
    """Return a sum that stays, over an index whose name says how many sums stand inside it."""
    depth = max((int(s.name[1:]) + 1 for s in inside.atoms(Index) if _is_ours(s)), default=0)
    place = index(f"_{depth}")
    return kind(inside.xreplace({i: place}), (place, ZERO, last))


def _is_ours(symbol: Symbol) -> bool:
    return bool(symbol.name.startswith("_") and symbol.name[1:].isdigit())
