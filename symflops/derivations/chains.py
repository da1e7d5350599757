"""Lays a chain of equal lines out in a width: where it breaks, and where the reasons stand.

All of them stand in a column if there is room; else each behind its line, or below it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from symflops.derivations.lines import Passage
from symflops.errors import ArgumentError
from symflops.linebreaks import parted, width_of
from symflops.printed import without_wide_fractions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from symflops.derivations.lines import Line
    from symflops.derivations.media import Pen
    from symflops.derivations.saying import Voice
    from symflops.linebreaks import Part
    from symflops.typeset.forms import Form

MOST_BROKEN = 2  # more rows than these are saved by a row for the name


@dataclass(frozen=True)
class Row:
    """One row of a chain, by its kind.

    ``"equal"`` is a formula behind an equals sign, with the name at the left of the first; ``"begun"`` the
    first formula of a chain that has no name; ``"further"`` goes on with the row above, within ``depth``
    parentheses; ``"name"`` and ``"reason"`` are those alone. ``indented`` rows stand under a name.
    """

    kind: Literal["equal", "begun", "further", "name", "reason"]
    formula: str
    left: str = ""
    depth: int = 0
    indented: bool = False
    why: str = ""
    in_column: bool = False
    room: float = 0  # for a reason that is alone


@dataclass(frozen=True)
class Room:
    """How much there is, in points or places: for all, for the sign, before a reason, and for an indent."""

    width: float
    sign: float
    gap: float
    indent: float
    words: Callable[[str], float]  # how wide a text is


class Chain:
    """Lays out the chains of a derivation in one medium."""

    def __init__(self, pen: Pen, voice: Voice, room: Room) -> None:
        self.pen, self.voice, self.room = pen, voice, room
        self.said: set[str] = set()
        self.names: dict[int, str] = {}  # of lines
        self.parts: dict[tuple[int, float], list[Part]] = {}
        self.lines: list[Line] = []  # kept, so that no other has its id

    def blocks(self, lines: Iterable[Line]) -> Iterator[list[Row]]:
        """Yield rows of lines that are aligned with one another; a line with a name begins a chain.

        Chains are aligned together unless one would have to be broken for another's long name.
        """
        block: list[Line] = []
        lines = tuple(lines)
        self.lines += lines
        for chain in Passage(lines).chains:
            apart = self.is_apart(chain)
            longer = [*block, *chain]
            if block and (apart or self.count(longer) > self.count(block) + self.count(chain)):
                yield self.rows(block)
                block, longer = [], list(chain)
            if apart:
                yield self.rows(chain, apart=True)
            else:
                block = longer
        if block:
            yield self.rows(block)

    def is_apart(self, chain: tuple[Line, ...]) -> bool:
        """Say whether a name has a row of its own: one that is very long, or to save rows."""
        place, room = self.place(chain[0]), self.room
        if place == 0 or place > room.width / 2:
            return place > 0
        return self.count(chain) - self.count(chain, room.indent) > MOST_BROKEN

    def count(self, lines: Sequence[Line], left: float | None = None) -> float:
        """Return how many rows formulas take, with so much taken on the left."""
        left = max(map(self.place, lines)) if left is None else left
        free = self.room.width - self.room.sign
        reasons = (self.room.words(self.parenthesis(self.why(line))) for line in lines)
        if any(free - left < reason <= free - self.room.indent for reason in reasons):
            return math.inf  # below a name of its own the reason has room
        try:
            return sum(len(self.broken(line, left)) for line in lines)
        except ArgumentError:  # a part of one is wider than what is left
            return math.inf

    def broken(self, line: Line, left: float) -> list[Part]:
        """Return the formula of a line in parts no wider than there is room, remembered."""
        key = id(line), left
        if key not in self.parts:
            room = self.room.width - self.room.sign - left
            try:
                self.parts[key] = self.fitted(line.form, room)
            except ArgumentError:
                flat = without_wide_fractions(line.form, self.pen.order)
                self.parts[key] = self.fitted(flat, room)
        return self.parts[key]

    def fitted(self, form: Form, room: float) -> list[Part]:
        """Return a form in parts no wider than there is room."""
        return parted(self.pen.formula(form), room, medium=self.pen.medium)

    def name(self, line: Line) -> str:
        """Return what stands left of the sign, remembered."""
        if id(line) not in self.names:
            self.names[id(line)] = "" if line.name is None else self.pen.formula(line.name)
        return self.names[id(line)]

    def place(self, line: Line) -> float:
        """Return how wide a name is."""
        return width_of(self.name(line), self.pen.medium)

    def rows(self, block: Sequence[Line], *, apart: bool = False) -> list[Row]:
        """Return the rows of a block; with names ``apart``, in rows of their own."""
        room = self.room
        left = room.indent if apart else max(map(self.place, block))
        free = room.width - room.sign - left
        found = [self.broken(line, left) for line in block]
        whys = []
        for line in block:
            why = self.why(line)
            self.said.add(why)
            whys.append(why)
        widest = max(self.taken(part) for parts in found for part in parts)
        in_column = not apart and widest + room.gap + max(map(room.words, whys)) <= free
        rows: list[Row] = []
        for line, parts, why in zip(block, found, whys, strict=True):
            name = self.name(line)
            if name and apart:
                rows.append(Row("name", name))
            kind: Literal["equal", "begun"] = "equal" if name or rows else "begun"
            rows.append(Row(kind, parts[0].text, "" if apart else name, indented=apart))
            rows += [
                Row("further", part.text, depth=part.depth, indented=apart) for part in parts[1:]
            ]
            if why and in_column:
                rows[-1] = replace(rows[-1], why=why, in_column=True)
            elif why:
                rows[-1:] = self.reasoned(rows[-1], why, free, self.taken(parts[-1]))
        return rows

    def why(self, line: Line) -> str:
        """Return the reason of a line; one that was given before is not given again."""
        why = "" if line.why is None else self.voice.say(line.why)
        return "" if why in self.said else why

    def parenthesis(self, why: str) -> str:
        """Return a reason as it stands behind a formula."""
        return f"{self.voice.word('open')}{why}{self.voice.word('close')}" if why else ""

    def taken(self, part: Part) -> float:
        """Return how wide a line is."""
        return width_of(part.text, self.pen.medium) + self.room.indent * part.depth

    def reasoned(self, row: Row, why: str, free: float, taken: float) -> list[Row]:
        """Return a row with its reason behind it, or below."""
        why = self.parenthesis(why)
        if taken + self.room.indent + self.room.words(why) <= free:
            return [replace(row, why=why)]
        return [row, Row("reason", "", indented=row.indented, why=why, room=free)]
