"""Sizes over a symbolic depth that follow no rule: families that are defined step by step.

Their definitions are among the conditions of a cost: ``H[0] = H`` and ``H[i + 1] = floor(H[i]/2 + 1/2)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy

from symflops.facts import Facts, Relation
from symflops.symbols import Family, Member, Symbol, is_index

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from symflops.trace import Condition


class Recurrences:
    """The definitions among conditions, ready to be followed with numbers."""

    def __init__(self, conditions: Iterable[Condition]) -> None:
        relations = [c.relation for c in conditions if c.kind == "defined"]
        self.steps = {r.left.args[0]: r for r in relations if _index_of(r) is not None}
        self.first = {r.left: r.right for r in relations if _index_of(r) is None}

    def followed(self, expr: sympy.Expr, values: Mapping[Symbol, sympy.Basic]) -> sympy.Expr:
        """Return an expression with numbers put in, its sums added up and its families followed."""
        given = {symbol: value for symbol, value in values.items() if symbol not in self.steps}
        first = {member.xreplace(given): value for member, value in self.first.items()}
        expr = added_up(expr.xreplace(given))
        while members := expr.atoms(Member):
            found = {member: first.get(member) or self._made(member, given) for member in members}
            made = added_up(expr.xreplace(found).xreplace(given))
            if made == expr:
                break
            expr = made
        return expr.xreplace(values)

    def _made(self, member: Member, values: Mapping[Symbol, sympy.Basic]) -> sympy.Expr:
        """Return what a member is made of, or itself where that is not said."""
        family, place = member.args
        relation = self.steps.get(family)
        if relation is None or not place.is_Integer:
            return member
        before = _before(relation, place, values)
        return member if before is None else relation.right.xreplace(before)

    def broken(self, values: Mapping[Symbol, sympy.Basic]) -> Relation | None:
        """Return a definition that a sequence of values does not follow."""
        for family, relation in self.steps.items():
            sequence = values.get(family) if isinstance(family, Family) else None
            for place in range(1, len(sequence) if isinstance(sequence, sympy.Tuple) else 0):
                before = _before(relation, sympy.Integer(place), values)
                if before is None:
                    continue
                stated = Relation(relation.left, "=", relation.right).at(before)
                if Facts().decide(stated.at(values)) is False:
                    return stated
        return None


def _index_of(relation: Relation) -> Symbol | None:
    """Return the index that a definition runs over; the first member has none."""
    place = relation.left.args[1]
    return next((symbol for symbol in place.free_symbols if is_index(symbol)), None)


def _before(
    relation: Relation, place: sympy.Integer, values: Mapping[Symbol, sympy.Basic]
) -> dict[Symbol, sympy.Expr] | None:
    """Return the index at which a definition makes the member at a place, if it speaks of members from 0 on."""
    i = _index_of(relation)
    before = place - (relation.left.args[1] - i).xreplace(values)
    places = [
        m.args[1].xreplace(values).xreplace({i: before}) for m in relation.right.atoms(Member)
    ]
    numbers = [p for p in (before, *places) if p.is_number]
    known = before.is_Integer and all(p.is_Integer and p >= 0 for p in numbers)
    return {i: before} if known else None


def added_up(expr: sympy.Expr) -> sympy.Expr:
    """Return an expression with its sums and products over numbers written out, the outermost index first.

    sympy begins with the innermost, whose limits may depend on the others.

    >>> from symflops.symbols import family, index
    >>> k, (i, j) = family("k"), map(index, "ij")
    >>> added_up(sympy.Sum(k[j], (j, 0, k[i] - 1), (i, 0, 1)).xreplace({k: sympy.Tuple(1, 2)}))
    4
    """
    series = expr.atoms(sympy.Sum, sympy.Product)
    written_out = {s: _written_out(s) for s in series}
    found = expr.xreplace({s: terms for s, terms in written_out.items() if terms != s})
    return found.doit() if found == expr else added_up(found)


def _written_out(series: sympy.Sum | sympy.Product) -> sympy.Expr:
    *inner, (i, first, last) = series.limits
    if not (first.is_Integer and last.is_Integer):
        return series
    body = series.func(series.function, *inner) if inner else series.function
    terms = (body.xreplace({i: sympy.Integer(n)}) for n in range(int(first), int(last) + 1))
    return sympy.Add(*terms) if isinstance(series, sympy.Sum) else sympy.Mul(*terms)
