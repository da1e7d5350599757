"""What stands in front of a mark on its line, and what takes its place: a formula, a number, or nothing yet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symflops.documents.numbers_printed import NUMBER, amount_in, unit_behind
from symflops.errors import ArgumentError
from symflops.printed import Formula

if TYPE_CHECKING:
    from symflops.documents.numbers_printed import Amount
    from symflops.documents.pieces import Equation, Remark
    from symflops.documents.sources import Source

#: What stands where a number is still to come.
OPEN = re.compile(r"\?{1,3}|…|\.\.\.|TODO|TBD|tbd|todo|\\l?dots")
WAITING = re.compile(rf"(?:^|(?<=[\s(|&~*]))(?:{OPEN.pattern})(?=[\s*)]*$)")
EMPTY_CELL = re.compile(r"(?<!\\)[|&](?P<space>[ \t]*)$")
#: What parts a mark from what it does not belong to: the next cell, the address of a link, another argument.
APART = re.compile(r"(?<!\\)[|&]|\]\(|://|\}\s*\{")
#: What makes a number behind it a part of something else: ResNet50, ResNet-50, ViT-B/16, 2-3.
GLUED = re.compile(r"[A-Za-z0-9_\\.,'’⁰¹²³⁴-⁹]$|[A-Za-z0-9][-−–/:@^]$")
GOES_ON = re.compile(r"[A-Za-z0-9_^'’⁰¹²³⁴-⁹]")
TIMES = ("x", "X")  # 3.2x: times as much


@dataclass(frozen=True)
class Change:
    """A span of a text and what is to stand there."""

    start: int
    end: int
    text: str


def renewed(amount: Amount, at: int, text: str, value: Any, comma: str = ",") -> Change:
    """Return what takes the place of a number: itself where it is right, else the value in its form."""
    start, end = at + amount.start, at + amount.end
    if amount.explains(value) is not None:
        return Change(start, end, text[start:end])
    new = amount.written(value)
    return Change(start, end, new.replace(",", comma) if amount.group == "," else new)


def before(source: Source, remark: Remark, value: Any, full: str) -> Change:
    """Return what takes the place of the number or formula in front of a mark; ``full`` is for where nothing is yet.

    Raises:
        ArgumentError: nothing stands there that can be replaced.
    """
    text = source.text
    begin = text.rfind("\n", 0, remark.start) + 1
    line = text[begin : remark.start]
    if waiting := WAITING.search(line):
        return Change(begin + waiting.start(), begin + waiting.end(), full)
    if empty := EMPTY_CELL.search(line):
        return Change(begin + empty.start("space"), remark.start, f" {full} ")
    equations = (e for e in source.pieces.equations if begin <= e.start and e.end <= remark.start)
    equation = next((e for e in reversed(list(equations)) if e.kind != "line"), None)
    between = text[equation.end : remark.start] if equation is not None else ""
    if equation is not None and not re.search(r"\d", between) and not APART.search(between):
        return _in_equation(equation, value, text[: remark.start])
    return _number(line, begin, text, value)


def _number(line: str, begin: int, text: str, value: Any) -> Change:
    """Return what takes the place of the last number of a line."""
    if not NUMBER.search(line) or not getattr(value, "is_Rational", False):
        message = "no number stands before this mark on its line; write one, a ?, or a formula, which is then replaced"
        raise ArgumentError(message)
    found = last_number(line)
    if found is None or APART.search(line[found[1] :]):
        message = "the last number before this mark is a part of something else, such as a name; write one, or a ?, right before the mark"
        raise ArgumentError(message)
    start, _, amount = found
    in_siunitx = line[:start].endswith("\\num{")  # which takes a comma for the decimal one
    return renewed(amount, begin + start, text, value, "" if in_siunitx else ",")


def last_number(line: str) -> tuple[int, int, Amount] | None:
    """Return the last number of a line with its start and end, if it is one of its own and not part of a name.

    >>> last_number("ResNet-50 has 25.6M")[:2], last_number("of ResNet-50")
    ((14, 19), None)
    """
    last = None
    for last in NUMBER.finditer(line):  # noqa: B007 - the last one is wanted
        pass
    if last is None:
        return None
    start, end, amount = last.start(), last.end(), amount_in(last[0])
    goes_on = GOES_ON.match(line, end) is not None
    if amount is None:  # behind it stands a word that is no unit
        end = start + len(last[0][: last.start("unit") - start].rstrip(" ~"))
        amount = amount_in(line[start:end])
        goes_on = last["space"] is None and last["unit"].isascii() and last["unit"] not in TIMES
    return None if amount is None or goes_on or GLUED.search(line[:start]) else (start, end, amount)


def _in_equation(equation: Equation, value: Any, text: str) -> Change:
    """Return the formula that takes the place of another, behind the name that stands in front of it."""
    name = re.match(r"\s*[^=≈]*?(?:&?=|≈|\\approx)\s*&?\s*", equation.text)
    start = equation.start + (name.end() if name else 0)
    amount = amount_in(text[start : equation.end])
    is_math = equation.kind == "math"
    if amount is not None and value.is_Rational:
        unit = unit_behind(text, equation.end)
        if unit is not None and amount.factor == 1:
            amount = amount.scaled(unit[1])
        digits = text[start + amount.start : start + amount.end]
        return renewed(amount, start, text, value, "{,}" if is_math else "," * ("," in digits))
    return Change(start, equation.end, formula(value) if is_math else str(Formula(value)))


def formula(value: Any) -> str:
    """Return a value as LaTeX."""
    return f"{int(value):,}".replace(",", "{,}") if value.is_Integer else str(Formula(value).latex)
