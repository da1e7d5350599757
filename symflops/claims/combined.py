"""Ways of counting between the named ones: a named convention, and every operation of some roles besides."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from symflops.claims.targets import Candidate
from symflops.claims.values import value_or_none
from symflops.conventions import MAC, MAC_BIAS, TWO_MAC, TWO_MAC_BIAS, TWO_MAC_TWO_BIAS, Convention
from symflops.symbols import exact
from symflops.tally import ROLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import sympy

    from symflops.costs import Cost
    from symflops.symbols import Symbol

BASES = (TWO_MAC, MAC, TWO_MAC_BIAS, MAC_BIAS, TWO_MAC_TWO_BIAS)
BESIDES = tuple(role for role in ROLES if not role.startswith("dot") and role != "bias")


def counting_more(
    cost: Cost, claim: sympy.Expr, point: Mapping[Symbol, Any]
) -> Iterator[Candidate]:
    """Yield the FLOPs by conventions that count further roles, where they come to the claim at some sizes.

    >>> import symflops as sf
    >>> N, D = sf.dims("N D")
    >>> cost = sf.cost(sf.Sequential(sf.Linear(D, D, bias=False), sf.ReLU()), (N, D))
    >>> [c.conventions for c in counting_more(cost, 2*N*D**2 + N*D, {N: 5, D: 7})]
    [('2mac+act',), ('2mac+bias+act',), ('2mac+2bias+act',)]
    """
    point = {symbol: exact(size) for symbol, size in point.items()}
    wanted = value_or_none(claim, point)
    if wanted is None:
        return
    totals: dict[str, tuple[sympy.Expr, Any]] = {}
    for role in BESIDES:
        alone = Convention(role, f"Every operation of {role}.", "by definition", {("*", role): 1})
        total = exact(cost.under(alone).flops)
        there = value_or_none(total, point)
        if total != 0 and there is not None:
            totals[role] = total, there
    sets = [s for n in range(1, len(totals) + 1) for s in itertools.combinations(totals, n)]
    for base in BASES:
        start = value_or_none(exact(cost.under(base).flops), point)
        for roles in sets if start is not None else ():
            if start + sum(totals[role][1] for role in roles) == wanted:
                way = base.counting(*roles)
                found = Candidate(exact(cost.under(way).flops), "flops", (way.name,))
                yield replace(found, cost=cost)
