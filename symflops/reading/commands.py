r"""The commands of LaTeX that take arguments: fractions, roots, braces with a label, sums, cases."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import sympy

from symflops.reading import functions, series
from symflops.reading.signs import GROUPING

if TYPE_CHECKING:
    from collections.abc import Callable

    from symflops.reading.grammar import FormulaReader
    from symflops.reading.lexis import Word

OTHERWISE = re.compile(r"(?:otherwise|else|其他|其它|否则)\W*", re.IGNORECASE)
COMPARED = {
    "=": sympy.Eq,
    "!=": sympy.Ne,
    "<": sympy.Lt,
    "<=": sympy.Le,
    ">": sympy.Gt,
    ">=": sympy.Ge,
}


def fraction(reader: FormulaReader, word: Word) -> Any:
    r"""Read ``\frac{a}{b}``, ``\frac12``."""
    above, below = reader.argument(), reader.divisor(reader.argument(), word)
    return reader.bounded(above / below, word)


def square_root(reader: FormulaReader, word: Word) -> Any:
    r"""Read ``\sqrt{n}``."""
    if reader.take("["):
        degree = reader.value()
        reader.expect("]", "to close the degree of the root")
        if degree != 2:  # noqa: PLR2004 - the square root
            raise reader.error("only square roots are read", word)
    return functions.root(reader.argument())


def braced(reader: FormulaReader, _: Word) -> Any:
    r"""Read ``\underbrace{…}_{\text{scores}}``: the label names the value."""
    value = reader.argument()
    if reader.take("_", "^"):
        reader.reading.labels[_label(reader.raw())] = value
    return value


def _label(text: str) -> str:
    names = "|".join(GROUPING)
    return " ".join(re.sub(rf"\\(?:{names})(?![A-Za-z])|[{{}}$]|\\[,;! ]", " ", text).split())


def refused(reader: FormulaReader, word: Word) -> Any:
    r"""Refuse ``\lg``, whose base depends on the country."""
    message = "\\lg has base 2 here and base 10 there: write \\log_2 or \\log_{10}"
    raise reader.error(message, word)


def cases(reader: FormulaReader, word: Word) -> Any:
    r"""Read the rows of a ``cases`` environment: a value and its condition in each."""
    reader.expect("{", "to begin the cases")
    rows = []
    while not reader.take("}"):
        value = reader.value()
        reader.take(",", ".", ";")
        if not reader.is_command("cell"):
            raise reader.error(f"expected & and a condition behind the value, got {reader.shown()}")
        reader.step()
        rows.append((value, _condition(reader)))
        reader.take(",", ".", ";")
        if reader.is_command("row"):
            reader.step()
        elif not reader.is_sign("}"):
            raise reader.error(f"expected the end of the case, got {reader.shown()}")
    if not rows:
        raise reader.error("the cases are empty", word)
    return sympy.Piecewise(*rows)


def _condition(reader: FormulaReader) -> Any:
    """Read when a case holds: n = 1, if n > 1, otherwise."""
    word = reader.word
    while reader.is_command(*GROUPING):
        reader.step()
        if OTHERWISE.fullmatch(reader.raw().strip()):
            return sympy.true
    is_empty = reader.is_sign("}") or reader.is_command("row")
    first = None if is_empty else reader.value()
    sign = reader.step()
    if sign.text not in COMPARED:
        raise reader.error("a case holds where a comparison does, or otherwise", word)
    return COMPARED[sign.text](first, reader.value())


COMMANDS: dict[str, Callable[[FormulaReader, Word], Any]] = {
    **dict.fromkeys(("frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"), fraction),
    **dict.fromkeys(("underbrace", "overbrace"), braced),
    **dict.fromkeys(("log", "ln", "max", "min", "gcd"), functions.function_of_latex),
    **dict.fromkeys(("sum", "prod"), series.over_index),
    "sqrt": square_root,
    "cases": cases,
    "lg": refused,
}
