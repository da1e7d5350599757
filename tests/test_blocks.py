"""Blocks of layers: drawn configurations against the oracle, published numbers, and refusals."""

# ruff: noqa: N803 - sizes are named as papers name them
from __future__ import annotations

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import Case
from test_oracle import agrees_with_symbols, holds

import symflops as sf

FORMS = ("inference", "unfolded", "training", "folded")
B, C, D, H, W, t, s, g, k = sf.dims("B C D H W t s g k")


def few(number):
    return settings(max_examples=number, deadline=None, derandomize=True)


def drawn(draw, **ranges):
    """Draw one number for each name, and the sizes of a small batch of maps."""
    ranges = {"B": (1, 2), "H": (1, 4), "W": (1, 4), **ranges}
    return {name: draw(st.integers(*ends)) for name, ends in ranges.items()}


@st.composite
def squeeze_excitations(draw):
    acts = draw(st.sampled_from([(), (sf.SiLU(),), (sf.ReLU(), sf.Hardsigmoid())]))
    sizes = drawn(draw, C=(1, 4), c=(1, 3))
    return Case(lambda B, C, c, H, W: (sf.SqueezeExcitation(C, c, *acts), (B, C, H, W)), sizes)


@st.composite
def neighbours(draw):
    sizes, half = drawn(draw, C=(1, 5)), draw(st.integers(0, 2))
    kernel = draw(st.sampled_from([half * 2 + 1, "k"]))
    if kernel == "k":
        sizes["k"] = half * 2 + 1
    return Case(lambda B, C, H, W, k=kernel: (sf.ECA(C, k), (B, C, H, W)), sizes)


@st.composite
def cbams(draw):
    reduction, kernel = draw(st.integers(1, 3)), draw(st.sampled_from([1, 3, 5]))
    options = {"bias": draw(st.booleans()), "form": draw(st.sampled_from(FORMS))}
    sizes = drawn(draw, q=(1, 2))

    def build(B, q, H, W):
        return sf.CBAM(reduction * q, reduction, kernel, **options), (B, reduction * q, H, W)

    return Case(build, sizes)


@st.composite
def inverted_residuals(draw):
    """The expansion is a number, 1 or a half among them, or a symbol; so are the channels behind."""
    stride = draw(st.integers(1, 2))
    ratio = draw(st.sampled_from([1, 2, 3, 0.5, 1.5, "t"]))
    options = {
        "kernel_size": draw(st.sampled_from([1, 3, (3, 5)])),
        "form": draw(st.sampled_from(FORMS)),
    }
    sizes = drawn(draw, d=(1, 2), **({"e": (3, 4)} if draw(st.booleans()) else {}))
    if ratio == "t":
        sizes["t"] = draw(st.integers(2, 3))

    def build(B, d, H, W, e=None, t=ratio):
        inp = 2 * d  # so that halves are whole
        return sf.InvertedResidual(inp, 2 * e if e else inp, stride, t, **options), (B, inp, H, W)

    return Case(build, sizes)


@st.composite
def ghosts(draw):
    ratio = draw(st.integers(1, 3))
    options = {
        "kernel_size": draw(st.sampled_from([1, 3])),
        "dw_size": draw(st.sampled_from([1, 3, (1, 3)])),
        "stride": draw(st.integers(1, 2)),
        "relu": draw(st.booleans()),
        "form": draw(st.sampled_from(FORMS)),
    }
    sizes = drawn(draw, c=(1, 3), p=(1, 2))
    if draw(st.booleans()):
        sizes["s"] = draw(st.integers(2, 3))

    def build(B, c, p, H, W, s=ratio):
        return sf.GhostModule(c, s * p, ratio=s, **options), (B, c, H, W)

    return Case(build, sizes)


@st.composite
def shuffle_units(draw):
    stride, groups = draw(st.integers(1, 2)), draw(st.integers(1, 3))
    options = {
        "grouped_first": draw(st.booleans()),
        "kernel_size": draw(st.sampled_from([1, 3])),
        "form": draw(st.sampled_from(FORMS)),
    }
    sizes = drawn(draw, c=(1, 2), **({"o": (1, 2)} if stride == 2 else {}))
    for name, ends in {"g": (2, 3), "q": (1, 2)}.items():
        if draw(st.booleans()):
            sizes[name] = draw(st.integers(*ends))

    def build(B, c, H, W, o=0, g=groups, q=None):
        inp = 4 * g * c
        middle = {} if q is None else {"mid_channels": g * q}
        unit = sf.ShuffleUnit(inp, inp + 4 * g * o, g, stride, **middle, **options)
        return unit, (B, inp, H, W)

    return Case(build, sizes)


BLOCKS = {
    "squeeze-and-excitation": squeeze_excitations(),
    "eca": neighbours(),
    "cbam": cbams(),
    "inverted residual": inverted_residuals(),
    "ghost": ghosts(),
    "shuffle unit": shuffle_units(),
}


@pytest.mark.parametrize("family", BLOCKS)
@few(40)
@given(st.data())
def test_every_operation_of_a_block_is_counted(family, data):
    holds(*data.draw(BLOCKS[family]).numeric, batched=True)


@pytest.mark.parametrize("family", BLOCKS)
@few(25)
@given(st.data())
def test_symbols_then_numbers_is_the_same(family, data):
    agrees_with_symbols(data.draw(BLOCKS[family]))


LONE = [
    sf.SqueezeExcitation(C, D),
    sf.ECA(C),
    sf.CBAM(C, 2, 3),
    sf.InvertedResidual(C, C, 1, t),
    sf.InvertedResidual(C, D, 2, 6, kernel_size=k),
    sf.GhostModule(C, 2 * D),
    sf.ShuffleUnit(C, C, g),
    sf.ShuffleUnit(C, 4 * D, 1, 2),
    sf.Mean((2, -1)),
    sf.Amax(1, keepdim=True),
]


@pytest.mark.parametrize("layer", LONE, ids=str)
def test_a_lone_block_verifies(layer):
    assert sf.verify(layer).holds is True


@pytest.mark.parametrize("layer", LONE, ids=str)
def test_blocks_paste_back(layer):
    names = {name: getattr(sf, name) for name in sf.__all__}
    names |= {symbol.name: symbol for symbol in layer.symbols}
    assert eval(repr(layer), names) == layer  # noqa: S307 - the point of it


# published


def test_se_resnet_50():
    """Hu et al. 2018: blocks with r = 16 at every residual sum; 28,088,024 - 25,557,032 parameters."""
    widths = (256,) * 3 + (512,) * 4 + (1024,) * 6 + (2048,) * 3
    gates = (sf.cost(sf.SqueezeExcitation(C, C // 16), (C, 1, 1)) for C in widths)
    assert sum(gate.params for gate in gates) == 28_088_024 - 25_557_032


def test_cbam_resnet_50():
    """Woo et al. 2018, table 4: 28.09 M parameters with r = 16, of which ResNet-50 has 25.56 M."""
    widths = (256,) * 3 + (512,) * 4 + (1024,) * 6 + (2048,) * 3
    gates = [sf.cost(sf.CBAM(C), (C, 7, 7)) for C in widths]
    assert sf.si(sum(gate.params for gate in gates) + 25_557_032, digits=4) == "28.09 M"


def test_eca_resnet_50():
    """Wang et al. 2020, abstract: 80 parameters; the kernels are those of the authors' eca_resnet50_k3557."""
    kernels = (3,) * 3 + (5,) * 4 + (5,) * 6 + (7,) * 3
    gates = [sf.cost(sf.ECA(64, kernel), (64, 7, 7)) for kernel in kernels]
    assert sum(gate.params for gate in gates) == 80


def test_mobilenet_v2_blocks():
    """Sandler et al. 2018, table 2: the first bottlenecks, with parameters as torchvision counts them."""
    first = sf.cost(sf.InvertedResidual(32, 16, 1, 1), (32, 112, 112))
    second = sf.cost(sf.InvertedResidual(16, 24, 2, 6), (16, 112, 112))
    third = sf.cost(sf.InvertedResidual(24, 24, 1, 6), (24, 56, 56))
    assert [cost.params for cost in (first, second, third)] == [896, 5_136, 8_832]
    assert [cost.output for cost in (first, second, third)] == [
        (16, 112, 112),
        (24, 56, 56),
        (24, 56, 56),
    ]
    assert "add" in dict(third.tree.children)
    assert "add" not in dict(second.tree.children)


@pytest.mark.parametrize(
    ("inp", "ratio", "hidden"), [(3, 1.5, 4), (5, 1.5, 8), (3, 1.6, 5), (7, 0.5, 4), (9, 0.5, 4)]
)
def test_hidden_channels_are_rounded_as_in_torchvision(inp, ratio, hidden):
    """By Python's round, which takes a half to the even number."""
    block = sf.cost(sf.InvertedResidual(inp, inp, 1, ratio), (inp, 3, 3))
    assert block["conv.0"].output == (hidden, 3, 3)
    assert hidden == round(inp * ratio)


def test_shuffle_units():
    """Zhang et al. 2018, section 3.1: a quarter of the output channels is in the middle, pooled at stride 2."""
    unit = sf.cost(sf.ShuffleUnit(240, 480, 3, 2), (240, 28, 28))
    assert unit["squeeze"].output == (120, 28, 28)
    assert unit["shuffle"].flops == 0
    assert unit["expand"].output == (240, 14, 14)
    assert (unit["pool"].output, unit.output) == ((240, 14, 14), (480, 14, 14))
    assert unit.macs == 28 * 28 * 240 * 120 // 3 + 14 * 14 * (9 * 120 + 120 * 240 // 3)
    # no biases, and two parameters a channel for each normalisation
    assert unit["squeeze"].params == 240 * 120 // 3 + 2 * 120
    assert unit["depthwise"].params == 9 * 120 + 2 * 120
    assert unit["expand"].params == 120 * 240 // 3 + 2 * 240
    alone = sf.cost(sf.ShuffleUnit(240, 240, 1), (240, 28, 28))
    assert "shuffle" not in dict(alone.tree.children)
    assert sf.cost(sf.ShuffleUnit(4, 5, 1, 2), (4, 8, 8)).output == (5, 4, 4)  # one new channel


def test_a_first_convolution_without_groups_takes_any_channels():
    """Zhang et al. 2018, section 3.2: the few channels of stage 2 are not grouped at first."""
    unit = sf.ShuffleUnit(10, 40, 3, 2, mid_channels=12, grouped_first=False)
    cost = sf.cost(unit, (10, 8, 8))
    assert cost["squeeze"].macs == 8 * 8 * 10 * 12
    assert cost["expand"].macs == 4 * 4 * 12 * 30 // 3
    with pytest.raises(sf.ArgumentError, match="inp = 10 must be divisible by groups = 3"):
        sf.ShuffleUnit(10, 40, 3, 2, mid_channels=12)


def test_ghosts_of_any_number_of_channels():
    """⌈7/2⌉ = 4 channels first, 4 ghosts of them, of which 3 are kept."""
    ghost = sf.cost(sf.GhostModule(5, 7), (5, 6, 6))
    assert ghost["primary_conv"].output == ghost["cheap_operation"].output == (4, 6, 6)
    assert ghost.output == (7, 6, 6)
    assert ghost.macs == 6 * 6 * (5 * 4 + 9 * 4)
    assert sf.cost(sf.GhostModule(5, 7, ratio=1), (5, 6, 6)).macs == 6 * 6 * 5 * 7
    # a normalisation and ReLU behind each convolution: 3 operations an entry
    assert (ghost["primary_conv"].flops, ghost["cheap_operation"].flops) == (
        6 * 6 * 4 * (2 * 5 - 1 + 3),
        6 * 6 * 4 * (2 * 9 - 1 + 3),
    )


# what a block looks like, and what it needs


def test_two_gates_have_weights_of_their_own():
    gate = sf.CBAM(C, 2)
    one, two = sf.cost(gate, (C, H, W)), sf.cost(sf.Sequential(gate, gate), (C, H, W))
    assert sympy.expand(two.params - 2 * one.params) == 0
    assert "tied" not in one.at(C=8).table().to_csv()


def test_gates_of_equations():
    """Without biases and normalisation the gates have the parameters of their papers."""
    assert sf.cost(sf.CBAM(C, s, k, bias=False, form="folded"), (C, H, W)).params == (
        2 * C**2 / s + 2 * k**2
    )
    assert sf.cost(sf.CBAM(C, s, k, bias=False, form="folded"), (C, H, W)).macs == (
        4 * C**2 / s + 2 * H * W * k**2
    )


@pytest.mark.parametrize(
    ("layer", "size"),
    [
        (sf.SqueezeExcitation(C, D), 1),  # a gate that sees everything does not count
        (sf.ECA(C, 5), 1),
        (sf.CBAM(C, 2, 7), 7),
        (sf.InvertedResidual(C, C, 1, 6), 3),
        (sf.InvertedResidual(C, D, 2, 6, kernel_size=5), 5),
        (sf.GhostModule(C, 2 * D, 3, dw_size=5), 7),
        (sf.ShuffleUnit(C, C, 1), 3),
    ],
    ids=str,
)
def test_what_blocks_see(layer, size):
    assert sf.cost(layer, (C, H, W)).receptive_field.size == (size, size)


@pytest.mark.parametrize(
    ("layer", "conditions"),
    [
        (sf.InvertedResidual(C, C, 1, 6), []),
        (sf.InvertedResidual(C, D, 1, 6), ["C != D"]),
        (sf.InvertedResidual(C, D, 2, 6), []),
        (sf.InvertedResidual(C, D, s, 6), ["s != 1"]),
        (sf.InvertedResidual(C, C, 1, t), ["t != 1"]),
        (sf.InvertedResidual(C, 2 * C, 1, 6), []),
        (sf.InvertedResidual(C, C, 1, 1.5), ["2 | 3*C"]),
        (sf.InvertedResidual(C, C, 1, 6, kernel_size=k), ["2 | k - 1"]),
        (sf.ECA(C, k), ["2 | k - 1"]),
        (sf.CBAM(C), ["16 | C"]),
        (sf.GhostModule(C, D), ["2 | D"]),
        (sf.GhostModule(C, 2 * D), []),
        (sf.GhostModule(C, s * D, ratio=s), ["s >= 2", "D*s >= D + 1"]),
        (sf.ShuffleUnit(C, C, g, mid_channels=g * D), ["g != 1", "g | C"]),
        (sf.ShuffleUnit(C, C, 1), ["4 | C"]),
    ],
    ids=str,
)
def test_what_symbols_must_satisfy(layer, conditions):
    assert [
        str(c) for c in sf.cost(layer, (C, H, W)).conditions if c.kind == "assumed"
    ] == conditions


@pytest.mark.parametrize(
    ("layer", "values", "broken"),
    [
        (
            sf.InvertedResidual(C, D, 1, 6),
            {"C": 8, "D": 8},
            "C != D does not hold for C = 8, D = 8",
        ),
        (sf.InvertedResidual(C, C, 1, t), {"t": 1}, "t != 1 does not hold for t = 1"),
        (sf.ECA(C, k), {"k": 2}, "kernel_size must be odd, got 2"),
        (sf.CBAM(C), {"C": 24}, "16 | C does not hold for C = 24"),
        (sf.GhostModule(C, D), {"D": 7}, "2 | D does not hold for D = 7"),
        (sf.ShuffleUnit(C, C, g), {"C": 8, "g": 1}, "g != 1 does not hold"),
    ],
    ids=str,
)
def test_values_that_make_another_block_are_refused(layer, values, broken):
    with pytest.raises(sf.SymflopsError) as refused:
        sf.cost(layer, (C, H, W)).at(values)
    assert broken in str(refused.value)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: sf.SqueezeExcitation(8, 0), "squeeze_channels must be at least 1, got 0"),
        (
            lambda: sf.SqueezeExcitation(8, 2, sf.ReLU),
            "SqueezeExcitation.activation: expected a layer",
        ),
        (lambda: sf.ECA(8, 4), "ECA: kernel_size must be odd, got 4"),
        (lambda: sf.ECA(8, (3, 3)), r"ECA: kernel_size must be one number, got (3, 3)"),
        (lambda: sf.CBAM(8), "CBAM: reduction = 16 leaves none of 8 channels"),
        (lambda: sf.CBAM(32, kernel_size=2), "CBAM: kernel_size must be odd, got 2"),
        (lambda: sf.CBAM(32, form="none"), "form must be one of 'inference', 'unfolded'"),
        (lambda: sf.InvertedResidual(8, 8, 3, 6), "InvertedResidual: stride must be 1 or 2, got 3"),
        (lambda: sf.InvertedResidual(8, 8, (1, 1), 6), "stride must be one number, got (1, 1)"),
        (lambda: sf.InvertedResidual(8, 8, 1, 0), "expand_ratio = 0 leaves none of 8 channels"),
        (lambda: sf.InvertedResidual(8, 8, 1, 6, form="x"), "form must be one of 'inference'"),
        (lambda: sf.InvertedResidual(8, 8, 1, 6, kernel_size=4), "kernel_size must be odd, got 4"),
        (lambda: sf.GhostModule(8, 8, ratio=0), "GhostModule: ratio must be at least 1, got 0"),
        (lambda: sf.GhostModule(8, 8, ratio=1.5), "GhostModule: ratio must be a whole number"),
        (lambda: sf.GhostModule(8, 8, dw_size=2), "GhostModule: dw_size must be odd, got 2"),
        (lambda: sf.ShuffleUnit(9, 12), "ShuffleUnit: stride 1 keeps the 9 channels, got oup = 12"),
        (lambda: sf.ShuffleUnit(8, 8, 2, 2), "oup must be greater, got 8"),
        (lambda: sf.ShuffleUnit(8, 16, 3, 2), "mid_channels = 4 must be divisible by groups = 3"),
        (lambda: sf.ShuffleUnit(8, 8, 2, s), "ShuffleUnit: stride must be 1 or 2, got s"),
        (lambda: sf.ShuffleUnit(2, 2, 1), "mid_channels must be at least 1, got 0 for oup = 2"),
        (lambda: sf.Mean((1, 1)), "Mean: dim names each axis once"),
        (lambda: sf.Amax("H"), "Amax: dim must be a whole number, got 'H'"),
    ],
)
def test_refused_where_it_is_built(build, message):
    with pytest.raises(sf.ArgumentError) as refused:
        build()
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (sf.SqueezeExcitation(8, 2), (7, 3, 3), "Conv2d expects 8 channels, got 7"),
        (sf.ECA(8), (7, 3, 3), "ECA expects 8 channels, got 7"),
        (sf.CBAM(16), (7, 3, 3), "CBAM expects 16 channels, got 7"),
        (sf.CBAM(16), (16, 3), "needs (C, H, W) or (B, C, H, W)"),
        (sf.InvertedResidual(8, 8, 1, 6), (7, 3, 3), "in conv.0.0 (Conv2d)"),
        (sf.GhostModule(8, 8), (7, 3, 3), "in primary_conv.0 (Conv2d)"),
        (sf.ShuffleUnit(8, 8, 2), (7, 3, 3), "in squeeze.0 (Conv2d)"),
        (sf.Mean(4), (7, 3, 3), "Mean: dim 4 is not among the 4 axes"),
        (sf.Amax(0), (7, 3, 3), "Amax over axis 0 would leave no batch"),
    ],
    ids=str,
)
def test_refused_where_it_is_applied(layer, shape, message):
    with pytest.raises(sf.ShapeError) as refused:
        sf.cost(layer, shape)
    assert message in str(refused.value)
