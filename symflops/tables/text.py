"""The renderer for terminals: aligned text, and what gives way where it is too wide for one."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from symflops.printing import printable, shortened, width, wrapped
from symflops.tables.fitting import DISPENSABLE
from symflops.tables.shorthand import moved, nameable, with_names
from symflops.tables.table import LEFT, Label, formula, size, words, written_cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import sympy

    from symflops.tables.table import Column, Table
    from symflops.terminal import Span

GAP = 2  # spaces between columns
INSET = "  "  # in front of what stands under a heading
WIDE = 120  # places: a table that is wider moves its long formulas below
LONG = 32  # places of a formula that stays
SHORT = 24  # the same where a table must fit
SHORTEST = (16, 12)  # the same before a column of counts goes
LABEL = 12  # places that a shortened name has at least
PROSE = 16  # the same of words in further columns
FEWEST = 2  # columns: a name and what is said of it


def render(table: Table, room: int | None = None) -> str:
    """Return the table as aligned text with a rule under the header and over the total."""
    return "".join(text for _, text in spans(table, room)).removesuffix("\n")


def spans(table: Table, room: int | None = None) -> list[Span]:
    """Return the lines of a table with their roles: header, total, note or none.

    In a terminal ``room`` places wide nothing is wider. Headers take two lines first; sizes that were
    rounded get names; long formulas move below, and the kinds of the layers go; then columns go, the least
    needed first; then words are shortened, and last counts go. What was left out is said below.
    """
    if room is None:
        sheet = Sheet(table)
        if sheet.width > WIDE:
            sheet = Sheet(table, Form(longest=LONG))
        return sheet.spans(None)
    return fitted(table, room).spans(room)


@dataclass(frozen=True)
class Form:
    """How a table is written, as it is or smaller."""

    longest: int | None = None  # places of a formula that stays in its cell
    stacked: bool = False  # what stands in parentheses in a header is below it
    named: bool = False  # sizes that were rounded have names
    bare: bool = False  # layers without their kinds
    names: int | None = None  # places of a name in the first column
    prose: int | None = None  # places of words in a further one


FORMS = (
    Form(),
    Form(stacked=True),
    Form(LONG, stacked=True),
    Form(LONG, stacked=True, named=True),
    Form(SHORT, stacked=True, named=True),
    Form(SHORT, stacked=True, named=True, bare=True),
)
LAST = tuple(Form(longest, stacked=True, named=True, bare=True) for longest in (SHORT, *SHORTEST))


def fitted(table: Table, room: int) -> Sheet:
    """Return the table in the first form that is not wider than the room."""
    fewest = table
    for fewest in _without_some(table):
        sheets = (Sheet(fewest, form, table) for form in FORMS)
        if found := next((sheet for sheet in sheets if sheet.width <= room), None):
            return found
    for kept in _without_counts(fewest):
        sheets = (Sheet(kept, form, table).shortened(room) for form in LAST)
        if found := next((sheet for sheet in sheets if sheet.width <= room), None):
            return found
    return Sheet(kept, replace(LAST[-1], names=LABEL, prose=PROSE), table)


def _without_some(table: Table) -> Iterator[Table]:
    """Yield the table, then with a column less each time, of those that tell least."""
    differences = [column.key for column in table.columns if column.key.startswith("delta_")]
    yield from _narrowed(table, [*DISPENSABLE["page"], *reversed(differences)])


def _without_counts(table: Table) -> Iterator[Table]:
    """Yield the table, then without its last column each time, down to one beside the names."""
    yield from _narrowed(table, [column.key for column in reversed(table.columns[1:])])


def _narrowed(table: Table, going: Sequence[str]) -> Iterator[Table]:
    yield table
    keys = [column.key for column in table.columns]
    for key in going:
        if key in keys and len(keys) > FEWEST:
            keys.remove(key)
            yield table.keeping(keys)


@dataclass(frozen=True)
class Sheet:
    """A table written in a form: its header, its cells, and how wide its columns are."""

    given: Table
    form: Form = Form()
    whole: Table | None = None  # with all of its columns

    @cached_property
    def table(self) -> Table:
        """The table with names for sizes, where the form has them."""
        if not self.form.named:
            return self.given
        return with_names(self.given, nameable(self.given, "rounded", self.whole))

    @cached_property
    def names(self) -> dict[sympy.Expr, tuple[str, str]]:
        """The formulas that stand below."""
        longest = self.form.longest
        if longest is None:
            return {}
        return moved(self.table, lambda expr: width(formula(self.table, expr, "text")) > longest)

    @cached_property
    def header(self) -> list[list[str]]:
        """The lines of the header."""
        table, columns = self.table, self.table.columns
        if not self.form.stacked or not any(column.detail or column.group for column in columns):
            return [[plain(table, table.header(column)) for column in columns]]
        stacks = [table.stack(column) for column in columns]
        return [[plain(table, part) for part in line] for line in zip(*stacks, strict=True)]

    @cached_property
    def body(self) -> list[list[str]]:
        """The cells of all lines; what stands under a heading is set in."""
        return [
            [self.cell(i, value, line.inset if i == 0 else 0) for i, value in enumerate(line.cells)]
            for line in self.table.printed
        ]

    def cell(self, place: int, value: Any, inset: int = 0) -> str:
        """Write one cell."""
        column, form = self.table.columns[place], self.form
        if column.kind != "word":
            return (
                _name(*self.names[value])
                if value in self.names
                else cell(self.table, column, value)
            )
        if place == 0:
            text, start = self.label(value), INSET * inset
            if form.names is not None:
                text = shortened(text, form.names - width(start), self.head)
            return start + text
        text = cell(self.table, column, value)
        return text if form.prose is None else shortened(text, form.prose)

    def label(self, value: Any) -> str:
        """Write what a row is called."""
        if self.form.bare and isinstance(value, Label):
            value = value.bare
        return plain(self.table, value)

    @cached_property
    def head(self) -> int:
        """The places that a shortened name begins with: those that keep the most names apart."""
        names, room = [self.label(row[0]) for row in self.table.lines], self.form.names or 0
        heads = (room // 2, room // 4, 1)
        return max(heads, key=lambda head: len({shortened(name, room, head) for name in names}))

    @cached_property
    def widths(self) -> list[int]:
        """The places of each column."""
        body = [cells for cells in self.body if len(cells) == len(self.table.columns)]
        return [max(map(width, column)) for column in zip(*self.header, *body, strict=True)]

    @cached_property
    def width(self) -> int:
        """The places of a line."""
        return sum(self.widths) + GAP * (len(self.widths) - 1)

    def shortened(self, room: int) -> Sheet:
        """Return the table with its words cut as far as is needed, and as they can be."""
        sheet = self
        kinds = [column.kind for column in self.table.columns]
        prose = [
            places
            for places, kind in zip(self.widths[1:], kinds[1:], strict=True)
            if kind == "word"
        ]
        if prose and sheet.width > room:
            longest = max(PROSE, max(prose) - (sheet.width - room))
            sheet = replace(sheet, form=replace(sheet.form, prose=longest))
        if kinds[0] == "word" and sheet.width > room:
            longest = max(LABEL, sheet.widths[0] - (sheet.width - room))
            sheet = replace(sheet, form=replace(sheet.form, names=longest))
        return sheet

    def spans(self, room: int | None) -> list[Span]:
        """Return the lines with their roles."""
        rule = "─" * self.width
        found = [("header", self.line(cells)) for cells in self.header]
        found.append(("", rule))
        for line, cells in zip(self.table.printed, self.body, strict=True):
            if line.role == "heading":
                found.append(("", shortened(cells[0], self.width)))
                continue
            found += [("", rule)] if line.role == "total" else []
            found.append(("total" if line.role == "total" else "", self.line(cells)))
        below = [
            f"{_name(*name)} = {formula(self.table, expr, 'text')}"
            for expr, name in self.names.items()
        ]
        notes = itertools.chain((plain(self.table, note) for note in self.table.below), below)
        found += [("note", wrapped(note, room)) for note in (*notes, *self.said(room))]
        return [(role, f"{text}\n") for role, text in found]

    def line(self, cells: list[str]) -> str:
        """Return cells side by side, words from the left and numbers from the right."""
        placed = []
        for column, text, places in zip(self.table.columns, cells, self.widths, strict=True):
            space = " " * (places - width(text))
            placed.append(text + space if column.kind in LEFT else space + text)
        return (" " * GAP).join(placed).rstrip()

    def said(self, room: int | None) -> list[str]:
        """Say what was left out so that the table fits."""
        if self.whole is None:
            return []
        kept = {column.key for column in self.given.columns}
        gone = [column.title for column in self.whole.columns if column.key not in kept]
        cut = self.form.names is not None or self.form.prose is not None
        parts = [
            *(["kinds of layers"] if self.form.bare and self.has_kinds else []),
            *([f"{'column' if len(gone) == 1 else 'columns'} {', '.join(gone)}"] if gone else []),
            *(["parts of names"] if cut else []),
        ]
        return [printable(f"Left out for a width of {room}: {'; '.join(parts)}.")] if parts else []

    @cached_property
    def has_kinds(self) -> bool:
        """Whether labels name the kinds of their layers."""
        labels = (row[0] for row in self.table.lines if isinstance(row[0], Label))
        return any(label.path and label.kind for label in labels)


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
