"""Names for what is written often or at length: H_1 for a rounded size, a letter for a minimum or a sum.

A name is an index symbol, never equal to a dimension, and no symbol in sight is called so.
"""

from __future__ import annotations

import itertools
from collections import Counter
from typing import TYPE_CHECKING, Any

import sympy
from sympy import Add

from symflops.exprs import minimum
from symflops.symbols import Index, Symbol, index, is_index

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

#: The letters of minima that are written several times, and of sums; the first that is free.
MINIMA, SUMS = "mnpqrst", "AEGJQRTUXYZ"

Names = dict[sympy.Expr, Index]


def fresh(names: Iterable[str], taken: set[str]) -> Index:
    """Return a name that is not taken, and take it."""
    name = next(name for name in names if name not in taken)
    taken.add(name)
    return index(name)


def numbered(letter: str) -> Iterator[str]:
    """Yield H_1, H_2 and so on."""
    return (f"{letter}_{i}" for i in itertools.count(1))


def lettered(letters: str) -> Iterator[str]:
    """Yield the letters, then with numbers."""
    tails = itertools.chain([""], (f"_{i}" for i in itertools.count(1)))
    return (letter + tail for tail in tails for letter in letters)


def rounded(expr: sympy.Expr) -> Iterator[tuple[sympy.Expr, sympy.Expr]]:
    """Yield the outermost floors, each with the number beside it: ⌊H/4⌋ − 2 as ⌊H/4⌋ and −2."""
    number, rest = expr.as_coeff_Add()
    if isinstance(rest, sympy.floor):
        yield rest, number
        return
    for part in expr.args:
        if isinstance(part, sympy.Expr):  # the limits of a sum are none
            yield from rounded(part)


def repeated(expr: sympy.Basic, kind: type) -> list[sympy.Expr]:
    """Return the parts of a kind that are written twice or more; those of a block are not there outside its sum."""
    parts = (part for part in sympy.preorder_traversal(expr) if isinstance(part, kind))
    often = [part for part, number in Counter(parts).items() if number > 1]
    return [part for part in often if not _is_inside(part)]


def named(
    exprs: Iterable[sympy.Expr], place: Callable[[sympy.Expr], Any] = str
) -> tuple[dict[sympy.Expr, sympy.Expr], list[tuple[Index, sympy.Expr]]]:
    """Return what to write for the rounded sizes and repeated parts of expressions, and what the names mean.

    Sizes are numbered by their ``place``.

    >>> from symflops import dims
    >>> H, W, k, s = dims("H W k s")
    >>> size = sympy.floor((H - k) / s) + 1
    >>> swaps, names = named([9 * W * size])
    >>> (9 * W * size).xreplace(swaps), names
    (9*H_1*W, [(H_1, floor((H - k)/s) + 1)])
    """
    whole = sympy.Tuple(*exprs)
    taken = {symbol.name for symbol in whole.atoms(Symbol)}
    swaps: dict[sympy.Expr, sympy.Expr] = {}
    names: list[tuple[Index, sympy.Expr]] = []
    sizes = (size for expr in whole for size in rounded(expr))
    for floor, beside in sorted(sizes, key=lambda pair: place(pair[0])):
        if floor not in swaps and not _is_inside(floor):
            name = fresh(numbered(letter(floor)), taken)
            swaps[floor] = name - beside
            names.append((name, floor + beside))
    for kind, letters in ((minimum, MINIMA), (Add, SUMS)):
        left = whole.xreplace(swaps)
        for part in repeated(left, kind):
            if len(part.free_symbols) > 1 and left.xreplace({part: sympy.Dummy()}) != left:
                name = fresh(lettered(letters), taken)
                swaps[part] = name
                names.append((name, part))
    return swaps, names


def letter(size: sympy.Expr) -> str:
    """Return the letter of a size: of the dimension that is rounded, H for ⌊(H + 2 p − k)/s⌋."""
    dividend, _ = sympy.together(size.args[0]).as_numer_denom()
    alone = [term for term in Add.make_args(sympy.expand(dividend)) if term.is_Symbol]
    found = alone or sorted(size.free_symbols, key=str)
    capitals = [symbol for symbol in found if symbol.name[0].isupper()]
    return str(min(symbol.name for symbol in capitals or found))


def _is_inside(part: sympy.Expr) -> bool:
    return any(map(is_index, part.atoms(Symbol)))
