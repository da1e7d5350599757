"""Mamba: a state-space model whose steps depend on the input, and the block around it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

from symflops.floors import ceiling_quotient, quotient
from symflops.layers.activation import SiLU
from symflops.layers.arguments import scalars
from symflops.layers.base import Forward, Layer, Require, Size
from symflops.layers.causal_conv import CausalConv1d
from symflops.layers.combine import Multiply
from symflops.layers.linear import Linear
from symflops.layers.rectifiers import Softplus
from symflops.layers.scan import Scan, above_nothing
from symflops.layers.shape import Permute, Split
from symflops.primitives import contract, discretize, multiply_add, recurrence
from symflops.trace import Shape, Weight

if TYPE_CHECKING:
    from collections.abc import Iterable

CHANNELS_FIRST = Permute((0, 2, 1))  # and back


class SelectiveScan(Scan):
    """h_t = exp(Δ_t A)·h_(t-1) + Δ_t B_t x_t, y_t = C_t h_t + D·x_t: N numbers of state for each channel.

    Inputs: x and Δ of (B, T, d_inner), B and C of (B, T, N), N = d_state; the output has the shape of x. Channels
    share B and C. A = -exp(A_log) of d_inner·N weights is known before the input is, and is not counted; D has
    d_inner weights. The state, d_inner·N, is what the next position needs.

    For each position and channel: Δ·A, its exponential and Δ·B, 3N; the recurrence, 2N products and N additions;
    C·h, N products and N - 1 additions; D·x and its sum, 2 (without with ``skip=False``). That is 8N + 1. Where
    C·h is taken as N products and as many sums it is the 8·B·L·D·N + 2·B·D·L of the literature; 9·B·L·D·N +
    B·D·L, which VMamba prints, has one operation for each entry of the state that the recurrence does not do.

    >>> import symflops as sf
    >>> T, D, N = sf.dims("T D N")
    >>> cost = sf.cost(sf.SelectiveScan(D, N), [(T, D), (T, D), (T, N), (T, N)])
    >>> cost.flops, cost.params, cost.kv_cache
    (D*T*(8*N + 1), D*(N + 1), D*N)

    Raises:
        ShapeError: inputs of other features, or that differ in batch or positions.

    Source: Gu and Dao 2023, Mamba, equations 2a and 2b, algorithm 2; Δ·B for the input as in the authors' code.
    """

    d_inner: Size
    d_state: Size
    skip: bool = dataclasses.field(default=True, kw_only=True)

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1."""
        return scalars(self, "d_inner", "d_state")

    @property
    def features(self) -> dict[str, Any]:
        """As many channels of x and Δ, and of B and C the numbers of a state."""
        return {"x": self.d_inner, "Δ": self.d_inner, "B": self.d_state, "C": self.d_state}

    def forward(self, x: Shape, delta: Shape, b: Shape, c: Shape) -> Forward:
        """Discretize, run the recurrence over the positions, and read the state."""
        yield from self.fits(x, delta, b, c)
        width, state = self.d_inner, self.d_state
        batch, positions, _ = x
        outputs = (batch, positions, width)
        states = (*outputs, state)
        yield "discretize", discretize(states, (Weight("A_log", width * state),))
        yield "recurrence", recurrence(states, (state, width, batch))
        yield "output", contract(states, outputs)
        if self.skip:
            yield "skip", multiply_add(outputs, (Weight("D", width),))
        return x


class MambaBlock(Layer):
    """Mamba's mixer of (B, T, d_model): out_proj(scan(SiLU(conv(u))) · SiLU(z)), with (u, z) = in_proj(x).

    d_inner = ⌊expand·d_model⌋ channels; a causal depthwise convolution of d_conv taps; x_proj to dt_rank + 2·d_state
    numbers, Δ = softplus(dt_proj(…)), B and C; a :class:`SelectiveScan`. The norm and the residual around it
    are not in it. ``dt_rank`` is ⌈d_model/16⌉ unless given.

    Params of the projections in and out: 3·expand·d_model²; in all, with E = d_inner, R = dt_rank, N = d_state:
    3·E·D + E·(d_conv + 1) + E·(R + 2N) + E·(R + 1) + E·N + E. Between two tokens d_inner·(d_state + d_conv - 1)
    elements are kept, however many came before.

    >>> import symflops as sf
    >>> T, D, E, R, N, k = sf.dims("T D E R N k")
    >>> cost = sf.cost(sf.MambaBlock(D, N, k, E, R), (T, D))
    >>> cost.params
    D*E*(3*D + 3*N + 2*R + k + 3)
    >>> cost.macs                             # with N products a channel that read the state
    D*E*T*(3*D + 3*N + 2*R + k)
    >>> cost.kv_cache
    D*E*(N + k - 1)
    >>> sf.cost(sf.MambaBlock(768), (T, 768)).params
    3770880

    Raises:
        ShapeError: other features than d_model.

    Source: Gu and Dao 2023, Mamba, section 3.4 and figure 3; state-spaces/mamba, mamba_simple.py.
    """

    rank: ClassVar[int | None] = 3
    sample: ClassVar[str] = "T, D"
    d_model: Size
    d_state: Size = 16
    d_conv: Size = 4
    expand: Size = 2
    dt_rank: Size = None
    bias: bool = False
    conv_bias: bool = True

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1; ``expand`` may be a ratio."""
        yield from scalars(self, "d_model", "d_state", "d_conv", "dt_rank")
        yield from above_nothing(self, "expand")

    @property
    def d_inner(self) -> Any:
        """The channels of the scan."""
        return quotient(self.expand * self.d_model, 1)

    @property
    def rank_of_delta(self) -> Any:
        """The rank of the projection to Δ."""
        return ceiling_quotient(self.d_model, 16) if self.dt_rank is None else self.dt_rank

    def forward(self, x: Shape) -> Forward:
        """Project, convolve, scan, gate, and project back."""
        width, state, low = self.d_inner, self.d_state, self.rank_of_delta
        both = yield "in_proj", Linear(self.d_model, 2 * width, self.bias), x
        u, z = yield "split", Split((width, width), -1), both
        u = yield "channels_first", CHANNELS_FIRST, u
        conv = CausalConv1d(width, width, self.d_conv, groups=width, bias=self.conv_bias)
        u = yield "conv1d", conv, u
        u = yield "act", SiLU(), u
        u = yield "positions_first", CHANNELS_FIRST, u
        parts = yield "x_proj", Linear(width, low + 2 * state, bias=False), u
        delta, b, c = yield "parts", Split((low, state, state), -1), parts
        delta = yield "dt_proj", Linear(low, width), delta
        delta = yield "softplus", Softplus(), delta
        y = yield "scan", SelectiveScan(width, state), u, delta, b, c
        gate = yield "gate_act", SiLU(), z
        y = yield "gate", Multiply(), y, gate
        return (yield "out_proj", Linear(width, self.d_model, self.bias), y)
