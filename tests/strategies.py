"""Strategies: small configurations of every layer, written once for numbers and for symbols.

A case builds its layer and its input shape from named sizes. With the drawn numbers it is a concrete
configuration; with symbols of the same names it is the formula that must give the same counts.
"""

# ruff: noqa: N803 - sizes are named as papers name them
from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

import symflops as sf
from symflops.layers.cache import Appended
from symflops.layers.cosine import BiasOfPairs
from symflops.layers.heads import HeadLinear, JoinHeads, SplitHeads
from symflops.zoo.convnext import LayerScale
from symflops.zoo.published import INPUTS

if TYPE_CHECKING:
    from collections.abc import Callable

CONVS = {1: sf.Conv1d, 2: sf.Conv2d, 3: sf.Conv3d}
TRANSPOSED = {1: sf.ConvTranspose1d, 2: sf.ConvTranspose2d, 3: sf.ConvTranspose3d}
MAX_POOLS = {1: sf.MaxPool1d, 2: sf.MaxPool2d, 3: sf.MaxPool3d}
AVG_POOLS = {1: sf.AvgPool1d, 2: sf.AvgPool2d, 3: sf.AvgPool3d}
ADAPTIVE_POOLS = {
    1: (sf.AdaptiveAvgPool1d, sf.AdaptiveMaxPool1d),
    2: (sf.AdaptiveAvgPool2d, sf.AdaptiveMaxPool2d),
    3: (sf.AdaptiveAvgPool3d, sf.AdaptiveMaxPool3d),
}
NORMS = {1: sf.BatchNorm1d, 2: sf.BatchNorm2d, 3: sf.BatchNorm3d}
PADS = {1: sf.ZeroPad1d, 2: sf.ZeroPad2d, 3: sf.ZeroPad3d}
INSTANCE_NORMS = {1: sf.InstanceNorm1d, 2: sf.InstanceNorm2d, 3: sf.InstanceNorm3d}
BLENDED = {"linear": 1, "bilinear": 2, "trilinear": 3, "bicubic": 2}  # mode → axes
SPATIAL = {1: "L", 2: "H W", 3: "D H W"}


@dataclass(frozen=True)
class Case:
    """A layer and its batched input, as a function of sizes that were drawn as numbers."""

    build: Callable[..., tuple[Any, tuple[Any, ...]]] = field(repr=False)
    sizes: dict[str, int]

    @property
    def numeric(self):
        """The layer and its input with the numbers drawn."""
        return self.build(**self.sizes)

    @property
    def symbolic(self):
        """The layer and its input with a symbol for every size."""
        return self.build(**{name: sf.dim(name) for name in self.sizes})

    def __repr__(self) -> str:
        return f"{self.numeric} from {self.sizes}"


def per_axis(numbers, axes):
    """One number for all axes, or a tuple with one for each."""
    return st.one_of(numbers, st.tuples(*[numbers] * axes))


def spread(value, axes):
    return value if isinstance(value, tuple) else (value,) * axes


def long_enough(draw, windows):
    """Draw sizes that the windows (kernel, padding, dilation) fit."""
    return [max(1, d * (k - 1) + 1 - 2 * p) + draw(st.integers(0, 3)) for k, p, d in windows]


@st.composite
def convolutions(draw, axes=None, *, count_padding=None):
    axes = axes or draw(st.sampled_from([1, 2, 2, 3]))
    kernel = draw(per_axis(st.integers(1, 4 if axes < 3 else 2), axes))
    dilation = draw(per_axis(st.integers(1, 3 if axes < 3 else 2), axes))
    padding = draw(st.one_of(per_axis(st.integers(0, 2), axes), st.sampled_from(["same", "valid"])))
    stride = 1 if padding == "same" else draw(per_axis(st.integers(1, 3), axes))
    groups = draw(st.integers(1, 3 if axes < 3 else 2))
    counted = draw(st.booleans()) if count_padding is None else count_padding
    options = {
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "bias": draw(st.booleans()),
        "count_padding": counted,
    }
    real = (0,) * axes if isinstance(padding, str) else spread(padding, axes)
    windows = zip(spread(kernel, axes), real, spread(dilation, axes), strict=True)
    names = SPATIAL[axes].split()
    sizes = dict(zip(names, long_enough(draw, windows), strict=True))
    sizes |= {
        "B": draw(st.integers(1, 2)),
        "c": draw(st.integers(1, 2)),
        "o": draw(st.integers(1, 2)),
    }

    def build(B, c, o, **spatial):
        layer = CONVS[axes](groups * c, groups * o, kernel, groups=groups, **options)
        return layer, (B, groups * c, *(spatial[name] for name in names))

    return Case(build, sizes)


@st.composite
def transposed_convolutions(draw, axes=None, *, short=False):
    """``short`` inputs may have fewer positions than two taps are apart."""
    axes = axes or draw(st.sampled_from([1, 2, 2, 3]))
    most = 3 if axes < 3 else 2
    kernel, stride, dilation = (
        [draw(st.integers(1, most + extra)) for _ in range(axes)] for extra in (1, 0, 0)
    )
    extra = [draw(st.integers(0, max(s, d) - 1)) for s, d in zip(stride, dilation, strict=True)]
    lengths = [draw(st.integers(1 if short else d, d + 2)) for d in dilation]
    padding = [
        draw(st.integers(0, min(3, ((n - 1) * s + d * (k - 1) + e) // 2)))
        for n, s, d, k, e in zip(lengths, stride, dilation, kernel, extra, strict=True)
    ]
    groups = draw(st.integers(1, most))
    options = {
        "stride": tuple(stride),
        "padding": tuple(padding),
        "output_padding": tuple(extra),
        "groups": groups,
        "bias": draw(st.booleans()),
        "dilation": tuple(dilation),
    }
    names = SPATIAL[axes].split()
    sizes = dict(zip(names, lengths, strict=True))
    sizes |= {name: draw(st.integers(1, 2)) for name in ("B", "c", "o")}

    def build(B, c, o, **spatial):
        layer = TRANSPOSED[axes](groups * c, groups * o, tuple(kernel), **options)
        return layer, (B, groups * c, *(spatial[name] for name in names))

    return Case(build, sizes)


@st.composite
def columns(draw, *, folded=False):
    """Windows laid out as columns, or such columns added up."""
    kernel, stride, dilation = (
        tuple(draw(st.integers(1, most)) for _ in range(2)) for most in (3, 3, 2)
    )
    padding = tuple(draw(st.integers(0, 2)) for _ in range(2))
    lengths = [
        max(1, (draw(st.integers(d, d + 2)) - 1) * s + d * (k - 1) + 1 - 2 * p)
        + draw(st.integers(0, s - 1))
        for k, s, d, p in zip(kernel, stride, dilation, padding, strict=True)
    ]
    sizes = dict(zip(("H", "W"), lengths, strict=True))
    sizes |= {name: draw(st.integers(1, 2)) for name in ("B", "C")}
    unfold = sf.Unfold(kernel, dilation, padding, stride)

    def build(B, C, H, W):
        if not folded:
            return unfold, (B, C, H, W)
        laid_out = sf.cost(unfold, (B, C, H, W)).output
        return sf.Fold((H, W), kernel, dilation, padding, stride), laid_out

    return Case(build, sizes)


@st.composite
def plain_convolutions(draw, kind, *, strides=3, dilations=2, forms=({},), **options):
    """Layers with Conv2d's arguments that compute what Conv2d does, or like it."""
    kernel = draw(per_axis(st.integers(1, 3), 2))
    dilation = draw(per_axis(st.integers(1, dilations), 2))
    padding = draw(st.one_of(per_axis(st.integers(0, 2), 2), st.sampled_from(["same", "valid"])))
    is_odd = all(
        (k - 1) * d % 2 == 0 for k, d in zip(spread(kernel, 2), spread(dilation, 2), strict=True)
    )
    if padding == "same" and not is_odd:
        padding = 1
    stride = 1 if padding == "same" else draw(per_axis(st.integers(1, strides), 2))
    groups, bias = draw(st.integers(1, 2)), draw(st.booleans())
    drawn = {name: draw(values) for name, values in options.items()}
    drawn |= draw(st.sampled_from(forms))
    parts = drawn.get("offset_groups", 1) * drawn.get("reduction", 1)
    real = (0, 0) if isinstance(padding, str) else spread(padding, 2)
    windows = zip(spread(kernel, 2), real, spread(dilation, 2), strict=True)
    sizes = dict(zip(("H", "W"), long_enough(draw, windows), strict=True))
    sizes |= {name: draw(st.integers(1, 2)) for name in ("B", "c", "o")}

    def build(B, c, o, H, W):
        channels = groups * parts * c
        layer = kind(channels, groups * o, kernel, stride, padding, dilation, groups, bias, **drawn)
        return layer, (B, channels, H, W)

    return Case(build, sizes)


@st.composite
def factored(draw):
    """Convolutions and matrices of low rank."""
    kind = draw(st.sampled_from(["linear", "tucker", "cp"]))
    bias = draw(st.booleans())
    sizes = {name: draw(st.integers(1, 3)) for name in ("B", "C", "D", "r", "q")}
    if kind == "linear":
        return Case(lambda B, C, D, r, q: (sf.LowRankLinear(C, D, r, bias=bias), (B, q, C)), sizes)
    kernel = draw(per_axis(st.integers(1, 3), 2))
    same = {"padding": "same", "dilation": draw(st.integers(1, 2))}
    other = {"stride": draw(per_axis(st.integers(1, 2), 2)), "padding": draw(st.integers(0, 2))}
    options = draw(st.sampled_from([same, other])) | {"bias": bias}
    sizes |= {name: draw(st.integers(3, 5)) for name in ("H", "W")}

    def build(B, C, D, r, q, H, W):
        if kind == "tucker":
            return sf.TuckerConv2d(C, D, kernel, r, q, **options), (B, C, H, W)
        return sf.CPConv2d(C, D, kernel, r, **options), (B, C, H, W)

    if kind == "cp":
        sizes.pop("q")
        return Case(lambda **given: build(q=1, **given), sizes)
    return Case(build, sizes)


@st.composite
def bilinears(draw):
    bias = draw(st.booleans())
    sizes = {name: draw(st.integers(1, 3)) for name in ("B", "N", "i", "j", "o")}
    return Case(
        lambda B, N, i, j, o: (sf.Bilinear(i, j, o, bias=bias), ((B, N, i), (B, N, j))), sizes
    )


@st.composite
def pools(draw):
    axes = draw(st.sampled_from([1, 2, 2, 3]))
    is_max = draw(st.booleans())
    kernel = draw(per_axis(st.integers(1, 3 if axes < 3 else 2), axes))
    stride = draw(st.one_of(st.none(), per_axis(st.integers(1, 3), axes)))
    padding = tuple(draw(st.integers(0, k // 2)) for k in spread(kernel, axes))
    dilation = draw(per_axis(st.integers(1, 2), axes)) if is_max else 1
    options = {"dilation": dilation} if is_max else {"count_include_pad": draw(st.booleans())}
    layer = (MAX_POOLS if is_max else AVG_POOLS)[axes](
        kernel, stride, padding, ceil_mode=draw(st.booleans()), **options
    )
    windows = zip(spread(kernel, axes), padding, spread(dilation, axes), strict=True)
    names = SPATIAL[axes].split()
    sizes = dict(zip(names, long_enough(draw, windows), strict=True))
    sizes |= {"B": draw(st.integers(1, 2)), "C": draw(st.integers(1, 2))}
    return Case(lambda B, C, **spatial: (layer, (B, C, *(spatial[name] for name in names))), sizes)


@st.composite
def adaptive_pools(draw):
    axes = draw(st.sampled_from([1, 2, 2, 3]))
    least = st.integers(1, 5 if axes < 3 else 3)
    wanted = st.one_of(least, st.none()) if axes > 1 else least
    output = draw(st.one_of(least, st.tuples(*[wanted] * axes)))
    layer = draw(st.sampled_from(ADAPTIVE_POOLS[axes]))(output)
    names = SPATIAL[axes].split()
    sizes = {name: draw(st.integers(1, 7 if axes < 3 else 4)) for name in names}
    sizes |= {"B": 1, "C": 2}
    return Case(lambda B, C, **spatial: (layer, (B, C, *(spatial[name] for name in names))), sizes)


@st.composite
def batch_norms(draw):
    axes = draw(st.sampled_from([1, 2, 3]))
    form = draw(st.sampled_from(["inference", "unfolded", "training", "folded"]))
    options = {name: draw(st.booleans()) for name in ("affine", "bias", "track_running_stats")}
    if form in ("unfolded", "folded"):
        options["track_running_stats"] = True
    names = SPATIAL[axes].split()
    sizes = {name: draw(st.integers(1, 3)) for name in ("B", "C", *names)}

    def build(B, C, **spatial):
        layer = NORMS[axes](C, form=form, **options)
        return layer, (B, C, *(spatial[name] for name in names))

    return Case(build, sizes)


@st.composite
def layer_scales(draw):
    sizes = {name: draw(st.integers(1, 3)) for name in "BCHW"}
    return Case(lambda B, C, H, W: (LayerScale(C), (B, C, H, W)), sizes)


@st.composite
def row_norms(draw):
    options = {"elementwise_affine": draw(st.booleans()), "bias": draw(st.booleans())}
    last = draw(st.integers(1, 2))
    sizes = {name: draw(st.integers(1, 4)) for name in ("B", "N", "D", "E")[: 2 + last]}

    is_rms, eps = draw(st.booleans()), draw(st.sampled_from([None, 1e-3]))

    def build(B, N, **last):
        axes = tuple(last.values())
        if is_rms:
            layer = sf.RMSNorm(axes, eps, options["elementwise_affine"])
        else:
            layer = sf.LayerNorm(axes, **options)
        return layer, (B, N, *axes)

    return Case(build, sizes)


@st.composite
def sample_norms(draw):
    """GroupNorm and InstanceNorm."""
    axes = draw(st.sampled_from([0, 1, 2, 3]))
    options = {"affine": draw(st.booleans()), "bias": draw(st.booleans())}
    tracked = draw(st.booleans())
    names = SPATIAL.get(axes, "").split()
    grouped = not axes or draw(st.booleans())
    sizes = {name: draw(st.integers(1, 3)) for name in ("B", "C", *["g"] * grouped, *names)}

    def build(B, C, g=1, **spatial):
        shape = (B, g * C, *(spatial[name] for name in names))
        if grouped:
            return sf.GroupNorm(g, g * C, **options), shape
        return INSTANCE_NORMS[axes](C, track_running_stats=tracked, **options), shape

    return Case(build, sizes)


@st.composite
def response_norms(draw):
    layer = sf.LocalResponseNorm(draw(st.integers(1, 5)), draw(st.sampled_from([1e-4, 0.5])))
    sizes = {name: draw(st.integers(1, 3)) for name in ("B", "H", "W")}
    sizes["C"] = int(layer.size) + draw(st.integers(0, 3))
    return Case(lambda B, C, H, W: (layer, (B, C, H, W)), sizes)


@st.composite
def linears(draw):
    bias = draw(st.booleans())
    sizes = {name: draw(st.integers(1, 5)) for name in ("B", "N", "i", "o")}
    return Case(lambda B, N, i, o: (sf.Linear(i, o, bias=bias), (B, N, i)), sizes)


ANY_SHAPE = (
    *(sf.ReLU(), sf.ReLU6(), sf.Sigmoid(), sf.Tanh(), sf.SiLU(), sf.GELU(), sf.GELU("tanh")),
    *(sf.LeakyReLU(), sf.LeakyReLU(0.2), sf.PReLU(), sf.ELU(), sf.ELU(1.5), sf.SELU(), sf.Mish()),
    *(sf.Softplus(), sf.Softplus(2), sf.Softplus(0.5, 0.1), sf.Hardswish(), sf.Hardsigmoid()),
    *(sf.Hardtanh(), sf.Hardtanh(-0.25, 0.5), sf.CELU(), sf.CELU(-0.5), sf.RReLU(0.25, 0.5)),
    *(sf.Threshold(0.1, 20), sf.LogSigmoid(), sf.Softsign(), sf.Softshrink(), sf.Softshrink(0)),
    *(sf.Hardshrink(), sf.Hardshrink(-0.25), sf.Tanhshrink()),
    *(sf.Softmax(dim) for dim in (-1, 0, 1, 2)),
    *(sf.LogSoftmax(dim) for dim in (-1, 0, 1, 2)),
    *(
        sf.Identity(),
        sf.Dropout(0.1),
        sf.AlphaDropout(0.1),
        sf.Flatten(),
        sf.Flatten(0, 1),
        sf.Flatten(-2),
    ),
)


@st.composite
def activations(draw):
    layer = draw(st.sampled_from(ANY_SHAPE))
    sizes = {name: draw(st.integers(1, 4)) for name in ("B", "N", "D")}
    return Case(lambda B, N, D: (layer, (B, N, D)), sizes)


@st.composite
def gates(draw):
    """GLU, which halves an axis, and PReLU, which may learn a slope a channel."""
    sizes = {name: draw(st.integers(1, 3)) for name in ("B", "C", "L")}
    dim = draw(st.sampled_from([None, -2, -1, 0, 1, 2]))
    if dim is None:
        return Case(lambda B, C, L: (sf.PReLU(C), (B, C, L)), sizes)

    def build(**named):
        shape = list(named.values())
        shape[dim] *= 2
        return sf.GLU(dim), tuple(shape)

    return Case(build, sizes)


@st.composite
def upsamples(draw):
    mode = draw(st.sampled_from(["nearest", *BLENDED]))
    axes = BLENDED.get(mode) or draw(st.sampled_from([1, 2, 3]))
    options = {"mode": mode}
    if mode != "nearest":
        options["align_corners"] = draw(st.sampled_from([None, False, True]))
    if draw(st.booleans()):
        options["size"] = draw(per_axis(st.integers(1, 5), axes))
    else:
        options["scale_factor"] = draw(per_axis(st.sampled_from([1, 1.5, 2, 3]), axes))
        options["recompute_scale_factor"] = draw(st.sampled_from([None, False, True]))
    names = SPATIAL[axes].split()
    sizes = {name: draw(st.integers(1, 2)) for name in ("B", "C")}
    sizes |= {name: draw(st.integers(1, 6 if axes < 3 else 3)) for name in names}

    def build(B, C, **spatial):
        return sf.Upsample(**options), (B, C, *(spatial[name] for name in names))

    return Case(build, sizes)


@st.composite
def reductions(draw):
    dims = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3, unique=True))
    dims = tuple(dim - 4 * draw(st.booleans()) for dim in dims)
    kind = draw(st.sampled_from([sf.Mean, sf.Amax]))
    layer = kind(dims[0] if len(dims) == 1 else dims, keepdim=draw(st.booleans()))
    sizes = {name: draw(st.integers(1, 4)) for name in ("B", "C", "H", "W")}
    return Case(lambda B, C, H, W: (layer, (B, C, H, W)), sizes)


@st.composite
def orders(draw):
    """Permute, with axes counted from the front or from the back."""
    rank = draw(st.integers(2, 5))
    order = [axis - draw(st.sampled_from([0, rank])) for axis in draw(st.permutations(range(rank)))]
    sizes = {name: draw(st.integers(1, 3)) for name in "BCDHW"[:rank]}
    return Case(lambda **named: (sf.Permute(order), tuple(named.values())), sizes)


@st.composite
def parts(draw):
    """Unflatten and Split, of which an axis is made that falls into their sizes."""
    axis = draw(st.integers(0, 2))
    dim = axis - draw(st.sampled_from([0, 3]))
    kind = draw(st.sampled_from(["sections", "size", "unflatten"]))
    fit, of = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    is_open = draw(st.sampled_from([(), (0,), (1,)]))
    names = ("B", "L", "m") if kind == "size" else ("B", "L", "m", "n")

    def build(B, L, m, n=None):
        if kind == "unflatten":
            given = tuple(-1 if i in is_open else size for i, size in enumerate((m, n)))
            layer, size = sf.Unflatten(dim, given), m * n
        elif kind == "size":
            layer, size = sf.Split(of * m, dim), fit * m
        else:
            layer, size = sf.Split((m, of, n), dim), m + of + n
        shape = [B, L]
        shape.insert(axis, size)
        return layer, tuple(shape)

    return Case(build, {name: draw(st.integers(1, 3)) for name in names})


@st.composite
def shuffles(draw):
    sizes = {name: draw(st.integers(1, 3)) for name in ("B", "C", "H", "W", "r")}
    layer_of, shape_of = draw(
        st.sampled_from(
            [
                (sf.PixelShuffle, lambda B, C, H, W, r: (B, r**2 * C, H, W)),
                (sf.PixelShuffle, lambda B, C, H, W, r: (B, 2, C * r**2, H, W)),
                (sf.PixelUnshuffle, lambda B, C, H, W, r: (B, C, r * H, r * W)),
                (sf.ChannelShuffle, lambda B, C, H, W, r: (B, r * C, H, W)),
                (sf.ChannelShuffle, lambda B, C, H, W, r: (B, r * C, H + W)),
            ]
        )
    )
    return Case(lambda r, **named: (layer_of(r), shape_of(r=r, **named)), sizes)


@st.composite
def paddings(draw):
    axes = draw(st.sampled_from([1, 2, 3]))
    padding = draw(st.one_of(st.integers(0, 2), st.tuples(*[st.integers(-2, 3)] * (2 * axes))))
    sides = spread(padding, 2 * axes)
    names = SPATIAL[axes].split()[::-1]  # the last axis first
    sizes = {"B": draw(st.integers(1, 2)), "C": draw(st.integers(1, 2))}
    for name, before, after in zip(names, sides[::2], sides[1::2], strict=True):
        sizes[name] = 1 - min(0, before) - min(0, after) + draw(st.integers(0, 2))

    def build(B, C, **spatial):
        return PADS[axes](padding), (B, C, *(spatial[name] for name in SPATIAL[axes].split()))

    return Case(build, sizes)


@st.composite
def embeddings(draw):
    padding = draw(st.sampled_from([None, 0, -1]))
    sizes = {name: draw(st.integers(1, 4)) for name in ("B", "N", "V", "D")}
    if draw(st.booleans()):
        return Case(lambda B, N, V, D: (sf.Embedding(V, D, padding), (B, N)), sizes)
    return Case(lambda B, N, V, D: (sf.Embedding(V, D, padding), (B, N, 2)), sizes)


@st.composite
def positions(draw):
    """What is added to a row of vectors, put in front of it, or taken out of it."""
    kind = draw(st.sampled_from(["learned", "sinusoidal", "token", "select"]))
    sizes = {name: draw(st.integers(1, 4)) for name in ("B", "N", "D", "n")}
    axis = draw(st.integers(1, 2))
    dim = axis - draw(st.sampled_from([0, 3]))
    index, start = draw(st.integers(-4, 3)), draw(st.integers(0, 2))

    def build(B, N, D, n):
        shape = (B, N, D)
        if kind == "select":
            least = -index if index < 0 else index + 1
            return sf.Select(dim, index), (
                *shape[:axis],
                shape[axis] + least - 1,
                *shape[axis + 1 :],
            )
        layer = {
            "learned": lambda: sf.LearnedPositions(N + n - 1 + start, D, start=start),
            "sinusoidal": lambda: sf.SinusoidalPositions(D),
            "token": lambda: sf.ClassToken(D, n),
        }[kind]()
        return layer, shape

    if kind in ("select", "sinusoidal"):
        sizes.pop("n")
        return Case(lambda **named: build(n=1, **named), sizes)
    return Case(build, sizes)


@st.composite
def patches(draw):
    side = draw(per_axis(st.integers(1, 3), 2))
    options = {"bias": draw(st.booleans()), "flatten": draw(st.booleans())}
    sizes = {name: draw(st.integers(1, 3)) for name in ("B", "C", "D", "h", "w")}

    def build(B, C, D, h, w):
        height, width = spread(side, 2)
        return sf.PatchEmbed(C, D, side, **options), (B, C, h * height, w * width)

    return Case(build, sizes)


@st.composite
def feed_forwards(draw):
    activation = draw(st.sampled_from(["relu", "gelu", "gelu_tanh", "silu", sf.Mish(), "sigmoid"]))
    bias, gated = draw(st.booleans()), draw(st.booleans())
    kind = draw(st.sampled_from(["plain", "default", "swiglu", "geglu"]))
    sizes = {name: draw(st.integers(1, 3)) for name in ("B", "N", "D", "f")}
    layer_of = {
        "plain": lambda D, f: sf.FeedForward(D, f, activation, bias, gated=gated),
        "default": lambda D, f: sf.FeedForward(D, None, activation, bias, gated=gated),  # noqa: ARG005
        "swiglu": lambda D, f: sf.SwiGLU(D, f, bias),
        "geglu": lambda D, f: sf.GeGLU(D, f, bias),
    }[kind]
    if kind == "default":
        sizes.pop("f")
    return Case(lambda B, N, D, f=None: (layer_of(D, f), (B, N, D)), sizes)


@st.composite
def mixtures(draw):
    """Mixtures of experts of every kind; with slots, as many tokens as make their number whole."""
    gated, bias = draw(st.booleans()), draw(st.booleans())
    capacity = draw(st.sampled_from([None, None, 0.5, 1, 1.5, 2]))
    options = {
        "router_bias": draw(st.booleans()),
        "scoring": draw(st.sampled_from(["softmax", "sigmoid"])),
        "normalize": draw(st.booleans()),
        "scaling": draw(st.sampled_from([None, 2.5])),
        "capacity_factor": capacity,
    }
    shared = draw(st.sampled_from([None, "plain", "gated"]))
    options["shared_gate"] = shared == "gated"
    sizes = {name: draw(st.integers(1, 3)) for name in ("B", "N", "D", "f")}
    sizes["E"] = draw(st.integers(1, 4))
    sizes["k"] = draw(st.integers(1, sizes["E"]))

    def build(B, N, D, f, E, k):
        expert = sf.FeedForward(D, f, "relu", bias, gated=gated)
        beside = None if shared is None else sf.SwiGLU(D, 2 * f)
        layer = sf.MixtureOfExperts(D, E, k, expert, shared=beside, **options)
        return layer, (B, N if capacity is None else 2 * E * N, D)

    return Case(build, sizes)


@st.composite
def adapters(draw):
    kind = draw(st.sampled_from(["lora", "merged", "adapter"]))
    bias, alpha = draw(st.booleans()), draw(st.sampled_from([None, 2, 16]))
    activation = draw(st.sampled_from(["relu", "gelu", sf.Tanh()]))
    sizes = {name: draw(st.integers(1, 4)) for name in ("B", "N", "D", "f", "r")}

    def build(B, N, D, f, r):
        if kind == "adapter":
            return sf.Adapter(D, r, activation), (B, N, D)
        linear = sf.Linear(D, f, bias)
        return sf.LoRA(linear, r, alpha=alpha, merged=kind == "merged"), (B, N, D)

    if kind == "adapter":
        sizes.pop("f")
        return Case(lambda **given: build(f=1, **given), sizes)
    return Case(build, sizes)


TRANSFORMERS = (
    sf.TransformerEncoderLayer,
    sf.TransformerDecoderLayer,
    sf.TransformerEncoder,
    sf.TransformerDecoder,
    sf.Transformer,
)


@st.composite
def transformers(draw, *, ours=False):
    """Encoders and decoders of PyTorch's, with options of ``ours`` too."""
    kind = draw(st.sampled_from(TRANSFORMERS))
    options = {name: draw(st.booleans()) for name in ("batch_first", "norm_first", "bias")}
    options["activation"] = draw(st.sampled_from(["relu", "gelu"]))
    if ours:
        options |= {name: draw(st.booleans()) for name in ("causal", "gated")}
        options["norm"] = draw(st.sampled_from(["LayerNorm", "RMSNorm"]))
        options["activation"] = draw(st.sampled_from(["silu", "gelu_tanh", sf.Mish()]))
    normed = draw(st.booleans())
    depths = [draw(st.integers(1, 2)), draw(st.integers(1, 2))]
    names = (
        "B",
        "N",
        "h",
        "d",
        "f",
        *["M"] * ("Decoder" in kind.__name__ or kind is TRANSFORMERS[-1]),
    )
    sizes = {name: draw(st.integers(1, 3)) for name in names}

    def build(B, N, h, d, f, M=None):
        D = h * d
        inputs = [(B, N, D) if options["batch_first"] else (N, B, D)]
        if M is not None:
            inputs += [(B, M, D) if options["batch_first"] else (M, B, D)]
        if kind is sf.Transformer:
            return kind(D, h, *depths, f, 0.0, **options), tuple(inputs)
        block = sf.TransformerEncoderLayer if M is None else sf.TransformerDecoderLayer
        layer = block(D, h, f, 0.0, **options)
        if kind is not block:
            last = sf.LayerNorm(D, bias=options["bias"]) if normed else None
            layer = kind(layer, depths[0], last)
        return layer, tuple(inputs) if M is not None else inputs[0]

    return Case(build, sizes)


@st.composite
def cells(draw):
    """One step of a recurrent cell, from the state 0 or from one that is given."""
    kind = draw(st.sampled_from([sf.RNNCell, sf.LSTMCell, sf.GRUCell]))
    options = {"bias": draw(st.booleans()), "bias_vectors": draw(st.integers(1, 2))}
    if kind is sf.RNNCell:
        options["nonlinearity"] = draw(st.sampled_from(["tanh", "relu"]))
    has_state = draw(st.booleans())
    sizes = {name: draw(st.integers(1, 3)) for name in ("B", "i", "h")}
    if kind is sf.LSTMCell and draw(st.booleans()):
        sizes["p"] = draw(st.integers(1, 2))
        sizes["h"] += sizes["p"]

    def build(B, i, h, p=0):
        projected = {"proj_size": p} if p else {}
        state = ((B, p or h), (B, h))[: 2 if kind is sf.LSTMCell else 1] if has_state else ()
        layer = kind(i, h, **options, **projected)
        return layer, ((B, i), *state) if state else (B, i)

    return Case(build, sizes)


@st.composite
def recurrent_layers(draw):
    """Layers of cells over time, in one direction or both; the depth is a size."""
    kind = draw(st.sampled_from([sf.RNN, sf.LSTM, sf.GRU]))
    options = {name: draw(st.booleans()) for name in ("bias", "batch_first", "bidirectional")}
    options |= {"bias_vectors": draw(st.integers(1, 2)), "dropout": draw(st.sampled_from([0, 0.5]))}
    if kind is sf.RNN:
        options["nonlinearity"] = draw(st.sampled_from(["tanh", "relu"]))
    sizes = {name: draw(st.integers(1, 3)) for name in ("B", "T", "i", "h")}
    sizes["L"] = draw(st.integers(1, 3))
    if kind is sf.LSTM and draw(st.booleans()):
        sizes["p"] = draw(st.integers(1, 2))
        sizes["h"] += sizes["p"]

    def build(B, T, i, h, L, p=0):
        projected = {"proj_size": p} if p else {}
        shape = (B, T, i) if options["batch_first"] else (T, B, i)
        return kind(i, h, L, **options, **projected), shape

    return Case(build, sizes)


@st.composite
def causal_convolutions(draw):
    kernel, stride, dilation, groups = (draw(st.integers(1, most)) for most in (4, 3, 3, 3))
    options = {"bias": draw(st.booleans()), "count_padding": draw(st.booleans())}
    windows = {"stride": stride, "dilation": dilation, "groups": groups}
    sizes = {name: draw(st.integers(1, 2)) for name in ("B", "c", "o")}
    reach = dilation * (kernel - 1)
    least = 1 if options["count_padding"] else reach + 1  # where a symbol's taps are counted
    sizes["T"] = least + draw(st.integers(0, 4))

    def build(B, c, o, T):
        layer = sf.CausalConv1d(groups * c, groups * o, kernel, **windows, **options)
        return layer, (B, groups * c, T)

    return Case(build, sizes)


@st.composite
def scans(draw, *, chunked=False):
    """What is handed from one position to the next: Mamba's, Mamba-2's, and linear attention's that fades."""
    kind = "duality" if chunked else draw(st.sampled_from(["selective", "duality", "gated"]))
    skip, decay = draw(st.booleans()), draw(st.sampled_from(["vector", "scalar", "fixed"]))
    names = {"selective": "BTDN", "duality": "BTNPgh", "gated": "BThkv"}[kind] + "Q" * chunked
    sizes = {name: draw(st.integers(1, 3)) for name in names}

    def selective(B, T, D, N):
        layer = sf.SelectiveScan(D, N, skip=skip)
        return layer, ((B, T, D), (B, T, D), (B, T, N), (B, T, N))

    def duality(B, T, N, P, g, h, Q=None):
        T, h = T if Q is None else T * Q, g * h  # whole chunks, and whole groups of heads
        layer = sf.SSD(h, P, N, g, chunk_size=Q, skip=skip)
        return layer, ((B, T, h * P), (B, T, h), (B, T, g * N), (B, T, g * N))

    def gated(B, T, h, k, v):
        inputs = (B, T, h * k), (B, T, h * k), (B, T, h * v)
        gate = {"vector": ((B, T, h * k),), "scalar": ((B, T, h),), "fixed": ()}[decay]
        return sf.GatedRecurrence(h, k, v, decay=decay), (*inputs, *gate)

    return Case({"selective": selective, "duality": duality, "gated": gated}[kind], sizes)


@st.composite
def diagonal_models(draw):
    mode = draw(st.sampled_from(["recurrent", "convolution"]))
    size = draw(st.sampled_from([8, 16])) if mode == "convolution" else None
    sizes = {name: draw(st.integers(1, 3)) for name in ("B", "T", "D", "n")}
    return Case(lambda B, T, D, n: (sf.S4D(D, 2 * n, mode=mode, size=size), (B, T, D)), sizes)


@st.composite
def scan_blocks(draw):
    """Mamba's mixer, Mamba-2's, and gated linear attention with its projections."""
    kind = draw(st.sampled_from(["mamba", "mamba2", "gated"]))
    options = {name: draw(st.booleans()) for name in ("bias", "conv_bias")}
    auto, half = draw(st.booleans()), draw(st.booleans())
    taps, groups, headdim = (draw(st.integers(1, 2)) for _ in range(3))
    names = {"mamba": "BTDN", "mamba2": "BTNh", "gated": "Thdr"}[kind]
    if kind == "mamba":  # each of these is given, or left as it is
        names += "R" * (not auto) + "E" * (not half)
    sizes = {name: draw(st.integers(1, 3)) for name in names}

    def mamba(B, T, D, N, E=1.5, R=None):
        return sf.MambaBlock(D, N, taps, E, R, **options), (B, T, D)

    def mamba2(B, T, N, h):
        width = 2 * headdim * groups * h  # 3/2 of it are the channels
        layer = sf.Mamba2Block(width, N, taps, 1.5, headdim, groups, **options)
        return layer, (B, T, width)

    def gated(T, h, d, r):
        ratios = (0.5, 1.5) if half else (1, 2)
        return sf.GatedLinearAttention(2 * h * d, h, *ratios, r), (1, T, 2 * h * d)

    return Case({"mamba": mamba, "mamba2": mamba2, "gated": gated}[kind], sizes)


@st.composite
def attentions(draw, *, masked=False, cached=False):
    """Heads that share keys or not, over themselves or a memory; ``masked`` ones see some keys alone."""
    words = ("bias", "add_bias_kv", "add_zero_attn", "scale", "out_proj", "batch_first", "rotary")
    options = {name: draw(st.booleans()) for name in words}
    options["k_bias"] = draw(st.sampled_from([None, False, True]))
    options["out_bias"] = draw(st.sampled_from([None, False, options["out_proj"]]))
    options["rotary_dim"] = draw(st.sampled_from([None, 2])) if options["rotary"] else None
    sources = ["itself"] if masked else ["itself", "memory", "keys and values"]
    source = draw(st.sampled_from([*sources, "length"] if cached and not masked else sources))
    mask = draw(st.sampled_from(["causal", "window", "both"])) if masked else ""
    options["causal"] = mask in ("causal", "both")
    normed, bias = draw(st.booleans()), draw(st.sampled_from([None, sf.ALiBi(), "learned"]))
    is_wide, g, half = draw(st.booleans()), draw(st.integers(1, 2)), draw(st.integers(1, 2))
    names = "BNk" + "d" * is_wide + "D" * is_wide + "w" * (mask in ("window", "both"))
    names += "S" * (cached and source == "itself" and draw(st.booleans()))
    names += "M" * (source != "itself")
    options["memory_cached"] = cached and source != "itself" and draw(st.booleans())
    names += "KV" * (source in ("keys and values", "length"))
    sizes = {name: draw(st.integers(1, 3 if name in "Nw" else 2)) for name in names}

    def build(B, N, k, d=half, D=None, w=None, S=None, M=None, K=None, V=None):
        given, heads, width = dict(options), k * g, 2 * d
        given |= {"kv_heads": k, "window": w, "cache_length": S, "kdim": K, "vdim": V}
        given["head_dim"] = width if is_wide else None
        given["kv_length"] = M if source == "length" else None
        given["qk_norm"] = sf.RMSNorm(width) if normed else None
        given["score_bias"] = sf.RelativePositionBias(2, heads) if bias == "learned" else bias
        D = D if is_wide else heads * width

        def rows(n, features):
            return (B, n, features) if options["batch_first"] else (n, B, features)

        shapes = [rows(N, D)]
        shapes += [rows(M, D)] if source == "memory" else []
        shapes += [rows(M, K), rows(M, V)] if source == "keys and values" else []
        layer = sf.MultiheadAttention(D, heads, **given)
        return layer, shapes[0] if len(shapes) == 1 else tuple(shapes)

    return Case(build, sizes)


#: The layers inside attention, and the sizes that each of them has.
PARTS = {
    sf.Scores: "BNSkgd",
    sf.ScaleScores: "BNSkd",
    sf.MaskedSoftmax: "BNSk",
    sf.Weighting: "BNSkgd",
    sf.ALiBi: "BNSk",
    sf.RelativePositionBias: "BNSk",
    sf.RotaryEmbedding: "BNkd",
    Appended: "BNd",
}


@st.composite
def parts_of_attention(draw):
    """The layers inside attention, under any mask, each by itself."""
    kind = draw(st.sampled_from([*PARTS]))
    causal, windowed, extra = draw(st.booleans()), draw(st.booleans()), draw(st.integers(0, 2))
    is_masked = kind not in (sf.RotaryEmbedding, Appended)
    names = PARTS[kind] + "w" * (windowed and is_masked)
    sizes = {name: draw(st.integers(1, 3)) for name in names}
    apart, learned = draw(st.booleans()), draw(st.booleans())

    def build(B, N, S=1, k=1, g=1, d=1, w=None):
        mask = {"causal": causal, "window": w, "extra": extra}
        heads, keys = k * g, N + S + extra
        pairs = (B, heads, N, keys)
        if kind is sf.Scores:
            return sf.Scores(heads, k, **mask), ((B, N, heads * d), (B, keys, k * d))
        if kind is sf.Weighting:
            return sf.Weighting(kv_heads=k, **mask), (pairs, (B, keys, k * d))
        if kind is sf.RotaryEmbedding:
            turned = {"rotary_dim": 2} if apart else {}
            return sf.RotaryEmbedding(2 * d, **turned), (B, N, heads * 2 * d)
        if kind is Appended:
            return Appended(d, learned), (B, N, d)
        own = {sf.ScaleScores: (d,), sf.RelativePositionBias: (S, heads)}.get(kind, ())
        return kind(*own, **mask), pairs

    return Case(build, sizes)


@st.composite
def window_attentions(draw):
    """Swin's attention of both versions, on maps that windows fill or not."""
    cosine = draw(st.integers(0, 3)) == 3  # its network for the biases takes long to run
    kind = sf.ShiftedWindowAttentionV2 if cosine else sf.ShiftedWindowAttention
    options = {name: draw(st.booleans()) for name in ("qkv_bias", "proj_bias")}
    shift = draw(per_axis(st.integers(0, 2), 2))
    window = tuple(draw(st.integers(1, 2)) for _ in range(2))
    d = draw(st.integers(1, 2))
    sizes = {name: draw(st.integers(1, 2)) for name in "Bh" + "mn" * (not cosine)}
    sizes |= {name: draw(st.integers(1, 5)) for name in ("H", "W")}

    def build(B, H, W, h, m=window[0], n=window[1]):
        return kind(h * d, (m, n), shift, h, **options), (B, H, W, h * d)

    return Case(build, sizes)


@st.composite
def partition_attentions(draw):
    kind, P = draw(st.sampled_from(["window", "grid"])), draw(st.integers(1, 2))
    is_given, ratio = draw(st.booleans()), draw(st.integers(1, 2))
    d = draw(st.integers(1, 2))
    sizes = {name: draw(st.integers(1, 2)) for name in ("B", "h", "H", "W")}

    def build(B, h, H, W):
        size = (P * H, P * W) if is_given else None
        return sf.PartitionAttention(h * d, d, P, kind, size, ratio), (B, h * d, P * H, P * W)

    return Case(build, sizes)


@st.composite
def parts_of_windows(draw):
    """Maps cut into windows and put together, the biases of their scores, and rows of length 1."""
    kind = draw(
        st.sampled_from(["cut", "merge", "bias", "logit scale", "normalize", "bias of pairs"])
    )
    grid, shift = draw(st.booleans()), draw(per_axis(st.integers(0, 2), 2))
    dim = draw(st.sampled_from([1, -1, 2]))
    names = {"normalize": "BCHW", "logit scale": "BCHW", "bias of pairs": "Cmn"}.get(kind, "BCmnHW")
    sizes = {name: draw(st.integers(1, 5 if name in "HW" else 3)) for name in names}

    def build(C, m=1, n=1, B=1, H=1, W=1):
        if kind == "normalize":
            return sf.Normalize(dim), (B, H, W, C)
        if kind == "logit scale":
            return sf.LogitScale(C), (B, C, H, W)
        if kind == "bias of pairs":
            return BiasOfPairs((m, n)), (1, (2 * m - 1) * (2 * n - 1), C)
        if kind == "bias":  # C × H windows
            layer = sf.WindowBias((m, n), W, shift, (C, H))
            return layer, (B * C * H, W, m * n, m * n)
        cut = sf.WindowPartition((m, n), shift, grid)
        if kind == "cut":
            return cut, (B, H, W, C)
        windows = sf.cost(cut, (B, H, W, C), batched=True).output
        return sf.WindowMerge((m, n), shift, grid, size=(H, W)), windows

    return Case(build, sizes)


@st.composite
def parts_of_heads(draw):
    """Heads in parts, together, and each times a matrix of its own."""
    kind, own = draw(st.sampled_from(["split", "join", "linear"])), draw(st.booleans())
    names = "BNha" + "b" * (own or kind != "split")
    sizes = {name: draw(st.integers(1, 3)) for name in names}

    def build(B, N, h, a, b=None):
        if kind == "split":
            return SplitHeads(h, (a, b) if own else (a,)), (B, N, h * (a + b if own else a))
        if kind == "linear":
            return HeadLinear(h, a, b), (B, N, h * a)
        return JoinHeads(h, own), ((B, N, h * a if own else a), (B, N, h * b))

    return Case(build, sizes)


@st.composite
def latent_attentions(draw, *, masked=False, cached=False):
    """DeepSeek's attention, its queries from a latent or not, absorbed or not."""
    options = {"causal": masked, "absorb": draw(st.booleans())}
    names = "BNDhrnev" + "q" * draw(st.booleans()) + "S" * cached
    sizes = {name: draw(st.integers(1, 3 if name == "N" else 2)) for name in names}

    def build(B, N, D, h, r, n, e, v, q=None, S=None):
        layer = sf.MultiheadLatentAttention(D, h, q, r, n, 2 * e, v, cache_length=S, **options)
        return layer, (B, N, D)

    return Case(build, sizes)


@st.composite
def linear_attentions(draw, *, causal=False, from_state=False):
    """Linear attention, by itself or between projections, over a memory or not."""
    alone, over, bias = (draw(st.booleans()) for _ in range(3))
    over = over and not causal
    mapped, wide = draw(st.booleans()), draw(st.booleans())
    names = "BNhd" + "r" * (alone or mapped) + "M" * over + "D" * (wide and not alone)
    sizes = {name: draw(st.integers(1, 3)) for name in names}
    options = {"causal": causal, "from_state": from_state}

    def build(B, N, h, d, r=None, M=None, D=None):
        memory = N if M is None else M
        if alone:
            inputs = (B, N, h * r), (B, memory, h * r), (B, memory, h * d)
            return sf.KernelAttention(h, **options), inputs
        given = {} if D is None else {"head_dim": d}
        if mapped:
            given["feature_map"] = sf.Sequential(sf.Linear(d, r), sf.ELUPlusOne())
        D = h * d if D is None else D
        layer = sf.LinearAttention(D, h, bias, **given, **options)
        return layer, ((B, N, D), (B, M, D)) if over else (B, N, D)

    return Case(build, sizes)


#: Layers that hold no other, family by family.
LEAVES = {
    "conv": convolutions(),
    "transposed": transposed_convolutions(),
    "unfold": columns(),
    "fold": columns(folded=True),
    "im2col": plain_convolutions(sf.Im2colConv2d),
    "low rank": factored(),
    "pool": pools(),
    "adaptive": adaptive_pools(),
    "batch norm": batch_norms(),
    "row norm": row_norms(),
    "sample norm": sample_norms(),
    "response norm": response_norms(),
    "linear": linears(),
    "attention": attentions(),
    "window attention": window_attentions(),
    "partition attention": partition_attentions(),
    "part of windows": parts_of_windows(),
    "part of heads": parts_of_heads(),
    "latent attention": latent_attentions(),
    "linear attention": linear_attentions(),
    "activation": activations(),
    "gate": gates(),
    "upsample": upsamples(),
    "order": orders(),
    "parts": parts(),
    "shuffle": shuffles(),
    "padding": paddings(),
    "reduction": reductions(),
    "layer scale": layer_scales(),
    "embedding": embeddings(),
    "positions": positions(),
    "patches": patches(),
    "feed forward": feed_forwards(),
    "cell": cells(),
    "recurrent": recurrent_layers(),
    "experts": mixtures(),
    "adapters": adapters(),
    "causal": causal_convolutions(),
    "scan": scans(),
    "scan block": scan_blocks(),
}


#: Layers that PyTorch's counter counts in another way, or not at all.
COUNTED_OTHERWISE = {
    "masked attention": attentions(masked=True),
    "part of attention": parts_of_attention(),
    "masked latent attention": latent_attentions(masked=True),
    "causal linear attention": linear_attentions(causal=True),
    "bilinear": bilinears(),
    "deformable": plain_convolutions(
        sf.DeformConv2d, offset_groups=st.integers(1, 2), modulated=st.booleans()
    ),
    "dynamic": plain_convolutions(
        sf.DynamicConv2d, kernels=st.integers(1, 3), reduction=st.integers(1, 2)
    ),
    "winograd": plain_convolutions(
        sf.WinogradConv2d,
        strides=1,
        dilations=1,
        forms=({}, {"transforms": False}, {"filter_transform": True}),
        m=per_axis(st.integers(1, 4), 2),
    ),
    "fourier": plain_convolutions(
        sf.FFTConv2d,
        strides=1,
        dilations=1,
        size=per_axis(st.just(8), 2),
        real=st.booleans(),
        filter_transform=st.booleans(),
    ),
    "chunks": scans(chunked=True),
    "diagonal": diagonal_models(),
}


@st.composite
def bodies(draw, depth=2):
    """A function of (C, out) to a layer that maps C channels of any size to ``out`` channels."""
    if depth and draw(st.booleans()):
        kind = draw(
            st.sampled_from(["sequential", "residual", "add", "multiply", "concat", "repeat"])
        )
        first, second = draw(bodies(depth=depth - 1)), draw(bodies(depth=depth - 1))
        repeats = draw(st.integers(1, 3))
        return {
            "sequential": lambda C, out: sf.Sequential(first(C, 2 * C), second(2 * C, out)),
            "residual": lambda C, out: sf.Residual(first(C, out), second(C, out)),
            "add": lambda C, out: sf.Add(first(C, out), second(C, out)),
            "multiply": lambda C, out: sf.Multiply(first(C, out), second(C, out)),
            "concat": lambda C, out: sf.Sequential(
                sf.Concat(first(C, out), sf.Identity(), second(C, C)),
                sf.Conv2d(out + 2 * C, out, 1),
            ),
            "repeat": lambda C, out: sf.Sequential(sf.Repeat(first(C, C), repeats), second(C, out)),
        }[kind]
    kernel, bias = draw(st.sampled_from([1, 3])), draw(st.booleans())
    after = draw(st.sampled_from([None, sf.ReLU(), sf.SiLU(), sf.MaxPool2d(3, 1, 1)]))
    normed = draw(st.booleans())

    def leaf(C, out):
        parts = [sf.Conv2d(C, out, kernel, padding="same", bias=bias)]
        parts += [sf.BatchNorm2d(out)] * normed + [after] * (after is not None)
        return sf.Sequential(*parts)

    return leaf


@st.composite
def compositions(draw):
    body = draw(bodies())
    sizes = {"B": 1, "C": draw(st.integers(1, 2)), "E": draw(st.integers(1, 2))}
    sizes |= {name: draw(st.integers(1, 3)) for name in ("H", "W")}
    return Case(lambda B, C, E, H, W: (body(C, E), (B, C, H, W)), sizes)


def usual(cost, name):
    """A model's cost at its usual input, and the sizes of a family small."""
    small = {"D": 64, "h": 4, "h_kv": 2, "n_ctx": 4096, "P": 16, "H": 32, "W": 32}
    brought, numbers = flat(cost.setup.inputs), flat(INPUTS[name])
    values = {name: small.get(name, 8) for name in sorted(map(str, cost.symbols))}
    pairs = zip(brought, numbers, strict=True)
    values |= {s.name: n for s, n in pairs if s.is_Symbol and isinstance(n, int)}
    return cost.at(values)


def flat(shapes):
    return [size for s in shapes for size in (flat(s) if isinstance(s, tuple) else [s])]
