"""Ways in which a formula goes wrong that the layer shows: parts left out or counted twice, masks, strides, groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.claims.edits import MISTAKES, edited
from symflops.claims.targets import SIZED, touches
from symflops.claims.verdicts import Miss
from symflops.costs import Cost
from symflops.errors import SymflopsError
from symflops.selection import kinds, paths
from symflops.symbols import exact
from symflops.trace import Group
from symflops.units import bytes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import sympy

    from symflops.claims.misses import Case

MOST_PARTS = 40
DEEPEST = 3


def quantity(case: Case, cost: Cost) -> Any:
    """Return what was compared, of another cost; None where it has none."""
    name = case.candidate.quantity
    try:
        if name == "flops":
            way = case.candidate.conventions[0] if case.candidate.conventions else cost.convention
            return exact(cost.under(way).flops)
        if name in SIZED:
            return exact(getattr(cost, SIZED[name])) * bytes_of(case.candidate.detail)
        if name == "receptive_field":
            return exact(cost.receptive_field.size[0])
        return exact(cost.metric(name))
    except (SymflopsError, IndexError, AttributeError):
        return None


def mistakes(case: Case) -> Iterator[Miss]:
    """A stride, groups or a mask that was not seen, as the layer would be then."""
    cost = case.target.cost
    if cost is None:
        return
    for edit in MISTAKES:
        if not touches(cost, edit):
            continue
        other = edited(cost, edit)
        value = quantity(case, other) if other is not None else None
        if value is not None and value != case.exact and case.is_claim(value):
            yield Miss(edit.name, edit.en, edit.zh, (), value)


def parts(case: Case) -> Iterator[Miss]:
    """A part that was left out, counted twice, or counted alone."""
    cost = case.target.cost
    if cost is None:
        return
    found: list[tuple[str, sympy.Expr]] = []
    for name in _parts(cost):
        try:
            rest = quantity(case, cost.without(name))
        except SymflopsError:
            continue
        if rest is None or rest == case.exact or rest == 0:
            continue
        part = case.exact - rest
        found.append((name, part))
        if case.is_claim(rest):
            yield Miss("part missing", "{0} is left out", "漏掉了 {0}", (name,), rest)
            return
        if case.is_claim(case.exact + part):
            yield Miss(
                "part twice", "{0} is counted twice", "{0} 被计了两次", (name,), case.exact + part
            )
            return
        if case.is_claim(part):
            yield Miss("part alone", "only {0} is counted", "只统计了 {0}", (name,), part)
            return
    for i, (one, a) in enumerate(found):
        for two, b in found[i + 1 :]:
            if case.is_claim(case.exact - a - b):
                names = f"{one} + {two}"
                yield Miss(
                    "parts missing", "{0} are left out", "漏掉了 {0}", (names,), case.exact - a - b
                )
                return


def _parts(cost: Cost) -> list[str]:
    """Return the paths of the layers near the root, and the kinds of all layers."""
    near = [
        path
        for path, node in paths(cost.root)
        if isinstance(node, Group) and path.count(".") < DEEPEST
    ]
    return [*near, *sorted(kinds(cost.root))][:MOST_PARTS]


#: The most telling first.
TABLE: tuple[Callable[[Case], Iterator[Miss]], ...] = (mistakes, parts)
