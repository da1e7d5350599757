"""Costs side by side: the ratio of two in closed form, and several in a table."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sympy

from symflops.arithmetic import read_fact
from symflops.conditions import strongest
from symflops.costs import Cost, cost
from symflops.errors import ArgumentError, ConditionError, SymbolError
from symflops.exprs import joined, terms
from symflops.facts import equal
from symflops.rows import COLUMNS
from symflops.setups import Setup, shapes_of
from symflops.symbols import by_name, exact
from symflops.tables.table import Column, Label, Note, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from symflops.conventions import Convention
    from symflops.layers.base import Layer

LONGEST_NAME = 48  # characters of a layer that stands in a table as it is written
Named = tuple[tuple[str, Cost], ...]


def ratio(a: Cost, b: Cost, metric: str = "macs") -> Any:
    """Return a metric of one cost over that of another, cancelled: a/b in closed form.

    Over one monomial it is a sum of monomials, as papers print it, else one fraction. FLOPs are those of each
    cost's own convention.

    >>> import symflops as sf
    >>> k, C_in, C_out, H, W = sf.dims("k C_in C_out H W")
    >>> separable = sf.cost(sf.SeparableConv2d(C_in, C_out, k, padding="same"), (C_in, H, W))
    >>> standard = sf.cost(sf.Conv2d(C_in, C_out, k, padding="same"), (C_in, H, W))
    >>> sf.ratio(separable, standard)
    k**(-2) + 1/C_out

    Raises:
        ArgumentError: something that is no cost, or a second cost whose metric is 0.
        UnknownNameError: no metric has this name.
        SymbolError: a name that stands for a whole dimension in one cost and for a fraction in the other.
    """
    for value in (a, b):
        _check_cost("ratio", value)
    by_name(a.symbols | b.symbols)
    below = exact(b.metric(metric))
    if below.is_zero:
        message = f"the {metric} of the second cost are 0: nothing has a ratio to them"
        raise ArgumentError(message)
    return _cancelled(exact(a.metric(metric)), below)


def _cancelled(above: sympy.Expr, below: sympy.Expr) -> sympy.Expr:
    """Return a quotient without common factors: polynomials over dimensions, and over all else as it stands."""
    atoms = above.atoms(sympy.Function, sympy.Sum) | below.atoms(sympy.Function, sympy.Sum)
    names = {atom: sympy.Dummy(positive=True) for atom in atoms}
    quotient = above.xreplace(names) / below.xreplace(names)
    above, below = sympy.fraction(sympy.cancel(quotient))
    if not below.is_Add:
        quotient = sympy.expand(above / below)
    elif not (sympy.expand(sympy.fraction(quotient)[1]) / below).is_Rational:
        quotient = joined(dict(terms(above))) / joined(dict(terms(below)))
    # else only whole factors were alike, and the others stay as they were
    return quotient.xreplace({name: atom for atom, name in names.items()})


def compare(*costs: Cost, metric: str | Iterable[str] = "macs", **named: Cost) -> Table:
    """Return costs as a table: a row each, with a metric and its ratio to the first; or with several.

    A cost given by keyword goes by it, another by its layer. ``metric`` is a name, or several.

    >>> import symflops as sf
    >>> k, C, D, H, W = sf.dims("k C D H W")
    >>> standard = sf.cost(sf.Conv2d(C, D, k, padding="same", bias=False), (C, H, W))
    >>> separable = sf.SeparableConv2d(C, D, k, padding="same", bias=False)
    >>> sf.compare(standard=standard, separable=sf.cost(separable, (C, H, W)))
    cost                 MACs       ratio
    ─────────────────────────────────────
    standard       C k² D H W           1
    separable  C (k² + D) H W  1/D + 1/k²
    Ratios are to the first row.

    Raises:
        ArgumentError: no cost, or something that is none.
        UnknownNameError: no metric has this name.
    """
    if not costs and not named:
        message = "compare() needs costs, such as compare(a=cost(…), b=cost(…))"
        raise ArgumentError(message)
    for value in (*costs, *named.values()):
        _check_cost("compare", value)
    own = _names_of(costs)
    return side_by_side((*zip(own, costs, strict=True), *named.items()), metric)


def _check_cost(function: str, value: Any) -> None:
    if not isinstance(value, Cost):
        message = f"{function}() sets costs side by side, got {value!r}; write cost(layer, input)"
        raise ArgumentError(message)


def _names_of(costs: Sequence[Cost]) -> list[str]:
    """Return each cost's layer as it is written, or its kind if that is long; equal names are numbered."""
    names = []
    for found in costs:
        layer: Any = found.root.layer
        edits = (f"{verb} {path}" for verb, path in found.setup.edits if verb != "select")
        written = repr(layer).removeprefix("zoo.").removesuffix("()")
        short = written if len(written) <= LONGEST_NAME else type(layer).__name__
        names.append(" ".join((short, *edits)))
    met: Counter[str] = Counter()
    numbered = []
    for name in names:
        met[name] += 1
        numbered.append(f"{name} ({met[name]})" if names.count(name) > 1 else name)
    return numbered


def side_by_side(named: Named, metric: str | Iterable[str]) -> Table:
    """Return named costs as a table with their metrics and the ratios to the first."""
    metrics = tuple(
        dict.fromkeys(map(str.strip, metric.split(",")) if isinstance(metric, str) else metric)
    )
    by_name(set().union(*(found.symbols for _, found in named)))
    first = named[0][1]
    rows = []
    for name, found in named:
        cells = []
        for key in metrics:
            there = exact(first.metric(key)).is_zero is not True
            cells += [exact(found.metric(key)), ratio(found, first, key) if there else None]
        rows.append((Label(name), *cells))
    columns = [
        column for key in metrics for column in _columns(key, named, several=len(metrics) > 1)
    ]
    order = dict.fromkeys(factor for _, found in named for factor in found.order)
    return Table(
        (Column("cost", "cost", "word"), *columns),
        tuple(rows),
        notes=tuple(_notes(named, metrics)),
        order=tuple(order),
    )


def _columns(key: str, named: Named, *, several: bool) -> Iterator[Column]:
    column = COLUMNS[key]
    details = {found.convention.detail for _, found in named}
    if key == "flops":
        column = replace(column, detail=details.pop() if len(details) == 1 else "")
    yield column
    yield Column(f"ratio_{key}", "ratio", "ratio", column.header if several else "")


def _notes(named: Named, metrics: tuple[str, ...]) -> Iterator[Note]:
    """Yield what stands under the table: what the ratios are to, conventions, values, conditions."""
    first, *_ = named
    yield ("Ratios are to the first row.",)
    for key in metrics:
        if exact(first[1].metric(key)).is_zero:
            yield (f"There is no ratio to 0 {COLUMNS[key].header}.",)
    if "flops" in metrics:
        for rows, (convention,) in _shared((n, (c.convention,)) for n, c in named):
            yield (f"Convention {convention.name}{_of(rows, named)}: {convention.sentence}",)
    for rows, values in _shared((n, c.setup.values) for n, c in named):
        if values:
            listed = _listed([equal(symbol, value) for symbol, value in values])
            yield ("With ", *listed, f"{_of(rows, named)}.")
    conditions = strongest(tuple(c for _, found in named for c in found.conditions))
    assumed = list(dict.fromkeys(c.relation for c in conditions if c.kind != "rounded"))
    if assumed:
        yield ("Holds for ", *_listed(assumed), ".")
    rounded = [n for n, found in named if any(c.kind == "rounded" for c in found.conditions)]
    if rounded:
        yield (f"Sizes rounded down{_of(rounded, named)}, as PyTorch does.",)


def _shared(of_rows: Iterable[tuple[str, Any]]) -> list[tuple[list[str], Any]]:
    """Return each value once, with the names of the rows that have it."""
    found: dict[Any, list[str]] = {}
    for name, value in of_rows:
        found.setdefault(value, []).append(name)
    return [(names, value) for value, names in found.items()]


def _of(rows: list[str], named: Named) -> str:
    return "" if len(rows) == len(named) else f" in {', '.join(rows)}"


def _listed(parts: list[Any]) -> list[Any]:
    return [piece for part in parts for piece in (", ", part)][1:]


def asked_together(
    layers: Sequence[Layer],
    shape: Any,
    convention: str | Convention,
    facts: Sequence[str],
    values: Mapping[str, Any],
    *,
    batched: bool | None,
) -> list[Cost]:
    """Return the costs of several layers on one input; a fact or a value goes where its symbols are.

    Raises:
        ConditionError, SymbolError: a fact or a value for symbols that no layer has.
    """
    about = {fact: {symbol.name for symbol in read_fact(fact).symbols} for fact in facts}
    costs, stated, met = [], set[str](), set[str]()
    for layer in layers:
        known = {symbol.name for symbol in Setup(layer, shapes_of(layer, shape)).symbols}
        own = [fact for fact, names in about.items() if names <= known]
        found = cost(layer, shape, convention, own, batched)
        own_names = {symbol.name for symbol in found.symbols}
        mine = {name: value for name, value in values.items() if name in own_names}
        costs.append(found.at(mine) if mine else found)
        stated.update(own)
        met.update(mine)
    if left := [fact for fact in facts if fact not in stated]:
        raise ConditionError(f"no layer has all that the assumption {left[0]} speaks of")
    if unknown := [name for name in values if name not in met]:
        raise SymbolError(f"no layer has a symbol {unknown[0]} to put a value in for")
    return costs
