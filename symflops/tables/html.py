"""The renderer for HTML: one fragment, formulas as MathML, everything from outside escaped."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

from symflops.output.printing import on_one_line
from symflops.tables.cells import size, words, written_cell
from symflops.tables.table import LEFT, groups
from symflops.typeset.pieces import in_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symflops.tables.table import Column, Table

STYLE = (  # as specific as a notebook's own rules for tables, or they would win
    "table.symflops{border-collapse:collapse;font-variant-numeric:tabular-nums}"
    "table.symflops th,table.symflops td{padding:.15em .7em;text-align:right}"
    "table.symflops th.word,table.symflops td.word{text-align:left;white-space:nowrap}"
    "table.symflops th.group{text-align:center;border-bottom:1px solid}"
    "table.symflops tbody th{font-weight:normal;font-style:italic;padding-top:.5em}"
    "table.symflops tr.inside td:first-child,table.symflops tr.subtotal td:first-child"
    "{padding-left:1.7em}"
    "table.symflops tr.subtotal td{font-style:italic;padding-bottom:.5em}"
    "p.symflops-note{max-width:60em;margin:.4em 0 0}"
    "table.symflops thead{border-top:2px solid;border-bottom:1px solid}"
    "table.symflops tfoot tr{border-top:1px solid;border-bottom:2px solid;font-weight:bold}"
)
MATH = '<math xmlns="http://www.w3.org/1998/Math/MathML" displaystyle="true"><mrow>{}</mrow></math>'
NUMBER = re.compile("<mn>([0-9,]+)</mn>")


def render(table: Table) -> str:
    """Return the table as an HTML fragment with its notes below."""
    bodies = [f"<tbody>\n{rows}\n</tbody>" for rows in _bodies(table)]
    foot = [f"<tfoot>\n{_row(table, table.total)}\n</tfoot>"] if table.total is not None else []
    body = "\n".join([*bodies, *foot])
    notes = "".join(f'\n<p class="symflops-note">{_words(table, note)}</p>' for note in table.below)
    return (
        f'<style>{STYLE}</style>\n<table class="symflops">\n<thead>\n{_head(table)}\n</thead>\n'
        f"{body}\n</table>{notes}"
    )


def _head(table: Table) -> str:
    """Return the header: one row, or two where columns stand under groups."""
    runs = groups(table.columns)
    if not any(group for group, _ in runs):
        return f"<tr>{''.join(_over(table, column) for column in table.columns)}</tr>"
    above, below = [], []
    for group, columns in runs:
        if not group:
            above += [_over(table, column, ' rowspan="2"') for column in columns]
            continue
        words = _words(table, table.marked((group,), columns[0].group_notes))
        above.append(f'<th scope="colgroup" colspan="{len(columns)}" class="group">{words}</th>')
        below += [_over(table, column) for column in columns]
    return f"<tr>{''.join(above)}</tr>\n<tr>{''.join(below)}</tr>"


def _over(table: Table, column: Column, more: str = "") -> str:
    text = _words(table, table.marked(column.stacked, column.notes))
    return f'<th scope="col"{more} class="{_class(column)}">{text}</th>'


def _bodies(table: Table) -> Iterator[str]:
    """Yield the rows of each section, and those between them, which a body of its own holds together."""
    rows: list[str] = []
    for line in table.printed:
        if line.role == "total":
            continue
        if line.role == "heading":
            if rows:
                yield "\n".join(rows)
            across = f'colspan="{len(table.columns)}" class="word"'
            rows = [f'<tr><th scope="rowgroup" {across}>{_words(table, line.cells[0])}</th></tr>']
            continue
        rows.append(_row(table, line.cells, "" if line.role == "row" else line.role))
        if line.role == "subtotal":
            yield "\n".join(rows)
            rows = []
    if rows:
        yield "\n".join(rows)


def _row(table: Table, row: tuple[Any, ...], role: str = "") -> str:
    cells = (
        f'<td class="{_class(column)}">{cell(table, column, value)}</td>'
        for column, value in zip(table.columns, row, strict=True)
    )
    start = f'<tr class="{role}">' if role else "<tr>"
    return f"{start}{''.join(cells)}</tr>"


def _class(column: Column) -> str:
    return "word" if column.kind in LEFT else "count"


def cell(table: Table, column: Column, value: Any) -> str:
    """Write one cell."""
    return written_cell(
        column,
        value,
        word=lambda word: _words(table, word),
        shape=lambda shape: _shape(table, shape),
        formula=lambda expr: _formula(table, expr),
    )


def _formula(table: Table, expr: Any) -> str:
    """Write every term as an element of its own: browsers break a line between them, not within."""
    return " ".join(map(_math, in_pieces(expr, table.ranks)))


def _shape(table: Table, shape: tuple[Any, ...]) -> str:
    sizes = [size(table, length, "mathml") for length in shape]
    if all(map(NUMBER.fullmatch, sizes)):
        return " × ".join(NUMBER.sub(r"\1", length) for length in sizes)
    return _math("<mo>×</mo>".join(sizes))


def _words(table: Table, value: Any) -> str:
    return words(table, value, "mathml", lambda text: html.escape(on_one_line(text)), MATH)


def _math(text: str) -> str:
    return MATH.format(text)
