"""How a number stands in a cell in LaTeX: grouped, scaled, or as siunitx reads it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sympy

from symflops.tables.cells import expression, number
from symflops.tables.options import SCALES
from symflops.units import fixed, fixed_digits

if TYPE_CHECKING:
    from symflops.tables.table import Table

Scales = dict[str, tuple[str, int]]


def scales(table: Table, scale: str | None) -> Scales:
    """Return the letter and the decimal places of every column of counts that is scaled."""
    found: Scales = {}
    for i, column in enumerate(table.columns if scale is not None else ()):
        values = [row[i] for row in table.lines if row[i] is not None]
        # what stands beside formulas is not scaled
        if column.kind == "count" and all(expression(value) is None for value in values):
            top = max((abs(sympy.Rational(value)) for value in values), default=0)
            letter = _letter(scale, top)
            found[column.key] = (letter, decimals(top, letter) if letter else 0)
    return found


def _letter(scale: str | None, top: Any) -> str:
    if scale is None or scale in SCALES:
        return scale or ""
    # "each": millions, or thousands where there are no millions; "most": as large as it goes
    letters = ("M", "K") if scale == "each" else ("G", "M", "K")
    return next((letter for letter in letters if top >= SCALES[letter]), "")


def decimals(top: Any, letter: str) -> int:
    """Return two decimal places, or as many as show three digits of the greatest count."""
    return max(2, len(fixed_digits(top / SCALES[letter]).partition(".")[2]))


@lru_cache(maxsize=4096)  # the same numbers stand in every layout that is tried
def numeral(value: Any, kind: str, letter: str, places: int, siunitx: bool) -> str:  # noqa: FBT001
    """Set a number of a column of this kind, grouped, or scaled by a letter to so many places."""
    if value < 0:
        minus = "-" if siunitx else "$-$"
        return minus + numeral(-value, kind, letter, places, siunitx)
    if kind == "share":
        return number(value, "share").removesuffix(" %")
    if kind == "ratio":
        return plain(number(value, "ratio"), siunitx=siunitx)
    exact = sympy.Rational(value)
    if not letter:
        return plain(number(exact, "count"), siunitx=siunitx)
    scaled = fixed(exact / SCALES[letter], places)
    if exact == 0:
        return "0" if siunitx else f"0\\phantom{{.{'0' * places}}}"
    if not scaled.strip("0."):
        return f"$<$0.{'0' * (places - 1)}1"
    return scaled.replace(",", "") if siunitx else scaled


def plain(text: str, *, siunitx: bool) -> str:
    """Set a number that is not scaled; one with a stroke as a formula."""
    if "/" in text:
        return f"${text.replace(',', '{,}')}$"
    return text.replace(",", "") if siunitx else text
