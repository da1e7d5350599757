"""Blocks of small networks: the inverted residual, the ghost module and the ShuffleNet unit.

Their convolutions have no bias, and batch normalisation follows each; ``form`` is its form, as in
:class:`~symflops.layers.norm.BatchNorm2d`.
"""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

from symflops.errors import ArgumentError
from symflops.exprs import spread
from symflops.facts import at_least, different, divides, equal
from symflops.layers.activation import ReLU, ReLU6
from symflops.layers.arguments import along, scalars, single
from symflops.layers.base import Forward, Layer, Require, Size, positive
from symflops.layers.centred import PLANE, centred, normed, odd
from symflops.layers.combine import Add, Concat, Sequential
from symflops.layers.conv import Conv2d
from symflops.layers.norm import BatchNorm2d
from symflops.layers.pool import AvgPool2d
from symflops.layers.rearrange import ChannelShuffle
from symflops.layers.shape import Split
from symflops.symbols import exact

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.trace import Shape


class InvertedResidual(Layer):
    """1 × 1 to t·d' channels, depthwise k × k, 1 × 1 to d'', and a shortcut at stride 1 where d' = d''.

    MACs at stride 1: h·w·d'·t·(d' + k² + d''). With stride 2 the first of the three terms stays and the others
    are a quarter. Without an expansion (``expand_ratio`` 1) there is no first term. Params: t·d'·(d' + k² + d'')
    and 2 a channel of each batch normalisation.

    >>> import symflops as sf
    >>> d, t, k, h, w = sf.dims("d t k h w")
    >>> cost = sf.cost(sf.InvertedResidual(d, d, 1, t, kernel_size=k), (d, h, w))
    >>> cost.macs
    d*h*t*w*(2*d + k**2)
    >>> [str(condition) for condition in cost.conditions]
    ['2 | k - 1', 't != 1']

    Raises:
        ArgumentError: a stride other than 1 and 2, an even kernel, an expansion to no channels.
        ShapeError: other channels than inp.

    Source: Sandler et al. 2018, table 1 and section 3; torchvision's MobileNetV2.
    """

    rank: ClassVar[int | None] = 4
    inp: Size
    oup: Size
    stride: Size
    expand_ratio: Size
    kernel_size: Size = dataclasses.field(default=3, kw_only=True)
    form: str = dataclasses.field(default="inference", kw_only=True)

    def needs(self) -> Iterable[Require]:
        """A stride of 1 or 2, and to know whether there are an expansion and a shortcut."""
        single(self, "stride", "expand_ratio")
        yield from scalars(self, "inp", "oup")
        yield from odd(self, "kernel_size")
        yield from BatchNorm2d(self.oup, form=self.form).needs()
        one_or_two(self)
        yield Require(
            at_least(self.hidden, 1),
            lambda: (
                f"InvertedResidual: expand_ratio = {self.expand_ratio} leaves none of {self.inp} channels"
            ),
        )
        if self.expands:
            yield not_equal(self, "expand_ratio", 1)
        if not self.stride.is_Integer:
            yield not_equal(self, "stride", 1)
        elif self.stride == 1 and not self.has_shortcut:
            yield not_equal(self, "inp", self.oup)

    @property
    def hidden(self) -> Any:
        """The channels of the depthwise convolution; a number is rounded, as torchvision does."""
        hidden = self.inp * self.expand_ratio
        return exact(round(Fraction(hidden.p, hidden.q))) if hidden.is_Rational else hidden

    @property
    def expands(self) -> bool:
        """Whether a 1 × 1 convolution comes first."""
        return bool(self.expand_ratio != 1)

    @property
    def has_shortcut(self) -> bool:
        """Whether the input is added to what the convolutions give."""
        return bool(self.stride == 1 and spread(self.inp - self.oup) == 0)

    def forward(self, x: Shape) -> Forward:
        """Expand, convolve each channel, project, and add the shortcut."""
        y = yield "conv", self.body(), x
        return (yield "add", Add(), x, y) if self.has_shortcut else y

    def body(self) -> Sequential:
        """Return the convolutions, named as torchvision names them."""
        hidden, k, form = self.hidden, self.kernel_size, self.form
        expand = Conv2d(self.inp, hidden, 1, bias=False)
        depthwise = Conv2d(hidden, hidden, k, self.stride, centred(k), groups=hidden, bias=False)
        project = Conv2d(hidden, self.oup, 1, bias=False)
        return Sequential(
            *(normed(expand, form, ReLU6(inplace=True)),) * self.expands,
            normed(depthwise, form, ReLU6(inplace=True)),
            project,
            BatchNorm2d(self.oup, form=form),
        )


class GhostModule(Layer):
    """n/s channels by a convolution, and s - 1 more from each of these by a depthwise one, side by side.

    MACs: n/s·h·w·(c·k² + (s - 1)·d²) for c channels in, n out and the ratio s; a plain convolution takes
    s·c·k²/(c·k² + (s - 1)·d²) times as many. Of a number of channels that s does not divide, ⌈n/s⌉ are made
    first and what is too much is left away in the end; a symbol is taken to be a multiple.

    >>> import symflops as sf
    >>> c, n, s, k, d, h, w = sf.dims("c n s k d h w")
    >>> sf.cost(sf.GhostModule(c, n, k, s, d), (c, h, w)).macs
    h*n*w*(c*k**2 + d**2*(s - 1))/s

    Raises:
        ArgumentError: a size below 1, an even kernel.
        ShapeError: other channels than inp.

    Source: Han et al. 2020, section 3.1; the authors' ghostnet.py.
    """

    rank: ClassVar[int | None] = 4
    inp: Size
    oup: Size
    kernel_size: Size = 1
    ratio: Size = 2
    dw_size: Size = 3
    stride: Size = 1
    relu: bool = True
    form: str = dataclasses.field(default="inference", kw_only=True)

    def needs(self) -> Iterable[Require]:
        """Sizes of at least 1, odd kernels, symbolic channels that the ratio divides."""
        along(self, "stride", PLANE)
        yield from scalars(self, "inp", "oup", "ratio")
        yield from positive(self, "stride")
        if not self.ratio.is_Integer:
            yield from positive(self, "ratio", least=2)
        yield from odd(self, "kernel_size", "dw_size")
        yield from BatchNorm2d(self.oup, form=self.form).needs()
        if not self.primary.is_Integer:
            yield Require(
                divides(self.ratio, self.oup),
                lambda: f"GhostModule: the ratio {self.ratio} must divide oup = {self.oup}",
            )

    @property
    def primary(self) -> Any:
        """The channels of the first convolution: ⌈n/s⌉ of numbers, n/s of symbols."""
        channels = self.oup / self.ratio
        return exact(-(-channels.p // channels.q)) if channels.is_Rational else channels

    def forward(self, x: Shape) -> Forward:
        """Convolve, make ghosts of what comes out, and put them behind it."""
        primary, ghosts = self.primary, self.primary * (self.ratio - 1)
        k, d, act = self.kernel_size, self.dw_size, (ReLU(inplace=True),) * self.relu
        conv = Conv2d(self.inp, primary, k, self.stride, centred(k), bias=False)
        y = yield "primary_conv", normed(conv, self.form, *act), x
        if self.ratio != 1:
            cheap = Conv2d(primary, ghosts, d, 1, centred(d), groups=primary, bias=False)
            z = yield "cheap_operation", normed(cheap, self.form, *act), y
            y = yield "cat", Concat(), y, z
        surplus = spread(primary + ghosts - self.oup)
        if surplus != 0:
            y, _ = yield "split", Split((self.oup, surplus)), y
        return y


class ShuffleUnit(Layer):
    """Grouped 1 × 1 to m channels, shuffle, depthwise 3 × 3, grouped 1 × 1, and a shortcut around them.

    MACs at stride 1 for c channels and g groups: h·w·(2·c·m/g + 9·m). With stride 2 the shortcut is averaged
    over 3 × 3 and stands before the other channels instead of being added. m is a quarter of ``oup`` unless given;
    ``grouped_first=False`` leaves the first convolution ungrouped, as where the channels coming in are few.

    >>> import symflops as sf
    >>> c, m, g, h, w = sf.dims("c m g h w")
    >>> cost = sf.cost(sf.ShuffleUnit(c, c, g, mid_channels=m), (c, h, w))
    >>> cost.macs
    h*m*w*(2*c/g + 9)
    >>> [str(condition) for condition in cost.conditions]
    ['g != 1', 'g | m', 'g | c']

    Raises:
        ArgumentError: a stride other than 1 and 2, groups that do not divide the channels.
        ShapeError: other channels than inp; with stride 1, an oup that is not inp.

    Source: Zhang et al. 2018, ShuffleNet, figure 2 and section 3.2. The authors' ShuffleNet-Series shuffles
    behind the depthwise convolution, which takes as many operations.
    """

    rank: ClassVar[int | None] = 4
    inp: Size
    oup: Size
    groups: Size = 3
    stride: Size = 1
    mid_channels: Size = dataclasses.field(default=None, kw_only=True)
    grouped_first: bool = dataclasses.field(default=True, kw_only=True)
    kernel_size: Size = dataclasses.field(default=3, kw_only=True)
    form: str = dataclasses.field(default="inference", kw_only=True)

    def needs(self) -> Iterable[Require]:
        """A stride of 1 or 2 and channels that fit it, and to know whether there are groups."""
        single(self, "stride", "mid_channels")
        yield from scalars(self, "inp", "oup", "groups")
        yield Require(
            at_least(self.middle, 1),
            lambda: (
                f"ShuffleUnit: mid_channels must be at least 1, got {self.middle} for oup = {self.oup}"
            ),
        )
        yield from odd(self, "kernel_size")
        yield from BatchNorm2d(self.oup, form=self.form).needs()
        one_or_two(self)
        if not self.stride.is_Integer:
            message = f"ShuffleUnit: stride must be 1 or 2, got {self.stride}"
            raise ArgumentError(message)
        if self.groups != 1:
            yield not_equal(self, "groups", 1)
            yield from self.divided()
        if self.stride == 1:
            yield Require(
                equal(self.inp, self.oup),
                lambda: (
                    f"ShuffleUnit: stride 1 keeps the {self.inp} channels, got oup = {self.oup}"
                ),
            )
        else:
            yield Require(
                at_least(self.oup - self.inp, 1),
                lambda: (
                    f"ShuffleUnit: stride 2 puts new channels behind the {self.inp} that come in; "
                    f"oup must be greater, got {self.oup}"
                ),
            )

    def divided(self) -> Iterable[Require]:
        """Yield that the groups divide the channels of the 1 × 1 convolutions and of the shuffle."""
        fitting = {"mid_channels": self.middle, "oup": self.new}
        fitting |= {"inp": self.inp} if self.grouped_first else {}
        for name, channels in fitting.items():
            yield Require(
                divides(self.groups, channels),
                lambda name=name, channels=channels: (  # type: ignore[misc]
                    f"ShuffleUnit: {name} = {channels} must be divisible by groups = {self.groups}"
                ),
            )

    @property
    def new(self) -> Any:
        """The channels that the last convolution makes: at stride 2 those that the input does not bring."""
        return self.oup if self.stride == 1 else self.oup - self.inp

    @property
    def middle(self) -> Any:
        """The channels between the 1 × 1 convolutions; of a number a quarter, rounded down."""
        if self.mid_channels is not None:
            return self.mid_channels
        return self.oup // 4 if self.oup.is_Integer else self.oup / 4

    def forward(self, x: Shape) -> Forward:
        """Squeeze, shuffle, convolve each channel, and join what comes out with the input."""
        m, k, form = self.middle, self.kernel_size, self.form
        squeeze = Conv2d(
            self.inp, m, 1, groups=self.groups if self.grouped_first else 1, bias=False
        )
        y = yield "squeeze", normed(squeeze, form, ReLU(inplace=True)), x
        if self.groups != 1:
            y = yield "shuffle", ChannelShuffle(self.groups), y
        depthwise = Conv2d(m, m, k, self.stride, centred(k), groups=m, bias=False)
        y = yield "depthwise", normed(depthwise, form), y
        expand = Conv2d(m, self.new, 1, groups=self.groups, bias=False)
        y = yield "expand", normed(expand, form), y
        if self.stride == 1:
            y = yield "add", Add(), y, x
            return (yield "relu", ReLU(inplace=True), y)
        y = yield "relu", ReLU(inplace=True), y
        x = yield "pool", AvgPool2d(3, stride=2, padding=1), x
        return (yield "cat", Concat(), x, y)


def one_or_two(layer: Any) -> None:
    """Refuse a stride that is a number, but neither 1 nor 2.

    Raises:
        ArgumentError: it is another number.
    """
    if layer.stride.is_Rational and layer.stride not in (1, 2):
        message = f"{type(layer).__name__}: stride must be 1 or 2, got {layer.stride}"
        raise ArgumentError(message)


def not_equal(layer: Layer, name: str, value: Any) -> Require:
    """Require that a field is not what would make another block of this one."""
    return Require(
        different(getattr(layer, name), value),
        lambda: f"{type(layer).__name__} with {name} = {value} is another block; write it so",
    )
