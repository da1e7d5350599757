"""The renderer for HTML: one fragment, formulas as MathML, everything from outside escaped."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

from symflops.tables.table import LEFT, size, words, written_cell
from symflops.typeset import in_terms

if TYPE_CHECKING:
    from symflops.tables.table import Column, Table

STYLE = (  # as specific as a notebook's own rules for tables, or they would win
    "table.symflops{border-collapse:collapse;font-variant-numeric:tabular-nums}"
    "table.symflops th,table.symflops td{padding:.15em .7em;text-align:right}"
    "table.symflops th.word,table.symflops td.word{text-align:left;white-space:nowrap}"
    "p.symflops-note{max-width:60em;margin:.4em 0 0}"
    "table.symflops thead tr{border-top:2px solid;border-bottom:1px solid}"
    "table.symflops tfoot tr{border-top:1px solid;border-bottom:2px solid;font-weight:bold}"
)
MATH = '<math xmlns="http://www.w3.org/1998/Math/MathML" displaystyle="true"><mrow>{}</mrow></math>'
NUMBER = re.compile("<mn>([0-9,]+)</mn>")


def render(table: Table) -> str:
    """Return the table as an HTML fragment with its notes below."""
    head = "".join(
        f'<th scope="col" class="{_class(column)}">{html.escape(column.title)}</th>'
        for column in table.columns
    )
    body = "\n".join(_row(table, row) for row in table.rows)
    foot = f"\n<tfoot>\n{_row(table, table.total)}\n</tfoot>" if table.total is not None else ""
    notes = "".join(f'\n<p class="symflops-note">{_words(table, note)}</p>' for note in table.notes)
    return (
        f'<style>{STYLE}</style>\n<table class="symflops">\n<thead>\n<tr>{head}</tr>\n</thead>\n'
        f"<tbody>\n{body}\n</tbody>{foot}\n</table>{notes}"
    )


def _row(table: Table, row: tuple[Any, ...]) -> str:
    cells = (
        f'<td class="{_class(column)}">{cell(table, column, value)}</td>'
        for column, value in zip(table.columns, row, strict=True)
    )
    return f"<tr>{''.join(cells)}</tr>"


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
    (_, first), *others = in_terms(expr, "mathml", table.ranks)
    signed = (f'<mo form="infix">{"−" if minus else "+"}</mo>{text}' for minus, text in others)
    return " ".join(map(_math, (first, *signed)))


def _shape(table: Table, shape: tuple[Any, ...]) -> str:
    sizes = [size(table, length, "mathml") for length in shape]
    if all(map(NUMBER.fullmatch, sizes)):
        return " × ".join(NUMBER.sub(r"\1", length) for length in sizes)
    return _math("<mo>×</mo>".join(sizes))


def _words(table: Table, value: Any) -> str:
    return words(table, value, "mathml", html.escape, MATH)


def _math(text: str) -> str:
    return MATH.format(text)
