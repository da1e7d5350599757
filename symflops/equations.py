"""Contractions as people write them: "b h n d, b h m d -> b h n m". Knows of sizes, not of counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.errors import ArgumentError
from symflops.symbols import exact

if TYPE_CHECKING:
    from collections.abc import Sequence

    import sympy


def axes_of(
    equation: str, operands: Sequence[Sequence[Any]]
) -> tuple[dict[str, sympy.Expr], list[str]]:
    """Return the size of every axis by its name, and the axes of the output.

    >>> sizes, output = axes_of("i j, j k -> i k", ((2, 3), (3, 4)))
    >>> sizes, output
    ({'i': 2, 'j': 3, 'k': 4}, ['i', 'k'])

    Raises:
        ArgumentError: the equation does not fit the operands, or one axis has two sizes.
    """
    left, arrow, right = equation.partition("->")
    # "bhnd" without any spaces is four axes, as in PyTorch and NumPy
    split = str.split if " " in equation.replace(", ", ",").replace(" -> ", "->") else list
    names = [split(part.strip()) for part in left.split(",")]
    output = split(right.strip())
    if not arrow or len(names) != len(operands) or len(operands) not in (1, 2):
        message = (
            f"einsum({equation!r}) needs one operand or two, an arrow, and as many shapes as "
            f"operands; got {len(operands)} shapes"
        )
        raise ArgumentError(message)
    sizes: dict[str, sympy.Expr] = {}
    for axes, shape in zip(names, operands, strict=True):
        if len(axes) != len(shape) or len(set(axes)) != len(axes):
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
    return sizes, output
