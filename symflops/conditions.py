"""What the formulas of a cost rest on, collected from its trace."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sympy

from symflops.facts import Facts, at_least
from symflops.trace import Condition, Group, Sum, Times

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symflops.trace import Node


def noted(node: Node, path: str = "") -> Iterator[Condition]:
    """Yield every condition of a trace with the path of the layer that has it."""
    if isinstance(node, Times | Sum):
        for condition in noted(node.child, f"{path}.0" if path else "0"):
            yield _everywhere(condition, node) if isinstance(node, Sum) else condition
    elif isinstance(node, Group):
        for condition in node.conditions:
            yield replace(condition, where=path)
        for name, child in node.children:
            yield from noted(child, f"{path}.{name}".strip("."))


def _everywhere(condition: Condition, depth: Sum) -> Condition:
    """Return a condition of block i as one for all blocks: at the index where it is hardest."""
    relation, (i, first, last) = condition.relation, depth.limits
    if relation.sign != ">=" or i not in relation.symbols:
        return condition
    difference = sympy.expand(relation.left - relation.right)
    growth = sympy.expand(difference.xreplace({i: i + 1}) - difference)
    facts = Facts((at_least(i, first),))
    for end, grows in ((first, growth), (last, -growth)):
        if facts.decide(at_least(grows, 0)):
            return replace(condition, relation=at_least(difference.xreplace({i: end}), 0))
    return condition


def strongest(conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Keep one of equal conditions, and of H >= 2 and H >= 32 the stronger."""
    kept: dict[Any, Condition] = {}
    for condition in conditions:
        relation = condition.relation
        if condition.kind == "rounded":
            kept[(condition.note, condition.where)] = condition
            continue
        if relation.sign != ">=":
            kept.setdefault(relation, condition)
            continue
        number, rest = sympy.expand(relation.left - relation.right).as_coeff_Add()
        if rest not in kept or number < _number(kept[rest]):
            kept[rest] = condition
    return tuple(kept.values())


def _number(condition: Condition) -> sympy.Rational:
    relation = condition.relation
    return sympy.expand(relation.left - relation.right).as_coeff_Add()[0]
