"""Reads LaTeX: remarks in comments, formulas, tables, definitions of commands, and the files it takes in."""

from __future__ import annotations

import itertools
import re

from symflops.documents.formulas_found import equations
from symflops.documents.pieces import (
    LONGEST_LINE,
    WORD,
    Cell,
    Grid,
    Inclusion,
    Pieces,
    Remark,
    begins_line,
    blanked,
    trimmed,
)
from symflops.errors import SymflopsError
from symflops.reading.expansion import DEFINITION, defined_in

COMMENT = re.compile(r"(?<!\\)(?:\\\\)*(?P<comment>%[^\n]*)")
HIDDEN = re.compile(
    r"\\begin\s*\{(?P<name>(?:verbatim|lstlisting|minted|comment|filecontents)\*?)\}|\\iffalse(?![A-Za-z])|\\verb\*?(?P<bar>[^A-Za-z\s*])"
)
INCLUSION = re.compile(r"\\(?:input|include|subfile)\s*\{\s*([^{}\n]{1,300}?)\s*\}")
TABULAR = re.compile(r"\\begin\s*\{(?P<name>tabular[xy*]?|longtable|tabu)\}")
TABULAR_END = re.compile(r"\\end\{(tabular[xy*]?|longtable|tabu)\}")
RULES = re.compile(
    r"\s*(?:\\(?:hline|toprule|midrule|bottomrule|endhead|endfirsthead|endfoot|endlastfoot|addlinespace|centering)"
    r"(?![A-Za-z])(?:\[[^\]\n]*\])?|\\(?:cmidrule|cline|rowcolor|hhline|caption|label)(?:\([^)\n]*\))?(?:\[[^\]\n]*\])?\{[^{}]*\}|\\\\)"
)
SEVERAL = re.compile(r"\\multicolumn\s*\{(\d{1,3})\}\s*\{[^{}]*\}\s*\{")
ROW_END = re.compile(r"\\\\\s*(?:\[[^\]\n]*\])?|\\tabularnewline")
MOST_DEFINITIONS = 500


def scan(text: str) -> Pieces:
    r"""Return what stands in a text of LaTeX.

    >>> found = scan("% symflops: conv.macs\n$k^2$ % a note\n\\input{rest}")
    >>> found.remarks[0].text, found.equations[0].text, found.inclusions[0].name
    (': conv.macs', 'k^2', 'rest')
    """
    stop = text.find(r"\end{document}")
    whole, text = text, text if stop < 0 else text[:stop]
    found = Pieces()
    bare = blanked(text, _hidden(text))
    comments = [m.span("comment") for m in COMMENT.finditer(bare)]
    _remarks(bare, comments, found)
    bare = blanked(bare, comments)
    found.inclusions = [Inclusion(m.start(), m[1]) for m in INCLUSION.finditer(bare)]
    bare, found.macros = _without_definitions(bare)
    ends = {m[1]: m.start() for m in TABULAR_END.finditer(bare)}  # the last of each
    begins = (m for m in TABULAR.finditer(bare) if m.start() < ends.get(m["name"], 0))
    found.grids = [grid for m in begins if (grid := _grid(bare, m))]
    found.equations = list(equations(bare, strict=False))
    found.prose = blanked(bare, [(e.start, e.end) for e in found.equations]) + " " * (
        len(whole) - len(text)
    )
    return found


def _hidden(text: str) -> list[tuple[int, int]]:
    """Return the spans that TeX does not read as text."""
    spans, at = [], 0
    while match := HIDDEN.search(text, at):
        near = max(match.start() - LONGEST_LINE, 0)
        line = max(text.rfind("\n", near, match.start()) + 1, near)
        if COMMENT.search(text, line, match.start() + 1):
            at = match.end()
            continue
        closer = rf"\end{{{match['name']}}}" if match["name"] else match["bar"] or r"\fi"
        end = text.find(closer, match.end())
        at = len(text) if end < 0 else end + len(closer)
        if end < 0 and match["bar"]:
            at = match.end()
        spans.append((match.start(), at))
    return spans


def _remarks(text: str, comments: list[tuple[int, int]], found: Pieces) -> None:
    """Collect the remarks; one whose parenthesis is open goes on in the comment of the next line."""
    pending: Remark | None = None
    for start, end in comments:
        body = text[start:end].lstrip("%").rstrip()
        if pending is not None:
            follows = not text[pending.end : start].strip() and begins_line(text, start)
            if (
                follows
                and pending.text.count("(") > pending.text.count(")")
                and not WORD.match(body)
            ):
                pending = Remark(
                    pending.start, end, f"{pending.text} {body.strip()}", pending.trailing
                )
                continue
            found.remarks.append(pending)
            pending = None
        if word := WORD.match(body):
            pending = Remark(start, end, body[word.end() :].strip(), not begins_line(text, start))
    if pending is not None:
        found.remarks.append(pending)


def _without_definitions(text: str) -> tuple[str, dict[str, str]]:
    """Return a text with the definitions of commands blanked out, and the definitions by the commands' names."""
    macros: dict[str, str] = {}
    spans: list[tuple[int, int]] = []
    for match in DEFINITION.finditer(text):
        if len(macros) >= MOST_DEFINITIONS:
            break
        piece = text[match.start() : match.start() + 1_000]
        following = DEFINITION.search(piece, match.end() - match.start())
        piece = piece[: following.start()] if following else piece
        piece = re.split(r"\n[ \t]*\n", piece)[0]
        try:
            left, names = defined_in(piece)
        except SymflopsError:
            continue
        length = len(piece) - len(left)
        if names:
            name = next(iter(names))
            macros[name] = piece[:length]
            spans.append((match.start(), match.start() + length))
    return blanked(text, spans), macros


def _grid(text: str, match: re.Match[str]) -> Grid | None:
    end = text.find(rf"\end{{{match['name']}}}", match.end())
    if end < 0:
        return None
    start = _past_arguments(
        text, match.end(), 2 if match["name"] in ("tabularx", "tabular*", "tabulary") else 1
    )
    rows, begin = [], start
    for stop in [*ROW_END.finditer(text, start, end), None]:
        last = end if stop is None else stop.start()
        while rule := RULES.match(text, begin, last):
            begin = rule.end()
        if text[begin:last].strip():
            rows.append(tuple(_cells(text, begin, last)))
        begin = end if stop is None else stop.end()
    return Grid(match.start(), end, tuple(rows)) if rows else None


def _past_arguments(text: str, at: int, count: int) -> int:
    for _ in range(count):
        optional = re.compile(r"\s*(?:\[[^\]\n]*\])?\s*").match(text, at)
        at = optional.end() if optional else at
        if text[at : at + 1] != "{":
            break
        depth = 0
        for place in range(at, min(len(text), at + 2_000)):
            depth += (text[place] == "{") - (text[place] == "}")
            if depth == 0:
                at = place + 1
                break
    return at


def _cells(text: str, start: int, end: int) -> list[Cell]:
    edges = [start, *(m.end() for m in re.compile(r"(?<!\\)&").finditer(text, start, end)), end + 1]
    cells: list[Cell] = []
    for left, right in itertools.pairwise(edges):
        first, last = trimmed(text, left, right - 1)
        several = SEVERAL.match(text, first, last)
        if several:
            first, last = several.end(), max(several.end(), last - 1)
        cells.append(Cell(first, last, text[first:last]))
        if several:
            cells += [Cell(last, last, "")] * (int(several[1]) - 1)
    return cells
