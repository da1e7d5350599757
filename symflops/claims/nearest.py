"""The nearest miss: of all that a claim may have been meant to be, what it misses in the most telling way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from symflops.claims.edits import VARIANTS
from symflops.claims.misses import RANKS, Case, factor, misses, rank
from symflops.claims.neighbours import mistakes
from symflops.claims.strides import strides

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symflops.claims.comparing import Comparison
    from symflops.claims.edits import Edit
    from symflops.claims.targets import Candidate
    from symflops.claims.verdicts import Miss, Verdict

#: What says more of an approximation than the terms that it leaves out.
PARTS = RANKS[: RANKS.index("part missing") + 1]
#: Ranks of misses that nothing further is looked into for.
TELLING = RANKS.index("coefficient")


def explained(comparison: Comparison, verdict: Verdict) -> Verdict:
    """Return a verdict on a formula that is not right with what is wrong with it."""
    if verdict.how == "leading":
        found = [m for m in _misses(comparison, _compared(comparison, verdict)) if m.name in PARTS]
        return replace(verdict, misses=tuple(found))
    if verdict.verdict != "wrong" and verdict.how != "near":
        return verdict
    best: tuple[int, Candidate, list[Miss]] | None = None
    for candidate in _meant(comparison):
        found = _misses(comparison, candidate)
        least = len(RANKS) if candidate.variant is None else TELLING  # of a variant more is asked
        if found and (best is None or rank(found[0]) < min(best[0], least)):
            best = rank(found[0]), candidate, found
        if candidate.variant is None and best is not None and best[0] < TELLING:
            break
    if best is None:
        return verdict
    _, candidate, found = best
    if candidate.variant is not None:
        return replace(
            verdict, misses=tuple(_of_variant(miss, candidate.variant) for miss in found)
        )
    kept = {"verdict": verdict.verdict, "holds": verdict.holds, "how": verdict.how}
    return replace(comparison.open(candidate, "wrong"), **kept, misses=tuple(found))  # type: ignore[arg-type]


def _compared(comparison: Comparison, verdict: Verdict) -> Candidate:
    """Return the candidate that a verdict compares the claim with."""
    alike = (c for c in comparison.target.candidates if c.value == verdict.actual)
    return next(alike, comparison.target.first)


def _meant(comparison: Comparison) -> Iterator[Candidate]:
    yield from comparison.wanted()
    if comparison.target.asked is None:
        return
    for candidate in comparison.target.variants():
        if candidate.variant in VARIANTS[:2] and comparison.is_right(candidate):
            yield candidate


def _misses(comparison: Comparison, candidate: Candidate) -> list[Miss]:
    claim, value = comparison.best(candidate).claim, candidate.value
    case = Case(claim, value, candidate, comparison.target, comparison.facts, comparison.printed)
    if (
        claim.free_symbols.isdisjoint(value.free_symbols)
        and claim.free_symbols | value.free_symbols
    ):
        # nothing that both are made of: no term or symbol stands for another
        few = [factor] if case.target.cost is None else [strides, mistakes, factor]
        return [miss for entry in few for miss in entry(case)]
    return misses(case)


def _of_variant(miss: Miss, edit: Edit) -> Miss:
    """Return a miss as one of the edited layer."""
    return replace(miss, en=f"{edit.en}: {miss.en}", zh=f"{edit.zh}：{miss.zh}")
