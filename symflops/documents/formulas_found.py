"""Finds formulas between the signs of mathematics: dollars, brackets and environments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from symflops.documents.pieces import BLANK_LINE, Equation, trimmed
from symflops.reading.environments import GOES_ON, ROW_END, WAITS

if TYPE_CHECKING:
    from collections.abc import Iterator

ENVIRONMENTS = "equation|align|alignat|flalign|eqnarray|gather|multline|displaymath|math"
OPENING = re.compile(
    rf"\\\\|\\\$|\\(?P<bracket>[(\[])|\\begin\s*\{{(?P<name>(?:{ENVIRONMENTS})\*?)\}}|(?P<dollars>\$\$?)"
)
ROWS = re.compile(r"^(?:align|alignat|flalign|eqnarray|gather)\*?$")
DEPTH = re.compile(r"\\(begin|end)\s*\{")
CLOSING = {"(": r"\)", "[": r"\]"}
LONGEST = 20_000  # characters of a formula
OPEN, SHUT = "([{", ")]}"


def equations(text: str, *, strict: bool) -> Iterator[Equation]:
    """Yield the formulas of a text; ``strict`` dollars are those of Markdown, where a price is no formula."""
    at, missing = 0, set()
    while match := OPENING.search(text, at):
        at = match.end()
        closer = _closer(match)
        if not closer or closer in missing:
            continue
        end = _closing(text, at, closer)
        if end < 0:
            if text.find(closer, at) < 0:
                missing.add(closer)
            continue
        if closer == "$" and not _is_inline(text, at, end, strict=strict):
            continue
        after = end + len(closer)
        if match["name"] and ROWS.match(match["name"]):
            yield from _rows(text, _past_arguments(text, at, match["name"]), end)
        else:
            start, stop = trimmed(text, at, end)
            if start < stop:
                yield Equation(start, stop, text[start:stop])
        at = after


def _closer(match: re.Match[str]) -> str:
    if match["name"]:
        return rf"\end{{{match['name']}}}"
    return CLOSING[match["bracket"]] if match["bracket"] else match["dollars"] or ""


def _closing(text: str, at: int, closer: str) -> int:
    end = text.find(closer, at, at + LONGEST)
    while end > 0 and closer[0] == "$" and _escaped(text, end):
        end = text.find(closer, end + 1, at + LONGEST)
    return end


def _escaped(text: str, at: int) -> bool:
    before = at
    while before and text[before - 1] == "\\":
        before -= 1
    return (at - before) % 2 == 1


def _is_inline(text: str, at: int, end: int, *, strict: bool) -> bool:
    inside = text[at:end]
    if not inside.strip() or BLANK_LINE.search(inside):
        return False
    if not strict:
        return True
    return not (inside[0].isspace() or inside[-1].isspace() or text[end + 1 : end + 2].isdigit())


def _past_arguments(text: str, at: int, name: str) -> int:
    """Return the place behind the number of columns of alignat."""
    if not name.startswith("alignat"):
        return at
    found = re.compile(r"\s*\{\d*\}").match(text, at)
    return found.end() if found else at


def _rows(text: str, start: int, end: int) -> Iterator[Equation]:
    """Yield the formulas of an environment; a row that goes on belongs to the one before it."""
    pending: tuple[int, int] | None = None
    for first, last in _split(text, start, end):
        begin, stop = trimmed(text, first, last)
        row = re.sub(r"(?<!\\)&", " ", text[begin:stop]).strip()
        if not row:
            continue
        if pending is not None:
            before = text[slice(*pending)]
            if GOES_ON.match(row) or WAITS.search(before) or _is_open(before):
                pending = (pending[0], stop)
                continue
            yield Equation(*pending, before)
        pending = (begin, stop)
    if pending is not None:
        yield Equation(*pending, text[slice(*pending)])


def _is_open(row: str) -> bool:
    bare = re.sub(r"\\(?![{}])[A-Za-z]*", "", row)
    return sum(map(bare.count, OPEN)) > sum(map(bare.count, SHUT))


def _split(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the rows of an environment, those of environments inside it apart."""
    marks = sorted(
        [(m.start(), m.end(), 0) for m in ROW_END.finditer(text, start, end)]
        + [
            (m.start(), m.end(), 1 if m[1] == "begin" else -1)
            for m in DEPTH.finditer(text, start, end)
        ]
    )
    depth, begin = 0, start
    for first, last, step in marks:
        depth += step
        if step == 0 and depth == 0:
            yield begin, first
            begin = last
    yield begin, end
