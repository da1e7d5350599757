"""What a derivation is made of: lines that are equal, passages of them, and the reasons for each.

Nothing here knows of layers, of languages or of LaTeX.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sympy

from symflops.claims.equality import decide
from symflops.errors import SymflopsError
from symflops.exprs import collect, expanded, terms
from symflops.metrics import closed_sum
from symflops.typeset.forms import value
from symflops.typeset.scribe import write
from symflops.typeset.writer import Order

if TYPE_CHECKING:
    from symflops.facts import Facts
    from symflops.symbols import Symbol
    from symflops.typeset.forms import Form


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
    """One line: what is equal to the line before, and why; ``name`` is what stands left of the sign.

    ``sizes`` are what the names of sizes in it stand for, H_1 for ⌊H/2⌋, and ``order`` has its factors from left
    to right.
    """

    form: Form
    why: Reason | None = None
    name: Form | None = None
    sizes: tuple[tuple[Symbol, sympy.Expr], ...] = ()
    order: tuple[sympy.Expr, ...] = ()

    @property
    def text(self) -> str:
        """What is right of the sign, in Unicode."""
        return write(self.form, "text", Order(self.order))

    @property
    def expr(self) -> sympy.Expr:
        """The exact value of the line, in the symbols of the cost."""
        shown = value(self.form)
        return shown.xreplace(dict(self.sizes)) if self.sizes else shown


Chain = tuple[Line, ...]


@dataclass(frozen=True)
class Passage:
    """What is told about one thing: sentences, then lines; a line with a name begins a new chain of equal ones."""

    lines: tuple[Line, ...]
    said: tuple[Reason, ...] = ()
    title: Any = ""  # a label of a layer, or words
    path: str = ""  # of the layer

    @property
    def chains(self) -> list[Chain]:
        """The lines that are equal, chain by chain."""
        found: list[list[Line]] = []
        for line in self.lines:
            if line.name is not None or not found:
                found.append([])
            found[-1].append(line)
        return [tuple(chain) for chain in found]

    @property
    def expr(self) -> sympy.Expr:
        """What the last chain ends in."""
        return self.lines[-1].expr

    def naming(self, sizes: tuple[tuple[Symbol, sympy.Expr], ...]) -> Passage:
        """Return the passage with what the names of sizes in it stand for."""
        return replace(self, lines=tuple(replace(line, sizes=sizes) for line in self.lines))


def verified(passage: Passage, facts: Facts) -> Passage:
    """Return the passage if every line equals the one before, and every name what it is given.

    Raises:
        UnverifiedError: two lines that are not equal, or not provably so.
    """
    for chain in passage.chains:
        sides = [value(line.form) for line in chain]
        if chain[0].name is not None:
            sides.insert(0, value(chain[0].name))
        for before, after in itertools.pairwise(sides):
            hold(before, after, facts, str(passage.title))
    return passage


def hold(before: sympy.Expr, after: sympy.Expr, facts: Facts, where: str = "") -> None:
    """Do nothing if two expressions are equal.

    Raises:
        UnverifiedError: they are not, or not provably so.
    """
    if not are_equal(before, after, facts):
        message = f"{where}: {before} = {after} could not be shown".removeprefix(": ")
        raise UnverifiedError(message)


def are_equal(a: sympy.Expr, b: sympy.Expr, facts: Facts) -> bool:
    """Say whether two expressions are equal: term by term where that is enough, else by a proof."""
    a, b = closed(a), closed(b)
    if a == b or expanded(collect(terms(a))) == expanded(collect(terms(b))):
        return True
    return decide(a, b, facts).equal is True


def closed(expr: sympy.Expr) -> sympy.Expr:
    """Return an expression with its sums over an index in closed form, where they have one."""
    while True:
        series = [s for s in expr.atoms(sympy.Sum) if not s.function.atoms(sympy.Sum)]
        swaps = {s: _closed(s) for s in series}
        changed = expr.xreplace({s: e for s, e in swaps.items() if e != s})
        if changed == expr:
            return expr
        expr = changed


def _closed(series: sympy.Sum) -> sympy.Expr:
    found = series.function
    for index, first, last in series.limits:
        found = closed_sum(found, index, first, last)
    return found
