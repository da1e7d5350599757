"""Judges what needs no mark: equalities of numbers, the steps of chains, and totals of tables.

Only what can be nothing but a claim is judged: a formula with a letter on a side of its own may define it, and
an equation of two sides with other letters may be one to be solved.
"""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any

from symflops.claims import chains
from symflops.claims.verdicts import Verdict
from symflops.documents.cells import printed_total
from symflops.documents.headers import TOTAL, plain, quantity_of
from symflops.documents.judgments import finding, used_macros
from symflops.documents.numbers_printed import amount_in
from symflops.errors import SymflopsError
from symflops.facts import Facts
from symflops.reading.formulas import read
from symflops.reading.readings import Growth, Relation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from symflops.documents.pieces import Grid
    from symflops.documents.reports import Finding
    from symflops.documents.sources import Source
    from symflops.reading.readings import Reading

GAP = r"[ \t\u00a0]{0,2}"
DIGITS = r"\d{1,30}(?:,\d{3}){0,12}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,3})?"
UNIT = r"(?:[ \t]?(?:%|[KMGT]i?B\b|[KMGTB]\b|[GMT]?(?:FLOPs|MACs)\b))?"
TERM = rf"\({{0,3}}{DIGITS}{UNIT}{GAP}(?:\^{GAP}\d{{1,3}}|[²³])?{GAP}\){{0,3}}"
#: An equality of numbers in running text, with a sign of arithmetic on its left side.
PROSE = re.compile(
    rf"(?<![\w.,$^+*/×·−=(-])(?<![+*/×·−=-]\s){TERM}(?:{GAP}(?:[×·*+/−]|(?<=\s)-(?=\s)){GAP}{TERM}){{1,30}}{GAP}(?:=|≈){GAP}"
    rf"{TERM}(?:{GAP}[×·*+/−]{GAP}{TERM}){{0,30}}(?![\w^\[(]|{GAP}[×·*+/=−]|[.,]\d)"
)
RELATED = re.compile(r"=|≈|<|>|≤|≥|\\(?:approx|sim|le|ge|leq|geq|equiv)(?![A-Za-z])")
#: A kilobyte that may be 1,024 bytes.
BINARY = re.compile(r"(?<=\d)(\s*|~|\\[,; ]|\\text\{\s*|\\mathrm\{\s*)([KMGT])(?=B\b)")
UNITS = re.compile(r"(?<=\d)(?:\s|~|\\[,; ])*(?:\\(?:text|mathrm)\{\s*)?[KMGT]i?B\b\}?")
#: Other ways of writing numbers, of which equality says something else.
OTHERWISE = re.compile(
    r"\\(?:bmod|pmod|equiv|mod|mapsto|to|rightarrow|Rightarrow|oplus|neq|binom|choose|infty)(?![A-Za-z])|\b0[xb]|_\{?(?:2|8|10|16)\}?|!"
)
MOST_JUDGED = 5_000
LONGEST = 2_000


def findings(source: Source, taken: set[int], macros: Mapping[str, str]) -> Iterator[Finding]:
    """Yield the claims without a mark that are judged."""
    judged = 0
    for equation in source.pieces.equations:
        if equation.start in taken or judged >= MOST_JUDGED or equation.kind != "math":
            continue
        if len(equation.text) <= LONGEST and RELATED.search(equation.text):
            judged += 1
            texts = dict.fromkeys((equation.text, source.claim(equation)))
            yield from _judged(source, equation.start, texts, macros)
    if source.pieces.prose:
        for match in PROSE.finditer(source.pieces.prose):
            judged += 1
            if judged < MOST_JUDGED and not _within(match.start(), source, taken):
                yield from _judged(source, match.start(), [match[0]], {})
    for grid in source.pieces.grids:
        if grid.start not in taken:
            yield from totals(source, grid)


def _within(at: int, source: Source, taken: set[int]) -> bool:
    """Say whether a place is in a line of text that has a mark."""
    return any(
        e.start <= at < e.end
        for e in source.pieces.equations
        if e.kind == "line" and e.start in taken
    )


def _judged(
    source: Source, start: int, texts: Iterable[str], macros: Mapping[str, str]
) -> Iterator[Finding]:
    """Yield the verdict on a claim that can be read in several ways: the best of them."""
    readings: list[Reading] = []
    for text in texts:
        if OTHERWISE.search(text):
            return
        with contextlib.suppress(SymflopsError, RecursionError):  # claims nothing that is known
            readings += _readings(text, macros)
    verdicts = [v for reading in readings if (v := _verdict(reading)) is not None]
    if not verdicts:
        return
    best = next(
        (v for v in verdicts if v.holds),
        next((v for v in verdicts if v.holds is None), verdicts[0]),
    )
    if best.holds is not None:
        yield finding(source.place(start), "unmarked", text, lambda: best)


def _readings(text: str, macros: Mapping[str, str]) -> list[Reading]:
    """Return the ways to read a text; where it says KB, also with 1,024 bytes in it, or as a name of the unit."""
    definitions = used_macros(text, macros) or None
    first = read(text, None, definitions)
    found = [first, *first.readings]
    if BINARY.search(text):
        found.append(read(BINARY.sub(r"\1\2i", text), None, definitions))
    units = UNITS.findall(text)
    if len(units) == 1:  # 2048/1024 = 2 KiB says of which unit the number on the right is
        found.append(read(UNITS.sub("", text), None, definitions))
    return found


def _verdict(reading: Reading) -> Verdict | None:
    """Return the verdict on the steps that are claims; None where there is none."""
    value = reading.value
    if not isinstance(value, Relation) or any(isinstance(s, Growth) for s in value.sides):
        return None
    steps = []
    for left, sign, right in zip(value.sides, value.signs, value.sides[1:], strict=False):
        if not _is_claim(left, sign, right, value):
            continue
        step = chains.judged(left, sign, right, Facts(), tuple(reading.printed))
        if step.holds is False and _is_whole(left, right):
            continue
        steps.append(step)
    if not steps:
        return None
    broken = next((step for step in steps if step.holds is False), None)
    if broken is not None:
        return Verdict(
            "wrong",
            broken.right,
            broken.left,
            holds=False,
            witness=broken.witness,
            off=broken.off,
            steps=tuple(steps),
        )
    rough = any(step.off for step in steps)
    holds = None if any(step.holds is None for step in steps) else True
    return Verdict(
        "approximation" if rough else "correct", None, None, holds=holds, steps=tuple(steps)
    )


def _is_claim(left: Any, sign: str, right: Any, chain: Relation) -> bool:
    if left is None or right is None or sign in ("∝", "!="):
        return False
    letters = [side.free_symbols for side in (left, right)]
    if not any(letters):
        return bool(left.is_Rational and right.is_Rational)
    named = chain.sides[0] is None or chain.sides[0].is_Symbol
    return (
        sign == "="
        and len(chain.sides) > (2 if chain.sides[0] is not None else 1)
        and named
        and letters[0] == letters[1]
        and not (left.is_Symbol or right.is_Symbol)
        and chain.sides[0] not in letters[0]
    )


def _is_whole(left: Any, right: Any) -> bool:
    """Say whether one side is the other one to the nearest whole number, or with its fraction cut off."""
    if not (left.is_Rational and right.is_Rational) or left.is_Integer == right.is_Integer:
        return False
    return bool(abs(left - right) < 1 and max(abs(left), abs(right)) > 1)


def totals(source: Source, grid: Grid) -> Iterator[Finding]:
    """Yield the totals of a table that are no sums."""
    start = 1
    for number, row in enumerate(grid.rows[1:], 1):
        if not row or not TOTAL.match(plain(row[0].text)):
            continue
        above = grid.rows[start:number]
        start = number + 1
        for i, cell in enumerate(row[1:], 1):
            amount = amount_in(cell.text)
            header = grid.rows[0][i].text if i < len(grid.rows[0]) else ""
            cells = [other[i] for other in above if i < len(other)]
            parts = [amount_in(other.text) for other in cells]
            if amount is None or not _adds_up(header, parts, [c.text for c in cells]):
                continue
            found = printed_total(source.place(cell.start), cell, amount, parts)
            if found is not None:
                yield found


def _adds_up(header: str, parts: list[Any], texts: list[str]) -> bool:
    """Say whether a column is one of amounts that are added: of a quantity, and without holes."""
    known = quantity_of(header) is not None or "%" in header
    return known and all(
        p is not None for p, t in zip(parts, texts, strict=True) if t.strip("-–— ")
    )
