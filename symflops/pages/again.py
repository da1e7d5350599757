"""The lines of Python that make a page again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from symflops.claims.reproducing import WORDS, is_readable
from symflops.conventions import CONVENTIONS
from symflops.errors import ArgumentError
from symflops.reading.layers import layer_names
from symflops.setups import shapes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symflops.costs import Cost
    from symflops.setups import Setup

LONGEST = 400  # characters of a layer that is written out
EDITS = {"select": "[{!r}]", "upto": ".upto({!r})", "without": ".without({!r})"}


def code(cost: Cost, at: Mapping[str, Any], options: Mapping[str, Any]) -> list[str]:
    r"""Return an import, the symbols and the call; what has no text of its own is left open, with its name.

    >>> import symflops as sf
    >>> C, H, W = sf.dims("C H W")
    >>> conv = sf.cost(sf.Conv2d(3, C, 3), (3, H, W), "2mac")
    >>> print(*code(conv, {"H": 32, "W": 32}, {"lang": "zh"}), sep="\n")
    from symflops import Conv2d, cost, dims, report
    C, H, W = dims("C H W")
    page = report(cost(Conv2d(3, C, 3), (3, H, W), '2mac'), lang='zh', at={'H': 32, 'W': 32})
    page.save("page.html")
    """
    layer, opened = _layer(cost)
    call, made = _call(cost, layer)
    given = [f"{key}={value!r}" for key, value in options.items()]
    if at:
        given.append(f"at={{{', '.join(f'{name!r}: {value}' for name, value in at.items())}}}")
    page = f"page = report({', '.join((call, *given))})"
    used = sorted(set(WORDS.findall(call)) & set(layer_names())) + ["zoo"] * ("zoo." in call)
    symbols, declared = _symbols(cost, page)
    imported = ", ".join(sorted({"cost", "report", *used, *declared}))
    return [
        f"from symflops import {imported}",
        *symbols,
        *opened,
        *made,
        page,
        'page.save("page.html")',
    ]


def _layer(cost: Cost) -> tuple[str, list[str]]:
    """Return the layer as it is called, and a line that leaves open what cannot be."""
    layer = (cost.setup.general or cost.setup).layer
    text = repr(layer)
    if len(text) <= LONGEST and is_readable(layer):
        return text, []
    return "layer", [f"layer = ...  # {cost.root.kind}"]


def _call(cost: Cost, layer: str) -> tuple[str, list[str]]:
    """Return the call of ``cost()`` with what was done to its answer, and a line for a convention of one's own."""
    asked, name = cost.setup, cost.convention.name
    setup = asked.general or asked  # before numbers were put in
    known = CONVENTIONS.get(name) == cost.convention
    arguments = [layer]
    if not _brought(setup):
        shapes = [str(shape) for shape in map(_shape, setup.inputs)]
        arguments.append(shapes[0] if len(shapes) == 1 else f"[{', '.join(shapes)}]")
    if name != "exact" or not known:
        plain = len(arguments) > 1
        value = repr(name) if known else "convention"
        arguments.append(value if plain else f"convention={value}")
    if setup.assume:
        arguments.append(f"assume={[str(fact) for fact in setup.assume]!r}")
    if setup.batched is not None:
        arguments.append(f"batched={setup.batched}")
    edits = "".join(EDITS[verb].format(what) for verb, what in asked.edits)
    per = f".per({asked.portion.unit!r})" if asked.portion.unit else ""
    values = ", ".join(f"{symbol.name!r}: {value}" for symbol, value in asked.values)
    put = f".at({{{values}}})" if values else ""
    return f"cost({', '.join(arguments)}){put}{edits}{per}", [] if known else [
        f"convention = ...  # {name}"
    ]


def _brought(setup: Setup) -> bool:
    """Say whether the layer brings this input itself."""
    try:
        return shapes_of(setup.layer, None) == setup.inputs
    except ArgumentError:
        return False


def _shape(sizes: tuple[Any, ...]) -> str:
    return f"({', '.join(map(str, sizes))}{',' if len(sizes) == 1 else ''})"


def _symbols(cost: Cost, text: str) -> tuple[list[str], list[str]]:
    """Return the lines that declare the symbols which stand in a text, and what they call."""
    text = re.sub(r"'[^']*'", "", text)
    written = [
        s for s in sorted(cost.symbols, key=str) if re.search(rf"\b{re.escape(s.name)}\b", text)
    ]
    lines = []
    for whole, ending in ((True, ""), (False, ", integer=False")):
        names = [s.name for s in written if bool(s.is_integer) is whole]
        if names:
            listed = ", ".join(names) + ("," if len(names) == 1 else "")
            lines.append(f'{listed} = dims("{" ".join(names)}"{ending})')
    return lines, ["dims"] if lines else []
