"""A table as aligned text, in a form: what stands in its cells, how wide it is, and its lines."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from symflops.output.printing import printable, shortened, width, wrapped
from symflops.tables.cells import formula, size, words, written_cell
from symflops.tables.shorthand import moved, nameable, with_names
from symflops.tables.table import LEFT, Label, groups

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sympy

    from symflops.output.terminal import Span
    from symflops.tables.table import Column, Table

GAP = 2  # spaces between columns
INDENT = "  "  # of rows that stand under a heading

Cells = list[str]


@dataclass(frozen=True)
class Form:
    """How a table is written, as it is or smaller."""

    longest: int | None = None  # places of a formula that stays in its cell
    stacked: bool = False  # what stands in parentheses in a header is below it
    named: bool = False  # sizes that were rounded have names
    bare: bool = False  # layers without their kinds
    names: int | None = None  # places of a name in the first column
    prose: int | None = None  # places of words in a further one


@dataclass(frozen=True)
class Sheet:
    """A table written in a form; ``whole`` is the table with all of its columns, where some may be missing."""

    given: Table
    form: Form = Form()
    whole: Table | None = None

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
    def header(self) -> list[Cells]:
        """The lines of the header, without the groups of columns over them."""
        table, columns = self.table, self.table.columns
        if not self.form.stacked or not any(column.detail for column in columns):
            return [[plain(table, table.marked(c.stacked, c.notes)) for c in columns]]
        return [
            [plain(table, table.marked(column.parts, column.notes)) for column in columns],
            [printable(f"({column.detail})") if column.detail else "" for column in columns],
        ]

    @cached_property
    def body(self) -> list[Cells]:
        """The cells of each line; a heading is one across all columns."""
        return [
            [self.name(line.cells[0], line.role)]
            if line.role == "heading"
            else [self.cell(i, value, line.role) for i, value in enumerate(line.cells)]
            for line in self.table.printed
        ]

    def cell(self, place: int, value: Any, role: str) -> str:
        """Write one cell."""
        column = self.table.columns[place]
        if place == 0 and column.kind == "word":
            return self.name(value, role)
        if column.kind != "word" and value in self.names:
            return _name(*self.names[value])
        text = cell(self.table, column, value)
        if column.kind != "word" or self.form.prose is None:
            return text
        return shortened(text, self.form.prose)

    def name(self, value: Any, role: str) -> str:
        """Write what a line is called, so that it fits its column."""
        text, indent = self.label(value), INDENT if role in ("inside", "subtotal") else ""
        if self.form.names is None:
            return indent + text
        return indent + shortened(text, self.form.names - len(indent), self.head)

    def label(self, value: Any) -> str:
        """Write what a line is called, in full."""
        is_bare = self.form.bare and isinstance(value, Label)
        return plain(self.table, value.bare if is_bare else value)

    @cached_property
    def head(self) -> int:
        """The places that a shortened name begins with: those that keep the most names apart."""
        names = [self.label(line.cells[0]) for line in self.table.printed]
        room = self.form.names or 0
        heads = sorted(range(room), key=lambda head: abs(head - room // 2))
        return max(heads, key=lambda head: len({shortened(name, room, head) for name in names}))

    @cached_property
    def widths(self) -> list[int]:
        """The places of each column; the last of a group has room for what stands over it."""
        rows = [cells for cells in self.body if len(cells) == len(self.table.columns)]
        widths = [max(map(width, column)) for column in zip(*self.header, *rows, strict=True)]
        for text, start, stop in self.groups:
            widths[stop - 1] += max(0, width(text) - _across(widths[start:stop]))
        return widths

    @cached_property
    def groups(self) -> list[tuple[str, int, int]]:
        """What stands over several columns, with the first of them and the one behind the last."""
        found, start = [], 0
        for group, columns in groups(self.table.columns):
            if group:
                text = plain(self.table, self.table.marked((group,), columns[0].group_notes))
                found.append((text, start, start + len(columns)))
            start += len(columns)
        return found

    @cached_property
    def width(self) -> int:
        """The places of a line."""
        headings = (width(cells[0]) for cells in self.body if len(cells) == 1)
        return max(_across(self.widths), *headings, 0)

    def spans(self, room: int | None) -> list[Span]:
        """Return the lines with their roles, notes wrapped to a room."""
        rule = "─" * self.width
        found = [("header", text) for text in self.over()]
        found += [("header", self.line(cells)) for cells in self.header] + [("", rule)]
        for line, cells in zip(self.table.printed, self.body, strict=True):
            found += [("", rule)] if line.role == "total" else []
            text = cells[0] if line.role == "heading" else self.line(cells)
            found.append(("header" if line.role == "heading" else line.role, text))
        found += [("note", text) for text in self.below(room)]
        return [(role if role in ROLES else "", f"{text}\n") for role, text in found]

    def over(self) -> Iterator[str]:
        """Yield what stands over groups of columns, each in the middle of its own and over a rule."""
        above = below = ""
        for text, start, stop in self.groups:
            before = _across(self.widths[:start]) + (GAP if start else 0)
            places = _across(self.widths[start:stop])
            above += " " * (before - width(above) + (places - width(text)) // 2) + text
            below += " " * (before - width(below)) + "─" * places
        yield from (above, below) if above else ()

    def line(self, cells: Cells) -> str:
        """Return cells side by side, words from the left and numbers from the right."""
        placed = []
        for column, text, places in zip(self.table.columns, cells, self.widths, strict=True):
            space = " " * (places - width(text))
            placed.append(text + space if column.kind in LEFT else space + text)
        return (" " * GAP).join(placed).rstrip()

    def below(self, room: int | None) -> Iterator[str]:
        """Yield the notes, the formulas that have names, and what was left out, wrapped to a room."""
        yield from (wrapped(plain(self.table, note), room) for note in self.table.below)
        for expr, name in self.names.items():
            defined = f"{_name(*name)} = {formula(self.table, expr, 'text')}"
            yield wrapped(defined, room, formula=True)
        if missing := self.missing():
            said = f"Left out for a width of {room}: {'; '.join(missing)}."
            yield wrapped(printable(said), room)

    def missing(self) -> list[str]:
        """Return what was left out so that the table fits."""
        if self.whole is None:
            return []
        kept = {column.key for column in self.given.columns}
        gone = [column.title for column in self.whole.columns if column.key not in kept]
        labels = (line.cells[0] for line in self.table.printed)
        has_kinds = any(isinstance(a, Label) and a.bare.kind != a.kind for a in labels)
        is_cut = self.form.names is not None or self.form.prose is not None
        return [
            *(["kinds of layers"] if self.form.bare and has_kinds else []),
            *([f"{'column' if len(gone) == 1 else 'columns'} {', '.join(gone)}"] if gone else []),
            *(["parts of names"] if is_cut else []),
        ]


#: The lines that a terminal may show in another way.
ROLES = ("header", "total", "note")


def _across(widths: list[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1) if widths else 0


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
