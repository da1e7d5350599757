"""Arguments of ``check()`` that cannot be meant, refused before anything is done with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sympy

from symflops.errors import ArgumentError
from symflops.reading.readings import Growth, Relation

MOST_BITS = 10_000  # of a number
LETTERS = "a mapping of letters, such as {'h': 'D'}"
NAMES = "names of symbols, such as ['N', 'D']"
#: What each argument is, and how to say so; None is what was not given.
EXPECTED: dict[str, tuple[tuple[type, ...], str]] = {
    "quantity": ((str, Iterable), "a quantity, such as 'macs', or several"),
    "symbols": ((Mapping,), LETTERS),
    "notation": ((str,), "the name of a notation, such as 'megatron'"),
    "at": ((Mapping,), "a mapping of sizes, such as {'N': 1024}"),
    "assume": ((str, sympy.Basic, Iterable), "facts, such as 'N >= 2' or a list of them"),
    "growing": ((str, Iterable), NAMES),
    "constants": ((str, Iterable), NAMES),
    "macros": ((str, Mapping), "definitions, as LaTeX or as a mapping of names to LaTeX"),
    "lang": ((str,), "a language: 'en' or 'zh'"),
}


def refuse(**given: Any) -> None:
    """Refuse arguments of other kinds than they are of.

    >>> refuse(at={"N": 3}, notation=None)

    Raises:
        ArgumentError: an argument that is none.
    """
    for name, value in given.items():
        kinds, words = EXPECTED[name]
        wrong = not isinstance(value, kinds) and (value is not None or name == "lang")
        if name == "macros" and isinstance(value, Mapping):
            wrong = not all(isinstance(text, str) for pair in value.items() for text in pair)
        if wrong or isinstance(value, bytes):
            message = f"{name} is {words}; got {value!r}"
            raise ArgumentError(message)


def listed(names: Iterable[Any] | None) -> tuple[Any, ...]:
    """Return names of symbols one by one: of a text, those between spaces and commas."""
    if isinstance(names, str):
        names = names.replace(",", " ").split()
    return tuple(names or ())


def real(value: Any) -> Any:
    """Return a formula that has values, and no number that is too long to be printed.

    Raises:
        ArgumentError: a root of a negative number, or such a number.
    """
    if isinstance(value, Relation):
        for side in value.sides:
            real(side)
        return value
    expr = value.expr if isinstance(value, Growth) else value
    if expr is None:
        return value
    if expr.has(sympy.I):
        message = "the root of a negative number is no amount of anything"
        raise ArgumentError(message)
    longest = max((max(abs(n.p), n.q).bit_length() for n in expr.atoms(sympy.Rational)), default=0)
    if longest > MOST_BITS:
        message = f"a number of more than {MOST_BITS:,} bits is too long to be judged"
        raise ArgumentError(message)
    return value
