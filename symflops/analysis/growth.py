"""How fast an expression grows as some of its symbols do: sums of r**N · N**p · log2(N)**q.

Whatever else holds a growing symbol is written as such a sum and something bounded: ⌊x⌋ is x less something
below 1, and log2(x + c) is log2(x) and something that vanishes. A term that decides must not hold what is
only bounded, so that nothing is estimated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy
from sympy import Add, Mul, Pow, ceiling, floor

from symflops.contradictions import Row, is_empty
from symflops.errors import NotClosedError
from symflops.exprs import ONE, ZERO, log2, minimum, over_one_line, spread
from symflops.facts import Facts, Relation, at_least

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symflops.symbols import Symbol

#: r, p, q of r**N · N**p · log2(N)**q; of two, the one that comes first grows slower.
Rate = tuple[sympy.Rational, sympy.Rational, sympy.Rational]
#: The rates of a term, one for each growing symbol.
Rates = tuple[Rate, ...]
#: The terms of a sum: how each grows, and its factor, which is constant.
Terms = dict[Rates, sympy.Expr]

STILL: Rate = (ONE, ZERO, ZERO)


class Growth:
    """What grows, and what is known of all else."""

    def __init__(self, growing: Sequence[Symbol], facts: Facts | None = None) -> None:
        self.growing = tuple(growing)
        self.facts = facts or Facts()
        self.different: dict[Relation, None] = {}  # of factors that were taken not to be 0
        self._bounded: set[sympy.Expr] = set()
        self._vanishing: dict[sympy.Expr, sympy.Expr] = {}

    def leading(self, expr: sympy.Expr) -> tuple[Terms, Terms]:
        """Return the terms above and below the line that no others outgrow.

        Raises:
            NotClosedError: they cancel but for something bounded, or a function of unknown growth.
        """
        above, below = expr, ONE
        powers = spread(expr).atoms(Pow)  # which writes 1/(N·(D + 1)) as 1/(N·D + N)
        if any(p.base.is_Add and p.exp.is_negative and p.base.has(*self.growing) for p in powers):
            above, below = over_one_line(expr)
        return self.greatest(above), self.greatest(below)

    def written(self, terms: Terms) -> sympy.Expr:
        """Return terms as an expression."""
        return Add(*(Mul(factor, self._monomial(rates)) for rates, factor in terms.items()))

    def greatest(self, expr: sympy.Expr) -> Terms:
        """Return the terms of a sum that no others outgrow; those of 0 are none."""
        found = self._terms(self._eased(expr))
        kept = {
            rates: found[rates].xreplace(self._vanishing)
            for rates in self._undominated(list(found))
        }
        for rates, factor in kept.items():
            if _is_nothing(factor) or factor.free_symbols & self._bounded:
                shown = self.written({rates: ONE})
                message = (
                    f"{expr} has no leading term: what there is of the order {shown} cancels, but for "
                    "something that is only known to be bounded"
                )
                raise NotClosedError(message)
            sides = at_least(factor, ZERO)
            differs = Relation(sides.left, "!=", sides.right)
            if self.facts.decide(differs) is None:
                self.different.setdefault(differs)
        return kept

    def sign(self, expr: sympy.Expr) -> int | None:
        """Return 1 or -1, the sign of an expression once everything has grown; None if that is not known."""
        try:
            above, below = self.leading(expr)
        except NotClosedError:
            return None
        signs = {self.sign_of(factor) for factor in above.values()} or {0}
        under = {self.sign_of(factor) for factor in below.values()}
        if len(signs) > 1 or under != {1} or None in signs:
            return None
        return signs.pop()

    def sign_of(self, factor: sympy.Expr) -> int | None:
        """Return the sign of something constant, if it is known."""
        for sign in (1, -1):
            if self.facts.decide(Relation(sign * factor, ">", ZERO)):
                return sign
        return None

    def _monomial(self, rates: Rates) -> sympy.Expr:
        return Mul(
            *(r**n * n**p * log2(n) ** q for n, (r, p, q) in zip(self.growing, rates, strict=True))
        )

    # terms

    def _terms(self, expr: sympy.Expr) -> Terms:
        """Return the terms of a sum whose atoms are eased; factors that are 0 are gone."""
        found: dict[Rates, list[sympy.Expr]] = {}
        for term in Add.make_args(spread(expr)):
            factor, rates = self._rates(term)
            found.setdefault(rates, []).append(factor)
        added = {rates: Add(*factors) for rates, factors in found.items()}
        return {rates: factor for rates, factor in added.items() if not _is_nothing(factor)}

    def _rates(self, term: sympy.Expr) -> tuple[sympy.Expr, Rates]:
        """Split a term into what is constant and how the rest grows."""
        constant, rates = ONE, [list(STILL) for _ in self.growing]
        for factor in Mul.make_args(term):
            if not factor.has(*self.growing):
                constant *= factor
                continue
            base, power = factor.as_base_exp()
            if base.is_Rational:  # r**(c·N + d), after sympy has joined powers of one base
                outside, steps = self._steps(base, power)
                constant *= outside
                for n, step in steps.items():
                    rates[self.growing.index(n)][0] *= base**step
                continue
            place = 1 if base.is_Symbol else 2
            symbol = base if base.is_Symbol else base.args[0]
            rates[self.growing.index(symbol)][place] += power
        return constant, tuple((r, p, q) for r, p, q in rates)

    def _steps(
        self, base: sympy.Rational, power: sympy.Expr
    ) -> tuple[sympy.Expr, dict[Symbol, sympy.Integer]]:
        """Read 2**(3·N + d) as: 2**d, and a factor of 2**3 a step of N."""
        steps: dict[Symbol, sympy.Integer] = {}
        rest = spread(power)
        for n in self.growing:
            step = rest.coeff(n)
            if step.is_Integer:
                steps[n] = step
                rest -= step * n
        if not base > 0 or rest.has(*self.growing):
            raise self._unknown(base**power)
        return base**rest, {n: step for n, step in steps.items() if step}

    def _undominated(self, found: list[Rates]) -> list[Rates]:
        """Return the terms that some others do not outgrow together, whatever grows how fast."""
        kept = [a for a in found if not any(a != b and _below(a, b) for b in found)]
        if len(self.growing) == 1 or any((r, q) != (1, 0) for a in kept for r, _, q in a):
            return kept
        powers = [[p for _, p, _ in rates] for rates in kept]
        return [
            rates for rates, own in zip(kept, powers, strict=True) if _is_outermost(own, powers)
        ]

    # atoms

    def _eased(self, expr: sympy.Expr) -> sympy.Expr:
        """Write every atom that grows as a sum of what has a rate and what is bounded."""
        if not expr.has(*self.growing) or expr.is_Symbol:
            return expr
        if expr.is_Add or expr.is_Mul:
            return expr.func(*map(self._eased, expr.args))
        if expr.is_Pow:
            return self._power(expr)
        if isinstance(expr, floor):
            return self._eased(expr.args[0]) - self._something()
        if isinstance(expr, ceiling):
            return self._eased(expr.args[0]) + self._something()
        if isinstance(expr, minimum):
            return self._eased(self._smaller(*expr.args))
        if isinstance(expr, log2):
            return self._logarithm(expr)
        raise self._unknown(expr)

    def _power(self, expr: sympy.Expr) -> sympy.Expr:
        base, power = expr.args
        if power.has(*self.growing):
            if not base.is_Rational:
                raise self._unknown(expr)
            outside, steps = self._steps(base, power)
            return Mul(outside, *(Pow(base**step, n) for n, step in steps.items()))
        if not power.is_Rational:
            raise self._unknown(expr)
        if power.is_Integer and power > 0:
            return self._eased(base) ** power
        (rates, factor), exactly = self._only_term(base, expr)
        if not power.is_Integer and self.sign_of(factor) != 1:
            raise self._unknown(expr)
        found = factor**power * self._monomial(
            tuple((r**power, p * power, q * power) for r, p, q in rates)
        )
        return found if exactly else found * (ONE + self._nothing())

    def _logarithm(self, expr: sympy.Expr) -> sympy.Expr:
        (rates, factor), exactly = self._only_term(expr.args[0], expr)
        if any(q != 0 for _, _, q in rates) or self.sign_of(factor) != 1:
            raise self._unknown(expr)
        parts = [
            p * log2(n) + log2(r) * n for n, (r, p, _) in zip(self.growing, rates, strict=True)
        ]
        found = Add(log2(factor), *parts)
        return found if exactly else found + self._nothing()

    def _only_term(
        self, expr: sympy.Expr, around: sympy.Expr
    ) -> tuple[tuple[Rates, sympy.Expr], bool]:
        """Return the one term that outgrows the others, and whether there are no others."""
        greatest = self.greatest(expr)
        if len(greatest) != 1:
            raise self._unknown(around)
        (only,) = greatest.items()
        return only, len(self._terms(self._eased(expr))) == 1

    def _smaller(self, a: sympy.Expr, b: sympy.Expr) -> sympy.Expr:
        sign = self.sign(a - b)
        if sign is None:
            message = f"which of {a} and {b} is smaller in the end is not known; state it as a fact, assume='…'"
            raise NotClosedError(message)
        return b if sign > 0 else a

    def _something(self) -> sympy.Expr:
        """Return a name for a number that is bounded, whatever grows."""
        name = sympy.Dummy("bounded", real=True)
        self._bounded.add(name)
        return name

    def _nothing(self) -> sympy.Expr:
        """Return a name for what tends to 0."""
        name = sympy.Dummy("vanishing", real=True)
        self._vanishing[name] = ZERO
        return name

    def _unknown(self, expr: sympy.Expr) -> NotClosedError:
        names = ", ".join(n.name for n in self.growing)
        return NotClosedError(
            f"how {expr} grows with {names} is not known here; put numbers in for it"
        )


def _is_nothing(factor: sympy.Expr) -> bool:
    return bool(factor == 0 or (factor.is_Add and sympy.cancel(factor) == 0))


def _below(a: Rates, b: Rates) -> bool:
    """Say whether a term grows no faster than another along any symbol."""
    return all(bool(x == y or x < y) for x, y in zip(a, b, strict=True))


def _is_outermost(own: list[sympy.Rational], powers: list[list[sympy.Rational]]) -> bool:
    """Say whether some way of growing keeps a term as great as all others: Newton's polygon.

    With N = t**u and D = t**v it is a question of u, v > 0 with linear inequalities.
    """
    ways = sympy.numbered_symbols("u", cls=sympy.Dummy, positive=True)
    speeds = [next(ways) for _ in own]
    rows = [Row({speed: ONE}, ZERO, strict=True) for speed in speeds]
    for other in powers:
        factors = {u: a - b for u, a, b in zip(speeds, own, other, strict=True) if a != b}
        if factors:
            rows.append(Row(factors, ZERO, strict=False))
    return not is_empty(rows)
