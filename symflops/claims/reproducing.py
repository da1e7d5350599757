"""Three lines of Python that give a verdict again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from symflops.errors import SymflopsError
from symflops.reading.layers import layer_names, read_layer
from symflops.zoo import names as model_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symflops.claims.targets import Target

WORDS = re.compile(r"(?<![\w.])([A-Za-z]\w*)(?=\()")


def code_of(claim: Any, target: Target, quantity: Any, asked: Mapping[str, Any]) -> tuple[str, ...]:
    """Return an import, the symbols and the call; what has no Python of its own is written as a formula."""
    against, names, symbols = _against(target)
    arguments = [repr(claim if isinstance(claim, str) else str(claim))]
    if against:
        arguments.append(against)
    if quantity is not None:
        arguments.append(repr(quantity))
    for key, value in asked.items():
        if value not in (None, (), False, [], {}) and not (key == "lang" and value == "en"):
            arguments.append(f"{key}={_written(value)}")
    imported = ", ".join(sorted({"check", *names, *(["dims"] if symbols else [])}))
    listed = ", ".join(symbols) + ("," if len(symbols) == 1 else "")
    stated = f'{listed} = dims("{" ".join(symbols)}")' if symbols else f"claim = {arguments[0]}"
    if not symbols:
        arguments[0] = "claim"
    return (f"from symflops import {imported}", stated, f"print(check({', '.join(arguments)}))")


def _against(target: Target) -> tuple[str, list[str], list[str]]:
    """Return the target as Python, the names that it needs, and its symbols."""
    if target.cost is None:
        return ("" if target.expr is None else repr(str(target.expr))), [], []
    code = target.code
    setup = target.cost.setup
    if code and is_readable(setup.layer):
        used = list(dict.fromkeys(WORDS.findall(code)))
        names = [name for name in used if name in layer_names()]
        if "zoo." in code:
            names.append("zoo")
        symbols = sorted(
            {s.name for s in target.cost.symbols if re.search(rf"\b{re.escape(s.name)}\b", code)}
        )
        if all(s.is_integer for s in target.cost.symbols):
            return code, names, symbols
    return repr(str(target.first.value)), [], []


def is_readable(layer: Any) -> bool:
    """Say whether a layer is what its own text is read as."""
    text = repr(layer)
    if text.removeprefix("zoo.").removesuffix("()") in model_names():
        return True
    try:
        return bool(read_layer(text) == layer)
    except SymflopsError:
        return False


def _written(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{str(k)!r}: {_written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, str | int | bool):
        return repr(value)
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(_written, value)) + "]"
    return repr(getattr(value, "name", None) or str(value))
