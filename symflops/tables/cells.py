"""How what stands in a table is written: cells, labels, notes and headers, in the form of a medium."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy

from symflops.exprs import ONE
from symflops.facts import Relation
from symflops.symbols import exact
from symflops.tables.sections import Equal, Mark
from symflops.tables.table import Label
from symflops.typeset.writer import as_factor, written
from symflops.units import fixed_digits, percent

if TYPE_CHECKING:
    from collections.abc import Callable

    from symflops.tables.table import Column, Kind, Table
    from symflops.typeset.writer import Medium

WIDEST = 99  # a ratio over a greater number is written as a decimal


def formula(table: Table, expr: sympy.Expr, medium: Medium) -> str:
    """Write a formula of a table in a medium, once."""
    if (expr, medium) not in table.written:
        table.written[(expr, medium)] = written(expr, medium, table.ranks)
    return table.written[(expr, medium)]


def expression(cell: Any) -> sympy.Expr | None:
    """Return a cell that is a formula rather than a number, else None."""
    return cell if isinstance(cell, sympy.Expr) and not cell.is_Rational else None


def written_cell(
    column: Column,
    value: Any,
    *,
    word: Callable[[Any], str],
    shape: Callable[[Any], str],
    formula: Callable[[sympy.Expr], str],
) -> str:
    """Write a cell by what it holds, each kind in the renderer's own way."""
    if value is None:
        return ""
    if column.kind == "word":
        return word(value)
    if column.kind == "shape":
        return ", ".join(map(shape, value))
    found = expression(value)
    return number(value, column.kind) if found is None else formula(found)


def number(cell: Any, kind: Kind) -> str:
    """Write a cell that is a number: a share as percent, a count with commas, a ratio as 18/25 or 0.264."""
    if cell < 0:  # a difference
        return f"−{number(-cell, kind)}"
    if kind == "share":
        return percent(cell)
    if kind == "ratio" and cell.q > WIDEST:
        return fixed_digits(cell)
    if isinstance(cell, sympy.Rational) and not cell.is_Integer:
        return f"{cell.p:,}/{cell.q:,}"
    return f"{int(cell):,}"


_LATEX = {"|": r"\mid", ">=": r"\geq", ">": ">", "<=": r"\leq", "<": "<", "=": "=", "!=": r"\neq"}
TURNED = {">=": "<=", ">": "<"}
SIGNS: dict[Medium, dict[str, str]] = {
    "text": {"|": "|", ">=": "≥", ">": ">", "<=": "≤", "<": "<", "=": "=", "!=": "≠"},
    "mathml": {
        "|": "<mo>|</mo>",
        ">=": "<mo>≥</mo>",
        ">": "<mo>&gt;</mo>",
        "<=": "<mo>≤</mo>",
        "<": "<mo>&lt;</mo>",
        "=": "<mo>=</mo>",
        "!=": "<mo>≠</mo>",
    },
    "latex": _LATEX,
    "inline": _LATEX,
    "browser": _LATEX,
}


def relation(table: Table, stated: Relation, medium: Medium) -> str:
    """Write a relation in a medium; a number stands on the right, N ≤ 1,024."""
    sides, sign = [stated.left, stated.right], str(stated.sign)
    if sign in TURNED and stated.left.is_Rational and not stated.right.is_Rational:
        sides, sign = sides[::-1], TURNED[sign]
    left, right = (formula(table, side, medium) for side in sides)
    return f"{left} {SIGNS[medium][sign]} {right}"


def math(table: Table, part: Any, medium: Medium) -> str | None:
    """Write a part of a note that is mathematics; None for words."""
    if isinstance(part, Equal):
        sign = SIGNS[medium]["="]
        return f" {sign} ".join(formula(table, side, medium) for side in part.sides)
    if isinstance(part, Relation):
        return relation(table, part, medium)
    return formula(table, part, medium) if isinstance(part, sympy.Expr) else None


def words(
    table: Table, value: Any, medium: Medium, escape: Callable[[str], str], form: str = "{}"
) -> str:
    """Write words, a label or a note: text escaped, mathematics in the form of the medium, marks raised."""
    parts = table.marked(value.parts, value.notes) if isinstance(value, Label) else value
    written = []
    for part in parts if isinstance(parts, tuple) else (parts,):
        if isinstance(part, Relation) and (part.left, part.sign) == (ONE, "|"):
            whole = form.format(formula(table, part.right, medium))
            written.append(whole + escape(" is a whole number"))
            continue
        if isinstance(part, Mark):
            written.append(raised(part.letters, medium))
            continue
        text = math(table, part, medium)
        if text is not None and isinstance(value, Label):
            text = size(table, part, medium)
        written.append(escape(str(part)) if text is None else form.format(text))
    return "".join(written)


RAISED = str.maketrans("abcdefghijklmnoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")


def raised(letters: str, medium: Medium) -> str:
    """Write the letters of a mark, raised."""
    if medium == "text":
        return letters.replace(",", "").translate(RAISED)
    if medium in ("browser", "mathml"):
        return f"<sup>{letters}</sup>"
    return "$^{\\mathrm{" + letters + "}}$"


def size(table: Table, length: Any, medium: Medium) -> str:
    """Write a size as a factor of a shape, once: a sum in parentheses."""
    if (length, medium) not in table.sizes:
        table.sizes[(length, medium)] = as_factor(exact(length), medium, table.ranks)
    return table.sizes[(length, medium)]
