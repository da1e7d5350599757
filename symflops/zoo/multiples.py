"""Widths that come in multiples of 8: rounded where they are numbers, conditions where they are symbols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import sympy

from symflops.errors import ArgumentError
from symflops.facts import Relation, at_least, divides
from symflops.layers.base import Layer, Require
from symflops.layers.combine import Sequential
from symflops.symbols import exact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from symflops.symbols import Symbol


def multiplier(name: str, value: Any) -> Any:
    """Return a multiplier, exact: a number above 0, or a symbol.

    Raises:
        ArgumentError: it is neither.
    """
    if isinstance(value, sympy.Expr) and not (value.is_Rational and value <= 0):
        return value
    message = f"{name} must be a number above 0 or a symbol, got {value}"
    raise ArgumentError(message)


def rounded(channels: Any, divisor: Any = 8) -> Any:
    """Return the multiple of ``divisor`` nearest to a number of channels, never below 90 % of it.

    This is the rounding of TensorFlow's MobileNet and of torchvision. A symbol stays as it is; what it must
    be for that to be right is a condition (:func:`multiples`).

    Raises:
        ArgumentError: a divisor that is not a whole number of at least 1.

    >>> import symflops as sf
    >>> rounded(0.75 * 24), rounded(12), rounded(11), rounded(24 * sf.dim("alpha", integer=False))
    (24, 16, 16, 24*alpha)
    """
    channels, divisor = exact(channels), exact(divisor)
    if not (divisor.is_Integer and divisor > 0):
        message = f"widths are rounded to multiples of a whole number of at least 1, got {divisor}"
        raise ArgumentError(message)
    if not channels.is_Rational:
        return channels
    nearest = max(divisor, (channels + divisor / 2) // divisor * divisor)
    return nearest if 10 * nearest >= 9 * channels else nearest + divisor


def multiples(widths: Iterable[Any], divisor: Any = 8) -> tuple[Relation, ...]:
    """Return the conditions under which rounding would leave the symbolic widths as they are."""
    symbolic = dict.fromkeys(width for width in map(exact, widths) if not width.is_Rational)
    return tuple(divides(divisor, width) for width in symbolic) if divisor != 1 else ()


def grown(factor: Any) -> tuple[Any, tuple[Relation, ...]]:
    """Return max(1, factor); a symbol is taken to be at most 1, and that is the condition returned."""
    factor = exact(factor)
    if factor.is_Rational:
        return max(exact(1), factor), ()
    return exact(1), (at_least(1, factor),)


class Scaled(Sequential, init=False):
    """Layers in order, and what their symbolic widths must satisfy to be those of the published model."""

    relations: tuple[Relation, ...]

    def __init__(self, relations: tuple[Relation, ...], /, **layers: Layer) -> None:
        super().__init__(**layers)
        object.__setattr__(self, "relations", relations)

    def needs(self) -> Iterable[Require]:
        """The relations."""
        for relation in self.relations:
            yield Require(
                relation,
                lambda relation=relation: (  # type: ignore[misc]
                    f"the published widths are rounded where {relation} does not hold; build the model "
                    "with a number in place of the symbol"
                ),
            )

    def substituted(self, swaps: Mapping[Symbol, sympy.Expr]) -> Self:
        """Return the layers with symbols replaced, and what is asked of their widths with them."""
        changed = super().substituted(swaps)
        relations = tuple(relation.at(swaps) for relation in self.relations)
        object.__setattr__(changed, "relations", relations)
        return changed
