"""What language models have in common: the tokens that come in, and the scale of the vectors that stand for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.layers.base import Forward, Layer
from symflops.primitives import elementwise

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symflops.trace import Shape


def tokens(given: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the input of a decoder: N tokens, or in a decoding step the one behind those before."""
    return ("N",) if given["cache_length"] is None else (1,)


class ByRoot(Layer):
    """Every element times √D, or 1/√D, for the width D of the last axis: one multiplication each."""

    inverse: bool = False

    def forward(self, x: Shape) -> Forward:
        """Multiply every element."""
        batch, *others = x
        yield "scale", elementwise("mul", (*others, batch))
        return x
