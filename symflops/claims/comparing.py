"""One formula against everything it may be meant to be: which quantities, conventions and variants it is equal to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import sympy

from symflops.claims.approximations import near, omission, rounded
from symflops.claims.chains import ROUGHLY
from symflops.claims.combined import counting_more
from symflops.claims.equality import Decision, decide
from symflops.claims.matching import Matched, by_the_names, guessed, put, searched
from symflops.claims.values import value_or_none
from symflops.claims.verdicts import Subject, Verdict
from symflops.exprs import cancelled, minimum, over_one_line, spread
from symflops.facts import Facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from symflops.claims.targets import Candidate, Target
    from symflops.facts import Relation
    from symflops.reading.readings import Printed
    from symflops.symbols import Symbol


@dataclass(frozen=True)
class Fit:
    """A candidate that the claim is equal to, and the claim in its symbols."""

    candidate: Candidate
    claim: Matched


@dataclass(eq=False)
class Comparison:
    """Compares one claimed expression with a target."""

    expr: Any
    target: Target
    given: Mapping[Any, Any] | None = None
    notation: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    assumed: tuple[Relation, ...] = ()
    printed: tuple[Printed, ...] = ()
    roughly: bool = False  # said with ≈
    undecided: list[tuple[Candidate, Decision]] = field(default_factory=list)
    point: dict[Symbol, Any] = field(default_factory=dict)  # where sides are compared first

    @cached_property
    def facts(self) -> Facts:
        """What is known of the symbols."""
        return Facts((*self.target.facts, *self.assumed))

    @cached_property
    def named(self) -> Matched:
        """The claim with its letters taken by name, as given, and by the notation."""
        found = by_the_names(self.expr, self.target.symbols, self.given, self.notation)
        swaps = {s: self.values[s.name] for s in found.claim.free_symbols if s.name in self.values}
        loose = tuple(s for s in found.loose if s not in swaps)
        return replace(found, claim=put(found.claim, swaps), loose=loose)

    # what fits

    def fit(self, candidate: Candidate) -> Fit | None:
        """Return the claim as this candidate, if it is proved equal."""
        claim = self._lettered(candidate.value)
        if claim is None:
            return None
        if self._differ(claim.claim, candidate.value):
            return None
        decision = decide(claim.claim, candidate.value, self.facts)
        if decision.equal:
            return Fit(candidate, claim)
        if decision.equal is None:
            self.undecided.append((candidate, decision))
        elif decision.witness is not None and not self.point:
            self.point = dict(decision.witness.sizes)
        return None

    def _lettered(self, value: sympy.Expr) -> Matched | None:
        """Return the claim in the letters of a value, if there is a way; letters that cancel need none."""
        claim = self.named
        if not claim.loose or (found := searched(claim, value)) is not None:
            return found if claim.loose else claim
        short, other = _cancelled(claim.claim), _cancelled(value)
        if (short, other) == (claim.claim, value):
            # the rules for minima and floors may make letters cancel
            return claim if claim.claim.has(minimum, sympy.floor, sympy.ceiling) else None
        loose = tuple(s for s in claim.loose if s in short.free_symbols)
        claim = replace(claim, claim=short, loose=loose)
        return searched(claim, other) if loose else claim

    def _differ(self, claim: sympy.Expr, value: sympy.Expr) -> bool:
        """Say whether both differ where others did: at sizes that agree with the facts."""
        if not claim.free_symbols | value.free_symbols <= set(self.point):
            return False
        a, b = value_or_none(claim, self.point), value_or_none(value, self.point)
        return a is not None and b is not None and (a - b).is_Rational and a != b

    def fits(self, candidates: Iterable[Candidate]) -> list[Fit]:
        """Return those that the claim is equal to."""
        return [fit for c in candidates if (fit := self.fit(c)) is not None]

    def is_right(self, candidate: Candidate) -> bool:
        """Say whether a candidate is what was asked for, counted in the way that was asked for."""
        return candidate.quantity != "flops" or self.way in candidate.conventions

    @property
    def way(self) -> str:
        """The convention that counts: the one that was asked for, else the exact one."""
        return self.target.convention.name if self.target.convention else "exact"

    # the verdict

    def verdict(self) -> Verdict:
        """Return what the claim is."""
        ways = (
            self._equal,
            self._rounded,
            self._equal_otherwise,
            self._counting_more,
            self._rounded_otherwise,
            self._undecided,
            self._approximate,
        )
        for way in ways:
            if (verdict := way()) is not None:
                return verdict
        return self._wrong()

    def _equal(self) -> Verdict | None:
        """Fit what was asked for, as given."""
        fits = self.fits(self.target.candidates)
        right = [fit for fit in fits if self.is_right(fit.candidate)]
        if right:
            return self._said(fits, "correct", holds=True, shown=right[0])
        if fits and self.target.convention is None:
            return self._said(fits, "correct_under_convention", holds=True)
        return None

    def _equal_otherwise(self) -> Verdict | None:
        """Fit another variant of the layer, the simplest first, or another portion of the work."""
        found: list[Fit] = []
        for candidate in self.target.variants():
            words = (candidate.variant, candidate.detail.startswith("per ") and candidate.detail)
            if found and words != _words(found[0].candidate):
                break
            if self.target.convention is not None and not self.is_right(candidate):
                continue
            if (fit := self.fit(candidate)) is not None:
                found.append(fit)
        if not found:
            return None
        return self._said(found, "correct_under_convention", holds=True)

    def _counting_more(self) -> Verdict | None:
        """Fit a convention that counts further roles: activations, norms, softmax."""
        target, claim = self.target, self.named
        if target.cost is None or target.convention or target.asked not in (None, "flops"):
            return None
        if claim.loose or not claim.claim.free_symbols <= target.cost.symbols:
            return None
        known = sorted(target.cost.symbols, key=str)
        point = {s: sympy.Integer(5040 + 840 * n) for n, s in enumerate(known)} | self.point
        found = self.fits(counting_more(target.cost, claim.claim, point))
        if not found:
            return None
        return self._said(found, "correct_under_convention", holds=True)

    def _said(
        self, fits: list[Fit], word: Any, *, holds: bool, shown: Fit | None = None
    ) -> Verdict:
        """Return the verdict for candidates that fit: all quantities, and all conventions."""
        best = shown or fits[0]
        fits = [f for f in fits if _words(f.candidate) == _words(best.candidate)]
        first = self._primary(best.candidate.quantity)
        given = best.candidate.value if word == "correct" else first.value
        witness = None if word == "correct" else decide(best.claim.claim, given, self.facts).witness
        return Verdict(
            verdict=word,
            claim=best.claim.claim,
            actual=given,
            holds=holds,
            conventions=tuple(dict.fromkeys(n for f in fits for n in f.candidate.conventions)),
            quantities=tuple(dict.fromkeys(f.candidate.quantity for f in fits)),
            variant=self._variant(best.candidate),
            variant_zh=best.candidate.variant.zh if best.candidate.variant else "",
            counted=self.way,
            difference=sympy.Integer(0),
            witness=witness,
            mapping=best.claim.mapping,
            exchangeable=best.claim.exchangeable,
            subject=self.subject(best.candidate),
        )

    def _variant(self, candidate: Candidate) -> str:
        if candidate.variant is not None:
            return candidate.variant.name
        return candidate.detail if candidate.detail.startswith("per ") else ""

    def _primary(self, quantity: str) -> Candidate:
        """Return what the quantity is as given."""
        alike = (c for c in self.target.candidates if c.quantity == quantity)
        return next(alike, self.target.first)

    def subject(self, candidate: Candidate) -> Subject:
        """Return what a sentence about a candidate is about."""
        return subject(self.target, candidate.quantity)

    # what is not equal

    def _rounded(self) -> Verdict | None:
        """Take the claim for a number in print, or a formula of such numbers, that was rounded or cut off."""
        return self._printed_of(self.target.candidates) if self.printed else None

    def _rounded_otherwise(self) -> Verdict | None:
        """Take it for the same of another variant of the layer."""
        return self._printed_of(self.target.variants()) if self.printed else None

    def _printed_of(self, candidates: Iterable[Candidate]) -> Verdict | None:
        found = [
            (c, how)
            for c in candidates
            if (how := rounded(self.best(c).claim, c.value, self.printed))
        ]
        right = [f for f in found if self.is_right(f[0])]
        if not found or not (right or self.target.convention is None):
            return None
        best, how = (right or found)[0]
        alike = [c for c, h in found if h == how and _words(c) == _words(best)]
        return replace(
            self.open(best, "approximation"),
            holds=True,
            how=how,
            off=near(self.named.claim, best.value),
            conventions=tuple(dict.fromkeys(n for c in alike for n in c.conventions)),
            quantities=tuple(dict.fromkeys(c.quantity for c in alike)),
            variant=self._variant(best),
            variant_zh=best.variant.zh if best.variant else "",
        )

    def _undecided(self) -> Verdict | None:
        """Leave it open where a candidate that was asked for could not be decided."""
        for candidate, decision in self.undecided:
            if self.is_right(candidate):
                return replace(
                    self.open(candidate, "undecided"), holds=None, missing=decision.missing
                )
        return None

    def _approximate(self) -> Verdict | None:
        """Take the claim for the greatest terms of something, or for a number close by."""
        tried = ((c, omission(self.best(c).claim, c.value)) for c in self.wanted())
        leading = [(c, *left_out) for c, left_out in tried if left_out is not None]
        if leading:  # of several ways of counting the one that leaves out least
            candidate, omitted, growing = min(leading, key=lambda one: _terms(one[1]))
            found = self.open(candidate, "approximation")
            return replace(
                found, holds=self.roughly, how="leading", omitted=omitted, growing=growing
            )
        for candidate in self.wanted():
            off = near(self.named.claim, candidate.value)
            close = ROUGHLY if self.roughly else CLOSE if self.printed else 0
            if off is not None and abs(off) <= close:
                found = self.open(candidate, "approximation")
                return replace(found, holds=self.roughly, how="near", off=off)
        return None

    def _wrong(self) -> Verdict:
        candidate = next(self.wanted())
        left = sorted(candidate.value.free_symbols, key=str)
        if self.target.cost is not None and self.printed and self.named.claim.is_Rational and left:
            missing = f"numbers for {', '.join(map(str, left))}, which at= puts in"
            return replace(self.open(candidate, "undecided"), witness=None, missing=missing)
        return replace(self.open(candidate, "wrong"), holds=False)

    def open(self, candidate: Candidate, word: Any) -> Verdict:
        """Return a verdict that compares the claim with a candidate it is not equal to."""
        claim = self.best(candidate)
        decision = decide(claim.claim, candidate.value, self.facts)
        return Verdict(
            verdict=word,
            claim=claim.claim,
            actual=candidate.value,
            conventions=(self.way,) if self.way in candidate.conventions else candidate.conventions,
            quantities=(candidate.quantity,) if candidate.quantity else (),
            variant=self._variant(candidate),
            variant_zh=candidate.variant.zh if candidate.variant else "",
            difference=decision.difference,
            witness=decision.witness,
            off=near(claim.claim, candidate.value),
            mapping=claim.mapping,
            subject=self.subject(candidate),
        )

    def best(self, candidate: Candidate) -> Matched:
        """Return the claim with the letters that are left taken in the likeliest way."""
        return guessed(self.named, candidate.value) if self.named.loose else self.named

    def wanted(self) -> Iterator[Candidate]:
        """Yield what the claim may have been meant to be: what was asked for first, else the closest in size."""
        if self.target.asked is not None or self.target.cost is None:
            right = [c for c in self.target.candidates if self.is_right(c)] or [self.target.first]
            others = [] if self.target.convention else self.target.candidates
            others = sorted((c for c in others if c not in right), key=self._distance)
            first = self.named.claim.is_Rational and right[0].value.is_Rational
            yield from sorted([*right, *others], key=self._distance) if first else [*right, *others]
            return
        yield from sorted(self.target.candidates, key=self._distance)[:NEAREST]

    def _distance(self, candidate: Candidate) -> float:
        """Return how far apart claim and candidate are, in doublings, at small sizes."""
        claim = self.best(candidate).claim
        symbols = sorted(claim.free_symbols | candidate.value.free_symbols, key=str)
        if len(candidate.value.free_symbols - claim.free_symbols) > len(claim.free_symbols):
            return float("inf")
        place = {s: sympy.Integer(12 * (n + 2)) for n, s in enumerate(symbols)}
        a, b = value_or_none(claim, place), value_or_none(candidate.value, place)
        if a is None or b is None or not (a / b if b else a).is_Rational or a <= 0 or b <= 0:
            return float("inf")
        return abs(float(sympy.log(a / b, 2)))


CLOSE = sympy.Rational(1, 100)  # of a number in print that rounding does not explain
NEAREST = 4
LONG = 160  # characters of Python in a sentence


def subject(target: Target, quantity: str) -> Subject:
    """Return what a sentence about a quantity of a target is about."""
    if target.cost is None:
        return Subject(quantity)
    return Subject(quantity, _short(target.layer), target.input, target.cost.order)


def _short(text: str) -> str:
    return text if len(text) <= LONG else f"{text[:LONG]} …"


def _terms(expr: sympy.Expr) -> int:
    return len(sympy.Add.make_args(spread(expr)))


def _words(candidate: Candidate) -> tuple[Any, Any]:
    return candidate.variant, candidate.detail.startswith("per ") and candidate.detail


def _cancelled(expr: sympy.Expr) -> sympy.Expr:
    """Return a quotient of sums without their common factors."""
    if not any(p.base.is_Add and p.exp.is_negative for p in expr.atoms(sympy.Pow)):
        return expr
    above, below = over_one_line(expr)
    return cancelled(above, below)
