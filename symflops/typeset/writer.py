"""The form in which a paper prints a formula, in Unicode text, LaTeX and MathML.

One walk over the expression decides order, signs, fractions and parentheses; a style knows how its
medium writes each piece. Number first, then the factors in the order in which the steps name them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import sympy
from sympy import Add, Integer, Mul, Pow
from sympy.core.function import Application

from symflops.errors import ArgumentError
from symflops.exprs import ONE, tidy
from symflops.symbols import Member
from symflops.typeset.styles import STYLES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.typeset.styles import Style

Medium = Literal["text", "latex", "inline", "browser", "mathml"]
SPELLED = {"minimum": "min"}  # functions by the names they have in print
SUM, PRODUCT, POWER, ATOM = range(4)  # how tightly a written piece holds together


class Order:
    """Ranks factors: those named earlier stand further left, the others behind, by name."""

    def __init__(self, factors: Iterable[Any] = ()) -> None:
        self.rank: dict[sympy.Expr, int] = {}
        self._places: dict[sympy.Expr, tuple[int, str]] = {}
        for factor in factors:
            self.rank.setdefault(factor, len(self.rank))
        named = {factor for factor in self.rank if factor.is_Symbol}
        for factor in list(self.rank):
            # what stands in several factors, as a stride does, stands behind what stands in one
            for symbol in factor.free_symbols - named:
                self.rank[symbol] = self.rank[factor]

    def of(self, factor: sympy.Expr) -> tuple[int, str]:
        """Return where a factor stands."""
        if factor not in self._places:
            self._places[factor] = self._of(factor)
        return self._places[factor]

    def _of(self, factor: sympy.Expr) -> tuple[int, str]:
        base = factor.base if factor.is_Pow else factor
        for known in (factor, base):
            if known in self.rank:
                return self.rank[known], str(known)
        # a sum stands behind all of its symbols: 4 N D (N + 6 D), but (2 C_in k² − 1) C_out
        known = [self.rank[s] for s in factor.free_symbols if s in self.rank]
        return (max(known) if known else len(self.rank)), "~" * base.is_Add + str(factor)

    def of_term(self, term: sympy.Expr) -> tuple[Any, ...]:
        """Return where a term of a sum stands: high degree first, then by its factors; numbers and Σ last."""
        number, monomial = term.as_coeff_Mul()
        factors = [f for f in Mul.make_args(monomial) if f != 1]
        degree = sum((f.exp if f.is_Pow and f.exp.is_Rational else ONE) for f in factors)
        series = any(map(is_series, factors))
        return (series, -degree, monomial == 1, bool(number < 0), sorted(map(self.of, factors)))


def written(expr: sympy.Expr, medium: Medium, order: Order) -> str:
    """Write an expression in a medium."""
    return Writer(STYLES[medium], order).piece(tidy(expr))[0]


def as_factor(expr: sympy.Expr, medium: Medium, order: Order) -> str:
    """Write an expression as one of several factors: a sum in parentheses."""
    return Writer(STYLES[medium], order).within(tidy(expr), PRODUCT)


class Writer:
    """Writes expressions in one style; each method returns the text and how tightly it holds."""

    def __init__(self, style: Style, order: Order) -> None:
        self.style, self.order = style, order

    def piece(self, expr: sympy.Expr) -> tuple[str, int]:
        """Write any expression."""
        style = self.style
        if expr.is_Integer:
            return style.number(int(expr)), ATOM if expr >= 0 else SUM
        if expr.is_Rational:
            fraction = style.fraction(style.number(abs(expr.p)), style.number(expr.q))
            return (style.negative(fraction), SUM) if expr < 0 else (fraction, PRODUCT)
        if expr.is_Symbol:
            return style.symbol(expr.name), ATOM
        if expr.is_Add:
            terms = self.terms(expr)
            return self.piece(terms[0]) if len(terms) == 1 else (self.added(terms), SUM)
        if expr.is_Mul or (expr.is_Pow and expr.exp.could_extract_minus_sign()):
            return self.product(expr)
        if expr.is_Pow:
            return self.power(expr), POWER
        return self.called(expr)

    def called(self, expr: sympy.Expr) -> tuple[str, int]:
        """Write what has arguments: floors, sums over an index, members of families, functions."""
        if isinstance(expr, sympy.floor):
            return self.floor(expr), ATOM
        if isinstance(expr, sympy.ceiling):
            return self.style.ceiling(self.slashed(*expr.args[0].as_numer_denom())), ATOM
        if isinstance(expr, sympy.Sum | sympy.Product):
            return self.series(expr), PRODUCT
        if isinstance(expr, Member):
            return self.member(expr), ATOM
        if not isinstance(expr, Application) or isinstance(expr, sympy.Piecewise):
            message = f"{expr} is no formula that can be set"
            raise ArgumentError(message)
        arguments = [self.piece(arg)[0] for arg in expr.args]
        return self.style.function(SPELLED.get(str(expr.func), str(expr.func)), arguments), ATOM

    def within(self, expr: sympy.Expr, level: int) -> str:
        """Write an expression, in parentheses if it holds less tightly than ``level``."""
        text, holds = self.piece(expr)
        return text if holds >= level else self.style.parenthesis(text)

    def terms(self, expr: sympy.Expr) -> list[sympy.Expr]:
        """Return the terms of a sum as they are written; ⌊(x - 1)/n⌋ + 1 is one, ⌈x/n⌉.

        The highest come first, but a sum does not begin with what is taken away: 4 − 2 n.
        """
        terms = sorted(_with_ceilings(expr), key=self.order.of_term)
        first = next((i for i, term in enumerate(terms) if not is_minus(term)), 0)
        return [terms.pop(first), *terms]

    def added(self, terms: Iterable[sympy.Expr]) -> str:
        """Write terms one behind the other with their signs."""
        signs = ((is_minus(term), term) for term in terms)
        return self.style.sum([(m, self.within(-t if m else t, PRODUCT)) for m, t in signs])

    def product(self, expr: sympy.Expr) -> tuple[str, int]:
        """Write a product: number first, then the factors in order, over what divides it."""
        number, _ = expr.as_coeff_Mul()
        if number < 0:
            return self.style.negative(self.within(-expr, PRODUCT)), SUM
        above, below = fraction(expr)
        text = self.factors(above)
        if not below:
            return text, PRODUCT
        under = self.factors(below)
        wide = (len(above) == 1 and above[0].is_Add) or any(map(is_series, above))
        deep = len(below) > 1 or below[0].is_Add or is_series(below[0])
        return self.style.fraction(text, under, wide, deep), PRODUCT

    def factors(self, factors: list[sympy.Expr]) -> str:
        """Write factors side by side."""
        factors = self.side_by_side(factors)
        if len(factors) == 1:
            return self.piece(factors[0])[0]
        *others, last = factors
        level = PRODUCT if is_series(last) else POWER  # M² Σ_l C_l needs no parentheses
        texts = [*(self.within(f, POWER) for f in others), self.within(last, level)]
        # 3 · 2^L, where the numbers would run together
        powers = [i for i, f in enumerate(factors[1:], 1) if is_power_of_number(f)]
        starts = [i for i in powers if factors[i - 1].is_Rational or i - 1 in powers]
        return self.style.joined(texts, starts)

    def side_by_side(self, factors: Iterable[sympy.Expr]) -> list[sympy.Expr]:
        """Return factors as they stand: numbers, then those that the order names, sums over an index last."""
        return sorted(factors, key=lambda f: (not f.is_Rational, is_series(f), self.order.of(f)))

    def power(self, expr: sympy.Expr) -> str:
        """Write a power or a root."""
        if expr.exp == sympy.Rational(1, 2):
            return self.style.root(self.piece(expr.base)[0])
        return self.style.power(self.within(expr.base, ATOM), self.piece(expr.exp)[0])

    def floor(self, expr: sympy.Expr) -> str:
        """Write ⌊x/q⌋; ⌊(x + q - 1)/q⌋ is ⌈x/q⌉."""
        function, dividend, divisor = rounded(expr)
        bracket = self.style.ceiling if function == "ceiling" else self.style.floor
        return bracket(self.slashed(dividend, divisor))

    def slashed(self, dividend: sympy.Expr, divisor: sympy.Expr) -> str:
        """Write a quotient on one line, as it stands inside a floor: (H + 2 p − k)/s."""
        if not dividend.is_Add:
            above = self.within(dividend, PRODUCT)
        else:  # everything that is added comes before everything that is taken away
            terms = sorted(Add.make_args(dividend), key=self.order.of_term)
            above = self.added(sorted(terms, key=is_minus))
            above = above if divisor == 1 else self.style.parenthesis(above)
        return above if divisor == 1 else self.style.slash(above, self.within(divisor, POWER))

    def series(self, expr: sympy.Sum | sympy.Product) -> str:
        """Write a sum or a product over an index, or over several: the outermost stands first."""
        sign = "Σ" if isinstance(expr, sympy.Sum) else "Π"
        body = self.within(expr.function, PRODUCT)
        for limits in expr.limits:  # sympy has the innermost first
            index, first, last = (self.piece(limit)[0] for limit in limits)
            body = self.style.series(sign, index, first, last, body)
        return body

    def member(self, expr: Member) -> str:
        """Write one of a family of dimensions, with its index below."""
        family, place = expr.args
        index = self.piece(place)[0]
        if isinstance(family, sympy.Tuple):  # values were put in, and the index is still open
            return self.style.one_of([self.piece(value)[0] for value in family], index)
        return self.style.member(family.name, index)


def is_power_of_number(factor: sympy.Expr) -> bool:
    """Say whether a factor begins with a number: 2^L, but not √2."""
    return bool(factor.is_Pow and factor.base.is_Rational and factor.exp != sympy.Rational(1, 2))


def rounded(expr: sympy.floor) -> tuple[Literal["floor", "ceiling"], sympy.Expr, sympy.Expr]:
    """Return which way a quotient is rounded as it is printed, with dividend and divisor.

    >>> from symflops import dim
    >>> rounded(sympy.floor((dim("H") + 1) / 2))
    ('ceiling', H, 2)
    """
    dividend, divisor = sympy.together(expr.args[0]).as_numer_denom()
    number, rest = dividend.as_coeff_Add()
    if divisor.is_Integer and number == divisor - 1 and divisor > 1 and rest.is_integer:
        return "ceiling", rest, divisor
    return "floor", dividend, divisor


def is_series(factor: sympy.Expr) -> bool:
    """Say whether a factor is a sum or a product over an index."""
    return isinstance(factor, sympy.Sum | sympy.Product)


def is_minus(term: sympy.Expr) -> bool:
    """Say whether a term of a sum is taken away."""
    return bool(term.could_extract_minus_sign())


def fraction(expr: sympy.Expr) -> tuple[list[sympy.Expr], list[sympy.Expr]]:
    """Return the factors above and below the line of a product."""
    above, below = [], []
    for factor in Mul.make_args(expr):
        if factor.is_Rational:
            above.append(Integer(factor.p))
            below.append(Integer(factor.q))
        elif factor.is_Pow and factor.exp.could_extract_minus_sign():
            below.append(Pow(factor.base, -factor.exp))
        else:
            above.append(factor)
    kept = [f for f in above if f != 1] or [ONE]
    return kept, [f for f in below if f != 1]


def _with_ceilings(expr: sympy.Expr) -> list[sympy.Expr]:
    """Return the terms of a sum, with ⌊(x - 1)/n⌋ + 1 as ⌈x/n⌉ for a symbolic n."""
    terms = list(Add.make_args(expr))
    if ONE not in terms:
        return terms
    for i, term in enumerate(terms):
        if isinstance(term, sympy.floor):
            dividend, divisor = sympy.together(term.args[0]).as_numer_denom()
            number, rest = sympy.expand(dividend).as_coeff_Add()
            if number == -1 and not divisor.is_Rational and rest.is_integer and divisor.is_integer:
                terms[i] = sympy.ceiling(rest / divisor, evaluate=False)
                terms.remove(ONE)
                break
    return terms
