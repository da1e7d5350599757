"""Sizes at which two expressions differ: the smallest sensible ones, to be redone by hand.

Values are exact. Both are worked out at every place that is tried, and what is undefined there (a division by 0, a
sum that runs backwards) is no witness.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sympy import Product, Sum

from symflops.claims.places import MOST_PLACES, places, quotients
from symflops.claims.values import UndefinedError, is_certainly_not_zero, value
from symflops.extents import length
from symflops.symbols import is_index

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import sympy

    from symflops.facts import Facts
    from symflops.symbols import Symbol

MOST_WORK = 300_000  # places times the length of both expressions
SUMMED = 100  # terms that a sum is taken to have
PREFERRED = 24  # places among which one with whole values above 0 is looked for
MOST_SENSE = (True, True, True)


@dataclass(frozen=True)
class Witness:
    """Sizes, and what both expressions are there.

    >>> from symflops import dims
    >>> from symflops.facts import Facts
    >>> N, D = dims("N D")
    >>> print(sought(N**3, N**2 * D, Facts()))
    D = 2, N = 3: 27, not 18
    """

    sizes: dict[Symbol, Any]
    claimed: sympy.Expr
    actual: sympy.Expr

    @property
    def turned(self) -> Witness:
        """The same with both sides exchanged."""
        return Witness(self.sizes, self.actual, self.claimed)

    @property
    def sense(self) -> tuple[bool, ...]:
        """How sensible the values are: fractions, whole, above 0."""
        both = (self.claimed, self.actual)
        kinds = [(v.is_Rational, v.is_Integer, bool(v.is_positive)) for v in both]
        return tuple(map(all, zip(*kinds, strict=True)))

    def __str__(self) -> str:
        where = ", ".join(f"{symbol} = {value}" for symbol, value in self.sizes.items())
        return f"{where}{': ' if where else ''}{self.claimed}, not {self.actual}"


def sought(
    a: sympy.Expr,
    b: sympy.Expr,
    facts: Facts,
    hints: Sequence[Mapping[Symbol, tuple[int, int]]] = (),
    most: int = MOST_PLACES,
    refutes: Callable[[sympy.Expr], bool] | None = None,
) -> Witness | None:
    """Look for a witness among small sizes that agree with the facts; ``hints`` are remainders to begin with.

    ``refutes`` says which differences a - b refute what is claimed; without it, those that are not 0.
    """
    refutes = refutes or is_certainly_not_zero
    symbols = dimensions(a, b)
    wishes = dict.fromkeys(wish for side in (a, b) for wish in quotients(side))
    soft = sorted(wishes, key=lambda wish: (length(wish.quotient), str(wish)))
    effort = sum(length(side) * (SUMMED if side.has(Sum, Product) else 1) for side in (a, b))
    tried = min(most, max(20, MOST_WORK // (1 + effort)))
    found: Witness | None = None
    for count, place in enumerate(itertools.islice(places(symbols, facts, soft, hints), tried)):
        if found is not None and count >= PREFERRED:
            break
        witness = _differing(a, b, place, refutes)
        if witness is None:
            continue
        if witness.sense == MOST_SENSE:
            return witness
        if found is None or witness.sense > found.sense:
            found = witness
    return found


def dimensions(*sides: sympy.Expr) -> list[Symbol]:
    """Return the symbols in the order in which they are written in print."""
    free = set().union(*(side.free_symbols for side in sides))
    return sorted((s for s in free if not is_index(s)), key=lambda s: s.name)


def _differing(
    a: sympy.Expr, b: sympy.Expr, place: dict[Symbol, Any], refutes: Callable[[sympy.Expr], bool]
) -> Witness | None:
    try:
        claimed, actual = value(a, place), value(b, place)
    except (UndefinedError, ZeroDivisionError, RecursionError):
        return None
    return Witness(place, claimed, actual) if refutes(claimed - actual) else None
