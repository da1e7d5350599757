"""Short forms for tables that are too wide: names for rounded sizes, and for formulas that move to the notes."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sympy

from symflops.facts import Relation, equal
from symflops.symbols import Member, index, is_index
from symflops.tables.table import expression

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from symflops.tables.table import Table

#: The letter of a formula that moves to the notes, by its column.
LETTERS = {
    "params": "P",
    "mults": "T",
    "adds": "A",
    "macs": "M",
    "flops": "F",
    "activations": "E",
    "model_size": "B",
    "share": "S",
}


def with_named_sizes(table: Table) -> Table:
    """Return the table with H_1 in place of ⌊H/2⌋, and a note that says so; as it was if nothing is rounded."""
    sizes = [size for row in table.lines for cell in row for size in _sizes(cell)]
    rounded: dict[
        sympy.Expr, sympy.Expr
    ] = {}  # floor → what stands beside it where it is first met
    for size in sizes:
        for floor, beside in _floors(size):
            rounded.setdefault(floor, beside)
    if not rounded:
        return table
    taken = {symbol.name for size in sizes for symbol in size.free_symbols}
    names = {}
    for floor in rounded:
        (symbol,) = floor.free_symbols
        numbers = (f"{symbol.name}_{i}" for i in itertools.count(1))
        name = next(name for name in numbers if name not in taken)
        taken.add(name)
        names[floor] = index(name)
    said = [equal(name, floor + rounded[floor]) for floor, name in names.items()]
    swaps = {floor: name - rounded[floor] for floor, name in names.items()}
    return replace(
        table,
        rows=tuple(tuple(_named(cell, swaps) for cell in row) for row in table.rows),
        total=table.total and tuple(_named(cell, swaps) for cell in table.total),
        notes=(
            *(tuple(_named(part, swaps) for part in note) for note in table.notes),
            ("Here ", *_listed(said), "."),
        ),
    )


def _listed(parts: list[Any]) -> list[Any]:
    return [piece for part in parts for piece in (", ", part)][1:]


def _sizes(cell: Any) -> Iterator[sympy.Expr]:
    if isinstance(cell, tuple):
        yield from (size for shape in cell for size in shape)
    elif isinstance(cell, sympy.Expr):
        yield cell


def _floors(expr: sympy.Expr) -> Iterator[tuple[sympy.Expr, sympy.Expr]]:
    """Yield the outermost floors of one dimension; ⌊H/4⌋ − 2 as ⌊H/4⌋ and −2."""
    number, rest = expr.as_coeff_Add()
    if isinstance(rest, sympy.floor):
        of_one = len(rest.free_symbols) == 1 and not any(map(is_index, rest.free_symbols))
        if of_one and not rest.has(Member):  # a member M_1 has the looks of a name
            yield rest, number
        return
    for part in expr.args:
        if isinstance(part, sympy.Expr):  # the limits of a sum are none
            yield from _floors(part)


def _named(cell: Any, swaps: dict[sympy.Expr, sympy.Expr]) -> Any:
    if isinstance(cell, tuple):
        return tuple(tuple(size.xreplace(swaps) for size in shape) for shape in cell)
    if isinstance(cell, Relation):
        return cell.at(swaps)
    return cell.xreplace(swaps) if isinstance(cell, sympy.Expr) else cell


def moved(
    table: Table, too_long: Callable[[sympy.Expr], bool]
) -> dict[sympy.Expr, tuple[str, str]]:
    """Return a letter and an index for every formula that is too long for its cell."""
    names: dict[sympy.Expr, tuple[str, str]] = {}
    for row in table.lines:
        for column, cell in zip(table.columns, row, strict=True):
            found = expression(cell) if column.kind in ("count", "ratio", "share") else None
            if found is not None and found not in names and too_long(found):
                letter = LETTERS.get(column.key, "R" if column.kind == "ratio" else "C")
                number = sum(known == letter for known, _ in names.values()) + 1
                names[found] = (letter, "total" if row is table.total else str(number))
    return names
