"""What is found in a text: remarks, equations, tables and the files it takes in, each with its place."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

#: What a remark begins with, behind the signs of its comment.
WORD = re.compile(r"\s*symflops\b(?!\s*[=.(\"'])")
LONGEST_LINE = 2_000  # characters that are looked back over
BLANK_LINE = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True)
class Remark:
    """A comment for symflops: what it says, and whether other text stands before it on its line."""

    start: int
    end: int
    text: str
    trailing: bool = False


@dataclass(frozen=True)
class Equation:
    """A formula and how sure it is one: ``math`` in the signs of mathematics, ``code``, or a ``line`` of text."""

    start: int
    end: int
    text: str
    kind: str = "math"


@dataclass(frozen=True)
class Cell:
    """A cell of a table, without the spaces around it."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Grid:
    """A table, its header first."""

    start: int
    end: int
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Inclusion:
    """Another file that is taken in."""

    start: int
    name: str


@dataclass
class Pieces:
    """Everything that was found in one text."""

    remarks: list[Remark] = field(default_factory=list)
    equations: list[Equation] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    inclusions: list[Inclusion] = field(default_factory=list)
    prose: str = ""  # the text with everything else blanked out, each character in its place
    macros: dict[str, str] = field(default_factory=dict)  # the definitions of commands, by name


class Lines:
    r"""Places of a text as line and column.

    >>> Lines("ab\ncd").place(4)
    (2, 2)
    """

    def __init__(self, text: str) -> None:
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def place(self, offset: int) -> tuple[int, int]:
        """Return the line and column of a character, both from 1."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1


def blanked(text: str, spans: list[tuple[int, int]]) -> str:
    """Return a text with spaces in place of what stands in the spans; lines stay lines."""
    parts, end = [], 0
    for start, stop in sorted(spans):
        if stop <= end:
            continue
        begin = max(start, end)
        parts += [text[end:begin], re.sub(r"[^\n]", " ", text[begin:stop])]
        end = stop
    return "".join([*parts, text[end:]])


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span without the white space at its ends."""
    inside = text[start:end]
    left = len(inside) - len(inside.lstrip())
    return (start + left, start + max(left, len(inside.rstrip())))


def begins_line(text: str, start: int) -> bool:
    """Say whether nothing but white space stands before a place on its line."""
    begin = max(start - LONGEST_LINE, 0)
    return not text[max(text.rfind("\n", begin, start) + 1, begin) : start].strip()
