"""The models of the zoo as a table."""

from __future__ import annotations

from symflops import zoo
from symflops.tables.table import Column, Table

COLUMNS = (
    Column("model", "model", "word"),
    Column("params", "params"),
    Column("macs", "MACs"),
    Column("input", "at", "shape"),
    Column("paper", "paper", "word"),
)


def listing() -> Table:
    """Return every model with the numbers that others printed for it, and its paper."""
    rows = []
    for name in zoo.names():
        model = zoo.model(name)
        numbers = {number.quantity: number for number in model.published}
        shape = next((number.input for number in model.published), None)
        values = [numbers[key].value if key in numbers else None for key in ("params", "macs")]
        rows.append((name, *values, shape and (shape,), model.paper))
    note = ("Numbers as published, blank where none is on record here.",)
    return Table(COLUMNS, tuple(rows), notes=(note,))
