"""Normalisation by running statistics, or by those of the batch, of rows, or of neighbouring channels."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

from symflops.errors import ArgumentError, ShapeError
from symflops.exprs import product
from symflops.facts import at_least, equal
from symflops.floors import quotient
from symflops.layers.arguments import along, scalars
from symflops.layers.base import Forward, Layer, Require, Size, option, positive
from symflops.layers.conv import channels_match
from symflops.primitives import (
    Steps,
    elementwise,
    local_response,
    root_mean_square,
    standardize,
)
from symflops.trace import Shape, Step, Weight

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from symflops.tally import Operation


class BatchNorm(Layer):
    """Batch normalisation (Ioffe and Szegedy 2015), in one of four forms.

    - ``"inference"``: a·x + b with a = γ/√(σ² + ε) and b = β - a·μ precomputed, 2 operations an element;
    - ``"unfolded"``: γ·(x - μ)/√(σ² + ε) + β with the root precomputed, 4 (2 without affine);
    - ``"training"``: batch statistics by their definition (algorithm 1), then γ and β; the running averages
      are not counted;
    - ``"folded"``: merged into the weights of the layer before: nothing, and no parameters of its own.

    Without ``track_running_stats`` there is nothing to know before: as in PyTorch, batch statistics are
    taken at inference too, which takes what training takes.
    """

    num_features: Size
    eps: Size = 1e-5
    momentum: Any = 0.1  # or None
    affine: bool = True
    track_running_stats: bool = True
    bias: bool = dataclasses.field(default=True, kw_only=True)
    form: str = dataclasses.field(default="inference", kw_only=True)

    def needs(self) -> Iterable[Require]:
        """A form that exists and has its statistics, and features."""
        option(self, "form", ("inference", "unfolded", "training", "folded"))
        if not self.track_running_stats and self.form in ("unfolded", "folded"):
            message = (
                f"{type(self).__name__}: form={self.form!r} needs running statistics; write "
                "track_running_stats=True"
            )
            raise ArgumentError(message)
        return scalars(self, "num_features")

    def forward(self, x: Shape) -> Forward:
        """Scale and shift every channel."""
        batch, channels, *sizes = with_channels(self, x)
        yield channels_match(self, channels, self.num_features)
        yield from self.steps((channels, *sizes, batch))
        return x

    def steps(self, elements: tuple[Any, ...]) -> Sequence[tuple[str, Step]]:
        """Return the steps of the form."""
        gain, weights = gain_and_shift(self.num_features, affine=self.affine, bias=self.bias)
        if self.form == "folded":
            return ()
        if self.form == "training" or not self.track_running_stats:
            return standardize(elements, elements[0], gain, weights)
        if self.form == "inference":
            return (scaled_and_shifted(elements, weights),)
        each: dict[Operation, int] = {"sub": 1, "div": 1, **dict.fromkeys(gain, 1)}
        return (("norm", elementwise(each, elements, "norm", weights)),)  # γ·(x - μ)/σ + β


def scaled_and_shifted(elements: tuple[Any, ...], weights: tuple[Weight, ...]) -> tuple[str, Step]:
    """Return a·x + b, where a and b are known before the input is."""
    return "norm", elementwise({"mul": 1, "add": 1}, elements, "norm", weights)


def gain_and_shift(
    elements: Any, *, affine: bool, bias: bool
) -> tuple[tuple[Operation, ...], tuple[Weight, ...]]:
    """Return what γ and β take on each element, and their weights."""
    if not affine:
        return (), ()
    gain, shift = Weight("weight", elements), Weight("bias", elements)
    return (("mul", "add"), (gain, shift)) if bias else (("mul",), (gain,))


def with_channels(layer: Layer, x: Shape, more: int = 0) -> Shape:
    """Return a shape that has a channel axis behind the batch, and as many axes more.

    Raises:
        ShapeError: it has fewer.
    """
    if len(x) < 2 + more:
        behind = " and another behind it" if more else ""
        message = f"{type(layer).__name__} needs a channel axis behind the batch{behind}"
        raise ShapeError(message)
    return x


def stands_behind(shape: Shape, channels: Any) -> bool:
    """Say whether the channels stand on axis 2 alone, where a batch that is taken as a sample has them."""
    return channels not in shape[1:2] and channels in shape[2:3]


ROWS = 3  # axes: the batch, channels, positions


class BatchNorm1d(BatchNorm):
    """Batch normalisation of (B, C) or (B, C, L), in the forms of :class:`BatchNorm2d`.

    >>> import symflops as sf
    >>> sf.cost(sf.BatchNorm1d(sf.dim("C")), sf.dims("C L")).flops
    2*C*L
    """

    def sees_batch(self, shape: Shape) -> bool:
        """Whether there is an axis too many, or the channels stand where a batch of vectors has them."""
        return len(shape) > ROWS or stands_behind(shape, self.num_features)

    def forward(self, x: Shape) -> Forward:
        """Scale and shift every channel of vectors or of rows."""
        if len(x) > ROWS:
            message = f"{type(self).__name__} needs (C), (C, L), (B, C) or (B, C, L), got {len(x)} axes with the batch"
            raise ShapeError(message)
        return (yield from super().forward(x))


class BatchNorm2d(BatchNorm):
    """Batch normalisation of (B, C, H, W): 2 operations an element at inference; params 2C.

    ``form="unfolded"`` takes 4, ``"training"`` batch statistics, ``"folded"`` none. Without
    ``track_running_stats`` those of the batch are taken at inference too, as in PyTorch.

    >>> import symflops as sf
    >>> C, H, W = sf.dims("C H W")
    >>> [sf.cost(sf.BatchNorm2d(C, form=form), (C, H, W)).flops for form in ("inference", "unfolded")]
    [2*C*H*W, 4*C*H*W]

    Raises:
        ArgumentError: a form that is folded into known statistics, and none that are tracked.
        ShapeError: other channels than num_features.

    Source: Ioffe and Szegedy 2015, algorithms 1 and 2; PyTorch's BatchNorm2d.
    """

    rank: ClassVar[int | None] = 4


class BatchNorm3d(BatchNorm):
    """Batch normalisation of (B, C, D, H, W), in the forms of :class:`BatchNorm2d`.

    >>> import symflops as sf
    >>> sf.cost(sf.BatchNorm3d(sf.dim("C")), sf.dims("C D H W")).flops
    2*C*D*H*W
    """

    rank: ClassVar[int | None] = 5


class RowNorm(Layer):
    """The engine: every row over the last axes, ``normalized_shape``, by itself."""

    normalized_shape: Size

    def needs(self) -> Iterable[Require]:
        """Axes of at least 1."""
        if not self.last:
            message = f"{type(self).__name__}: normalized_shape needs at least one size, got ()"
            raise ArgumentError(message)
        return positive(self, "normalized_shape")

    @property
    def last(self) -> tuple[Any, ...]:
        """The sizes of the axes of a row."""
        given = self.normalized_shape
        return along(self, "normalized_shape", len(given) if isinstance(given, tuple) else 1)

    def forward(self, x: Shape) -> Forward:
        """Normalize each row."""
        kind, last = type(self).__name__, self.last
        first = len(x) - len(last)
        if first < 1:
            message = f"{kind} over {len(last)} axes needs a batch axis before them"
            raise ShapeError(message)
        for axis, (got, expected) in enumerate(zip(x[first:], last, strict=True), first):
            yield Require(
                equal(got, expected),
                lambda axis=axis, got=got, expected=expected: (  # type: ignore[misc]
                    f"{kind} expects {expected} on axis {axis}, got {got}"
                ),
            )
        rows = x[:first]
        entries = (*rows, *last) if len(rows) > 1 else (*last, *rows)
        yield from self.steps(entries, rows, product(last))
        return x

    def steps(self, entries: tuple[Any, ...], rows: tuple[Any, ...], size: Any) -> Steps:
        """Return what rows of ``size`` entries take."""
        raise NotImplementedError


class LayerNorm(RowNorm):
    """(x - μ)/√(σ² + ε)·γ + β over the last axes (Ba et al. 2016): 7n + 2 for a row of n entries.

    mean n, deviations n, variance 2n, ε and the root 2, division n, γ and β 2n; without the affine part
    5n + 2. Params 2n.

    >>> import symflops as sf
    >>> N, D = sf.dims("N D")
    >>> cost = sf.cost(sf.LayerNorm(D), (N, D))
    >>> cost.flops, cost.params
    (N*(7*D + 2), 2*D)

    Raises:
        ShapeError: the last axes are not ``normalized_shape``.
    """

    eps: Size = 1e-5
    elementwise_affine: bool = True
    bias: bool = True

    def steps(self, entries: tuple[Any, ...], rows: tuple[Any, ...], size: Any) -> Steps:
        """Standardize each row, then scale and shift it."""
        gain, weights = gain_and_shift(size, affine=self.elementwise_affine, bias=self.bias)
        return standardize(entries, rows, gain, weights)


class RMSNorm(RowNorm):
    """x/√(mean x² + ε)·γ over the last axes (Zhang and Sennrich 2019, equation 4): 4n + 2 for n entries.

    squares n, their mean n, ε and the root 2, division n, γ n; without the affine part 3n + 2. Params n.
    ε is added whatever it is; None is the machine's epsilon, as in PyTorch.

    >>> import symflops as sf
    >>> N, D = sf.dims("N D")
    >>> cost = sf.cost(sf.RMSNorm(D), (N, D))
    >>> cost.flops, cost.params
    (2*N*(2*D + 1), D)

    Raises:
        ShapeError: the last axes are not ``normalized_shape``.
    """

    eps: Size = None
    elementwise_affine: bool = True

    def steps(self, entries: tuple[Any, ...], rows: tuple[Any, ...], size: Any) -> Steps:
        """Divide each row by its root mean square, then scale it."""
        _, weights = gain_and_shift(size, affine=self.elementwise_affine, bias=False)
        return root_mean_square(entries, rows, weights)


class LocalResponseNorm(Layer):
    """x·(k + α/n·Σ x²)^-β over a window of n channels (Krizhevsky et al. 2012, section 3.3).

    An element takes 1 square, n - 1 sums (fewer at the first and last channels, whose window is cut), α/n
    and k (2), a power and a division.

    >>> import symflops as sf
    >>> sf.cost(sf.LocalResponseNorm(5), (96, 55, 55)).adds   # (5·96 - 6 - 96 + 96)·55·55
    1433850
    """

    size: Size
    alpha: Size = 1e-4
    beta: Size = 0.75
    k: Size = 1.0

    def needs(self) -> Iterable[Require]:
        """A window of at least 1."""
        return scalars(self, "size")

    def forward(self, x: Shape) -> Forward:
        """Divide each element by a power of its neighbourhood."""
        batch, channels, *sizes = with_channels(self, x, 1)
        if not (channels.is_Integer and self.size.is_Integer):  # else the taps can be counted
            half = quotient(self.size, 2)
            yield Require(
                at_least(channels, half),
                lambda: (
                    "LocalResponseNorm over a window or channels that are symbols needs at least "
                    f"{half} channels, got {channels}"
                ),
            )
        yield from local_response(channels, self.size, (*sizes, batch))
        return x
