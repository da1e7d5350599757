"""Orders of growth that are claimed, ``O(N²·D)``, held against exact formulas.

Symbols that grow do so independently of each other, all without bound: O(f) must bound a formula whichever of
them is ahead. What an order leaves open (does b grow?) is answered with the cases in which it holds.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sympy
from sympy import Add, Mul

from symflops.analysis.growth import STILL, Growth
from symflops.claims.equality import Decision, difference, known, taken
from symflops.claims.leads import smooth
from symflops.claims.witnesses import dimensions
from symflops.contradictions import Row, is_empty
from symflops.errors import ArgumentError, NotClosedError, SymflopsError
from symflops.exprs import ONE, ZERO, minimum, spread, tidy
from symflops.printed import Formula

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from symflops.analysis.growth import Rate, Rates
    from symflops.facts import Facts, Relation
    from symflops.reading.readings import Growth as Order
    from symflops.symbols import Symbol

SIGNS = {"O": "O", "o": "o", "Theta": "Θ", "Omega": "Ω"}
MOST_TRIED = 60  # sets of symbols that are taken to be constant
MOST_MINIMA = 3  # that are multiplied in a term


@dataclass(frozen=True)
class OrderDecision(Decision):
    """Whether an order of growth holds, and in which cases if that is left open.

    ``actual`` is the order that the exact formula has, as ``growing`` grow. The claim holds with the
    ``fixed`` symbols constant, or if each symbol of ``ties`` grows like the other.
    """

    actual: sympy.Expr | None = None
    growing: tuple[Symbol, ...] = ()
    fixed: tuple[Symbol, ...] = ()
    ties: tuple[tuple[Symbol, Symbol], ...] = ()
    otherwise: tuple[tuple[tuple[Symbol, ...], sympy.Expr], ...] = ()

    @property
    def words(self) -> str:
        """The cases in a sentence."""
        return self.said("en")

    def said(self, lang: str = "en") -> str:
        """Return in which cases the claim holds, and what is true in the others, in English or Chinese."""
        words = CHINESE if lang == "zh" else ENGLISH
        constant = words["constant" if len(self.fixed) == 1 else "constants"]
        holds = [constant.format(_listed(self.fixed, words))] if self.fixed else []
        holds += [words["like"].format(b, n) for b, n in self.ties]
        parts = [words["if"].format(words["or"].join(holds))] if holds else []
        for fixed, order in self.otherwise:
            parts.append(words["with"].format(_listed(fixed, words), Formula(order)))
        if self.actual is not None and not self.otherwise:
            grow = words["as"].format(_listed(self.growing, words)) if self.growing else ""
            parts.append(words["is"].format(Formula(self.actual), grow))
        return words["; "].join(parts)


ENGLISH = {
    "if": "holds if {}",
    "constant": "{} is constant",
    "constants": "{} are constant",
    "like": "{} grows like {}",
    "with": "with {} constant it is Θ({})",
    "is": "it is Θ({}){}",
    "as": " as {} → ∞",
    "or": " or ",
    ", ": ", ",
    "; ": "; ",
}

CHINESE = {
    "if": "当 {}时成立",
    "constant": "{} 为常数",
    "constants": "{} 为常数",
    "like": "{} 与 {} 同阶增长",
    "with": "若 {} 为常数，则为 Θ({})",
    "is": "实为 Θ({}){}",
    "as": "（{} → ∞）",
    "or": "或",
    ", ": "、",
    "; ": "；",
}


def _listed(symbols: Iterable[Symbol], words: Mapping[str, str]) -> str:
    return words[", "].join(map(str, symbols))


def grows(
    claim: Order,
    exact: Any,
    growing: Iterable[Symbol | str] = (),
    constants: Iterable[Symbol | str] = (),
    facts: Facts | Iterable[Relation] = (),
) -> OrderDecision:
    """Decide whether a formula is of a claimed order of growth.

    ``growing`` symbols go to infinity, each at its own pace, and all others are constant; with ``constants``
    alone all others grow. With neither all of them grow, and where the claim fails then, but holds with the
    symbols constant that it does not name, or with one of them tied to another, it is left open.

    >>> from symflops import dims
    >>> from symflops.reading.readings import Growth
    >>> n, w, d, b = dims("n w d b")
    >>> grows(Growth("O", n * d), 2 * n**2 * d / b).words
    'holds if b grows like n; with b constant it is Θ(d n²/b)'
    >>> grows(Growth("O", n * w), 2 * n * w * d, constants=[d]).equal
    True
    >>> found = grows(Growth("O", n), n * d, growing=[n, d])
    >>> found.equal, found.words
    (False, 'holds if d is constant; it is Θ(d n) as d, n → ∞')

    Raises:
        ArgumentError: no such order, or a symbol that is said to grow and to be constant.
    """
    kind = claim.order.removeprefix("~")
    if kind not in SIGNS:
        message = f"{claim.order!r} is no order of growth; there are {', '.join(SIGNS)}, each with ~ or without"
        raise ArgumentError(message)
    question = _Question(claim, taken(claim.expr), taken(exact), known(facts))
    moving = question.moving(growing, constants)
    try:
        return question.answer(moving, stated=bool(tuple(growing) or tuple(constants)))
    except NotClosedError as error:
        between = difference(question.claimed, question.exact, question.facts)
        holds = question.bounds_each_term(moving) or None
        missing = "" if holds else error.message
        return OrderDecision(holds, between, missing=missing, growing=moving)


@dataclass(frozen=True)
class _Question:
    """A claimed order beside the exact formula."""

    claim: Order
    claimed: sympy.Expr
    exact: sympy.Expr
    facts: Facts

    def moving(
        self, growing: Iterable[Symbol | str], constants: Iterable[Symbol | str]
    ) -> tuple[Symbol, ...]:
        """Return the symbols that grow."""
        up, still = ({str(s) for s in symbols} for symbols in (growing, constants))
        if both := up & still:
            message = f"{', '.join(sorted(both))} cannot grow and be constant"
            raise ArgumentError(message)
        symbols = dimensions(self.claimed, self.exact)
        return tuple(s for s in symbols if (s.name in up if up else s.name not in still))

    def answer(self, moving: tuple[Symbol, ...], *, stated: bool) -> OrderDecision:
        holds = self.holds(moving)
        between = difference(self.claimed, self.exact, self.facts)
        actual = self.actual(moving)
        if holds:
            return OrderDecision(True, between, actual=actual, growing=moving)  # noqa: FBT003
        missing = (
            ""
            if holds is False
            else "which of the terms is ahead depends on how fast each symbol grows"
        )
        unnamed = [s for s in moving if s not in self.claimed.free_symbols]
        fixed = self._fixed(moving, unnamed)
        ties = tuple(self._ties(moving, unnamed))
        if (fixed or ties) and not stated:
            holds, missing = None, "it is not said which of the symbols grow"
        # what a tie makes right is wrong for a symbol that stays as it is
        still = tuple(s for s in unnamed if any(s == tied for tied, _ in ties))
        otherwise: tuple[tuple[tuple[Symbol, ...], sympy.Expr], ...] = ()
        if still and not fixed:
            otherwise = ((still, self.actual(tuple(s for s in moving if s not in still))),)
        return OrderDecision(holds, between, None, missing, actual, moving, fixed, ties, otherwise)

    def _fixed(self, moving: tuple[Symbol, ...], unnamed: Sequence[Symbol]) -> tuple[Symbol, ...]:
        """Return symbols that the claim does not name, and with which constant it holds."""
        for count in range(1, min(len(unnamed) + 1, len(moving))):
            for chosen in itertools.islice(itertools.combinations(unnamed, count), MOST_TRIED):
                if self.holds_surely(tuple(s for s in moving if s not in chosen)):
                    return chosen
        return ()

    def _ties(
        self, moving: tuple[Symbol, ...], unnamed: Sequence[Symbol]
    ) -> Iterator[tuple[Symbol, Symbol]]:
        """Yield (b, N) where the claim holds if b grows like N."""
        for tied, leader in itertools.product(unnamed, moving):
            if tied != leader and leader not in unnamed:
                swap = {tied: leader}
                tried = _Question(
                    self.claim, self.claimed.xreplace(swap), self.exact.xreplace(swap), self.facts
                )
                if tried.holds_surely(tuple(s for s in moving if s != tied)):
                    yield tied, leader

    def bounds_each_term(self, moving: tuple[Symbol, ...]) -> bool:
        """Say whether the order is above every term, with sides of its minima, which are no less, in their place."""
        if self.claim.order != "O" or self.claimed.has(minimum):
            return False
        try:
            terms = [term.as_powers_dict() for term in Add.make_args(spread(self.exact))]
        except SymflopsError:
            return False
        return all(
            any(replace(self, exact=one).holds_surely(moving) for one in _above(term))
            for term in terms
        )

    def holds_surely(self, moving: tuple[Symbol, ...]) -> bool:
        """Say whether the order is shown to hold as symbols grow."""
        try:
            return self.holds(moving) is True
        except NotClosedError:
            return False

    def holds(self, moving: tuple[Symbol, ...]) -> bool | None:
        """Say whether the order holds as symbols grow; None if that depends on more."""
        growth = Growth(moving, self.facts)
        ours, theirs = (growth.leading(smooth(side)) for side in (self.exact, self.claimed))
        polylog = self.claim.order.startswith("~")
        exact = _times(ours[0], theirs[1], polylog=polylog)
        claimed = _times(theirs[0], ours[1], polylog=polylog)
        kind = self.claim.order.removeprefix("~")
        upper = _bounded(exact, claimed, strictly=kind == "o") if kind != "Omega" else True
        signs = [{growth.sign_of(f) for f in terms.values()} for terms in (*ours, *theirs)]
        if not signs[1] == signs[3] == {1}:
            return None  # what stands below the line may come near 0 along some way
        if kind in ("O", "o") or upper is False:
            return upper
        if not signs[0] | signs[2] <= {1}:
            return None  # terms of both signs may cancel along some way
        lower = _bounded(claimed, exact)
        return None if None in (upper, lower) else bool(lower)

    def actual(self, moving: tuple[Symbol, ...]) -> sympy.Expr:
        """Return the terms of the exact formula that lead, without their numbers."""
        growth = Growth(moving, self.facts)
        above, below = growth.leading(smooth(self.exact))
        parts = [
            sum(Mul(_bare(factor), growth.written({rates: ONE})) for rates, factor in terms.items())
            for terms in (above, below)
        ]
        return tidy(parts[0] / parts[1]) if parts[0] != 0 else ZERO


def _above(term: Mapping[sympy.Expr, Any]) -> Iterator[sympy.Expr]:
    """Yield what is no less than a term: min(N, w)² as N², N·w and w²."""
    powers = {
        b: int(p) for b, p in term.items() if isinstance(b, minimum) and p.is_Integer and p > 0
    }
    minima = [base for base, power in powers.items() for _ in range(power)]
    rest = (abs(b) ** p if b.is_Rational else b**p for b, p in term.items() if b not in powers)
    if len(minima) <= MOST_MINIMA:
        outside = Mul(*rest)
        for sides in itertools.product(*(one.args for one in minima)):
            yield Mul(outside, *sides)


def _bare(factor: sympy.Expr) -> sympy.Expr:
    """Return a constant factor without numbers: 2·d as d, and of a sum what leads in it."""
    symbols = sorted(factor.free_symbols, key=str)
    if not symbols:
        return ONE
    try:
        above, below = Growth(symbols).leading(factor)
    except NotClosedError:
        return factor
    growth = Growth(symbols)
    bare = [growth.written(dict.fromkeys(terms, ONE)) for terms in (above, below)]
    return bare[0] / bare[1]


def _times(a: Mapping[Rates, Any], b: Mapping[Rates, Any], *, polylog: bool) -> list[Rates]:
    """Return the rates of a product of sums; without logarithms where these do not matter."""
    return [
        tuple(
            (r * s, p + q, ZERO if polylog else u + v)
            for (r, p, u), (s, q, v) in zip(one, other, strict=True)
        )
        for one, other in itertools.product(a, b)
    ]


def _bounded(terms: list[Rates], by: list[Rates], *, strictly: bool = False) -> bool | None:
    """Say whether every term stays below a multiple of the greatest of others (or vanishes beside it)."""
    answers = [_is_below(term, by, strictly=strictly) for term in terms]
    if False in answers:
        return False
    return None if None in answers else True


def _is_below(term: Rates, by: list[Rates], *, strictly: bool) -> bool | None:
    if len(term) <= 1 and by:
        (most,) = max(by) or (STILL,)
        (own,) = term or (STILL,)
        return bool(own < most or (own == most and not strictly))
    if all(_is_power(rate) for rates in (term, *by) for rate in rates):
        return _no_way_ahead(term, by, strictly=strictly)
    if not strictly and any(
        all(a == b or a < b for a, b in zip(term, other, strict=True)) for other in by
    ):
        return True
    return None


def _is_power(rate: Rate) -> bool:
    r, _, q = rate
    return bool(r == 1 and q == 0)


def _no_way_ahead(term: Rates, by: list[Rates], *, strictly: bool) -> bool:
    """Say whether no way of growing, N = t**u and D = t**v with u, v > 0, takes a term beyond all others."""
    speeds = [sympy.Dummy(f"u{place}", positive=True) for place in range(len(term))]
    rows = [Row({speed: ONE}, ZERO, strict=True) for speed in speeds]
    for other in by:
        ahead = {
            u: a - b for u, (_, a, _), (_, b, _) in zip(speeds, term, other, strict=True) if a != b
        }
        if not ahead and not strictly:
            return True
        if ahead:
            rows.append(Row(ahead, ZERO, strict=not strictly))
    return is_empty(rows)
