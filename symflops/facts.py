"""Stated facts about dimensions, and what can be decided with them.

A fact is ``a | b`` (a divides b), ``a >= b``, ``a > b``, ``a <= b``, ``a < b``, ``a = b`` or ``a != b``.
A question is answered True, False or None (cannot be decided); a dimension is at least 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import sympy
from sympy import Add, Mul

from symflops.errors import ArgumentError
from symflops.exprs import ONE, ZERO, minimum, over_one_line, spread
from symflops.extents import MOST_TERMS, effort, extent, put_in, writable
from symflops.floors import canonical, plainly_whole, whole
from symflops.symbols import Member, Symbol, exact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Sign = Literal["|", ">=", ">", "=", "!="]


@dataclass(frozen=True)
class Relation:
    """``left sign right``: a stated fact, or a condition that a formula rests on."""

    left: sympy.Expr
    sign: Sign
    right: sympy.Expr

    def __str__(self) -> str:
        if self.sign == "|" and self.left == 1:
            return f"{self.right} is a whole number"
        return f"{self.left} {self.sign} {self.right}"

    def at(self, values: Mapping[Symbol, sympy.Expr]) -> Relation:
        """Return the relation with expressions in place of symbols."""
        return Relation(put_in(self.left, values), self.sign, put_in(self.right, values))

    @property
    def symbols(self) -> set[Symbol]:
        """The dimensions that the relation speaks of."""
        found: set[Symbol] = self.left.free_symbols | self.right.free_symbols
        return found


def divides(divisor: Any, number: Any) -> Relation:
    """State that ``divisor`` divides ``number``.

    Raises:
        ArgumentError: the divisor is 0.
    """
    if divisor == 0:
        message = f"0 divides nothing but 0: {divisor} | {number} states nothing"
        raise ArgumentError(message)
    return Relation(exact(divisor), "|", exact(number))


def at_least(left: Any, right: Any) -> Relation:
    """State that ``left`` is at least ``right``, with positive terms on both sides.

    >>> from symflops import dims
    >>> k, H, p = dims("k H p")
    >>> print(at_least(H + 2 * p - k, 0))
    H + 2*p >= k
    """
    return _beside(spread(exact(left) - exact(right)), ">=")


def more_than(left: Any, right: Any) -> Relation:
    """State that ``left`` is greater than ``right``: between whole numbers, by 1 at least.

    >>> from symflops import dim, dims
    >>> D, H = dims("D H")
    >>> print(more_than(D, H / 2))
    2*D >= H + 1
    >>> print(more_than(dim("a", integer=False), 1))
    a > 1
    """
    numerator = _numerator(spread(exact(left) - exact(right)))
    return at_least(numerator, 1) if numerator.is_integer else _beside(numerator, ">")


def _beside(difference: sympy.Expr, sign: Sign) -> Relation:
    """Return ``difference sign 0`` with positive terms on both sides."""
    terms = Add.make_args(difference)
    positive = [t for t in terms if t.as_coeff_Mul()[0] > 0]
    negative = [-t for t in terms if t.as_coeff_Mul()[0] < 0]
    return Relation(Add(*positive), sign, Add(*negative))


def equal(left: Any, right: Any) -> Relation:
    """State that two sizes are the same."""
    return Relation(exact(left), "=", exact(right))


def different(left: Any, right: Any) -> Relation:
    """State that two sizes are not the same.

    >>> from symflops import dim
    >>> Facts().decide(different(dim("t") + 1, 1)), Facts().decide(different(dim("t"), 1))
    (True, None)
    """
    return Relation(exact(left), "!=", exact(right))


MOST_EFFORT = 10_000_000  # on all sizes and counts of a cost


class Facts:
    """A set of relations taken to be true, and the decisions that follow from them."""

    def __init__(self, relations: tuple[Relation, ...] = ()) -> None:
        self.relations = relations
        self._multiples = _multiples(relations)
        self._back = {m: n / d for d, n, m in self._multiples}
        self._canonical: dict[sympy.Expr, sympy.Expr] = {}
        self._effort = 0
        ordered = [relation for relation in relations if relation.sign in (">=", ">")]
        self._bounds = [bound for relation in ordered for bound in _bounds(relation)]
        self._below = [next(_bounds(relation)) for relation in ordered if relation.left.is_Symbol]

    def is_whole(self, term: sympy.Expr) -> bool:
        """Say whether a term is certainly a whole number."""
        if plainly_whole(term):
            return True
        # where 1 | r*H is known, r*H*C is whole as it stands
        if any(plainly_whole(term / number * divisor) for divisor, number, _ in self._multiples):
            return True
        return bool(self._multiples) and all(
            plainly_whole(part) for part in Add.make_args(self._in_multiples(term))
        )

    def _in_multiples(self, expr: sympy.Expr) -> sympy.Expr:
        """Write H as 32·m where 32 | H is known."""
        for divisor, number, multiple in self._multiples:
            if number.is_Rational:  # P | 224: P is 224/m
                expr = expr.xreplace({divisor: number / multiple})
                continue
            target = number if number.is_Symbol else _solvable(number)
            if target is None or not expr.has(target):
                continue
            expr = expr.xreplace({target: target + divisor * multiple - number})
        return spread(expr)

    def canonical(self, expr: sympy.Expr) -> sympy.Expr:
        """Return an expression with its floors and minima in canonical form, using what is known.

        >>> from symflops import dims
        >>> N, w = dims("N w")
        >>> Facts((at_least(N, w),)).canonical(minimum(N, w) + minimum(N + 1, w) + minimum(N, 1))
        2*w + 1
        """
        if expr not in self._canonical:
            self._effort += effort(writable(expr))
            if self._effort > MOST_EFFORT:
                message = (
                    "the sizes in this network are too long to be worked with: give their sums names of "
                    "their own, such as dim('S'), or put numbers in"
                )
                raise ArgumentError(message)
            canonical(expr, self._floor, self._canonical, self._least)
        return self._canonical[expr]

    def _least(self, a: sympy.Expr, b: sympy.Expr) -> sympy.Expr:
        for smaller, greater in ((a, b), (b, a)):
            if self.decide(at_least(greater, smaller)):
                return smaller
        return minimum(a, b)

    def _floor(self, expr: sympy.Expr) -> sympy.Expr:
        if not self._multiples:
            return whole(expr)
        known = whole(self._in_multiples(expr))
        if known.has(sympy.floor):
            return whole(expr, self.is_whole)
        return spread(known.xreplace(self._back))

    def decide(self, relation: Relation) -> bool | None:
        """Answer True, False, or None for what cannot be decided."""
        left, right = relation.left, relation.right
        if relation in self.relations:
            return True
        if relation.sign == "|":
            return self._decide_divides(left, right)
        if relation.sign == "!=":
            same = self.decide(equal(left, right))
            return None if same is None else not same
        if relation.sign == ">=" and _plainly_nonnegative(left - right):
            return True
        difference = spread(left - right)
        if relation.sign == ">=":
            return self._decide_nonnegative(difference)
        if relation.sign == ">":
            return self._decide_positive(difference)
        if difference == 0:
            return True
        # whole numbers that differ do so by 1 at least; others by something above 0
        step = ONE if difference.is_integer else ZERO
        apart = any(self._proves(d - step, strictly=not step) for d in (difference, -difference))
        return False if apart else None

    def _decide_divides(self, divisor: sympy.Expr, number: sympy.Expr) -> bool | None:
        ratio = spread(number / divisor)
        if ratio.is_Rational:
            return bool(ratio.is_Integer)
        if all(self.is_whole(part) for part in Add.make_args(ratio)):
            return True
        reduced = self._in_multiples(ratio) if self._multiples else ratio
        rest = [part for part in Add.make_args(reduced) if not plainly_whole(part)]
        if not rest:
            return True
        return False if all(part.is_Rational for part in rest) else None

    def _decide_nonnegative(self, difference: sympy.Expr) -> bool | None:
        if difference.is_Rational:
            return bool(difference >= 0)
        if self._proves(difference):
            return True
        step = ONE if difference.is_integer else ZERO
        return False if self._proves(-difference - step, strictly=not step) else None

    def _decide_positive(self, difference: sympy.Expr) -> bool | None:
        if difference.is_Rational:
            return bool(difference > 0)
        if self._proves(difference, strictly=True):
            return True
        return False if self._proves(-difference) else None

    def _proves(self, expr: sympy.Expr, *, strictly: bool = False) -> bool:
        """Prove expr ≥ 0, or > 0: a dimension is 1 plus something ≥ 0, a floor near its argument."""
        expr = _without_floors(spread(expr))
        for form in (expr, self._in_multiples(expr)) if self._multiples else (expr,):
            if _nonnegative_from_one(form, strictly=strictly):
                return True
        # N >= w: write N = w + t with t >= 0, one stated bound by itself, then all from below together
        for symbol, value in self._bounds:
            if expr.has(symbol):
                shifted = expr.xreplace({symbol: value})
                if _nonnegative_from_one(_without_floors(spread(shifted)), strictly=strictly):
                    return True
        if len(self._below) < 2:  # noqa: PLR2004 - one was tried by itself
            return False
        for symbol, value in self._below * len(self._below):
            expr = expr.xreplace({symbol: value})
        return _nonnegative_from_one(_without_floors(spread(expr)), strictly=strictly)


def _bounds(relation: Relation) -> Iterator[tuple[Symbol, sympy.Expr]]:
    """Yield what to write for a symbol: w + t with t ≥ 0 for N where N >= w, and N - t for w."""
    left, right = relation.left, relation.right
    if (left - right).is_integer:
        excess = sympy.Dummy("t", integer=True, positive=True) - 1
    else:
        excess = sympy.Dummy("t", rational=True, nonnegative=True)
    if left.is_Symbol:
        yield left, right + excess
    if right.is_Symbol:
        yield right, left - excess


def _multiples(
    relations: tuple[Relation, ...],
) -> list[tuple[sympy.Expr, sympy.Expr, Symbol]]:
    """Return (divisor, number, fresh m with number = divisor·m); numeric divisors of one number join.

    32 | 224·x says that x is a multiple of 1/7; a dimension that is whole is one of 1.
    """
    divisors: dict[sympy.Expr, sympy.Expr] = {}
    numbers: dict[sympy.Expr, sympy.Expr] = {}
    for relation in relations:
        if relation.sign != "|":
            continue
        divisor, number = relation.left, relation.right
        if number.is_Rational:
            if divisor.is_Symbol and divisor.is_integer and number > 0:
                numbers[divisor] = sympy.gcd(number, numbers.get(divisor, number))
            continue
        factor, monomial = number.as_coeff_Mul()
        if divisor.is_Integer and monomial.is_Symbol:
            divisor, number = divisor / factor, monomial
        old = divisors.get(number, ONE if number.is_integer else divisor)
        both = old.is_Rational and divisor.is_Rational
        divisors[number] = _common_multiple(old, divisor) if both else divisor
    return [
        (d, n, sympy.Dummy("m", integer=True, positive=n.is_Symbol or n.is_Rational or None))
        for n, d in (*_greatest_first(divisors), *((n, d) for d, n in numbers.items()))
    ]


def _greatest_first(
    divisors: dict[sympy.Expr, sympy.Expr],
) -> Iterator[tuple[sympy.Expr, sympy.Expr]]:
    """Yield D with its divisor h before h with its divisor k, which is put in for h after h for D."""
    rest = dict(divisors)
    while rest:
        free = (n for n in rest if not any(d.has(n) for m, d in rest.items() if m != n))
        number = next(free, next(iter(rest)))
        yield number, rest.pop(number)


def _common_multiple(a: sympy.Rational, b: sympy.Rational) -> sympy.Rational:
    """Return the least number that is a whole multiple of both fractions."""
    return sympy.Rational(sympy.ilcm(a.p, b.p), sympy.igcd(a.q, b.q))


def _solvable(number: sympy.Expr) -> Symbol | None:
    """Return a symbol that stands in a sum alone, with the factor 1."""
    for term in Add.make_args(number):
        if term.is_Symbol and not (number - term).has(term):
            return term
    return None


def _plainly_nonnegative(expr: sympy.Expr) -> bool:
    """Prove expr ≥ 0 at a glance: nothing but numbers is taken away, and whole terms are at least 1."""
    bound = ZERO
    for number, monomial in (term.as_coeff_Mul() for term in Add.make_args(expr)):
        if monomial is ONE:
            bound += number
        elif number < 0 or not monomial.is_nonnegative:
            return False
        elif monomial.is_integer and monomial.is_positive:
            bound += number
    return bool(bound >= 0)


def _nonnegative_from_one(expr: sympy.Expr, *, strictly: bool) -> bool:
    """Prove expr ≥ 0, or > 0, term by term, with x = 1 + x' and x' ≥ 0 for every whole dimension.

    The same goes for 2**i with an index i. What has too many terms then is not proved.
    """
    shifts = {s: s + 1 for s in expr.free_symbols if s.is_integer and s.is_positive}
    for member in expr.atoms(Member):
        shifts[member] = sympy.Dummy("member", integer=True, nonnegative=True) + 1
    for power in expr.atoms(sympy.Pow):
        if power.base.is_Integer and power.base > 0 and power.exp.is_nonnegative:
            shifts[power] = sympy.Dummy("power", integer=True, nonnegative=True) + 1
    expr = expr.xreplace(shifts)
    if extent(expr) > MOST_TERMS:
        return False
    terms = [term.as_coeff_Mul() for term in Add.make_args(spread(expr))]
    if strictly and not any(number > 0 and _above_zero(monomial) for number, monomial in terms):
        return False
    return all(number >= 0 and _nonnegative(monomial) for number, monomial in terms)


def _above_zero(monomial: sympy.Expr) -> bool:
    """Say whether a monomial is above 0: 1 is, and a dimension that is no whole number; x' may be 0."""
    return all(
        f.is_positive and not any(s.is_integer for s in f.free_symbols)
        for f in Mul.make_args(monomial)
    )


def _nonnegative(monomial: sympy.Expr) -> bool:
    return all(f.is_nonnegative or f.is_positive for f in Mul.make_args(monomial))


def _without_floors(expr: sympy.Expr) -> sympy.Expr:
    """Return a lower bound of expr free of floors that stand alone in a term.

    One floor with the factor 1 and whole company: ⌊y⌋ + b ≥ 0 exactly when y + b ≥ 0. Otherwise
    y - 1 < ⌊y⌋ ≤ y, the side that makes the bound lower.
    """
    expr = _cancelled(expr)
    terms = Add.make_args(expr)
    floors = [t for t in terms if t.has(sympy.floor)]
    if len(floors) == 1 and isinstance(floors[0], sympy.floor):
        rest = expr - floors[0]
        if plainly_whole(rest):
            return spread(floors[0].args[0] + rest)
    bounded = []
    for term in terms:
        number, monomial = term.as_coeff_Mul()
        if isinstance(monomial, sympy.floor):
            slack = 1 if number > 0 else 0
            bounded.append(number * (monomial.args[0] - slack))
        else:
            bounded.append(term)
    return spread(Add(*bounded))


def _cancelled(expr: sympy.Expr) -> sympy.Expr:
    """Return ⌊c·y⌋ - c·⌊y⌋ as its lower bound 0, for a whole number c."""
    for term in Add.make_args(expr):
        number, monomial = term.as_coeff_Mul()
        if number.is_Integer and number < -1 and isinstance(monomial, sympy.floor):
            greater = whole(-number * monomial.args[0])
            if isinstance(greater, sympy.floor) and expr.coeff(greater) >= 1:
                expr = expr - term - greater
    return expr


@lru_cache(maxsize=20_000)  # tracing and listing ask about the same relations
def simplified(relation: Relation) -> Relation:
    """Return ⌊H/32⌋ >= 1 as H >= 32, and 256·x = 9216 as x = 36: in the dimensions themselves."""
    if relation.sign == "=":
        return _without_common_number(relation)
    if relation.sign != ">=":
        return relation
    difference = spread(relation.left - relation.right)
    floors = [term for term in Add.make_args(difference) if term.has(sympy.floor)]
    if not floors:
        return at_least(_numerator(difference), 0)
    number, floor = floors[0].as_coeff_Mul()
    rest = difference - floors[0]
    if len(floors) > 1 or not isinstance(floor, sympy.floor) or floor.args[0].has(sympy.floor):
        return relation
    if number == 1 and plainly_whole(rest):  # ⌊y⌋ + b ≥ 0 exactly when y + b ≥ 0
        return at_least(_numerator(spread(floor.args[0] + rest)), 0)
    if number > 0 and rest.is_Rational:  # c·⌊y⌋ + b ≥ 0 exactly when y ≥ ⌈-b/c⌉
        return at_least(_numerator(spread(floor.args[0] - sympy.ceiling(-rest / number))), 0)
    return relation


def _numerator(expr: sympy.Expr) -> sympy.Expr:
    """Return what stands over the common denominator of a sum, or the sum where that may be negative."""
    terms = [term.as_coeff_Mul() for term in Add.make_args(expr)]
    if all(monomial.is_polynomial() for _, monomial in terms):
        return expr * sympy.ilcm(*(number.q for number, _ in terms), 1)
    numerator, denominator = over_one_line(expr)
    positive = all(factor.is_positive for factor in Mul.make_args(denominator))
    return numerator if positive else expr


def _without_common_number(relation: Relation) -> Relation:
    left, rest = relation.left.as_coeff_Mul()
    right, other = relation.right.as_coeff_Mul()
    if not (left.is_Integer and right.is_Integer):
        return relation
    shared = sympy.igcd(left, right)
    return Relation(left / shared * rest, "=", right / shared * other)
