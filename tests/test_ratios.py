"""Ratios and blocks in closed form as papers print them, and what others wrote of them, right or wrong."""

from __future__ import annotations

import pytest
import sympy
from sympy import Rational, sqrt

import symflops as sf

c, m, g, n, s, t, k, d, h, w, r = sf.dims("c m g n s t k d h w r")
D_K, D_F, M, N, L = sf.dims("D_K D_F M N L")  # MobileNets
d_1, d_2 = sf.dims("d_1 d_2")  # MobileNetV2: d' and d''
c_1, c_2, N_1, N_2 = sf.dims("c_1 c_2 N_1 N_2")
alpha, rho = sf.dims("alpha rho", integer=False)
depth, width = sf.dims("delta omega", integer=False)  # EfficientNet: d and w; ρ is its r


def same(a, b):
    return sympy.cancel(sympy.expand(a) - b) == 0


# what is set against one another


def conv(inp, out, kernel, groups=1, *, bias=False):
    return sf.Conv2d(inp, out, kernel, padding="same", groups=groups, bias=bias)


def on_map(layer, channels=c, **options):
    return sf.cost(layer, (channels, h, w), **options)


def stack(*kernels, bias=False):
    """Convolutions of c channels, one after the other."""
    return on_map(sf.Sequential(*(conv(c, c, kernel, bias=bias) for kernel in kernels)))


def bottleneck(groups=1):
    """c to m by 1 × 1, 3 × 3 on m in groups, back to c by 1 × 1, and the shortcut around them."""
    body = sf.Sequential(conv(c, m, 1), conv(m, m, 3, groups), conv(m, c, 1))
    return on_map(sf.Residual(body))


def shuffle_unit():
    return on_map(sf.ShuffleUnit(c, c, g, mid_channels=m))


def inverted(stride):
    block = sf.InvertedResidual(d_1, d_2, stride, t, kernel_size=k)
    return on_map(block, d_1, assume=("2 | h", "2 | w") if stride == 2 else ())


def separable(inp, out, kernel):
    return sf.SeparableConv2d(inp, out, kernel, padding="same", bias=False)


def mobile(alpha=1, rho=1):
    """MobileNet's separable convolution with its width and resolution multipliers."""
    layer, side = separable(alpha * M, alpha * N, D_K), rho * D_F
    return sf.cost(layer, (alpha * M, side, side), assume=() if rho == 1 else f"1 | {side}")


def standard():
    return sf.cost(conv(M, N, D_K), (M, D_F, D_F))


def ghost(dw_size=d):
    return on_map(sf.GhostModule(c, n, k, s, dw_size, form="folded"))


def scaled(depth=1, width=1, resolution=1):
    """L convolutions of c channels, scaled as EfficientNet scales them."""
    body, side = conv(width * c, width * c, k), resolution * h
    assume = () if resolution == 1 else f"1 | {side}"
    return sf.cost(sf.Repeat(body, depth * L), (width * c, side, side), assume=assume)


VGG = "Simonyan and Zisserman 2015, Very deep convolutional networks, section 2.3"
INCEPTION = "Szegedy et al. 2016, Rethinking the Inception architecture, section"
MOBILENET = "Howard et al. 2017, MobileNets"
SHUFFLENET = "Zhang et al. 2018, ShuffleNet, section 3.2"
GHOSTNET = "Han et al. 2020, GhostNet, section 3.1"

#: Where it stands, what it says, the metric, and the two costs it is the ratio of.
RATIOS = {
    f"{MOBILENET}, section 3.1": (1 / N + 1 / D_K**2, "macs", mobile(), standard()),
    f"{MOBILENET}, section 3.1, parameters": (1 / N + 1 / D_K**2, "params", mobile(), standard()),
    f"{MOBILENET}, section 3.2, α² where 1 × 1 rules": (
        alpha**2 * rho**2,
        "macs",
        mobile(alpha, rho)["pointwise"],
        mobile()["pointwise"],
    ),
    f"{VGG}, parameters": (Rational(27, 49), "params", stack(3, 3, 3), stack(7)),
    f"{VGG}, products": (Rational(27, 49), "macs", stack(3, 3, 3), stack(7)),
    f"{INCEPTION} 3.1": (Rational(18, 25), "macs", stack(3, 3), stack(5)),
    f"{INCEPTION} 3.1, parameters": (Rational(18, 25), "params", stack(3, 3), stack(5)),
    f"{INCEPTION} 3.2": (2 / n, "macs", stack((1, n), (n, 1)), stack(n)),
    f"{INCEPTION} 3.2, 3 × 3": (Rational(2, 3), "macs", stack((3, 1), (1, 3)), stack(3)),
    f"{INCEPTION} 3.2, two 2 × 2": (Rational(8, 9), "macs", stack(2, 2), stack(3)),
    f"{GHOSTNET}, equation 4": (
        s * c * k**2 / (c * k**2 + (s - 1) * d**2),
        "macs",
        on_map(conv(c, n, k)),
        ghost(),
    ),
    f"{GHOSTNET}, equation 5": (
        s * c * k**2 / (c * k**2 + (s - 1) * d**2),
        "params",
        on_map(conv(c, n, k)),
        ghost(),
    ),
    f"{GHOSTNET}, d = k": (s * c / (s + c - 1), "macs", on_map(conv(c, n, k)), ghost(k)),
    "Tan and Le 2019, EfficientNet, section 3.3": (
        depth * width**2 * rho**2,
        "macs",
        scaled(depth, width, rho),
        scaled(),
    ),
    "Krizhevsky et al. 2012, ImageNet classification, groups": (
        1 / g,
        "macs",
        on_map(conv(c, n, k, g)),
        on_map(conv(c, n, k)),
    ),
}

#: Where it stands, what it says, and the cost whose MACs it is.
PRODUCTS = {
    f"{MOBILENET}, equation 2": (D_K**2 * M * N * D_F**2, standard()),
    f"{MOBILENET}, equation 5": (D_K**2 * M * D_F**2 + M * N * D_F**2, mobile()),
    f"{MOBILENET}, equation 6": (
        D_K**2 * alpha * M * D_F**2 + alpha * M * alpha * N * D_F**2,
        mobile(alpha),
    ),
    f"{MOBILENET}, equation 7": (
        D_K**2 * alpha * M * (rho * D_F) ** 2 + alpha * M * alpha * N * (rho * D_F) ** 2,
        mobile(alpha, rho),
    ),
    f"{SHUFFLENET}, ResNet": (h * w * (2 * c * m + 9 * m**2), bottleneck()),
    f"{SHUFFLENET}, ResNeXt": (h * w * (2 * c * m + 9 * m**2 / g), bottleneck(g)),
    f"{SHUFFLENET}, ShuffleNet": (h * w * (2 * c * m / g + 9 * m), shuffle_unit()),
    "Sandler et al. 2018, MobileNetV2, section 3": (
        h * w * d_1 * t * (d_1 + k**2 + d_2),
        inverted(1),
    ),
    # with stride 2 only the expansion runs on the whole map
    "Sandler et al. 2018, MobileNetV2, table 1, s = 2": (
        h * w * d_1 * t * d_1 + h / 2 * w / 2 * (k**2 * t * d_1 + t * d_1 * d_2),
        inverted(2),
    ),
}


@pytest.mark.parametrize("source", RATIOS)
def test_ratios_of_papers(source):
    printed, metric, a, b = RATIOS[source]
    assert same(sf.ratio(a, b, metric), printed)
    assert same(sf.ratio(b, a, metric), 1 / printed)


@pytest.mark.parametrize("source", PRODUCTS)
def test_products_of_papers(source):
    printed, cost = PRODUCTS[source]
    assert same(cost.macs, printed)


@pytest.mark.parametrize(
    ("source", "values"),
    [
        ({"M": 512, "N": 512, "D_K": 3, "D_F": 14}, (52_283_392, 462_422_016)),
        ({"M": 32, "N": 64, "D_K": 3, "D_F": 112}, (29_302_784, 231_211_008)),
    ],
)
def test_numbers_put_in_give_the_same(source, values):
    assert (mobile().at(source).macs, standard().at(source).macs) == values
    at = {sf.dim(name): value for name, value in source.items()}
    assert sf.ratio(mobile(), standard()).xreplace(at) == Rational(*values)


def test_efficientnet_doubles():
    """Tan and Le 2019, section 3.3: α·β²·γ² ≈ 2 with α = 1.2, β = 1.1, γ = 1.15."""
    found = sf.ratio(scaled(depth, width, rho), scaled())
    assert found.subs(
        {depth: Rational(12, 10), width: Rational(11, 10), rho: Rational(115, 100)}
    ) == (Rational("1.92027"))


@pytest.mark.parametrize(
    ("a", "b", "shown"),
    [
        (mobile(), standard(), "1/N + 1/D_K²"),
        (stack((1, n), (n, 1)), stack(n), "2/n"),
        (scaled(depth, width, rho), scaled(), "δ ω² ρ²"),
        (on_map(conv(c, n, k)), ghost(k), "c s/(c + s − 1)"),
        (on_map(conv(c, n, k)), ghost(), "c k² s/(c k² + d² (s − 1))"),
        (bottleneck(g), bottleneck(), "(2 c g + 9 m)/(g (2 c + 9 m))"),
        (stack(3, 3, 3), stack(7), "27/49"),
    ],
)
def test_ratios_are_written_as_papers_write_them(a, b, shown):
    assert str(sf.display(sf.ratio(a, b))) == shown


# what others wrote of such blocks: the claim, what is right, and by how much the claim is off


def squeeze_excitations(*stages, bias=True):
    """Parameters of N blocks on C channels, squeezed to C/r, for each stage (N, C, r)."""
    blocks = ((N, C, sf.SqueezeExcitation(C, Rational(1) * C / r)) for N, C, r in stages)
    costs = [on_map(sf.Repeat(block, N), C) for N, C, block in blocks]
    # on maps of 1 × 1 there is one bias for each addition of one
    biases = sum(cost.under("mac+bias").flops - cost.macs for cost in costs)
    return sum(cost.params for cost in costs) - (0 if bias else biases)


SE_RESNET_50 = (3, 256, 16), (4, 512, 16), (6, 1024, 16), (3, 2048, 16)


def moved(cost):
    """Elements that a 1 × 1 convolution on an h × w map reads and writes, its weights included."""
    return h * w * c_1 + cost.activations + cost.params


def at_56():
    return sf.cost(separable(64, 128, 3), (64, 56, 56))


ONE_BY_ONE = sf.cost(conv(c_1, c_2, 1), (c_1, h, w))
SHUFFLE_OVER_RESNET = sf.ratio(shuffle_unit(), bottleneck())
VGG_BIASED = sf.ratio(stack(3, 3, 3, bias=True), stack(7, bias=True), "params")
FIVE = sf.cost(conv(192, 32, 5), (192, 28, 28))
TRANSPOSED = sf.cost(sf.ConvTranspose2d(c, n, k, groups=g), (c, h, w))
GHOST_OVER_PLAIN = sf.ratio(on_map(conv(c, n, k)), ghost())

CLAIMS = {
    "standard convolution: D_K² M N D_F²": (D_K**2 * M * N * D_F**2, standard().macs, 0),
    "separable: D_K² M D_F² + M N D_F²": (
        D_K**2 * M * D_F**2 + M * N * D_F**2,
        mobile().macs,
        0,
    ),
    "separable 3 × 3, 64 to 128, 56 × 56: 26,705,920": (26_705_920, at_56().macs, 790_528),
    "inverted residual: h w d' t (d' + k² + d'')": (
        h * w * d_1 * t * (d_1 + k**2 + d_2),
        inverted(1).macs,
        0,
    ),
    "the same with stride 2, h × w coming in": (
        h * w * d_1 * t * (d_1 + k**2 + d_2),
        inverted(2).macs,
        -3 * d_1 * h * t * w * (d_2 + k**2) / 4,
    ),
    "ShuffleNet unit: h w (2 c m/g + 9)": (
        h * w * (2 * c * m / g + 9),
        shuffle_unit().macs,
        9 * h * w * (m - 1),
    ),
    "ResNet's FLOPs are the least, ShuffleNet's the most": (
        1,
        SHUFFLE_OVER_RESNET,
        -(2 * c * g - 2 * c + 9 * g * m - 9 * g) / (g * (2 * c + 9 * m)),
    ),
    "ShuffleNetV2, memory access of 1 × 1 at least 2 √(h w B) + B/(h w)": (
        2 * sqrt(h * w * ONE_BY_ONE.macs) + ONE_BY_ONE.macs / (h * w),
        moved(ONE_BY_ONE),
        h * w * (c_1 + c_2 - 2 * sqrt(c_1) * sqrt(c_2)),
    ),
    "GhostNet's speed-up: s c/(s + c - 1)": (
        s * c / (s + c - 1),
        GHOST_OVER_PLAIN,
        -c * s * (d**2 - k**2) * (s - 1) / ((c + s - 1) * (c * k**2 + d**2 * s - d**2)),
    ),
    "two 3 × 3 have 28 % of the parameters of 5 × 5": (
        Rational(28, 100),
        sf.ratio(stack(3, 3), stack(5), "params"),
        Rational(11, 25),
    ),
    "3 × 1 and 1 × 3 are a third cheaper than 3 × 3": (
        Rational(1, 3),
        1 - sf.ratio(stack((3, 1), (1, 3)), stack(3)),
        0,
    ),
    "two 2 × 2 are 11 % cheaper than 3 × 3": (
        Rational(11, 100),
        1 - sf.ratio(stack(2, 2), stack(3)),
        Rational(1, 900),
    ),
    "1 × n and n × 1 take 2/n": (2 / n, sf.ratio(stack((1, n), (n, 1)), stack(n)), 0),
    "5 × 5, 192 to 32, 28 × 28: 120,422,400 products": (120_422_400, FIVE.macs, 0),
    "the same: 153,600 parameters": (153_600, FIVE.params, 0),
    "EfficientNet: d w² r²": (
        depth * width**2 * rho**2,
        sf.ratio(scaled(depth, width, rho), scaled()),
        0,
    ),
    "three 3 × 3 over 7 × 7: 27/49": (
        Rational(27, 49),
        sf.ratio(stack(3, 3, 3), stack(7), "params"),
        0,
    ),
    "the same, with biases": (
        (27 * c**2 + 3 * c) / (49 * c**2 + c),
        VGG_BIASED,
        0,
    ),
    "transposed convolution: C_in C_out/g k² + C_out parameters": (
        c * n / g * k**2 + n,
        TRANSPOSED.params,
        0,
    ),
    "groups: g times fewer": (1 / g, sf.ratio(on_map(conv(c, n, k, g)), on_map(conv(c, n, k))), 0),
    # the biases, C/r + C a block, are what the papers leave out
    "squeeze-and-excitation: 2/r Σ N C²": (
        2 / r * (N_1 * c_1**2 + N_2 * c_2**2),
        squeeze_excitations((N_1, c_1, r), (N_2, c_2, r)),
        N_1 * (c_1 / r + c_1) + N_2 * (c_2 / r + c_2),
    ),
    "SE-ResNet-50 adds 2.5 million parameters": (
        2_500_000,
        squeeze_excitations(*SE_RESNET_50, bias=False),
        14_944,
    ),
    "the same, with biases: 28,088,024 - 25,557,032": (
        28_088_024 - 25_557_032,
        squeeze_excitations(*SE_RESNET_50),
        0,
    ),
    "ECA: k weights and a bias": (k + 1, on_map(sf.ECA(c, k)).params, -1),
}


@pytest.mark.parametrize("claim", CLAIMS)
def test_claims(claim):
    claimed, actual, difference = CLAIMS[claim]
    assert sympy.simplify(actual - claimed - difference) == 0


def test_shuffle_units_are_the_cheapest():
    at = {sf.dim(name): value for name, value in {"c": 240, "m": 60, "g": 3}.items()}
    assert SHUFFLE_OVER_RESNET.xreplace(at) == Rational(169, 1020)


def test_memory_access_is_least_for_equal_widths():
    """Ma et al. 2018, ShuffleNetV2, guideline 1."""
    bound, actual, _ = CLAIMS[next(claim for claim in CLAIMS if "memory access" in claim)]
    at = {c_1: 128, c_2: 128, h: 28, w: 28}
    assert actual.subs(at) == bound.subs(at) == 217_088
