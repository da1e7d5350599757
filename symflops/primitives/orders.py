"""The best order of a contraction of several operands: of all for numbers, by proof for symbols."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING

from sympy import Integer

from symflops.equations import members
from symflops.exprs import ZERO, product
from symflops.facts import Facts, at_least
from symflops.symbols import Member

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import sympy

    from symflops.equations import Equation, Order

EXAMPLES, ATTEMPTS, LARGEST = 16, 200, 12  # how many, how often drawn, up to which size


@dataclass(frozen=True)
class Plan:
    """An order, or a part of one, with the products and sums that it takes, also in examples of sizes."""

    order: Order
    products: sympy.Expr = ZERO
    sums: sympy.Expr = ZERO
    examples: tuple[Plan, ...] = ()


def joined(equation: Equation, left: Plan, right: Plan) -> Plan:
    """Return the contraction of what two parts give: a product for every combination of their axes."""
    one, other = members(left.order), members(right.order)
    axes = dict.fromkeys((*equation.axes(one), *equation.axes(other)))
    products = product(equation.sized(axes))
    outputs = product(equation.sized(equation.axes(one | other)))
    return Plan(
        (left.order, right.order),
        left.products + right.products + products,
        left.sums + right.sums + products - outputs,
    )


def plan_of(equation: Equation, order: Order) -> Plan:
    """Return what an order takes."""
    if isinstance(order, int):
        return Plan(order)
    left, right = (plan_of(equation, part) for part in order)
    return joined(equation, left, right)


@dataclass(frozen=True)
class Search:
    """Looks for the orders that no other is as good as, whatever the sizes are that the facts allow."""

    equation: Equation
    facts: Facts

    def best(self) -> list[Plan]:
        """Return the order with the fewest products, and of equals the fewest sums; several where it depends.

        What some operands give is the same in whatever order, so of every part the best plans alone are kept.
        """
        number = len(self.equation.operands)
        alone = [Plan(i) for i in range(number)]
        plans = {
            frozenset([i]): [replace(plan, examples=(plan,) * len(self.examples))]
            for i, plan in enumerate(alone)
        }
        for size in range(2, number + 1):
            for part in map(frozenset, combinations(range(number), size)):
                plans[part] = self.least(
                    self.joined(left, right)
                    for one in _halves(part)
                    for left in plans[one]
                    for right in plans[part - one]
                )
        return plans[frozenset(range(number))]

    def joined(self, left: Plan, right: Plan) -> Plan:
        """Return the contraction of what two parts give, in examples too."""
        each = zip(self.examples, left.examples, right.examples, strict=True)
        examples = tuple(joined(*example) for example in each)
        return replace(joined(self.equation, left, right), examples=examples)

    def least(self, plans: Iterable[Plan]) -> list[Plan]:
        """Return the best plan for numbers; for symbols all that no other is as good as."""
        if self.equation.is_numeric:
            return [min(plans, key=lambda plan: (plan.products, plan.sums))]
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
        each = zip(plan.examples, other.examples, strict=True)
        if any(a.products > b.products or a.sums > b.sums for a, b in each):
            return False  # there is no proof to be looked for
        fewer = at_least(other.products, plan.products), at_least(other.sums, plan.sums)
        return all(self.facts.decide(relation) for relation in fewer)

    @cached_property
    def examples(self) -> list[Equation]:
        """The equation with numbers for all sizes, which the facts allow."""
        if self.equation.is_numeric or any(s.has(Member) for s in self.equation.sizes.values()):
            return []
        relations = self.facts.relations
        symbols = set().union(
            *(size.free_symbols for size in self.equation.sizes.values()),
            *(relation.symbols for relation in relations),
        )
        rng = random.Random(0)  # noqa: S311 - the same ones every time
        found: list[Equation] = []
        for _ in range(ATTEMPTS):
            values = {
                symbol: Integer(rng.randint(1, LARGEST)) for symbol in sorted(symbols, key=str)
            }
            allowed = all(Facts().decide(relation.at(values)) for relation in relations)
            if allowed and len(found) < EXAMPLES:
                sizes = {axis: size.xreplace(values) for axis, size in self.equation.sizes.items()}
                found.append(replace(self.equation, sizes=sizes))
        return [example for example in found if example.is_numeric]


def _halves(part: frozenset[int]) -> Iterator[frozenset[int]]:
    """Yield the parts with the first operand, the largest first: of equal orders that from the left."""
    first, *others = sorted(part)
    for size in reversed(range(len(others))):
        for chosen in combinations(others, size):
            yield frozenset([first, *chosen])
