"""The renderer for Markdown: a pipe table, formulas between dollars."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from symflops.output.printing import on_one_line
from symflops.symbols import exact
from symflops.tables.cells import formula, size, words, written_cell
from symflops.tables.table import LEFT

if TYPE_CHECKING:
    from symflops.tables.table import Column, Table

EMPHASIS = {"subtotal": "*", "total": "**"}


def render(table: Table) -> str:
    """Return the table in Markdown, the total in bold, the notes below."""
    lines = [
        _line([_words(table, table.header(column)) for column in table.columns]),
        _line([":---" if column.kind in LEFT else "---:" for column in table.columns]),
    ]
    for line in table.printed:
        if line.role == "heading":
            lines.append(
                _line([f"*{_words(table, line.cells[0])}*", *[""] * len(table.columns[1:])])
            )
            continue
        cells = [cell(table, c, v) for c, v in zip(table.columns, line.cells, strict=True)]
        if line.role in EMPHASIS:
            sign = EMPHASIS[line.role]
            cells = [f"{sign}{text}{sign}" if text and "$" not in text else text for text in cells]
        if line.inset:
            cells[0] = f"&emsp;{cells[0]}"
        lines.append(_line(cells))
    notes = [_words(table, note) for note in table.below]
    return "\n".join([*lines, *(f"\n{note}" for note in notes)])


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def cell(table: Table, column: Column, value: Any) -> str:
    """Write one cell."""
    return written_cell(
        column,
        value,
        word=lambda word: _words(table, word),
        shape=lambda shape: _shape(table, shape),
        formula=lambda expr: _math(formula(table, expr, "browser")),
    )


def _shape(table: Table, shape: tuple[Any, ...]) -> str:
    sizes = list(map(exact, shape))
    if all(length.is_Integer for length in sizes):
        return " × ".join(f"{int(length):,}" for length in sizes)
    return _math(r" \times ".join(size(table, length, "browser") for length in sizes))


def _words(table: Table, value: Any) -> str:
    return words(table, value, "browser", escape, "${}$")


def _math(text: str) -> str:
    # a bar inside a pipe table would end the cell
    text = text.replace("\\|", "\\Vert ").replace("|", "\\vert ")
    return f"${text}$"


def escape(text: str) -> str:
    """Escape what Markdown or HTML would take for markup."""
    text = on_one_line(text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]#$|~])", r"\\\1", text)
