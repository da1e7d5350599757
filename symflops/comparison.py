"""Costs side by side: the ratio of two in closed form, and several in a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sympy

from symflops.arithmetic import read_fact
from symflops.columns import COLUMNS, column_of
from symflops.conditions import strongest
from symflops.costs import METRICS, Cost, cost
from symflops.errors import ArgumentError, ConditionError, SymbolError, UnknownNameError
from symflops.exprs import collect, expanded, joined, terms
from symflops.facts import equal
from symflops.layers.base import in_pairs
from symflops.setups import Setup, shapes_of
from symflops.symbols import by_name, exact
from symflops.tables.table import Column, Label, Note, Table, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from symflops.conventions import Convention
    from symflops.layers.base import Layer

LONGEST_NAME = 48  # characters of a layer that stands in a table as it is written
Named = tuple[tuple[str, Cost], ...]


def ratio(a: Any, b: Any, metric: str = "macs") -> Any:
    """Return a metric of one cost over that of another, or a formula over another, cancelled: a/b in closed form.

    Over one monomial it is a sum of monomials, as papers print it, else one fraction. FLOPs are those of each
    cost's own convention.

    >>> import symflops as sf
    >>> k, C_in, C_out, H, W = sf.dims("k C_in C_out H W")
    >>> separable = sf.cost(sf.SeparableConv2d(C_in, C_out, k, padding="same"), (C_in, H, W))
    >>> standard = sf.cost(sf.Conv2d(C_in, C_out, k, padding="same"), (C_in, H, W))
    >>> sf.ratio(separable, standard)
    k**(-2) + 1/C_out
    >>> sf.ratio(standard, C_in * C_out * H * W)
    k**2

    Raises:
        ArgumentError: neither a cost nor a formula, or a second that is 0.
        UnknownNameError: no metric has this name.
        SymbolError: a name that stands for a whole dimension in one cost and for a fraction in the other.
    """
    above, below = (_formula(value, metric) for value in (a, b))
    symbols = (c.symbols if isinstance(c, Cost) else exact(c).free_symbols for c in (a, b))
    by_name(set().union(*symbols))
    if below.is_zero:
        what = (
            f"the {metric} of the second cost are"
            if isinstance(b, Cost)
            else "the second formula is"
        )
        message = f"{what} 0: nothing has a ratio to {'them' if isinstance(b, Cost) else 'it'}"
        raise ArgumentError(message)
    return _cancelled(above, below)


def _formula(value: Any, metric: str) -> sympy.Expr:
    if not isinstance(value, Cost):
        try:
            return exact(value)
        except ArgumentError:
            _check_cost("ratio", value)
    return exact(value.metric(metric))


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


def compare(
    *costs: Cost | Mapping[str, Cost],
    metric: str | Iterable[str] = "macs",
    baseline: str | None = None,
    at: Mapping[Any, Any] | None = None,
    delta: bool = False,
    **named: Cost,
) -> Table:
    """Return costs as a table: a row each, with a metric and its ratio to a baseline; or with several metrics.

    A cost given by keyword or in a dictionary goes by its name there, another by its layer. ``baseline`` is
    the name of the row that ratios are to, left out: the first. ``at`` puts values into every cost that has
    their symbols, ``delta`` adds the differences to the baseline.

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
    >>> N, D = sf.dims("N D")
    >>> heads = {"MHA": 8, "GQA": 2, "MQA": 1}
    >>> costs = {a: sf.cost(sf.MultiheadAttention(D, 8, kv_heads=h), (N, D)) for a, h in heads.items()}
    >>> sf.compare(costs, metric="kv_cache", baseline="MHA", at={D: 64}, delta=True)
    cost  KV cache  difference  ratio
    ─────────────────────────────────
    MHA      128 N           0      1
    GQA       32 N       −96 N    1/4
    MQA       16 N      −112 N    1/8
    Differences and ratios are to MHA.
    With D = 64.

    Raises:
        ArgumentError: no cost, something that is none, two of one name, or values without names.
        UnknownNameError: no metric, or no row for the baseline, has this name.
        SymbolError: a value for a symbol that no cost has.
    """
    rows = _rows(costs, named)
    if not rows:
        message = "compare() needs costs, such as compare(a=cost(…), b=cost(…))"
        raise ArgumentError(message)
    for value in rows.values():
        _check_cost("compare", value)
    if at:
        rows = dict(zip(rows, put_in_all(list(rows.values()), at), strict=True))
    return side_by_side(tuple(rows.items()), metric, baseline, delta=delta)


def _rows(costs: Iterable[Any], named: Mapping[str, Any]) -> dict[str, Any]:
    """Return costs by the names of their rows, in order."""
    given = list(costs)
    own = iter(_names_of([value for value in given if isinstance(value, Cost)]))
    pairs: list[tuple[str, Any]] = []
    for value in given:
        if isinstance(value, Mapping):
            pairs += [(str(name), found) for name, found in value.items()]
        else:
            pairs.append((next(own) if isinstance(value, Cost) else "", value))
    pairs += named.items()
    names = [name for name, _ in pairs]
    if twice := [name for name in names if names.count(name) > 1 and name]:
        message = f"compare() has two rows called {twice[0]!r}; give one another name"
        raise ArgumentError(message)
    return dict(pairs)


def put_in_all(costs: Sequence[Cost], values: Mapping[Any, Any]) -> list[Cost]:
    """Return costs with values in place of symbols, each in those that have it.

    Raises:
        SymbolError: a value for a symbol that none has.
    """
    named = {str(key): value for key, value in in_pairs(values).items()}
    own = [{symbol.name for symbol in found.symbols} for found in costs]
    if unknown := [name for name in named if not any(name in names for names in own)]:
        message = f"no layer has a symbol {unknown[0]} to put a value in for"
        raise SymbolError(message)
    mine = [{name: named[name] for name in named if name in names} for names in own]
    return [
        found.at(values) if values else found for found, values in zip(costs, mine, strict=True)
    ]


def _check_cost(function: str, value: Any) -> None:
    if not isinstance(value, Cost):
        given = f"a {type(value).__name__}" if isinstance(value, list | tuple) else repr(value)
        message = f"{function}() sets costs side by side, got {given}; write cost(layer, input)"
        raise ArgumentError(message)


def _names_of(costs: Sequence[Cost]) -> list[str]:
    """Return each cost's layer as it is written, or its kind if that is long; equal names are numbered."""
    names = []
    for found in costs:
        parts = [path for verb, path in found.setup.edits if verb == "select"]
        layer: Any = found.root.layer if parts else found.setup.layer
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


def side_by_side(
    named: Named, metric: str | Iterable[str], baseline: str | None = None, *, delta: bool = False
) -> Table:
    """Return named costs as a table with their metrics and the ratios to one of them, or to the first.

    Raises:
        UnknownNameError: no metric, or no row for the baseline, has this name.
    """
    metrics = _metrics(metric)
    by_name(set().union(*(found.symbols for _, found in named)))
    base = _base(named, baseline)
    rows = []
    for name, found in named:
        cells = []
        for key in metrics:
            value, other = exact(found.metric(key)), exact(base.metric(key))
            cells.append(value)
            cells += [_difference(value, other)] if delta else []
            cells.append(None if other.is_zero else ratio(found, base, key))
        rows.append((Label(name), *cells))
    columns = [column for key in metrics for column in _columns(key, named, metrics, delta=delta)]
    order = dict.fromkeys(factor for _, found in named for factor in found.order)
    return Table(
        (Column("cost", "cost", "word"), *columns),
        tuple(rows),
        notes=tuple(_notes(named, metrics, baseline, delta=delta)),
        order=tuple(order),
    )


def _metrics(given: Any) -> tuple[str, ...]:
    """Return the names of metrics, given as one word with commas or as several."""
    if isinstance(given, str):
        given = map(str.strip, given.split(","))
    metrics = tuple(dict.fromkeys(given if hasattr(given, "__iter__") else (given,)))
    for name in metrics or ("",):
        if name not in METRICS:
            raise UnknownNameError("metric", str(name), METRICS)
    return metrics


def _base(named: Named, baseline: str | None) -> Cost:
    """Return the cost that the others are held against."""
    if baseline is None:
        return named[0][1]
    rows = dict(named)
    if baseline not in rows:
        raise UnknownNameError("row", str(baseline), rows)
    return rows[baseline]


def _difference(value: sympy.Expr, other: sympy.Expr) -> sympy.Expr:
    negative = ((monomial, -number) for monomial, number in terms(other))
    return joined(expanded(collect([*terms(value), *negative])))


def _columns(key: str, named: Named, metrics: tuple[str, ...], *, delta: bool) -> Iterator[Column]:
    column = column_of(key, [found for _, found in named])
    below = column.header if len(metrics) > 1 else ""
    yield column
    if delta:
        yield Column(f"delta_{key}", "difference", detail=below)
    yield Column(f"ratio_{key}", "ratio", "ratio", below)


def _notes(
    named: Named, metrics: tuple[str, ...], baseline: str | None, *, delta: bool
) -> Iterator[Note]:
    """Yield what stands under the table: what the ratios are to, conventions, values, conditions."""
    base = _base(named, baseline)
    what = "Differences and ratios" if delta else "Ratios"
    yield (f"{what} are to {'the first row' if baseline is None else baseline}.",)
    for key in metrics:
        if exact(base.metric(key)).is_zero:
            yield (f"There is no ratio to 0 {COLUMNS[key].header}.",)
    yield from _counted(named, metrics)
    conditions = strongest(tuple(c for _, found in named for c in found.conditions))
    assumed = list(dict.fromkeys(c.relation for c in conditions if c.kind != "rounded"))
    if assumed:
        yield ("Holds for ", *listed(assumed), ".")
    rounded = [n for n, found in named if any(c.kind == "rounded" for c in found.conditions)]
    if rounded:
        yield (f"Sizes rounded down{_of(rounded, named)}, as PyTorch does.",)


def _counted(named: Named, metrics: tuple[str, ...]) -> Iterator[Note]:
    """Yield how was counted, per what, and with which values, each with the rows of which that is said."""
    if "flops" in metrics:
        for rows, (convention,) in _shared((n, (c.convention,)) for n, c in named):
            yield (f"Convention {convention.name}{_of(rows, named)}: {convention.sentence}",)
    for rows, portion in _shared((n, c.setup.portion) for n, c in named):
        if portion.unit:
            yield portion.note(_of(rows, named))
    for rows, values in _shared((n, c.setup.values) for n, c in named):
        if values:
            put_in = listed([equal(symbol, value) for symbol, value in values])
            yield ("With ", *put_in, f"{_of(rows, named)}.")


def _shared(of_rows: Iterable[tuple[str, Any]]) -> list[tuple[list[str], Any]]:
    """Return each value once, with the names of the rows that have it."""
    found: dict[Any, list[str]] = {}
    for name, value in of_rows:
        found.setdefault(value, []).append(name)
    return [(names, value) for value, names in found.items()]


def _of(rows: list[str], named: Named) -> str:
    return "" if len(rows) == len(named) else f" in {', '.join(rows)}"


def asked_together(
    layers: Iterable[Layer],
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
    costs, stated = [], set[str]()
    for layer in layers:
        known = {symbol.name for symbol in Setup(layer, shapes_of(layer, shape)).symbols}
        own = [fact for fact, names in about.items() if names <= known]
        costs.append(cost(layer, shape, convention, own, batched))
        stated.update(own)
    if left := [fact for fact in facts if fact not in stated]:
        raise ConditionError(f"no layer has all that the assumption {left[0]} speaks of")
    return put_in_all(costs, values)
