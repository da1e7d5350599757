"""From where on one formula is greater than another: in closed form, or the first whole number with a proof."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sympy
from sympy import Poly, oo

from symflops.analysis.answers import Answer, question, variable
from symflops.analysis.monotone import first_above_in_the_end
from symflops.analysis.roots import elementary_root, last_root, sign_of, whole_parts
from symflops.analysis.wholes import Range, first_above
from symflops.errors import ArgumentError, NotClosedError
from symflops.exprs import (
    MOST_DIVIDED,
    ZERO,
    joined,
    log2,
    minimum,
    over_one_line,
    spread,
    terms,
    tidy,
)
from symflops.extents import extent
from symflops.facts import Facts, Relation, at_least, more_than
from symflops.tables.table import listed

if TYPE_CHECKING:
    from symflops.symbols import Symbol
    from symflops.tables.table import Note


@dataclass(frozen=True, eq=False, repr=False)
class Crossover(Answer):
    """Where a overtakes b: a > b for all N > ``at``, and ``first`` is the first such whole number.

    ``at`` is 0 where a > b for every N, and infinite where a does not stay above b. ``first`` is there for
    formulas of N alone. ``conditions`` are those under which all this is so. It goes wherever an expression
    goes, as ``at``.

    >>> import symflops as sf
    >>> N, D = sf.dims("N D")
    >>> found = sf.crossover(2*N**2*D, 12*N*D**2, N)
    >>> found, found.at, found == 6*D
    (a > b for N > 6 D, 6*D, True)
    """

    variable: Symbol = None
    first: int | None = None
    conditions: tuple[Relation, ...] = ()
    equal: bool = False

    @property
    def at(self) -> sympy.Expr:
        """Behind which a > b."""
        return self.expr

    @property
    def always(self) -> bool:
        """Whether a > b for every N."""
        return bool(self.expr == 0)

    @property
    def never(self) -> bool:
        """Whether b is greater, or both are equal, again and again."""
        return bool(self.expr is oo)

    @property
    def note(self) -> Note:
        """Where a > b, in words, and what that rests on."""
        rests_on = listed((r,) for r in self.conditions)
        inside = (" (", *(part for parts in rests_on for part in parts), ")") if rests_on else ()
        return (*self._where(), *inside)

    def _where(self) -> Note:
        n = self.variable
        if self.equal:
            return ("a = b for every ", n)
        if self.never:
            return ("a does not stay above b, however great ", n, " is")
        if self.always:
            return ("a > b for every ", n)
        if self.first is None:
            return ("a > b for ", n, " > ", self.expr)
        beyond = () if self.first == self.expr + 1 else (", beyond ", self.expr)
        return ("a > b from ", n, " = ", sympy.Integer(self.first), " on", *beyond)


def crossover(a: Any, b: Any, N: Any, metric: str = "macs", assume: Any = ()) -> Crossover:  # noqa: N803 - a dimension
    """Return from where on a is greater than b as a symbol grows: costs by their ``metric``, or expressions.

    The place is a closed form where the difference has an elementary root: it is linear or quadratic in a power
    of N, whatever the other symbols are, and with min(N, w) on either side of w. Where N is the only symbol,
    there may be roundings and smaller-ofs, or logarithms, roots and powers of numbers, and the first whole number
    from which on a > b for good is found exactly. ``assume`` and the conditions of costs decide signs, and bound
    N; signs that they leave open are conditions of the answer.

    >>> import symflops as sf
    >>> N, D = sf.dims("N D")
    >>> sf.crossover(4*N**2*D, 24*N*D**2, N)      # attention's squares against all else in a block
    a > b for N > 6 D
    >>> sf.crossover(N**2, 2*N + 5, N)
    a > b from N = 4 on, beyond √(6) + 1
    >>> sf.crossover(7*(N//7), N - 3, N).first, sf.crossover(3*N, 2*N, N)
    (None, a > b for every N)

    Raises:
        ArgumentError: neither a cost nor an expression, or a difference without N whose sign is not known.
        NotClosedError: no closed form, and more symbols than N; or a function that is not followed.
    """
    asked = question("crossover", (a, b), metric, assume)
    symbol = variable("crossover", N, asked.formulas)
    first, second = asked.formulas
    order = asked.order or (symbol,)
    answer = Crossover(ZERO, order, symbol)
    above, below = over_one_line(first - second)
    if sign_of(below, asked.facts) != 1:
        above *= below
    difference = asked.facts.canonical(spread(above))
    if difference == 0:
        return replace(answer, expr=oo, equal=True)
    if symbol not in difference.free_symbols:
        sign = sign_of(difference, asked.facts)
        if sign is not None:
            return replace(answer, expr=ZERO if sign > 0 else oo)
        message = (
            f"whether a > b does not depend on {symbol}: it does on the sign of {tidy(difference)}"
        )
        raise ArgumentError(message)
    if difference.free_symbols != {symbol} and not difference.is_polynomial(symbol):
        difference = _without_factors(difference, symbol, asked.facts)
    if difference.free_symbols == {symbol} and symbol.is_integer:
        return _whole(answer, difference, asked.facts)
    return _closed(answer, difference, asked.facts)


def _without_factors(difference: sympy.Expr, symbol: Symbol, facts: Facts) -> sympy.Expr:
    """Return a difference without the factors that do not depend on a symbol and have a known sign."""
    try:
        left, factors = _factors(difference)
    except sympy.PolynomialError:  # powers of numbers
        return difference
    for factor, times in factors:
        known = None if symbol in factor.free_symbols else sign_of(factor, facts)
        left *= (known or factor) ** times
    return spread(left)


def _whole(answer: Crossover, difference: sympy.Expr, facts: Facts) -> Crossover:
    """Return the first whole number from which on a difference is above 0, and the root before it."""
    symbol = answer.variable
    within = Range.of(symbol, facts)
    found = first_above_in_the_end if _is_transcendental(difference) else first_above
    first, last = found(difference, within)
    answer = replace(answer, conditions=facts_of(symbol, facts))
    if first is None:
        return replace(answer, expr=oo)
    if last is None:
        return replace(answer, expr=ZERO, first=first)
    at = sympy.Integer(last)
    if difference.is_polynomial(symbol):
        poly = Poly(difference, symbol)
        root = elementary_root(poly)
        at = root if root is not None and last <= max(whole_parts(poly)) < first else at
    return replace(answer, expr=at, first=first)


def _is_transcendental(expr: sympy.Expr) -> bool:
    """Say whether there are logarithms, roots or powers of a number in a formula."""
    return expr.has(log2) or any(not power.exp.is_Integer for power in expr.atoms(sympy.Pow))


def facts_of(symbol: Symbol, facts: Facts) -> tuple[Relation, ...]:
    """Return the facts that say what a symbol may be."""
    return tuple(relation for relation in facts.relations if symbol in relation.symbols)


# in closed form


def _closed(answer: Crossover, difference: sympy.Expr, facts: Facts) -> Crossover:
    """Return the crossing in closed form: the greatest root of all factors of the difference."""
    symbol = answer.variable
    if windows := [m for m in difference.atoms(minimum) if symbol in m.args]:
        return _on_both_sides(answer, difference, min(windows, key=str), facts)
    if not difference.is_polynomial(symbol):
        message = (
            f"{tidy(difference)} is no polynomial in {symbol}: put numbers in for all other symbols, or state "
            f"what makes roundings whole, assume='7 | {symbol}'"
        )
        raise NotClosedError(message)
    sign, polys, assumed = rooted(difference, symbol, facts)
    own = facts_of(symbol, facts)
    if sign < 0:
        return replace(answer, expr=oo, conditions=(*own, *assumed))
    roots = [last_root(poly, facts) for poly, _ in polys]
    rests_on = (*own, *assumed, *(r for root in roots for r in root.conditions))
    at = _greatest([root.at for root in roots if root.at is not None], facts)
    if any(facts.decide(at_least(at, r.left)) for r in own if r.right == symbol and r.sign == ">="):
        at = oo  # that great N must not be
    if any(facts.decide(Relation(r.right, ">", at)) for r in own if r.left == symbol):
        at = ZERO  # so small N must not be
    return replace(answer, expr=at, conditions=tuple(dict.fromkeys(rests_on)))


def _on_both_sides(
    answer: Crossover, difference: sympy.Expr, smaller: sympy.Expr, facts: Facts
) -> Crossover:
    """Return the crossing of a difference with min(N, w): beyond w if there is one, else before it."""
    symbol = answer.variable
    (w,) = (size for size in smaller.args if size != symbol)

    def where(size: sympy.Expr, side: Relation, known: tuple[Relation, ...]) -> Crossover:
        inside = Facts((*facts.relations, *known, side))
        branch = inside.canonical(spread(difference.xreplace({smaller: size})))
        found = _closed(answer, branch, inside)
        rests_on = dict.fromkeys((*known, *found.conditions))
        return replace(found, conditions=tuple(r for r in rests_on if r != side))

    beyond = where(w, at_least(symbol, w), ())
    if beyond.never or facts.decide(at_least(beyond.at, w)):
        return beyond
    if beyond.always or facts.decide(at_least(w, beyond.at)):
        before = where(symbol, at_least(w, symbol), beyond.conditions)
        known = Facts((*facts.relations, *before.conditions))
        if not before.never and known.decide(at_least(w, before.at)):
            return before
    message = (
        f"whether a > b for {symbol} beyond {w} or before is not known: state which is greater as a fact, "
        f"such as assume='{symbol} >= {w}'"
    )
    raise NotClosedError(message)


def rooted(
    difference: sympy.Expr, symbol: Symbol, facts: Facts
) -> tuple[int, list[tuple[Poly, int]], list[Relation]]:
    """Return the sign behind all roots, the factors that may have some with their powers, and what is assumed."""
    number, factors = _factors(difference)
    sign, polys, assumed = (1 if number > 0 else -1), list[tuple[Poly, int]](), list[Relation]()
    for factor, times in factors:
        known = sign_of(factor, facts)
        if known is not None:
            sign *= known**times
            continue
        poly = Poly(factor, symbol)
        leading = sign_of(poly.LC(), facts)
        if leading is None:  # and no greater root is taken to be one of a factor that falls
            assumed.append(_above(poly.LC()))
        elif leading < 0:
            poly, sign = -poly, sign * (-1) ** times
        if poly.degree() > 0:
            polys.append((poly, times))
    return sign, polys, assumed


def _factors(difference: sympy.Expr) -> tuple[sympy.Rational, list[tuple[sympy.Expr, int]]]:
    """Return the factors of a difference; of a long one those at a glance."""
    if extent(difference) * len(difference.free_symbols) <= MOST_DIVIDED:
        found: tuple[sympy.Rational, list[tuple[sympy.Expr, int]]] = sympy.factor_list(difference)
        return found
    number, product = joined(dict(terms(difference))).as_coeff_Mul()
    powers = (factor.as_base_exp() for factor in sympy.Mul.make_args(product))
    return number, [(base, int(power)) for base, power in powers]


def _above(expr: sympy.Expr) -> Relation:
    return more_than(expr, ZERO)


def _greatest(places: list[sympy.Expr], facts: Facts) -> sympy.Expr:
    """Return the greatest of several places; 0 if there are none.

    Raises:
        NotClosedError: which is the greatest is not known.
    """
    places = list(dict.fromkeys(places))
    for at in places:
        if all(other == at or facts.decide(at_least(at, other)) for other in places):
            return at
    if not places:
        return ZERO
    shown = ", ".join(map(str, places))
    message = (
        f"which of {shown} is the greatest is not known: state it as a fact, or put numbers in"
    )
    raise NotClosedError(message)
