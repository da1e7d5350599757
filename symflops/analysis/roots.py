"""Where polynomials in one symbol are above 0 for good: by closed forms, or exactly over the whole numbers.

Nothing is estimated: real roots are isolated between fractions and counted (Sturm), and closed forms are given
for what is linear or quadratic in a power of the symbol.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import sympy
from sympy import Poly

from symflops.errors import NotClosedError
from symflops.exprs import ZERO
from symflops.facts import Facts, Relation, at_least

if TYPE_CHECKING:
    from collections.abc import Iterator


MOST_DEGREES = 64  # of a polynomial whose roots are isolated


@dataclass(frozen=True)
class LastRoot:
    """The greatest real root, where there is one above 0, and what it rests on."""

    at: sympy.Expr | None
    conditions: tuple[Relation, ...] = ()


def sign_of(expr: sympy.Expr, facts: Facts) -> int | None:
    """Return the sign of an expression, where it is known."""
    if expr == 0:
        return 0
    for sign in (1, -1):
        if facts.decide(Relation(sign * expr, ">", ZERO)):
            return sign
    return None


def last_root(poly: Poly, facts: Facts) -> LastRoot:
    """Return the greatest root of a polynomial whose first coefficient is above 0, in closed form.

    Raises:
        NotClosedError: it is neither linear nor quadratic in a power of its symbol.
    """
    powers = [power for (power,) in poly.monoms()]
    step = reduce(math.gcd, powers)
    inner = Poly({power // step: c for (power,), c in poly.terms()}, poly.gen)
    if inner.degree() > 2:  # noqa: PLR2004 - quadratic
        message = f"{poly.as_expr()} has no elementary root in {poly.gen}: put numbers in for all other symbols"
        raise NotClosedError(message)
    found = _linear(inner, facts) if inner.degree() == 1 else _quadratic(inner, facts)
    if found.at is None or step == 1:
        return found
    needed = at_least(found.at, ZERO)
    holds = facts.decide(needed)
    if holds is False:
        return LastRoot(None)
    own = () if holds or sign_of(found.at, facts) == 1 or _is_root(found.at) else (needed,)
    return LastRoot(sympy.root(found.at, step), (*found.conditions, *own))


def _is_root(expr: sympy.Expr) -> bool:
    return bool(expr.is_nonnegative)


def _linear(poly: Poly, facts: Facts) -> LastRoot:
    a, b = poly.all_coeffs()
    if facts.decide(at_least(b, ZERO)):
        return LastRoot(None)
    return LastRoot(sympy.cancel(-b / a))


def _quadratic(poly: Poly, facts: Facts) -> LastRoot:
    """Return (√(b² - 4ac) - b)/2a; there is one root above 0 where c < 0, else two or none."""
    a, b, c = poly.all_coeffs()
    below = facts.decide(at_least(-c, ZERO))
    if facts.decide(at_least(b, ZERO)) and facts.decide(at_least(c, ZERO)):
        return LastRoot(None)
    square = sympy.factor(b**2 - 4 * a * c)
    if not below and sign_of(square, facts) == -1:
        return LastRoot(None)
    root = sympy.factor_terms((sympy.sqrt(square) - b) / (2 * a))
    known = below or facts.decide(at_least(square, ZERO))
    return LastRoot(root, () if known else (at_least(square, ZERO),))


def elementary_root(poly: Poly) -> sympy.Expr | None:
    """Return the greatest real root of a polynomial with numbers, if it has a closed form and is above 0."""
    places = list(_isolated(poly))
    if not places or places[-1][1] <= 0:
        return None
    low, high = places[-1]
    while poly.sqf_part().count_roots(low) > 1:  # the root before it stands at the very end
        middle = (low + high) / 2
        low, high = (middle, high) if poly.sqf_part().count_roots(middle) else (low, middle)
    holder = next(factor for factor, _ in poly.factor_list()[1] if factor.count_roots(low))
    try:
        return last_root(holder if holder.LC() > 0 else -holder, Facts()).at
    except NotClosedError:
        return None


def last_not_above(poly: Poly, low: int, high: int | None) -> int | None:
    """Return the greatest whole number from low to high at which a polynomial is not above 0.

    Without ``high`` the polynomial must be above 0 in the end. Behind the last such number n it is above 0, so that
    a root lies from n to below n + 1: n is the whole part of a root.
    """
    if high is not None and (high < low or poly(high) <= 0):
        return high if high >= low else None
    there = (n for n in whole_parts(poly) if n >= low and (high is None or n <= high))
    return max((n for n in there if poly(n) <= 0), default=None)


def whole_parts(poly: Poly) -> Iterator[int]:
    """Yield ⌊r⌋ for every real root r of a polynomial with numbers.

    >>> from symflops.symbols import dim
    >>> N = dim("N")
    >>> list(whole_parts(Poly(N**2 - 2*N - 5, N)))
    [-2, 3]
    """
    simple = poly.sqf_part() if poly.degree() > 0 else poly
    for nth, (low, high) in enumerate(_isolated(poly), 1):
        below, upto = low.p // low.q, -(-high.p // high.q)
        while below < upto:  # the least whole number that has so many roots up to it
            middle = (below + upto) // 2
            below, upto = (
                (below, middle) if simple.count_roots(None, middle) >= nth else (middle + 1, upto)
            )
        yield below if simple(below) == 0 else below - 1


def _isolated(poly: Poly) -> list[tuple[sympy.Rational, sympy.Rational]]:
    """Return fractions around each of the real roots, in order."""
    if poly.degree() > MOST_DEGREES:
        message = f"a polynomial of degree {poly.degree()} is not solved; at most {MOST_DEGREES} is"
        raise NotClosedError(message)
    if poly.degree() < 1:
        return []
    return sorted(ends for ends, _ in poly.sqf_part().intervals())
