"""What expressions come to at given sizes, exactly; what is undefined there, or too long, has no value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy
from sympy import Add, Integer, Mul, Pow, Product, Sum, ceiling, floor

from symflops.exprs import gcd, log2, minimum
from symflops.extents import MOST_BITS
from symflops.symbols import Member

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symflops.symbols import Symbol

MOST_SUMMED = 300  # terms of a sum


class UndefinedError(Exception):
    """An expression has no value here, or none that can be worked out."""


def value(expr: sympy.Expr, at: Mapping[Symbol, Any], most: int = MOST_SUMMED) -> sympy.Expr:
    """Return an expression's exact value; sums inside sums have at most ``most`` terms together.

    >>> from symflops import dim
    >>> N = dim("N")
    >>> value(floor(N / 2) + minimum(N, 4) + log2(8 * N), {N: Integer(5)})
    log2(5) + 9

    Raises:
        UndefinedError: it has none here, or too long a one.
    """
    if expr.is_Rational:
        return expr
    if expr.is_Symbol:
        if expr not in at:
            raise UndefinedError
        return at[expr]
    if isinstance(expr, Sum | Product):
        return _series(expr, at, most)
    if isinstance(expr, Member):
        return _member(expr, at)
    args = [value(arg, at, most) for arg in expr.args]
    if expr.is_Add or expr.is_Mul:
        return expr.func(*args) if args else expr
    if expr.is_Pow:
        return _power(*args)
    found = expr.func(*args) if isinstance(expr, KNOWN) else expr
    is_constant = not expr.args and expr.is_number  # π, e
    if not (is_constant or isinstance(expr, KNOWN)) or found.has(sympy.nan, sympy.zoo, sympy.oo):
        raise UndefinedError
    return found


KNOWN = (
    *(floor, ceiling, minimum, gcd, log2, sympy.log, sympy.exp),
    *(sympy.Min, sympy.Max, sympy.Abs, sympy.Mod),  # noqa: TID251 - of numbers alone
)


def _power(base: sympy.Expr, power: sympy.Expr) -> sympy.Expr:
    if base.is_zero and not power.is_positive:
        raise UndefinedError
    if power.is_Rational and base.is_Rational:
        bits = max(base.p.bit_length(), base.q.bit_length()) - 1
        if bits * abs(power) > MOST_BITS:
            raise UndefinedError
        if base < 0 and not power.is_Integer:
            raise UndefinedError
    elif not (base.is_positive and power.is_real and abs(approximately(power)) < MOST_BITS):
        raise UndefinedError
    return Pow(base, power)


def _series(expr: Sum | Product, at: Mapping[Symbol, Any], most: int) -> sympy.Expr:
    *inner, (i, first, last) = expr.limits
    start, end = value(first, at), value(last, at)
    if not (start.is_Integer and end.is_Integer) or not -1 <= end - start < most:
        raise UndefinedError
    body = expr.func(expr.function, *inner) if inner else expr.function
    numbers = range(int(start), int(end) + 1)
    terms = [value(body, {**at, i: Integer(n)}, most // max(1, len(numbers))) for n in numbers]
    return Add(*terms) if isinstance(expr, Sum) else Mul(*terms)


def _member(member: Member, at: Mapping[Symbol, Any]) -> sympy.Expr:
    family, place = member.args[0], value(member.args[1], at)
    values = at.get(family)
    if values is None or not (place.is_Integer and 0 <= place < len(values)):
        raise UndefinedError
    return values[int(place)]


def value_or_none(expr: sympy.Expr, at: Mapping[Symbol, Any]) -> sympy.Expr | None:
    """Return an expression's value, or None where it has none."""
    try:
        return value(expr, at)
    except (UndefinedError, ZeroDivisionError):
        return None


def is_certainly_not_zero(number: sympy.Expr) -> bool:
    """Say whether a number is not 0."""
    return sign(number) not in {0, None}


def sign(number: sympy.Expr) -> int | None:
    """Return the sign of a number, of one that is no fraction by digits that are certain; None where there are none."""
    if number.is_Rational:
        return int(sympy.sign(number))
    try:
        approximate = sympy.N(with_logarithms(number), 6, maxn=120, strict=True)
    except (sympy.core.evalf.PrecisionExhausted, ValueError, TypeError, OverflowError):
        return None
    if not approximate.is_real or approximate == 0:
        return None
    return 1 if approximate > 0 else -1


def with_logarithms(number: sympy.Expr) -> sympy.Expr:
    """Return a number with sympy's logarithms, of which sympy knows digits."""
    return number.replace(log2, lambda inside: sympy.log(inside) / sympy.log(2))


def approximately(number: sympy.Expr) -> sympy.Expr:
    """Return the first digits of a number."""
    return sympy.N(with_logarithms(number), 6)
