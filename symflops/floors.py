"""Whole quotients: what a floor is, its canonical form, and the few rules that decide sizes.

Every floor of a cost passes through here, so that equal sizes are equal expressions. sympy's own
evaluation of ``floor`` takes milliseconds with assumptions; these rules take microseconds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import Add, Integer

from symflops.exprs import ONE, ZERO, minimum, over_one_line, spread
from symflops.extents import is_plain
from symflops.symbols import exact

#: Says whether a term is certainly a whole number.
Knows = Callable[[sympy.Expr], bool]


def plainly_whole(term: sympy.Expr) -> bool:
    """Say whether a term is whole whatever its dimensions are."""
    return bool(term.is_integer)


def quotient(dividend: Any, divisor: Any) -> sympy.Expr:
    """Return ⌊dividend / divisor⌋, evaluated where it can be.

    >>> from symflops import dim
    >>> H = dim("H")
    >>> quotient(quotient(H, 2) - 1, 2)      # nested floors collapse
    floor(H/4 + 1/2) - 1
    >>> quotient(4 * H + 6, 4)
    H + 1
    """
    return whole(exact(dividend) / exact(divisor))


def ceiling_quotient(dividend: Any, divisor: Any) -> sympy.Expr:
    """Return ⌈dividend / divisor⌉ of whole numbers: ⌊(dividend + divisor - 1) / divisor⌋.

    >>> from symflops import dims
    >>> H, m = dims("H m")
    >>> ceiling_quotient(H, 2), ceiling_quotient(m * H, m)
    (floor(H/2 + 1/2), H)
    """
    dividend, divisor = exact(dividend), exact(divisor)
    return quotient(dividend + divisor - 1, divisor)


def whole(expr: sympy.Expr, knows: Knows = plainly_whole) -> sympy.Expr:
    """Return ⌊expr⌋ in canonical form; ``knows`` may know more terms to be whole.

    The rules, for whole x and b, and a positive whole c:

    - ⌊x + r⌋ = x + ⌊r⌋
    - ⌊(⌊y⌋ + b)/c⌋ = ⌊(y + b)/c⌋
    - ⌊x/q + r⌋ = ⌊(x + ⌊q·r⌋)/q⌋ for a number r: only the whole part of q·r matters
    - ⌊x - 1/c⌋ = x - 1
    """
    if expr.is_Rational:
        return Integer(expr.p // expr.q)
    if knows(expr):
        return expr
    expr = _unnest(spread(expr), knows)
    outside, inside, number = [], [], ZERO
    for term in Add.make_args(expr):
        if term.is_Rational:
            number += term
        elif knows(term):
            outside.append(term)
        else:
            out, rest = _improper(term)
            outside.append(out)
            inside.append(rest)
    if number.is_Integer and len(inside) == 1 and _is_less_than_one(inside[0]):
        inside, number = [], number - 1
    if inside:
        number = _coarse(number, inside)
    outer = number.p // number.q
    if inside:
        inner = _over_one_line(Add(*inside, number - outer))
        outside.append(sympy.floor(inner, evaluate=False))
    return Add(*outside, Integer(outer))


def _is_less_than_one(term: sympy.Expr) -> bool:
    """Say whether a term is -1/c for a whole c, so that at most 1 is taken away."""
    number, _ = term.as_coeff_Mul()
    return number < 0 and plainly_whole(-1 / term) and bool((-1 / term).is_positive)


def _improper(term: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    """Split 3·x/2 into x outside and x/2 inside."""
    number, monomial = term.as_coeff_Mul()
    if number <= 1 or not plainly_whole(monomial):
        return ZERO, term
    units = number.p // number.q
    return units * monomial, (number - units) * monomial


def _coarse(number: sympy.Rational, inside: list[sympy.Expr]) -> sympy.Rational:
    grain = ONE
    for term in inside:
        coefficient, monomial = term.as_coeff_Mul()
        if not plainly_whole(monomial):
            return number
        grain = sympy.ilcm(grain, coefficient.q)
    scaled = number * grain
    return sympy.Rational(scaled.p // scaled.q, grain)


def _unnest(expr: sympy.Expr, knows: Knows) -> sympy.Expr:
    """Apply ⌊(⌊y⌋ + b)/c⌋ = ⌊(y + b)/c⌋ for as long as one floor stands over everything else."""
    while True:
        for term in Add.make_args(expr):
            found = _lone_floor(term)
            if found is None:
                continue
            inner, divisor = found
            others = spread((expr - term) * divisor)
            if divisor != 1 and all(knows(other) for other in Add.make_args(others)):
                expr = spread((inner + others) / divisor)
                break
        else:
            return expr


def _lone_floor(term: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr] | None:
    """Return (y, c) of a term ⌊y⌋/c with a positive whole c."""
    floors = [f for f in sympy.Mul.make_args(term) if isinstance(f, sympy.floor)]
    if len(floors) != 1:
        return None
    divisor = floors[0] / term
    if divisor.is_integer and divisor.is_positive:
        return floors[0].args[0], divisor
    return None


def _over_one_line(expr: sympy.Expr) -> sympy.Expr:
    """Write a/s + b/s as (a + b)/s for a symbolic s; numbers stay with their terms."""
    if is_plain(expr):
        return expr
    dividend, divisor = over_one_line(expr)
    if divisor.is_Integer:
        return expr
    return spread(dividend) / divisor


def canonical(
    expr: sympy.Expr,
    floor: Callable[[sympy.Expr], sympy.Expr] = whole,
    seen: dict[sympy.Expr, sympy.Expr] | None = None,
    least: Callable[[sympy.Expr, sympy.Expr], sympy.Expr] = minimum,
) -> sympy.Expr:
    """Put every floor, ceiling and minimum in an expression into canonical form, the innermost first.

    ``seen`` remembers the parts that were put into it: sizes hold the sizes before them.
    """
    seen = {} if seen is None else seen
    if expr not in seen:
        seen[expr] = _canonical(expr, floor, seen, least)
    return seen[expr]


def _canonical(
    expr: sympy.Expr,
    floor: Callable[[sympy.Expr], sympy.Expr],
    seen: dict[sympy.Expr, sympy.Expr],
    least: Callable[[sympy.Expr, sympy.Expr], sympy.Expr],
) -> sympy.Expr:
    if not expr.has(sympy.floor, sympy.ceiling, minimum):
        return expr
    args = [canonical(arg, floor, seen, least) for arg in expr.args]
    if isinstance(expr, sympy.floor):
        return floor(args[0])
    if isinstance(expr, minimum):
        return least(*args)
    if isinstance(expr, sympy.ceiling):
        _, divisor = args[0].as_numer_denom()
        if divisor.is_Integer and plainly_whole(args[0] * divisor):
            return floor(args[0] + 1 - ONE / divisor)  # ⌈x/q⌉ = ⌊(x + q - 1)/q⌋ for whole x and q
        return -floor(-args[0])
    if all(new is old for new, old in zip(args, expr.args, strict=True)):
        return expr
    return expr.func(*args)
