"""``check()``: a formula as people write it, held against a layer's cost or another formula."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sympy

from symflops.claims import chains
from symflops.claims.approximations import omission
from symflops.claims.comparing import Comparison
from symflops.claims.matching import by_the_names, check_given
from symflops.claims.nearest import explained
from symflops.claims.orders import grows
from symflops.claims.reproducing import code_of
from symflops.claims.targets import Target, target_of
from symflops.claims.verdicts import LANGUAGES, Judged, Subject, Verdict
from symflops.errors import ArgumentError, UnknownNameError
from symflops.facts import Facts
from symflops.reading.amounts import COUNTED
from symflops.reading.formulas import read
from symflops.reading.readings import Growth, Printed, Reading, Relation
from symflops.setups import relations_of
from symflops.symbols import by_name, exact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from symflops.conventions import Convention


def check(
    claim: Any,
    against: Any = None,
    quantity: str | Iterable[str] | None = None,
    *,
    symbols: Mapping[Any, Any] | None = None,
    notation: str | None = None,
    at: Mapping[Any, Any] | None = None,
    assume: Any = (),
    convention: str | Convention | None = None,
    growing: Iterable[Any] = (),
    constants: Iterable[Any] = (),
    macros: Mapping[str, str] | str | None = None,
    pasted: bool = False,
    lang: str = "en",
) -> Verdict:
    r"""Judge a claimed formula: right, right under which way of counting, or wrong, and then what is wrong.

    ``claim`` is LaTeX, plain text, an expression, or a chain of them. ``against`` is a formula, a cost, a layer
    that brings its input, ``(layer, input)``, or a mapping from readings of the words to any of these; without
    it the steps of a chain are judged alone. ``quantity`` names what the claim is of; without it every quantity
    is tried, and of several that are named the claim must be all. FLOPs are tried under every convention, or
    under ``convention`` alone. ``symbols`` maps the claim's letters to the target's symbols, numbers or
    formulas, and ``notation`` those of a well-known paper; other letters are searched for. ``at`` puts numbers
    in on both sides. ``growing`` and ``constants`` say what grows in O(…).

    >>> import symflops as sf
    >>> k, C_in, C_out, H, W = sf.dims("k C_in C_out H W")
    >>> conv = sf.Conv2d(C_in, C_out, k, padding="same", bias=False)
    >>> sf.check(r"2HWC_{in}K^2C_{out}", (conv, (C_in, H, W)), "flops").conventions
    ('2mac', '2mac+bias', '2mac+2bias', 'chinchilla')
    >>> print(sf.check("3ND^2 + 2N^2D", "4ND^2 + 2N^2D"))
    Wrong. D N (3 D + 2 N) is not the formula, which comes to 2 D N (2 D + N). With D = 2 and N = 3 the claim comes to 72; it is 84. In D² N the number is 3, and should be 4.

    Raises:
        ReadError: a claim that cannot be read; a caret shows the place.
        ArgumentError: nothing that a claim can be held against.
        UnknownNameError: no such quantity, convention, notation or language.
        SymbolError: a mapping of letters that the claim does not have.
    """
    if lang not in LANGUAGES:
        raise UnknownNameError("language", lang, LANGUAGES)
    asked = {"symbols": symbols, "notation": notation, "at": at, "assume": assume, "convention": convention,
             "growing": growing, "constants": constants, "macros": macros, "pasted": pasted, "lang": lang}  # fmt: skip
    if isinstance(against, dict):
        return _together(
            {name: check(claim, one, quantity, **asked) for name, one in against.items()}, lang
        )
    if quantity is not None and not isinstance(quantity, str):
        return _together({name: check(claim, against, name, **asked) for name in quantity}, lang)
    bare = against is None
    target = Target() if bare else target_of(against, quantity, convention, at, assume)
    reading = _read(claim, target, symbols, macros, pasted=pasted)
    if (
        target.cost is not None
        and target.asked is None
        and reading.quantity in ("flops", "macs", "params", "bytes")
    ):
        target = replace(target, asked=reading.quantity)
    check_given(symbols, _letters(reading.value))
    judge = Judge(target, symbols, notation, at, assume, tuple(growing), tuple(constants))
    verdicts = [judge.verdict(one) for one in (reading, *reading.readings)]
    names = [reading.notes, *(other.notes for other in reading.readings)]
    code = code_of(claim, target, quantity, asked)
    verdict = _chosen(verdicts, names)
    return replace(verdict, code=code).in_language(lang)


def _read(claim: Any, target: Target, symbols: Any, macros: Any, *, pasted: bool) -> Reading:
    """Return what a claim says; an expression says what it is."""
    if isinstance(claim, Relation | Growth):
        return Reading(claim)
    if isinstance(claim, str):
        known = {} if target.expr is None and target.cost is None else dict(target.symbols)
        known = {
            n: s for n, s in known.items() if len(n) > 1 or n == "O"
        }  # a size, no order of growth
        names = [*known.values(), *(str(key) for key in symbols or {} if len(str(key)) > 1)]
        return read(claim, names or None, macros, pasted=pasted)
    return Reading(exact(getattr(claim, "expr", claim)))


def _letters(value: Any) -> dict[str, Any]:
    sides = value.sides if isinstance(value, Relation) else (value,)
    bare = [side.expr if isinstance(side, Growth) else side for side in sides if side is not None]
    return by_name(set().union(*(side.free_symbols for side in bare)))


def _together(verdicts: dict[str, Verdict], lang: str) -> Verdict:
    """Return one verdict for several readings: theirs, if they agree, else that the words are ambiguous."""
    if not verdicts:
        message = "there is nothing to hold the claim against"
        raise ArgumentError(message)
    first = next(iter(verdicts.values()))
    named = tuple(verdicts.items())
    if len({v.verdict for v in verdicts.values()}) == 1:
        return replace(first, notes=(*first.notes,))
    return Verdict(
        "ambiguous", first.claim, None, holds=None, readings=named, code=first.code, lang=lang
    )


def _chosen(verdicts: list[Verdict], notes: list[list[str]]) -> Verdict:
    """Return the verdict on a text that may be read in several ways."""
    first = replace(verdicts[0], notes=(*verdicts[0].notes, *notes[0]))
    if first.holds or not any(v.holds for v in verdicts):
        return first
    named = tuple(
        (str(v.claim), replace(v, notes=tuple(n))) for v, n in zip(verdicts, notes, strict=True)
    )
    return replace(first, verdict="ambiguous", holds=None, readings=named, misses=(), witness=None)


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
        self.stated = (assume,) if isinstance(assume, str | sympy.Basic) else tuple(assume)
        self.bare = target.expr is None and target.cost is None

    def verdict(self, reading: Reading) -> Verdict:
        """Return the verdict on one reading of a claim."""
        value = reading.value
        printed = tuple(reading.printed)
        if isinstance(value, Relation):
            return self.chain(value, printed)
        if self.bare:
            message = "a formula by itself claims nothing: say what it is held against"
            raise ArgumentError(message)
        if isinstance(value, Growth):
            return self.order(value)
        return self.formula(value, printed, roughly=False)

    def facts(self, expr: Any) -> tuple[Any, ...]:
        """Return the stated facts that a formula's own symbols are concerned with."""
        if self.target.cost is not None:
            return ()
        known = {} if self.bare else dict(self.target.symbols)
        known |= {s.name: s for s in expr.free_symbols}
        return tuple(r for fact in self.stated for r in relations_of(fact, known))

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

    def chain(self, claim: Relation, printed: tuple[Printed, ...]) -> Verdict:
        """Judge every step of a chain, and its formula against the target."""
        sides, signs = self._sides(claim)
        if len(sides) == 1:
            if isinstance(sides[0], Growth):
                return self.order(sides[0])
            roughly = any(sign in chains.ROUGH for sign in claim.signs)
            return self.formula(sides[0], printed, roughly=roughly)
        steps = []
        for left, sign, right in zip(sides, signs, sides[1:], strict=False):
            if isinstance(left, Growth) or isinstance(right, Growth):
                continue
            pair = (self._valued(left), self._valued(right))
            facts = Facts((*self._target_facts(), *self.facts(sum(pair))))
            steps.append(chains.judged(pair[0], sign, pair[1], facts, printed))
        return self._chained(sides, tuple(steps), printed, claim)

    def _target_facts(self) -> tuple[Any, ...]:
        return () if self.bare else self.target.facts

    def _valued(self, side: Any) -> Any:
        known = {} if self.bare else self.target.symbols
        found = by_the_names(side, known, self.symbols, self.notation).claim
        return found.xreplace(
            {s: self.values[s.name] for s in found.free_symbols if s.name in self.values}
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
        verdict = (
            self.order(growth)
            if growth is not None
            else self.formula(sides[0], printed, roughly=False)
        )
        if broken is not None:
            return replace(
                verdict,
                verdict="wrong",
                holds=False,
                steps=steps,
                misses=(),
                witness=broken.witness,
            )
        if verdict.verdict == "wrong" and sides[-1].is_Rational:
            other = self.formula(sides[-1], printed, roughly=False)
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
        if isinstance(side, Growth) or not side.is_Symbol or sign in chains.BOUNDS:
            return False
        if side.name in COUNTED and self.target.cost is not None:
            return False
        known = {} if self.bare else self.target.symbols
        return side.name not in known and side.name not in {str(k) for k in self.symbols or {}}

    def _with_quantities(self, side: Any) -> Any:
        """Put the target's own quantities in for FLOPs, MACs, params."""
        if isinstance(side, Growth) or self.target.cost is None:
            return side
        cost = self.target.cost
        swaps = {
            s: exact(cost.metric(COUNTED[s.name]))
            for s in side.free_symbols
            if COUNTED.get(s.name) in ("flops", "macs", "params")
        }
        return side.xreplace(swaps)

    def _speaks_of_the_target(self, claim: Relation) -> bool:
        """Say whether a chain names quantities of the target, so that its steps are all that it claims."""
        return self.target.cost is not None and any(n in COUNTED for n in _letters(claim))


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
