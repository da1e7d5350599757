"""The renderers for programs: CSV, JSON and pandas, with nothing rounded."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import sympy

from symflops.errors import ArgumentError
from symflops.symbols import exact
from symflops.tables.text import plain

if TYPE_CHECKING:
    import pandas as pd

    from symflops.tables.table import Table


def to_csv(table: Table) -> str:
    """Return the header, the rows and the total as comma-separated values."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([column.title for column in table.columns])
    writer.writerows([_plain(cell) for cell in row] for row in table.lines)
    return buffer.getvalue()


def to_json(table: Table) -> str:
    """Return columns, rows, total and notes as JSON."""
    keys = [column.key for column in table.columns]

    def record(row: tuple[Any, ...]) -> dict[str, Any]:
        return dict(zip(keys, map(_value, row), strict=True))

    document = {
        "columns": {column.key: column.title for column in table.columns},
        "rows": [record(row) for row in table.rows],
        "total": None if table.total is None else record(table.total),
        "notes": [plain(table, note) for note in table.notes],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


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
    rows = [[_exact(cell) for cell in row] for row in table.rows]
    return pd.DataFrame(rows, columns=[column.title for column in table.columns], dtype=object)


def _exact(cell: Any) -> Any:
    if isinstance(cell, tuple):
        return ", ".join(" x ".join(map(_size, shape)) for shape in cell)
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
