"""Stated facts that cannot all hold.

Inequalities are compared by Fourier and Motzkin's elimination, divisibilities by what the others say
of them. Nothing found does not say that there is a size for every dimension: whole numbers are not
looked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy
from sympy import Add

from symflops.exprs import ONE, ZERO, spread
from symflops.facts import Facts, Relation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MANY = 300  # rows of an elimination; with more of them it stops without an answer


def contradiction(relations: Sequence[Relation]) -> tuple[Relation, ...]:
    """Return relations that cannot all hold, none of which can be left out; or nothing.

    >>> from symflops import dims
    >>> from symflops.facts import at_least
    >>> a, b, c, d = dims("a b c d")
    >>> cycle = [at_least(a, b + 1), at_least(d, 9), at_least(b, c), at_least(c, a)]
    >>> print(*contradiction(cycle), sep="; ")
    a >= b + 1; b >= c; c >= a
    """
    kept = tuple(dict.fromkeys(relations))
    if not _contradictory(kept):
        return ()
    for relation in kept:
        fewer = tuple(other for other in kept if other is not relation)
        if _contradictory(fewer):
            kept = fewer
    return kept


def _contradictory(relations: tuple[Relation, ...]) -> bool:
    for relation in relations:
        others = tuple(other for other in relations if other is not relation)
        if Facts(others).decide(relation) is False:
            return True
    return is_empty([row for relation in relations for row in _rows(relation)])


@dataclass(frozen=True)
class Row:
    """Σ factor · monomial + number ≥ 0, or > 0."""

    factors: dict[sympy.Expr, sympy.Rational]
    number: sympy.Rational
    strict: bool

    def without(self, monomial: sympy.Expr, other: Row) -> Row:
        """Return the sum of both rows, each so often that the monomial cancels."""
        a, b = abs(other.factors[monomial]), abs(self.factors[monomial])
        factors = {
            m: a * self.factors.get(m, ZERO) + b * other.factors.get(m, ZERO)
            for m in self.factors.keys() | other.factors.keys()
        }
        kept = {m: factor for m, factor in factors.items() if factor}
        return Row(kept, a * self.number + b * other.number, self.strict or other.strict)


def _rows(relation: Relation) -> Iterator[Row]:
    """Yield a relation as a row, and what is known of the monomials in it."""
    if relation.sign not in (">=", ">"):
        return
    number, rest = spread(relation.left - relation.right).as_coeff_Add()
    factors = {m: n for n, m in (term.as_coeff_Mul() for term in Add.make_args(rest)) if n}
    yield Row(factors, number, relation.sign == ">")
    for monomial in factors:
        if monomial.is_positive:
            least = ONE if monomial.is_integer else ZERO
            yield Row({monomial: ONE}, -least, not least)


def is_empty(rows: list[Row]) -> bool:
    """Say whether no numbers satisfy all rows."""
    while monomials := {monomial for row in rows for monomial in row.factors}:
        sides = {m: _sides(m, rows) for m in monomials}
        monomial = min(monomials, key=lambda m: (len(sides[m][0]) * len(sides[m][1]), str(m)))
        above, below = sides[monomial]
        rows = [row for row in rows if monomial not in row.factors]
        rows += [up.without(monomial, down) for up in above for down in below]
        if len(rows) > MANY:
            return False
    return any(row.number < 0 or (row.strict and row.number == 0) for row in rows)


def _sides(monomial: sympy.Expr, rows: list[Row]) -> tuple[list[Row], list[Row]]:
    having = [row for row in rows if monomial in row.factors]
    above = [row for row in having if row.factors[monomial] > 0]
    return above, [row for row in having if row.factors[monomial] < 0]
