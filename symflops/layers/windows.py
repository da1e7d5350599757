"""Maps cut into windows of positions that attend to each other, and the biases of their scores."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

from symflops.errors import ShapeError
from symflops.exprs import ONE, minimum, product
from symflops.facts import divides, equal
from symflops.floors import ceiling_quotient
from symflops.layers.arguments import along, scalars
from symflops.layers.base import Forward, Layer, Require, Size, positive
from symflops.layers.combine import same_size
from symflops.primitives import elementwise, move
from symflops.trace import Shape, Weight

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from symflops.fields import Axes


class Windows(Layer):
    """The engine: windows of M × M positions over an H × W map, padded to whole windows: ⌈H/M⌉·⌈W/M⌉."""

    axes: ClassVar[int] = 2
    window_size: Size
    shift_size: Size = 0
    grid: bool = False

    def needs(self) -> Iterable[Require]:
        """A window of at least 1, and a shift of at least 0, one number or one an axis."""
        _ = along(self, "window_size"), along(self, "shift_size")
        yield from positive(self, "window_size")
        yield from positive(self, "shift_size", least=0)

    @property
    def positions(self) -> Any:
        """The positions of a window."""
        return product(along(self, "window_size"))

    def counts(self, sizes: Sequence[Any]) -> tuple[Any, ...]:
        """Return how many windows there are along each axis of a map."""
        return along_both(along(self, "window_size"), sizes)


def along_both(window: Sequence[Any], sizes: Sequence[Any]) -> tuple[Any, ...]:
    """Return how many windows cover each axis: ⌈H/M⌉."""
    return tuple(ceiling_quotient(size, m) for size, m in zip(sizes, window, strict=True))


class WindowPartition(Windows):
    """(B, H, W, C) cut into windows of M × M positions: (B·⌈H/M⌉·⌈W/M⌉, M², C); moves alone.

    The map is padded with zeros behind its last row and column to whole windows, and rolled before by
    ``shift_size``, unless one window covers the axis. With ``grid`` a window has positions that are ⌈H/M⌉ rows
    and ⌈W/M⌉ columns apart. Receptive fields end here: windows overlap with no regularity.

    >>> import symflops as sf
    >>> M, H, W, C = sf.dims("M H W C")
    >>> sf.cost(sf.WindowPartition(7), (H, W, C), assume=("7 | H", "7 | W")).activations
    C*H*W
    >>> sf.cost(sf.WindowPartition(7, 3), (30, 30, C)).output        # 5 × 5 windows
    (25, 49, C)

    Raises:
        ArgumentError: a window below 1 or a shift below 0.

    Source: Liu et al. 2021, section 3.2; Tu et al. 2022, section 3.2, for the grid.
    """

    rank: ClassVar[int | None] = 4
    sample: ClassVar[str] = "H, W, C"

    def sees(self, *inputs: Shape) -> Axes:  # noqa: ARG002 - whatever the input is
        """Return nothing of the axes that are cut."""
        return (None, None, None)

    def forward(self, x: Shape) -> Forward:
        """Lay every window out as a row of positions."""
        batch, *sizes, channels = x
        yield "partition", move()
        return (product((batch, *self.counts(sizes))), self.positions, channels)


class WindowMerge(Windows):
    """Windows (B·⌈H/M⌉·⌈W/M⌉, M², C) put together to (B, H, W, C): what :class:`WindowPartition` cut.

    Rolled back, and what was padded is cut off; moves alone.

    >>> import symflops as sf
    >>> B, C = sf.dims("B C")
    >>> sf.cost(sf.WindowMerge(7, size=(30, 30)), (25 * B, 49, C), batched=True).output
    (B, 30, 30, C)

    Raises:
        ArgumentError: a window or size below 1 or a shift below 0.
        ShapeError: windows of another size, or another number of them than maps have.
    """

    rank: ClassVar[int | None] = 3
    sample: ClassVar[str] = "M², C"
    size: Size = dataclasses.field(kw_only=True)

    def needs(self) -> Iterable[Require]:
        """As windows, and the sizes of the map."""
        yield from super().needs()
        _ = along(self, "size")
        yield from positive(self, "size")

    def sees(self, *inputs: Shape) -> Axes:  # noqa: ARG002 - whatever the input is
        """Return nothing of the positions."""
        return (None, None, None, None)

    def forward(self, x: Shape) -> Forward:
        """Put every position where it was."""
        windows, positions, channels = x
        sizes = along(self, "size")
        count = product(self.counts(sizes))
        yield Require(
            equal(positions, self.positions),
            lambda: f"WindowMerge expects {self.positions} positions a window, got {positions}",
        )
        yield Require(
            divides(count, windows),
            lambda: f"WindowMerge expects {count} windows a map, got {windows} windows",
        )
        yield "merge", move()
        return (windows / count, *sizes, channels)


class WindowBias(Layer):
    """Scores of windows (B·G, h, M², M²) plus a learned bias for each offset and head, and a mask where shifted.

    One addition a score, and another one for the mask, which rules out positions that were rolled in from the
    other end; ``windows`` says how many there are along each axis, and no axis with one is shifted. Params:
    (2M - 1)²·h. A second input (1, h, M², M²) takes the place of the learned biases.

    >>> import symflops as sf
    >>> M, h, B = sf.dims("M h B")
    >>> plain = sf.cost(sf.WindowBias(M, h), (4 * B, h, M**2, M**2), batched=True)
    >>> plain.params, plain.adds
    (h*(2*M - 1)**2, 4*B*M**4*h)
    >>> shifted = sf.WindowBias(M, h, 3, windows=(2, 2))
    >>> sf.cost(shifted, (4 * B, h, M**2, M**2), batched=True).adds
    8*B*M**4*h

    Raises:
        ArgumentError: sizes below 1 or a shift below 0.
        ShapeError: scores of other heads or windows.

    Source: Liu et al. 2021, equation 4, and the paragraph on efficient batch computation for the mask.
    """

    arity: ClassVar[int | None] = None
    axes: ClassVar[int] = 2
    rank: ClassVar[int | None] = 4
    sample: ClassVar[str] = "h, M², M²"
    window_size: Size
    num_heads: Size
    shift_size: Size = 0
    windows: Size = 1

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1, and a shift of at least 0."""
        for name in ("window_size", "shift_size", "windows"):
            _ = along(self, name)
        yield from scalars(self, "num_heads")
        yield from positive(self, "window_size", "windows")
        yield from positive(self, "shift_size", least=0)

    @property
    def is_shifted(self) -> Any:
        """1 where any axis is shifted that has several windows, else 0: min(Σ s·(n - 1), 1)."""
        pairs = zip(along(self, "shift_size"), along(self, "windows"), strict=True)
        return minimum(sum(minimum(shift, ONE) * (n - 1) for shift, n in pairs), ONE)

    def forward(self, x: Shape, *given: Shape) -> Forward:
        """Add the bias and the mask to every score."""
        _, heads, queries, keys = x
        positions = product(along(self, "window_size"))
        for what, size, expected in (
            ("heads", heads, self.num_heads),
            ("positions", queries, positions),
            ("positions", keys, positions),
        ):
            yield expected_size(self, what, size, expected)
        if len(given) > 1:
            message = (
                f"WindowBias takes scores, and biases of its own or one input, got {len(given)}"
            )
            raise ShapeError(message)
        weights: tuple[Weight, ...] = ()
        for bias in given:
            yield from (same_size("WindowBias", i, x[i], bias[i]) for i in (1, 2, 3))
        if not given:
            weights = (Weight("relative_position_bias_table", self.num_heads * self.offsets),)
        scores = x
        yield "bias", elementwise("add", scores, weights=weights)
        if self.is_shifted != 0:
            yield "mask", elementwise("add", (*scores, self.is_shifted))
        return x

    @property
    def offsets(self) -> Any:
        """How many offsets two positions of a window can have: (2M - 1)²."""
        return product(2 * m - 1 for m in along(self, "window_size"))


def expected_size(layer: Layer, what: str, size: Any, expected: Any) -> Require:
    """Require an axis to have the size that the layer was made for."""
    return Require(
        equal(size, expected),
        lambda: f"{type(layer).__name__} expects {expected} {what}, got {size}",
    )
