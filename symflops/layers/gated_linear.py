"""Linear attention whose state fades: by gates found from the input, or at a fixed rate."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

from symflops.errors import ArgumentError
from symflops.facts import divides
from symflops.layers.activation import Activation, SiLU
from symflops.layers.arguments import scalars, single
from symflops.layers.base import Forward, Layer, Require, Size, option
from symflops.layers.combine import Multiply
from symflops.layers.linear import Linear
from symflops.layers.norm import RMSNorm
from symflops.layers.scan import Scan, above_nothing
from symflops.layers.shape import Flatten, Unflatten
from symflops.primitives import contract, recurrence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.trace import Shape


class GatedRecurrence(Scan):
    """S_t = diag(α_t) S_(t-1) + k_tᵀ v_t, o_t = q_t S_t: d_k × d_v numbers of state for each head.

    Inputs: q and k of (B, T, h·d_k), v of (B, T, h·d_v), and α, for h = num_heads; the output has the shape of v.
    α has the shape of k (``decay="vector"``, gated linear attention), is one number a head, (B, T, h)
    (``"scalar"``), or is a constant a head and no input (``"fixed"``, retention's γ). It is between 0 and 1 already.

    For each position and head: 2 products and an addition for each of d_k·d_v entries of the state, then d_k·d_v
    products and (d_k - 1)·d_v additions: 5·d_k·d_v - d_v, however α was found. The scores are not divided by √d_k.
    The state, h·d_k·d_v, is what the next position needs.

    >>> import symflops as sf
    >>> T, h, d_k, d_v = sf.dims("T h d_k d_v")
    >>> inputs = [(T, h * d_k), (T, h * d_k), (T, h * d_v), (T, h * d_k)]
    >>> cost = sf.cost(sf.GatedRecurrence(h, d_k, d_v), inputs)
    >>> cost.flops, cost.kv_cache
    (T*d_v*h*(5*d_k - 1), d_k*d_v*h)

    Raises:
        ShapeError: another number of inputs, other features, or inputs that differ in batch or positions.

    Source: Yang et al. 2023, Gated linear attention transformers, equation 3; Sun et al. 2023, Retentive network,
    equation 6.
    """

    num_heads: Size
    head_k_dim: Size
    head_v_dim: Size
    decay: str = dataclasses.field(default="vector", kw_only=True)

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1, and a decay that exists."""
        option(self, "decay", ("vector", "scalar", "fixed"))
        return scalars(self, "num_heads", "head_k_dim", "head_v_dim")

    @property
    def features(self) -> dict[str, Any]:
        """What the heads have of q, k and v, and α where it is an input."""
        keys, values = self.num_heads * self.head_k_dim, self.num_heads * self.head_v_dim
        known = {"q": keys, "k": keys, "v": values}
        gates = {"vector": {"α": keys}, "scalar": {"α": self.num_heads}, "fixed": {}}
        return known | gates[self.decay]

    def forward(self, *inputs: Shape) -> Forward:
        """Let the state fade, add to it, and read it."""
        yield from self.fits(*inputs)
        values = inputs[2]
        batch, positions, _ = values
        kept = (self.head_k_dim, self.head_v_dim, self.num_heads)
        outputs = (batch, self.num_heads, positions, self.head_v_dim)
        states = (*outputs, self.head_k_dim)
        yield "recurrence", recurrence(states, (*kept, batch))
        yield "output", contract(states, outputs)
        return values


class ForgetGate(Activation):
    """σ(x)^(1/τ) of every element: an exponential, an addition, a division and a power.

    >>> import symflops as sf
    >>> sf.cost(ForgetGate(16), sf.dims("N D")).flops
    4*D*N

    Raises:
        ArgumentError: a symbolic τ, which may be 1 or not; or one that is not above 1.
    """

    tau: Size = 16

    def needs(self) -> Iterable[Require]:
        """A number above 1: it decides whether there is a power to take."""
        single(self, "tau")
        if not self.tau.is_Rational or self.tau <= 1:
            message = f"ForgetGate: tau must be a number above 1, got {self.tau}"
            raise ArgumentError(message)
        return ()


class GatedLinearAttention(Layer):
    """Gated linear attention of (B, T, d_model): W_o (SiLU(W_r x) ⊙ norm(GatedRecurrence(q, k, v, α))).

    q and k have expand_k·d_model features, v and r expand_v·d_model, in num_heads heads; the gate is
    α = σ(W_2 W_1 x + b)^(1/16) with gate_low_rank_dim numbers in between; the norm is an RMSNorm of each head,
    whose weights the heads share. No other biases. Params at the usual expansions: 4·d_model², the gate's, and d_v.

    >>> import symflops as sf
    >>> T, D, h, r = sf.dims("T D h r")
    >>> cost = sf.cost(sf.GatedLinearAttention(D, h, 1, 1, r), (T, D), assume="h | D")
    >>> cost.params.expand(), cost.kv_cache
    (5*D**2 + 2*D*r + D + D/h, D**2/h)
    >>> sf.cost(sf.GatedLinearAttention(1024), (T, 1024)).params
    4219648

    Raises:
        ArgumentError: heads that do not divide the features of keys or values.
        ShapeError: other features than d_model.

    Source: Yang et al. 2023, Gated linear attention transformers with hardware-efficient training, section 4.4;
    fla-org/flash-linear-attention, layers/gla.py.
    """

    rank: ClassVar[int | None] = 3
    sample: ClassVar[str] = "T, D"
    d_model: Size
    num_heads: Size = 4
    expand_k: Size = 0.5
    expand_v: Size = 1.0
    gate_low_rank_dim: Size = 16

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1, ratios above 0, and whole heads."""
        yield from scalars(self, "d_model", "num_heads", "gate_low_rank_dim")
        yield from above_nothing(self, "expand_k", "expand_v")
        for name in ("expand_k", "expand_v"):
            features = getattr(self, name) * self.d_model
            yield Require(
                divides(self.num_heads, features),
                lambda name=name, features=features: (  # type: ignore[misc]
                    f"GatedLinearAttention: {name}·d_model = {features} must be divisible by num_heads = "
                    f"{self.num_heads}"
                ),
                fact=True,
            )

    def forward(self, x: Shape) -> Forward:
        """Project to queries, keys, values and gates; run the recurrence; normalize, gate and project."""
        keys, values = self.expand_k * self.d_model, self.expand_v * self.d_model
        heads, low = self.num_heads, self.gate_low_rank_dim
        q = yield "q_proj", Linear(self.d_model, keys, bias=False), x
        k = yield "k_proj", Linear(self.d_model, keys, bias=False), x
        v = yield "v_proj", Linear(self.d_model, values, bias=False), x
        gate = yield "gk_down", Linear(self.d_model, low, bias=False), x
        gate = yield "gk_up", Linear(low, keys), gate
        gate = yield "gk_act", ForgetGate(), gate
        scan = GatedRecurrence(heads, keys / heads, values / heads)
        o = yield "scan", scan, q, k, v, gate
        o = yield "heads", Unflatten(-1, (heads, values / heads)), o
        o = yield "norm", RMSNorm(values / heads, 1e-5), o
        o = yield "joined", Flatten(2), o
        r = yield "g_proj", Linear(self.d_model, values, bias=False), x
        r = yield "g_act", SiLU(), r
        o = yield "gate", Multiply(), o, r
        return (yield "o_proj", Linear(values, self.d_model, bias=False), o)
