"""Which equation or table a mark belongs to."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from symflops.documents.in_front import last_number
from symflops.documents.pieces import BLANK_LINE, Equation, Grid, Remark

if TYPE_CHECKING:
    from symflops.documents.sources import Source

FAR = 300  # characters between a mark and its equation
NEAR = 150  # characters in front of a mark in which its number stands


def belonging(source: Source, remark: Remark, done: set[int], kind: Any) -> Equation | Grid | None:
    """Return the equation or table that a mark belongs to.

    That is the one that ends before it on its line, else the one right behind it, else the one right before it,
    else a number in front of it, else the next one of the paragraph, the one before in the paragraph, and the next
    one before the next mark.
    """
    text = source.text
    found, starts = source.ordered(kind)
    first = bisect_left(starts, remark.end)
    before = found[first - 1] if first and found[first - 1].end <= remark.start else None
    inside = found[first - 1] if first and found[first - 1].end > remark.start else None
    if inside is not None and before is None and first > 1:
        before = found[first - 2]
    after = next((p for p in found[first:] if p.start not in done or kind is Grid), None)
    if remark.trailing and before is not None and "\n" not in text[before.end : remark.start]:
        return before  # type: ignore[no-any-return]
    if after is not None and getattr(after, "kind", "math") == "code":
        after = _unless_far(after, text, remark)
    remarks, places = source.ordered(Remark)
    following = bisect_left(places, remark.end)
    between = after is not None and following < len(remarks) and places[following] < after.start
    if kind is Grid and inside is not None:
        return inside  # type: ignore[no-any-return]
    free = None if before is not None and before.start in done else before
    if after is not None and not between and _adjacent(text[remark.end : after.start]):
        return after  # type: ignore[no-any-return]
    if free is not None and _adjacent(text[free.end : remark.start]):
        return free  # type: ignore[no-any-return]
    if kind is Equation and remark.trailing and (number := _number(text, remark)) is not None:
        return number
    if after is not None and not between and not BLANK_LINE.search(text[remark.end : after.start]):
        return after  # type: ignore[no-any-return]
    if free is not None and not BLANK_LINE.search(text[free.end : remark.start]):
        return free  # type: ignore[no-any-return]
    return None if between else after


def _number(text: str, remark: Remark) -> Equation | None:
    """Return the number of running text that a mark stands behind, or behind the words of what it counts."""
    begin = max(text.rfind("\n", 0, remark.start) + 1, remark.start - NEAR)
    found = last_number(text[begin : remark.start])
    if found is None:
        return None
    start, end = begin + found[0], begin + found[1]
    if not COUNTED.fullmatch(text[end : remark.start]):
        return None
    return Equation(start, end, text[start:end], "code")


#: What may stand between a number and its mark: what sets it, and a few words.
COUNTED = re.compile(r"[*_)\]}\s]*(?:[ ~][A-Za-z-]+){0,3}[*_)\]}\s.,;]*")
#: What may stand between a mark and its equation besides white space: what sets it.
SETTING = re.compile(
    r"\\(?:begin|end)\s*\{[^{}]*\}|\\label\{[^{}]*\}|\\[\[\]()\\]|\$+|`+(?:math)?|&|[.,;:]"
)


def _adjacent(between: str) -> bool:
    """Say whether nothing but what sets an equation stands between it and its mark, and no blank line."""
    if len(between) > FAR or BLANK_LINE.search(between):
        return False
    return not SETTING.sub("", between).strip()


def _unless_far(after: Any, text: str, remark: Remark) -> Any:
    """Return a code span only where it stands right behind the mark."""
    return None if "\n\n" in text[remark.end : after.start] else after
