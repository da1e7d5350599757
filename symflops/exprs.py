"""Exact expressions: sums of monomials over atoms.

An expression here is a polynomial over *atoms*: dimensions, floors, logarithms, and whatever else
cannot be taken apart. Must not know of layers or counts.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sympy
from sympy import Add, Integer, Mul, Pow

from symflops.extents import MOST_TERMS, bounded, extent, is_plain, terms_of, writable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ZERO, ONE = Integer(0), Integer(1)
MOST_IN_ALL = 100_000  # terms of a total that is multiplied out

#: A polynomial: monomial without its number → that number.
Terms = dict[sympy.Expr, sympy.Rational]


class gcd(sympy.Function):  # type: ignore[misc]  # noqa: N801 - printed as a function
    """The greatest common divisor of two whole numbers, kept as it is for symbols.

    sympy's own ``gcd`` is that of polynomials: it answers 1 for two different symbols.
    """

    nargs = 2
    is_integer = True
    is_positive = True

    @classmethod
    def eval(cls, a: sympy.Expr, b: sympy.Expr) -> sympy.Expr | None:
        """Evaluate for numbers, for equal arguments and for 1."""
        if a.is_Integer and b.is_Integer:
            return Integer(sympy.igcd(int(a), int(b)))
        if a == b:
            return a
        if ONE in (a, b):
            return ONE
        for smaller, greater in ((a, b), (b, a)):
            if (greater / smaller).is_integer:
                return smaller
        return None if a.sort_key() <= b.sort_key() else cls(b, a)


class minimum(sympy.Function):  # type: ignore[misc]  # noqa: N801 - printed as a function
    """The smaller of two whole numbers, kept as it is for symbols; facts may decide it (``Facts.canonical``).

    sympy's own ``Min`` compares symbolic arguments with each other, which takes seconds.

    >>> from symflops import dims
    >>> N, w = dims("N w")
    >>> minimum(w, N), minimum(N, N + w), minimum(3, 2)
    (minimum(N, w), N, 2)
    """

    nargs = 2
    is_integer = True

    @classmethod
    def eval(cls, a: sympy.Expr, b: sympy.Expr) -> sympy.Expr | None:
        """Evaluate for numbers, and where one argument is the other and something that is not negative."""
        if a.is_Rational and b.is_Rational:
            return min(a, b)
        difference = b - a
        if difference.is_nonnegative:
            return a
        if difference.is_nonpositive:
            return b
        return None if a.sort_key() <= b.sort_key() else cls(b, a)

    def _eval_is_positive(self) -> bool | None:
        return True if all(arg.is_positive for arg in self.args) else None

    def _eval_is_nonnegative(self) -> bool | None:
        return True if all(arg.is_nonnegative for arg in self.args) else None


class log2(sympy.Function):  # type: ignore[misc]  # noqa: N801 - printed as a function
    """The logarithm to base 2, evaluated as far as its argument has powers of 2.

    >>> from symflops import dim
    >>> log2(Integer(8)), log2(2 ** dim("e")), log2(4 * dim("n"))
    (3, e, log2(n) + 2)
    """

    nargs = 1
    is_real = True

    @classmethod
    def eval(cls, n: sympy.Expr) -> sympy.Expr | None:
        """Take the powers of 2 out."""
        number, rest = n.as_coeff_Mul()
        if not number > 0:
            return None
        above, below = (sympy.multiplicity(2, whole) for whole in (number.p, number.q))
        powers = [f for f in Mul.make_args(rest) if f.is_Pow and f.base == 2]  # noqa: PLR2004
        outside = Add(above - below, *(power.exp for power in powers))
        inside = product((number / Integer(2) ** (above - below), rest, *(1 / p for p in powers)))
        if inside == 1:
            return outside
        return None if inside == n else outside + cls(inside)

    def _eval_evalf(self, prec: int) -> sympy.Expr | None:
        return sympy.log(self.args[0], 2)._eval_evalf(prec)  # noqa: SLF001 - as sympy asks for it

    def _eval_is_nonnegative(self) -> bool | None:
        return True if self.args[0].is_integer and self.args[0].is_positive else None


def product(factors: Iterable[Any]) -> sympy.Expr:
    """Multiply factors, numbers first (which is faster than sympy's own order)."""
    number, rest = ONE, []
    for factor in factors:
        if factor.is_Rational:
            number = writable(number * factor)
        else:
            rest.append(factor)
    if not rest:
        return number
    if len(rest) == 1 and number is ONE:
        return rest[0]
    return Mul(number, *rest)


def terms(expr: sympy.Expr) -> Iterator[tuple[sympy.Expr, sympy.Rational]]:
    """Yield the (monomial, number) pairs of a sum as it stands, nothing multiplied out."""
    for term in Add.make_args(expr):
        number, monomial = term.as_coeff_Mul()
        yield monomial, number


def collect(pairs: Iterable[tuple[sympy.Expr, sympy.Rational]]) -> Terms:
    """Add up equal monomials; those that cancel are gone."""
    found: Terms = {}
    for monomial, number in pairs:
        found[monomial] = found.get(monomial, ZERO) + number
    return {monomial: number for monomial, number in found.items() if number}


def expanded(pairs: Terms) -> Terms:
    """Multiply out every monomial that has a sum among its factors; all stay where that is too much."""
    sums = [monomial for monomial in pairs if _has_sum(monomial)]
    counts = [terms_of(monomial) for monomial in sums]
    if not sums or max(counts) > MOST_TERMS or sum(counts) > MOST_IN_ALL:
        return pairs
    return collect(
        (inner, number * part)
        for monomial, number in pairs.items()
        for inner, part in _multiplied_out(monomial)
    )


@lru_cache(maxsize=20_000)  # every metric meets the same products
def _multiplied_out(monomial: sympy.Expr) -> tuple[tuple[sympy.Expr, sympy.Rational], ...]:
    pairs: Terms = {ONE: ONE}
    for factor in Mul.make_args(monomial):
        base, power = factor.as_base_exp() if factor.is_Pow else (factor, ONE)
        if base.is_Rational or not power.is_Integer or power < 0:
            return tuple(terms(sympy.expand(monomial)))  # 2*2**i is 2**(i + 1): sympy knows
        if base.is_Add:
            inside = expanded(dict(terms(base)))
            for _ in range(int(power)):
                pairs = collect(
                    (Mul(a, b), m * n) for a, m in pairs.items() for b, n in inside.items()
                )
        else:
            pairs = {Mul(part, factor): number for part, number in pairs.items()}
    return tuple(pairs.items())


def spread(expr: sympy.Expr) -> sympy.Expr:
    """Return ``sympy.expand(expr)``, at once where nothing is there to multiply out.

    Raises:
        ArgumentError: the expression would have too many terms.
    """
    return expr if is_plain(expr) else sympy.expand(bounded(expr))


def over_one_line(expr: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    """Return numerator and denominator of a sum of fractions, put over one line.

    Raises:
        ArgumentError: the numerator would have too many terms.
    """
    numerator, denominator = sympy.together(bounded(expr)).as_numer_denom()
    return numerator, denominator


def _has_sum(monomial: sympy.Expr) -> bool:
    return any(
        factor.is_Add or (factor.is_Pow and factor.base.is_Add)
        for factor in Mul.make_args(monomial)
    )


def shortest(pairs: Terms) -> Terms:
    """Return the terms as they are or multiplied out, whichever has fewer of them."""
    multiplied = expanded(pairs)
    return multiplied if len(multiplied) < len(pairs) else pairs


def common(pairs: Terms) -> sympy.Expr:
    """Return the greatest monomial, without a number, that divides every term.

    >>> from symflops import dims
    >>> k, C, H = dims("k C H")
    >>> common({k**2 * C * H: 2, C * H: -1})
    C*H
    """
    shared: dict[sympy.Expr, sympy.Expr] | None = None
    for monomial in pairs:
        powers = _powers(monomial)
        if shared is None:
            shared = powers
        else:
            shared = {
                base: min(power, powers[base])
                for base, power in shared.items()
                if base in powers and _comparable(power, powers[base])
            }
        if not shared:
            return ONE
    return Mul(*(Pow(base, power) for base, power in (shared or {}).items()))


def _powers(monomial: sympy.Expr) -> dict[sympy.Expr, sympy.Expr]:
    return {base: power for base, power in map(_as_power, Mul.make_args(monomial)) if base != 1}


def _as_power(factor: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    # 2**i has a symbol above: it is a base of its own, with the power 1
    if factor.is_Pow and factor.exp.is_Rational:
        return factor.base, factor.exp
    return factor, ONE


def _comparable(a: sympy.Expr, b: sympy.Expr) -> bool:
    return bool(a.is_Rational and b.is_Rational)


def joined(pairs: Terms) -> sympy.Expr:
    """Return the terms as one plain sympy expression with the common factor in front.

    >>> from symflops import dims
    >>> k, C, H = dims("k C H")
    >>> joined({k**2 * C * H: Integer(2), C * H: Integer(-1)})
    C*H*(2*k**2 - 1)
    """
    if not pairs:
        return ZERO
    for number in pairs.values():
        writable(number)
    front = common(pairs) if len(pairs) > 1 else ONE
    rest = Add(*(number * _without(monomial, front) for monomial, number in pairs.items()))
    if front is ONE:
        return rest
    # 2*C + 2*k becomes 2*(C + k), but the big numbers of a network stay where they came from
    content, primitive = rest.primitive()
    if content is ONE or (content.is_Integer and content > SMALL):
        return Mul(rest, front)
    return Mul(content, primitive, front)


def _without(monomial: sympy.Expr, front: sympy.Expr) -> sympy.Expr:
    """Divide a monomial by one that divides it; sympy leaves 2**(l + 1)*2**(-l - 1) as it stands."""
    powers = [f for f in Mul.make_args(front) if f.is_Pow and f.base.is_Rational]
    if not powers:
        return monomial / front
    others = [f for f in Mul.make_args(monomial) if f not in powers]
    return Mul(*others) / Mul(*(f for f in Mul.make_args(front) if f not in powers))


def cancelled(above: sympy.Expr, below: sympy.Expr) -> sympy.Expr:
    """Return above / below without common factors; where there is too much to divide, without common monomials.

    >>> from symflops import dims
    >>> C, H = dims("C H")
    >>> cancelled(2 * C**2 * H, 4 * C * H * (C + 1))
    C/(2*C + 2)
    """
    symbols = above.free_symbols | below.free_symbols
    if (extent(above) + extent(below)) * len(symbols) <= MOST_DIVIDED:
        return sympy.cancel(above / below)
    top, bottom = shortest(collect(terms(above))), shortest(collect(terms(below)))
    front = common({**top, **bottom})
    over, under = (joined({_without(m, front): n for m, n in p.items()}) for p in (top, bottom))
    return over / under


MOST_DIVIDED = 2_000  # terms times symbols of a quotient whose factors are looked for
SMALL = 99  # the greatest whole number that is put in front of a sum


def tidy(expr: sympy.Expr) -> sympy.Expr:
    """Return the canonical printed form of any expression: like terms added, common factor out."""
    if not expr.is_Add and not expr.is_Mul:
        return expr
    return joined(shortest(collect(terms(expr))))
