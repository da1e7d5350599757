"""Reads plain text: remarks behind #, %, // or in HTML comments; formulas in dollars, or a line each."""

from __future__ import annotations

import re

from symflops.documents.formulas_found import equations
from symflops.documents.markdown import grids
from symflops.documents.pieces import (
    WORD,
    Equation,
    Lines,
    Pieces,
    Remark,
    begins_line,
    blanked,
    trimmed,
)

COMMENT = re.compile(r"(?:(?<![^\s\ufeff])(?:#+|%+|//)(?P<text>[^\n]*)|<!--(?P<html>[^\n]*?)-->)")
NOTE = re.compile(r"\s(?:#|//)\s")  # what is behind it in a comment is for people


def scan(text: str) -> Pieces:
    """Return what stands in a text.

    >>> [e.text for e in scan("2*N*D  # symflops: linear.flops").equations]
    ['2*N*D']
    """
    found = Pieces()
    for match in COMMENT.finditer(text):
        body = match["text"] if match["text"] is not None else match["html"]
        if word := WORD.match(body):
            trailing = not begins_line(text, match.start())
            body = NOTE.split(body)[0]
            found.remarks.append(
                Remark(match.start(), match.end(), body[word.end() :].strip(), trailing)
            )
    bare = blanked(text, [(r.start, r.end) for r in found.remarks])
    found.equations = list(equations(bare, strict=True))
    found.prose = blanked(bare, [(e.start, e.end) for e in found.equations])
    lines, offset = Lines(bare), 0
    taken = {lines.place(e.start)[0] for e in found.equations}
    for number, line in enumerate(bare.split("\n"), 1):
        start, end = trimmed(bare, offset, offset + len(line))
        offset += len(line) + 1
        if start < end and number not in taken:
            found.equations.append(Equation(start, end, bare[start:end], "line"))
    found.equations.sort(key=lambda e: e.start)
    found.grids = grids(text, bare)
    return found
