"""U-Net (Ronneberger et al. 2015): a contracting path, an expanding one, and copies across.

>>> import symflops as sf
>>> cost = sf.cost(sf.zoo.unet())
>>> cost.at(H=572, W=572).output, cost.params
((2, 388, 388), 31030658)
>>> w = sf.dim("w")
>>> sf.cost(sf.zoo.unet(width=w)).params
7574*w**2 + 118*w + 2
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from symflops.facts import at_least
from symflops.fields import Axes, mapped, shifted
from symflops.floors import quotient
from symflops.layers.activation import ReLU
from symflops.layers.base import Forward, Layer, Require, Size, per_axis, positive
from symflops.layers.combine import Concat, Sequential
from symflops.layers.conv import Conv2d
from symflops.layers.pool import MaxPool2d
from symflops.layers.transposed import ConvTranspose2d
from symflops.zoo.published import Published, register

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.trace import Shape

PAPER = (
    "Ronneberger, Fischer and Brox 2015, U-Net: convolutional networks for biomedical image "
    "segmentation, figure 1 and section 2"
)
LEVELS = 4  # how often the map is halved


class CenterCrop(Layer):
    """The middle of the last two axes, ``size`` positions of each: a view, nothing is moved.

    ⌊(H - h)/2⌋ positions are left out before.

    >>> import symflops as sf
    >>> C, H, W = sf.dims("C H W")
    >>> sf.cost(CenterCrop((5, 6)), (C, H + 5, W + 6)).output
    (C, 5, 6)

    Raises:
        ShapeError: an input smaller than ``size``.
    """

    rank: ClassVar[int | None] = 4
    size: Size

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1."""
        return positive(self, "size")

    def sees(self, *inputs: Shape) -> Axes:
        """Return the positions as they stood before."""
        (x,) = inputs
        kept = zip(x[2:], per_axis(self.size, 2, "size"), strict=True)
        return mapped(len(x), (shifted(-quotient(n - size, 2)) for n, size in kept))

    def forward(self, x: Shape) -> Forward:
        """Leave out what lies around the middle."""
        batch, channels, *sizes = x
        size = per_axis(self.size, 2, "size")
        for n, kept in zip(sizes, size, strict=True):
            yield Require(
                at_least(n, kept),
                lambda n=n, kept=kept: f"CenterCrop cannot keep {kept} of {n} positions",  # type: ignore[misc]
            )
        return (batch, channels, *size)


def double_conv(in_channels: Any, out_channels: Any, padding: Any) -> Sequential:
    """Return two 3 × 3 convolutions, each rectified."""
    return Sequential(
        Conv2d(in_channels, out_channels, 3, padding=padding),
        ReLU(inplace=True),
        Conv2d(out_channels, out_channels, 3, padding=padding),
        ReLU(inplace=True),
    )


class Up(Layer):
    """One step of the expanding path: enlarge by a 2 × 2 transposed convolution, join the copy, convolve."""

    out_channels: Size
    padding: Any = 0

    def forward(self, x: Shape, copy: Shape) -> Forward:
        """Enlarge the first input, crop the second to its size, and convolve both."""
        c = self.out_channels
        x = yield "up", ConvTranspose2d(2 * c, c, 2, stride=2), x
        copy = yield "crop", CenterCrop(x[2:]), copy
        x = yield "concat", Concat(), copy, x
        return (yield "conv", double_conv(2 * c, c, self.padding), x)


class UNet(Layer):
    """The whole network; ``width`` is that of the first level, and each level below is twice as wide."""

    in_channels: Size
    num_classes: Size
    width: Size
    padding: Any = 0

    def forward(self, x: Shape) -> Forward:
        """Contract, expand with the copies, and classify every position."""
        widths = [self.width * 2**i for i in range(LEVELS + 1)]
        x = yield "inc", double_conv(self.in_channels, self.width, self.padding), x
        copies = [x]
        for i in range(LEVELS):
            convolutions = double_conv(widths[i], widths[i + 1], self.padding)
            x = yield f"down{i + 1}", Sequential(MaxPool2d(2), convolutions), x
            copies.append(x)
        for i in range(LEVELS):
            level = LEVELS - 1 - i
            x = yield f"up{i + 1}", Up(widths[level], self.padding), x, copies[level]
        return (yield "outc", Conv2d(self.width, self.num_classes, 1), x)


def _unet(num_classes: Any = 2, width: Any = 64, in_channels: Any = 1, padding: Any = 0) -> UNet:
    """U-Net: four levels down, four up, and the maps of the way down copied across.

    ``num_classes``, ``width`` and ``in_channels`` may be symbols. As published, no convolution is padded
    (572 × 572 in, 388 × 388 out) and the copies are cropped; ``padding="same"`` keeps the size of maps that
    16 divides. The paper prints no number of parameters.
    """
    return UNet(in_channels, num_classes, width, padding)


unet = register(
    "unet",
    _unet,
    PAPER,
    Published(
        "params",
        31_030_658,
        "summary of a Keras model after figure 1: Model implementation: original U-Net in Keras, 2020",
        (1, 572, 572),
    ),
)
