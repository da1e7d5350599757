"""What is right in the limit: a formula that agrees with the exact one as some symbols grow."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy

from symflops.analysis.growth import Growth
from symflops.claims.equality import difference, known, taken
from symflops.claims.proofs import proof
from symflops.claims.values import approximately, value_or_none
from symflops.claims.witnesses import dimensions
from symflops.errors import NotClosedError
from symflops.exprs import log2

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.facts import Facts, Relation
    from symflops.symbols import Symbol

MOST_TRIED = 60  # sets of symbols that are taken to grow
FAR_OUT = 10**40
ABOUT = 0.1


def smooth(expr: sympy.Expr) -> sympy.Expr:
    """Return an expression with the natural logarithm in terms of log2: a factor tells them apart."""
    return expr.replace(sympy.log, lambda inside: log2(inside) * sympy.Dummy("ln2", positive=True))


@dataclass(frozen=True)
class LeadingOrder:
    """A claim that is right in the limit: as ``growing`` grow, its ratio to the exact value tends to 1.

    ``left_out`` is what the exact formula has beyond the claim.
    """

    growing: tuple[Symbol, ...]
    left_out: sympy.Expr
    all_large: bool


def right_to_leading_order(
    claim: Any,
    exact: Any,
    growing: Iterable[Symbol] = (),
    facts: Facts | Iterable[Relation] = (),
) -> LeadingOrder | None:
    """Return in which limit a claim is right, or None: all symbols large, or the fewest of them.

    >>> from symflops import dims
    >>> N, D, s = dims("N D s")
    >>> right_to_leading_order(2*N*D**2, 2*N*D**2 - D)
    LeadingOrder(growing=(D, N), left_out=-D, all_large=True)
    >>> right_to_leading_order(2*N**2*D, 4*N*D**2 + 2*N**2*D).growing
    (N,)
    >>> right_to_leading_order(N*D, 2*N*D)
    """
    claim, exact, facts = taken(claim), taken(exact), known(facts)
    symbols = dimensions(claim, exact)
    chosen = [tuple(growing)] if growing else _some(symbols)
    for moving in chosen:
        if moving and _is_near(claim, exact, moving) and _same_lead(claim, exact, moving, facts):
            left_out = difference(claim, exact, facts)
            return LeadingOrder(moving, left_out, all_large=len(moving) == len(symbols))
    return None


def _some(symbols: list[Symbol]) -> list[tuple[Symbol, ...]]:
    """Return all symbols, then one at a time, then more of them."""
    sets = (
        found
        for count in range(1, len(symbols))
        for found in itertools.combinations(symbols, count)
    )
    return [tuple(symbols), *itertools.islice(sets, MOST_TRIED)]


def _is_near(claim: sympy.Expr, exact: sympy.Expr, moving: tuple[Symbol, ...]) -> bool:
    """Say whether the ratio of both may tend to 1, by one place far out: only then it is looked into."""
    place = {
        symbol: sympy.Integer(FAR_OUT + n if symbol in moving else 2 + n)
        for n, symbol in enumerate(dimensions(claim, exact))
    }
    values = [value_or_none(side, place) for side in (claim, exact)]
    if None in values or 0 in values:
        return True
    claimed, actual = map(approximately, values)
    return not (claimed.is_real and actual.is_real) or bool(abs(claimed / actual - 1) < ABOUT)


def _same_lead(
    claim: sympy.Expr, exact: sympy.Expr, moving: tuple[Symbol, ...], facts: Facts
) -> bool:
    growth = Growth(moving, facts)
    try:
        leads = [tuple(map(growth.written, growth.leading(smooth(e)))) for e in (claim, exact)]
    except NotClosedError:
        return False
    (above, below), (over, under) = leads
    if above == 0 or over == 0:
        return False
    return proof(above * under, over * below, facts).holds is True
