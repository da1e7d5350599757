"""Convolutions beyond the plain one: published counts, closed forms, and what they refuse."""

import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Integer, Rational, limit, oo, simplify

import symflops as sf
from symflops.exprs import log2
from symflops.geometry import Window
from symflops.layers.winograd import cook_toom
from symflops.oracle.number import Counter
from symflops.oracle.running import Run
from symflops.reading.layers import read_layer

k, s, d, p, C, D, H, W = sf.dims("k s d p C D H W")


def few(number):
    return settings(max_examples=number, deadline=None, derandomize=True)


def refused(build, error, text):
    with pytest.raises(error) as caught:
        build()
    assert text in str(caught.value)


# transposed convolution


@few(400)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 6), st.integers(1, 6))
def test_places_that_products_reach(size, kernel, stride, dilation):
    reached = {i * stride + t * dilation for i in range(size) for t in range(kernel)}
    window = Window(*map(Integer, (kernel, stride, 0, 0, dilation)))
    assert window.covered(Integer(size)) == (len(reached), [])


@few(150)
@given(strategies.transposed_convolutions(short=True))
def test_inputs_shorter_than_two_taps_are_apart(case):
    layer, shape = case.numeric
    assert sf.verify(sf.cost(layer, shape, batched=True))


@pytest.mark.parametrize(
    ("groups", "macs", "printed"),
    [(1, 1_605_632, 6_422_528), (4, 401_408, 1_605_632)],
)
def test_products_stand_at_input_positions(groups, macs, printed):
    """Twelve counters on ConvTranspose2d(32, 16, 4, 2, 1) at 14 × 14: thop counts output positions."""
    layer = sf.ConvTranspose2d(32, 16, 4, stride=2, padding=1, groups=groups, bias=False)
    cost = sf.cost(layer, (32, 14, 14))
    assert cost.macs == macs
    _, height, width = cost.output
    assert 4 * 4 * 32 * 16 // groups * height * width == printed


def test_transposed_convolution_in_symbols():
    cost = sf.cost(sf.ConvTranspose2d(C, D, k, s, p, dilation=d, bias=False), (C, H, W))
    assert cost.macs == C * D * H * W * k**2
    assert cost.params == C * D * k**2
    assert {"k*gcd(d, s) >= s", "H*gcd(d, s) >= d", "W*gcd(d, s) >= d"} <= set(
        map(str, cost.conditions)
    )
    plain = sf.cost(sf.ConvTranspose2d(C, D, k, s, bias=False), (C, H, W))
    reached = D * ((H - 1) * s + k) * ((W - 1) * s + k)
    assert (plain.macs - plain.adds - reached).expand() == 0
    apart = sf.cost(sf.ConvTranspose2d(C, D, 2, 2), (C, H, W))
    assert apart.conditions == ()
    assert apart.under("exact").flops == 8 * C * D * H * W  # nothing meets: a bias for every sum


def test_taps_that_never_meet_need_no_condition():
    """One tap, or one position: whatever the stride and the dilation are, nothing falls on one place."""
    cost = sf.cost(sf.ConvTranspose2d(C, D, 1, s, bias=False), (C, H, W))
    assert cost.conditions == ()
    assert (cost.adds - (C - 1) * D * H * W).expand() == 0
    assert cost.at(s=2).adds == cost.adds
    alone = sf.cost(sf.ConvTranspose1d(C, D, k, s, dilation=d, bias=False), (C, 1))
    assert alone.conditions == ()
    assert (alone.adds - (C - 1) * D * k).expand() == 0
    columns = ((H - 1) // s + 1) * ((W - 1) // s + 1)
    assert sf.cost(sf.Fold((H, W), 1, stride=s), (C, columns)).adds == 0
    far = sf.cost(sf.ConvTranspose1d(C, D, 3, 2, dilation=d), (C, H))
    assert [str(c) for c in far.conditions] == ["H*gcd(2, d) >= d"]  # k = 3 is enough for s = 2
    for cost in (far, alone):
        assert sf.verify(cost), sf.verify(cost)


def test_transposed_convolution_is_verified_in_symbols():
    for layer in (
        sf.ConvTranspose2d(C, D, k, s, p, dilation=d),
        sf.ConvTranspose1d(C, D, (k,), 2, output_padding=1),
        sf.ConvTranspose3d(C, 4, 2, (s, 2, 1), groups=2),
    ):
        assert sf.verify(layer), sf.verify(layer)


@pytest.mark.parametrize(
    ("build", "error", "text"),
    [
        (
            lambda: sf.ConvTranspose2d(4, 8, 3, 2, output_padding=2),
            sf.ArgumentError,
            "output_padding must be smaller than stride or dilation, got output_padding 2, stride 2",
        ),
        (
            lambda: sf.ConvTranspose2d(4, 8, 3, groups=3),
            sf.ArgumentError,
            "in_channels = 4 must be divisible by groups = 3",
        ),
        (
            lambda: sf.ConvTranspose2d(4, 8, 3, padding_mode="reflect"),
            sf.ArgumentError,
            "padding_mode must be one of 'zeros'; got 'reflect'",
        ),
        (lambda: sf.ConvTranspose2d(4, 8, 3, padding="same"), sf.ArgumentError, "expected a size"),
        (
            lambda: sf.cost(sf.ConvTranspose2d(4, 8, 3, padding=4), (4, 5, 6)),
            sf.ShapeError,
            "an output height of -1 is left",
        ),
        (
            lambda: sf.cost(sf.ConvTranspose2d(4, 8, 3), (3, 5, 6)),
            sf.ShapeError,
            "ConvTranspose2d expects 4 channels, got 3",
        ),
    ],
)
def test_transposed_convolutions_refuse(build, error, text):
    refused(build, error, text)


def test_a_symbolic_output_padding_is_a_condition():
    e = sf.dim("e")
    cost = sf.cost(sf.ConvTranspose1d(C, D, k, s, output_padding=e), (C, H))
    assert "s >= e + 1" in map(str, cost.conditions)
    assert sf.verify(cost)
    refused(lambda: cost.at(s=2, e=2), sf.SymflopsError, "output_padding must be smaller")


# columns, bilinear forms, low ranks


def test_what_a_tucker_rank_saves():
    """Kim et al. 2016, section 3.1: the ratios M of parameters and E of multiplications."""
    S, T, R3, R4 = sf.dims("S T R3 R4")
    shape = (S, H, W)
    plain = sf.cost(sf.Conv2d(S, T, d, stride=2, bias=False), shape)
    factored = sf.cost(sf.TuckerConv2d(S, T, d, R3, R4, stride=2, bias=False), shape)
    _, height, width = plain.output
    assert factored.output == plain.output
    M = d**2 * S * T / (S * R3 + d**2 * R3 * R4 + T * R4)
    assert simplify(plain.params / factored.params - M) == 0
    there = height * width
    E = d**2 * S * T * there / (S * R3 * H * W + d**2 * R3 * R4 * there + T * R4 * there)
    assert simplify(plain.macs / factored.macs - E) == 0


def test_what_a_cp_rank_saves():
    """Lebedev et al. 2015: S·T·d² parameters become R·(S + 2d + T), and so do the products."""
    S, T, R = sf.dims("S T R")
    factored = sf.cost(sf.CPConv2d(S, T, d, R, padding="same", bias=False), (S, H, W))
    assert (factored.params - R * (S + 2 * d + T)).expand() == 0
    assert (factored.macs - H * W * R * (S + 2 * d + T)).expand() == 0
    apart = sf.CPConv2d(S, T, (3, 5), R, stride=(2, 1), padding=(1, 2), dilation=(1, 3))
    whole = sf.Conv2d(S, T, (3, 5), stride=(2, 1), padding=(1, 2), dilation=(1, 3))
    factored, whole = sf.cost(apart, (S, H, W)), sf.cost(whole, (S, H, W))
    assert factored.output == whole.output
    assert factored.receptive_field == whole.receptive_field


def test_a_matrix_of_low_rank():
    r = sf.dim("r")
    cost = sf.cost(sf.LowRankLinear(C, D, r), (H, C))
    assert (cost.params - r * (C + D) - D).expand() == 0
    assert (cost.macs - H * r * (C + D)).expand() == 0


def test_im2col_takes_k_squared_times_the_memory():
    """Chellapilla et al. 2006: the input is laid out k² times over."""
    lowered = sf.Im2colConv2d(C, D, k, padding="same")
    cost, plain = (
        sf.cost(lowered, (C, H, W)),
        sf.cost(sf.Conv2d(C, D, k, padding="same"), (C, H, W)),
    )
    assert cost["unfold"].activations == k**2 * C * H * W
    assert (cost.activations - plain.activations).expand() == k**2 * C * H * W
    assert (cost.params, cost.output, cost.mults) == (plain.params, plain.output, plain.mults)
    assert (cost.adds - plain.adds).expand() == 0
    assert cost.receptive_field == plain.receptive_field
    assert [str(c) for c in cost.conditions] == ["2 | k - 1"]


def test_folding_what_was_unfolded_adds_what_overlaps():
    L = sf.dim("L")
    cost = sf.cost(sf.Fold((L + 2, L + 2), 3), (9 * C, L**2))
    assert (cost.adds - C * (9 * L**2 - (L + 2) ** 2)).expand() == 0


def test_columns_see_the_whole_map():
    """The receptive field is that of the map before them."""
    net = sf.Sequential(sf.Conv2d(C, 4, 3, 2), sf.Unfold(2, stride=2), sf.Conv1d(16, 16, 1))
    cost = sf.cost(sf.Sequential(net, sf.Fold((4, 4), 2, stride=2)), (C, 9, 9))
    assert (cost.receptive_field.size, cost.receptive_field.stride) == ((3, 3), (2, 2))
    assert len(sf.Unfold(2).sees((1, 4, 4, 4))) == 3
    assert len(sf.Fold((4, 4), 2).sees((1, 16, 9))) == 4


@pytest.mark.parametrize(
    "layer",
    [
        sf.Bilinear(C, D, 3),
        sf.Unfold(k, padding=p, stride=s),
        sf.Unfold((k, 2), dilation=(1, d)),
        sf.Fold((H, W), 2, stride=2),
        sf.Fold(H, 3, padding=1),
        sf.Im2colConv2d(C, D, k, stride=s, padding=p),
        sf.Im2colConv2d(2 * C, 2 * D, 3, padding="same", groups=2),
        sf.LowRankLinear(C, D, k),
        sf.TuckerConv2d(C, D, 3, k, s),
        sf.CPConv2d(C, D, k, s, padding="same"),
    ],
    ids=str,
)
def test_a_layer_alone(layer):
    assert sf.verify(layer), sf.verify(layer)


@pytest.mark.parametrize(
    ("build", "error", "text"),
    [
        (
            lambda: sf.cost(sf.Bilinear(2, 3, 4), [(2,), (4,)]),
            sf.ShapeError,
            "3 features on the last axis of input 2, got 4",
        ),
        (
            lambda: sf.cost(sf.Bilinear(2, 3, 4), [(5, 2), (6, 3)]),
            sf.ShapeError,
            "one size on axis 1, got 5 and 6",
        ),
        (lambda: sf.cost(sf.Bilinear(2, 3, 4), [(5, 2), (3,)]), sf.ShapeError, "as many axes"),
        (lambda: sf.cost(sf.Bilinear(2, 3, 4), (2,)), sf.ShapeError, "takes 2 input"),
        (
            lambda: sf.cost(sf.Unfold(3), (1, 2, 5)),
            sf.ShapeError,
            "Unfold needs a padded height of at least 3, got 2",
        ),
        (lambda: sf.Unfold(3, padding=-1), sf.ArgumentError, "padding must be at least 0"),
        (
            lambda: sf.cost(sf.Fold(4, 3), (18, 5)),
            sf.ShapeError,
            "Fold expects 4 columns, one a window, got 5",
        ),
        (
            lambda: sf.cost(sf.Fold(4, 3), (17, 4)),
            sf.ShapeError,
            "divisible by the 9 taps of a window, got 17",
        ),
        (
            lambda: sf.cost(sf.Fold(2, 3), (9, 1)),
            sf.ShapeError,
            "Fold needs a padded height of at least 3, got 2",
        ),
        (lambda: sf.Im2colConv2d(3, 4, 2, padding="same"), sf.ArgumentError, "needs an odd kernel"),
        (
            lambda: sf.Im2colConv2d(3, 4, 3, groups=2),
            sf.ArgumentError,
            "in_channels = 3 must be divisible",
        ),
        (
            lambda: sf.Im2colConv2d(3, 4, 3, padding="full"),
            sf.ArgumentError,
            "padding must be one of",
        ),
    ],
)
def test_columns_and_forms_refuse(build, error, text):
    refused(build, error, text)


# convolutions that look at their input first


def test_deformable_convolution_step_by_step():
    q = sf.dim("q")
    layer = sf.DeformConv2d(q * C, D, k, s, p, d, bias=False, offset_groups=q, modulated=True)
    cost = sf.cost(layer, (q * C, H, W))
    _, height, width = cost.output
    places = k**2 * q * height * width
    assert cost["offset"].output == (3 * k**2 * q, height, width)
    assert cost["conv.weights"].mults == 4 * places
    assert cost["conv.weights"].adds == 6 * places
    assert cost["conv.sample"].flops == 7 * C * places
    assert cost["conv.modulate"].flops == C * places
    assert cost["sigmoid"].flops == 3 * places
    assert cost["conv"].macs == C * D * places
    assert (cost.params - (q * C * D * k**2 + 3 * k**2 * q * (q * C * k**2 + 1))).expand() == 0
    assert cost.receptive_field == sf.cost(sf.Conv2d(C, D, k, s, p, d), (C, H, W)).receptive_field


def test_dynamic_convolution_as_its_paper_counts():
    """Chen et al. 2020, section 3: multiply-adds of attention and aggregation."""
    K = sf.dim("K")
    cost = sf.cost(sf.DynamicConv2d(4 * C, D, k, padding="same", kernels=K), (4 * C, H, W))
    c_in = 4 * C
    assert (cost["fc1"].macs + cost["fc2"].macs - (c_in**2 / 4 + c_in * K / 4)).expand() == 0
    assert cost["conv.blend"].macs + cost["conv.blend_bias"].macs == K * c_in * D * k**2 + K * D
    assert cost["conv.conv"].macs == H * W * c_in * D * k**2
    assert cost["conv"].params == K * D * (c_in * k**2 + 1)
    uneven = sf.cost(sf.DynamicConv2d(10, 6, 3), (10, 5, 5))
    assert uneven["fc1"].output == (2,)


@pytest.mark.parametrize(
    "layer",
    [
        sf.DeformConv2d(C, D, k, s, p, d),
        sf.DeformConv2d(2 * C, D, (k, 2), padding=1, offset_groups=2, modulated=True),
        sf.DynamicConv2d(C, D, k, s, p, d),
        sf.DynamicConv2d(6 * C, 2, 3, groups=2, padding="same", kernels=k, reduction=5),
    ],
    ids=str,
)
def test_a_layer_that_looks_first_alone(layer):
    assert sf.verify(layer), sf.verify(layer)


@pytest.mark.parametrize(
    ("build", "error", "text"),
    [
        (
            lambda: sf.DeformConv2d(4, 8, 3, offset_groups=3),
            sf.ArgumentError,
            "in_channels = 4 must be divisible by offset_groups = 3",
        ),
        (
            lambda: sf.cost(sf.DeformConv2d(4, 8, 3), (3, 5, 5)),
            sf.ShapeError,
            "DeformConv2d expects 4 channels, got 3",
        ),
        (
            lambda: sf.cost(sf.DeformConv2d(4, 8, 7), (4, 5, 5)),
            sf.ShapeError,
            "DeformConv2d needs a padded height of at least 7, got 5",
        ),
        (
            lambda: sf.DynamicConv2d(3, 8, 3),
            sf.ArgumentError,
            "reduction = 4 leaves none of in_channels = 3",
        ),
        (
            lambda: sf.DynamicConv2d(8, 8, 3, kernels=0),
            sf.ArgumentError,
            "kernels must be at least 1",
        ),
    ],
)
def test_layers_that_look_first_refuse(build, error, text):
    refused(build, error, text)


# Winograd


@few(60)
@given(st.integers(1, 8), st.integers(1, 6), st.data())
def test_the_matrices_of_cook_and_toom_filter(m, r, data):
    """Aᵀ[(G g) ⊙ (Bᵀ d)] is the filter's answer, exactly."""
    entries = st.integers(-9, 9).map(Integer)
    d = data.draw(st.lists(entries, min_size=m + r - 1, max_size=m + r - 1))
    g = data.draw(st.lists(entries, min_size=r, max_size=r))

    def applied(matrix, vector):
        return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]

    inputs, filters, outputs = cook_toom(m, r)
    points = [a * b for a, b in zip(applied(inputs, d), applied(filters, g), strict=True)]
    direct = [sum(d[i + t] * g[t] for t in range(r)) for i in range(m)]
    assert applied(outputs, points) == direct


@pytest.mark.parametrize(
    ("m", "r", "saved"), [(2, 3, Rational(9, 4)), (4, 3, 4), (3, 2, Rational(9, 4))]
)
def test_products_that_winograd_saves(m, r, saved):
    """Lavin and Gray 2016, section 4: F(2 × 2, 3 × 3) takes 16 products for 36, F(4 × 4, 3 × 3) 36 for 144."""
    shape = (C, m * H + r - 1, m * W + r - 1)
    tiled = sf.cost(sf.WinogradConv2d(C, D, r, m=m), shape)
    assert sf.cost(sf.Conv2d(C, D, r), shape).macs / tiled.macs == saved


def test_what_winograd_saves_in_symbols():
    m, r = sf.dims("m r")
    shape = (C, m * H + r - 1, m * W + r - 1)
    tiled = sf.cost(sf.WinogradConv2d(C, D, r, m=m, transforms=False, bias=False), shape)
    ratio = sf.cost(sf.Conv2d(C, D, r), shape).macs / tiled.macs
    assert simplify(ratio - m**2 * r**2 / (m + r - 1) ** 2) == 0
    assert (tiled.mults - tiled.adds - D * H * W * (m + r - 1) ** 2).expand() == 0
    assert tiled.params == C * D * r**2
    same = sf.WinogradConv2d(C, D, 3, m=m, padding="same", transforms=False)
    stated = sf.cost(same, (C, H, W), assume=("m | H", "m | W"))
    assert (stated.macs - C * D * H * W * (m + 2) ** 2 / m**2).expand() == 0
    assert str(sf.cost(same, (C, H, W)).show("macs")) == "C (m + 2)² D ⌈H/m⌉ ⌈W/m⌉"


def test_transforms_of_one_tile():
    """Lavin and Gray 2016, section 4.1: 32 additions for the data and 24 for the outputs of a tile."""
    layer = sf.WinogradConv2d(1, 1, 3, bias=False, filter_transform=True)
    cost = sf.cost(layer, (1, 4, 4))
    assert (cost["data"].adds, cost["data"].mults) == (32, 0)
    assert (cost["output"].adds, cost["output"].mults) == (24, 0)
    assert (cost["conv"].mults, cost["conv"].adds) == (16, 0)
    # each of 3 columns and 4 rows takes 4 additions and 6 products by a half: no sum is shared
    assert (cost["filter"].adds, cost["filter"].mults) == (28, 42)
    assert (
        sf.cost(sf.WinogradConv2d(1, 1, 3, m=30), (1, 32, 32)).macs == 32**2
    )  # as many as there can be
    wide = sf.cost(sf.WinogradConv2d(1, 1, (3, 1), m=(2, 1), bias=False), (1, 4, 5))
    assert (wide["data"].adds, wide["conv"].mults) == (4 * 5, 4 * 5)


def test_an_axis_of_one_output_or_one_tap_is_not_transformed():
    """F(1, r) is the dot product itself, and F(m, 1) a product an output."""
    shape = (C, 4 * H, 4 * W)
    for layer in (sf.WinogradConv2d(C, D, 3, m=1), sf.WinogradConv2d(C, D, 1, m=4)):
        plain = sf.cost(sf.Conv2d(C, D, layer.kernel_size), shape)
        tiled = sf.cost(layer, shape)
        assert (tiled.mults - plain.mults).expand() == 0
        assert (tiled.adds - plain.adds).expand() == 0
    tall, low = (
        sf.cost(sf.WinogradConv2d(C, D, (1, 3), m=m, filter_transform=True), (C, 4 * H, 4 * W + 2))
        for m in (4, (1, 4))
    )
    for name in ("data", "filter", "conv", "output"):
        taken = tall[name].flops - (4 * low[name].flops if name == "filter" else low[name].flops)
        assert taken.expand() == 0, name


def test_conventions_count_the_products_that_are_done():
    shape = (C, 2 * H + 2, 2 * W + 2)
    n = sf.dim("n")
    tiled = sf.cost(sf.WinogradConv2d(C, D, 3), shape, "2mac")
    assert tiled.flops == 2 * tiled.macs == 32 * C * D * H * W
    frequencies = sf.cost(sf.FFTConv2d(C, D, 3, size=n), shape, "2mac")
    assert frequencies.flops == 2 * frequencies.macs == 8 * C * D * n**2
    for cost in (tiled, frequencies):
        assert [omitted.role for omitted in cost.omitted] == ["bias", "other"]


@pytest.mark.parametrize(
    "layer",
    [
        sf.WinogradConv2d(C, D, 3),
        sf.WinogradConv2d(2 * C, 2, (3, 2), m=(4, 3), padding="same", groups=2),
        sf.WinogradConv2d(C, D, k, m=s, padding=p, transforms=False),
    ],
    ids=str,
)
def test_winograd_alone(layer):
    assert sf.verify(layer), sf.verify(layer)


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda: sf.WinogradConv2d(3, 4, 3, stride=2), "WinogradConv2d needs stride 1, got 2"),
        (lambda: sf.WinogradConv2d(3, 4, 3, dilation=d), "needs dilation 1, got d; write Conv2d"),
        (
            lambda: sf.WinogradConv2d(3, 4, k),
            "got m = 2 and kernel_size = k; write transforms=False",
        ),
        (lambda: sf.WinogradConv2d(3, 4, 3, m=k), "the transforms of F(m, r) need numbers"),
        (lambda: sf.WinogradConv2d(3, 4, 3, m=0), "m must be at least 1"),
        (lambda: sf.WinogradConv2d(3, 4, 3, m=(2, 31)), "m + kernel_size - 1 is at most 32"),
        (
            lambda: sf.WinogradConv2d(3, 4, 3, transforms=False, filter_transform=True),
            "filter_transform=True needs transforms=True",
        ),
    ],
)
def test_winograd_refuses(build, text):
    refused(build, sf.ArgumentError, text)


# Fourier


def test_convolution_by_fourier_transforms_in_symbols():
    """Mathieu et al. 2014: 4 real products a frequency and pair of maps; 5·n·log₂ n a transform."""
    n = sf.dim("n")
    layer = sf.FFTConv2d(C, D, k, size=n, bias=False, filter_transform=True)
    cost = sf.cost(layer, (C, H, W))
    transformed = 10 * n**2 * log2(n)
    products = (4 * C + 4 * C - 2) * D * n**2
    assert cost.macs == 4 * C * D * n**2
    assert cost.params == C * D * k**2
    scaled = C * D * k**2
    assert (cost.flops - (C + D + C * D) * transformed - products - scaled).expand() == 0
    assert cost["data_rows"].flops == 5 * C * n**2 * log2(n)
    ahead = sf.cost(sf.FFTConv2d(C, D, k, size=n, bias=False), (C, H, W))
    assert (cost.flops - ahead.flops - C * D * transformed - scaled).expand() == 0
    assert type(ahead.at(C=3, D=4, k=5, H=28, W=20, n=32).flops) is int
    refused(lambda: ahead.at(n=48), sf.ArgumentError, "size must be a power of two, got 48")
    refused(
        lambda: ahead.at(H=10, k=3, n=8), sf.SymflopsError, "at least 12 along the height, got 8"
    )


def test_a_power_of_two_by_its_exponent():
    e = sf.dim("e")
    cost = sf.cost(sf.FFTConv2d(1, 1, 3, size=2**e, bias=False), (1, H, W))
    assert (cost["data_rows"].mults - 2 * e * 2 ** (2 * e)).expand() == 0
    assert "log" not in str(cost.conditions)


def test_real_maps_take_about_half():
    n = sf.dim("n")
    whole, half = (
        sf.cost(sf.FFTConv2d(C, D, 3, size=n, real=real, bias=False), (C, H, W))
        for real in (False, True)
    )
    assert half.macs == 2 * C * D * n * (n + 2)
    assert limit(half.macs / whole.macs, n, oo) == Rational(1, 2)
    assert limit(half["data_rows"].mults / whole["data_rows"].mults, n, oo) == Rational(1, 2)
    pairs = n / 2 * (n / 2 - 1)
    assert (half["data_pairs"].flops - 8 * C * pairs).expand() == 0
    assert (half["output_pairs"].flops - 4 * D * pairs).expand() == 0


@pytest.mark.parametrize(
    ("height", "kernel", "points"), [(28, 5, 32), (28, 6, 64), (1, 1, 1), (2, 1, 2), (13, 4, 16)]
)
def test_the_smallest_power_of_two_that_serves(height, kernel, points):
    cost = sf.cost(sf.FFTConv2d(1, 1, kernel), (1, height, height))
    assert cost.macs == 4 * points**2


def test_a_logarithm_in_print():
    n = sf.dim("n")
    cost = sf.cost(sf.FFTConv2d(C, D, 3, size=n), (C, H, W))["data_rows"]
    assert str(cost.show("flops")) == "5 C n² log₂(n)"
    assert cost.latex("flops") == r"5 C n^{2} \log_2(n)"
    assert (
        "<msub><mi>log</mi><mrow><mn>2</mn></mrow></msub>"
        '<mrow><mo stretchy="false">(</mo><mi>n</mi>' in cost.show("flops").mathml
    )


@pytest.mark.parametrize(
    "layer",
    [
        sf.FFTConv2d(C, D, k, size=p),
        sf.FFTConv2d(2 * C, 2, (3, k), size=(8, s), padding=1, groups=2, real=True),
    ],
    ids=str,
)
def test_fourier_alone(layer):
    assert sf.verify(layer), sf.verify(layer)


@pytest.mark.parametrize(
    ("build", "error", "text"),
    [
        (
            lambda: sf.FFTConv2d(3, 4, 3, stride=2),
            sf.ArgumentError,
            "FFTConv2d needs stride 1, got 2",
        ),
        (lambda: sf.FFTConv2d(3, 4, 3, dilation=2), sf.ArgumentError, "needs dilation 1, got 2"),
        (
            lambda: sf.FFTConv2d(3, 4, 3, size=12),
            sf.ArgumentError,
            "must be a power of two, got 12",
        ),
        (
            lambda: sf.FFTConv2d(3, 4, 3, size=(8, 0)),
            sf.ArgumentError,
            "size must be at least 1, got 0",
        ),
        (lambda: sf.FFTConv2d(3, 4, 1, size=1, real=True), sf.ArgumentError, "at least 2, got 1"),
        (
            lambda: sf.cost(sf.FFTConv2d(3, 4, 3, size=8), (3, 7, 6)),
            sf.ShapeError,
            "size must be at least 9 along the height, got 8",
        ),
        (
            lambda: sf.cost(sf.FFTConv2d(3, 4, 3), (3, H, 6)),
            sf.ShapeError,
            "a power of two of at least H + 2, where that is a symbol: write size=…",
        ),
    ],
)
def test_fourier_refuses(build, error, text):
    refused(build, error, text)


# what is not said


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (sf.DeformConv2d(8, 6, 3), {"offset_groups": 1, "modulated": False}),
        (sf.DynamicConv2d(8, 6, 3), {"kernels": 4, "reduction": 4}),  # K and r of the paper
        (sf.WinogradConv2d(8, 6, 3), {"m": 2, "transforms": True, "filter_transform": False}),
        (sf.FFTConv2d(8, 6, 3), {"size": None, "real": False, "filter_transform": False}),
    ],
    ids=lambda value: str(value)[:40],
)
def test_defaults(layer, said):
    assert {name: getattr(layer, name) for name in said} == said
    plain = sf.Conv2d(8, 6, 3)
    for name in ("stride", "padding", "dilation", "groups", "bias"):
        assert getattr(layer, name) == getattr(plain, name)


@pytest.mark.parametrize(
    "factored", [sf.TuckerConv2d(8, 6, 3, 2, 2), sf.CPConv2d(8, 6, 3, 2)], ids=["tucker", "cp"]
)
def test_defaults_of_factors(factored):
    plain = sf.cost(sf.Conv2d(8, 6, 3), (8, 9, 9))
    cost = sf.cost(factored, (8, 9, 9))
    assert cost.output == plain.output
    assert [str(o) for o in cost.under("mac").omitted] == [
        str(o) for o in plain.under("mac").omitted
    ]
    assert sf.cost(sf.LowRankLinear(8, 6, 2), (8,)).params == 2 * (8 + 6) + 6


# what is computed otherwise is the same


@few(120)
@given(st.data())
def test_other_algorithms_give_the_values_of_loops(data):
    kernel = data.draw(st.tuples(st.integers(1, 4), st.integers(1, 3)))
    padding, groups = data.draw(st.integers(0, 3)), data.draw(st.integers(1, 2))
    shape = (
        1,
        2 * groups,
        *(max(1, n - 2 * padding) + data.draw(st.integers(0, 4)) for n in kernel),
    )
    given = {"padding": padding, "groups": groups, "bias": data.draw(st.booleans())}
    other = data.draw(
        st.sampled_from(
            [
                sf.Im2colConv2d(2 * groups, groups, kernel, **given),
                sf.WinogradConv2d(
                    2 * groups, groups, kernel, **given, m=data.draw(st.integers(1, 5))
                ),
                sf.FFTConv2d(2 * groups, groups, kernel, **given),
                sf.FFTConv2d(2 * groups, groups, kernel, **given, real=True),
            ]
        )
    )
    plain = sf.Conv2d(2 * groups, groups, kernel, **given)
    made = []
    for layer in (plain, other):
        counter = Counter(seed=3)
        (output,) = Run(counter).apply(layer, (counter.draw(*shape),))
        made.append([number.value for number in output.entries])
    assert made[1] == pytest.approx(made[0], abs=1e-9)
    assert sf.verify(sf.cost(other, shape, batched=True))


@pytest.mark.parametrize(
    "layer",
    [
        sf.ConvTranspose2d(C, 4, 3, stride=2, padding=1, output_padding=1, dilation=d),
        sf.Bilinear(C, D, 3, bias=False),
        sf.DeformConv2d(C, D, (3, 1), padding="same", offset_groups=2, modulated=True),
        sf.DynamicConv2d(C, D, k, kernels=2),
        sf.WinogradConv2d(C, D, (3, 2), m=(4, 2), filter_transform=True),
        sf.FFTConv2d(C, D, k, size=(8, 2**s), real=True),
        sf.Im2colConv2d(C, D, k, padding="same"),
        sf.Unfold(k, dilation=d),
        sf.Fold((H, W), 2, stride=2),
        sf.CPConv2d(C, D, (k, 3), s, padding=1),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_repr_pastes_back(layer):
    names = {name: getattr(sf, name) for name in sf.__all__} | {s.name: s for s in layer.symbols}
    assert eval(repr(layer), names) == layer  # noqa: S307 - our own repr
    assert read_layer(repr(layer)) == layer
