"""Sizes at which two expressions differ: the smallest sensible ones, to be redone by hand.

Values are exact. Both are worked out at every place that is tried, and what is undefined there (a division by 0, a
sum that runs backwards) is no witness.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy
from sympy import Add, Integer, Mul, Pow, Product, Sum, ceiling, floor

from symflops.exprs import gcd, log2, minimum
from symflops.extents import MOST_BITS, length
from symflops.facts import Facts
from symflops.symbols import Family, Member, is_index

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from symflops.facts import Relation
    from symflops.symbols import Symbol

MOST_PLACES = 400  # that are tried
MOST_WORK = 300_000  # places times the length of both expressions
MOST_SUMMED = 2_000  # terms of a sum
PREFERRED = 24  # places among which one with whole values is looked for


class UndefinedError(Exception):
    """An expression has no value here, or none that can be worked out."""


@dataclass(frozen=True)
class Witness:
    """Sizes, and what both expressions are there.

    >>> from symflops import dims
    >>> N, D = dims("N D")
    >>> print(sought(N**3, N**2 * D, Facts()))
    D = 2, N = 3: 27, not 18
    """

    sizes: dict[Symbol, Any]
    claimed: sympy.Expr
    actual: sympy.Expr

    def __str__(self) -> str:
        where = ", ".join(f"{symbol} = {value}" for symbol, value in self.sizes.items())
        return f"{where}{': ' if where else ''}{self.claimed}, not {self.actual}"


def sought(
    a: sympy.Expr,
    b: sympy.Expr,
    facts: Facts,
    hints: Sequence[Mapping[Symbol, tuple[int, int]]] = (),
    most: int = MOST_PLACES,
) -> Witness | None:
    """Look for a witness among small sizes that agree with the facts; ``hints`` are remainders to begin with."""
    symbols = dimensions(a, b)
    wishes = dict.fromkeys(wish for side in (a, b) for wish in _quotients(side))
    soft = sorted(wishes, key=lambda wish: (length(wish.quotient), str(wish)))
    tried = min(most, max(20, MOST_WORK // (1 + length(a) + length(b))))
    found: Witness | None = None
    for count, place in enumerate(itertools.islice(_places(symbols, facts, soft, hints), tried)):
        if found is not None and count >= PREFERRED:
            break
        witness = _differing(a, b, place)
        if witness is None:
            continue
        if witness.claimed.is_Integer and witness.actual.is_Integer:
            return witness
        if found is None or (witness.actual.is_Rational and not found.actual.is_Rational):
            found = witness
    return found


def dimensions(*sides: sympy.Expr) -> list[Symbol]:
    """Return the symbols in the order in which they are written in print."""
    free = set().union(*(side.free_symbols for side in sides))
    return sorted((s for s in free if not is_index(s)), key=lambda s: s.name)


def _differing(a: sympy.Expr, b: sympy.Expr, place: dict[Symbol, Any]) -> Witness | None:
    try:
        claimed, actual = value(a, place), value(b, place)
    except (UndefinedError, ZeroDivisionError, RecursionError):
        return None
    difference = claimed - actual
    differ = difference != 0 if difference.is_Rational else _is_certainly_not_zero(difference)
    return Witness(place, claimed, actual) if differ else None


def _is_certainly_not_zero(number: sympy.Expr) -> bool:
    """Say whether some digits of a number are known, so that it is not 0."""
    try:
        approximate = sympy.N(with_logarithms(number), 6, maxn=120, strict=True)
    except (sympy.core.evalf.PrecisionExhausted, ValueError, TypeError, OverflowError):
        return False
    return bool(approximate.is_real and abs(approximate) > 0)


def with_logarithms(number: sympy.Expr) -> sympy.Expr:
    """Return a number with sympy's logarithms, of which sympy knows digits."""
    return number.replace(log2, lambda inside: sympy.log(inside) / sympy.log(2))


def approximately(number: sympy.Expr) -> sympy.Expr:
    """Return the first digits of a number."""
    return sympy.N(with_logarithms(number), 6)


# values


def value(expr: sympy.Expr, at: Mapping[Symbol, Any]) -> sympy.Expr:
    """Return an expression's exact value.

    >>> from symflops import dim
    >>> N = dim("N")
    >>> value(floor(N / 2) + minimum(N, 4) + log2(8 * N), {N: Integer(5)})
    log2(5) + 9

    Raises:
        UndefinedError: it has none here, or too long a one.
    """
    if expr.is_Rational:
        return expr
    if expr.is_Symbol:
        if expr not in at:
            raise UndefinedError
        return at[expr]
    if isinstance(expr, Sum | Product):
        return _series(expr, at)
    if isinstance(expr, Member):
        return _member(expr, at)
    args = [value(arg, at) for arg in expr.args]
    if expr.is_Add or expr.is_Mul:
        return expr.func(*args) if args else expr
    if expr.is_Pow:
        return _power(*args)
    found = expr.func(*args) if isinstance(expr, KNOWN) else expr
    is_constant = not expr.args and expr.is_number  # π, e
    if not (is_constant or isinstance(expr, KNOWN)) or found.has(sympy.nan, sympy.zoo, sympy.oo):
        raise UndefinedError
    return found


KNOWN = (
    *(floor, ceiling, minimum, gcd, log2, sympy.log, sympy.exp),
    *(sympy.Min, sympy.Max, sympy.Abs, sympy.Mod),  # noqa: TID251 - of numbers alone
)


def _power(base: sympy.Expr, power: sympy.Expr) -> sympy.Expr:
    if base.is_zero and not power.is_positive:
        raise UndefinedError
    if power.is_Rational and base.is_Rational:
        bits = max(base.p.bit_length(), base.q.bit_length()) - 1
        if bits * abs(power) > MOST_BITS:
            raise UndefinedError
        if base < 0 and not power.is_Integer:
            raise UndefinedError
    elif not (base.is_positive and power.is_real and abs(approximately(power)) < MOST_BITS):
        raise UndefinedError
    return Pow(base, power)


def _series(expr: Sum | Product, at: Mapping[Symbol, Any]) -> sympy.Expr:
    *inner, (i, first, last) = expr.limits
    start, end = value(first, at), value(last, at)
    if not (start.is_Integer and end.is_Integer) or not -1 <= end - start <= MOST_SUMMED:
        raise UndefinedError
    body = expr.func(expr.function, *inner) if inner else expr.function
    terms = [value(body, {**at, i: Integer(n)}) for n in range(int(start), int(end) + 1)]
    return Add(*terms) if isinstance(expr, Sum) else Mul(*terms)


def _member(member: Member, at: Mapping[Symbol, Any]) -> sympy.Expr:
    family, place = member.args[0], value(member.args[1], at)
    values = at.get(family)
    if values is None or not (place.is_Integer and 0 <= place < len(values)):
        raise UndefinedError
    return values[int(place)]


# places

FIRST = 2  # 1 hides what is multiplied
IN_A_FAMILY = 12  # sizes
SMALL = {1: 60, 2: 7, 3: 4}  # of so many symbols, all sizes up to this are tried


def _places(
    symbols: Sequence[Symbol],
    facts: Facts,
    soft: Iterable[Wish],
    hints: Sequence[Mapping[Symbol, tuple[int, int]]],
) -> Iterator[dict[Symbol, Any]]:
    """Yield sizes that agree with the facts, small and different ones first."""
    soft = tuple(dict.fromkeys(soft))
    seen: set[tuple[Any, ...]] = set()
    for numbers in _vectors(len(symbols), hints, symbols):
        for wishes in (soft, ()) if soft else ((),):
            place = _fitted(dict(zip(symbols, map(Integer, numbers), strict=True)), facts, wishes)
            if place is None or tuple(place.values()) in seen:
                continue
            seen.add(tuple(place.values()))
            yield _with_families(place)
            break


def _vectors(
    count: int, hints: Sequence[Mapping[Symbol, tuple[int, int]]], symbols: Sequence[Symbol]
) -> Iterator[tuple[int, ...]]:
    """Yield as many numbers as there are symbols, again and again, in an order that never changes."""
    if not count:
        yield ()
        return
    ascending = tuple(range(FIRST, FIRST + count))
    yield ascending
    yield ascending[::-1]
    for shift in range(1, min(count, 6)):
        yield (*ascending[shift:], *ascending[:shift])
    primes = tuple(sympy.prime(n) for n in range(2, count + 2))
    yield primes
    yield primes[::-1]
    if most := SMALL.get(count):
        every = itertools.product(range(1, most + 1), repeat=count)
        yield from sorted(every, key=lambda v: (-len(set(v)), sum(v), v))
    for times, hint in itertools.product(range(1, 4), hints):
        yield tuple(
            _in_class(hint[symbol], times + n) if symbol in hint else FIRST + n
            for n, symbol in enumerate(symbols)
        )
    for most in (6, 12, 40, 130, 1000):
        for step in range(MOST_PLACES // 4):
            yield tuple(1 + _scattered(step, n) % most for n in range(count))


def _scattered(step: int, place: int) -> int:
    """Return a number that seems to follow no rule, always the same one."""
    mixed = (step * 2_654_435_761 + place * 40_503_007 + 12_345) & 0xFFFFFFFF
    mixed ^= mixed >> 15
    mixed = (mixed * 2_246_822_519) & 0xFFFFFFFF
    return mixed ^ (mixed >> 13)


def _in_class(wanted: tuple[int, int], times: int) -> int:
    """Return a number of at least 1 with a remainder."""
    modulus, remainder = wanted
    return modulus * (times - 1) + remainder or modulus


def _fitted(
    place: dict[Symbol, sympy.Integer],
    facts: Facts,
    wishes: Sequence[Wish],
) -> dict[Symbol, sympy.Integer] | None:
    """Return sizes changed until the facts hold: multiples of what divides them, at least what they must be."""
    place = dict(place)
    for wish in wishes:
        if not wish.quotient.xreplace(place).is_Integer:
            place[wish.symbol] = _multiple(place[wish.symbol], wish.divisor.xreplace(place))
    for _ in range(4):
        for relation in facts.relations:
            _moved(place, relation)
        if all(_holds(relation, place) for relation in facts.relations):
            return place
    return None


def _moved(place: dict[Symbol, sympy.Integer], relation: Relation) -> None:
    """Change one size so that a relation holds, if it is of a kind that says how."""
    left, right = relation.left, relation.right
    if _holds(relation, place):
        return
    if relation.sign == "=":
        for target, other in ((left, right), (right, left)):
            put = other.xreplace(place)
            if target in place and put.is_Integer and put > 0:
                place[target] = put
                return
    if relation.sign == "|" and (target := _lone_symbol(right)) in place:
        place[target] = _multiple(place[target], (left * target / right).xreplace(place))
    elif relation.sign in (">=", ">"):
        short = (right - left).xreplace(place)
        target = next((term for term in Add.make_args(left) if term in place), None)
        if target is not None and short.is_Rational:
            place[target] += max(sympy.Integer(0), sympy.ceiling(short) + (relation.sign == ">"))


def _lone_symbol(expr: sympy.Expr) -> Symbol | None:
    _, monomial = expr.as_coeff_Mul()
    return monomial if monomial.is_Symbol else next(iter(sorted(expr.free_symbols, key=str)), None)


def _multiple(number: sympy.Integer, divisor: sympy.Expr) -> sympy.Integer:
    """Return so many times the divisor, unless the number is a multiple already."""
    if not divisor.is_Rational or divisor <= 0:
        return number
    return number if (number / divisor).is_Integer else Integer(number * divisor.p)


def _holds(relation: Relation, place: Mapping[Symbol, Any]) -> bool:
    """Say whether a relation holds at sizes; of symbols that have none, it does."""
    if not relation.symbols <= set(place):
        return True
    left, right = value_or_none(relation.left, place), value_or_none(relation.right, place)
    if left is None or right is None:
        return False
    return Facts().decide(type(relation)(left, relation.sign, right)) is True


def value_or_none(expr: sympy.Expr, at: Mapping[Symbol, Any]) -> sympy.Expr | None:
    """Return an expression's value, or None where it has none."""
    try:
        return value(expr, at)
    except (UndefinedError, ZeroDivisionError):
        return None


def _with_families(place: dict[Symbol, Any]) -> dict[Symbol, Any]:
    """Return sizes with a sequence of them for every family."""
    return {
        symbol: sympy.Tuple(*(size + n for n in range(IN_A_FAMILY)))
        if isinstance(symbol, Family)
        else size
        for symbol, size in place.items()
    }


@dataclass(frozen=True)
class Wish:
    """A symbol that is best a multiple of something, so that a quotient is whole: a group's channels."""

    symbol: Symbol
    divisor: sympy.Expr
    quotient: sympy.Expr


def _quotients(expr: sympy.Expr) -> Iterator[Wish]:
    """Yield a wish for every quotient that is not rounded: C for C·H/g, and H and W for C·H·W/s²."""
    nodes = sympy.preorder_traversal(expr)
    for node in nodes:
        if isinstance(node, floor | ceiling):
            nodes.skip()
        if not node.is_Mul:
            continue
        above, below = node.as_numer_denom()
        bases = [factor.as_base_exp()[0] for factor in Mul.make_args(above)]
        symbols = [b for b in bases if b.is_Symbol and not (is_index(b) or isinstance(b, Family))]
        for factor in Mul.make_args(below):
            base, power = factor.as_base_exp()
            once = power == 1 or base.is_Rational
            for symbol in (
                symbols[:1] if once else symbols[-int(power) :] if power.is_Integer else ()
            ):
                if base.is_Symbol or (base.is_Integer and base > 1):
                    yield Wish(symbol, base, above / below)
