"""What a derivation is made of: lines that are equal, passages of them, and the reasons for each.

Nothing here knows of layers, of languages or of LaTeX.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symflops.claims.equality import decide
from symflops.errors import SymflopsError
from symflops.forms import value

if TYPE_CHECKING:
    import sympy

    from symflops.facts import Facts
    from symflops.forms import Form


class UnverifiedError(SymflopsError, ValueError):
    """A line that is not equal to the one before; it is never shown."""


@dataclass(frozen=True)
class Reason:
    """Why something holds: the key of a sentence, and what its places are filled with.

    A part is a form, a relation, or a word; a language has one sentence for each key.
    """

    key: str
    parts: tuple[tuple[str, Any], ...] = ()


def reason(key: str, **parts: Any) -> Reason:
    """Return the reason of this key with its parts."""
    return Reason(key, tuple(parts.items()))


@dataclass(frozen=True)
class Line:
    """One line: what is equal to the line before, and why; ``name`` is what stands left of the sign."""

    form: Form
    why: Reason | None = None
    name: Form | None = None

    @property
    def expr(self) -> sympy.Expr:
        """The exact value of the line."""
        return value(self.form)


@dataclass(frozen=True)
class Passage:
    """One chain of equal lines about one thing, with the sentences that lead to it."""

    lines: tuple[Line, ...]
    said: tuple[Reason, ...] = ()
    title: Any = ""  # a label of a layer, or words

    @property
    def expr(self) -> sympy.Expr:
        """What the chain ends in."""
        return self.lines[-1].expr


def verified(passage: Passage, facts: Facts, result: Any = None) -> Passage:
    """Return the passage if each line equals the one before, and the last the ``result``.

    Raises:
        UnverifiedError: two lines that are not equal, or not provably so.
    """
    exprs: list[Any] = [line.expr for line in passage.lines]
    for before, after in itertools.pairwise([*exprs, *([] if result is None else [result])]):
        if decide(before, after, facts.relations).equal is not True:
            message = f"{passage.title}: {before} = {after} could not be shown"
            raise UnverifiedError(message)
    return passage
