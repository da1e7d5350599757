"""The best size: where a formula is least, in closed form and among the whole numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import sympy
from sympy import Poly

from symflops.analysis.answers import Answer, question, variable
from symflops.analysis.crossings import facts_of, rooted
from symflops.analysis.roots import elementary_root, last_root, sign_of, whole_parts
from symflops.analysis.wholes import Range
from symflops.errors import ArgumentError, NotClosedError
from symflops.exprs import ONE, ZERO, over_one_line, spread, tidy
from symflops.facts import Facts, Relation, at_least, more_than
from symflops.floors import canonical
from symflops.tables.table import listed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.symbols import Symbol
    from symflops.tables.table import Note

MOST_TRIED = 20_000  # whole numbers that are put in one by one


@dataclass(frozen=True, eq=False, repr=False)
class Optimum(Answer):
    """Where a formula is least: ``at`` of all real numbers above 0, and what it is there, ``value``.

    Where ``over`` is the only symbol, ``best`` is the best whole number, and ``least`` the formula there;
    ``at`` is that number, too, where the place has no closed form. ``conditions`` are those under which all
    this is so. It goes wherever an expression goes, as ``at``.

    >>> import symflops as sf
    >>> L, k, d = sf.dims("L k d")
    >>> found = sf.optimum(L*k*d + L**2*d/k, over=k)
    >>> found, found.at, found.value
    (least for k = √(L), where it is 2 L^(3/2) d, sqrt(L), 2*L**(3/2)*d)
    """

    over: Symbol = None
    value: sympy.Expr = ZERO
    best: int | None = None
    least: sympy.Rational | None = None
    conditions: tuple[Relation, ...] = ()

    @property
    def at(self) -> sympy.Expr:
        """Where the formula is least."""
        return self.expr

    @property
    def note(self) -> Note:
        """Where the formula is least, in words, and what that rests on."""
        rests_on = listed((r,) for r in self.conditions)
        inside = (" (", *(part for parts in rests_on for part in parts), ")") if rests_on else ()
        return (
            "least for ",
            self.over,
            " = ",
            self.expr,
            ", where it is ",
            self.value,
            *self._whole(),
            *inside,
        )

    def _whole(self) -> Note:
        if self.best is None or self.best == self.expr:
            return ()
        return ("; of whole numbers for ", sympy.Integer(self.best), ": ", self.least)


def optimum(e: Any, over: Any, metric: str = "macs", assume: Any = ()) -> Optimum:
    """Return where a formula, or a cost by its ``metric``, is least as one symbol takes all values above 0.

    That is where its derivative passes 0, once, from below: a closed form where it is linear or quadratic
    in a power of the symbol. Where there is no other symbol, the best whole number is found exactly; there
    roundings may be, too, if facts bound the symbol. ``assume`` and the conditions of a cost decide signs.

    >>> import symflops as sf
    >>> a, b, c = sf.dims("a b c")
    >>> sf.optimum(a*b + c/b, over=b)
    least for b = √(c)/√(a), where it is 2 √(a) √(c)
    >>> sf.optimum(b + 30/b, over=b)
    least for b = √(30), where it is 2 √(30); of whole numbers for 5: 11

    Raises:
        ArgumentError: neither a cost nor an expression, or no symbol of it.
        NotClosedError: a formula that grows or falls throughout, or that has no one place in closed form.
    """
    asked = question("optimum", (e,), metric, assume)
    symbol = variable("optimum", over, asked.formulas)
    (formula,) = asked.formulas
    if symbol not in formula.free_symbols:
        message = f"the formula does not depend on {symbol}: {tidy(formula)}"
        raise ArgumentError(message)
    answer = Optimum(
        ZERO, asked.order or (symbol,), symbol, conditions=facts_of(symbol, asked.facts)
    )
    alone = formula.free_symbols == {symbol} and symbol.is_integer
    within = Range.of(symbol, asked.facts)
    above, below = over_one_line(formula)
    if not (above.is_polynomial(symbol) and below.is_polynomial(symbol)):
        if not alone:
            message = (
                f"{tidy(formula)} is no fraction of polynomials in {symbol}: put numbers in for all other "
                "symbols, or state what makes roundings whole"
            )
            raise NotClosedError(message)
        best = _best(formula, within, range(within.low, _last(within) + 1))
        value = _put(formula, symbol, sympy.Integer(best))
        return replace(answer, expr=sympy.Integer(best), value=value, best=best, least=value)
    slope = spread(above.diff(symbol) * below - above * below.diff(symbol))
    if not alone:
        return _closed(answer, formula, slope, asked.facts)
    return _numeric(answer, formula, slope, within)


def _closed(answer: Optimum, formula: sympy.Expr, slope: sympy.Expr, facts: Facts) -> Optimum:
    """Return the one place where the slope passes 0 from below, in closed form."""
    symbol = answer.over
    free = sympy.Dummy(symbol.name, rational=True, positive=True)  # any number above 0
    facts = Facts(tuple(r.at({symbol: free}) for r in facts.relations))
    sign, polys, assumed = rooted(slope.xreplace({symbol: free}), free, facts)
    least = [r.right for r in answer.conditions if r.sign == ">=" and r.left == symbol]
    most = [r.left for r in answer.conditions if r.sign == ">=" and r.right == symbol]
    if not polys and sign > 0 and (least or symbol.is_integer):
        at = least[0] if least else ONE
    elif not polys and sign < 0 and most:
        at = most[0]
    else:
        if sign < 0 or len(polys) != 1 or polys[0][1] % 2 == 0:
            way = {(0, 1): "grows", (0, -1): "falls"}.get(
                (len(polys), sign), "may grow and fall several times"
            )
            message = (
                f"{tidy(formula)} {way} with {symbol}: there is no one place where it is least"
            )
            raise NotClosedError(message)
        ((poly, _),) = polys
        assumed += _passes_once(poly, facts)
        found = last_root(poly, Facts((*facts.relations, *assumed)))
        at = found.at
        at = next((bound for bound in most if facts.decide(at_least(at, bound))), at)
        at = next((bound for bound in least if facts.decide(at_least(bound, at))), at)
    rests_on = tuple(dict.fromkeys((*answer.conditions, *assumed)))
    return replace(answer, expr=at, value=_put(formula, symbol, at), conditions=rests_on)


def _passes_once(poly: Poly, facts: Facts) -> list[Relation]:
    """Return what must be for a polynomial to have one root above 0, as Descartes' rule of signs has it.

    Raises:
        NotClosedError: the signs of its coefficients change several times, or are not known.
    """
    *others, first = [c for _, c in sorted(poly.terms())]
    signs = [sign_of(c, facts) for c in (*others, first)]
    if len(signs) == 2 and signs[0] is None:  # noqa: PLR2004 - a root, if they differ
        return [more_than(-others[0], ZERO)]
    known = [sign for sign in signs[:-1] if sign is not None] + [1]
    if len(known) < len(signs) or sum(a != b for a, b in pairwise(known)) != 1:
        message = (
            f"how often {poly.as_expr()}, which has the sign of the slope, is 0 is not known: state the signs "
            "of its coefficients as facts, or put numbers in"
        )
        raise NotClosedError(message)
    return []


def _numeric(answer: Optimum, formula: sympy.Expr, slope: sympy.Expr, within: Range) -> Optimum:
    """Return the best whole number: beside a root of the slope or a pole, or at an end of the range."""
    symbol = answer.over
    turns = Poly(slope, symbol)
    _, below = over_one_line(formula)
    places = {within.low, *whole_parts(turns * Poly(below, symbol))}
    beside = [n for place in places for n in (within.before(place), within.next(place + 1))]
    ends = [within.next(within.low), None if within.high is None else within.before(within.high)]
    best = _best(formula, within, [n for n in (*ends, *beside) if n is not None])
    least = _put(formula, symbol, sympy.Integer(best))
    if within.high is None and turns.LC() < 0:
        far = _far(formula, symbol)
        if far is None or far < least:
            message = f"{tidy(formula)} falls with {symbol} in the end: there is no place where it is least"
            raise NotClosedError(message)
    at = sympy.Integer(best)
    root = elementary_root(turns)
    if root is not None and sum(n >= 0 for n in whole_parts(turns)) == 1 and turns.LC() > 0:
        free = within.low == 1 or root >= within.low  # of all numbers above 0
        at = root if free and (within.high is None or root <= within.high) else at
    return replace(answer, expr=at, value=_put(formula, symbol, at), best=best, least=least)


def _far(formula: sympy.Expr, symbol: Symbol) -> sympy.Rational | None:
    """Return what a fraction of polynomials tends to; None where that is not finite."""
    above, below = (Poly(part, symbol) for part in over_one_line(formula))
    if above.degree() > below.degree():
        return None
    return above.LC() / below.LC() if above.degree() == below.degree() else ZERO


def _last(within: Range) -> int:
    """Return the greatest whole number to try.

    Raises:
        NotClosedError: there are too many.
    """
    if within.high is None or within.high - within.low > MOST_TRIED:
        name = within.symbol.name
        message = (
            f"where something that is rounded is least is found by trying: bound {name}, assume='{name} <= …', "
            f"by no more than {MOST_TRIED:,}"
        )
        raise NotClosedError(message)
    return within.high


def _best(formula: sympy.Expr, within: Range, numbers: Iterable[int]) -> int:
    """Return the number at which a formula is least, the first of several."""
    found: dict[int, sympy.Rational] = {}
    for n in sorted(set(numbers)):
        if within.has(n):
            value = _put(formula, within.symbol, sympy.Integer(n))
            if value.is_Rational:
                found[n] = value
    if not found:
        message = f"there is no whole number {within.symbol} at which {tidy(formula)} is a number"
        raise NotClosedError(message)
    return min(found, key=lambda n: (found[n], n))


def _put(formula: sympy.Expr, symbol: Symbol, at: sympy.Expr) -> sympy.Expr:
    """Return a formula at a place, in the shortest of a few forms."""
    plain = canonical(formula.xreplace({symbol: at}))
    return min((plain, sympy.expand(plain), sympy.factor_terms(plain)), key=sympy.count_ops)
