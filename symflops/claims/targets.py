"""What a claim is held against: every quantity of a cost, under every convention, as given and as a variant."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from symflops.claims.edits import VARIANTS, Edit, edited
from symflops.claims.matching import put
from symflops.conventions import CONVENTIONS, Convention, named
from symflops.costs import Cost, cost
from symflops.errors import ArgumentError, SymflopsError, UnknownNameError
from symflops.exprs import ZERO, spread
from symflops.layers.base import Layer
from symflops.metrics import Profiler
from symflops.reading.formulas import parse
from symflops.symbols import by_name, exact
from symflops.trace import Group
from symflops.units import bytes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import sympy

    from symflops.facts import Relation
    from symflops.symbols import Symbol

#: Quantities by the words that people use for them.
WORDS = {
    "parameters": "params",
    "weights": "params",
    "operations": "flops",
    "ops": "flops",
    "multiplications": "mults",
    "additions": "adds",
    "memory_elems": "elements",
    "memory_bytes": "bytes",
    "memory": "bytes",
    "rf": "receptive_field",
}
COUNTED = ("flops", "macs", "mults", "adds")
ELEMENTS = ("params", "active_params", "activations", "kv_cache")
QUANTITIES = (*COUNTED, *ELEMENTS, "bytes", "model_size", "kv_cache_size", "activations_size", "elements", "receptive_field")  # fmt: skip
#: Whose elements take bytes.
SIZED = {"model_size": "params", "kv_cache_size": "kv_cache", "activations_size": "activations"}
SEVERAL = {"bytes": tuple(SIZED), "elements": ("params", "activations", "kv_cache")}
DTYPES = ("float32", "float16")
#: What a convention counts, in words.
CALLED = {
    "exact": ("every operation is counted", "每个运算都计入了"),
    "mac": ("a MAC is counted once", "一次 MAC 只计了一次"),
    "2mac": (
        "a sum of m products is counted as m additions, though m − 1 are enough",
        "m 项之和按 m 次加法统计，而只需 m − 1 次",
    ),
    "mac+bias": ("a MAC and a bias are counted once", "一次 MAC 和一个偏置各计了一次"),
    "2mac+bias": ("a MAC is counted twice and a bias once", "一次 MAC 计了两次，偏置另计一次"),
    "2mac+2bias": ("a bias is counted like a MAC, twice", "偏置像 MAC 一样计了两次"),
}


@dataclass(frozen=True, eq=False)
class Candidate:
    """A value that a claim may be meant to be: a quantity, with all conventions and formats that give it."""

    value: Any
    quantity: str
    conventions: tuple[str, ...] = ()
    variant: Edit | None = None
    cost: Cost | None = None
    detail: str = ""  # "float16", "per token"

    @property
    def main(self) -> bool:
        """Whether it is what was asked for, and no variant of it."""
        return self.variant is None and not self.detail.startswith("per ")


def quantity_named(name: str) -> str:
    """Return the quantity that a word means.

    Raises:
        UnknownNameError: a word that means none.
    """
    name = name.strip().replace(" ", "_")
    name = WORDS.get(name.lower(), name.lower())
    if name not in QUANTITIES:
        raise UnknownNameError("quantity", name, (*QUANTITIES, *WORDS))
    return name


@dataclass(frozen=True, eq=False)
class Target:
    """A formula, or a cost with all of its quantities."""

    expr: Any = None
    cost: Cost | None = None
    asked: str | None = None  # the quantity, where it is known
    convention: Convention | None = None  # the only one that counts, where it is known
    layer: str = ""  # what makes it again
    input: str = ""
    others: dict[str, Cost | None] = field(default_factory=dict)  # by the name of the edit
    pieces: dict[Any, Cost] = field(default_factory=dict)  # parts of these, by variant and name

    @property
    def code(self) -> str:
        """The target as Python."""
        return f"({self.layer}, {self.input})" if self.input else self.layer

    @property
    def symbols(self) -> dict[str, Symbol]:
        """The symbols by name."""
        if self.cost is not None:
            return by_name(self.cost.symbols)
        return by_name(self.expr.free_symbols)

    @property
    def order(self) -> tuple[Any, ...]:
        """The factors as a paper prints them."""
        return self.cost.order if self.cost is not None else ()

    @cached_property
    def facts(self) -> tuple[Relation, ...]:
        """What the formulas rest on."""
        if self.cost is None:
            return ()
        return tuple(c.relation for c in self.cost.conditions if c.kind != "rounded")

    @cached_property
    def first(self) -> Candidate:
        """What the claim is compared with if it is equal to nothing."""
        return next(iter(self.candidates))

    @cached_property
    def candidates(self) -> tuple[Candidate, ...]:
        """Everything that was asked for, as given; what was asked for by name stands first."""
        if self.cost is None:
            return (Candidate(self.expr, self.asked or ""),)
        return tuple(_of(self.cost, self.asked, self.convention))

    def variants(self) -> Iterator[Candidate]:
        """Yield the same of each variant of the layer that is another, and of a token or sample."""
        if self.cost is None or self.asked == "receptive_field":
            return
        for edit in VARIANTS:
            other = self.edited(edit)
            try:
                found = list(_of(other, self.asked, self.convention)) if other else []
            except SymflopsError:  # weights that are tied and no longer alike
                continue
            for candidate in found:
                yield replace(candidate, variant=edit)
        if self.asked is None:
            for candidate in self.portions():
                yield from (candidate,)

    def edited(self, edit: Edit) -> Cost | None:
        """Return what the edited layer costs; None where it is the same layer, or cannot be."""
        if edit.name not in self.others:
            there = self.cost is not None and touches(self.cost, edit)
            self.others[edit.name] = edited(self.cost, edit) if there else None  # type: ignore[arg-type]
        return self.others[edit.name]

    def portions(self) -> Iterator[Candidate]:
        """Yield the work for one token, and for one sample."""
        if self.cost is None or self.cost.setup.portion.unit:
            return
        for unit in ("token", "sample"):
            try:
                one = self.cost.per(unit)
            except SymflopsError:
                continue
            if one.setup.portion.count != 1:
                for candidate in _of(one, self.asked, self.convention):
                    if candidate.quantity in (*COUNTED, "activations", "kv_cache"):
                        yield replace(candidate, detail=f"per {unit}")


def touches(cost: Cost, edit: Edit) -> bool:
    """Say whether an edit changes any layer of a cost."""
    return any(edit.takes(layer) for layer in layers_of(cost))


def layers_of(cost: Cost) -> list[Layer]:
    """Return the layers of a cost, each once however often it occurs."""
    pieces = Profiler()(cost.root)
    return [piece.item.layer for piece in pieces if isinstance(piece.item, Group)]  # type: ignore[misc]


def _of(cost: Cost, asked: str | None, convention: Convention | None) -> Iterator[Candidate]:
    """Yield the quantities of a cost: the asked one, or all."""
    names: Iterable[str] = SEVERAL.get(asked, (asked,)) if asked else (*COUNTED, *ELEMENTS, *SIZED, "receptive_field")  # fmt: skip
    for name in names:
        if name == "flops":
            yield from _flops(cost, convention)
        elif name in SIZED:
            elements = exact(getattr(cost, SIZED[name]))
            for dtype in DTYPES:
                value = elements * bytes_of(dtype)
                if value != 0:
                    yield Candidate(value, name, cost=cost, detail=dtype)
        elif name == "receptive_field":
            yield from _receptive_field(cost, asked=asked is not None)
        else:
            value = exact(cost.metric(name))
            if value != 0 or asked:
                if name == "active_params" and not asked and value == cost.params:
                    continue
                yield Candidate(value, name, cost=cost)


def _flops(cost: Cost, convention: Convention | None) -> Iterator[Candidate]:
    """Yield FLOPs, conventions that agree together; the given convention first, else the exact one."""
    first = convention or named("exact")
    own = [] if cost.convention.name in CONVENTIONS else [cost.convention]
    found: dict[Any, list[str]] = {}
    for way in (first, *own, *CONVENTIONS.values()):
        value = exact(cost.under(way).flops)
        names = found.setdefault(value, [])
        if way.name not in names:
            names.append(way.name)
    for value, ways in found.items():
        yield Candidate(value, "flops", tuple(ways), cost=cost)


def _receptive_field(cost: Cost, *, asked: bool) -> Iterator[Candidate]:
    try:
        sizes = dict.fromkeys(map(exact, cost.receptive_field.size))
    except SymflopsError:
        if asked:
            raise
        return
    for size in sizes:
        if size is not None and size != ZERO:
            yield Candidate(size, "receptive_field", cost=cost)


def target_of(
    against: Any,
    quantity: str | None,
    convention: str | Convention | None,
    at: Mapping[Any, Any] | None,
    assume: Any = (),
) -> Target:
    """Return what a claim is held against.

    Raises:
        ArgumentError: neither a formula nor a cost nor a layer with its input.
    """
    target = Target(
        asked=None if quantity is None else quantity_named(quantity),
        convention=None if convention is None else named(convention),
    )
    if isinstance(against, Layer):
        return _of_cost(target, cost(against, assume=assume), at, repr(against))
    if isinstance(against, Cost):
        return _of_cost(target, against, at)
    if isinstance(against, tuple | list) and against and isinstance(against[0], Layer):
        layer, *rest = against
        given = rest[0] if len(rest) == 1 else rest or None
        shown = "" if given is None else _shown(given)
        return _of_cost(target, cost(layer, given, assume=assume), at, repr(layer), shown)
    # a formula, also in the form of a paper
    found = parse(against) if isinstance(against, str) else getattr(against, "expr", against)
    try:
        value = exact(found)
    except ArgumentError as error:
        message = (
            "a claim is held against a formula, a cost, a layer that brings its input, or (layer, input); "
            f"got {against!r}"
        )
        raise ArgumentError(message) from error
    if at:
        value = put(value, _values(at, value.free_symbols))
    value = _of_its_letters(value)
    return replace(target, expr=value, layer=repr(str(value)))


def _of_its_letters(value: sympy.Expr) -> sympy.Expr:
    """Return a formula without letters that cancel: they have no sizes, and no claim can mean them."""
    try:
        bare = spread(value)
    except SymflopsError:
        return value
    return bare if bare.free_symbols < value.free_symbols else value


def _of_cost(
    target: Target, found: Cost, at: Mapping[Any, Any] | None, layer: str = "", given: str = ""
) -> Target:
    """Return a cost as a target, and as Python if it is that of a layer and nothing more."""
    if not layer and not found.setup.edits and not found.setup.portion.unit:
        shapes = found.setup.inputs
        layer = repr(found.setup.layer)
        given = _shown(shapes[0]) if len(shapes) == 1 else f"[{', '.join(map(_shown, shapes))}]"
        if getattr(found.setup.layer, "input", None) is not None:
            given = ""
    if at:
        found = found.at({k: v for k, v in at.items() if str(k) in by_name(found.symbols)})
    return replace(target, cost=found, layer=layer, input=given)


def _shown(shape: Any) -> str:
    if isinstance(shape, tuple | list):
        inner = ", ".join(map(_shown, shape))
        return f"({inner},)" if len(shape) == 1 else f"({inner})"
    return str(shape)


def _values(at: Mapping[Any, Any], symbols: Iterable[Symbol]) -> dict[sympy.Expr, sympy.Expr]:
    known = by_name(symbols)
    return {known[str(k)]: exact(v) for k, v in at.items() if str(k) in known}
