"""Contractions of any number of operands, two by two in the order that takes the fewest operations."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from symflops.equations import members, pairs, read, read_order, spelled
from symflops.errors import ArgumentError
from symflops.exprs import product, tidy
from symflops.facts import Facts
from symflops.primitives.core import step_of
from symflops.primitives.orders import KNOWING, Search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symflops.equations import Equation, Order
    from symflops.primitives.orders import Plan
    from symflops.tally import Role
    from symflops.trace import Step

MOST_OPERANDS = 8  # of which every order is looked at
SHOWN = 6  # orders in a message


def einsum(
    equation: str, *operands: Sequence[Any], role: Role = "dot.other", order: str | None = None
) -> Step:
    """Return a contraction, written as ``"b h n d, b h m d -> b h n m"``.

    Every letter or word is an axis; an axis that is not in the output is summed over. As in PyTorch, ``...``
    stands for axes without a name, a size of 1 for any, and an axis that an operand has twice for its diagonal,
    which is no operation. One operand takes sums alone. Two take one product for every combination of their axes,
    and sums over those that neither the output nor another operand has. More are contracted two by two: of all
    orders that with the fewest products, and of equals the fewest sums. Between sizes that are symbols it must be
    best whatever they are, given the facts of the cost that is being traced; ``order="((a b) c)"`` says it, a
    being the first operand. ``step.why`` has the order, and the shapes in between.

    >>> from symflops import dims
    >>> b, h, n, m, d = dims("b h n m d")
    >>> step = einsum("b h n d, b h m d -> b h n m", (b, h, n, d), (b, h, m, d))
    >>> dict(step.counts)[("mul", "dot.other")]
    b*d*h*m*n
    >>> chain = einsum("i j, j k, k -> i", (n, n), (n, n), (n,))
    >>> dict(chain.counts)[("mul", "dot.other")], chain.why
    (2*n**2, 'in the order (a (b c)), by way of (b c): j of (n)')

    Raises:
        ArgumentError: the equation does not fit the operands, one axis has two sizes, an order that is none,
            or sizes of which it depends which order is best.
    """
    found = read(equation, operands)
    summed = [axis for axis in found.sizes if axis not in found.output]
    sizes = found.sized((*summed, *found.output))
    if len(operands) == 1:
        outputs = product(found.sized(found.output))
        return step_of("reduce", role, sizes, add=product(sizes) - outputs)
    search = _search(found)
    plan = _best(search) if order is None else search.planned(read_order(order, len(operands)))
    mul, add = search.expr(plan.products), search.expr(plan.sums)
    step = step_of("contract", role, sizes, mul=mul, add=add)
    only = len(operands) == 2  # noqa: PLR2004 - there is one order
    return step if only else replace(step, why=_told(found, plan.order))


def _search(equation: Equation) -> Search:
    """Return who looks for the best order, with what is known where a layer is traced."""
    knowing = KNOWING.get()
    if knowing is None:
        return Search(equation, Facts())
    sizes = {axis: knowing.expr(size) for axis, size in equation.sizes.items()}
    return Search(replace(equation, sizes=sizes), knowing.facts)


def _best(search: Search) -> Plan:
    """Return the best order.

    Raises:
        ArgumentError: it depends on the sizes which order that is, or there are too many operands.
    """
    equation = search.equation
    if len(equation.operands) > MOST_OPERANDS:
        message = (
            f"einsum({equation.text!r}) has {len(equation.operands)} operands, and the best order is looked "
            f"for among up to {MOST_OPERANDS}; say one, as order='((a b) c)'"
        )
        raise ArgumentError(message)
    plan, *others = search.best()
    if not others:
        return plan
    plans = [plan, *others]
    shown = "; ".join(
        f"{spelled(plan.order)} takes {tidy(search.expr(plan.products))} products and "
        f"{tidy(search.expr(plan.sums))} sums"
        for plan in plans[:SHOWN]
    )
    more = f"; and {len(plans) - SHOWN} orders more" if len(plans) > SHOWN else ""
    message = (
        f"einsum({equation.text!r}): it depends on the sizes which order is best: {shown}{more}. Say one, as "
        f"order={spelled(plan.order)!r}, state a fact that decides, as cost(…, assume='N >= D'), or put "
        "numbers in"
    )
    raise ArgumentError(message)


def _told(equation: Equation, order: Order) -> str:
    """Say the order, and what is made on the way."""
    made = [part for part in pairs(order) if part != order]
    axes = (equation.axes(members(part)) for part in made)
    way = ", ".join(
        f"{spelled(part)}: {' '.join(names)} of ({', '.join(map(str, equation.sized(names)))})"
        for part, names in zip(made, axes, strict=True)
    )
    return f"in the order {spelled(order)}, by way of {way}"
