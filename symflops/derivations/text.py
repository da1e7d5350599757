"""Sets a derivation in Unicode text for a terminal: sentences, and chains with their equals signs aligned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symflops.derivations.chains import Chain, Room
from symflops.derivations.lines import Line, reason
from symflops.derivations.media import pen, titled
from symflops.derivations.saying import Voice
from symflops.printing import printable, width, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symflops.derivations.chains import Row
    from symflops.derivations.derivation import Derivation

PLACES = 80
INDENT = 2  # before a chain


def text(derivation: Derivation, places: int = PLACES) -> str:
    """Return a derivation as text, no line longer than so many places where it can be broken."""
    return "\n".join(_lines(derivation, places))


def _lines(derivation: Derivation, places: int) -> Iterator[str]:
    writer = pen(derivation, "text")
    voice = Voice(derivation.lang, writer.formula, printable, printable)
    chain = Chain(writer, voice, Room(places - INDENT, 3, 4, 2, width))
    for i, passage in enumerate(derivation.passages):
        if i:
            yield ""
        said = titled(passage, voice, lambda title: title)
        if said:
            yield wrapped(said, places, "")
        yield from _aligned(chain.rows(passage.lines) if passage.lines else [])
    if derivation.where:
        yield ""
        yield voice.say(reason("where"))
        named = (chain.rows((Line(meant, name=name),)) for name, meant in derivation.where)
        yield from _aligned([row for rows in named for row in rows])


def _aligned(rows: list[Row]) -> Iterator[str]:
    """Yield rows with their equals signs, and their reasons, under one another."""
    left = max((width(row.left) for row in rows), default=0)
    written = [_row(row, left) for row in rows]
    column = max((width(line) for line in written), default=0) + 4
    for row, line in zip(rows, written, strict=True):
        space = " " * (column - width(line)) if row.in_column else "  "
        yield f"{line}{space}{row.why}".rstrip() if row.why and row.kind != "reason" else line


def _row(row: Row, left: int) -> str:
    start = " " * (INDENT + row.indented * INDENT)
    if row.kind == "name":
        return f"{' ' * INDENT}{row.formula}"
    before = row.left + " " * (left - width(row.left))
    if row.kind == "begun":
        return start + row.formula
    if row.kind == "equal":
        return f"{start}{before} = {row.formula}"
    deeper = " " * (3 + 2 * row.depth)
    return f"{start}{before}{deeper}{row.why if row.kind == 'reason' else row.formula}"
