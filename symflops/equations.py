"""Contractions as people write them: "b h n d, b h m d -> b h n m". Knows of sizes, not of counts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any

from symflops.errors import ArgumentError
from symflops.symbols import exact

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    import sympy

#: Which operands are contracted with each other: one alone by its place, or what two parts give.
Order = int | tuple["Order", "Order"]


@dataclass(frozen=True)
class Equation:
    """A contraction: the axes of every operand and of the output, and the size of every axis."""

    text: str
    operands: tuple[tuple[str, ...], ...]
    output: tuple[str, ...]
    sizes: Mapping[str, sympy.Expr]

    def axes(self, part: Collection[int]) -> tuple[str, ...]:
        """Return the axes of what some operands give: those of one alone, else those needed elsewhere.

        >>> chain = read("i j, j k, k l -> i l", ((2, 3), (3, 4), (4, 5)))
        >>> chain.axes({0}), chain.axes({0, 1})
        (('i', 'j'), ('i', 'k'))
        """
        here = dict.fromkeys(axis for i in sorted(part) for axis in self.operands[i])
        if len(part) == 1:
            return tuple(here)
        others = (axes for i, axes in enumerate(self.operands) if i not in part)
        needed = set(self.output).union(*others)
        return tuple(axis for axis in here if axis in needed)

    def sized(self, axes: Iterable[str]) -> tuple[sympy.Expr, ...]:
        """Return the sizes of axes."""
        return tuple(self.sizes[axis] for axis in axes)


def read(equation: str, operands: Sequence[Sequence[Any]]) -> Equation:
    """Return an equation with the sizes that its operands give to its axes.

    >>> found = read("i j, j k -> i k", ((2, 3), (3, 4)))
    >>> found.operands, found.output, found.sized("ijk")
    ((('i', 'j'), ('j', 'k')), ('i', 'k'), (2, 3, 4))

    Raises:
        ArgumentError: the equation does not fit the operands, or one axis has two sizes.
    """
    left, arrow, right = equation.partition("->")
    # "bhnd" without any spaces is four axes, as in PyTorch and NumPy
    split = str.split if " " in equation.replace(", ", ",").replace(" -> ", "->") else list
    names = [split(part.strip()) for part in left.split(",")]
    output = split(right.strip())
    if not arrow or len(names) != len(operands):
        message = (
            f"einsum({equation!r}) needs an arrow, and as many shapes as operands before it; got "
            f"{len(operands)} shapes"
        )
        raise ArgumentError(message)
    sizes: dict[str, sympy.Expr] = {}
    for axes, shape in zip(names, operands, strict=True):
        for axis in axes:
            if axes.count(axis) > 1:
                message = (
                    f"einsum({equation!r}): axis {axis} stands twice in one operand; take the diagonal, "
                    "which is no operation, before"
                )
                raise ArgumentError(message)
        if len(axes) != len(shape):
            message = (
                f"einsum({equation!r}): axes {' '.join(axes)} do not fit the shape {tuple(shape)}"
            )
            raise ArgumentError(message)
        for axis, size in zip(axes, map(exact, shape), strict=True):
            if sizes.setdefault(axis, size) != size:
                message = f"einsum({equation!r}): axis {axis} has sizes {sizes[axis]} and {size}"
                raise ArgumentError(message)
    missing = [axis for axis in output if axis not in sizes]
    if missing or len(set(output)) != len(output):
        message = (
            f"einsum({equation!r}): the output axes {' '.join(output)} must come from the operands"
        )
        raise ArgumentError(message)
    return Equation(equation, tuple(map(tuple, names)), tuple(output), sizes)


def spelled(order: Order) -> str:
    """Write an order, the operands as letters: a is the first.

    >>> spelled(((0, 1), 2))
    '((a b) c)'
    """
    if isinstance(order, int):
        return ascii_lowercase[order]
    return f"({spelled(order[0])} {spelled(order[1])})"


def members(order: Order) -> frozenset[int]:
    """Return the operands of an order, or of a part of one."""
    return frozenset([order]) if isinstance(order, int) else members(order[0]) | members(order[1])


def pairs(order: Order) -> Iterator[tuple[Order, Order]]:
    """Yield the contractions of an order, one after the other.

    >>> [spelled(pair) for pair in pairs((0, (1, 2)))]
    ['(b c)', '(a (b c))']
    """
    if not isinstance(order, int):
        for part in order:
            yield from pairs(part)
        yield order


def read_order(text: Any, operands: int) -> Order:
    """Return an order as it is written, each operand in it once.

    >>> read_order("(a (b c))", 3)
    (0, (1, 2))

    Raises:
        ArgumentError: it is none, or not one of so many operands.
    """
    marks = re.findall(r"[()]|[^()\s]+", text) if isinstance(text, str) else []
    letters = sorted(mark for mark in marks if mark not in "()")
    try:
        order = _parsed(marks)
    except IndexError:
        order = None
    if order is None or marks or letters != list(ascii_lowercase[:operands]):
        example = spelled(_from_the_left(min(operands, len(ascii_lowercase))))
        message = f"order must be two by two, each operand once, such as {example!r}; got {text!r}"
        raise ArgumentError(message)
    return order


def _parsed(marks: list[str]) -> Order | None:
    """Take an order off the front of the marks; None where there is none."""
    mark = marks.pop(0)
    if mark != "(":
        return ascii_lowercase.find(mark) if len(mark) == 1 and mark != ")" else None
    first, second = _parsed(marks), _parsed(marks)
    if first is None or second is None or marks.pop(0) != ")":
        return None
    return first, second


def _from_the_left(operands: int) -> Order:
    order: Order = 0
    for i in range(1, operands):
        order = (order, i)
    return order
