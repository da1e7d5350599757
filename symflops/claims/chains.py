"""Chains of sides: each step is judged by itself, and the first that fails is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy

from symflops.claims.approximations import near, omission, rounded
from symflops.claims.bounds import bounded
from symflops.claims.equality import decide
from symflops.claims.verdicts import Judged

if TYPE_CHECKING:
    from symflops.facts import Facts
    from symflops.reading.readings import Printed

ROUGH = ("≈", "~", "∼", "≃", "≅")
BOUNDS = {"≤": "<=", "<=": "<=", "<": "<", "≥": ">=", ">=": ">=", ">": ">"}
ROUGHLY = sympy.Rational(1, 20)  # how far apart numbers may be that ≈ stands between


def judged(
    left: Any, sign: str, right: Any, facts: Facts, printed: tuple[Printed, ...] = ()
) -> Judged:
    """Return whether one step of a chain holds.

    >>> from symflops import dims
    >>> from symflops.facts import Facts
    >>> N, D = dims("N D")
    >>> judged(2*N*(D + 1), "=", 2*N*D + 2*N, Facts()).holds, judged(N, "=", D, Facts()).holds
    (True, False)
    """
    if sign in BOUNDS:
        return _bound(left, sign, right, facts)
    decision = decide(right, left, facts)
    off = near(right, left)
    if decision.equal or decision.equal is None:
        return Judged(left, sign, right, decision.equal)
    if _is_rounded(left, right, printed):
        return Judged(left, sign, right, holds=True, off=off)
    if sign in ROUGH and (_is_rough(left, right) or (off is not None and abs(off) <= ROUGHLY)):
        return Judged(left, sign, right, holds=True, off=off)
    return Judged(left, sign, right, False, decision.witness, off)  # noqa: FBT003 - it does not hold


def _is_rounded(left: Any, right: Any, printed: tuple[Printed, ...]) -> bool:
    if not (left.is_Rational and right.is_Rational):
        return False
    return any(rounded(a, b, printed) for a, b in ((left, right), (right, left)))


def _is_rough(left: Any, right: Any) -> bool:
    return omission(right, left) is not None or omission(left, right) is not None


def _bound(left: Any, sign: str, right: Any, facts: Facts) -> Judged:
    decision = bounded(left, BOUNDS[sign], right, facts)
    return Judged(left, sign, right, decision.equal, decision.witness and decision.witness.turned)
