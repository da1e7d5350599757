"""Contractions as people write them: "b h n d, b h m d -> b h n m". Knows of sizes, not of counts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any

from symflops.errors import ArgumentError
from symflops.exprs import ONE
from symflops.symbols import exact

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    import sympy

ELLIPSIS = "..."

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

    As in PyTorch, ``...`` stands for all the axes of an operand that are not named, counted from the last;
    an axis of size 1 is as long as the other operands have it, where it adds nothing; and one that stands
    twice in an operand is its diagonal.

    >>> found = read("i j, j k -> i k", ((2, 3), (3, 4)))
    >>> found.operands, found.output, found.sized("ijk")
    ((('i', 'j'), ('j', 'k')), ('i', 'k'), (2, 3, 4))
    >>> read("...ij,...jk->...ik", ((7, 8, 2, 3), (3, 4))).output
    ('...2', '...1', 'i', 'k')

    Raises:
        ArgumentError: the equation does not fit the operands, or one axis has two sizes.
    """
    if not isinstance(equation, str):
        message = f"einsum needs an equation such as 'i j, j k -> i k', got {equation!r}"
        raise ArgumentError(message)
    left, arrow, right = equation.partition("->")
    # "bhnd" without any spaces is four axes, as in PyTorch and NumPy
    split = str.split if " " in equation.replace(", ", ",").replace(" -> ", "->") else _letters
    names = [split(part.strip()) for part in left.split(",")]
    if not arrow or len(names) != len(operands):
        message = (
            f"einsum({equation!r}) needs an arrow, and as many shapes as operands before it; got "
            f"{len(operands)} shapes"
        )
        raise ArgumentError(message)
    placed = [_placed(equation, *pair) for pair in zip(names, operands, strict=True)]
    sizes: dict[str, sympy.Expr] = {}
    for axis, size in (item for axes in placed for item in axes.items()):
        if sizes.get(axis, ONE) == 1:
            sizes[axis] = size
        elif size not in (1, sizes[axis]):
            message = f"einsum({equation!r}): axis {axis} has sizes {sizes[axis]} and {size}"
            raise ArgumentError(message)
    most = sum(axis.startswith(ELLIPSIS) for axis in sizes)
    output = _named(equation, split(right.strip()), most)
    missing = [axis for axis in output if axis not in sizes]
    if missing or len(set(output)) != len(output):
        message = f"einsum({equation!r}): the output axes {' '.join(output)} must come from the operands, each once"
        raise ArgumentError(message)
    long = (
        tuple(axis for axis, size in axes.items() if size != 1 or sizes[axis] == 1)
        for axes in placed
    )
    return Equation(equation, tuple(long), output, sizes)


def _letters(part: str) -> list[str]:
    return re.findall(r"\.\.\.|.", part)


def _named(equation: str, axes: list[str], unnamed: int) -> tuple[str, ...]:
    """Return axes with as many names in place of an ellipsis as there are that have none."""
    wrong = [axis for axis in axes if axis != ELLIPSIS and set(axis) & set("().")]
    if wrong or axes.count(ELLIPSIS) > 1:
        found = repr(wrong[0]) if wrong else "more than one '...'"
        message = (
            f"einsum({equation!r}): an axis is a letter or a word, and '...' stands once for those that "
            f"have no name; got {found}"
        )
        raise ArgumentError(message)
    rest = [f"{ELLIPSIS}{i}" for i in range(unnamed, 0, -1)]
    return tuple(name for axis in axes for name in (rest if axis == ELLIPSIS else [axis]))


def _placed(equation: str, axes: list[str], shape: Any) -> dict[str, sympy.Expr]:
    """Return the axes of an operand with their sizes, one that stands twice once."""
    if not isinstance(shape, Sequence) or isinstance(shape, str):
        message = (
            f"einsum({equation!r}): an operand is given as its shape, such as (N, D), got {shape!r}"
        )
        raise ArgumentError(message)
    named = _named(equation, axes, len(shape) - len(axes) + 1)
    if len(named) != len(shape):
        message = f"einsum({equation!r}): axes {' '.join(axes)} do not fit the shape {tuple(shape)}"
        raise ArgumentError(message)
    sizes: dict[str, sympy.Expr] = {}
    for axis, size in zip(named, map(exact, shape), strict=True):
        if sizes.setdefault(axis, size) != size:
            message = (
                f"einsum({equation!r}): axis {axis} stands twice in one operand, with sizes "
                f"{sizes[axis]} and {size}"
            )
            raise ArgumentError(message)
    return sizes


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
    order = None
    if len(marks) == 3 * operands - 2:  # the operands, and a pair of parentheses for each two
        with suppress(IndexError):
            order = _parsed(marks)
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
