"""Which columns a table has: what it is asked for, what stands over them, and what belongs to that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sympy

from symflops.conventions import CONVENTIONS, Convention, named
from symflops.errors import ArgumentError, UnknownNameError
from symflops.facts import equal
from symflops.symbols import Family, index
from symflops.tables.sections import Equal
from symflops.tables.table import AT, Column, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from symflops.costs import Cost
    from symflops.symbols import Symbol
    from symflops.tables.table import Note

COLUMNS = {
    column.key: column
    for column in (
        Column("layer", "layer", "word"),
        Column("kind", "kind", "word"),
        Column("input", "input", "shape"),
        Column("output", "output", "shape"),
        Column("params", "params"),
        Column("active_params", "active params"),
        Column("mults", "mults"),
        Column("adds", "adds"),
        Column("macs", "MACs"),
        Column("flops", "FLOPs"),
        Column("activations", "activations"),
        Column("kv_cache", "KV cache"),
        Column("model_size", "bytes", detail="float32"),
        Column("kv_cache_size", "KV cache, bytes", detail="float16"),
        Column("receptive_field", "receptive field", "shape"),
        Column("share", "share", "share"),
    )
}
DEFAULT = ("layer", "output", "params", "macs", "flops", "share")
WEIGHTS = {
    "params",
    "active_params",
    "model_size",
}  # what is there once, however many tokens there are
UNDER = "@"  # between flops and a convention
LONGEST = 24  # characters of values that stand over a column; longer ones stand in a note


@dataclass(frozen=True)
class Asked:
    """The columns that a table is asked for by their keys, and the conventions that these name."""

    keys: tuple[str, ...]
    conventions: Mapping[str, Convention]

    def convention(self, key: str) -> Convention | None:
        """The convention that a key names, as flops@2mac does."""
        name = key.partition(UNDER)[2]
        return self.conventions[name] if name else None

    def under(self, cost: Cost) -> tuple[tuple[str, Convention], ...]:
        """The keys of FLOPs, each with the convention that it is under."""
        flops = (key for key in self.keys if key.partition(UNDER)[0] == "flops")
        return tuple((key, self.convention(key) or cost.convention) for key in flops)


def asked(
    columns: Iterable[str] | str | None, conventions: Iterable[str | Convention] | str | Convention
) -> Asked:
    """Return the columns of a table: FLOPs once for each convention, and those that are asked for by name.

    Raises:
        UnknownNameError: a column or a convention that is not there.
        ArgumentError: no column, one that is asked for twice, or that no convention changes.
    """
    given = (conventions,) if isinstance(conventions, str | Convention) else tuple(conventions)
    known = {found.name: found for found in map(named, given)}
    flops = tuple(f"flops{UNDER}{name}" for name in known) or ("flops",)
    if columns is None:
        columns = DEFAULT if not known else [key for key in DEFAULT if key != "share"]
    keys = map(str.strip, columns.split(",")) if isinstance(columns, str) else map(str, columns)
    found = tuple(key for asked in keys for key in (flops if asked == "flops" else (asked,)))
    if not found:
        message = "a table needs a column, such as columns='layer,macs'"
        raise ArgumentError(message)
    for key in found:
        metric, sign, name = key.partition(UNDER)
        if metric not in COLUMNS:
            raise UnknownNameError("column", metric, COLUMNS)
        if sign and metric != "flops":
            message = f"{metric} is the same under every convention; write {metric!r}, not {key!r}"
            raise ArgumentError(message)
        if sign and name not in known:
            known[name] = named(name)
        if found.count(key) > 1:
            message = f"the column {key!r} is asked for twice"
            raise ArgumentError(message)
    return Asked(found, {**CONVENTIONS, **known})


def column_of(key: str, costs: Iterable[Cost]) -> Column:
    """Return a column with what is said under its header: the convention, the portion, where all share it."""
    column = COLUMNS[key]
    if column.kind != "count":
        return column
    shown = [column.detail]
    if key == "flops":
        shown += _one({cost.convention.detail for cost in costs})
    if key not in WEIGHTS:
        shown += _one({cost.setup.portion.words for cost in costs})
    return replace(column, detail=", ".join(filter(None, shown)))


def _one(words: set[str]) -> list[str]:
    return list(words) if len(words) == 1 else []


def note_of(convention: Convention, of: str = "") -> Note:
    """Return the note that says how is counted; ``of`` says where."""
    return (f"Convention {convention.name}{of}: {convention.sentence}",)


def under(column: Column, convention: Convention, portion: str) -> Column:
    """Return a column of FLOPs as one of several under their conventions, its own in a note."""
    header, _, more = convention.detail.partition(", ")
    return replace(
        column,
        header=header,
        detail=", ".join(filter(None, (more, portion))),
        group=COLUMNS["flops"].header,
        notes=(note_of(convention),),
    )


def beside(column: Column, values: Mapping[Symbol, sympy.Expr]) -> tuple[Column, Column]:
    """Return a column of formulas and one of the numbers that they are for values, under a common header."""
    group = f"{column.group} ({column.header})" if column.group else column.header
    group += f" ({column.detail})" if column.detail else ""
    formula = Column(column.key, "formula", group=group, group_notes=column.notes)
    header, notes = over(values)
    return formula, replace(formula, key=f"{column.key}{AT}", header="", values=header, notes=notes)


def over(values: Mapping[Symbol, sympy.Expr]) -> tuple[Note, tuple[Note, ...]]:
    """Return what stands over numbers for values, H = W = 224, and what more there is to say in a note."""
    said = put_in(values)
    if len("".join(map(str, said))) <= LONGEST:
        return said, ()
    return ("numbers",), (with_values(values),)


def with_values(values: Mapping[Symbol, sympy.Expr]) -> Note:
    """Return the note that says which values were put in."""
    return ("With ", *put_in(values), ".")


def each(values: Mapping[Symbol, sympy.Basic]) -> Iterator[tuple[sympy.Expr, sympy.Expr]]:
    """Yield what is equal to what: of a family its members, or that with the index of a function."""
    for symbol, value in values.items():
        if isinstance(symbol, Family) and isinstance(value, sympy.Tuple):
            yield from ((symbol[i], one) for i, one in enumerate(value))
        elif isinstance(symbol, Family) and isinstance(value, sympy.Lambda):
            yield symbol[value.variables[0]], value.expr
        else:
            yield (symbol[index("l")] if isinstance(symbol, Family) else symbol), value


def put_in(values: Mapping[Symbol, sympy.Expr]) -> Note:
    """Return values as the parts of a note; symbols with one value stand together: H = W = 224."""
    alike: dict[sympy.Expr, list[sympy.Expr]] = {}
    for one, its in each(values):
        alike.setdefault(its, []).append(one)
    return listed(
        Equal((*symbols, value)) if len(symbols) > 1 else equal(symbols[0], value)
        for value, symbols in alike.items()
    )
