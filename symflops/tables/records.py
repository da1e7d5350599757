"""The renderers for programs: CSV, JSON and pandas, with nothing rounded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy

from symflops.errors import ArgumentError
from symflops.output.exporting import as_csv, as_json
from symflops.symbols import exact
from symflops.tables.aligned import plain
from symflops.tables.table import Label

if TYPE_CHECKING:
    import pandas as pd

    from symflops.tables.table import Note, Table

GROUP = "group"  # the column of headings in tables with sections


def to_csv(table: Table) -> str:
    """Return the header, the rows and the total as comma-separated values; sections have a column of their own."""
    heading = [GROUP] if table.sections else []
    header = [*heading, *(column.title for column in table.columns)]
    rows = _grouped(table, table.rows)
    total = [] if table.total is None else [(*(None for _ in heading), *table.total)]
    return as_csv([header, *([_plain(cell) for cell in row] for row in (*rows, *total))])


def _grouped(table: Table, rows: tuple[tuple[Any, ...], ...]) -> list[tuple[Any, ...]]:
    """Return rows with the heading that each stands under in front, where there are any."""
    if not table.sections:
        return list(rows)
    under = {i: s.heading for s in table.sections for i in range(s.start, s.stop)}
    return [(under.get(i), *row) for i, row in enumerate(rows)]


def to_json(table: Table) -> str:
    """Return columns, rows, total and notes as JSON; the subtotals of sections by their headings."""
    keys = [column.key for column in table.columns]
    grouped = [GROUP, *keys] if table.sections else keys

    def record(keys: list[str], row: tuple[Any, ...]) -> dict[str, Any]:
        return dict(zip(keys, map(_value, row), strict=True))

    document = {
        "columns": {column.key: column.title for column in table.columns},
        "rows": [record(grouped, row) for row in _grouped(table, table.rows)],
        "subtotals": [record(grouped, (s.heading, *s.subtotal)) for s in table.sections],
        "total": None if table.total is None else record(keys, table.total),
        "notes": [plain(table, note) for note in table.notes],
        "footnotes": [_footnote(table, note) for note in table.footnotes],
    }
    return as_json(document)


def _footnote(table: Table, note: Note) -> dict[str, Any]:
    """Return a note that belongs to some columns, rows or groups, with their keys, places and headings."""
    keys = [c.key for c in table.columns if note in (*c.notes, *c.group_notes)]
    labels = [[cell for cell in row if isinstance(cell, Label)] for row in table.rows]
    rows = [i for i, row in enumerate(labels) if any(note in label.notes for label in row)]
    headings = [str(s.heading) for s in table.sections if note in s.heading.notes]
    return {"note": plain(table, note), "columns": keys, "rows": rows, "groups": headings}


def to_dataframe(table: Table) -> pd.DataFrame:
    """Return the rows as a frame of Python ints, words and expressions; the total is not a row.

    Raises:
        ArgumentError: pandas is not installed.
    """
    try:
        import pandas as pd  # noqa: PLC0415 - only here
    except ImportError:
        message = 'to_dataframe() needs pandas: python -m pip install "symflops[frames]"'
        raise ArgumentError(message) from None
    heading = [GROUP] if table.sections else []
    rows = [[_exact(cell) for cell in row] for row in _grouped(table, table.rows)]
    titles = [column.title for column in table.columns]
    return pd.DataFrame(rows, columns=[*heading, *titles], dtype=object)


def _exact(cell: Any) -> Any:
    if isinstance(cell, tuple):
        return ", ".join(" x ".join(map(_size, shape)) for shape in cell)
    if isinstance(cell, Label):
        return str(cell)
    if isinstance(cell, sympy.Integer):
        return int(cell)
    return cell


def _size(size: Any) -> str:
    return f"({size})" if exact(size).is_Add else str(size)


def _value(cell: Any) -> Any:
    """Return a cell for JSON; a shape is a list of sizes, several are a list of lists."""
    if isinstance(cell, tuple):
        shapes = [[_plain(exact(size)) for size in shape] for shape in cell]
        return shapes[0] if len(shapes) == 1 else shapes
    return _plain(cell)


def _plain(cell: Any) -> Any:
    value = _exact(cell)
    return str(value) if isinstance(value, sympy.Expr) else value
