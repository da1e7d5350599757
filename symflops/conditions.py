"""What the formulas of a cost rest on, collected from its trace."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sympy

from symflops.errors import ConditionError
from symflops.exprs import ZERO
from symflops.facts import Facts, Relation, at_least
from symflops.symbols import Member, Symbol
from symflops.trace import Condition, Group, Sum, Times

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symflops.trace import Node


def noted(node: Node, path: str = "") -> Iterator[Condition]:
    """Yield every condition of a trace with the path of the layer that has it."""
    if isinstance(node, Times | Sum):
        for condition in noted(node.child, f"{path}.0" if path else "0"):
            everywhere = _everywhere(condition, node) if isinstance(node, Sum) else condition
            if everywhere is condition or not Facts().decide(everywhere.relation):
                yield everywhere
    elif isinstance(node, Group):
        for condition in node.conditions:
            yield replace(condition, where=path)
        for name, child in node.children:
            yield from noted(child, f"{path}.{name}".strip("."))


def _everywhere(condition: Condition, depth: Sum) -> Condition:
    """Return a condition of block i as one for all blocks: at the index where it is hardest.

    Raises:
        ConditionError: it cannot hold there.
    """
    relation, (i, first, last) = condition.relation, depth.limits
    if relation.sign != ">=" or i not in relation.symbols:
        return condition
    difference = sympy.expand(relation.left - relation.right)
    growth = sympy.expand(difference.xreplace({i: i + 1}) - difference)
    facts = Facts((at_least(i, first),))
    for end, grows in ((first, growth), (last, -growth)):
        if facts.decide(at_least(grows, 0)):
            hardest = at_least(difference.xreplace({i: end}), 0)
            if Facts().decide(hardest) is False:
                message = f"the block at {i} = {end} cannot be: it needs {relation}"
                raise ConditionError(message)
            return replace(condition, relation=hardest)
    return condition


def strongest(conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Keep one of equal conditions, and those that follow from no other.

    H >= 2 follows from H >= 32, 8 | 32*a from 8 | 16*a, and so do 16*a >= 8 and 16*a being whole;
    224 >= P follows from P | 224, D >= h from h | D, and N >= M from M = N.

    >>> from symflops.facts import divides
    >>> from symflops.symbols import dim
    >>> a = dim("a", integer=False)
    >>> found = divides(8, 32 * a), divides(8, 16 * a), at_least(16 * a, 1), divides(8, 24 * a)
    >>> [str(c) for c in strongest(tuple(map(Condition, found)))]
    ['8 | 16*a', '8 | 24*a']
    """
    kept: dict[Any, Condition] = {}
    for condition in conditions:
        relation = condition.relation
        if condition.kind == "rounded":
            kept[(condition.note, condition.where)] = condition
            continue
        if relation.sign != ">=":
            kept.setdefault(_multiple(relation) or relation, condition)
            continue
        bound, rest = _bound(relation)
        if rest not in kept or bound > _bound(kept[rest].relation)[0]:
            kept[rest] = condition
    multiples: dict[sympy.Expr, list[sympy.Rational]] = {}
    for condition in kept.values():
        if condition.kind != "rounded" and (known := _multiple(condition.relation)):
            multiples.setdefault(known[1], []).append(known[0])
    relations = {c.relation for c in kept.values() if c.kind != "rounded"}
    return tuple(
        c
        for c in kept.values()
        if c.kind != "assumed" or not (_follows(c, multiples) or _is_implied(c.relation, relations))
    )


def _is_implied(relation: Relation, others: set[Relation]) -> bool:
    """Say whether a ≥ b follows at a glance: from a and b being the same, or from what divides what."""
    a, b = relation.left, relation.right
    if relation.sign != ">=":
        return False
    divides = a.is_Rational and Relation(b, "|", a) in others
    same = not others.isdisjoint((Relation(a, "=", b), Relation(b, "=", a)))
    return divides or same or any(_holds_from(other, relation) for other in others)


def _holds_from(known: Relation, relation: Relation) -> bool:
    """Say whether a ≥ b follows from h | D/2, which says that D is at least 2·h."""
    number, multiple = known.right.as_coeff_Mul()
    if known.sign != "|" or not (known.right / known.left).is_positive:
        return False
    difference = relation.left - relation.right
    if not isinstance(multiple, Symbol | Member) or not difference.has(multiple):
        return False
    excess = sympy.Dummy("t", rational=True, nonnegative=True)
    shifted = difference.xreplace({multiple: known.left / number + excess})
    return Facts().decide(Relation(sympy.expand(shifted), ">=", ZERO)) is True


def _follows(condition: Condition, multiples: dict[sympy.Expr, list[sympy.Rational]]) -> bool:
    """Say whether a condition follows from what is known to be whole: each of r·x for x → all r."""
    relation = condition.relation
    if relation.sign == ">=":
        bound, rest = _bound(relation)
        # r·x is whole and above 0: x is at least 1/r
        return bool(rest.is_positive) and any(1 / r >= bound for r in multiples.get(rest, ()))
    known = _multiple(relation)
    if known is None:
        return False
    ratio, rest = known
    return any((ratio / r).is_Integer and ratio != r for r in multiples[rest])


def _multiple(relation: Relation) -> tuple[sympy.Rational, sympy.Expr] | None:
    """Read 8 | 32*a as: 4·a is whole, as (4, a)."""
    if relation.sign != "|" or not relation.left.is_Rational or relation.right.is_Rational:
        return None
    number, rest = relation.right.primitive()
    return number / relation.left, rest


def _bound(relation: Relation) -> tuple[sympy.Rational, sympy.Expr]:
    """Read 2*H >= 5 as: H is at least 5/2, as (5/2, H)."""
    number, rest = sympy.expand(relation.left - relation.right).as_coeff_Add()
    factor, rest = rest.primitive()
    return -number / factor, rest
