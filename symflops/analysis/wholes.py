"""From which whole number on a formula of one symbol is above 0, exactly: roundings, smaller-ofs and all.

With N = M·t + r for every remainder r, roundings are whole, and the formula is a polynomial in t; where one of
two becomes the smaller is a root of their difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy
from sympy import Add, Poly, floor

from symflops.analysis.roots import last_not_above, whole_parts
from symflops.errors import NotClosedError
from symflops.exprs import minimum, spread
from symflops.facts import Facts
from symflops.floors import canonical

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symflops.facts import Relation
    from symflops.symbols import Symbol

MOST_REMAINDERS = 2_000  # classes of whole numbers that are looked at one by one


@dataclass(frozen=True)
class Range:
    """The whole numbers that a symbol may be: at least ``low``, at most ``high``, and those that facts leave."""

    low: int
    high: int | None
    divisibilities: tuple[Relation, ...]
    symbol: Symbol

    @classmethod
    def of(cls, symbol: Symbol, facts: Facts) -> Range:
        """Read what facts say of one symbol alone."""
        low, high = 1, None
        own = [relation for relation in facts.relations if relation.symbols == {symbol}]
        for relation in own:
            if relation.sign == "|" and relation.left == symbol:  # b | 96
                high = min(high or int(relation.right), int(relation.right))
        for relation in own:
            difference = spread(relation.left - relation.right)
            if relation.sign not in (">=", ">") or not difference.is_polynomial(symbol):
                continue
            poly = Poly(difference, symbol)
            if poly.degree() != 1:
                continue
            factor, number = poly.all_coeffs()
            strict = relation.sign == ">"
            bound = -number / factor
            if factor > 0:
                low = max(low, int(sympy.floor(bound)) + 1 if strict else int(sympy.ceiling(bound)))
            else:
                most = int(sympy.ceiling(bound)) - 1 if strict else int(sympy.floor(bound))
                high = most if high is None else min(high, most)
        return cls(low, high, tuple(r for r in own if r.sign == "|"), symbol)

    @property
    def period(self) -> int:
        """After how many whole numbers the divisibilities begin anew."""
        found = 1
        for relation in self.divisibilities:
            if relation.left.free_symbols:
                continue
            ratio = spread(relation.right / relation.left)
            found = sympy.ilcm(found, *(number.q for number in ratio.atoms(sympy.Rational)))
        return int(found)

    def has(self, n: int) -> bool:
        """Say whether the symbol may be this number."""
        if n < self.low or (self.high is not None and n > self.high):
            return False
        value = {self.symbol: sympy.Integer(n)}
        return all(Facts().decide(r.at(value)) is not False for r in self.divisibilities)

    def next(self, n: int) -> int | None:
        """Return the first number from n on that the symbol may be."""
        start = max(n, self.low)
        end = start + self.period if self.high is None else self.high + 1
        return next((m for m in range(start, end) if self.has(m)), None)

    def before(self, n: int) -> int | None:
        """Return the last number up to n that the symbol may be."""
        start = n if self.high is None else min(n, self.high)
        return next((m for m in range(start, self.low - 1, -1) if self.has(m)), None)


def first_above(expr: sympy.Expr, within: Range) -> tuple[int | None, int | None]:
    """Return the first number from which on an expression is above 0, and the last before at which it is not.

    The first is None where there is none, the last where there is none before.

    >>> from symflops.symbols import dim
    >>> N = dim("N")
    >>> first_above(7 * floor(N / 7) - 20, Range.of(N, Facts()))
    (21, 20)

    Raises:
        NotClosedError: functions that are not polynomials for each remainder, or too many remainders.
    """
    symbol = within.symbol
    if expr.atoms(sympy.Function) - expr.atoms(floor, minimum):
        raise _not_followed(expr)
    modulus = int(sympy.ilcm(_modulus(expr), within.period))
    if modulus > MOST_REMAINDERS:
        message = f"{modulus:,} remainders of {symbol} would have to be looked at, and at most {MOST_REMAINDERS:,} are"
        raise NotClosedError(message)
    last: int | None = None
    t = sympy.Dummy("t", integer=True, nonnegative=True)
    for remainder in range(modulus):
        low = -(-(within.low - remainder) // modulus)
        high = None if within.high is None else (within.high - remainder) // modulus
        if high is not None and high < low:
            continue
        if not within.has(modulus * low + remainder):
            continue
        inside = canonical(spread(expr.xreplace({symbol: modulus * t + remainder})))
        found = _last_not_above(inside, t, low, high)
        if found == sympy.oo:
            return None, None
        if found is not None:
            n = modulus * int(found) + remainder
            last = n if last is None else max(last, n)
    return within.next(within.low if last is None else last + 1), last


def _not_followed(expr: sympy.Expr) -> NotClosedError:
    return NotClosedError(
        f"where {expr} is above 0 is not followed: it is no polynomial, even for each remainder"
    )


def _modulus(expr: sympy.Expr) -> int:
    """Return after how many whole numbers all roundings begin anew."""
    found = 1
    for rounded in expr.atoms(floor):
        inside = spread(rounded.args[0])
        numbers = (
            number.q for term in Add.make_args(inside) for number in [term.as_coeff_Mul()[0]]
        )
        found = sympy.ilcm(found, sympy.ilcm(1, 1, *numbers) * _modulus(inside))
    return int(found)


def _last_not_above(
    expr: sympy.Expr, t: Symbol, low: int, high: int | None
) -> int | sympy.Expr | None:
    """Return the last t in a range at which an expression is not above 0; infinite where that goes on."""
    last: int | None = None
    for poly, start, end in _pieces(expr, t, low, high):
        if end is None and (poly.LC() <= 0):
            return sympy.oo
        found = last_not_above(poly, start, end)
        last = last if found is None else found  # the pieces are in order
    return last


def _pieces(
    expr: sympy.Expr, t: Symbol, low: int, high: int | None
) -> Iterator[tuple[Poly, int, int | None]]:
    """Yield the polynomials that an expression is, each with its range: which of two is smaller changes at roots."""
    innermost = [m for m in expr.atoms(minimum) if all(a.is_polynomial(t) for a in m.args)]
    if not innermost:
        if not expr.is_polynomial(t):
            raise _not_followed(expr)
        yield Poly(expr, t), low, high
        return
    smaller = innermost[0]
    difference = Poly(smaller.args[0] - smaller.args[1], t)
    cuts = sorted({n for n in whole_parts(difference) if n >= low and (high is None or n < high)})
    starts, ends = [low, *(n + 1 for n in cuts)], [*cuts, high]
    for start, end in zip(starts, ends, strict=True):
        chosen = smaller.args[1] if difference(start) > 0 else smaller.args[0]
        yield from _pieces(canonical(spread(expr.xreplace({smaller: chosen}))), t, start, end)
