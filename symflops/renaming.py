"""Symbols of a cost under other names: which takes the place of which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from symflops.errors import SymbolError
from symflops.symbols import Family, Notation, Symbol, by_name, dim, notation

if TYPE_CHECKING:
    from symflops.costs import Cost


def renames(
    cost: Cost, names: Mapping[Any, Any] | None, by_names: Mapping[str, Any]
) -> dict[Symbol, Symbol]:
    """Return symbol → the symbol of its new name, of the same kind; its meaning goes with it.

    Raises:
        SymbolError: a name that the cost does not have, no name, or one that another symbol has.
    """
    if names is not None and not isinstance(names, Mapping):
        message = f"names are given by name, such as {{'C_in': 'c'}}, got {names!r}"
        raise SymbolError(message)
    known = by_name(cost.symbols)
    swaps: dict[Symbol, Symbol] = {}
    for old, new in {**(names or {}), **by_names}.items():
        name, other = (key.name if isinstance(key, Symbol) else key for key in (old, new))
        if name not in known:
            listed = ", ".join(known) or "none: every size is a number"
            message = f"there is no symbol {name} to rename; the symbols are {listed}"
            raise SymbolError(message)
        swaps[known[name]] = _named(known[name], other)
    kept = [symbol.name for symbol in known.values() if symbol not in swaps]
    taken = [*kept, *(symbol.name for symbol, _ in cost.setup.values)]
    for symbol, renamed in swaps.items():
        if renamed.name in taken:
            message = f"{symbol.name} cannot be called {renamed.name}: another symbol is called so"
            raise SymbolError(message)
        taken.append(renamed.name)
    for symbol, renamed in swaps.items():
        if notation(renamed.name) == Notation() and notation(symbol.name).meaning:
            dim(renamed.name, meaning=notation(symbol.name).meaning)
    return swaps


def _named(symbol: Symbol, name: Any) -> Symbol:
    if isinstance(symbol, Family):
        return Family(dim(name).name)
    return dim(name, integer=bool(symbol.is_integer))
