"""What a layer asks of its arguments: one number alone, or one for each axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy

from symflops.errors import ArgumentError
from symflops.layers.base import per_axis, positive, written

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.layers.base import Layer, Require


def single(layer: Layer, *names: str) -> None:
    """Refuse fields that are not one number each.

    Raises:
        ArgumentError: a tuple.
    """
    for name in names:
        if isinstance(value := getattr(layer, name), tuple):
            message = f"{type(layer).__name__}: {name} must be one number, got {written(value)}"
            raise ArgumentError(message)


def scalars(layer: Layer, *names: str) -> Iterable[Require]:
    """Require each of these fields to be one whole number of at least 1."""
    single(layer, *names)
    return positive(layer, *names)


def portions(layer: Layer, *names: str) -> None:
    """Refuse fields that are not one number from 0 to 1 each; what a symbol is cannot be known.

    Raises:
        ArgumentError: a tuple, or a number outside.
    """
    single(layer, *names)
    for name in names:
        value = getattr(layer, name)
        if value.is_Rational and not 0 <= value <= 1:
            message = f"{type(layer).__name__}: {name} must be from 0 to 1, got {value}"
            raise ArgumentError(message)


def along(layer: Any, name: str, axes: int | None = None) -> tuple[Any, ...]:
    """Return a field as one number for each axis of the layer.

    Raises:
        ArgumentError: a tuple of another length, or no number on an axis.
    """
    values = per_axis(getattr(layer, name), layer.axes if axes is None else axes, name)
    if not all(isinstance(value, sympy.Expr) for value in values):
        message = (
            f"{type(layer).__name__}: {name} needs one number an axis, got "
            f"{written(getattr(layer, name))}"
        )
        raise ArgumentError(message)
    return values
