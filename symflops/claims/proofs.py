"""Whether two expressions are the same for all sizes: by rules, by cases of min and max, by remainders.

A proof is a proof: nothing is taken to be equal because it was equal somewhere. What is not proved here may still
be equal.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sympy
from sympy import QQ, Abs, Dummy, floor

from symflops.claims.atoms import MOST_TO_FACTOR, Atoms, with_rooted_symbols
from symflops.claims.quotients import Quotient, Quotients, TooLongError
from symflops.claims.series import closed
from symflops.contradictions import contradiction
from symflops.errors import ArgumentError
from symflops.exprs import minimum, spread
from symflops.extents import extent, length
from symflops.facts import Facts, at_least
from symflops.symbols import is_index

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from symflops.facts import Relation
    from symflops.symbols import Symbol

MOST_CASES = 64
MOST_CLASSES = 600  # of remainders of all symbols together
MOST_LENGTH = 5_000  # numbers and symbols of an expression


@dataclass
class Proof:
    """The outcome: ``holds`` is True for a proof, else None; ``missing`` says what it foundered on.

    ``hints`` are remainders with which both are known to differ: symbol → (modulus, remainder).
    """

    holds: bool | None
    missing: str = ""
    hints: list[dict[Symbol, tuple[int, int]]] = field(default_factory=list)


def proof(a: sympy.Expr, b: sympy.Expr, facts: Facts) -> Proof:
    """Try to prove that two expressions are equal wherever both are defined and the facts hold."""
    if a == b:
        return Proof(holds=True)
    if length(a) + length(b) > MOST_LENGTH:
        return Proof(None, "they are too long to be compared by rules")
    try:
        left, right = with_rooted_symbols(_plain(a), _plain(b))
        return _by_cases(left, right, facts, ())
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
        return _by_remainders(a, b, known)
    cases = list(_cases(choice))
    settled = [case for case in cases if all(map(known.decide, case[1]))][:1]
    found = Proof(holds=True)
    for value, relations in settled or cases:
        if not settled and contradiction((*known.relations, *relations)):
            continue
        swap = {choice: value}
        one = _by_cases(a.xreplace(swap), b.xreplace(swap), facts, (*chosen, *relations))
        if not one.holds:
            found = Proof(None, found.missing or one.missing, [*found.hints, *one.hints])
    return found


def _choices(expr: sympy.Expr) -> Iterator[sympy.Expr]:
    """Yield the minima, maxima and absolute values that hold no others and no index of a sum."""
    kinds = (minimum, sympy.Min, sympy.Max, Abs)  # noqa: TID251 - those of strangers are taken apart
    for node in sorted(expr.atoms(*kinds), key=lambda node: (length(node), str(node))):
        inside = set().union(*(arg.atoms(*kinds) for arg in node.args))
        if not inside and not any(map(is_index, node.free_symbols)):
            yield node


def _cases(choice: sympy.Expr) -> Iterator[tuple[sympy.Expr, tuple[Relation, ...]]]:
    """Yield what a choice may be, and what that says: min(x, y) is x where x ≤ y."""
    if isinstance(choice, Abs):
        (inside,) = choice.args
        yield inside, (at_least(inside, 0),)
        yield -inside, (at_least(0, inside),)
        return
    for value in choice.args:
        others = [other for other in choice.args if other is not value]
        pairs = ((value, o) if isinstance(choice, sympy.Max) else (o, value) for o in others)  # noqa: TID251
        yield value, tuple(at_least(greater, smaller) for greater, smaller in pairs)


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


# remainders


def _by_remainders(a: sympy.Expr, b: sympy.Expr, facts: Facts) -> Proof:
    """Prove equality of quotients over atoms; where there are floors, for each class of remainders."""
    atoms = Atoms(facts)
    over = [atoms.over_atoms(side) for side in (a, b)]
    symbols = set().union(
        *(e.free_symbols for e in (*over, *atoms.floors.values())),
        *(root.base.free_symbols for root in atoms.roots.values()),
    )
    difference = over[0] - over[1]
    rounded = [name for name in atoms.floors if difference.has(name)]
    moduli = _moduli(rounded, atoms) if rounded else {}
    steps = {symbol: Dummy(f"t_{symbol}") for symbol in moduli}
    reader = Quotients(sorted((*symbols, *steps.values()), key=str))
    if _is_zero(reader.read(difference), reader, atoms):
        return Proof(holds=True)
    if not moduli:
        what = ", ".join(sorted({type(f).__name__ for f in (a - b).atoms(sympy.Function)}))
        return Proof(
            None, f"no rule says whether they are equal{f' (they hold {what})' if what else ''}"
        )
    count = math.prod(moduli.values())
    if count > MOST_CLASSES:
        return Proof(
            None,
            f"{count:,} classes of remainders would have to be looked at, and {MOST_CLASSES} are",
        )
    hints = []
    for remainders in itertools.product(*map(range, moduli.values())):
        found = dict(zip(moduli, zip(moduli.values(), remainders, strict=True), strict=True))
        if _is_possible(found, facts) and not _in_class(difference, found, steps, reader, atoms):
            hints.append(found)
    if not hints:
        return Proof(holds=True)
    return Proof(None, "they could not be shown to be equal for all remainders", hints[:20])


def _moduli(rounded: list[Symbol], atoms: Atoms) -> dict[Symbol, int]:
    """Return symbol → how many remainders of it the floors tell apart; nothing where one cannot be followed."""
    found: dict[Symbol, int] = {}

    def follow(name: Symbol, multiple: int) -> bool:
        for term in sympy.Add.make_args(atoms.floors[name]):
            number, monomial = term.as_coeff_Mul()
            for factor in sympy.Mul.make_args(monomial) if monomial != 1 else ():
                symbol, power = factor.as_base_exp()
                needed = multiple * int(number.q)
                if not (symbol.is_Symbol and power.is_Integer and power > 0):
                    return False
                if symbol in atoms.floors:
                    if not follow(symbol, needed):
                        return False
                elif not symbol.is_integer or symbol in atoms.roots:
                    return False
                else:
                    found[symbol] = int(sympy.ilcm(found.get(symbol, 1), needed))
        return True

    followed = [follow(name, 1) for name in rounded]
    return {symbol: found[symbol] for symbol in sorted(found, key=str)} if any(followed) else {}


def _is_possible(found: Mapping[Symbol, tuple[int, int]], facts: Facts) -> bool:
    """Say whether the facts leave a class of remainders."""
    values = {
        symbol: modulus * (Dummy("t", integer=True, positive=True) - 1) + remainder
        for symbol, (modulus, remainder) in found.items()
    }
    parted = [r for r in facts.relations if r.sign == "|" and r.symbols & set(found)]
    return all(Facts().decide(relation.at(values)) is not False for relation in parted)


def _in_class(
    difference: sympy.Expr,
    found: Mapping[Symbol, tuple[int, int]],
    steps: Mapping[Symbol, Symbol],
    reader: Quotients,
    atoms: Atoms,
) -> bool:
    """Say whether a difference is 0 for x = modulus·t + remainder."""
    values = {
        symbol: reader.read(modulus * steps[symbol] + remainder).above
        for symbol, (modulus, remainder) in found.items()
    }
    for name, inside in atoms.floors.items():  # those inside others come first
        quotient = reader.read(inside, values)
        whole = None if _divides(quotient) else reader.whole_part(quotient.above)
        if whole is not None:
            values[name] = whole
    return _is_zero(reader.read(difference, values), reader, atoms)


def _divides(quotient: Quotient) -> bool:
    return any(quotient.below.values())


def _is_zero(quotient: Quotient, reader: Quotients, atoms: Atoms) -> bool:
    """Say whether what stands above is 0, with every root's power put in for it."""
    above = quotient.above
    changed = bool(above)
    while changed and above:
        changed = False
        for name, root in atoms.roots.items():
            place = reader.symbols.index(name) if name in reader.symbols else None
            if place is None or not any(m[place] >= root.degree for m in above):
                continue
            above, changed = _without_powers(above, place, root.base, root.degree, reader), True
    return not above


def _without_powers(
    above: Any, place: int, base: sympy.Expr, degree: int, reader: Quotients
) -> Any:
    """Write s**(q·n + r) as base**n · s**r; a base that is a quotient is put over what it is over."""
    read = reader.read(base)
    most = max(m[place] for m in above) // degree
    over = reader.ring.one
    for factor, power in read.below.items():
        over *= factor**power
    total = reader.ring.zero
    for monomial, number in above.items():
        times, rest = divmod(monomial[place], degree)
        kept = (*monomial[:place], rest, *monomial[place + 1 :])
        term = reader.ring.from_dict({kept: QQ(number)})
        total += term * read.above**times * over ** (most - times)
    return total


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
            else:
                left.append([base, sign * power])
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
        same = _by_remainders(base, spread(ratio * other), facts).holds
    except (TooLongError, ArgumentError, ZeroDivisionError):
        return None
    return ratio if same else None
