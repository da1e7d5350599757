"""Whether quotients over atoms are equal: at once, or where there are floors for each class of remainders.

⌊(a·N + b)/m⌋ is a polynomial in t for N = m·t + r, one for each remainder r.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sympy
from sympy import QQ, Dummy, ceiling, floor

from symflops.claims.atoms import Atoms
from symflops.claims.quotients import Quotient, Quotients
from symflops.facts import Facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from symflops.symbols import Symbol

MOST_CLASSES = 600  # of remainders of all symbols together
MOST_SPLIT = 60  # of them, where cases are told apart in each


@dataclass
class Proof:
    """The outcome: ``holds`` is True for a proof, else None; ``missing`` says what it foundered on.

    ``hints`` are remainders with which both are known to differ: symbol → (modulus, remainder).
    """

    holds: bool | None
    missing: str = ""
    hints: list[dict[Symbol, tuple[int, int]]] = field(default_factory=list)


def by_remainders(a: sympy.Expr, b: sympy.Expr, facts: Facts) -> Proof:
    """Prove equality of quotients over atoms; where there are floors, for each class of remainders."""
    atoms = Atoms(facts)
    over = [atoms.over_atoms(side) for side in (a, b)]
    symbols = set().union(
        *(e.free_symbols for e in (*over, *atoms.floors.values())),
        *(root.base.free_symbols for root in atoms.roots.values()),
    )
    difference = over[0] - over[1]
    rounded = [name for name in atoms.floors if difference.has(name)]
    moduli, followed = _moduli(rounded, atoms)
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
        if _is_possible(found, facts) and not _in_class(
            difference, found, steps, reader, atoms, followed
        ):
            hints.append(found)
    if not hints:
        return Proof(holds=True)
    return Proof(None, "they could not be shown to be equal for all remainders", hints[:20])


def told_apart(expr: sympy.Expr, facts: Facts) -> dict[Symbol, int]:
    """Return symbol → how many remainders of it the floors of an expression tell apart.

    >>> from symflops import dims
    >>> H, W = dims("H W")
    >>> told_apart(floor(H / 2) * floor(floor(W / 2) / 2), Facts())
    {H: 2, W: 4}
    """
    atoms = Atoms(facts)
    for rounded in expr.atoms(floor, ceiling):
        atoms.over_atoms(rounded)
    return _moduli(list(atoms.floors), atoms)[0]


def _moduli(rounded: list[Symbol], atoms: Atoms) -> tuple[dict[Symbol, int], set[Symbol]]:
    """Return symbol → how many remainders of it the floors tell apart, and the floors of which that is so."""
    found: dict[Symbol, int] = {}
    followed: set[Symbol] = set()

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
        followed.add(name)
        return True

    for name in rounded:
        follow(name, 1)
    return {symbol: found[symbol] for symbol in sorted(found, key=str) if followed}, followed


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
    followed: set[Symbol],
) -> bool:
    """Say whether a difference is 0 for x = modulus·t + remainder."""
    values = {
        symbol: reader.read(modulus * steps[symbol] + remainder).above
        for symbol, (modulus, remainder) in found.items()
    }
    for name, inside in atoms.floors.items():  # those inside others come first
        if name not in followed:
            continue
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


def classes(
    expr: sympy.Expr, facts: Facts
) -> Iterator[tuple[dict[Symbol, sympy.Expr], Facts]] | None:
    """Return m·t + r for every symbol whose remainders the floors of an expression tell apart, class by class.

    Each comes with the facts as they are there. None where there are too many classes, or floors of another kind.
    """
    moduli = told_apart(expr, facts)
    if not moduli or math.prod(moduli.values()) > MOST_SPLIT:
        return None
    return _classes(moduli, facts)


def _classes(
    moduli: Mapping[Symbol, int], facts: Facts
) -> Iterator[tuple[dict[Symbol, sympy.Expr], Facts]]:
    for remainders in itertools.product(*map(range, moduli.values())):
        found = dict(zip(moduli, zip(moduli.values(), remainders, strict=True), strict=True))
        if not _is_possible(found, facts):
            continue
        values = {  # N = m·t + r is at least 1
            s: m * (Dummy("t", integer=True, positive=True) - (1 if r else 0)) + r
            for s, (m, r) in found.items()
        }
        yield values, Facts(tuple(relation.at(values) for relation in facts.relations))
