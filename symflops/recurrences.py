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
        expr = expr.xreplace(given).doit()
        found: dict[sympy.Expr, sympy.Expr] = {}
        while members := sorted(expr.atoms(Member), key=lambda m: m.args[1]):
            for member in members:
                found[member] = self._value(member, values, found)
            expr = expr.xreplace(found)
        return expr.xreplace(values)

    def _value(
        self,
        member: Member,
        values: Mapping[Symbol, sympy.Basic],
        found: Mapping[sympy.Expr, sympy.Expr],
    ) -> sympy.Expr:
        family, place = member.args
        relation, i = self.steps.get(family), None
        if relation is not None:
            i = _index_of(relation)
        if member in self.first:
            return self.first[member].xreplace(values)
        previous = None if i is None else place - (relation.left.args[1] - i)  # type: ignore[union-attr]
        if previous is None or not _reaches_back(relation, i, previous):
            return member.xreplace(values)
        return relation.right.xreplace({i: previous}).xreplace(found)  # type: ignore[union-attr]

    def broken(self, values: Mapping[Symbol, sympy.Basic]) -> Relation | None:
        """Return a definition that a sequence of values does not follow."""
        for family, relation in self.steps.items():
            sequence = values.get(family) if isinstance(family, Family) else None
            for place in range(1, len(sequence) if isinstance(sequence, sympy.Tuple) else 0):
                i = _index_of(relation)
                here = {i: sympy.Integer(place) - (relation.left.args[1] - i)}
                if not _reaches_back(relation, i, here[i]):
                    continue
                stated = Relation(relation.left.xreplace(here), "=", relation.right.xreplace(here))
                if Facts().decide(stated.at(values)) is False:
                    return stated
        return None


def _index_of(relation: Relation) -> Symbol | None:
    """Return the index that a definition runs over; the first member has none."""
    place = relation.left.args[1]
    return next((symbol for symbol in place.free_symbols if is_index(symbol)), None)


def _reaches_back(relation: Relation | None, i: Symbol | None, value: sympy.Expr) -> bool:
    """Say whether a definition at this index speaks of members from 0 on."""
    if relation is None:
        return False
    places = [m.args[1].xreplace({i: value}) for m in relation.right.atoms(Member)]
    return all(place >= 0 for place in places if place.is_Integer) and bool(value >= 0)
