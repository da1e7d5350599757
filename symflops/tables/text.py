"""The renderer for terminals."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from symflops.tables.shorthand import moved
from symflops.tables.table import LEFT, formula, size, words, written_cell

if TYPE_CHECKING:
    import sympy

    from symflops.tables.table import Column, Table

GAP = 2  # spaces between columns
WIDE = 120  # places: a table that is wider moves its long formulas below
LONG = 32  # places of a formula that stays


def render(table: Table) -> str:
    """Return the table as aligned text with a rule under the header and over the total."""
    lines, widest = _lines(table, {})
    if widest > WIDE:
        names = moved(table, lambda expr: width(formula(table, expr, "text")) > LONG)
        lines, _ = _lines(table, names)
        lines += [
            f"{_name(*name)} = {formula(table, expr, 'text')}" for expr, name in names.items()
        ]
    return "\n".join(lines)


def _lines(table: Table, names: dict[sympy.Expr, tuple[str, str]]) -> tuple[list[str], int]:
    header = [column.title for column in table.columns]
    body = [
        [
            _name(*names[value])
            if column.kind != "word" and value in names
            else cell(table, column, value)
            for column, value in zip(table.columns, row, strict=True)
        ]
        for row in table.lines
    ]
    widths = [max(map(width, column)) for column in zip(header, *body, strict=True)]
    rule = "─" * (sum(widths) + GAP * (len(widths) - 1))
    lines = [_line(table, header, widths), rule]
    for i, row in enumerate(body):
        if table.total is not None and i == len(table.rows):
            lines.append(rule)
        lines.append(_line(table, row, widths))
    return [*lines, *(plain(table, note) for note in table.notes)], len(rule)


def _name(letter: str, index: str) -> str:
    return f"{letter}_{index}"


def cell(table: Table, column: Column, value: Any) -> str:
    """Write one cell."""
    return written_cell(
        column,
        value,
        word=lambda word: plain(table, word),
        shape=lambda shape: " × ".join(size(table, length, "text") for length in shape),
        formula=lambda expr: formula(table, expr, "text"),
    )


def plain(table: Table, value: Any) -> str:
    """Write words, a label or a note."""
    return words(table, value, "text", printable)


def printable(text: str) -> str:
    """Show what a terminal would obey instead of print."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def width(text: str) -> int:
    """Return how many places a text takes in a terminal; wide characters take two."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(bool(unicodedata.combining(c)) for c in text)


def _line(table: Table, cells: list[str], widths: list[int]) -> str:
    placed = []
    for column, text, room in zip(table.columns, cells, widths, strict=True):
        space = " " * (room - width(text))
        placed.append(text + space if column.kind in LEFT else space + text)
    return (" " * GAP).join(placed).rstrip()
