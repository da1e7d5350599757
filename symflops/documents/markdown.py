"""Reads Markdown: remarks in HTML comments, formulas, code spans and tables; blocks of code are left out."""

from __future__ import annotations

import itertools
import re

from symflops.documents.formulas_found import equations
from symflops.documents.pieces import (
    WORD,
    Cell,
    Equation,
    Grid,
    Pieces,
    Remark,
    begins_line,
    blanked,
    trimmed,
)

SPECIAL = re.compile(
    r"<!--|(?m:^[ >]{0,6})(?P<fence>`{3,}|~{3,})(?P<language>[^\n`]*)\n|(?P<dollared>\$)?(?P<ticks>`+)|\\`"
)
RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
LONGEST = 100_000  # characters of a comment


def scan(text: str) -> Pieces:
    """Return what stands in a text of Markdown.

    >>> scan("<!-- symflops: conv.macs --> $$k^2$$").remarks[0].text
    ': conv.macs'
    """
    found = Pieces()
    hidden: list[tuple[int, int]] = []
    codes: list[Equation] = []
    at, missing = 0, set()
    while match := SPECIAL.search(text, at):
        at = match.end()
        if match[0] == "<!--":
            closer = "-->"
        elif match["fence"]:
            closer = "\n" + match["fence"]
            at -= 1  # the newline may be the one before the closing fence
        elif match["ticks"]:
            closer = match["ticks"] + ("$" if match["dollared"] else "")
        else:
            continue
        end = -1 if closer in missing else text.find(closer, at)
        if end < 0:
            missing.add(closer)
            if match["fence"]:
                hidden.append((match.start(), len(text)))
                break
            at = match.end()
            continue
        inside = trimmed(text, match.end(), max(end, match.end()))
        if closer == "-->":
            _remark(text, match, end, found)
        elif match["dollared"] or (match["language"] or "").strip().strip("{}.") == "math":
            found.equations.append(Equation(*inside, text[slice(*inside)]))
        elif match["ticks"] and inside[0] < inside[1]:
            codes.append(Equation(*inside, text[slice(*inside)], "code"))
        at = end + len(closer)
        hidden.append((match.start(), at))
    bare = blanked(text, hidden)
    found.equations += equations(bare, strict=True)
    found.prose = blanked(bare, [(e.start, e.end) for e in found.equations])
    found.equations = sorted([*found.equations, *codes], key=lambda e: e.start)
    found.grids = grids(text, bare)
    return found


def _remark(text: str, match: re.Match[str], end: int, found: Pieces) -> None:
    inside = text[match.end() : end]
    word = WORD.match(inside)
    if word and len(inside) <= LONGEST:
        trailing = not begins_line(text, match.start())
        found.remarks.append(Remark(match.start(), end + 3, inside[word.end() :].strip(), trailing))


def grids(text: str, bare: str) -> list[Grid]:
    """Return the tables of a text; ``bare`` is the same with comments and code blanked out."""
    found: list[Grid] = []
    lines, offset = [], 0
    for line in bare.split("\n"):
        lines.append((offset, line.rstrip("\r")))
        offset += len(line) + 1
    row = 1
    while row < len(lines):
        rule = lines[row][1]
        if "-" not in rule or "|" not in lines[row - 1][1] or not RULE.fullmatch(rule):
            row += 1
            continue
        last = row + 1
        while last < len(lines) and "|" in lines[last][1]:
            last += 1
        rows = tuple(_cells(text, *lines[i]) for i in (row - 1, *range(row + 1, last)))
        end = lines[last - 1][0] + len(lines[last - 1][1])
        found.append(Grid(lines[row - 1][0], end, rows))
        row = last + 1
    return found


def _cells(text: str, offset: int, line: str) -> tuple[Cell, ...]:
    bars = [m.start() for m in re.finditer(r"(?<!\\)\|", line)]
    edges = [-1, *bars, len(line)]
    if bars and not line[: bars[0]].strip():
        edges = edges[1:]
    if bars and not line[bars[-1] :].strip("| \t"):
        edges = edges[:-1]
    cells = []
    for left, right in itertools.pairwise(edges):
        start, end = offset + left + 1, offset + right
        comment = text.find("<!--", start, end)
        start, end = trimmed(text, start, end if comment < 0 else comment)
        cells.append(Cell(start, end, text[start:end]))
    return tuple(cells)
