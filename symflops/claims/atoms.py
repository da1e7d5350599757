"""Expressions as quotients of polynomials over atoms: what is no sum, product or whole power gets a name.

Roots, powers with symbols above, logarithms and exponentials are taken apart as far as the rules go, so that
equal ones get equal names: log2(x·y) = log2(x) + log2(y), x**y = 2**(y·log2(x)), 2**(x + y) = 2**x · 2**y,
and the root of a product of positive factors is the product of their roots.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy
from sympy import Add, Dummy, Integer, Mul, Pow, ceiling, floor

from symflops.claims.quotients import TooLongError
from symflops.exprs import ONE, ZERO, cancelled, log2, over_one_line, spread
from symflops.extents import MOST_BITS, extent
from symflops.facts import Facts, Relation

if TYPE_CHECKING:
    from symflops.symbols import Symbol

MOST_TO_FACTOR = 400  # terms times symbols of a polynomial whose factors are looked for
MOST_PRIME = 10_000  # divisors of a number that are tried


@dataclass(frozen=True)
class Root:
    """An atom whose power ``degree`` is ``base``."""

    base: sympy.Expr
    degree: int


class Atoms:
    """Gives names to atoms, equal names to equal ones, and knows what they stand for."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.roots: dict[Symbol, Root] = {}
        self.floors: dict[Symbol, sympy.Expr] = {}  # what stands inside, over atoms
        self._names: dict[object, Symbol] = {}
        self._exponents: dict[Symbol, sympy.Expr] = {}  # of 2, over atoms
        self._logarithms: dict[Symbol, sympy.Expr] = {}  # log2 of what

    def over_atoms(self, expr: sympy.Expr) -> sympy.Expr:
        """Return an expression of +, ·, / and whole powers over symbols and atoms."""
        if expr.is_Rational or expr.is_Symbol:
            return expr
        if expr.is_Add or expr.is_Mul:
            return expr.func(*map(self.over_atoms, expr.args))
        if expr.is_Pow:
            return self._power(expr)
        if expr is sympy.E:
            return self._two_to(1 / self._name("ln(2)"))
        if expr.func in (log2, sympy.log, sympy.exp, floor, ceiling):
            return self._function(expr)
        if isinstance(expr, sympy.Function) and not expr.has(sympy.Sum, sympy.Product):
            inside = tuple(self._tidied(self.over_atoms(arg)) for arg in expr.args)
            return self._name((expr.func, inside), integer=expr.is_integer)
        return self._name(expr)

    def _function(self, expr: sympy.Expr) -> sympy.Expr:
        sign = -1 if isinstance(expr, ceiling) else 1
        inside = self.over_atoms(sign * expr.args[0])
        if isinstance(expr, floor | ceiling):
            return sign * self._floor(inside)
        if isinstance(expr, sympy.exp):
            return self._two_to(inside / self._name("ln(2)"))
        return self._logarithm(inside) * (1 if isinstance(expr, log2) else self._name("ln(2)"))

    def _name(self, key: object, *, integer: bool | None = None) -> Symbol:
        if key not in self._names:
            self._names[key] = Dummy(f"a{len(self._names)}", integer=integer)
        return self._names[key]

    def _positive(self, key: object) -> Symbol:
        if key not in self._names:
            self._names[key] = Dummy(f"a{len(self._names)}", positive=True)
        return self._names[key]

    def _floor(self, inside: sympy.Expr) -> sympy.Expr:
        terms = Add.make_args(self._tidied(inside))
        outside = Add(*(term for term in terms if term.is_integer))
        inside = Add(*(term for term in terms if not term.is_integer))
        if inside.is_Rational:
            return outside + Integer(inside.p // inside.q)
        dividend, divisor = inside.as_numer_denom()
        if (
            not divisor.is_Integer
            and divisor.is_integer
            and divisor.is_positive
            and dividend.is_integer
        ):
            _, rest = dividend.as_coeff_Add()
            number, _ = min(Add.make_args(rest), key=_unsigned).as_coeff_Mul()
            if number < 0:  # ⌊-x/s⌋ = -⌈x/s⌉ = -⌊(x - 1)/s⌋ - 1 for whole x and s
                return outside - self._floor(_parted((-dividend - 1) / divisor)) - 1
        name = self._name(("floor", inside), integer=True)
        self.floors[name] = inside
        return outside + name

    def _tidied(self, expr: sympy.Expr) -> sympy.Expr:
        """Return a quotient over atoms in lowest terms, so that equal ones are equal expressions."""
        return spread(expr) if expr.is_polynomial() else _parted(cancelled(*over_one_line(expr)))

    # powers

    def _power(self, expr: sympy.Expr) -> sympy.Expr:
        base, power = expr.args
        if base is sympy.E:
            return self._two_to(self.over_atoms(power) / self._name("ln(2)"))
        base = self.over_atoms(base)
        if power.is_Integer:
            return base**power
        if power.is_Rational:
            return self._root(base, power)
        if not self._is_positive(base):
            return self._name((self._tidied(base), self._tidied(self.over_atoms(power))))
        return self._two_to(self.over_atoms(power) * self._logarithm(base))

    def _root(self, base: sympy.Expr, power: sympy.Rational) -> sympy.Expr:
        """Return base**(p/q), positive factors each by themselves, all others under one root."""
        result, together = ONE, ONE
        for factor, times in self._factors(base):
            if self._is_positive(factor):
                whole, rest = _split(times * power)
                result *= factor**whole * self._rooted(factor, rest)
            else:
                together *= factor**times
        if together != 1:
            whole, rest = _split(power)
            result *= together**whole * self._rooted(self._tidied(together), rest)
        return result

    def _rooted(self, base: sympy.Expr, power: sympy.Rational) -> sympy.Expr:
        """Return base**power for 0 ≤ power < 1 as a power of a named root."""
        if power == 0:
            return ONE
        if base in self._exponents:
            return self._two_to(self._exponents[base] * power)
        name = self._positive(("root", base, power.q))
        self.roots[name] = Root(base, int(power.q))
        return name**power.p

    def _two_to(self, exponent: sympy.Expr) -> sympy.Expr:
        """Return 2**exponent, a factor for each term above."""
        factors = []
        for term in Add.make_args(self._tidied(exponent)):
            times, what = term.as_coeff_Mul()
            if what is ONE:
                if abs(times) > MOST_BITS:
                    raise TooLongError(f"2**{times} has too many digits")
                factors.append(
                    self._root(Integer(2), times) if times.q > 1 else Integer(2) ** times
                )
            elif what in self._logarithms:
                factors.append(self._root(self._logarithms[what], times))
            else:
                name = self._positive(("two to", what, times.q))
                self._exponents[name] = what / times.q
                if times.q > 1:
                    whole = self._two_to(what)
                    self.roots[name] = Root(whole, int(times.q))
                factors.append(name**times.p)
        return Mul(*factors)

    def _logarithm(self, inside: sympy.Expr) -> sympy.Expr:
        """Return log2 of positive factors, each by itself, and of all others together."""
        terms, together = [], ONE
        for factor, times in self._factors(inside):
            if factor == 2:  # noqa: PLR2004 - log2(2) is 1
                terms.append(times)
            elif factor in self._exponents:
                terms.append(times * self._exponents[factor])
            elif factor in self.roots:
                root = self.roots[factor]
                terms.append(times * self._logarithm(root.base) / root.degree)
            elif self._is_positive(factor):
                terms.append(times * self._named_logarithm(factor))
            else:
                together *= factor**times
        if together != 1:
            terms.append(self._named_logarithm(self._tidied(together)))
        return Add(*terms)

    def _named_logarithm(self, inside: sympy.Expr) -> Symbol:
        name = self._name(("log2", inside))
        self._logarithms[name] = inside
        return name

    # factors

    def _factors(self, expr: sympy.Expr) -> list[tuple[sympy.Expr, int]]:
        """Return the factors of a quotient with their powers, those of its number too."""
        above, below = over_one_line(expr)
        found: list[tuple[sympy.Expr, int]] = []
        for side, sign in ((above, 1), (below, -1)):
            number, factors = self._factored(side)
            found += [(factor, sign * times) for factor, times in _primes(number)]
            found += [(factor, sign * times) for factor, times in factors]
        return found

    def _factored(self, expr: sympy.Expr) -> tuple[sympy.Rational, list[tuple[sympy.Expr, int]]]:
        if extent(expr) * len(expr.free_symbols) > MOST_TO_FACTOR:
            return ONE, [(expr, 1)]
        number, factors = sympy.factor_list(expr)
        signed = []
        for factor, times in factors:  # the one of f and -f that is known to be positive
            flip = not self._is_positive(factor) and self._is_positive(spread(-factor))
            number = number * (-1) ** times if flip else number
            signed.append((spread(-factor) if flip else factor, times))
        return number, signed

    def _is_positive(self, expr: sympy.Expr) -> bool:
        return bool(expr.is_positive or self.facts.decide(Relation(expr, ">", ZERO)))


def _unsigned(term: sympy.Expr) -> str:
    return str(term.as_coeff_Mul()[1])


def _split(power: sympy.Rational) -> tuple[sympy.Integer, sympy.Rational]:
    """Return the whole part of a power and the rest."""
    whole = Integer(power.p // power.q)
    return whole, power - whole


def _primes(number: sympy.Rational) -> list[tuple[sympy.Expr, int]]:
    if number == 1:
        return []
    found = [(Integer(-1), 1)] if number < 0 else []
    for value, sign in ((abs(number.p), 1), (number.q, -1)):
        primes = sympy.factorint(value, limit=MOST_PRIME) if value > 1 else {}
        found += [(Integer(p), sign * times) for p, times in primes.items()]
    return found


def _parted(expr: sympy.Expr) -> sympy.Expr:
    """Return a quotient as a sum of quotients: (a + b)/c as a/c + b/c."""
    above, below = expr.as_numer_denom()
    return Add(*(term / below for term in Add.make_args(spread(above))))


def with_rooted_symbols(*sides: sympy.Expr) -> tuple[sympy.Expr, ...]:
    """Return expressions with x = r**q where a symbol x stands under a root of degree q, and in no floor.

    Then √(x + 2·√x + 1) is the root of a square.
    """
    degrees: dict[Symbol, int] = {}
    rounded: set[Symbol] = set()
    for side in sides:
        for power in side.atoms(Pow):
            if power.base.is_Symbol and power.exp.is_Rational and not power.exp.is_Integer:
                degrees[power.base] = int(sympy.ilcm(degrees.get(power.base, 1), power.exp.q))
        for whole in side.atoms(sympy.Function, sympy.Sum, sympy.Product):
            if not isinstance(whole, log2):
                rounded |= whole.free_symbols
    swaps = {
        x: Dummy(f"r_{x.name}", positive=True) ** degree
        for x, degree in degrees.items()
        if x not in rounded
    }
    return tuple(side.xreplace(swaps) for side in sides)
