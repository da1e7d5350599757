"""The table of notation: the symbols of a cost in the order of a paper, with what they mean.

A meaning is what was declared for the symbol, else what the layers themselves say: a symbol that stands alone
in ``Conv2d.in_channels`` is a number of input channels. Where they say different things, nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import sympy

from symflops.columns import each
from symflops.costs import Cost, answer
from symflops.errors import ArgumentError, UnknownNameError
from symflops.meanings import ALIKE, AND, AXES, COMMA, FIELDS, HEADERS, SIDES, WORDS
from symflops.readers import looks_up, positions, readers
from symflops.symbols import Family, Member, Symbol, is_index, notation
from symflops.tables.table import Column, Table
from symflops.trace import Group, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symflops.trace import Node


TWO = 2  # things that a symbol may be at once


class Place(NamedTuple):
    """Where a symbol stands by itself: the meaning that gives it, how deep in the network, and its name."""

    meaning: str
    depth: int
    name: str


def notation_table(cost: Cost, lang: str = "en") -> Table:
    """Return the symbols of a cost as a table: what each means, its value if one was put in, where it stands.

    What ``dim(…, meaning=…)`` declares goes before what the layers say; in ``lang``, ``"en"`` or ``"zh"``. A
    meaning in words alone serves every language.

    >>> import symflops as sf
    >>> k, C_in, C_out, H, W = sf.dims("k C_in C_out H W")
    >>> cost = sf.cost(sf.Conv2d(C_in, C_out, k, padding="same"), (C_in, H, W))
    >>> sf.notation_table(cost)
    Symbol  Meaning          Where
    ────────────────────────────────────────────
    C_in    input channels   Conv2d.in_channels
    k       kernel size      Conv2d.kernel_size
    C_out   output channels  Conv2d.out_channels
    H       height           input
    W       width            input

    Raises:
        ArgumentError: no cost.
        UnknownNameError: another language.
    """
    if not isinstance(cost, Cost):
        message = f"notation_table() needs a cost, such as cost(zoo.vgg16()), got {cost!r}"
        raise ArgumentError(message)
    if lang not in WORDS:
        raise UnknownNameError("language", lang, WORDS)
    general = cost.setup.general
    asked = cost if general is None else answer(general, cost.convention)
    places = _places(asked)
    values = {symbol.name: value for symbol, value in cost.setup.values}
    rows = []
    for symbol in _symbols(cost, asked):
        found = places.get(symbol.name, [])
        said = _declared(symbol, lang) or _derived(found, lang)
        where = found[0].name or HEADERS[lang]["input"] if found else None
        for shown, value in each({symbol: values.get(symbol.name)}):
            rows.append((((shown,),), said or None, value, where))
    headers = HEADERS[lang]
    kinds = (("symbol", "shape"), ("meaning", "word"), ("value", "count"), ("where", "word"))
    columns = tuple(Column(key, headers[key], kind) for key, kind in kinds)  # type: ignore[arg-type]
    table = Table(columns, tuple(rows), order=cost.order)
    kept = [
        c.key for i, c in enumerate(columns) if i == 0 or any(row[i] is not None for row in rows)
    ]
    return table.keeping(kept)


def _symbols(cost: Cost, asked: Cost) -> list[Symbol]:
    """Return the symbols of a cost and those that values were put in for, as a paper names them."""
    known = {symbol.name: symbol for symbol in (s for s, _ in cost.setup.values)}
    known |= {symbol.name: symbol for symbol in cost.symbols}
    first = [s.name for factor in asked.order for s in sorted(factor.free_symbols, key=str)]
    shapes = [n for shape in asked.root.inputs for n in shape]
    first += [s.name for n in shapes for s in sorted(n.free_symbols, key=str)]
    return [known[name] for name in dict.fromkeys((*first, *sorted(known))) if name in known]


def _declared(symbol: Symbol, lang: str) -> str:
    meaning = notation(symbol.name).meaning
    if isinstance(meaning, Mapping):
        return str(meaning.get(lang) or next(iter(meaning.values()), ""))
    return meaning or ""


def _derived(places: list[Place], lang: str) -> str:
    """Return what the outermost places of a symbol say: the same, two things together, or nothing."""
    outermost = [p for p in places if p.depth == min(place.depth for place in places)]
    found = list(dict.fromkeys(place.meaning for place in outermost))
    for several, one in ALIKE:
        if len(found) > 1 and set(found) <= set(several):
            found = [one]
    words = [WORDS[lang][key] for key in found]
    axes = all(not place.name for place in outermost)  # a cube has depth, height and width
    if len(words) > (len(AXES) if axes else TWO):
        return ""
    return COMMA[lang].join([*words[:-TWO], AND[lang].join(words[-TWO:])])


def _places(cost: Cost) -> dict[str, list[Place]]:
    """Return name → where the symbol stands by itself: in fields of layers, then on axes of the input."""
    found: dict[str, list[Place]] = {}
    seen: set[tuple[str, str, int]] = set()
    for path, depth, group in _groups(cost.root):
        kind = group.kind
        for field, value in vars(group.layer).items():
            meaning = FIELDS.get(f"{kind}.{field}") or FIELDS.get(field, "")
            for symbol, side in _alone(value) if meaning else ():
                key = f"{meaning}{side}" if f"{meaning}{side}" in WORDS["en"] else meaning
                if (symbol, key, depth) not in seen:
                    seen.add((symbol, key, depth))
                    name = f"{path}.{field}" if path else f"{kind}.{field}"
                    found.setdefault(symbol, []).append(Place(key, depth, name))
    axes: dict[str, list[Place]] = {}
    for symbol, meaning in _axes(cost):
        axes.setdefault(symbol, []).append(Place(meaning, 0, ""))
    return axes | found


def _groups(node: Node, path: str = "", depth: int = 0) -> Iterator[tuple[str, int, Group]]:
    """Yield the layers with their paths, the outer before the inner."""
    if isinstance(node, Step):
        return
    if not isinstance(node, Group):
        yield from _groups(node.child, path, depth)
        return
    yield path, depth, node
    for name, child in node.children:
        inner = ".".join(filter(None, (path, name)))
        yield from _groups(child, inner, depth + 1)


def _alone(value: Any) -> Iterator[tuple[str, str]]:
    """Yield the symbols that a field holds by themselves, and the side that an entry of two is for."""
    values = value if isinstance(value, tuple) else (value,)
    alike = len(set(values)) == 1
    for i, part in enumerate(values):
        side = "" if alike or len(values) != len(SIDES) else SIDES[i]
        if isinstance(part, Member) and isinstance(part.args[0], Family):
            yield part.args[0].name, side
        elif isinstance(part, Symbol) and not is_index(part):
            yield part.name, side


def _axes(cost: Cost) -> Iterator[tuple[str, str]]:
    """Yield the symbols on the axes of the inputs with what these are."""
    for place, shape in enumerate(cost.root.inputs):
        along = positions(cost.root, place)
        words = AXES[min(len(along), len(AXES)) - 1]
        looked_up = any(map(looks_up, readers(cost.root, place)))
        if len(along) == 1 and (looked_up or along[0] < len(shape) - 1):
            words = ("tokens",)
        named = dict(zip(along, words, strict=False))
        for axis, size in enumerate(shape):
            meaning = named.get(axis) or ("batch" if axis == 0 and cost.batched else "")
            if isinstance(size, sympy.Expr) and size.is_Symbol and meaning:
                yield size.name, meaning
