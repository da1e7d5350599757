"""A cost as a table: which rows there are, and what stands under them."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, partial
from itertools import chain
from typing import TYPE_CHECKING, Any

import sympy

from symflops.conventions import ADDS, MACS, MULTS
from symflops.costs import METRICS
from symflops.errors import UnknownNameError
from symflops.exprs import ONE, Terms, collect, expanded, joined, terms
from symflops.facts import equal
from symflops.metrics import Profiler, Weigher, activations, cached, repeated, work
from symflops.outline import depth_of, foldings
from symflops.symbols import exact
from symflops.tables.table import Column, Note, Table, listed
from symflops.tally import total
from symflops.trace import Group, Step, Sum, Times
from symflops.units import bytes_of
from symflops.views import receptive_field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from symflops.costs import Cost
    from symflops.outline import Folding, Line

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


def table(cost: Cost, columns: Iterable[str] | None, depth: Any) -> Table:
    """Return a cost as a table, a row a layer, folded to ``depth`` and with equal neighbours joined."""
    keys = tuple(
        DEFAULT
        if columns is None
        else (map(str.strip, columns.split(",")) if isinstance(columns, str) else columns)
    )
    for key in keys:
        if key not in COLUMNS:
            raise UnknownNameError("column", str(key), COLUMNS)
    found = foldings(cost.root, depth_of(cost.root, depth))
    return _table(cost, keys, tuple(found) if depth is None else (next(found),))


def _table(cost: Cost, keys: tuple[str, ...], foldings: tuple[Folding, ...]) -> Table:
    """Return the table of the first folding; the others are there for where it does not fit."""
    (depth, found), *others = foldings
    filled = Filler(cost, depth, keys)
    rows = [filled.row(line) for line in found]
    if "receptive_field" in keys:
        for line, row in zip(found, rows, strict=True):
            row["receptive_field"] = filled.field(line)
    total = filled.total()
    notes = list(notes_of(cost, filled, keys))
    if following := sorted({group.kind for line in found for group in line.followers}):
        notes.append((f"{', '.join(following)}: counted in the row of the layer before.",))
    shown = keys
    if keys == DEFAULT and not all(map(filled.has_share, rows)):
        shown = tuple(key for key in keys if key != "share")
        names = sorted(filled.flops.free_symbols, key=str)
        notes.append(("Shares depend on ", *listed(names), " and are left out."))
    elif "share" in keys:
        for row in rows:
            row["share"] = filled.share(row)
    return Table(
        tuple(column_of(key, (cost,)) for key in shown),
        tuple(tuple(row[key] for key in shown) for row in rows),
        tuple(total.get(key) for key in shown),
        tuple(notes),
        cost.order,
        partial(_table, cost, keys, tuple(others)) if others else None,
    )


WEIGHTS = {
    "params",
    "active_params",
    "model_size",
}  # what is there once, however many tokens there are


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


#: Weights by the paths of the rows that they stand in.
Placed = list[tuple[str, Terms]]


def weights_of(root: Group, depth: int, *, active: bool = False) -> dict[str, list[Terms]]:
    """Return the weights of each row by its path, those that are tied by a name where it first stands."""
    untied, tied = _weights(root, "", depth, Weigher(active=active))
    found: dict[str, list[Terms]] = {}
    for path, pairs in chain(untied, *tied.values()):
        found.setdefault(path, []).append(pairs)
    return found


def _weights(
    node: Group | Step, path: str, depth: int, weigh: Weigher
) -> tuple[Placed, dict[str, Placed]]:
    """Return the weights of the rows of a layer: those of no name, and those that a name ties further up."""
    tied: dict[str, Placed] = {}
    name = node.tied if isinstance(node, Group) else ""
    if isinstance(node, Step) or depth == 0 or node.is_row:
        own = weigh(replace(node, tied="") if isinstance(node, Group) and name else node)
        untied = [(path, own.untied)]
        tied = {known: [(path, pairs)] for known, pairs in own.tied.items()}
    else:
        untied = []
        for below, child in node.children:
            if isinstance(child, Times | Sum):
                inside = f"{path}.*" if path else "*"
                placed, named = _weights(child.child, inside, depth - 1, weigh)  # type: ignore[arg-type]
                placed = [
                    (row, repeated(pairs, child, active=weigh.active)) for row, pairs in placed
                ]
            else:
                placed, named = _weights(child, f"{path}.{below}".strip("."), depth - 1, weigh)
            untied += placed
            tied = named | tied  # the first of a name has the weights
        for local in [known for known in tied if known.startswith(".")]:
            untied += tied.pop(local)
    return ([], {name: untied} | tied) if name else (untied, tied)


class Filler:
    """Computes the cells of rows, remembering what it has folded."""

    def __init__(self, cost: Cost, depth: int, keys: tuple[str, ...]) -> None:
        self.cost = cost
        self.keys = keys
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
        paths = (line.path, *line.others)
        return joined(total((ONE, pairs) for path in paths for pairs in weights.get(path, ())))

    @property
    def tied(self) -> list[str]:
        """The names by which weights are tied."""
        layers = (p.item for p in self.profile(self.cost.root) if isinstance(p.item, Group))
        return sorted({layer.tied for layer in layers if layer.tied})

    def row(self, line: Line) -> dict[str, Any]:
        """Return the cells of a row by the keys of their columns, and its FLOPs, which shares are of."""
        node = line.whole
        profile = self.profile(node)
        group = line.node if isinstance(line.node, Group) else None
        convention, part = self.cost.convention, self.cost.setup.portion.of
        flops = part(work(profile, convention.table, dense=convention.dense))
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
            "flops": flops,
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
        cells = {key: exact(self.cost.metric(key)) for key in METRICS if key in self.keys}
        return {"layer": "total", **cells, "share": ONE if self.flops != 0 else None}

    def shapes(self, shapes: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return shapes without a batch that is not written."""
        return tuple(tuple(shape.written(batched=self.cost.batched)) for shape in shapes)


#: What was done to a whole cost, in words.
EDITED = {"select": "Of {}.", "upto": "Up to {}.", "without": "Without {}."}


def notes_of(cost: Cost, filled: Filler, keys: tuple[str, ...]) -> Iterator[Note]:
    """Yield what stands under a table: convention, parts, values, conditions, ties."""
    convention = cost.convention
    if {"flops", "share"} & set(keys):
        yield (f"Convention {convention.name}: {convention.sentence}",)
    if cost.setup.portion.unit:
        yield cost.setup.portion.note()
    for verb, what in cost.setup.edits:
        yield (EDITED[verb].format(what),)
    if cost.setup.values:
        yield ("With ", *listed(_equalities(cost)), ".")
    defined = [c.relation for c in cost.conditions if c.kind == "defined"]
    if defined:
        yield ("Where ", *listed(defined), ".")
    assumed = [c.relation for c in cost.conditions if c.kind in ("assumed", "stated")]
    if assumed:
        yield ("Holds for ", *listed(assumed), ".")
    rounded = [c for c in cost.conditions if c.kind == "rounded"]
    if rounded:
        where = ", ".join(dict.fromkeys(c.where or "the layer" for c in rounded))
        yield (f"Sizes rounded down, as PyTorch does, at {where}.",)
    if filled.tied:
        yield (f"Weights tied by name are counted once: {', '.join(filled.tied)}.",)


def _equalities(cost: Cost) -> list[Any]:
    return [equal(symbol, value) for symbol, value in cost.setup.values]
