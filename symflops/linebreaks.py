r"""Breaks a written formula over lines: before a plus or minus, else before a dot, else between factors.

Works on what was written, LaTeX or Unicode text, so that it serves every expression and every form. Outside
comes before inside: a line ends within parentheses only where it would be too wide otherwise.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from symflops.errors import ArgumentError
from symflops.output.printing import width as places
from symflops.tables.widths import SIZES, math_width
from symflops.typeset.scribe import write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symflops.typeset.forms import Form
    from symflops.typeset.writer import Medium, Order

NORMAL = SIZES["normalsize"]
TOKEN = re.compile(
    r"\\(?:left|right|[bB]igg?[lr]) ?(?:\\[a-zA-Z]+|\\?.)|\\[a-zA-Z]+|\\.|.", re.DOTALL
)
OPENING = re.compile(r"\\left ?.*|\\[bB]igg?l ?.*|\\lfloor|\\lceil|[(\[⌊⌈]", re.DOTALL)
CLOSING = re.compile(r"\\right ?.*|\\[bB]igg?r ?.*|\\rfloor|\\rceil|[)\]⌋⌉]", re.DOTALL)
FLOORS = ("\\lfloor", "\\lceil", "⌊", "⌈")
SUMS, DOTS = ("+", "-", "−"), (r"\cdot", "·", r"\times", "×")
#: Behind these a space parts no factors.
OPERATORS = re.compile(r"(?:[+\-−=·,(\[<>≤≥⌊⌈]|\\(?:cdot|lfloor|lceil|left ?.|times|quad|,)|^)$")
SERIES = re.compile(r"(?:\\sum|\\prod|[ΣΠ])_(?:\{[^{}]*\}|\([^()]*\))(?:\^(?:\{[^{}]*\}|.))?$")
TALL = re.compile(r"\\(?:frac|sum|prod)\b")
#: What a line costs, a break before a dot or between factors, and white space.
LINE, DOT, FACTORS, RAGGED = 10.0, 12.0, 25.0, 3.0
#: What a break within brackets costs for each of them: if they nearly fill a line, if not, in a floor.
LONG, SHORT, FLOOR = 14.0, 60.0, 80.0
FILLED = 0.75
#: What is larger in a display than in a line of text, and an underscore, which some fonts have wide.
DISPLAYED = {r"\frac": r"\dfrac", r"\left": r"\biggl", r"\right": r"\biggr", r"\_": r"\_\,"}
#: Where TeX sets brackets that grow apart from the factors beside them.
APART = re.compile(
    r"(?<=[\w})]) (?=\\left\b)"
    r"|(?:(?<=\\right\))|(?<=\\right\\rfloor)|(?<=\\right\\rceil)) "
    r"(?=[\w(]|\\(?!cdot|times|right|quad|,))"
)
INDENT = 10.0  # points of a \quad, for each parenthesis that is open


@dataclass(frozen=True)
class Piece:
    """A stretch without a place to break; before it a line may end, at a depth, for a price."""

    text: str
    price: float = 0.0
    depth: int = 0
    sign: str = ""  # what a new line begins with in place of the space: a dot between factors


@dataclass(frozen=True)
class Part:
    """One line of several, and within how many parentheses it begins."""

    text: str
    depth: int = 0


def broken(
    form: Form, width: float, order: Order | None = None, medium: Medium = "latex"
) -> list[str]:
    r"""Write a form or an expression in lines no wider than so many points, or places in text.

    Every line but the first begins with its sign. Brackets that grow with what is in them, and that a break
    parts, are set at a fixed size.

    >>> from symflops import dims
    >>> N, D = dims("N D")
    >>> broken(24*N**2*D + 4*N*D + 2, 12, medium="text")
    ['24 D N²', '+ 4 D N + 2']

    Raises:
        ArgumentError: a piece of the formula is wider than a line.
    """
    return [part.text for part in parted(write(form, medium, order), width, medium=medium)]


def parted(
    formula: str, first: float, others: float | None = None, *, medium: Medium = "latex"
) -> list[Part]:
    r"""Return a written formula in lines no wider than ``first``, then ``others``.

    >>> [line.text for line in parted(r"a b + c \cdot (d + e)", 55)]
    ['a b', '+ c \\cdot (d + e)']

    Raises:
        ArgumentError: a piece of the formula is wider than a line.
    """
    others = first if others is None else others
    if width_of(formula, medium) <= first:
        return [Part(formula)]
    indent = 2.0 if medium == "text" else INDENT
    pieces = _pieces(formula, DOTS[medium == "text"], others, medium)
    widths = [width_of(piece.text, medium) for piece in pieces]
    rooms = [others - indent * p.depth - width_of(p.sign, medium) for p in pieces]
    starts = _chosen(pieces, widths, [first, *rooms[1:]])
    lines = []
    for start, end in zip(starts, [*starts[1:], len(pieces)], strict=True):
        head = pieces[start].sign if start else ""
        text = "".join([head, *(piece.text for piece in pieces[start:end])]).strip()
        lines.append(Part(text, pieces[start].depth if start else 0))
    return lines if medium == "text" else _fixed(lines)


def breakable(formula: str) -> str:
    r"""Return a formula within a text, between whose factors a line may end, too.

    >>> breakable(r"C \lfloor H/2 \rfloor \lfloor W/2 \rfloor + 1")
    'C \\allowbreak \\lfloor H/2 \\rfloor \\allowbreak \\lfloor W/2 \\rfloor + 1'
    """
    pieces = _pieces(formula, "", math.inf, "latex")
    may = (r" \allowbreak" if piece.price == FACTORS else "" for piece in pieces)
    return "".join(f"{point}{piece.text}" for point, piece in zip(may, pieces, strict=True))


def width_of(text: str, medium: Medium = "latex") -> float:
    """Return how wide a formula in display is: in points at 10 pt, or in places of a terminal."""
    if medium == "text":
        return places(text)
    text = APART.sub(r"\, ", text)
    for small, large in DISPLAYED.items():
        text = text.replace(small, large)
    return math_width(text).at(NORMAL)


def _pieces(formula: str, dot: str, room: float, medium: Medium) -> list[Piece]:
    """Cut a formula at every place where a line may end."""
    marks = TOKEN.findall(formula)
    brackets = list(_brackets(marks, room, medium))
    pieces: list[Piece] = []
    text, here, braces = "", Piece(""), 0
    for i, mark in enumerate(marks):
        if braces == 0 and mark == " " and text.strip():
            worse = _worse(marks, i, text)
            if worse is not None:
                pieces.append(replace(here, text=text))
                around = [cost for start, end, cost in brackets if start < i < end]
                sign = dot if worse == FACTORS else ""
                text, here = "", Piece("", worse + sum(around), len(around), sign)
        braces += (mark == "{") - (mark == "}")
        text += mark
    return [*pieces, replace(here, text=text)]


def _brackets(marks: list[str], room: float, medium: Medium) -> Iterator[tuple[int, int, float]]:
    """Yield where brackets open and close, and what a break within them costs."""
    braces = 0
    opened: list[int] = []
    for i, mark in enumerate(marks):
        braces += (mark == "{") - (mark == "}")
        if braces == 0 and OPENING.fullmatch(mark):
            opened.append(i)
        elif braces == 0 and CLOSING.fullmatch(mark) and opened:
            start = opened.pop()
            wide = width_of("".join(marks[start : i + 1]), medium) > FILLED * room
            yield start, i, FLOOR if marks[start] in FLOORS else LONG if wide else SHORT


def _worse(marks: list[str], i: int, before: str) -> float | None:
    """Return how much worse than before a plus or minus it is to break at a space; None where a line goes on."""
    following = marks[i + 1] if i + 1 < len(marks) else ""
    spaced = i + 2 < len(marks) and marks[i + 2] == " "  # a minus without is a sign
    if following in SUMS and spaced:
        return 0.0
    if following in DOTS:
        return DOT
    return FACTORS if _parts_factors(before, following) else None


def _parts_factors(before: str, after: str) -> bool:
    """Say whether a space stands between two factors, and not beside a sign or behind a Σ."""
    return (
        not OPERATORS.search(before)
        and not SERIES.search(before)
        and bool(after)
        and after not in (*SUMS, *DOTS, "=", ",", " ")
        and not CLOSING.fullmatch(after)
    )


def _chosen(pieces: list[Piece], widths: list[float], rooms: list[float]) -> list[int]:
    """Return the pieces that lines begin with: few lines, broken outside, and evenly filled."""
    best: list[tuple[float, list[int]]] = [(0.0, [])]
    for end in range(1, len(pieces) + 1):
        found: tuple[float, list[int]] = (math.inf, [])
        taken = 0.0
        for start in range(end - 1, -1, -1):
            taken += widths[start]
            room = rooms[start]
            if taken > room:
                if start < end - 1:
                    break
                message = (
                    f"{pieces[start].text.strip()!r} is wider than a line; set it on a page, "
                    "or give its parts shorter names"
                )
                raise ArgumentError(message)
            cost, starts = best[start]
            slack = (room - taken) / room if end < len(pieces) else 0.0
            cost += LINE + pieces[start].price + RAGGED * slack**2
            if cost < found[0]:
                found = (cost, [*starts, start])
        best.append(found)
    return best[-1][1]


def _fixed(lines: list[Part]) -> list[Part]:
    r"""Set brackets that a break parts at a fixed size: \left and \right must stand on one line."""
    joined = "\n".join(line.text for line in lines)
    marks = TOKEN.findall(joined)
    opened: list[int] = []
    for i, mark in enumerate(marks):
        if mark.startswith(r"\left"):
            opened.append(i)
        elif mark.startswith(r"\right") and opened:
            start = opened.pop()
            inside = marks[start:i]
            if "\n" in inside:
                big = "bigg" if TALL.search("".join(inside)) else "big"
                marks[start] = marks[start].replace(r"\left", f"\\{big}l")
                marks[i] = mark.replace(r"\right", f"\\{big}r")
    texts = "".join(marks).split("\n")
    return [Part(text, line.depth) for text, line in zip(texts, lines, strict=True)]
