"""What a step takes, as a value: so many outputs, and so much for each of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sympy

from symflops.derivations.factors import grouped, times
from symflops.derivations.lines import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symflops.derivations.factors import Factors
    from symflops.tally import Key, Operation, Role
    from symflops.typeset.forms import Form

Counts = dict["Operation", sympy.Expr]


@dataclass(frozen=True)
class Account:
    """What a step takes: ``units``, each of which takes ``each`` of some operations.

    ``units`` are factors in the order in which a paper prints them; without any, the counts are those of all.
    ``key`` is the sentence that says it, with ``parts`` of its own. Of rows that are not equally long, ``row``
    is what one of n entries takes.
    """

    key: str
    units: Factors
    each: tuple[tuple[Operation, Form], ...]
    role: Role
    parts: tuple[tuple[str, Any], ...] = ()
    row: tuple[tuple[Operation, Form], ...] = ()

    def counted(self, weigh: Mapping[Key, sympy.Rational]) -> Account:
        """Return the account of what is worth something."""
        each, row = (
            tuple((op, form) for op, form in counts if weigh.get((op, self.role)))
            for counts in (self.each, self.row)
        )
        return replace(self, each=each, row=row)

    def worth(self, weigh: Mapping[Key, sympy.Rational]) -> list[Form]:
        """Return what a unit takes, each operation at its weight."""
        found = []
        for operation, count in self.each:
            weight = weigh[(operation, self.role)]
            found.append(count if weight == 1 else times(weight, count))
        return found

    @property
    def sentence(self) -> Reason:
        """The sentence that says what a unit takes."""
        units = (("outputs", grouped(self.units)),) if self.units else ()
        row = (("row", self.row),) if self.row else ()
        return Reason(self.key, (*units, *self.parts, *row, ("counts", self.each)))


def account_of(key: str, units: Factors, each: Any, role: Role, **parts: Any) -> Account:
    """Return an account without operations of which there are none."""
    return Account(key, units, tuple(e for e in each if e[1] != 0), role, tuple(parts.items()))


def but_ones(order: Factors) -> Factors:
    """Return the factors that are not 1."""
    return tuple(factor for factor in order if factor != 1)
