"""The renderer for terminals: aligned text, and what gives way where it is too wide for one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from symflops.errors import ArgumentError
from symflops.tables.aligned import Form, Sheet
from symflops.tables.fitting import DISPENSABLE
from symflops.tables.table import AT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from symflops.output.terminal import Span
    from symflops.tables.table import Table

WIDE = 120  # places: a table that is wider moves its long formulas below
LONG = 32  # places of a formula that stays
SHORT = 24  # the same where a table must fit
SHORTEST = (16, 12)  # the same before a column of counts goes
LABEL = 12  # places that a shortened name has at least
PROSE = 24  # the same of words in further columns
FEWEST = 2  # columns: a name and what is said of it

FORMS = (
    Form(),
    Form(stacked=True),
    Form(LONG, stacked=True),
    Form(LONG, stacked=True, named=True),
    Form(SHORT, stacked=True, named=True),
    Form(SHORT, stacked=True, named=True, bare=True),
)
LAST = tuple(Form(longest, stacked=True, named=True, bare=True) for longest in (SHORT, *SHORTEST))


def render(table: Table, room: Any = None) -> str:
    """Return the table as aligned text with a rule under the header and over the total."""
    return "".join(text for _, text in spans(table, room)).removesuffix("\n")


def spans(table: Table, room: Any = None) -> list[Span]:
    """Return the lines of a table with their roles: header, total, note or none.

    In a terminal ``room`` places wide nothing is wider. Headers take two lines first; sizes that were
    rounded get names; long formulas move below, and the kinds of the layers go; then columns go, the least
    needed first; then names are shortened, and last counts go. What was left out is said below.
    """
    if room is not None:
        if not isinstance(room, int) or isinstance(room, bool) or room < LABEL:
            message = f"width must be a whole number of at least {LABEL}, got {room!r}"
            raise ArgumentError(message)
        return _fitted(table, room).spans(room)
    sheet = Sheet(table)
    if sheet.width > WIDE:
        sheet = Sheet(table, Form(longest=LONG))
    return sheet.spans(None)


def _fitted(table: Table, room: int) -> Sheet:
    """Return the table in the first form that is not wider than the room."""
    fewest = table
    for fewest in _without(table, _dispensable(table)):
        sheets = [Sheet(fewest, form, table) for form in FORMS]
        sheets.append(_with_short_prose(sheets[-1], room))
        if found := next((sheet for sheet in sheets if sheet.width <= room), None):
            return found
    for kept in _without(fewest, [column.key for column in reversed(fewest.columns[1:])]):
        for form in LAST:
            sheet = _with_short_names(_with_short_prose(Sheet(kept, form, table), room), room)
            if sheet.width <= room:
                return sheet
    return sheet  # a name and a number that are wider than any terminal


def _dispensable(table: Table) -> Iterator[str]:
    """Yield the keys of columns that tell least, the first to go first."""
    for metric in ("computed", "paper", *DISPENSABLE["page"]):
        yield from (column.key for column in table.columns if column.metric == metric)
    keys = [column.key for column in reversed(table.columns)]
    yield from (key for key in keys if key.startswith("delta_"))
    yield from (
        key for key in keys if f"{key}{AT}" in keys
    )  # formulas that have numbers beside them


def _without(table: Table, going: Iterable[str]) -> Iterator[Table]:
    """Yield the table, then with a column less each time, down to one beside the names."""
    yield table
    keys = [column.key for column in table.columns]
    for key in going:
        if key in keys and len(keys) > FEWEST:
            keys.remove(key)
            yield table.keeping(keys)


def _with_short_prose(sheet: Sheet, room: int) -> Sheet:
    """Return a table with the words behind its first column cut as far as is needed, and as they can be."""
    columns = zip(sheet.widths[1:], sheet.table.columns[1:], strict=True)
    prose = [places for places, column in columns if column.kind == "word"]
    if not prose or sheet.width <= room:
        return sheet
    longest = max(PROSE, max(prose) - (sheet.width - room))
    return Sheet(sheet.given, replace(sheet.form, prose=longest), sheet.whole)


def _with_short_names(sheet: Sheet, room: int) -> Sheet:
    """Return a table with the names in its first column cut in the same way."""
    if sheet.table.columns[0].kind != "word" or sheet.width <= room:
        return sheet
    longest = max(LABEL, sheet.widths[0] - (sheet.width - room))
    return Sheet(sheet.given, replace(sheet.form, names=longest), sheet.whole)
