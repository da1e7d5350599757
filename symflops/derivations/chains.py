"""Lays a chain of equal lines out in a width: where it breaks, and where the reasons stand.

All of them stand in a column if there is room; else each behind its line, or below it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from symflops.derivations.lines import Passage
from symflops.errors import ArgumentError
from symflops.linebreaks import parted, width_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from symflops.derivations.lines import Line
    from symflops.derivations.media import Pen
    from symflops.derivations.saying import Voice
    from symflops.linebreaks import Part

LONG_NAME = 0.3  # of the width; names that are longer would narrow the lines of others
MOST_SAVED = 0.75  # of the rows are left if a name has a row of its own
SHORT, LONG, APART = range(3)


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

    def blocks(self, lines: Iterable[Line]) -> Iterator[list[Row]]:
        """Yield rows of lines that are aligned with one another; a line with a name begins a chain.

        Names that are short, or long, are aligned together; one in a row of its own by itself.
        """
        for kind, chains in groupby(Passage(tuple(lines)).chains, self.kind):
            alike = list(chains)
            try:
                together = kind != APART and self.rows([line for c in alike for line in c])
            except ArgumentError:  # beside the longest of the names another's formula is too wide
                together = False
            yield from [together] if together else (self.rows(c, apart=True) for c in alike)

    def kind(self, chain: tuple[Line, ...]) -> int:
        """Say whether a chain has a short name, a long one, or one in a row of its own, which saves others."""
        place, room = self.place(chain[0]), self.room
        if place == 0:
            return SHORT
        try:
            beside, under = (
                sum(len(self.broken(line, room.width - room.sign - left)) for line in chain)
                for left in (place, room.indent)
            )
        except ArgumentError:
            return APART
        if place > room.width / 2 or under < MOST_SAVED * beside:
            return APART
        return LONG if place > LONG_NAME * room.width else SHORT

    def broken(self, line: Line, room: float) -> list[Part]:
        """Return the formula of a line in parts no wider than there is room."""
        return parted(self.pen.formula(line.form), room, medium=self.pen.medium)

    def name(self, line: Line) -> str:
        """Return what stands left of the sign."""
        return "" if line.name is None else self.pen.formula(line.name)

    def place(self, line: Line) -> float:
        """Return how wide a name is."""
        return width_of(self.name(line), self.pen.medium)

    def rows(self, block: Sequence[Line], *, apart: bool = False) -> list[Row]:
        """Return the rows of a block; with names ``apart``, in rows of their own."""
        room = self.room
        free = room.width - room.sign - (room.indent if apart else max(map(self.place, block)))
        found = [self.broken(line, free) for line in block]
        whys = list(map(self.why, block))
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
                rows[-1:] = self.reasoned(rows[-1], why, free - self.taken(parts[-1]))
        return rows

    def why(self, line: Line) -> str:
        """Return the reason of a line; one that was given before is not given again."""
        why = "" if line.why is None else self.voice.say(line.why)
        if why in self.said:
            return ""
        self.said.add(why)
        return why

    def taken(self, part: Part) -> float:
        """Return how wide a line is."""
        return width_of(part.text, self.pen.medium) + self.room.indent * part.depth

    def reasoned(self, row: Row, why: str, free: float) -> list[Row]:
        """Return a row with its reason behind it, or below."""
        why = f"{self.voice.word('open')}{why}{self.voice.word('close')}"
        if self.room.words(why) + self.room.indent <= free:
            return [replace(row, why=why)]
        return [row, Row("reason", "", indented=row.indented, why=why)]
