"""What attention by cosines has: rows of length 1, a learned scale, and biases that a small network makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import sympy

from symflops.exprs import ONE, product
from symflops.layers.activation import DEFINITIONS, AlongAxis, ReLU
from symflops.layers.arguments import along, scalars
from symflops.layers.base import Forward, Layer, Require, Size, positive
from symflops.layers.combine import Sequential
from symflops.layers.linear import Linear
from symflops.layers.windows import WindowBias, expected_size
from symflops.primitives import elementwise, unit_length
from symflops.trace import Shape, Weight

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.fields import Axes
    from symflops.trace import Step


class Normalize(AlongAxis):
    """x/max(‖x‖₂, ε) for every row along axis ``dim`` of a batched tensor: 3n + 1 operations for n entries.

    n squares, n - 1 additions, a root, a comparison with ε and n divisions.

    >>> import symflops as sf
    >>> N, d = sf.dims("N d")
    >>> sf.cost(sf.Normalize(), (N, d)).flops
    N*(3*d + 1)

    Source: PyTorch's torch.nn.functional.normalize.
    """

    dim: Any = -1
    eps: Size = 1e-12

    def step(self, entries: tuple[Any, ...], rows: tuple[Any, ...]) -> Step:
        """Return what it takes to give every row the length 1."""
        return unit_length(entries, rows)


class LogitScale(Layer):
    """Scores (B, h, N, M) times exp(min(τ, log 100)) with one learned τ a head. Params: h.

    One product a score, and once a comparison and an exponential a head.

    >>> import symflops as sf
    >>> h, N, M = sf.dims("h N M")
    >>> cost = sf.cost(sf.LogitScale(h), (h, N, M))
    >>> cost.params, cost.flops
    (h, h*(M*N + 2))

    Raises:
        ArgumentError: no heads.
        ShapeError: scores of other heads.

    Source: Liu et al. 2022, Swin Transformer V2, equation 2; the clamp is in the authors' code.
    """

    rank: ClassVar[int | None] = 4
    sample: ClassVar[str] = "h, N, M"
    num_heads: Size

    def needs(self) -> Iterable[Require]:
        """At least one head."""
        return scalars(self, "num_heads")

    def forward(self, x: Shape) -> Forward:
        """Find the scales, and multiply the scores by them."""
        _, heads, *_ = x
        yield expected_size(self, "heads", heads, self.num_heads)
        weights = (Weight("logit_scale", self.num_heads),)
        yield "exp", elementwise({"cmp": 1, "exp": 1}, self.num_heads, weights=weights)
        yield "scale", elementwise("mul", x)
        return x


class Offsets(Layer):
    """All offsets of two positions of an M × M window, as constants: (1, (2M - 1)², 2), whatever the input is.

    >>> import symflops as sf
    >>> from symflops.layers.cosine import Offsets
    >>> sf.cost(Offsets(7), sf.dims("h N M")).output
    (169, 2)

    Source: Liu et al. 2022, Swin Transformer V2, equation 4: log-spaced, sign(x)·log₂(1 + |8x/(M - 1)|)/log₂ 8.
    """

    axes: ClassVar[int] = 2
    window_size: Size

    def needs(self) -> Iterable[Require]:
        """A window of at least 1."""
        _ = along(self, "window_size")
        return positive(self, "window_size")

    def sees(self, *inputs: Shape) -> Axes:  # noqa: ARG002 - they are there before the input is
        """Return nothing of the input."""
        return (None, None, None)

    def forward(self, x: Shape) -> Shape:  # noqa: ARG002 - as above
        """Return as many pairs of numbers as there are offsets."""
        return Shape((ONE, WindowBias(self.window_size, ONE).offsets, sympy.Integer(self.axes)))


class BiasOfPairs(Layer):
    """16·σ(b) for every pair of positions of a window, b that of its offset: (1, (2M - 1)², h) to (1, h, M², M²).

    Four operations for each of M⁴·h entries: an exponential, an addition, a division and a product.

    >>> import symflops as sf
    >>> from symflops.layers.cosine import BiasOfPairs
    >>> sf.cost(BiasOfPairs(2), (1, 9, sf.dim("h")), batched=True).flops
    64*h

    Raises:
        ShapeError: another number of offsets.

    Source: Liu et al. 2022, Swin Transformer V2, in the authors' code and in torchvision's.
    """

    axes: ClassVar[int] = 2
    rank: ClassVar[int | None] = 3
    sample: ClassVar[str] = "(2M - 1)², h"
    window_size: Size

    def needs(self) -> Iterable[Require]:
        """A window of at least 1."""
        _ = along(self, "window_size")
        return positive(self, "window_size")

    def sees(self, *inputs: Shape) -> Axes:  # noqa: ARG002 - offsets are no positions
        """Return nothing of the offsets."""
        return (None, None, None, None)

    def forward(self, x: Shape) -> Forward:
        """Take the entry of each pair, and bring it between 0 and 16."""
        batch, offsets, heads = x
        yield expected_size(self, "offsets", offsets, WindowBias(self.window_size, ONE).offsets)
        positions = product(along(self, "window_size"))
        each = {**DEFINITIONS["sigmoid"], "mul": 1}
        yield "sigmoid", elementwise(each, (batch, heads, positions, positions))
        return (batch, heads, positions, positions)


class ContinuousBias(Layer):
    """Biases of scores (1, h, M², M²) that a network makes of the offsets, 2 → 512 → h with ReLU, once a pass.

    It runs on the (2M - 1)² offsets of an M × M window, whatever the input is. Params: 2·512 + 512 + 512·h.

    >>> import symflops as sf
    >>> M, h = sf.dims("M h")
    >>> cost = sf.cost(sf.ContinuousBias(M, h), (h, M**2, M**2))
    >>> cost.params, cost.macs.factor()
    (512*h + 1536, 512*(2*M - 1)**2*(h + 2))

    Raises:
        ArgumentError: sizes below 1.

    Source: Liu et al. 2022, Swin Transformer V2, section 3.3, equations 3 and 4; torchvision's cpb_mlp.
    """

    arity: ClassVar[int | None] = 1
    axes: ClassVar[int] = 2
    window_size: Size
    num_heads: Size
    hidden: Size = 512

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1."""
        _ = along(self, "window_size")
        yield from positive(self, "window_size")
        yield from scalars(self, "num_heads", "hidden")

    def forward(self, x: Shape) -> Forward:
        """Run the network on the offsets, and give every pair of positions what its offset has."""
        network = Sequential(
            Linear(self.axes, self.hidden), ReLU(), Linear(self.hidden, self.num_heads, bias=False)
        )
        b = yield "offsets", Offsets(self.window_size), x
        b = yield "cpb_mlp", network, b
        return (yield "pairs", BiasOfPairs(self.window_size), b)
