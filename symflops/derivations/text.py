"""Sets a derivation in Unicode text for a terminal: sentences, and chains with their equals signs aligned."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from symflops.derivations.chains import Chain, Room
from symflops.derivations.lines import Line, reason
from symflops.derivations.media import pen, told, where
from symflops.derivations.saying import Voice
from symflops.output.printing import printable, width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from symflops.derivations.chains import Row
    from symflops.derivations.derivation import Derivation

PLACES = 80
INDENT = 2  # places before a chain
SIGN, GAP = 3, 4  # places of a sign, and before a column of reasons
SHORT = 40  # places of a formula that stays on one line of a sentence
#: What stays on one line: a word or a character with the marks and the space behind it.
WORD = re.compile(
    r"(?:[\u2e80-\u2fff\u3040-\u9fff]|[^ \u2e80-\u2fff\u3040-\u9fff]+)[，。：；、）]* *"
)
KEPT = "\N{NO-BREAK SPACE}"


def text(derivation: Derivation, places: int = PLACES) -> str:
    """Return a derivation as text, no line longer than so many places where it can be broken."""
    return "\n".join(_lines(derivation, places))


def _lines(derivation: Derivation, places: int) -> Iterator[str]:
    writer = pen(derivation, "text")

    def inline(part: Any) -> str:
        formula = writer.inline(part)
        return formula.replace(" ", KEPT) if width(formula) <= SHORT else formula

    voice = Voice(derivation.lang, inline, printable, printable, printable)
    chain = Chain(writer, voice, Room(places - INDENT, SIGN, GAP, INDENT, width))
    for i, (said, lines) in enumerate(told(derivation.passages, voice, str)):
        if i:
            yield ""
        if said:
            yield from (line.replace(KEPT, " ") for line in filled(said, places))
        yield from _aligned(chain, lines)
    sizes, alike = where(derivation)
    if sizes:
        yield ""
        yield voice.say(reason("where"))
        yield from _aligned(chain, (Line(meant, name=name) for name, meant in sizes))
    if alike:
        yield from (line.replace(KEPT, " ") for line in filled(voice.clauses(alike), places))


def filled(text: str, places: int) -> Iterator[str]:
    """Yield the lines of a paragraph: broken between words, and between Chinese characters.

    >>> list(filled("每个输出是 3 项的内积。", 12))
    ['每个输出是 3', '项的内积。']
    """
    line = ""
    for piece in WORD.findall(text):
        if line and width(line + piece.rstrip()) > places:
            yield line.rstrip()
            line = ""
        line += piece if line else piece.lstrip()
    yield line.rstrip()


def _aligned(chain: Chain, lines: Iterable[Line]) -> Iterator[str]:
    """Yield lines with their equals signs, and their reasons, under one another."""
    for rows in chain.blocks(lines):
        left = max(width(row.left) for row in rows)
        written = [_row(row, left) for row in rows]
        column = max(map(width, written)) + GAP
        for row, line in zip(rows, written, strict=True):
            if row.kind == "reason":
                yield from (line + part for part in filled(row.why, int(row.room)))
            elif row.why:
                yield line + " " * (column - width(line) if row.in_column else 2) + row.why
            else:
                yield line


def _row(row: Row, left: int) -> str:
    start = " " * (INDENT + row.indented * INDENT)
    if row.kind == "name":
        return f"{' ' * INDENT}{row.formula}"
    before = row.left + " " * (left - width(row.left))
    if row.kind == "begun":
        return start + row.formula
    if row.kind == "equal":
        return f"{start}{before} = {row.formula}"
    deeper = " " * (SIGN + INDENT * row.depth)
    return f"{start}{before}{deeper}{row.formula}"
