"""Lays a chain of equal lines out in a width: where it breaks, and where the reasons stand.

All of them stand in a column if there is room; else each behind its line, or below it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from symflops.linebreaks import parted, width_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from symflops.derivations.lines import Line
    from symflops.derivations.media import Pen
    from symflops.derivations.saying import Voice
    from symflops.linebreaks import Part

LONG_NAME = 0.3  # of the width: what stands left of the sign and is longer has a row of its own


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

    def rows(self, lines: tuple[Line, ...]) -> list[Row]:
        """Return the rows of a chain of lines."""
        room = self.room
        name = "" if lines[0].name is None else self.pen.formula(lines[0].name)
        apart = width_of(name, self.pen.medium) > LONG_NAME * room.width
        free = room.width - room.sign
        free -= room.indent if apart else width_of(name, self.pen.medium)
        found = [
            parted(self.pen.formula(line.form), free, medium=self.pen.medium) for line in lines
        ]
        whys = ["" if line.why is None else self.voice.say(line.why) for line in lines]
        widest = max(self.taken(part) for parts in found for part in parts)
        in_column = widest + room.gap + max(map(room.words, whys)) <= free
        rows = [Row("name", name)] if apart else []
        for i, (parts, why) in enumerate(zip(found, whys, strict=True)):
            left = "" if i or apart else name
            kind: Literal["equal", "begun"] = "equal" if name or i else "begun"
            rows.append(Row(kind, parts[0].text, left, indented=apart))
            rows += [
                Row("further", part.text, depth=part.depth, indented=apart) for part in parts[1:]
            ]
            if why and in_column:
                rows[-1] = replace(rows[-1], why=why, in_column=True)
            elif why:
                rows[-1:] = self.reasoned(rows[-1], why, free - self.taken(parts[-1]))
        return rows

    def taken(self, part: Part) -> float:
        """Return how wide a line is."""
        return width_of(part.text, self.pen.medium) + self.room.indent * part.depth

    def reasoned(self, row: Row, why: str, free: float) -> list[Row]:
        """Return a row with its reason behind it, or below."""
        why = f"{self.voice.word('open')}{why}{self.voice.word('close')}"
        if self.room.words(why) + self.room.indent <= free:
            return [replace(row, why=why)]
        return [row, Row("reason", "", indented=row.indented, why=why)]
