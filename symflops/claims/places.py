"""Sizes to try formulas at: small ones that agree with what is known, the most telling first."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sympy
from sympy import Add, Integer, Mul, ceiling, floor

from symflops.claims.values import value_or_none
from symflops.facts import Facts
from symflops.symbols import Family, is_index

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from symflops.facts import Relation
    from symflops.symbols import Symbol

MOST_PLACES = 400  # that are tried
FIRST = 2  # 1 hides what is multiplied
IN_A_FAMILY = 12  # sizes
MOST_COMMON = 600  # of a size that several symbols have
COMPARED = {
    "=": lambda a, b: bool(a == b),
    "!=": lambda a, b: bool(a != b),
    ">=": lambda a, b: bool(a >= b),
    ">": lambda a, b: bool(a > b),
}
SMALL = {1: 60, 2: 7, 3: 4}  # of so many symbols, all sizes up to this are tried


def places(
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
        if (size := _common(relation)) is not None:
            place.update(dict.fromkeys(relation.symbols, Integer(size)))
            return
    if relation.sign == "|" and (target := _lone_symbol(right)) in place:
        place[target] = _multiple(place[target], (left * target / right).xreplace(place))
    elif relation.sign in (">=", ">"):
        short = (right - left).xreplace(place)
        target = next((term for term in Add.make_args(left) if term in place), None)
        if target is not None and short.is_Rational:
            place[target] += max(sympy.Integer(0), sympy.ceiling(short) + (relation.sign == ">"))


@lru_cache(maxsize=256)
def _common(relation: Relation) -> int | None:
    """Return the smallest size for all symbols of an equality, such as both sides of a map, for which it holds."""
    sizes = ({symbol: Integer(n) for symbol in relation.symbols} for n in range(1, MOST_COMMON + 1))
    return next((n for n, size in enumerate(sizes, 1) if _holds(relation, size)), None)


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
    if left.is_Rational and right.is_Rational and relation.sign in COMPARED:
        return COMPARED[relation.sign](left, right)
    return Facts().decide(type(relation)(left, relation.sign, right)) is True


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


def quotients(expr: sympy.Expr) -> Iterator[Wish]:
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
