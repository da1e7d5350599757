"""How large an expression is, and how large one may get.

What would take too long, or more digits than Python writes, is refused before it is computed: with one
error that names it, the limit and the way out.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import sympy
from sympy import Add, Mul, Pow

from symflops.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_TERMS = 2_000  # of an expression once it is multiplied out
MOST_BITS = 13_000  # of a number: 3,900 digits, and Python writes 4,300
COUNTLESS = 1_000_000  # terms; more of them are not told apart
SHOWN = 60  # characters of an expression in a message


def bounded(expr: sympy.Expr) -> sympy.Expr:
    """Return an expression as it is, if few enough terms come of it when it is multiplied out.

    Raises:
        ArgumentError: too many would.
    """
    if (count := extent(expr)) > MOST_TERMS:
        shown = str(expr) if length(expr) < MOST_TERMS else "a sum of sums"
        shown = shown if len(shown) <= SHOWN else shown[:SHOWN] + "…"
        counted = f"up to {count:,}" if count < COUNTLESS else f"over {COUNTLESS:,}"
        message = (
            f"{shown} has {counted} terms when multiplied out, and at most {MOST_TERMS:,} are worked "
            "with; give its sums names of their own, such as dim('S'), or put numbers in"
        )
        raise ArgumentError(message)
    return expr


def extent(expr: sympy.Expr) -> int:
    """Bound the terms that come of an expression: multiplied out, over one line, inside its functions.

    >>> from symflops import dims
    >>> from symflops.exprs import gcd
    >>> a, b, c = dims("a b c")
    >>> extent((a + b) * (a + c)), extent((a + b + c) ** 3), extent(gcd(a + b, c) ** 2)
    (4, 10, 4)
    """
    return min(sum(_extent(expr)), COUNTLESS)


def terms_of(expr: sympy.Expr) -> int:
    """Bound the terms of an expression that is multiplied out, its functions left as they are."""
    return _extent(expr)[0]


@lru_cache(maxsize=20_000)  # sizes hold the sizes before them
def _extent(expr: sympy.Expr) -> tuple[int, int]:
    """Return the terms of an expression, and those inside its functions."""
    if not expr.args or is_plain(expr):
        return len(Add.make_args(expr)), 0
    if expr.is_Pow and expr.base.is_Add:
        number, _ = expr.exp.as_coeff_Add()
        count, inside = _extent(expr.base)
        power = abs(int(number)) if number.is_Integer else 1
        return min(math.comb(count + power - 1, power), COUNTLESS), inside
    parts = [_extent(arg) for arg in expr.args]
    inside = sum(part for _, part in parts)
    if expr.is_Mul or expr.is_Pow:
        return min(math.prod(count for count, _ in parts), COUNTLESS), inside
    count = sum(count for count, _ in parts)
    if not expr.is_Add:
        return 1, count + inside
    divisors: dict[sympy.Expr, int] = {}
    for factor in (factor for term in expr.args for factor in Mul.make_args(term)):
        if factor.is_Pow and factor.base.is_Add and factor.exp.is_negative:
            divisors[factor.base] = max(divisors.get(factor.base, 1), _extent(factor)[0])
    return min(count * math.prod(divisors.values()), COUNTLESS), inside


def writable(expr: sympy.Expr) -> sympy.Expr:
    """Return an expression as it is, if no number in it has too many digits.

    Raises:
        ArgumentError: one has.
    """
    for number in (expr,) if expr.is_Rational else expr.atoms(sympy.Rational):
        if max(number.p.bit_length(), number.q.bit_length()) > MOST_BITS:
            raise _too_long("a number")
    return expr


def _too_long(what: str) -> ArgumentError:
    return ArgumentError(
        f"{what} has over {MOST_BITS * 3 // 10:,} digits here, more than are worked with; put smaller "
        "numbers in"
    )


def effort(expr: sympy.Expr) -> int:
    """Weigh how long an expression is to be worked with: its length, times its symbols and inner terms.

    >>> from symflops import dims
    >>> H, k = dims("H k")
    >>> effort(H - k + 1)
    8
    """
    return length(expr) * (len(expr.free_symbols) + INNER * _extent(expr)[1])


INNER = 4  # a term inside a floor takes as long as so many symbols


@lru_cache(maxsize=20_000)
def length(expr: sympy.Expr) -> int:
    """Return how many numbers and symbols an expression has as it stands."""
    return min(sum(map(length, expr.args)), COUNTLESS) if expr.args else 1


def put_in(expr: sympy.Expr, swaps: Mapping[sympy.Expr, sympy.Expr]) -> sympy.Expr:
    """Return an expression with others in place of symbols, where no power of it is too large.

    >>> from symflops import dim
    >>> L = dim("L")
    >>> put_in(2**L, {L: sympy.Integer(5)})
    32

    Raises:
        ArgumentError: 2**L with a huge L, or 1/(C - k) with C = k.
    """
    for power in expr.atoms(Pow):
        base, exponent = power.args
        if exponent.is_Rational and (exponent > 0 or not base.is_Add):
            continue
        base, exponent = put_in(base, swaps), put_in(exponent, swaps)
        if base.is_zero and exponent.is_negative:
            raise ArgumentError(f"{power} divides by 0 here")
        if base.is_Rational and exponent.is_Rational:
            bits = max(base.p.bit_length(), base.q.bit_length()) - 1
            if bits * abs(exponent) > MOST_BITS:
                raise _too_long(str(power))
    return expr.xreplace(swaps)


def is_plain(expr: sympy.Expr) -> bool:
    """Say whether an expression is a sum of products of numbers, dimensions and their whole powers."""
    return all(
        factor.is_Symbol
        or factor.is_Rational
        or (factor.is_Pow and factor.base.is_Symbol and factor.exp.is_Integer and factor.exp > 0)
        for term in Add.make_args(expr)
        for factor in Mul.make_args(term)
    )
