"""The best order of a contraction of several operands: of all for numbers, by proof for symbols.

What an order takes is a polynomial in the sizes, which are whole and at least 1. One is nowhere greater than
another if their difference, written in what the sizes exceed 1 by, has no negative coefficient.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from itertools import product as choices
from operator import gt
from typing import TYPE_CHECKING, Protocol

from sympy import Integer

from symflops.equations import members
from symflops.exprs import product
from symflops.facts import Facts, at_least
from symflops.symbols import Member

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import sympy

    from symflops.equations import Equation, Order

EXAMPLES, ATTEMPTS, LARGEST = 16, 200, 12  # how many, how often drawn, up to which size
LIKELY = 4  # examples whose best orders are held against each other, before all are

#: The powers of the sizes that are no numbers → the coefficient.
Polynomial = Counter[tuple[int, ...]]


class Knowing(Protocol):
    """Who knows of sizes: the facts about them, and how they are written."""

    facts: Facts

    def expr(self, expr: sympy.Expr) -> sympy.Expr:
        """Return an expression with the values put in and its floors in canonical form."""


#: Who knows of the sizes of the layer that is being traced; None outside of one.
KNOWING: ContextVar[Knowing | None] = ContextVar("KNOWING", default=None)


@dataclass(frozen=True)
class Contraction:
    """What it takes to contract two parts with each other; ``examples`` are products and sums in each example."""

    products: Polynomial
    sums: Polynomial
    examples: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Plan:
    """An order, or a part of one: two plans and the contraction of what they give, or an operand alone."""

    order: Order
    examples: tuple[int, ...]
    made_of: tuple[Plan, Plan, Contraction] | None = None

    @cached_property
    def products(self) -> Polynomial:
        """The products that it takes."""
        return _total(part.products for part in self.made_of or ())

    @cached_property
    def sums(self) -> Polynomial:
        """The sums that it takes."""
        return _total(part.sums for part in self.made_of or ())


@dataclass(frozen=True)
class Search:
    """Looks for the order that takes fewest, whatever the sizes are that the facts allow."""

    equation: Equation
    facts: Facts

    @cached_property
    def atoms(self) -> list[sympy.Expr]:
        """The different sizes that are no numbers."""
        return [s for s in dict.fromkeys(self.equation.sizes.values()) if not s.is_Integer]

    def entries(self, axes: Iterable[str]) -> Polynomial:
        """Return how many entries there are along axes."""
        sizes = self.equation.sized(axes)
        number = math.prod(int(size) for size in sizes if size.is_Integer)
        return Counter({tuple(map(sizes.count, self.atoms)): number})

    def expr(self, polynomial: Polynomial) -> sympy.Expr:
        """Return a polynomial as an expression."""
        monomials = (
            product((Integer(number), *map(pow, self.atoms, powers)))
            for powers, number in polynomial.items()
        )
        return sum(monomials, start=Integer(0))

    def planned(self, order: Order) -> Plan:
        """Return what an order takes."""
        if isinstance(order, int):
            return Plan(order, (0,) * (2 * len(self.examples)))
        left, right = map(self.planned, order)
        return _joined(left, right, self.contraction(members(left.order), members(right.order)))

    def contraction(self, one: frozenset[int], other: frozenset[int]) -> Contraction:
        """Return what it takes to contract two parts: a product for every combination of their axes."""
        axes = dict.fromkeys((*self.equation.axes(one), *self.equation.axes(other)))
        products = self.entries(axes)
        sums = _total((products, _times(-1, self.entries(self.equation.axes(one | other)))))
        examples = (_value(counts, sizes) for sizes in self.examples for counts in (products, sums))
        return Contraction(products, sums, tuple(examples))

    def best(self) -> list[Plan]:
        """Return the order with the fewest products, and of equals the fewest sums.

        Several where it depends on the sizes: each of them is best somewhere, as far as can be proved.
        """
        found = {}
        for sizes in self.examples[:LIKELY]:
            numbers = dict(zip(self.atoms, map(Integer, sizes), strict=True))
            there = {axis: numbers.get(size, size) for axis, size in self.equation.sizes.items()}
            (plan,) = Search(replace(self.equation, sizes=there), Facts()).best()
            found[plan.order] = self.planned(plan.order)
        likely = self.least(found.values())
        return likely if len(likely) > 1 else self.best_of_all()

    def best_of_all(self) -> list[Plan]:
        """Look at every order.

        What some operands give is the same in whatever order, so of every part the best plans alone are kept.
        """
        number = len(self.equation.operands)
        plans = {frozenset([i]): [self.planned(i)] for i in range(number)}
        for size in range(2, number + 1):
            for part in map(frozenset, combinations(range(number), size)):
                plans[part] = self.least(
                    _joined(left, right, contraction)
                    for one in _halves(part)
                    for contraction in [self.contraction(one, part - one)]
                    for left in plans[one]
                    for right in plans[part - one]
                )
        return plans[frozenset(range(number))]

    def least(self, plans: Iterable[Plan]) -> list[Plan]:
        """Return the best plan for numbers; for symbols all that no other is as good as."""
        if not self.atoms:
            found = list(plans)
            least = min(found, key=lambda plan: (plan.products[()], plan.sums[()]), default=None)
            return [] if least is None else [least]
        kept: list[Plan] = []
        for plan in plans:
            if not any(self.is_no_worse(known, plan) for known in kept):
                kept = [known for known in kept if not self.is_no_worse(plan, known)]
                kept.append(plan)
        return kept

    def is_no_worse(self, plan: Plan, other: Plan) -> bool:
        """Say whether a plan takes neither more products nor more sums, whatever the sizes are.

        Fewer products alone would not do: at sizes where they are equal, sums would decide otherwise.
        """
        if any(map(gt, plan.examples, other.examples)):
            return False  # one example is enough
        pairs = (other.products, plan.products), (other.sums, plan.sums)
        return all(self.is_nonnegative(_total((a, _times(-1, b)))) for a, b in pairs)

    def is_nonnegative(self, polynomial: Polynomial) -> bool:
        """Prove that a polynomial is nowhere negative."""
        if _is_nonnegative_from_one(polynomial):
            return True
        plain = all(size.is_Symbol for size in self.atoms)
        if plain and not self.facts.relations:
            return False
        return bool(self.facts.decide(at_least(self.expr(polynomial), 0)))

    @cached_property
    def examples(self) -> list[tuple[int, ...]]:
        """Numbers for the sizes, which the facts allow."""
        if not self.atoms or any(size.has(Member) for size in self.atoms):
            return []
        relations = self.facts.relations
        symbols = set().union(
            *(size.free_symbols for size in self.atoms), *(r.symbols for r in relations)
        )
        rng = random.Random(0)  # noqa: S311 - the same ones every time
        found: list[tuple[int, ...]] = []
        for _ in range(ATTEMPTS):
            values = {s: Integer(rng.randint(1, LARGEST)) for s in sorted(symbols, key=str)}
            sizes = [size.xreplace(values) for size in self.atoms]
            are_sizes = all(size.is_Integer and size > 0 for size in sizes)
            if are_sizes and all(Facts().decide(r.at(values)) for r in relations):
                found.append(tuple(map(int, sizes)))
            if len(found) == EXAMPLES:
                break
        return found


def _joined(left: Plan, right: Plan, contraction: Contraction) -> Plan:
    examples = zip(left.examples, right.examples, contraction.examples, strict=True)
    return Plan((left.order, right.order), tuple(map(sum, examples)), (left, right, contraction))


def _total(polynomials: Iterable[Polynomial]) -> Polynomial:
    found: Polynomial = Counter()
    for polynomial in polynomials:
        found.update(polynomial)  # of a Counter: adds
    return found


def _times(number: int, polynomial: Polynomial) -> Polynomial:
    return Counter({powers: number * n for powers, n in polynomial.items()})


def _value(polynomial: Polynomial, sizes: tuple[int, ...]) -> int:
    return sum(n * math.prod(map(pow, sizes, powers)) for powers, n in polynomial.items())


def _is_nonnegative_from_one(polynomial: Polynomial) -> bool:
    """Prove that a polynomial in x = 1 + x' is nowhere negative: none of its coefficients in x' is."""
    shifted: Polynomial = Counter()
    for powers, number in polynomial.items():
        for lower in choices(*(range(power + 1) for power in powers)):
            shifted[lower] += number * math.prod(map(math.comb, powers, lower))
    return all(number >= 0 for number in shifted.values())


def _halves(part: frozenset[int]) -> Iterator[frozenset[int]]:
    """Yield the parts with the first operand, the largest first: of equal orders that from the left."""
    first, *others = sorted(part)
    for size in reversed(range(len(others))):
        for chosen in combinations(others, size):
            yield frozenset([first, *chosen])
