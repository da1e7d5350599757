"""The renderer for Markdown: a pipe table, formulas between dollars."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from symflops.tables.table import expression, formula, math, number

if TYPE_CHECKING:
    from symflops.tables.table import Column, Table


def render(table: Table) -> str:
    """Return the table in Markdown, the total in bold, the notes below."""
    lines = [
        _line([escape(column.title) for column in table.columns]),
        _line([":---" if column.kind in ("word", "shape") else "---:" for column in table.columns]),
    ]
    for row in table.lines:
        cells = [cell(table, c, v) for c, v in zip(table.columns, row, strict=True)]
        if row is table.total:
            cells = [f"**{text}**" if text and "$" not in text else text for text in cells]
        lines.append(_line(cells))
    notes = ["".join(_words(table, part) for part in note) for note in table.notes]
    return "\n".join([*lines, *(f"\n{note}" for note in notes)])


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def cell(table: Table, column: Column, value: Any) -> str:
    """Write one cell."""
    if value is None:
        return ""
    if column.kind == "word":
        return escape(str(value))
    if column.kind == "shape":
        shapes = (r" \times ".join(_size(table, size) for size in shape) for shape in value)
        return ", ".join(f"${text}$" for text in shapes)
    found = expression(value)
    return (
        _math(formula(table, found, "latex")) if found is not None else number(value, column.kind)
    )


def _size(table: Table, size: Any) -> str:
    text = formula(table, size, "latex")
    return f"({text})" if size.is_Add else text


def _words(table: Table, part: Any) -> str:
    text = math(table, part, "latex")
    return escape(str(part)) if text is None else _math(text)


def _math(text: str) -> str:
    # a bar inside a pipe table would end the cell
    return f"${text.replace('|', chr(92) + 'vert ')}$"


def escape(text: str) -> str:
    """Escape what Markdown or HTML would take for markup."""
    text = " ".join(text.split())
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]#$|~])", r"\\\1", text)
