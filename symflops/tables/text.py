"""The renderer for terminals."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from symflops.symbols import exact
from symflops.tables.table import expression, formula, math, number

if TYPE_CHECKING:
    from symflops.tables.table import Column, Table


def render(table: Table) -> str:
    """Return the table as aligned text with a rule under the header and over the total."""
    header = [column.title for column in table.columns]
    body = [
        [cell(table, c, v) for c, v in zip(table.columns, row, strict=True)] for row in table.lines
    ]
    widths = [max(map(width, column)) for column in zip(header, *body, strict=True)]
    rule = "─" * (sum(widths) + GAP * (len(widths) - 1))
    lines = [_line(table, header, widths), rule]
    for i, row in enumerate(body):
        if table.total is not None and i == len(table.rows):
            lines.append(rule)
        lines.append(_line(table, row, widths))
    notes = ["".join(_words(table, part) for part in note) for note in table.notes]
    return "\n".join([*lines, *notes])


GAP = 2  # spaces between columns


def cell(table: Table, column: Column, value: Any) -> str:
    """Write one cell."""
    if value is None:
        return ""
    if column.kind == "word":
        return printable(str(value))
    if column.kind == "shape":
        return ", ".join(" × ".join(_size(table, exact(s)) for s in shape) for shape in value)
    found = expression(value)
    return formula(table, found, "text") if found is not None else number(value, column.kind)


def _size(table: Table, size: Any) -> str:
    text = formula(table, size, "text")
    return f"({text})" if size.is_Add else text


def _words(table: Table, part: Any) -> str:
    return math(table, part, "text") or printable(str(part))


def printable(text: str) -> str:
    """Show what a terminal would obey instead of print."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def width(text: str) -> int:
    """Return how many places a text takes in a terminal; wide characters take two."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(bool(unicodedata.combining(c)) for c in text)


def _line(table: Table, cells: list[str], widths: list[int]) -> str:
    placed = []
    for column, text, size in zip(table.columns, cells, widths, strict=True):
        space = " " * (size - width(text))
        placed.append(text + space if column.kind in ("word", "shape") else space + text)
    return (" " * GAP).join(placed).rstrip()
