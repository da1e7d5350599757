"""Names for sizes: H_1 for ⌊(H − 1)/2⌋ + 1, so that a formula can be read.

A name stands for a size of one axis of a map that was rounded; it is put in for the floor wherever that stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sympy

from symflops.exprs import ZERO, minimum
from symflops.symbols import Member, Symbol, is_index
from symflops.trace import Step, Sum, Times
from symflops.typeset.naming import MINIMA, fresh, lettered, numbered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symflops.costs import Cost
    from symflops.trace import Node


@dataclass(frozen=True)
class Names:
    """Which size each name stands for, in the order in which they come up."""

    given: dict[Symbol, sympy.Expr] = field(default_factory=dict)
    floors: dict[sympy.Expr, sympy.Expr] = field(
        default_factory=dict
    )  # floor → name less what is beside it

    def put(self, expr: sympy.Expr) -> sympy.Expr:
        """Return an expression with names for its sizes."""
        return expr.xreplace(self.floors) if self.floors else expr

    @property
    def where(self) -> tuple[tuple[Symbol, sympy.Expr], ...]:
        """The names with what they stand for."""
        return tuple(self.given.items())


def names_of(cost: Cost) -> Names:
    """Return names for the rounded sizes of a cost's maps, where there are too many to be read as they are.

    >>> import symflops as sf
    >>> C, H, s = sf.dims("C H s")
    >>> names_of(sf.cost(sf.Conv1d(C, C, 3, stride=s, padding=1), (C, H))).given
    {H_1: floor((H - 1)/s) + 1}
    """
    letters = set().union(*(n.free_symbols for shape in cost.root.inputs for n in shape))
    taken = {symbol.name for symbol in cost.symbols}
    found: dict[sympy.Expr, tuple[sympy.Expr, Symbol]] = {}
    minima: dict[sympy.Expr, None] = {}
    for size in _sizes(cost.root, set()):
        beside, floor = _floor(size)
        along = [s for s in floor.free_symbols if s in letters]
        if isinstance(floor, sympy.floor) and len(along) == 1 and floor not in found:
            found[floor] = beside, along[0]
        minima.update(dict.fromkeys(sorted(size.atoms(minimum), key=str)))
    names = Names()
    if len(found) > FEW or not all(_is_short(floor, *beside) for floor, beside in found.items()):
        for floor, (beside, symbol) in found.items():
            name = fresh(numbered(symbol.name), taken)
            names.given[name], names.floors[floor] = floor + beside, name - beside
    for least in minima:
        name = fresh(lettered(MINIMA), taken)
        names.given[name], names.floors[least] = least, name
    return names


def _floor(size: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    """Return the floor in a size, and what is added to it; of 7 ⌈H/28⌉ the floor, which is taken 7 times."""
    beside, floor = size.as_coeff_Add()
    number, part = floor.as_coeff_Mul()
    return (beside, floor) if number == 1 else (ZERO, part)


FEW = 2  # rounded sizes that need no name: ⌊H/2⌋ and ⌊W/2⌋


def _is_short(floor: sympy.Expr, beside: sympy.Expr, _: Symbol) -> bool:
    return beside == 0 and len(floor.free_symbols) == 1


def _sizes(node: Node, seen: set[Node]) -> Iterator[sympy.Expr]:
    """Yield the sizes of all maps and the floors in counts, in the order in which the layers run."""
    if isinstance(node, Times | Sum):
        yield from _sizes(node.child, seen)
    elif node not in seen:
        seen.add(node)
        if isinstance(node, Step):
            floors = (
                f for size in node.order for f in (size, *sorted(size.atoms(sympy.floor), key=str))
            )
            yield from filter(_is_open, floors)
            return
        for _, child in node.children:
            yield from _sizes(child, seen)
        yield from filter(_is_open, dict.fromkeys(n for s in node.outputs for n in s[1:]))


def _is_open(size: sympy.Expr) -> bool:
    """Say whether a size is that of every block, and of no family."""
    return not any(map(is_index, size.free_symbols)) and not size.has(Member)
