"""S4D: a state-space model with a diagonal matrix, whose steps do not depend on the input."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from sympy import Integer

from symflops.errors import ArgumentError, ShapeError
from symflops.exprs import ONE, log2
from symflops.facts import at_least, divides
from symflops.layers.arguments import scalars
from symflops.layers.base import Forward, Require, Size, option
from symflops.layers.scan import Scan
from symflops.primitives import (
    complex_contract,
    complex_recurrence,
    fourier,
    multiply_add,
    real_contract,
)
from symflops.trace import Shape, Weight

if TYPE_CHECKING:
    from collections.abc import Iterable


class S4D(Scan):
    """h_t = Ā h_(t-1) + x_t, y_t = Re(C̄ h_t) + D·x_t, Ā diagonal: N/2 complex numbers of state for each channel.

    (B, T, H) to the same shape, for H = d_model channels and N = d_state: of N states in conjugate pairs one of each is
    kept. Ā = exp(Δ·A) and C̄ = 2·C·(Ā - 1)/A do not depend on the input: they are known before it is, and are not
    counted. The nonlinearity and the mixing of channels behind it are not in it. Params: C N, A N, Δ and D one, each a
    channel.

    ``mode="recurrent"``: the state takes 4 products, 2 additions and a subtraction each (complex times complex, plus
    real), reading it 2 products, a subtraction and an addition less than it has numbers; D 2. That is 11·N/2 + 1
    for each position and channel, and the state, N elements a channel, is kept for the next.

    ``mode="convolution"``: with the kernel K_l = Re(C̄ Ā^l), known before the input is, by radix-2 Fourier transforms of
    ``size`` points, a power of two of at least 2T - 1 (for numbers the smallest, unless given): a channel is
    transformed, multiplied frequency by frequency and transformed back, as in :class:`FFTConv2d`; and D.

    >>> import symflops as sf
    >>> T, H, N, n = sf.dims("T H N n")
    >>> cost = sf.cost(sf.S4D(H, N), (T, H))
    >>> cost.flops, cost.params, cost.kv_cache
    (H*T*(11*N + 2)/2, 2*H*(N + 1), H*N)
    >>> sf.cost(sf.S4D(H, N, mode="convolution", size=n), (T, H)).flops
    2*H*(T + 5*n*log2(n) + 3*n)

    Raises:
        ArgumentError: an odd d_state, a size that is no power of two, or one without the mode that takes it.
        ShapeError: a size below 2T - 1, or none where T is a symbol.

    Source: Gu et al. 2022, On the parameterization and initialization of diagonal state space models, sections 2 and
    3; state-spaces/s4, s4d.py.
    """

    d_model: Size
    d_state: Size = 64
    mode: str = dataclasses.field(default="recurrent", kw_only=True)
    size: Size = dataclasses.field(default=None, kw_only=True)

    def needs(self) -> Iterable[Require]:
        """A mode that exists, states in pairs, and a size that is a power of two."""
        option(self, "mode", ("recurrent", "convolution"))
        yield from scalars(self, "d_model", "d_state", "size")
        yield Require(
            divides(2, self.d_state), lambda: f"S4D: d_state must be even, got {self.d_state}"
        )
        if self.size is None:
            return
        if self.mode == "recurrent":
            message = "S4D: size is that of the transforms; write mode='convolution'"
            raise ArgumentError(message)
        if self.size.is_Integer and not log2(self.size).is_Integer:
            message = f"S4D: size must be a power of two, got {self.size}"
            raise ArgumentError(message)

    @property
    def features(self) -> dict[str, Any]:
        """The channels."""
        return {"x": self.d_model}

    def forward(self, x: Shape) -> Forward:
        """Run the recurrence or the convolution, and add what goes past."""
        yield from self.fits(x)
        batch, positions, channels = x
        outputs = (channels, positions, batch)
        pairs = self.d_state / 2
        each = {"C": self.d_state, "log_dt": ONE, "log_A_real": pairs, "A_imag": pairs}
        weights = tuple(Weight(name, channels * n) for name, n in each.items())
        if self.mode == "recurrent":
            kept = (pairs, channels, batch)
            yield "recurrence", complex_recurrence((pairs, *outputs), kept, weights)
            yield "output", real_contract((pairs, *outputs), outputs)
        else:
            size = yield from self.points(positions)
            frequencies = (size, channels, batch)
            yield "transform", fourier((channels, batch), size)
            yield "multiply", complex_contract(frequencies, frequencies, "dot.conv", weights)
            yield "transform_back", fourier((channels, batch), size)
        weight = Weight("D", channels)
        yield "skip", multiply_add(outputs, (weight,))
        return x

    def points(self, positions: Any) -> Forward:
        """Return the points of a transform: those given, or the smallest power of two that serves."""
        least = 2 * positions - 1
        if self.size is None:
            if not least.is_Integer:
                message = (
                    f"S4D needs its size, a power of two of at least {least}, where that is a symbol: "
                    "write size=…"
                )
                raise ShapeError(message)
            return Integer(1 << (int(least) - 1).bit_length())
        yield Require(
            at_least(self.size, least),
            lambda: f"S4D: size must be at least {least}, got {self.size}",
        )
        yield Require(divides(1, log2(self.size)), lambda: f"{self.size} is no power of two")
        return self.size
