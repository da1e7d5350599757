"""What a convention leaves out of a cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy

from symflops.conventions import EXACT
from symflops.metrics import work
from symflops.tally import ROLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symflops.conventions import Convention
    from symflops.metrics import Profile
    from symflops.portions import Portion


@dataclass(frozen=True)
class Omitted:
    """Operations of a role that a convention leaves out, and their share of all operations."""

    role: str
    operations: Any
    share: Any

    def __str__(self) -> str:
        return f"{self.role}: {self.operations} operations"


def omitted(profile: Profile, convention: Convention, portion: Portion) -> Iterator[Omitted]:
    """Yield the operations of every role that the convention weighs by nothing."""
    everything = portion.of(work(profile, EXACT.table))
    for role in ROLES:
        if convention.counts(role):
            continue
        # an unknown is never left out
        table = {key: w for key, w in EXACT.table.items() if key[1] == role and key[0] != "unknown"}
        operations = portion.of(work(profile, table))
        if operations != 0:
            yield Omitted(role, operations, sympy.cancel(operations / everything))
