"""Draws small numbers for the symbols of a cost, such that everything it rests on holds."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from sympy import Integer, Tuple

from symflops.errors import ArgumentError, SymflopsError
from symflops.facts import Facts, Relation
from symflops.symbols import Family

if TYPE_CHECKING:
    from collections.abc import Collection

    from symflops.costs import Cost
    from symflops.symbols import Symbol

#: As many numbers as a run may touch: operations, parameters and activations together.
LIMIT = 2_000_000
ATTEMPTS = 100  # draws until one is accepted
REPAIRS = 40  # numbers changed in one draw so that a relation holds
LARGEST = 512  # the largest number that a repair tries
FITTING = 3  # as many numbers as a repair chooses from
USUAL = 4  # the largest number at first; it grows with every ten draws

MEMBERS = 24  # of a family that are drawn: as many as the depths of a run ask for

Values = dict["Symbol", Integer | Tuple]


def draws(cost: Cost, number: int = 3) -> list[Values]:
    """Return different assignments of small numbers that the cost accepts, the same ones every time.

    Raises:
        ArgumentError: none was accepted, or a run would take too long.
    """
    symbols = sorted(cost.symbols, key=lambda symbol: symbol.name)
    # what holds for an index, or was rounded down, is no condition on the numbers drawn
    relations = [
        c.relation
        for c in cost.conditions
        if c.kind != "rounded" and c.relation.symbols <= set(symbols)
    ]
    made = {c.relation.left.args[0] for c in cost.conditions if c.kind == "defined"}
    families = {s for s in symbols if isinstance(s, Family) and s not in made}
    found: list[Values] = []
    sizes: list[int] = []
    refusal = ""
    for seed in range(ATTEMPTS):
        rng = random.Random(seed)  # noqa: S311 - repeatable, no secret
        values = drawn(symbols, relations, rng, USUAL + seed // 10, families)
        if values in found:
            continue
        try:
            size = touched(cost.at(values))
        except SymflopsError as error:
            refusal = str(error)
            continue
        sizes.append(size)
        if size <= LIMIT:
            found.append(values)
        if len(found) == number or not symbols:
            break
    if found:
        return found
    if sizes:
        message = (
            f"running it takes {min(sizes):,} operations and numbers, and the limit is {LIMIT:,}; "
            "leave sizes symbolic, or verify it on a smaller input"
        )
        raise ArgumentError(message)
    message = f"no small sizes were found that the cost accepts; the last were refused: {refusal}"
    raise ArgumentError(message)


def touched(cost: Cost) -> int:
    """Return how many operations, parameters and activations a run has."""
    numbers = (cost.under("exact").flops, cost.params, cost.activations)
    return sum(number for number in numbers if isinstance(number, int))


def drawn(
    symbols: list[Symbol],
    relations: list[Relation],
    rng: random.Random,
    largest: int,
    families: Collection[Symbol] = (),
) -> Values:
    """Return a small number for every symbol, changed one by one until the relations hold.

    Each member of a family has a number of its own, unless one for all is needed.
    """
    values: Values = {symbol: Integer(rng.randint(1, largest)) for symbol in symbols}
    for family in families:
        values[family] = Tuple(*(Integer(rng.randint(1, largest)) for _ in range(MEMBERS)))
    for _ in range(REPAIRS):
        broken = [r for r in relations if not _holds(r, values)]
        if not broken:
            break
        relation = rng.choice(broken)
        changed = rng.choice(sorted(relation.symbols, key=lambda symbol: symbol.name))
        fitting = _fitting(relation, changed, values)
        if fitting:
            values[changed] = rng.choice(fitting)
    return values


def _fitting(relation: Relation, symbol: Symbol, values: Values) -> list[Integer]:
    """Return the smallest numbers with which the relation holds."""
    fitting: list[Integer] = []
    for number in map(Integer, range(1, LARGEST + 1)):
        if _holds(relation, {**values, symbol: number}):
            fitting.append(number)
        if len(fitting) == FITTING:
            break
    return fitting


def _holds(relation: Relation, values: Values) -> bool:
    return Facts().decide(relation.at(values)) is True
