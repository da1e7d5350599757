"""Whether two expressions are the same for all sizes: by rules, by cases of min and max, by remainders.

A proof is a proof: nothing is taken to be equal because it was equal somewhere. What is not proved here may still
be equal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy
from sympy import Abs, ceiling, floor

from symflops.claims.atoms import MOST_TO_FACTOR, with_rooted_symbols
from symflops.claims.quotients import TooLongError
from symflops.claims.remainders import Proof, by_remainders, classes
from symflops.claims.series import closed
from symflops.contradictions import contradiction
from symflops.errors import ArgumentError
from symflops.exprs import minimum, spread
from symflops.extents import extent, length
from symflops.facts import Facts, at_least, more_than
from symflops.symbols import is_index

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symflops.facts import Relation

MOST_CASES = 64
MOST_LENGTH = 5_000  # numbers and symbols of an expression


def proof(a: sympy.Expr, b: sympy.Expr, facts: Facts) -> Proof:
    """Try to prove that two expressions are equal wherever both are defined and the facts hold."""
    if a == b:
        return Proof(holds=True)
    if length(a) + length(b) > MOST_LENGTH:
        return Proof(None, "they are too long to be compared by rules")
    try:
        left, right = with_rooted_symbols(_plain(a), _plain(b))
        found = _by_cases(left, right, facts, ())
        return Proof(holds=True) if not found.holds and _by_classes(left, right, facts) else found
    except (TooLongError, ArgumentError) as error:
        return _by_factors(a, b, facts, error.message)
    except ZeroDivisionError:
        return Proof(None, "one of them divides by 0 for all sizes")
    except RecursionError:
        return Proof(None, "they are nested too deeply")


def _plain(expr: sympy.Expr) -> sympy.Expr:
    """Return an expression with its sums closed and a mod b as a - b·⌊a/b⌋."""
    swaps = {
        mod: mod.args[0] - mod.args[1] * floor(mod.args[0] / mod.args[1])
        for mod in expr.atoms(sympy.Mod)
    }
    return closed(expr.xreplace(swaps) if swaps else expr)


# min and max


def _by_cases(a: sympy.Expr, b: sympy.Expr, facts: Facts, chosen: tuple[Relation, ...]) -> Proof:
    """Prove equality in each case of the minima and maxima, each with what it says of the sizes."""
    known = Facts((*facts.relations, *chosen))
    a, b = (known.canonical(_without_squares_under_roots(side)) for side in (a, b))
    choice = next(_choices(a - b), None)
    if choice is None or 2 ** (len(chosen) + 1) > MOST_CASES:
        return by_remainders(a, b, known)
    cases = list(_cases(choice))
    settled = [case for case in _cases(choice, strictly=False) if all(map(known.decide, case[1]))][
        :1
    ]
    found = Proof(holds=True)
    for value, relations in settled or cases:
        if not settled and contradiction((*known.relations, *relations)):
            continue
        swap = {choice: value}
        one = _by_cases(a.xreplace(swap), b.xreplace(swap), facts, (*chosen, *relations))
        if not one.holds:
            found = Proof(None, found.missing or one.missing, [*found.hints, *one.hints])
    return found


def _by_classes(a: sympy.Expr, b: sympy.Expr, facts: Facts) -> bool:
    """Prove equality of what has both floors and minima: in each class of remainders, by cases."""
    mixed = a - b
    if next(_choices(mixed), None) is None or not mixed.has(floor, ceiling):
        return False
    found = classes(mixed, facts)
    return found is not None and all(
        _by_cases(a.xreplace(values), b.xreplace(values), known, ()).holds
        for values, known in found
    )


def _choices(expr: sympy.Expr) -> Iterator[sympy.Expr]:
    """Yield the minima, maxima and absolute values that hold no others and no index of a sum."""
    kinds = (minimum, sympy.Min, sympy.Max, Abs)  # noqa: TID251 - those of strangers are taken apart
    for node in sorted(expr.atoms(*kinds), key=lambda node: (length(node), str(node))):
        inside = set().union(*(arg.atoms(*kinds) for arg in node.args))
        if not inside and not any(map(is_index, node.free_symbols)):
            yield node


def _cases(
    choice: sympy.Expr, *, strictly: bool = True
) -> Iterator[tuple[sympy.Expr, tuple[Relation, ...]]]:
    """Yield what a choice may be, and what that says: min(x, y) is x where x ≤ y, and y where x > y."""
    if isinstance(choice, Abs):
        (inside,) = choice.args
        yield inside, (at_least(inside, 0),)
        yield -inside, ((more_than if strictly else at_least)(0, inside),)
        return
    sign = -1 if isinstance(choice, sympy.Max) else 1  # noqa: TID251
    for place, value in enumerate(choice.args):
        before, after = choice.args[:place], choice.args[place + 1 :]
        apart = more_than if strictly else at_least
        yield (
            value,
            (
                *(apart(sign * other, sign * value) for other in before),
                *(at_least(sign * other, sign * value) for other in after),
            ),
        )


def _without_squares_under_roots(expr: sympy.Expr) -> sympy.Expr:
    """Write √(f²·g) as |f|·√g, where the sign of f is not plain."""
    swaps = {}
    for power in expr.atoms(sympy.Pow):
        base, exponent = power.args
        if not (base.is_Add and exponent.is_Rational and exponent.q == 2 and base.is_polynomial()):  # noqa: PLR2004
            continue
        if extent(base) * len(base.free_symbols) > MOST_TO_FACTOR:
            continue
        number, factors = sympy.factor_list(base)
        if any(times % 2 == 0 for _, times in factors):
            swaps[power] = number**exponent * sympy.Mul(
                *(
                    (Abs(factor) ** times if times % 2 == 0 else factor**times) ** exponent
                    for factor, times in factors
                )
            )
    return expr.xreplace(swaps) if swaps else expr


# factors


def _by_factors(a: sympy.Expr, b: sympy.Expr, facts: Facts, why: str) -> Proof:
    """Prove that two products are equal factor by factor, where they are too long to be multiplied out."""
    number, left = sympy.Integer(1), []
    for side, sign in ((a, 1), (b, -1)):
        for factor in sympy.Mul.make_args(side):
            base, power = factor.as_base_exp()
            if not power.is_Rational or base.is_Rational:
                base, power = factor, sympy.Integer(1)
            if base.is_Rational:
                number *= base**sign
                continue
            content, parts = _parts(base) if power.is_Integer else (sympy.Integer(1), [(base, 1)])
            number *= content ** (sign * int(power)) if content != 1 else 1
            left += [[part, sign * power * times] for part, times in parts]
    merged: list[list[Any]] = []
    for base, power in left:
        for other in merged:
            times = _constant_ratio(base, other[0], facts) if power.is_Integer else None
            if times is not None:
                number *= times ** int(power)
                other[1] += power
                break
        else:
            merged.append([base, power])
    if number == 1 and all(power == 0 for _, power in merged):
        return Proof(holds=True)
    return Proof(None, why)


def _parts(base: sympy.Expr) -> tuple[sympy.Rational, list[tuple[sympy.Expr, int]]]:
    """Return the factors of a factor, where it is short enough to be taken apart."""
    size = extent(base) * len(base.free_symbols)
    if not base.is_Add or size > MOST_TO_FACTOR or not base.is_polynomial():
        return sympy.Integer(1), [(base, 1)]
    found: tuple[sympy.Rational, list[tuple[sympy.Expr, int]]] = sympy.factor_list(base)
    return found


def _constant_ratio(base: sympy.Expr, other: sympy.Expr, facts: Facts) -> sympy.Rational | None:
    """Return the number that one factor is times another; None where it is no number."""
    if base == other:
        return sympy.Integer(1)
    if base.free_symbols != other.free_symbols or not base.free_symbols:
        return None
    point = {s: sympy.Integer(n) for n, s in enumerate(sorted(base.free_symbols, key=str), 3)}
    values = base.xreplace(point), other.xreplace(point)
    if not all(value.is_Rational and value for value in values):
        return None
    ratio = values[0] / values[1]
    try:
        same = by_remainders(base, spread(ratio * other), facts).holds
    except (TooLongError, ArgumentError, ZeroDivisionError):
        return None
    return ratio if same else None
