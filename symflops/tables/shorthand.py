"""Short forms for tables that are too wide: names for rounded sizes, and for formulas that move to the notes."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sympy

from symflops.exprs import ONE, ZERO, minimum
from symflops.facts import Relation, equal
from symflops.symbols import Member, Symbol, is_index
from symflops.tables.cells import expression
from symflops.tables.table import Label, listed
from symflops.typeset.naming import MINIMA, fresh, lettered, numbered, repeated, rounded

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
TOTAL = "total"  # the index of what stands in the last row


def with_minima(table: Table) -> Table:
    """Return the table with m in place of min(N, w) where a formula has it twice or more, and a note.

    >>> import symflops as sf
    >>> N, D, h, w = sf.dims("N D h w")
    >>> cost = sf.cost(sf.Scores(h, causal=True, window=w), [(N, D)] * 2)
    >>> cost.table(columns=["params", "macs"])
    params                   MACs
    ─────────────────────────────
         0  D (N m − m (m − 1)/2)
    ─────────────────────────────
         0  D (N m − m (m − 1)/2)
    Holds for h | D.
    Here m = min(N, w).
    """
    sizes = dict.fromkeys(size for row in table.lines for cell in row for size in _sizes(cell))
    found = dict.fromkeys(least for size in sizes for least in repeated(size, minimum))
    if not found:
        return table
    taken = {symbol.name for expr in _written(table) for symbol in expr.atoms(Symbol)}
    names = {least: fresh(lettered(MINIMA), taken) for least in found}
    said = listed([equal(name, least) for least, name in names.items()])
    coarser = table.coarser
    return replace(
        _swapped(table, names),
        notes=(*table.notes, ("Here ", *said, ".")),
        order=(*table.order, *names.values()),
        coarser=coarser and (lambda: with_minima(coarser())),
    )


def _written(table: Table) -> Iterator[sympy.Expr]:
    """Yield what a table has of formulas, in its cells, its labels and its notes."""
    cells = [cell for row in table.lines for cell in row]
    labels = (cell.parts for cell in cells if isinstance(cell, Label))
    parts = list(itertools.chain(table.order, *labels, *table.notes))
    sides = ((part.left, part.right) for part in parts if isinstance(part, Relation))
    yield from itertools.chain(*map(_sizes, cells), *sides)
    yield from (part for part in parts if isinstance(part, sympy.Expr))


def nameable(table: Table, which: str, whole: Table | None = None) -> dict[sympy.Expr, sympy.Expr]:
    """Return what can have a name → what stands beside it where it is first met: ⌊H/4⌋ → −2.

    ``which`` sizes: those that are "rounded", or "all" that are sums. ``whole`` is
    the table with all of its columns, where the shapes are.
    """
    sizes = [size for row in table.lines for cell in row for size in _sizes(cell)]
    found: dict[sympy.Expr, sympy.Expr] = {}
    if which == "all":
        there = {part for size in sizes for part in sympy.preorder_traversal(size)}
        found = {length: ZERO for length in _lengths(whole or table) if length in there}
    for size in sizes:
        for floor, beside in rounded(size.xreplace(dict.fromkeys(found, ONE))):
            if _is_of_one(floor):
                found.setdefault(floor, beside)
    return found


def with_names(table: Table, found: dict[sympy.Expr, sympy.Expr]) -> Table:
    """Return the table with H_1 in place of ⌊H/2⌋, and a note that says so; as it was if nothing is found."""
    if not found:
        return table
    cells = (size for row in table.lines for cell in row for size in _sizes(cell))
    taken = {symbol.name for size in cells for symbol in size.free_symbols}
    names: dict[sympy.Expr, sympy.Expr] = {}
    for expr in found:
        (symbol,) = expr.free_symbols
        names[expr] = fresh(numbered(symbol.name), taken)
    swaps = {expr: name - found[expr] for expr, name in names.items()}
    return replace(
        _swapped(table, swaps),
        notes=(
            *table.notes,
            ("Here ", *_defined({name: expr + found[expr] for expr, name in names.items()}), "."),
        ),
        order=(*table.order, *sorted(names.values(), key=_number)),
    )


def _number(name: sympy.Expr) -> tuple[str, int]:
    letters, _, number = name.name.rpartition("_")
    return letters, int(number)


def _defined(names: dict[sympy.Expr, sympy.Expr]) -> Iterator[Any]:
    """Yield the parts of a note that says what names stand for; of W in a word if it is as that of H."""
    groups: dict[sympy.Expr, list[Relation]] = {}
    known: dict[sympy.Expr, sympy.Expr] = {}  # floor → the name that was given to a size with it
    for name, expr in names.items():
        (symbol,) = expr.free_symbols
        groups.setdefault(symbol, []).append(equal(name, expr.xreplace(known)))
        number, rest = expr.as_coeff_Add()
        if isinstance(rest, sympy.floor):
            known.setdefault(rest, name - number)
    said: list[tuple[sympy.Expr, list[Relation]]] = []
    for symbol, relations in groups.items():
        like = next((known for known in said if _alike(known, (symbol, relations))), None)
        if like is None:
            yield from [", "] if said else []
            yield from listed(relations)
            said.append((symbol, relations))
        elif len(relations) == 1:
            yield from ("; ", relations[0].left, " likewise from ", symbol)
        else:
            ends = (relations[0].left, " to ", relations[-1].left)
            yield from ("; ", *ends, " likewise from ", symbol)


def _alike(
    one: tuple[sympy.Expr, list[Relation]], other: tuple[sympy.Expr, list[Relation]]
) -> bool:
    """Say whether two dimensions have the same sizes under the same numbers."""
    (symbol, first), (another, second) = one, other
    names = {b.left: a.left for a, b in zip(first, second, strict=False)}
    numbers = [[_number(relation.left)[1] for relation in said] for said in (first, second)]
    swaps = {another: symbol, **names}
    return numbers[0] == numbers[1] and first == [relation.at(swaps) for relation in second]


def _sizes(cell: Any) -> Iterator[sympy.Expr]:
    if isinstance(cell, tuple):
        yield from (size for shape in cell for size in shape)
    elif isinstance(cell, sympy.Expr):
        yield cell


def _lengths(table: Table) -> Iterator[sympy.Expr]:
    """Yield the sizes of maps in one dimension: in shapes, and where factors of counts are a few more or less."""
    cells = [cell for row in table.rows for cell in row]
    shapes = [size for cell in cells if isinstance(cell, tuple) for size in _sizes(cell)]
    sums = (size for size in shapes if size.is_Add or size.has(sympy.floor))
    lengths = dict.fromkeys(size for size in sums if _is_of_one(size))
    yield from lengths
    counts = (cell for cell in cells if isinstance(cell, sympy.Expr))
    terms = dict.fromkeys(term for count in counts for term in sympy.Add.make_args(count))
    factors = dict.fromkeys(x for term in terms for x in sympy.Mul.make_args(term) if x.is_Add)
    bare = {length.as_coeff_Add()[1] for length in lengths}
    yield from (x for x in factors if _is_of_one(x) and x.as_coeff_Add()[1] in bare)


def _is_of_one(size: sympy.Expr) -> bool:
    """Say whether a size depends on one dimension; a member M_1 of a family has the looks of a name already."""
    symbols = size.free_symbols
    alone = not size.is_Symbol and len(symbols) == 1 and not any(map(is_index, symbols))
    return alone and not size.has(Member)


def _swapped(table: Table, swaps: dict[sympy.Expr, sympy.Expr]) -> Table:
    return table.with_cells(lambda row: tuple(_named(cell, swaps) for cell in row))


def _named(cell: Any, swaps: dict[sympy.Expr, sympy.Expr]) -> Any:
    if isinstance(cell, tuple):
        return tuple(tuple(size.xreplace(swaps) for size in shape) for shape in cell)
    return cell.xreplace(swaps) if isinstance(cell, sympy.Expr) else cell


def moved(
    table: Table, too_long: Callable[[sympy.Expr], bool]
) -> dict[sympy.Expr, tuple[str, str]]:
    """Return a letter and an index for every formula that is too long for its cell, to each its own."""
    names: dict[sympy.Expr, tuple[str, str]] = {}
    for row in table.lines:
        for column, cell in zip(table.columns, row, strict=True):
            found = expression(cell) if column.kind in ("count", "ratio", "share") else None
            if found is not None and found not in names and too_long(found):
                letter = LETTERS.get(column.metric, "R" if column.kind == "ratio" else "C")
                before = [index for known, index in names.values() if known == letter]
                totals = sum(index.startswith(TOTAL) for index in before)
                total = f"{TOTAL},{totals + 1}" if totals else TOTAL  # under another convention
                names[found] = (letter, total if row is table.total else str(len(before) + 1))
    return names
