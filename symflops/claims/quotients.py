"""Quotients of polynomials with their denominators left in factors, so that nothing has to be divided.

What is multiplied out is bounded: what would take too long is refused before it is computed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy
from sympy import QQ
from sympy.polys.rings import PolyRing

from symflops.errors import SymflopsError
from symflops.extents import MOST_BITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from symflops.symbols import Symbol

MOST_TERMS = 4_000  # of a polynomial
MOST_PRODUCTS = 400_000  # of two terms, in one multiplication


class TooLongError(SymflopsError):
    """This would have too many terms, or numbers with too many digits."""


@dataclass(frozen=True)
class Quotient:
    """A polynomial over the product of powers of others."""

    above: Any
    below: Mapping[Any, int]


class Quotients:
    """Reads expressions of +, ·, / and whole powers over given symbols as quotients of polynomials."""

    def __init__(self, symbols: Iterable[Symbol]) -> None:
        self.symbols = tuple(dict.fromkeys(symbols)) or (sympy.Dummy(),)
        self.ring: Any = PolyRing(self.symbols, QQ)
        self._generators = dict(zip(self.symbols, self.ring.gens, strict=True))

    def read(
        self,
        expr: sympy.Expr,
        instead: Mapping[Symbol, Any] | None = None,
    ) -> Quotient:
        """Return an expression as a quotient; ``instead`` has polynomials for some of its symbols.

        Raises:
            TooLongError: too many terms, or too large numbers.
            ZeroDivisionError: something over 0.
        """
        if expr.is_Rational:
            return self.number(expr)
        if expr.is_Symbol:
            found = (instead or {}).get(expr)
            return Quotient(self._generators[expr] if found is None else found, {})
        if expr.is_Add:
            return self._sum([self.read(term, instead) for term in expr.args])
        if expr.is_Mul:
            result = self.number(sympy.Integer(1))
            for factor in expr.args:
                result = self.times(result, self.read(factor, instead))
            return result
        if not (expr.is_Pow and expr.exp.is_Integer):
            raise TooLongError(f"{expr} is no quotient of polynomials")
        return self.power(self.read(expr.base, instead), int(expr.exp))

    def number(self, value: sympy.Rational) -> Quotient:
        """Return a number as a quotient."""
        return Quotient(self.ring.ground_new(QQ(value.p, value.q)), {})

    def times(self, a: Quotient, b: Quotient) -> Quotient:
        """Multiply."""
        below = dict(a.below)
        for factor, power in b.below.items():
            below[factor] = below.get(factor, 0) + power
        return Quotient(self._product(a.above, b.above), below)

    def power(self, base: Quotient, power: int) -> Quotient:
        """Raise to a whole power, below 0 too."""
        if power < 0:
            return self.power(self._inverse(base), -power)
        terms = len(base.above)
        if terms > 1 and math.comb(terms + min(power, MOST_TERMS) - 1, terms - 1) > MOST_TERMS:
            raise TooLongError(f"a sum of {terms} terms to the power of {power} has too many terms")
        bits = max((_bits(c) for c in base.above.values()), default=0)
        if bits > 1 and bits * power > MOST_BITS:
            raise TooLongError(f"a number to the power of {power} has too many digits")
        return Quotient(base.above**power, {f: p * power for f, p in base.below.items()})

    def _inverse(self, quotient: Quotient) -> Quotient:
        if not quotient.above:
            raise ZeroDivisionError
        above = self.ring.one
        for factor, power in quotient.below.items():
            above = self._product(above, self.power(Quotient(factor, {}), power).above)
        content, primitive = quotient.above.primitive()
        if primitive.LC < 0:
            content, primitive = -content, -primitive
        shared = tuple(map(min, zip(*primitive.monoms(), strict=True)))
        below = {gen: power for gen, power in zip(self.ring.gens, shared, strict=True) if power}
        rest = primitive.quo_term((shared, self.ring.domain.one))
        if rest != 1:
            below[rest] = 1
        return Quotient(above.mul_ground(1 / content), below)

    def _sum(self, parts: list[Quotient]) -> Quotient:
        below: dict[Any, int] = {}
        for part in parts:
            for factor, power in part.below.items():
                below[factor] = max(below.get(factor, 0), power)
        above = self.ring.zero
        for part in parts:
            widened = part.above
            for factor, power in below.items():
                if lacking := power - part.below.get(factor, 0):
                    widened = self._product(
                        widened, self.power(Quotient(factor, {}), lacking).above
                    )
            above += widened
        if len(above) > MOST_TERMS:
            raise TooLongError(f"a sum has {len(above):,} terms")
        return Quotient(above, below)

    def _product(self, a: Any, b: Any) -> Any:
        if len(a) * len(b) > MOST_PRODUCTS:
            raise TooLongError(
                f"a product of sums with {len(a):,} and {len(b):,} terms is too long"
            )
        product = a * b
        if len(product) > MOST_TERMS:
            raise TooLongError(f"a product has {len(product):,} terms")
        return product

    def whole_part(self, poly: Any) -> Any | None:
        """Return ⌊polynomial⌋ where all its terms but the number are whole for whole symbols."""
        zero = self.ring.zero_monom
        number = poly.get(zero, QQ(0))
        if any(QQ.denom(c) != 1 for monomial, c in poly.items() if monomial != zero):
            return None
        return poly - self.ring.ground_new(number - QQ.numer(number) // QQ.denom(number))


def _bits(number: Any) -> int:
    return max(int(QQ.numer(number)).bit_length(), int(QQ.denom(number)).bit_length())
