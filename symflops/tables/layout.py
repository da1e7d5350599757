"""How a table is laid out in LaTeX: its header, and how wide and high it is, so that it fits its line."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from symflops.tables.breaking import INDENT, TALL, breakable, line_count
from symflops.tables.setting import Setting
from symflops.tables.table import AT, groups
from symflops.tables.widths import SIZES, cell_width

if TYPE_CHECKING:
    from symflops.tables.table import Column
    from symflops.tables.widths import Size

HEIGHT = 545.0  # points for a float, of the 550 of a page
GAPS = (12.0, 8.0, 6.0)  # points between columns: as LaTeX has it, less, and the least
SAFETY = 1.005
SPACE = 5.0  # points of \addlinespace
ITALIC = 1.04  # what a heading in italics is wider than in upright letters
HEAD = "MAC, 1 per"  # details under a header are set as narrow as this, or narrower if need be
FEW_LINES = 2  # of a note under a table that is narrower
NARROWEST = 60.0  # points of a column whose cells take several lines
NOTE_SHARE = 0.62  # of the line: notes are never set narrower
SMALLEST = SIZES["scriptsize"]
NOTE_SIZE = SIZES["footnotesize"]


@dataclass(frozen=True)
class Layout(Setting):
    """A table as it is set, with its header and its measures."""

    dropped: tuple[str, ...] = ()
    unfolded: int = 0  # rows of the table before it was folded

    @property
    def lines(self) -> list[list[str]]:
        """Return the cells as they are printed: words that take several lines say where they may break."""
        place = self.wrapped
        if place is None:
            return self.cells
        room = self.columns[place]
        return [
            [
                *row[:place],
                rf"\raggedright\hangindent=1em {breakable(row[place], room - INDENT, self.size)}",
                *row[place + 1 :],
            ]
            for row in self.cells
        ]

    @cached_property
    def reopened(self) -> list[int]:
        """The lines that follow a section without a heading of their own."""
        roles = [line.role for line in self.table.printed]
        before = zip(("row", *roles), roles, strict=False)
        kept = [(one, role) for one, role in before if role != "heading"]
        return [i for i, pair in enumerate(kept) if pair == ("subtotal", "row")]

    # header

    @cached_property
    def headers(self) -> list[list[str]]:
        """Return the header lines: names first, then details, broken only where there is no room."""
        free = self.options.width - self.least_gap * (len(self.table.columns) - 1)
        for least in (free, cell_width(HEAD).at(self.size), 0.0):
            stacks = [
                [*self._over(column, max(room, least)), *self._below(column, max(room, least))]
                for column, room in zip(self.table.columns, self.rooms, strict=True)
            ]
            heads = [max(cell_width(cell).at(self.size) for cell in stack) for stack in stacks]
            if sum(map(max, heads, self.rooms)) * SAFETY <= free:
                break
        return [list(line) for line in itertools.zip_longest(*stacks, fillvalue="")]

    @cached_property
    def groups(self) -> list[tuple[list[str], int]]:
        """What stands over the names, from left to right, in lines, and over how many columns; nothing over some."""
        found, start = [], 0
        for group, run in groups(self.table.columns):
            start += len(run)
            rooms = self.rooms[start - len(run) : start]
            lines = self._stacked(group, sum(rooms) + self.least_gap * (len(run) - 1))
            if group:
                marks = self.words(self.table.marked((), run[0].group_notes))
                lines[-1] += marks
            found.append((lines, len(run)))
        return found if any(lines for lines, _ in found) else []

    @cached_property
    def rooms(self) -> list[float]:
        """The widths of the columns below the header, by estimate."""
        return [max(width.at(self.size) for width in widths) for widths in self.body.widths]

    def _over(self, column: Column, room: float) -> list[str]:
        """Return the name of a column with the marks of its notes, under a group in several lines."""
        if not column.group or column.values:
            return [self.words(self.table.marked(column.parts, column.notes))]
        *lines, last = self._stacked(column.header, room)
        marks = self.words(self.table.marked((), column.notes))
        return [*lines, f"{last}{marks}"]

    def _below(self, column: Column, room: float) -> list[str]:
        """Return what stands under a name, in as few lines as its words and the room allow."""
        sign = "%" if column.kind == "share" else self.scales.get(column.key, ("", 0))[0]
        detail = ", ".join(filter(None, (sign, column.detail)))
        return self._stacked(f"({detail})" if detail else "", room)

    def _stacked(self, text: str, room: float) -> list[str]:
        """Return words in as few lines as they and the room allow."""
        lines: list[str] = []
        words = [self.options.escape(word) for word in text.split()]
        room = max([room, *(cell_width(word).at(self.size) for word in words)])
        for word in words:
            joined = f"{lines[-1]} {word}" if lines else word
            if lines and cell_width(joined).at(self.size) <= room:
                lines[-1] = joined
            else:
                lines.append(word)
        return lines

    # measures

    @cached_property
    def columns(self) -> list[float]:
        """The width of each column, by estimate."""
        heads = zip(*self.headers, strict=True)
        tops = [max(cell_width(cell).at(self.size) for cell in head) for head in heads]
        widths = [max(top, room) * SAFETY for top, room in zip(tops, self.rooms, strict=True)]
        start = 0
        for lines, count in self.groups:
            start += count
            over = max((cell_width(line).at(self.size) for line in lines), default=0)
            under = sum(widths[start - count : start]) + self.least_gap * (count - 1)
            # TeX makes the last column wider where its group is
            widths[start - 1] += max(0, over * SAFETY - under)
        if self.wrapped is not None:
            gaps = self.least_gap * (len(widths) - 1)
            free = self.options.width - gaps - sum(widths) + widths[self.wrapped]
            widths[self.wrapped] = max(NARROWEST, min(free - 1, widths[self.wrapped]))
        return widths

    @cached_property
    def wrapped(self) -> int | None:
        """The column whose cells take several lines, if any: that with the longest words."""
        if not self.form.wrapped:
            return None
        lengths = {
            i: max(len(str(row[i])) for row in self.table.lines)
            for i, column in enumerate(self.table.columns)
            if column.kind == "word"
        }
        return max(lengths, key=lambda i: lengths[i], default=None)

    @cached_property
    def heights(self) -> list[float]:
        """The height of each line of the table, by estimate."""
        counts = [1.5 if any(map(TALL.search, row)) else 1.0 for row in self.cells]
        if self.wrapped is not None:
            words, room = self.wrapped, self.columns[self.wrapped]
            counts = [
                max(count, line_count(row[words], room, self.size))
                for count, row in zip(counts, self.cells, strict=True)
            ]
        heights = [count * self.size.baseline for count in counts]
        for place in self.headings:
            heights[place] += self.size.baseline + SPACE
        for place in self.reopened:
            heights[place] += SPACE
        return heights

    @property
    def least_gap(self) -> float:
        """The least space between two columns."""
        return GAPS[-1] if self.size is SMALLEST else GAPS[1]

    @cached_property
    def gap(self) -> float:
        """The space between two columns: as much as there is room for."""
        room = (self.options.width - sum(self.columns)) / max(1, len(self.columns) - 1)
        return max(self.least_gap, min(GAPS[0], room // 0.5 * 0.5))

    @property
    def least(self) -> float:
        """What the cells alone take, unless they may take several lines."""
        gaps = self.least_gap * (len(self.table.columns) - 1)
        return 0 if self.form.wrapped else sum(self.rooms) * SAFETY + gaps

    @cached_property
    def width(self) -> float:
        """The width of the table, by estimate."""
        columns = sum(self.columns) + self.gap * (len(self.columns) - 1)
        headings = (cell_width(text).at(self.size) * ITALIC for text in self.headings.values())
        return max(columns, *headings, 0)

    @property
    def is_narrow(self) -> bool:
        """Whether the table is too narrow for notes of its own width: one would take more than two lines there."""
        if self.width >= NOTE_SHARE * self.options.width:
            return False
        return any(line_count(note, self.width, self.note_size) > FEW_LINES for note in self.notes)

    @property
    def note_width(self) -> float:
        """The width of the notes: that of the table, unless it is very narrow."""
        return NOTE_SHARE * self.options.width if self.is_narrow else self.width

    @property
    def note_size(self) -> Size:
        """The type size of the notes, never larger than the table's."""
        return min(self.size, NOTE_SIZE, key=lambda size: size.baseline)

    @property
    def height(self) -> float:
        """The height of a float with the whole table, by estimate."""
        return self.around + sum(self.heights) + self.notes_height

    @cached_property
    def around(self) -> float:
        """The height of the caption, the header and the rules, by estimate."""
        rules, caption = 15.0, 0.0
        if self.options.caption is not None:
            long = (
                cell_width(self.options.escape(self.options.caption)).at(SIZES["normalsize"]) + 50
            )
            caption = 15 + 12 * (1 + long // (0.9 * self.options.width))
        lines = len(self.headers) + max((len(over) for over, _ in self.groups), default=0)
        return rules + caption + lines * self.size.baseline

    @cached_property
    def notes_height(self) -> float:
        """The height of the notes, by estimate."""
        room = self.note_width
        lines = sum(line_count(note, room, self.note_size) for note in self.notes)
        return 6 + lines * self.note_size.baseline if lines else 0

    @property
    def said(self) -> list[str]:
        """What was chosen, in words."""
        scaled = any(letter for letter, _ in self.scales.values())
        rows = len(self.table.rows)
        left = {column.key for column in self.table.columns}
        formulas = [key for key in self.dropped if f"{key}{AT}" in left]
        gone = [key for key in self.dropped if key not in formulas]
        folded = f"folded from {self.unfolded} to {rows} rows (all: longtable=True)"
        return [
            f"\\{self.size.name}",
            *(["counts scaled"] if scaled else []),
            *([f"{self.form.names} sizes named"] if self.form.names else []),
            *(["long formulas below"] if self.moved else []),
            *([f"without the column {', '.join(gone)}"] if gone else []),
            *([f"without the formulas of {', '.join(formulas)}"] if formulas else []),
            *(["layers without their kinds"] if self.form.bare else []),
            *(["words on several lines"] if self.wrapped is not None else []),
            *([folded] if self.unfolded > rows else []),
        ]
