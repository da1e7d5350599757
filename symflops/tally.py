"""An exact table of operations: (operation, role) → how many.

A tally is added to tallies only. What an operation is worth is a convention's business, not the tally's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, get_args

from symflops.exprs import ZERO, collect, product, shortest, terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import sympy

    from symflops.exprs import Terms

#: Elementary operations on numbers. Moves, negation and indexing are none.
Operation = Literal[
    "mul", "add", "sub", "div", "cmp", "exp", "log", "sqrt", "erf", "tanh", "pow", "unknown"
]
#: What the operations are done for.
Role = Literal[
    "dot.conv",
    "dot.linear",
    "dot.attention",
    "dot.other",
    "bias",
    "act",
    "norm",
    "pool",
    "softmax",
    "skip",
    "other",
]
OPERATIONS: tuple[Operation, ...] = get_args(Operation)
ROLES: tuple[Role, ...] = get_args(Role)
Key = tuple[Operation, Role]


@dataclass(frozen=True)
class Tally:
    """Counts by operation and role; a count is a sum of products as the step states it."""

    counts: Mapping[Key, sympy.Expr] = field(default_factory=lambda: MappingProxyType({}))

    def __add__(self, other: Tally) -> Tally:
        if not isinstance(other, Tally):
            return NotImplemented
        merged = dict(self.counts)
        for key, count in other.counts.items():
            merged[key] = merged.get(key, ZERO) + count
        return Tally(merged)

    def times(self, number: sympy.Expr) -> Tally:
        """Return the tally of ``number`` repetitions."""
        return Tally({key: product((number, count)) for key, count in self.counts.items()})

    def __iter__(self) -> Iterator[tuple[Key, sympy.Expr]]:
        return iter(self.counts.items())

    def __bool__(self) -> bool:
        return bool(self.counts)

    def weighed(self, weigh: Mapping[Key, sympy.Rational]) -> Terms:
        """Return Σ weight · count as terms; an operation that is not weighed counts nothing."""
        return collect(
            (monomial, number * weigh[key])
            for key, count in self.counts.items()
            if weigh.get(key)
            for monomial, number in terms(count)
        )


NOTHING = Tally()


def total(weighed: Iterable[tuple[sympy.Expr, Terms]]) -> Terms:
    """Return Σ multiplicity · terms with like terms added."""
    return shortest(
        collect(
            pair
            for multiplicity, pairs in weighed
            for monomial, number in pairs.items()
            for pair in _times(multiplicity, monomial, number)
        )
    )


def _times(
    multiplicity: sympy.Expr, monomial: sympy.Expr, number: sympy.Rational
) -> Iterator[tuple[sympy.Expr, sympy.Rational]]:
    if multiplicity.is_Rational:
        yield monomial, number * multiplicity
    else:
        content, part = multiplicity.primitive()  # 2·(k + 1) and k + 1 are multiples of one sum
        yield from terms(product((number * content, part, monomial)))
