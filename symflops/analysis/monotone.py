"""From which whole number on a formula with logarithms, roots or powers of a number is above 0, with a proof.

Each of its terms grows throughout. Between two whole numbers the formula is therefore at least what its positive
terms are at the first, less what its negative ones are at the last; ranges are halved until that is above 0. Behind
some power of 2 the leading term is greater than all negative ones together, and grows no slower than any of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING

import sympy
from sympy import Add, Mul, Poly, floor

from symflops.analysis.growth import Growth
from symflops.errors import NotClosedError
from symflops.exprs import ZERO, log2, spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symflops.analysis.growth import Rate
    from symflops.analysis.wholes import Range
    from symflops.symbols import Symbol

MOST_RANGES = 20_000  # that are looked at
MOST_DOUBLINGS = 256  # of 2 before the leading term leads
SHARPEST = 1 << 12  # bits of a logarithm or a root
LN2 = Fraction(2, 3)  # below the natural logarithm of 2


@dataclass(frozen=True)
class Factor:
    """A power of N, of a rounded polynomial or of its logarithm, or r**(s·N + …): what is positive and grows."""

    kind: str
    inside: Poly
    power: sympy.Rational
    base: sympy.Rational = ZERO

    def bounds(self, n: int, bits: int) -> tuple[Fraction, Fraction]:
        """Return fractions below and above the factor at a whole number."""
        there = _fraction(self.inside(n))
        if self.kind == "exponential":
            exactly = _fraction(self.base) ** int(there)
            return exactly, exactly
        if self.kind == "floor":
            there = Fraction(there.numerator // there.denominator)
        low = high = there
        if self.kind == "log2":
            low, high = _log2(there, bits)
        up, down = int(self.power.p), int(self.power.q)
        if down == 1:
            return low**up, high**up
        return _root(low**up, down, bits)[0], _root(high**up, down, bits)[1]

    def rate(self, doublings: int, *, above: bool) -> tuple[Fraction, Rate]:
        """Bound the factor by c · r**N · N**p · log2(N)**q for all N from 2**doublings on."""
        degree = self.inside.degree()
        coefficients = [_fraction(c) for c in self.inside.all_coeffs()]
        start = Fraction(2**doublings)
        if self.kind == "exponential":
            step, rest = coefficients
            base = self.base ** int(step)
            return _fraction(self.base) ** int(rest), (base, ZERO, ZERO)
        most = sum((c for c in coefficients if c > 0), Fraction(0))
        least = coefficients[0] + sum((c for c in coefficients[1:] if c < 0), Fraction(0)) / start
        power = self.power
        if self.kind == "log2":
            scale = Fraction(degree)
            if above:
                scale += _log2(most, 8)[1] / doublings
            elif 0 < least < 1:
                scale -= _log2(1 / least, 8)[1] / doublings
            scale = scale if least > 0 else Fraction(0)
            return max(Fraction(0), scale) ** int(power), (sympy.Integer(1), ZERO, power)
        if self.kind == "floor" and not above:
            least -= 1 / start**degree
        scale = most if above else max(Fraction(0), least)
        rate = (sympy.Integer(1), degree * power, ZERO)
        return (scale ** int(power) if power.is_Integer else Fraction(1)), rate


@dataclass(frozen=True)
class Term:
    """A number times factors that grow."""

    number: Fraction
    factors: tuple[Factor, ...]

    def bounds(self, first: int, last: int, bits: int) -> tuple[Fraction, Fraction]:
        """Return fractions below and above the term between two whole numbers."""
        low = abs(self.number) * prod(
            (f.bounds(first, bits)[0] for f in self.factors), start=Fraction(1)
        )
        high = abs(self.number) * prod(
            (f.bounds(last, bits)[1] for f in self.factors), start=Fraction(1)
        )
        return (low, high) if self.number > 0 else (-high, -low)

    def rate(self, doublings: int) -> tuple[Fraction, Rate]:
        """Bound the term from below by one with a rate, from 2**doublings on."""
        number, (r, p, q) = self.number, (sympy.Integer(1), ZERO, ZERO)
        for factor in self.factors:
            scale, (base, power, logs) = factor.rate(doublings, above=self.number < 0)
            number, r, p, q = number * scale, r * base, p + power, q + logs
        return number, (r, p, q)


def first_above_in_the_end(expr: sympy.Expr, within: Range) -> tuple[int | None, int | None]:
    """Return the first number from which on an expression is above 0, and the last before at which it is not.

    >>> from symflops.facts import Facts
    >>> from symflops.symbols import dim
    >>> from symflops.analysis.wholes import Range
    >>> N = dim("N")
    >>> first_above_in_the_end(N**2 - 100 * N * log2(N), Range.of(N, Facts()))
    (997, 996)

    Raises:
        NotClosedError: terms that do not grow throughout, or that are not followed far enough.
    """
    symbol = within.symbol
    terms = tuple(_terms(expr, symbol))
    end = within.high
    if end is None:
        sign = Growth((symbol,)).sign(expr)
        if sign is None:
            raise _not_followed(expr, symbol)
        if sign < 0:
            return None, None
        end = max(within.low, 2 ** _leads_from(expr, terms, symbol))
    last = Search(expr, terms, within).last_not_above(within.low, end)
    return within.next(within.low if last is None else last + 1), last


class Search:
    """Looks for the last whole number of a range at which terms together are not above 0."""

    def __init__(self, expr: sympy.Expr, terms: tuple[Term, ...], within: Range) -> None:
        self.expr, self.terms, self.within = expr, terms, within
        self.ranges = 0

    def last_not_above(self, first: int, last: int) -> int | None:
        """Halve a range until its parts are above 0 throughout, the later half first."""
        self.ranges += 1
        if self.ranges > MOST_RANGES:
            raise _not_followed(self.expr, self.within.symbol)
        if first == last:
            return first if self.within.has(first) and not self.is_above(first) else None
        if sum(term.bounds(first, last, 16)[0] for term in self.terms) > 0:
            return None
        middle = (first + last) // 2
        found = self.last_not_above(middle + 1, last)
        return self.last_not_above(first, middle) if found is None else found

    def is_above(self, n: int) -> bool:
        """Decide the sign at a whole number, as sharply as needed."""
        bits = 16
        while bits <= SHARPEST:
            low, high = map(sum, zip(*(t.bounds(n, n, bits) for t in self.terms), strict=True))
            if low > 0 or high <= 0:
                return bool(low > 0)
            if self.expr.xreplace({self.within.symbol: sympy.Integer(n)}) == 0:
                return False
            bits *= 4
        raise _not_followed(self.expr, self.within.symbol)


def _leads_from(expr: sympy.Expr, terms: tuple[Term, ...], symbol: Symbol) -> int:
    """Return how often 2 is doubled until the leading term leads for good."""
    step = int(sympy.ilcm(*(f.power.q for term in terms for f in term.factors), 1))
    for doublings in range(step, MOST_DOUBLINGS, step):
        found: dict[Rate, Fraction] = {}
        for term in terms:
            number, rate = term.rate(doublings)
            found[rate] = found.get(rate, Fraction(0)) + number
        lead = max(found)
        falling = {rate: -number for rate, number in found.items() if number < 0}
        if found[lead] <= 0 or not all(_no_faster(rate, lead, doublings) for rate in falling):
            continue
        if max(lead[0], 1) > 1 and doublings > 12:  # noqa: PLR2004 - 2**4096 has digits enough
            break
        if found[lead] > sum(n * _ratio(rate, lead, doublings) for rate, n in falling.items()):
            return doublings
    raise _not_followed(expr, symbol)


def _no_faster(rate: Rate, lead: Rate, doublings: int) -> bool:
    """Say whether a term over the leading one falls from 2**doublings on: its logarithm has no slope above 0."""
    (r, p, q), (base, power, logs) = rate, lead
    logarithms = max(q - logs, ZERO) / (LN2.numerator * doublings) * LN2.denominator
    if r == base:
        return bool(p - power + logarithms <= 0)
    # ln(base/r) is at least 1 - r/base
    return bool(2**doublings * (1 - r / base) >= max(p - power, ZERO) + logarithms)


def _ratio(rate: Rate, lead: Rate, doublings: int) -> Fraction:
    """Return one term over another at 2**doublings."""
    (r, p, q), (base, power, logs) = rate, lead
    exponent = (p - power) * doublings
    powers = (_fraction(r / base), 2**doublings), (2, exponent), (doublings, q - logs)
    return prod((Fraction(x) ** int(times) for x, times in powers), start=Fraction(1))


def _terms(expr: sympy.Expr, symbol: Symbol) -> Iterator[Term]:
    """Yield the terms of an expression, which is times a power of N so that all of them grow."""
    parts = Add.make_args(spread(expr))
    least = min(
        ZERO,
        *(
            factor.exp
            for part in parts
            for factor in Mul.make_args(part)
            if factor.is_Pow and factor.base == symbol and factor.exp.is_Rational
        ),
        ZERO,
    )
    for part in Add.make_args(spread(expr * symbol**-least)):
        number, monomial = part.as_coeff_Mul()
        factors = tuple(_factor(f, symbol, expr) for f in Mul.make_args(monomial) if f != 1)
        yield Term(_fraction(number), factors)


def _factor(factor: sympy.Expr, symbol: Symbol, expr: sympy.Expr) -> Factor:
    """Read a factor that is positive and grows from N = 1 on."""
    base, power = factor.as_base_exp()
    inside, kind = base, "power"
    if isinstance(base, log2 | floor):
        kind, inside = type(base).__name__, base.args[0]
    if base.is_Rational and base > 1:
        kind, inside, power = "exponential", power, sympy.Integer(1)
    if not inside.is_polynomial(symbol) or not (power.is_Rational and power > 0):
        raise _not_followed(expr, symbol)
    poly = Poly(inside, symbol)
    shifted = poly.compose(Poly(symbol + 1, symbol))
    grows = all(c.is_Rational and c >= 0 for c in shifted.all_coeffs())
    whole = kind != "exponential" or (
        poly.degree() == 1 and all(c.is_Integer for c in poly.all_coeffs())
    )
    plain = power.is_Integer or (kind == "power" and inside == symbol)
    if not (grows and whole and plain and (kind != "log2" or poly(1) >= 1)):
        raise _not_followed(expr, symbol)
    return Factor(kind, poly, power, base if kind == "exponential" else ZERO)


def _not_followed(expr: sympy.Expr, symbol: Symbol) -> NotClosedError:
    return NotClosedError(
        f"where {expr} is above 0 for good is not followed: it has terms that are no powers, roundings or "
        f"logarithms of {symbol}, or the place lies beyond 2**{MOST_DOUBLINGS}"
    )


def _fraction(number: sympy.Rational) -> Fraction:
    return Fraction(int(number.p), int(number.q))


def _root(x: Fraction, degree: int, bits: int) -> tuple[Fraction, Fraction]:
    """Return fractions below and above a root."""
    whole, _ = sympy.integer_nthroot((x.numerator << (degree * bits)) // x.denominator, degree)
    return Fraction(int(whole), 1 << bits), Fraction(int(whole) + 1, 1 << bits)


def _log2(x: Fraction, bits: int) -> tuple[Fraction, Fraction]:
    """Return fractions below and above log2(x) for x ≥ 1: a binary digit for each squaring.

    >>> _log2(Fraction(8), 4), _log2(Fraction(3), 4)
    ((Fraction(3, 1), Fraction(3, 1)), (Fraction(25, 16), Fraction(13, 8)))
    """
    whole = (x.numerator // x.denominator).bit_length() - 1
    rest = x / 2**whole
    if rest == 1:
        return Fraction(whole), Fraction(whole)
    width = bits + 16
    low = (rest.numerator << width) // rest.denominator
    high = low + 1
    return (
        whole + _digits(low, width, bits, 0),
        whole + _digits(high, width, bits, 1) + Fraction(1, 1 << bits),
    )


def _digits(x: int, width: int, bits: int, up: int) -> Fraction:
    """Return the binary digits of log2(x / 2**width), x rounded down or up after each squaring."""
    found = 0
    for _ in range(bits):
        x = (x * x >> width) + up
        bit = int(x >> (width + 1) > 0)
        found = 2 * found + bit
        x = (x >> bit) + (up and bit)
    return Fraction(found, 1 << bits)
