"""Parts of a network that a formula leaves out, counts twice, or counts alone."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from symflops.claims.verdicts import Miss
from symflops.errors import SymflopsError
from symflops.exprs import ZERO
from symflops.selection import kinds, paths
from symflops.trace import Group

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sympy

    from symflops.claims.misses import Case
    from symflops.costs import Cost

MOST_PARTS = 30
MOST_PAIRS = 14  # parts of which two may be missing
MOST_KINDS = 12


def parts(case: Case) -> Iterator[Miss]:
    """A part, or two, that were left out, counted twice, or counted alone."""
    found = dict(_values(case))
    out = [name for name, part in found.items() if case.is_claim(case.exact - part)]
    if out:
        yield Miss(
            "part missing",
            *_one_of(out, "left out", "漏掉了"),
            tuple(out[:MOST_NAMED]),
            case.exact - found[out[0]],
        )
        return
    for name, part in found.items():
        if case.is_claim(case.exact + part):
            yield Miss(
                "part twice", "{0} is counted twice", "{0} 被计了两次", (name,), case.exact + part
            )
            return
        if case.is_claim(part):
            yield Miss("part alone", "only {0} is counted", "只统计了 {0}", (name,), part)
            return
    if case.printed and case.claim.is_Rational:
        return  # of so many pairs one comes near by chance
    for (one, a), (two, b) in itertools.combinations(list(found.items())[:MOST_PAIRS], 2):
        if case.is_claim(case.exact - a - b):
            alike = [name for name, part in found.items() if part == a]
            yield _two(alike if a == b else [one, two], case.exact - a - b)
            return


MOST_NAMED = 4


def _two(names: list[str], becomes: sympy.Expr) -> Miss:
    """Return the sentence on two parts, of all that cost the same."""
    places = [f"{{{i}}}" for i in range(min(len(names), MOST_NAMED))]
    listed, listed_zh = f"{', '.join(places[:-1])} and {places[-1]}", "、".join(places)
    few = len(places) == 2  # noqa: PLR2004 - both of them
    en = f"{listed} are left out" if few else f"two of {listed} are left out"
    zh = f"漏掉了 {listed_zh}" if few else f"漏掉了 {listed_zh} 中的两个"
    return Miss("parts missing", en, zh, tuple(names[:MOST_NAMED]), becomes)


def _one_of(names: list[str], en: str, zh: str) -> tuple[str, str]:
    """Return the sentence on one of several parts that cost the same."""
    places = [f"{{{i}}}" for i in range(min(len(names), MOST_NAMED))]
    *most, last = places
    if not most:
        return f"{last} is {en}", f"{zh} {last}"
    return f"{', '.join(most)} or {last} is {en}", f"{zh} {'、'.join(most)} 或 {last}"


def _values(case: Case) -> Iterator[tuple[str, sympy.Expr]]:
    """Yield the parts that count, each by its outermost name; a kind of layer where no name says the same."""
    from symflops.claims.neighbours import quantity  # noqa: PLC0415 - whose table has this

    if case.candidate.quantity in ("receptive_field", ""):
        return
    values: dict[str, sympy.Expr] = {}
    for name, above in _names(case.cost).items():
        try:
            part = quantity(case, case.part(name))
        except SymflopsError:
            continue
        if part is None or part in (ZERO, case.exact):
            continue
        if part in values.values() if above is None else values.get(above) == part:
            continue
        values[name] = part
        yield name, part


def _names(cost: Cost) -> dict[str, str | None]:
    """Return the names of parts, the outermost first, with what stands around them; then kinds of layers, with None."""
    found: dict[str, str | None] = {}
    for path, node in paths(cost.root):
        names = [name for name in path.split(".") if not name.isdecimal()]
        if isinstance(node, Group) and names and path.endswith(names[-1]):
            found.setdefault(names[-1], names[-2] if len(names) > 1 else "")
    kept = dict(list(found.items())[:MOST_PARTS])
    return kept | dict.fromkeys(sorted(kinds(cost.root) - found.keys())[:MOST_KINDS])
