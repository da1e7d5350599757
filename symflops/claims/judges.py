"""Judges what a claim was read as: a formula, a chain of them, or an order of growth."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sympy
from sympy import Mul

from symflops.claims import chains
from symflops.claims.approximations import omission
from symflops.claims.comparing import Comparison, subject
from symflops.claims.matching import by_the_names, guessed, put
from symflops.claims.nearest import explained
from symflops.claims.orders import grows
from symflops.claims.verdicts import Judged, Subject, Verdict
from symflops.conventions import CONVENTIONS
from symflops.errors import ArgumentError
from symflops.facts import Facts
from symflops.reading.amounts import NAMED
from symflops.reading.readings import Growth, Printed, Reading, Relation
from symflops.setups import facts_in, relations_in
from symflops.symbols import by_name, exact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from symflops.claims.targets import Target

#: Words for quantities on a side of their own; one letter is a symbol.
NAMES = {word: quantity for word, quantity in NAMED.items() if len(word) > 1}


def letters(value: Any) -> dict[str, Any]:
    """Return the symbols of a formula, a chain or an order, by name."""
    sides = value.sides if isinstance(value, Relation) else (value,)
    bare = [side.expr if isinstance(side, Growth) else side for side in sides if side is not None]
    return by_name(set().union(*(side.free_symbols for side in bare)))


class Judge:
    """Judges what was read: a formula, a chain, or an order of growth."""

    def __init__(
        self,
        target: Target,
        symbols: Mapping[Any, Any] | None,
        notation: str | None,
        at: Mapping[Any, Any] | None,
        assume: Any,
        growing: tuple[Any, ...],
        constants: tuple[Any, ...],
    ) -> None:
        self.target, self.symbols, self.notation = target, symbols, notation
        self.values = {str(k): exact(v) for k, v in (at or {}).items()}
        self.growing, self.constants = growing, constants
        self.stated = facts_in(assume)
        self.bare = target.expr is None and target.cost is None
        self.convention = target.convention

    def verdict(self, reading: Reading) -> Verdict:
        """Return the verdict on one reading of a claim."""
        value = reading.value
        printed = tuple(reading.printed)
        if isinstance(value, Relation):
            return self.chain(value, printed)
        return self._alone(value, printed, roughly=False)

    def _alone(self, side: Any, printed: tuple[Printed, ...], *, roughly: bool) -> Verdict:
        """Judge what has no other side, or a name alone on that."""
        if self.bare:
            message = "a formula by itself claims nothing: say what it is held against"
            raise ArgumentError(message)
        if isinstance(side, Growth):
            return self.order(side)
        return self.formula(side, printed, roughly=roughly)

    def facts(self, expr: Any) -> tuple[Any, ...]:
        """Return the stated facts that a formula's own symbols are concerned with."""
        if self.target.cost is not None:
            return ()
        known = {} if self.bare else dict(self.target.symbols)
        known |= {s.name: s for s in expr.free_symbols}
        return relations_in(self.stated, known)

    def formula(self, expr: Any, printed: tuple[Printed, ...], *, roughly: bool) -> Verdict:
        """Hold one formula against the target."""
        comparison = Comparison(
            expr,
            self.target,
            self.symbols,
            self.notation,
            self.values,
            self.facts(expr),
            printed,
            roughly,
        )
        return explained(comparison, comparison.verdict())

    def order(self, claim: Growth) -> Verdict:
        """Hold O(…) against the target: the quantity asked for, or its MACs."""
        candidate = self.target.first
        found = by_the_names(claim.expr, self.target.symbols, self.symbols, self.notation)
        found = guessed(found, candidate.value)
        growing, constants = (self._own(names) for names in (self.growing, self.constants))
        decision = grows(
            Growth(claim.order, found.claim), candidate.value, growing, constants, self.target.facts
        )
        open_ = (
            "ambiguous" if decision.fixed or decision.ties or decision.otherwise else "undecided"
        )
        word = {True: "correct", False: "wrong", None: open_}[decision.equal]
        return Verdict(
            word,  # type: ignore[arg-type]
            Growth(claim.order, found.claim),
            candidate.value,
            holds=decision.equal,
            quantities=(candidate.quantity,) if candidate.quantity else (),
            difference=decision.difference,
            witness=None,
            missing=decision.missing,
            order=decision,
            mapping=found.mapping,
            subject=Subject(candidate.quantity, order=self.target.order),
        )

    def _own(self, names: Iterable[Any]) -> list[Any]:
        """Return symbols by their names in the target."""
        known = self.target.symbols
        return [known.get(str(name), name) for name in names]

    # chains

    def chain(self, claim: Relation, printed: tuple[Printed, ...], before: str = "") -> Verdict:
        """Judge every step of a chain, and its formula against the target."""
        if (named := self._of_a_quantity(claim)) is not None:
            return named.chain(Relation(claim.sides[1:], claim.signs[1:]), printed, claim.signs[0])
        sides, signs = self._sides(claim)
        if len(sides) == 1:
            roughly = any(sign in chains.ROUGH for sign in (before, *claim.signs))
            return self._alone(sides[0], printed, roughly=roughly)
        steps = []
        for left, sign, right in zip(sides, signs, sides[1:], strict=False):
            if isinstance(left, Growth) or isinstance(right, Growth):
                continue
            pair = (self._valued(left), self._valued(right))
            facts = Facts((*self._target_facts(), *self.facts(sum(pair))))
            steps.append(chains.judged(pair[0], sign, pair[1], facts, printed))
        found = self._chained(sides, tuple(steps), printed, claim)
        return found if found.holds else self._counted_otherwise(claim, printed, found)

    def _counted_otherwise(
        self, claim: Relation, printed: tuple[Printed, ...], found: Verdict
    ) -> Verdict:
        """Return the verdict by the conventions under which a chain that names FLOPs holds, if there are any."""
        cost = self.target.cost
        named = {NAMES.get(name) for name in letters(claim)}
        if cost is None or self.convention is not None or "flops" not in named:
            return found
        held: dict[str, Verdict] = {}
        other = copy(self)
        for name, convention in CONVENTIONS.items():
            other.convention = convention
            if (verdict := other.chain(claim, printed)).holds:
                held[name] = verdict
        if not held:
            return found
        ways = tuple(held)
        if found.verdict == "approximation":
            return replace(found, notes=(*found.notes, f"Counted by {', '.join(ways)} it holds"))
        flops = exact(cost.under(ways[0]).flops), exact(cost.flops)
        return replace(held[ways[0]], verdict="correct_under_convention", claim=flops[0], actual=flops[1],
                       conventions=ways, quantities=("flops",), counted=cost.convention.name,
                       subject=subject(self.target, "flops"))  # fmt: skip

    def _of_a_quantity(self, claim: Relation) -> Judge | None:
        """Return who judges ``FLOPs = …``: the first side says of which quantity the others are."""
        first, *rest = claim.sides
        name = getattr(first, "name", "")
        if self.target.cost is None or name not in NAMES or claim.signs[0] in chains.BOUNDS:
            return None
        if any(n in NAMES for side in rest for n in letters(side)):
            return None
        other = copy(self)
        asked = self.target.asked or NAMES[name]
        other.target = replace(self.target, asked=asked, others={})
        return other

    def _target_facts(self) -> tuple[Any, ...]:
        return () if self.bare else self.target.facts

    def _valued(self, side: Any) -> Any:
        known = {} if self.bare else self.target.symbols
        found = by_the_names(side, known, self.symbols, self.notation).claim
        return put(
            found, {s: self.values[s.name] for s in found.free_symbols if s.name in self.values}
        )

    def _chained(
        self,
        sides: list[Any],
        steps: tuple[Judged, ...],
        printed: tuple[Printed, ...],
        claim: Relation,
    ) -> Verdict:
        broken = next((step for step in steps if step.holds is False), None)
        if self.bare or self._speaks_of_the_target(claim):
            return _of_steps(steps, broken)
        growth = next((side for side in sides if isinstance(side, Growth)), None)
        written = [side for side in sides if not isinstance(side, Growth)]
        if growth is None:
            verdict = self.formula(sides[0], printed, roughly=False)
        else:
            verdict = self.order(growth)
            formula = self.formula(written[0], printed, roughly=False) if written else verdict
            if verdict.holds and formula.verdict == "wrong":
                verdict = formula
        if broken is not None:
            return replace(
                verdict,
                verdict="wrong",
                holds=False,
                steps=steps,
                misses=(),
                witness=broken.witness,
            )
        if verdict.verdict == "wrong" and written and written[-1].is_Rational:
            other = self.formula(written[-1], printed, roughly=False)
            verdict = other if other.holds else verdict
        return replace(verdict, steps=steps)

    def _sides(self, claim: Relation) -> tuple[list[Any], list[str]]:
        """Return the sides of a chain, without a name in front, quantities by what they are."""
        sides, signs = list(claim.sides), list(claim.signs)
        while len(sides) > 1 and (sides[0] is None or self._is_a_name(sides[0], signs[0])):
            sides, signs = sides[1:], signs[1:]
        return [self._with_quantities(side) for side in sides], signs

    def _is_a_name(self, side: Any, sign: str) -> bool:
        """Say whether a side only names what follows: a symbol that the target does not have."""
        if isinstance(side, Growth):
            return self._is_a_word(side) and sign not in chains.BOUNDS
        if not side.is_Symbol or sign in chains.BOUNDS:
            return False
        if side.name in NAMES and self.target.cost is not None:
            return False
        known = {} if self.bare else self.target.symbols
        return side.name not in known and side.name not in {str(k) for k in self.symbols or {}}

    def _is_a_word(self, side: Growth) -> bool:
        """Say whether an order's parentheses hold a word that names a layer: Ω(MSA) = 4hwC² + 2(hw)²C."""
        known = {} if self.bare else self.target.symbols
        word = "".join(sorted(letters(side)))
        made_of = Mul(*side.expr.free_symbols) == side.expr and not letters(side).keys() & set(
            known
        )
        return made_of and not self.bare and len(word) > 1 and word.isupper()

    def _with_quantities(self, side: Any) -> Any:
        """Put the target's own quantities in for FLOPs, MACs, params."""
        if isinstance(side, Growth) or self.target.cost is None:
            return side
        cost = (
            self.target.cost if self.convention is None else self.target.cost.under(self.convention)
        )
        swaps = {
            s: exact(cost.metric(NAMES[s.name]))
            for s in side.free_symbols
            if NAMES.get(s.name) in ("flops", "macs", "params")
        }
        return side.xreplace(swaps)

    def _speaks_of_the_target(self, claim: Relation) -> bool:
        """Say whether a chain names quantities of the target, so that its steps are all that it claims."""
        return self.target.cost is not None and any(n in NAMES for n in letters(claim))


def _of_steps(steps: tuple[Judged, ...], broken: Judged | None) -> Verdict:
    """Return the verdict on a chain that is held against nothing else."""
    if not steps:
        message = "a formula by itself claims nothing: say what it is held against"
        raise ArgumentError(message)
    shown = broken or steps[0]
    left_out = omission(shown.right, shown.left) if broken else None
    if broken is not None and left_out is not None:
        return Verdict(
            "approximation",
            broken.right,
            broken.left,
            holds=False,
            how="leading",
            omitted=left_out[0],
            growing=left_out[1],
            difference=left_out[0],
            witness=broken.witness,
        )
    rough = [step for step in steps if step.holds and step.off]
    word = "wrong" if broken else "approximation" if rough else "correct"
    if broken is None and any(step.holds is None for step in steps):
        return Verdict("undecided", shown.left, None, holds=None, steps=steps)
    return Verdict(
        word,  # type: ignore[arg-type]
        shown.left if broken is None else shown.right,
        shown.left if broken else None,
        holds=broken is None,
        steps=steps,
        difference=sympy.Integer(0) if broken is None else shown.left - shown.right,
        witness=shown.witness,
        off=shown.off,
    )
