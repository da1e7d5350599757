"""A cost as a table: which rows there are, and what stands in them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import sympy

from symflops.columns import DEFAULT, asked, beside, column_of, under, with_values
from symflops.conventions import ADDS, MACS, MULTS
from symflops.costs import METRICS
from symflops.errors import ArgumentError
from symflops.exprs import ONE, Terms, collect, expanded, joined, terms, tidy
from symflops.extents import put_in
from symflops.metrics import Profiler, activations, cached, closed_sum, work
from symflops.outline import Part, depth_of, foldings, grouped
from symflops.placing import ties, weights_of
from symflops.remarks import notes_of, remarks_of, settled
from symflops.symbols import exact
from symflops.tables.sections import SUBTOTAL, Section
from symflops.tables.table import AT, Column, Table, listed
from symflops.tally import total
from symflops.trace import Group
from symflops.units import bytes_of
from symflops.views import receptive_field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from symflops.columns import Asked
    from symflops.conventions import Convention
    from symflops.costs import Cost
    from symflops.outline import Line
    from symflops.symbols import Symbol
    from symflops.tables.table import Note

#: What rows under the heading of something repeated say.
ALL = ("Rows under this heading count all repetitions.",)
#: A depth, and what stands under each heading there.
Folding = tuple[int, list[Part]]


@dataclass(frozen=True)
class Request:
    """What a table is asked for: columns of a cost, and the values that numbers beside formulas are for."""

    cost: Cost
    asked: Asked
    bound: Cost | None = None

    @cached_property
    def values(self) -> dict[Symbol, sympy.Expr]:
        """The values that are put in."""
        if self.bound is None:
            return {}
        return dict(self.bound.setup.values[len(self.cost.setup.values) :])

    @cached_property
    def under(self) -> tuple[tuple[str, Convention], ...]:
        """The keys of FLOPs with their conventions."""
        return self.asked.under(self.cost)


def table(
    cost: Cost,
    columns: Iterable[str] | str | None = None,
    depth: Any = None,
    conventions: Iterable[str | Convention] | str | Convention = (),
    at: Mapping[Any, Any] | None = None,
    groups: Any = None,
) -> Table:
    """Return a cost as a table, a row a layer, folded to ``depth`` and with equal neighbours joined."""
    wanted = asked(columns, conventions)
    request = Request(cost, wanted, None if at is None else cost.at(at))
    level = depth_of(cost.root, depth)
    if groups is None:
        found = [(depth, [Part(None, tuple(rows))]) for depth, rows in foldings(cost.root, level)]
    else:
        if wanted.keys[0] != "layer":
            message = f"groups= needs the column 'layer' in front, got {wanted.keys[0]!r}"
            raise ArgumentError(message)
        found = list(grouped(cost.root, level, groups))
        if depth is not None and depth <= groups:
            message = f"depth must be greater than groups, got depth={depth} and groups={groups}"
            raise ArgumentError(message)
    return _table(request, tuple(found) if depth is None else (found[0],))


def _table(request: Request, foldings: tuple[Folding, ...]) -> Table:
    """Return the table of the first folding; the others are there for where it does not fit."""
    (depth, parts), *others = foldings
    cost, keys = request.cost, request.asked.keys
    filled = Filler(cost, depth, keys, request.under)
    found = [line for part in parts for line in part.rows]
    rows = [filled.row(line) for line in found]
    if "receptive_field" in keys:
        for line, row in zip(found, rows, strict=True):
            row["receptive_field"] = filled.field(line)
    total = filled.total()
    if request.bound is not None:
        counts = counts_of(request.bound, keys, request.under)
        total |= {f"{key}{AT}": value for key, value in counts.items()}
        for row in rows:
            row |= {f"{key}{AT}": _valued(row[key], request.values) for key in row if _counts(key)}
    notes = list(notes_of(cost, keys, request.under))
    shown, said = _with_shares(request, filled, rows)
    remarks = settled(found, remarks_of(cost, found))
    notes += [*remarks.notes, *said]
    for row, noted in zip(rows, remarks.of_rows, strict=True):
        row["layer"] = row["layer"].noting(*noted)
    pairs = list(_columns(request, shown, [*rows, total]))
    cells = [tuple(row[key] for key, _ in pairs) for row in rows]
    adds_up = any(total.get(key) is not None for key, _ in pairs if key != "layer")
    return Table(
        tuple(column for _, column in pairs),
        tuple(cells),
        tuple(total.get(key) for key, _ in pairs) if adds_up else None,
        tuple(notes),
        cost.order,
        partial(_table, request, tuple(others)) if others else None,
        sections=tuple(_sections(filled, parts, rows, [key for key, _ in pairs])),
    )


def _sections(
    filled: Filler, parts: list[Part], rows: list[dict[str, Any]], keys: list[str]
) -> Iterator[Section]:
    """Yield the sections of a table with their subtotals."""
    start = 0
    for part in parts:
        stop = start + len(part.rows)
        if part.heading is not None:
            label = part.heading.label
            label = label.noting(ALL) if label.times else label
            subtotal = filled.subtotal(rows[start:stop])
            yield Section(label, start, stop, tuple(subtotal.get(key) for key in keys))
        start = stop


def _with_shares(
    request: Request, filled: Filler, rows: list[dict[str, Any]]
) -> tuple[tuple[str, ...], list[Note]]:
    """Put shares into rows that are asked for them; say where they depend on symbols, and are left out."""
    keys = request.asked.keys
    if "share" not in keys:
        return keys, []
    if request.bound is not None:
        flops = exact(request.bound.flops)
        for row in rows:
            row["share"] = sympy.cancel(row[f"flops{AT}"] / flops) if flops != 0 else flops
        missing = any(not row["share"].is_Rational for row in rows)
    else:
        missing = keys == DEFAULT and not all(map(filled.has_share, rows))
    if keys == DEFAULT and missing:
        names = sorted(filled.flops.free_symbols, key=str)
        note = ("Shares depend on ", *listed(names), " and are left out.")
        return tuple(key for key in keys if key != "share"), [note]
    if request.bound is None:
        for row in rows:
            row["share"] = filled.share(row)
    return keys, []


def _columns(
    request: Request, keys: tuple[str, ...], rows: list[dict[str, Any]]
) -> Iterator[tuple[str, Column]]:
    """Yield the columns with the keys of their cells; numbers stand beside the formulas that they differ from."""
    cost, words = request.cost, request.cost.setup.portion.words
    for key in keys:
        convention = request.asked.convention(key)
        counted = cost if convention is None else cost.under(convention)
        column = replace(column_of(metric_of(key), (counted,)), key=key)
        if convention is not None and len(request.under) > 1:
            column = under(column, convention, words)
        if key == "share" and request.bound is not None:
            column = replace(column, notes=(with_values(request.values),))
        if all(row.get(f"{key}{AT}", row.get(key)) == row.get(key) for row in rows):
            yield key, column
        else:
            yield from ((found.key, found) for found in beside(column, request.values))


def counts_of(
    cost: Cost, keys: tuple[str, ...], under: tuple[tuple[str, Convention], ...]
) -> dict[str, sympy.Expr]:
    """Return the metrics of a whole cost by the keys of columns."""
    counts = {key: exact(cost.metric(key)) for key in METRICS if key in keys}
    return counts | {key: exact(cost.under(convention).flops) for key, convention in under}


def metric_of(key: str) -> str:
    """Return the metric of the key of a column."""
    return Column(key, "").metric


def _counts(key: str) -> bool:
    return metric_of(key) in METRICS


def _valued(expr: sympy.Expr, values: Mapping[Symbol, sympy.Expr]) -> sympy.Expr:
    """Return an expression with values put in, and sums closed."""
    found = put_in(expr, values)
    sums = {part: _closed(part) for part in found.atoms(sympy.Sum)}
    return tidy(found.xreplace(sums))


def _closed(part: sympy.Sum) -> sympy.Expr:
    closed = part.function
    for limits in part.limits:
        closed = closed_sum(closed, *limits)
    return closed.doit() if closed.has(sympy.Sum) else closed


class Filler:
    """Computes the cells of rows, remembering what it has folded."""

    def __init__(
        self,
        cost: Cost,
        depth: int,
        keys: tuple[str, ...],
        under: tuple[tuple[str, Convention], ...] = (),
    ) -> None:
        self.cost = cost
        self.keys = keys
        self.under = under  # the FLOPs that are asked for, each with its convention
        self.depth = depth
        self.profile = Profiler()
        self.weights = weights_of(cost.root, depth)  # refuses ties that cannot be, in any table
        self.flops = exact(cost.flops)

    @cached_property
    def active(self) -> dict[str, list[Terms]]:
        """The weights of each row that an input meets."""
        return weights_of(self.cost.root, self.depth, active=True)

    def elements(self, line: Line, weights: dict[str, list[Terms]]) -> sympy.Expr:
        """Return how many of these weights a row has."""
        found = (pairs for path in line.paths for pairs in weights.get(path, ()))
        return joined(total((ONE, pairs) for pairs in found))

    @property
    def tied(self) -> list[str]:
        """The names by which weights are tied."""
        return sorted({name for _, name in ties(self.cost.root)})

    def row(self, line: Line) -> dict[str, Any]:
        """Return the cells of a row by the keys of their columns, and its FLOPs, which shares are of."""
        node = line.whole
        profile = self.profile(node)
        group = line.node if isinstance(line.node, Group) else None
        part = self.cost.setup.portion.of
        conventions = {"flops": self.cost.convention, **dict(self.under)}
        flops = {
            key: part(work(profile, found.table, dense=found.dense))
            for key, found in conventions.items()
        }
        counts: dict[str, Callable[[], sympy.Expr]] = {
            "params": lambda: self.elements(line, self.weights),
            "active_params": lambda: self.elements(line, self.active),
            "mults": lambda: part(work(profile, MULTS)),
            "adds": lambda: part(work(profile, ADDS)),
            "macs": lambda: part(work(profile, MACS)),
            "activations": lambda: part(activations(profile)),
            "kv_cache": lambda: part(cached(profile)),
            "model_size": lambda: self.elements(line, self.weights) * bytes_of("float32"),
            "kv_cache_size": lambda: part(cached(profile)) * bytes_of("float16"),
        }
        return {
            "layer": line.label,
            "kind": group.kind if group else "",
            "input": self.shapes(group.inputs) if group else None,
            "output": self.shapes(line.outputs) if group else None,
            **flops,
            **{key: count() for key, count in counts.items() if key in self.keys},
        }

    def field(self, line: Line) -> tuple[Any, ...] | None:
        """Return what a position of the (last) output sees; nothing where it sees everything.

        Inside a repetition it differs from block to block, and there is nothing to say either.
        """
        parent, _, name = line.path.rpartition(".")
        if "*" in parent or (line.around and name != "*"):
            return None
        name = line.last or name
        path = parent if name == "*" else f"{parent}.{name}".strip(".")
        view = self.cost.views.get(path)
        return None if view is None or view.stop else (receptive_field(view).size,)

    def share(self, row: dict[str, Any]) -> Any:
        """Return the part of all FLOPs that a row has."""
        return sympy.cancel(row["flops"] / self.flops) if self.flops != 0 else sympy.Integer(0)

    def has_share(self, row: dict[str, Any]) -> bool:
        """Say whether the share of a row is a number, whatever the dimensions are."""
        if row["flops"] != 0 and row["flops"].free_symbols != self.flops.free_symbols:
            return False
        part, whole = expanded(collect(terms(row["flops"]))), self.whole
        if part.keys() != whole.keys() and not any(
            p.base.is_Add for p in self.flops.atoms(sympy.Pow)
        ):
            return not part
        return bool(self.share(row).is_Rational)

    @cached_property
    def whole(self) -> Terms:
        """All FLOPs, multiplied out."""
        return expanded(collect(terms(self.flops)))

    def total(self) -> dict[str, Any]:
        """Return the cells of the last row."""
        cells = counts_of(self.cost, self.keys, self.under)
        return {"layer": "total", **cells, "share": ONE if self.flops != 0 else None}

    def subtotal(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """Return the cells that say what rows add up to."""
        keys = [key for key in rows[0] if metric_of(key) in (*METRICS, "share")]
        sums = {key: joined(total((ONE, dict(terms(row[key]))) for row in rows)) for key in keys}
        return {"layer": SUBTOTAL, **sums}

    def shapes(self, shapes: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return shapes without a batch that is not written."""
        return tuple(tuple(shape.written(batched=self.cost.batched)) for shape in shapes)
