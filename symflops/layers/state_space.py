"""Mamba-2: a state-space model whose state decays alike in all of a head, and the block around it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

from sympy import Rational

from symflops.facts import divides, equal
from symflops.layers.activation import SiLU
from symflops.layers.arguments import scalars
from symflops.layers.base import Forward, Layer, Require, Size
from symflops.layers.causal_conv import CausalConv1d
from symflops.layers.combine import Multiply
from symflops.layers.linear import Linear
from symflops.layers.norm import RMSNorm
from symflops.layers.rectifiers import Softplus
from symflops.layers.scan import Scan, above_nothing
from symflops.layers.shape import Permute, Split
from symflops.primitives import (
    bias_add,
    contract,
    decay,
    decay_between,
    decay_from,
    elementwise,
    masked,
    multiply_add,
    recurrence,
    reduce,
    state_passing,
)
from symflops.trace import Shape, Weight

if TYPE_CHECKING:
    from collections.abc import Iterable

CHANNELS_FIRST = Permute((0, 2, 1))  # and back
HALF = Rational(1, 2)


class SSD(Scan):
    """h_t = a_t·h_(t-1) + (Δ_t x_t) B_tᵀ, y_t = h_t C_t + D·x_t, a_t = exp(Δ_t A): P × N numbers of state a head.

    Inputs: x of (B, T, h·P), Δ of (B, T, h), B and C of (B, T, g·N), for h = nheads, P = headdim, N = d_state and
    g = ngroups, whose h/g heads share B and C; the output has the shape of x. A = -exp(A_log) and D have a weight a
    head; A is known before the input is. The state, h·P·N, is what the next position needs.

    By the recurrence, for each position and head: Δ·A and its exponential 2, Δ·x P, the state 3·N·P (2 products and
    an addition each), h C N·P products and (N - 1)·P additions, D 2·P: 5·N·P + 2·P + 2 (2·P less with ``skip=False``).

    With ``chunk_size`` Q the same is computed in T/Q chunks, most of it as matrix products: within a chunk
    (C Bᵀ ∘ L) (Δ x) over Q(Q + 1)/2 pairs of positions, with L_ij = exp(s_i - s_j) from running sums of Δ·A; the
    state that each chunk adds; the states handed on from chunk to chunk; and what each position reads from the
    state before its chunk. MACs: 2·T·h·N·P + T(Q + 1)/2·(g·N + h·P). What kernels compute beyond that, whole Q × Q
    squares, is the dense count.

    >>> import symflops as sf
    >>> T, h, P, N, Q = sf.dims("T h P N Q")
    >>> inputs = [(T, h * P), (T, h), (T, N), (T, N)]
    >>> cost = sf.cost(sf.SSD(h, P, N), inputs)
    >>> cost.flops, cost.params, cost.kv_cache
    (T*h*(5*N*P + 2*P + 2), 2*h, N*P*h)
    >>> sf.cost(sf.SSD(h, P, N, chunk_size=Q), inputs).macs
    T*(4*N*P*h + N*(Q + 1) + P*h*(Q + 1))/2

    Raises:
        ArgumentError: groups that do not divide the heads.
        ShapeError: inputs of other features, or that differ in batch or positions; chunks that do not come out whole.

    Source: Dao and Gu 2024, Transformers are SSMs, section 6 and listing 1; state-spaces/mamba, ssd_combined.py.
    """

    nheads: Size
    headdim: Size
    d_state: Size
    ngroups: Size = 1
    chunk_size: Size = dataclasses.field(default=None, kw_only=True)
    skip: bool = dataclasses.field(default=True, kw_only=True)

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1, and groups that divide the heads."""
        yield from scalars(self, "nheads", "headdim", "d_state", "ngroups", "chunk_size")
        yield Require(
            divides(self.ngroups, self.nheads),
            lambda: f"SSD: nheads = {self.nheads} must be divisible by ngroups = {self.ngroups}",
        )

    @property
    def features(self) -> dict[str, Any]:
        """P channels a head of x, one Δ a head, and for each group the N numbers of B and of C."""
        shared = self.ngroups * self.d_state
        return {"x": self.nheads * self.headdim, "Δ": self.nheads, "B": shared, "C": shared}

    def forward(self, x: Shape, delta: Shape, b: Shape, c: Shape) -> Forward:
        """Weigh the input by Δ, run the recurrence or the chunks, and add what goes past."""
        yield from self.fits(x, delta, b, c)
        batch, positions, _ = x
        heads, width = self.nheads, self.headdim
        outputs = (width, heads, positions, batch)
        yield "input", elementwise("mul", outputs)
        yield from (self.steps if self.chunk_size is None else self.chunks)(positions, batch)
        if self.skip:
            weight = Weight("D", heads)
            yield "skip", multiply_add(outputs, (weight,))
        return x

    def steps(self, positions: Any, batch: Any) -> Forward:
        """Hand the state from each position to the next."""
        one = (self.d_state, self.headdim, self.nheads)
        outputs = (self.headdim, self.nheads, positions, batch)
        states = (self.d_state, *outputs)
        yield "decay", decay((self.nheads, positions, batch), (Weight("A_log", self.nheads),))
        yield "recurrence", recurrence(states, (*one, batch))
        yield "output", contract(states, outputs)

    def chunks(self, positions: Any, batch: Any) -> Forward:
        """Compute chunk by chunk, and hand the state from each chunk to the next."""
        size, state, width, heads = self.chunk_size, self.d_state, self.headdim, self.nheads
        yield Require(
            divides(size, positions),
            lambda: f"SSD: chunk_size = {size} must divide the {positions} positions",
        )
        chunks = (heads, positions / size, batch)
        groups = (self.ngroups, positions / size, batch)
        lower, square = (size, size + 1, HALF), (size, size)
        log_decay = elementwise("mul", (size, *chunks), weights=(Weight("A_log", heads),))
        outputs = (size, width, *chunks)
        yield "decay", log_decay
        yield "sums", reduce((size, *chunks), chunks)
        yield (
            "scores",
            masked(
                contract((state, *lower, *groups), (*lower, *groups)),
                contract((state, *square, *groups), (*square, *groups)),
            ),
        )
        yield "weigh", decay_between((*lower, *chunks), (*square, *chunks))
        yield (
            "within",
            masked(
                contract((*lower, width, *chunks), outputs),
                contract((*square, width, *chunks), outputs),
            ),
        )
        yield "decay_to_end", decay_from((size, *chunks))
        yield "scale", elementwise("mul", outputs)
        added = (state, width, *chunks)
        yield "states", contract((size, *added), added)
        yield "passing", state_passing(added, chunks, (state, width, heads, batch))
        yield "decay_from_start", elementwise("exp", (size, *chunks))
        yield "output", contract((state, *outputs), outputs)
        yield "join", multiply_add(outputs)


class Bias(Layer):
    """x + b with a weight for each of the last axis: Mamba-2's step Δ has one a head, before its softplus.

    >>> import symflops as sf
    >>> T, h = sf.dims("T h")
    >>> cost = sf.cost(Bias(h), (T, h))
    >>> cost.flops, cost.params
    (T*h, h)
    """

    in_features: Size

    def needs(self) -> Iterable[Require]:
        """A size of at least 1."""
        return scalars(self, "in_features")

    def forward(self, x: Shape) -> Forward:
        """Add the bias."""
        batch, *others, features = x
        yield Require(
            equal(features, self.in_features),
            lambda: f"Bias expects {self.in_features} features on its last axis, got {features}",
        )
        added = (features, *others, batch)
        yield "bias", bias_add(added, (Weight("bias", self.in_features),))
        return x


class Mamba2Block(Layer):
    """Mamba-2's mixer of (B, T, d_model): out_proj(norm(SSD(x, Δ, B, C) · SiLU(z))).

    z, x, B, C and Δ come from one projection, to 2·d_inner + 2·g·N + h numbers for d_inner = expand·d_model channels,
    h = d_inner/headdim heads and g = ngroups; a causal depthwise convolution of d_conv taps and SiLU run over x, B and
    C; Δ = softplus(Δ + b); the norm is an :class:`RMSNorm` of all channels (of each group's in newer code, where there
    are several). The norm and the residual around the block are not in it. ``chunk_size`` is that of :class:`SSD`.

    >>> import symflops as sf
    >>> T = sf.dim("T")
    >>> cost = sf.cost(sf.Mamba2Block(768), (T, 768))
    >>> cost.params, cost.kv_cache, cost.macs
    (3764552, 201984, 3957760*T)

    Raises:
        ArgumentError: channels that headdim does not divide.
        ShapeError: other features than d_model.

    Source: Dao and Gu 2024, Transformers are SSMs, section 7 and figure 6; state-spaces/mamba, mamba2.py.
    """

    rank: ClassVar[int | None] = 3
    sample: ClassVar[str] = "T, D"
    d_model: Size
    d_state: Size = 128
    d_conv: Size = 4
    expand: Size = 2
    headdim: Size = 64
    ngroups: Size = 1
    bias: bool = False
    conv_bias: bool = True
    chunk_size: Size = dataclasses.field(default=None, kw_only=True)

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1, ``expand`` may be a ratio; and whole heads."""
        names = ("d_model", "d_state", "d_conv", "headdim", "ngroups", "chunk_size")
        yield from scalars(self, *names)
        yield from above_nothing(self, "expand")
        yield Require(
            divides(self.headdim, self.d_inner),
            lambda: (
                f"Mamba2Block: expand·d_model = {self.d_inner} must be divisible by headdim = "
                f"{self.headdim}"
            ),
            fact=True,
        )
        yield from self.ssd.needs()

    @property
    def d_inner(self) -> Any:
        """The channels of all heads."""
        return self.expand * self.d_model

    @property
    def ssd(self) -> SSD:
        """The scan, whose heads are as wide as headdim says."""
        heads = self.d_inner / self.headdim
        return SSD(heads, self.headdim, self.d_state, self.ngroups, chunk_size=self.chunk_size)

    def forward(self, x: Shape) -> Forward:
        """Project, convolve, scan, gate, normalize, and project back."""
        width, heads = self.d_inner, self.ssd.nheads
        shared = self.ngroups * self.d_state
        mixed = width + 2 * shared
        both = yield "in_proj", Linear(self.d_model, width + mixed + heads, self.bias), x
        z, u, delta = yield "split", Split((width, mixed, heads), -1), both
        u = yield "channels_first", CHANNELS_FIRST, u
        conv = CausalConv1d(mixed, mixed, self.d_conv, groups=mixed, bias=self.conv_bias)
        u = yield "conv1d", conv, u
        u = yield "act", SiLU(), u
        u = yield "positions_first", CHANNELS_FIRST, u
        u, b, c = yield "parts", Split((width, shared, shared), -1), u
        delta = yield "dt_bias", Bias(heads), delta
        delta = yield "softplus", Softplus(), delta
        y = yield "ssd", self.ssd, u, delta, b, c
        gate = yield "gate_act", SiLU(), z
        y = yield "gate", Multiply(), y, gate
        y = yield "norm", RMSNorm(width, 1e-5), y
        return (yield "out_proj", Linear(width, self.d_model, self.bias), y)
