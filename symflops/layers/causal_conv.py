"""Convolution of a sequence that sees no position to come."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from symflops.errors import ArgumentError
from symflops.exprs import ZERO, product
from symflops.geometry import Window
from symflops.layers.arguments import along
from symflops.layers.base import Forward, Require, drive
from symflops.layers.conv import Conv1d
from symflops.trace import Shape, Step

if TYPE_CHECKING:
    from collections.abc import Iterable


class CausalConv1d(Conv1d):
    """Convolution of (B, C_in, T) to (B, C_out, T) whose position t sees t - d(k - 1) … t: padded on the left.

    Counts are those of :class:`Conv1d` that keeps its length: (C_in/g)·k·C_out·T products; params
    (C_in/g)·k·C_out, and C_out with a bias. PyTorch's idiom (padding d(k - 1) on both sides, and the end cut
    off) computes as many positions more. Of a stride s, ⌊(T - 1)/s⌋ + 1 positions are left.
    The next position needs the last d(k - 1) of the input: C_in·d(k - 1) elements are cached.

    >>> import symflops as sf
    >>> k, C, T = sf.dims("k C T")
    >>> cost = sf.cost(sf.CausalConv1d(C, C, k, groups=C), (C, T))
    >>> cost.output, cost.macs, cost.params, cost.kv_cache
    ((C, T), C*T*k, C*(k + 1), C*(k - 1))
    >>> sf.cost(sf.CausalConv1d(1, 1, 3, bias=False, count_padding=False), (1, T)).macs   # 1 + 2 + 3 + 3 + …
    3*T - 3

    Raises:
        ArgumentError: a padding, or another padding_mode than zeros: what is padded is known.
        ShapeError: other channels than in_channels.

    Source: van den Oord et al. 2016, WaveNet, section 2.1; Gu and Dao 2023, figure 3.
    """

    def needs(self) -> Iterable[Require]:
        """As every convolution, and a padding that is left to the layer."""
        if self.padding != 0 or self.padding_mode != "zeros":
            message = (
                "CausalConv1d pads dilation·(kernel_size - 1) zeros on the left by itself; leave out "
                "padding and padding_mode"
            )
            raise ArgumentError(message)
        yield from super().needs()

    def windows(self) -> tuple[Window, ...]:
        """Return the window, all of its padding before the first position."""
        named = zip(*(along(self, n) for n in ("kernel_size", "stride", "dilation")), strict=True)
        return tuple(Window(k, s, d * (k - 1), ZERO, d) for k, s, d in named)

    def forward(self, x: Shape) -> Forward:
        """Convolve, and keep what the next position sees."""
        batch, channels, _ = x
        (window,) = self.windows()
        steps: list[Any] = []
        output = drive(super().forward(x), steps.append)
        for item in steps:
            match item:
                case (str(name), Step() as step) if name == "conv":
                    yield name, replace(step, cached=product((channels, window.reach, batch)))
                case _:
                    yield item
        return output
