"""Whether a formula stays below another for all sizes: ``a ≤ b``, proved or refuted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy

from symflops.claims.atoms import MOST_TO_FACTOR, Atoms, with_rooted_symbols
from symflops.claims.equality import Decision, decide, difference, known, taken
from symflops.claims.quotients import TooLongError
from symflops.claims.series import closed
from symflops.claims.values import sign
from symflops.claims.witnesses import sought
from symflops.errors import ArgumentError
from symflops.exprs import ZERO, over_one_line, spread
from symflops.extents import extent
from symflops.facts import Facts, Relation, at_least

if TYPE_CHECKING:
    from collections.abc import Iterable

STRICT = {"<": True, "<=": False, ">": True, ">=": False}


def bounded(a: Any, relation: str, b: Any, facts: Facts | Iterable[Relation] = ()) -> Decision:
    """Decide whether a ``<``, ``<=``, ``>`` or ``>=`` b wherever both are defined and the facts hold.

    ``equal`` of the decision is True where the bound is proved, and False where the witness breaks it.

    >>> from symflops import dims
    >>> h, w, c, d = dims("h w c d")
    >>> bounded(2*h*w*sympy.sqrt(c*d), "<=", h*w*(c + d)).equal     # the mean of c and d is above their root
    True
    >>> print(bounded(h**2, "<=", 4*h).witness)
    h = 5: 25, not 20

    Raises:
        ArgumentError: no such relation, or a side is not finite.
    """
    if relation not in STRICT:
        message = f"{relation!r} is no bound; there are {', '.join(STRICT)}"
        raise ArgumentError(message)
    a, b, facts = taken(a), taken(b), known(facts)
    strictly, upward = STRICT[relation], 1 if relation.startswith("<") else -1
    between = difference(a, b, facts)
    refuting = (0, -1) if strictly else (-1,)  # signs of what should be above 0
    witness = sought(a, b, facts, refutes=lambda apart: sign(-upward * apart) in refuting)
    if witness is not None:
        return Decision(equal=False, difference=between, witness=witness)
    try:
        holds = _is_above_zero(upward * (b - a), facts, strictly=strictly)
    except (TooLongError, ArgumentError, ZeroDivisionError, sympy.PolynomialError):
        holds = False
    if holds or (not strictly and decide(a, b, facts).equal):
        return Decision(equal=True, difference=between)
    return Decision(None, between, missing=f"no rule says whether {a} {relation} {b}")


def _is_above_zero(expr: sympy.Expr, facts: Facts, *, strictly: bool) -> bool:
    """Prove that an expression is above 0, or not below: as it stands, or factor by factor."""
    expr = facts.canonical(closed(expr))
    if expr.is_number:
        return sign(expr) in ((1,) if strictly else (0, 1))
    if facts.decide(Relation(expr, ">", ZERO) if strictly else at_least(expr, 0)):
        return True
    (smooth,) = with_rooted_symbols(expr)
    above, below = over_one_line(Atoms(facts).over_atoms(smooth))
    product = spread(above) * below
    if extent(product) * len(product.free_symbols) > MOST_TO_FACTOR:
        return False
    number, factors = sympy.factor_list(product)
    for factor, power in factors:
        if facts.decide(Relation(factor, ">", ZERO)) or factor.is_positive:
            continue
        if facts.decide(Relation(-factor, ">", ZERO)) or (-factor).is_positive:
            number = number * (-1) ** power
        elif strictly or power % 2:
            return False
    return bool(number > 0 if strictly else number >= 0)
