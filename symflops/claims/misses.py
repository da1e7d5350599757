"""Ways in which a formula goes wrong, each with its sentence: from the claim and the exact formula alone.

Each entry of the table takes a :class:`Case` and yields the changes of the exact formula that give the claim,
or nothing. What needs the layer stands in :mod:`symflops.claims.neighbours`.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import sympy
from sympy import Add, Mul, ceiling, floor

from symflops.claims.approximations import rounded
from symflops.claims.equality import decide
from symflops.claims.factors import told
from symflops.claims.remainders import told_apart
from symflops.claims.values import value_or_none
from symflops.claims.verdicts import Miss
from symflops.claims.witnesses import sought
from symflops.errors import ArgumentError, SymflopsError
from symflops.exprs import ONE, cancelled, minimum, over_one_line, spread
from symflops.extents import length
from symflops.facts import Facts, at_least
from symflops.shares import alone
from symflops.symbols import Family

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from symflops.claims.targets import Candidate, Target
    from symflops.conventions import Convention
    from symflops.costs import Cost
    from symflops.reading.readings import Printed
    from symflops.symbols import Symbol

MOST_TERMS = 40
MOST_SYMBOLS = 9
LONGEST = 400  # parts of both formulas for which values are put in one by one
TWO, THREE = 10, 100  # times the last digit: a number of two digits, and of three


@dataclass(eq=False)
class Case:
    """A claim beside what it was compared with."""

    claim: sympy.Expr
    exact: sympy.Expr
    candidate: Candidate
    target: Target
    facts: Facts = field(default_factory=Facts)
    printed: tuple[Printed, ...] = ()

    @property
    def cost(self) -> Cost:
        """The cost that the candidate is of, where there is one."""
        cost = self.candidate.cost or self.target.cost
        if cost is None:
            message = "a formula by itself has no layers"
            raise ArgumentError(message)
        return cost

    @property
    def way(self) -> str | Convention:
        """The convention that the candidate counts by."""
        asked = self.target.convention
        if asked is not None and asked.name in self.candidate.conventions:
            return asked
        return (self.candidate.conventions or ("exact",))[0]

    def part(self, name: str) -> Cost:
        """Return what a part costs by itself.

        Raises:
            SymflopsError: a part that cannot be told apart.
        """
        known = self.target.pieces
        key = (self.candidate.variant, name)
        if key not in known:
            known[key] = alone(self.cost, name)
        return known[key]

    @cached_property
    def point(self) -> dict[Symbol, Any]:
        """Sizes at which claim and exact formula differ, and others for what else may come up."""
        sizes = {s: sympy.Integer(24 * (n + 5)) for n, s in enumerate(self.symbols)}
        if self.target.cost is not None:
            known = sorted(self.cost.symbols, key=str)
            sizes = {s: sympy.Integer(24 * (n + 30)) for n, s in enumerate(known)} | sizes
        witness = sought(self.claim, self.exact, self.facts) if self.symbols else None
        return sizes | (dict(witness.sizes) if witness is not None else {})

    @cached_property
    def roundings(self) -> list[Miss]:
        """What is wrong with roundings; where it is that, nothing else is looked for among sizes."""
        return [*unrounded(self)] or [*whole(self)]

    @cached_property
    def apart(self) -> dict[Symbol, Any]:
        """Sizes that have nothing to do with one another."""
        return {s: sympy.Integer(sympy.prime(n + 5)) for n, s in enumerate(self.symbols)}

    @cached_property
    def claimed(self) -> Any:
        """What the claim comes to there."""
        return value_or_none(self.claim, self.point)

    def is_claim(self, value: sympy.Expr) -> bool:
        """Say whether the claim is equal to a changed formula, or is such a number in print."""
        if value.is_Rational and self.claim.is_Rational:
            return value == self.claim or self.is_printed(value)
        there = value_or_none(value, self.point)
        if there is not None and self.claimed is not None and there != self.claimed:
            return False
        return decide(self.claim, value, self.facts).equal is True

    def is_printed(self, value: sympy.Expr) -> bool:
        """Say whether a number in print, of two digits or more, is a value rounded that would be printed otherwise."""
        if not self.exact.is_Rational:
            return False
        apart = abs(value - self.exact)
        printed = [p for p in self._digits(TWO) if apart >= p.unit_in_the_last_place]
        return rounded(self.claim, value, printed) == "rounded"

    @property
    def is_loose(self) -> bool:
        """Whether the claim is a number of so few digits that it comes of some part by chance."""
        return bool(self.claim.is_Rational and self.printed and not self._digits(THREE))

    def _digits(self, least: int) -> list[Printed]:
        return [p for p in self.printed if abs(p.value) >= least * p.unit_in_the_last_place]

    @cached_property
    def ratio(self) -> sympy.Expr | None:
        """The claim over the exact formula, if that is a product of powers."""
        if 0 in (self.exact, self.claim):
            return None
        try:
            quotient = self.claim / self.exact
            if not quotient.is_Rational:
                above, below = over_one_line(quotient)
                quotient = cancelled(above, below)
        except (SymflopsError, sympy.PolynomialError):
            return None
        return quotient if not quotient.is_Add and not _sums(quotient) else None

    @cached_property
    def terms(self) -> tuple[list[sympy.Expr], list[sympy.Expr]]:
        """The terms of the claim and those of the exact formula, multiplied out."""
        try:
            sides = [list(Add.make_args(spread(side))) for side in (self.claim, self.exact)]
        except SymflopsError:
            sides = [[self.claim], [self.exact]]
        return sides[0], sides[1]

    @cached_property
    def symbols(self) -> list[Symbol]:
        """The symbols of both, by name."""
        free = self.claim.free_symbols | self.exact.free_symbols
        return sorted((s for s in free if not isinstance(s, Family)), key=str)


def _sums(expr: sympy.Expr) -> bool:
    return any(f.as_base_exp()[0].is_Add for f in Mul.make_args(expr))


def factor(case: Case) -> Iterator[Miss]:
    """A factor that is missing or too much: a number with a meaning, or sizes."""
    if case.ratio is not None and case.ratio != 1:
        yield from told(case.ratio, case)


def turned(case: Case) -> Iterator[Miss]:
    """What is saved for what is left, or a ratio upside down: of formulas, which may be ratios."""
    if case.target.cost is not None or 0 in (case.claim, case.exact):
        return
    if case.is_claim(1 - case.exact):
        yield Miss(
            "what is left",
            "it is what is missing to 1: what is saved and what is left are exchanged",
            "这是与 1 的差：混淆了节省的部分与剩余的部分",
            (),
            1 - case.exact,
        )
    elif case.is_claim(1 / case.exact):
        yield Miss(
            "upside down",
            "it is the reciprocal: the ratio is upside down",
            "这是倒数：比值颠倒了",
            (),
            1 / case.exact,
        )


def term(case: Case) -> Iterator[Miss]:
    """One term that is missing, too much, or has another number or factor."""
    claimed, exact = case.terms
    if len(claimed) > MOST_TERMS or len(exact) > MOST_TERMS:
        return
    extra = [t for t in claimed if t not in exact]
    missing = [t for t in exact if t not in claimed]
    if not case.claim.free_symbols and not case.exact.free_symbols:
        return
    if len(extra) + len(missing) > MOST_CHANGED or len(exact) == len(missing):
        return
    if not extra:
        left_out = Add(*missing)
        yield Miss("missing term", "{0} is missing", "缺少 {0}", (left_out,), case.exact - left_out)
    elif not missing:
        added = Add(*extra)
        if all(one.could_extract_minus_sign() for one in extra):
            en, zh = "{0} is taken off, and should not be", "多减了 {0}"
            yield Miss("extra term", en, zh, (-added,), case.exact + added)
        else:
            yield Miss("extra term", "{0} is too much", "多了 {0}", (added,), case.exact + added)
    elif len(extra) == len(missing) == 1:
        yield from _changed(extra[0], missing[0])
    elif len(extra) == len(missing):
        yield Miss(
            "other terms",
            "{0} stands where {1} belongs",
            "{1} 被写成了 {0}",
            (Add(*extra), Add(*missing)),
        )
    else:
        yield from _exchanged(Add(*extra) - Add(*missing))


def _exchanged(difference: sympy.Expr) -> Iterator[Miss]:
    """Say which term was taken for another of several of its degree: F for D in 2·F for D + F."""
    terms = Add.make_args(difference)
    degrees = {sum(term.as_coeff_Mul()[1].as_powers_dict().values()) for term in terms}
    is_pair = len(terms) == PAIR and len(degrees) == 1
    if is_pair and sum(term.as_coeff_Mul()[0] for term in terms) == 0:
        right, wrong = sorted(terms, key=lambda term: term.as_coeff_Mul()[0])
        en, zh = "{1} stands where {0} belongs", "{0} 被写成了 {1}"
        yield Miss("in place of", en, zh, (-right, wrong))


PAIR = 2
MOST_CHANGED = 4


def _changed(wrong: sympy.Expr, right: sympy.Expr) -> Iterator[Miss]:
    (a, monomial), (b, other) = wrong.as_coeff_Mul(), right.as_coeff_Mul()
    if monomial == other:
        if monomial == 1:
            yield Miss("constant", "the number {0} should be {1}", "常数项 {0} 应为 {1}", (a, b))
        elif a == -b:
            yield Miss("sign", "{0} has the wrong sign", "{0} 的符号错了", (wrong,))
        else:
            yield Miss(
                "coefficient",
                "in {0} the number is {1}, and should be {2}",
                "{0} 的系数是 {1}，应为 {2}",
                (monomial, a, b),
            )
    else:
        yield Miss("other term", "{0} stands where {1} belongs", "{1} 被写成了 {0}", (wrong, right))


def swapped(case: Case) -> Iterator[Miss]:
    """Two symbols exchanged, or one in the place of another."""
    symbols = case.symbols[:MOST_SYMBOLS]
    if case.ratio is not None and len(case.ratio.free_symbols) in (1, 2):
        return  # which says it already
    for a, b in itertools.combinations(symbols, 2):
        other = case.exact.xreplace({a: b, b: a})
        if other != case.exact and case.is_claim(other):
            yield Miss("swapped", "{0} and {1} are exchanged", "{0} 与 {1} 互换了", (a, b), other)
            return
    for a, b in itertools.permutations(symbols, 2):
        if case.exact.has(a) and case.claim.has(b) and case.is_claim(case.exact.xreplace({a: b})):
            yield Miss(
                "in place of",
                "{1} stands where {0} belongs",
                "{0} 被写成了 {1}",
                (a, b),
                case.exact.xreplace({a: b}),
            )
            return


def rounding(case: Case) -> Iterator[Miss]:
    """What is wrong with roundings: quotients without them, or sizes that do not divide."""
    yield from case.roundings


def unrounded(case: Case) -> Iterator[Miss]:
    """Quotients that are not rounded, or are rounded up where they are rounded down."""
    if not case.exact.has(floor, ceiling):
        return
    bare = case.exact.replace(floor, lambda inside: inside).replace(ceiling, lambda inside: inside)
    up = case.exact.xreplace({f: ceiling(f.args[0]) for f in case.exact.atoms(floor)})
    if case.is_claim(bare):
        en = "quotients are not rounded: it is right only where they are whole"
        yield Miss("not rounded", en, "商没有取整：仅当各商为整数时正确", (), bare)
    elif up != case.exact and case.is_claim(up):
        en = "quotients are rounded up that must be rounded down"
        yield Miss("rounded up", en, "应向下取整，却向上取整")


def whole(case: Case) -> Iterator[Miss]:
    """Equal only where sizes divide without a rest: H/2 for ⌈H/2⌉, or ⌊H/2⌋."""
    parts_of = told_apart(case.claim + case.exact, case.facts)
    needed = {s: n for s, n in parts_of.items() if n > 1}
    if not needed or not _whole(case, needed):
        return
    for symbol in list(needed):  # those that need not divide
        others = {s: n for s, n in needed.items() if s != symbol}
        needed = others if others and _whole(case, others) else needed
    named = tuple(f"{n} | {s}" for s, n in needed.items())
    places = [f"{{{i}}}" for i in range(len(named))]
    yield Miss(
        "only when whole",
        f"it is right only where {' and '.join(places)}",
        f"仅当 {'、'.join(places)} 时正确",
        named,
    )


def _whole(case: Case, needed: dict[Symbol, int]) -> bool:
    swaps = {symbol: n * symbol for symbol, n in needed.items()}
    point = case.apart | {symbol: n * case.apart[symbol] for symbol, n in needed.items()}
    a, b = value_or_none(case.claim, point), value_or_none(case.exact, point)
    return a == b and decide(case.claim.xreplace(swaps), case.exact.xreplace(swaps)).equal is True


def special(case: Case) -> Iterator[Miss]:
    """Equal only where sizes are equal, one is four times the other, or one is 1."""
    if length(case.claim) + length(case.exact) > LONGEST or case.roundings:
        return
    yield from list(_one_side(case))[:1] or _sizes(case)


def _sizes(case: Case) -> Iterator[Miss]:
    symbols = case.symbols[:MOST_SYMBOLS]
    for a, b in itertools.combinations(symbols, 2):
        if _agree(case, b, a):
            yield Miss(
                "only when equal",
                "it is right only where {0} = {1}",
                "仅当 {0} = {1} 时正确",
                (a, b),
            )
    for a, b in itertools.permutations(symbols, 2):
        for times in TIMES:
            if _agree(case, a, times * b):
                yield Miss(
                    "only when a multiple",
                    "it is right only where {0} = {1}",
                    "仅当 {0} = {1} 时正确",
                    (a, times * b),
                )
    for a in symbols:
        if _agree(case, a, ONE):
            yield Miss("only when 1", "it is right only where {0} = 1", "仅当 {0} = 1 时正确", (a,))


TIMES = (2, 3, 4)


def _one_side(case: Case) -> Iterator[Miss]:
    """Equal where one size is at least another, as what takes min(N, w) for w is."""
    if not (case.claim.has(minimum) or case.exact.has(minimum)):
        return
    for a, b in itertools.permutations(case.symbols[:MOST_SYMBOLS], 2):
        if _agree(case, b, a) and decide(case.claim, case.exact, [at_least(a, b)]).equal:
            en, zh = "it is right only where {0} ≥ {1}", "仅当 {0} ≥ {1} 时正确"
            yield Miss("only when equal", en, zh, (a, b))


def _agree(case: Case, old: Symbol, new: sympy.Expr) -> bool:
    """Say whether claim and exact formula are equal with another size for one of their symbols."""
    if (case.claim.free_symbols ^ case.exact.free_symbols) - {old} - new.free_symbols:
        return False
    point = case.apart | {old: value_or_none(new, case.apart)}
    a, b = value_or_none(case.claim, point), value_or_none(case.exact, point)
    if a != b:  # one of them may have no value there
        return False
    claim, exact = (side.xreplace({old: new}) for side in (case.claim, case.exact))
    return 0 not in (claim, exact) and decide(claim, exact).equal is True


#: Entries that need no layer.
TABLE: tuple[Callable[[Case], Iterator[Miss]], ...] = (
    factor,
    turned,
    swapped,
    rounding,
    term,
    special,
)
#: The names of misses, the most telling first.
RANKS = (
    "own stride", "own stride as well", "one stride short", "last stride", "no strides", "other convention", "bias twice", "one bias",
    "heads", "groups", "stride ignored", "dilation ignored", "causal", "full", "own keys", "gated", "not gated", "class token", "groups ignored",
    "input positions", "output positions", "over the stride", "stride twice", "experts", "per token", "per sample", "per layer", "part missing", "part twice", "sign", "what is left", "upside down", "swapped",
    "in place of", "not rounded", "rounded up", "only when whole", "training", "elements", "twice", "half", "forward", "bit or byte", "K or Ki", "coefficient", "constant", "parts missing", "part alone",
    "missing term", "extra term", "other term", "extra factor", "missing factor", "other factor", "zeros", "only when equal",
    "only when a multiple", "only when 1", "other terms",
)  # fmt: skip


def misses(case: Case) -> list[Miss]:
    """Return the ways in which the claim misses, the most telling first; of a variant, what it leaves out."""
    from symflops.claims.neighbours import TABLE as OF_LAYERS  # noqa: PLC0415 - which needs Case
    from symflops.claims.parts import parts  # noqa: PLC0415

    tables: tuple[Callable[[Case], Iterator[Miss]], ...]
    if case.target.cost is None:
        tables = TABLE
    elif case.candidate.variant is None:
        tables = (*OF_LAYERS, *TABLE)
    else:
        tables = (parts, *TABLE)
    if case.is_loose or (case.claim.is_Rational and case.printed and next(factor(case), None)):
        tables = tuple(entry for entry in tables if entry is not parts)
    found = {miss.name: miss for entry in tables for miss in entry(case)}
    if "groups" in found:  # which says which
        found.pop("groups ignored", None)
    return sorted(found.values(), key=rank)


def rank(miss: Miss) -> int:
    """Return how telling a miss is: 0 for the most."""
    return RANKS.index(miss.name)
