"""The nearest miss: of all ways in which a formula may go wrong, those that lead to the claim."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from symflops.claims.misses import Case, misses

if TYPE_CHECKING:
    from symflops.claims.comparing import Comparison
    from symflops.claims.verdicts import Verdict


def explained(comparison: Comparison, verdict: Verdict) -> Verdict:
    """Return a verdict on a formula that is not right with what is wrong with it."""
    if verdict.verdict not in ("wrong", "approximation") or verdict.how in ("rounded", "truncated"):
        return verdict
    wanted = comparison.wanted() if verdict.verdict == "wrong" else ()
    for candidate in wanted:
        claim = comparison.best(candidate).claim
        case = Case(claim, candidate.value, candidate, comparison.target, comparison.facts)
        found = tuple(misses(case))
        if found:
            return replace(
                comparison.open(candidate, verdict.verdict), **_kept(verdict), misses=found
            )
    return verdict


def _kept(verdict: Verdict) -> dict[str, object]:
    return {name: getattr(verdict, name) for name in ("holds", "how", "off", "omitted", "growing")}
