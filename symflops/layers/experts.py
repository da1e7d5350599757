"""Mixture of experts: a router chooses for every token the few of many networks that it goes through."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar

import sympy

from symflops.conventions import EXACT
from symflops.errors import ArgumentError
from symflops.exprs import ONE, expanded, product
from symflops.facts import at_least, divides, more_than
from symflops.fields import SAME, pointwise
from symflops.layers.activation import Sigmoid, Softmax
from symflops.layers.adapters import ScaleBy
from symflops.layers.arguments import scalars, single
from symflops.layers.base import Forward, Layer, Require, Size, option
from symflops.layers.combine import Add, Multiply
from symflops.layers.linear import Linear
from symflops.layers.series import named
from symflops.metrics import Profiler, work
from symflops.primitives import elementwise, reduce, shares, top_k
from symflops.tally import total
from symflops.trace import Condition, Flow, Group, Routed, Shape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.exprs import Terms
    from symflops.fields import Axes
    from symflops.layers.tracing import Tracer

SCORINGS: dict[str, Layer] = {"softmax": Softmax(dim=-1), "sigmoid": Sigmoid()}
#: All operations of a network that are known.
KNOWN = {key: weight for key, weight in EXACT.table.items() if key[0] != "unknown"}


class MixtureOfExperts(Layer):
    """Σ_i g_i·E_i(x) over the k of E experts with the greatest scores of a router, on the last axis of (…, D).

    ``expert`` is a layer that takes every token by itself; there are E of it, each with weights of its own.
    The scores are softmax or sigmoid of x W_r; those of the chosen are divided by their sum (``normalize``)
    and multiplied by a constant (``scaling``). ``shared`` is an expert that every token goes through beside,
    ``shared_gate`` multiplies it by σ(x w). ``router_bias`` is learned, one number an expert.

    Every token meets exactly k experts, so their work is k times one expert's on all N tokens, however they
    are shared out. With a ``capacity_factor`` c every expert has c·k·N/E slots, and computes those that stay
    empty too: c·k times. Params: D·E + E·params of an expert; ``active_params``: D·E + k·params of an expert.
    Besides, a token takes k·E - k(k + 1)/2 comparisons to choose, k·D products and (k - 1)·D additions.

    >>> import symflops as sf
    >>> N, D, E, k = sf.dims("N D E k")
    >>> cost = sf.cost(sf.MixtureOfExperts(D, E, k, sf.Linear(D, D, bias=False)), (N, D))
    >>> cost.params, cost.active_params
    (D*E*(D + 1), D*(D*k + E))
    >>> cost.macs, [str(condition) for condition in cost.conditions]
    (D*N*(D*k + E), ['E >= k'])
    >>> cost["experts"].macs, cost["experts.0"].macs
    (D**2*N*k, D**2*N)

    Raises:
        ArgumentError: more chosen than there are, an expert that mixes tokens, a gate with nothing to scale.
        ShapeError: the last axis is not d_model; slots that are no whole number.

    Source: Shazeer et al. 2017, section 2; Fedus et al. 2021, equation 3 for the capacity; Jiang et al. 2024;
    the shared gate is that of Qwen2-MoE, sigmoid scores and their scaling those of DeepSeek-V3.
    """

    d_model: Size
    num_experts: Size
    top_k: Size
    expert: Layer
    shared: Layer | None = dataclasses.field(default=None, kw_only=True)
    router_bias: bool = dataclasses.field(default=False, kw_only=True)
    scoring: str = dataclasses.field(default="softmax", kw_only=True)
    normalize: bool = dataclasses.field(default=True, kw_only=True)
    scaling: Size = dataclasses.field(default=None, kw_only=True)
    capacity_factor: Size = dataclasses.field(default=None, kw_only=True)
    shared_gate: bool = dataclasses.field(default=False, kw_only=True)

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1, and no more experts chosen than there are."""
        option(self, "scoring", tuple(SCORINGS))
        single(self, "scaling", "capacity_factor")
        if self.shared_gate and self.shared is None:
            message = "MixtureOfExperts: shared_gate=True needs a shared expert to scale"
            raise ArgumentError(message)
        yield from scalars(self, "d_model", "num_experts", "top_k")
        yield Require(
            at_least(self.num_experts, self.top_k),
            lambda: (
                f"MixtureOfExperts cannot choose top_k = {self.top_k} of {self.num_experts} experts"
            ),
        )
        if self.capacity_factor is not None:
            yield Require(
                more_than(self.capacity_factor, 0),
                lambda: (
                    f"MixtureOfExperts: capacity_factor must be above 0, got {self.capacity_factor}"
                ),
            )

    def sees(self, *inputs: Shape) -> Axes:
        """Return every axis but the last: a token by itself, all of it."""
        return (*pointwise(len(inputs[0]) - 1), None)

    def forward(self, x: Shape) -> Forward:
        """Score, choose, apply what is chosen, and add it up."""
        scores = yield "router", Linear(self.d_model, self.num_experts, self.router_bias), x
        scores = yield self.scoring, SCORINGS[self.scoring], scores
        weights, chosen = yield "top_k", TopK(self.top_k), scores
        if self.normalize:
            weights = yield "normalize", Shares(), weights
        if self.scaling is not None:
            weights = yield "scale", ScaleBy(self.scaling), weights
        if self.capacity_factor is not None:
            yield self._whole_slots(product(x[:-1]))
        experts = Experts(self.expert, self.num_experts, self.top_k, self.capacity_factor)
        y = yield "experts", experts, x, chosen
        y = yield "combine", Combine(), y, weights
        if self.shared is None:
            return y
        z = yield from self._shared(x)
        return (yield "add", Add(), y, z)

    def _shared(self, x: Shape) -> Forward:
        """Return what the shared expert makes of every token, scaled by its gate."""
        assert self.shared is not None  # noqa: S101 - the caller asked
        z = yield "shared", self.shared, x
        if not self.shared_gate:
            return z
        gate = yield "shared_gate", Linear(self.d_model, 1, bias=False), x
        gate = yield "shared_sigmoid", Sigmoid(), gate
        return (yield "shared_scale", Multiply(), z, gate)

    def _whole_slots(self, tokens: sympy.Expr) -> Require:
        slots = self.capacity_factor * self.top_k * tokens / self.num_experts
        number, divisor = sympy.together(slots).as_numer_denom()
        return Require(
            divides(divisor, number),
            lambda: (
                f"MixtureOfExperts: capacity_factor·top_k·tokens/num_experts = {slots} slots an expert are "
                "no whole number"
            ),
        )


class TopK(Layer):
    """The k greatest entries of the last axis, and which they are: (…, n) to twice (…, k)."""

    k: Size

    def forward(self, x: Shape) -> Forward:
        """Choose, row by row."""
        *others, entries = x
        yield "top_k", top_k(others, entries, self.k)
        chosen = (*others, self.k)
        return chosen, chosen


class Shares(Layer):
    """Entries divided by the sum along the last axis."""

    def forward(self, x: Shape) -> Forward:
        """Add up every row, and divide by the sum."""
        batch, *others, entries = x
        yield "shares", shares((entries, *others, batch), (*others, batch))
        return x


class Experts(Layer):
    """E networks, of which k are applied to each token: tokens and choices (…, D), (…, k) to (…, k, D)."""

    arity: ClassVar[int | None] = 2
    expert: Layer
    num_experts: Size
    top_k: Size
    capacity_factor: Size = None

    def sees(self, *inputs: Shape) -> Axes:
        """Return the axes of the tokens, which several inputs count from the last axis; one more comes in."""
        return (*((axis, SAME) for axis in range(1, len(inputs[0]))), None, None)

    def trace(self, tracer: Tracer, inputs: tuple[Shape, ...]) -> Group:
        """Trace one expert on all tokens, once it is sure that it takes each by itself."""
        x, _ = inputs
        body = named(tracer, self.expert, (x,), "0")
        alone = tracer.apply(self.expert, (Shape((*(ONE for _ in x[:-1]), x[-1])),))
        self._check(x, body, alone)
        padded = ONE if self.capacity_factor is None else self.capacity_factor
        times, of, met = map(tracer.expr, (padded * self.top_k, self.num_experts, self.top_k))
        (made,) = body.outputs
        output = Shape((*made[:-1], met, made[-1]))
        return Group(
            self, inputs, (output,), (("", Routed(times, body, of=of, met=met)),), flow=Flow()
        )

    def _check(self, x: Shape, body: Group, alone: Group) -> None:
        """Refuse an expert that mixes tokens: what it takes depends on which of them come together.

        Raises:
            ArgumentError: N tokens take other than N times what one takes, or are not kept apart.
        """
        apart = all(made[:-1] == x[:-1] for made in body.outputs) and len(body.outputs) == 1
        as_many = _operations(body, ONE) == _operations(alone, product(x[:-1]))
        if not apart or not as_many or not _conditions(alone) <= _conditions(body):
            message = (
                f"an expert must take every token by itself, and {self.expert!r} mixes them: what it takes "
                "depends on which tokens choose it"
            )
            raise ArgumentError(message)


def _operations(group: Group, times: sympy.Expr) -> Terms:
    return expanded(total([(times, work(Profiler()(group), KNOWN))]))


def _conditions(group: Group) -> set[Condition]:
    layers = (piece.item for piece in Profiler()(group) if isinstance(piece.item, Group))
    return {condition for layer in layers for condition in layer.conditions}


class Combine(Layer):
    """What the chosen experts made, each times its weight, added up: (…, k, D) and (…, k) to (…, D)."""

    def forward(self, y: Shape, weights: Shape) -> Forward:
        """Weigh every output, and add them up."""
        *_, k, width = y
        outputs = (*weights[:-1], width)
        yield "weigh", elementwise("mul", (k, *outputs))
        yield "sum", reduce((k, *outputs), outputs)
        return outputs
