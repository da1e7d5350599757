"""Pictures: what is drawn is what was computed."""

import math
import re
import sys
from itertools import combinations, pairwise
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
import sympy

import symflops as sf
from symflops.exprs import joined, log2
from symflops.metrics import Mover

C, H, L, W, k = sf.dims("C H L W k")


matplotlib = pytest.importorskip("matplotlib", reason="plots need matplotlib (extra plot)")
matplotlib.use("agg")

from matplotlib import pyplot as plt  # noqa: E402 - only where it is
from matplotlib.text import Text  # noqa: E402

from symflops.plot import canvas, intensities, lettering, rates  # noqa: E402
from symflops.plot.breakdown import parts  # noqa: E402


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def drawn(axes):
    return [tuple(map(int, line.get_ydata())) for line in axes.get_lines()]


def test_the_line_is_the_growth():
    cost = sf.cost(sf.zoo.alexnet_original())
    axes = sf.plot.receptive_field(cost)
    (sizes,) = drawn(axes)
    assert sizes[0] == 11
    assert sizes[-1] == 195
    assert list(sizes) == sorted(sizes)
    assert [label.get_text() for label in axes.get_xticklabels()][-1] == "pool5"


def test_height_and_width_may_differ():
    net = sf.Sequential(sf.Conv2d(C, C, (1, 3)), sf.Conv2d(C, C, (5, 3)))
    axes = sf.plot.receptive_field(sf.cost(net, (C, H, W)))
    assert drawn(axes) == [(1, 5), (3, 5)]
    assert [text.get_text() for text in axes.texts] == ["H: 5", "W: 5"]
    deep = sf.Sequential(sf.Conv3d(C, C, (1, 3, 3)), sf.Conv3d(C, C, (5, 3, 3)))
    axes = sf.plot.receptive_field(sf.cost(deep, (C, L, H, W)))
    assert drawn(axes) == [(1, 5), (3, 5)]
    assert [text.get_text() for text in axes.texts] == ["D: 5", "H, W: 5"]


def test_it_draws_where_it_is_told():
    _, axes = plt.subplots()
    assert sf.plot.receptive_field(sf.cost(sf.zoo.resnet50()), depth=1, ax=axes) is axes
    assert drawn(axes)[0][-1] == 427


def test_a_repetition_is_one_point():
    net = sf.Sequential(stem=sf.Conv2d(3, C, 7), body=sf.Repeat(sf.Conv2d(C, C, 3, padding=1), 4))
    assert drawn(sf.plot.receptive_field(sf.cost(net, (3, H, W)))) == [(7, 15)]


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (sf.Conv2d(C, C, k), "put numbers in with at"),
        (sf.Repeat(sf.Conv2d(C, C, 3, padding=1), L), "put numbers in with at"),
        (sf.AdaptiveAvgPool2d(1), "sees everything"),
    ],
)
def test_what_cannot_be_drawn_says_why(layer, said):
    with pytest.raises(sf.ArgumentError, match=said):
        sf.plot.receptive_field(sf.cost(layer, (C, H, W)))


def test_inputs_with_different_numbers_of_axes():
    clip = sf.cost(sf.zoo.clip_vit_b_32())
    with pytest.raises(sf.ArgumentError, match=r"visual.conv1.proj sees 2 axes .* text.\S+ 1"):
        sf.plot.receptive_field(clip)


@pytest.mark.parametrize("depth", [0, 1.5, "2", True])
def test_a_depth_that_cannot_be(depth):
    with pytest.raises(sf.ArgumentError, match="whole number of at least 1"):
        sf.plot.receptive_field(sf.cost(sf.zoo.lenet5()), depth=depth)


def test_a_layer_is_no_cost():
    with pytest.raises(sf.ArgumentError, match=r"a plot needs a cost, got .*; write cost\(layer"):
        sf.plot.receptive_field(sf.zoo.lenet5())


def test_bars_are_the_rows_of_the_table():
    cost = sf.cost(sf.zoo.vgg16(), (3, 224, 224))
    axes = sf.plot.breakdown(cost, by="kind")
    widths = [bar.get_width() for bar in axes.patches]
    # 13 convolutions, and 25088·4096 + 4096² + 4096·1000 of the linear layers
    assert widths == [15_346_630_656, 25_088 * 4096 + 4096**2 + 4096 * 1000]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Conv2d", "Linear"]
    assert axes.texts[1].get_text() == "124 M · 0.8 %"
    assert axes.get_xlabel() == "MACs"
    by_layer = sf.plot.breakdown(cost.under("2mac"), "flops")
    assert sum(bar.get_width() for bar in by_layer.patches) == 2 * 15_470_264_320
    assert by_layer.get_xlabel() == "FLOPs (2 per MAC)"


@pytest.mark.parametrize("model", ["resnet50", "mobilenet_v1", "densenet201"])
def test_kinds_are_those_of_the_innermost_layers(model):
    cost = sf.cost(getattr(sf.zoo, model)(), (3, 224, 224))
    assert [kind for kind, _ in parts(cost, by="kind")] == ["Conv2d", "Linear"]
    assert dict(parts(cost, by="kind", depth=1)).keys() != {"Conv2d", "Linear"}


def test_parts_of_one_name_are_one_bar():
    block = sf.Sequential(up=sf.Linear(8, 32), down=sf.Linear(32, 8))
    cost = sf.cost(sf.Repeat(block, 3), (8,))
    bars = sf.plot.breakdown(cost, by="name").patches
    assert [bar.get_width() for bar in bars] == [3 * 256, 3 * 256]


N, D = sf.dims("N D")


def test_curves_are_the_formulas_and_their_crossing_is_marked():
    parts = {"projections": 4 * N * D**2, "scores and weighting": 2 * N**2 * D}
    axes = sf.plot.scaling(parts, N, (64, 16384), at={"D": 768})
    one, other = (line for line in axes.get_lines() if len(line.get_xdata()) > 2)
    for n, a, b in zip(one.get_xdata(), one.get_ydata(), other.get_ydata(), strict=True):
        assert (a, b) == (4 * n * 768**2, 2 * n**2 * 768)
    assert (one.get_xdata()[0], one.get_xdata()[-1]) == (64, 16384)
    # 2N²D > 4ND² from N = 2D + 1 on; at N = 2D both are the same
    assert [text.get_text() for text in axes.texts] == ["$N = 1{,}537$"]
    assert axes.get_ylabel() == "MACs"


@pytest.mark.parametrize("size", ["column", "page"])
def test_every_crossing_is_named_beside_its_line(size):
    parts = {"full": 2 * N**2 + 4 * N * 768, "wide": 8 * N * 768, "linear": 4 * N * 768 + 193 * N}
    axes = sf.plot.scaling(parts, N, (16, 2**16), size=size)
    assert [text.get_text() for text in names_of(axes)] == ["$N = 97$", "$N = 1{,}537$"]


def test_logarithms_and_roots_are_drawn_and_crossed():
    parts = {"n log n": 100 * N * log2(N), "square": N**2, "root": N ** sympy.Rational(3, 2)}
    axes = sf.plot.scaling(parts, N, (256, 2048), at={})
    assert [text.get_text() for text in axes.texts] == ["$N = 997$"]
    assert axes.get_lines()[0].get_ydata()[0] == 100 * 256 * 8
    assert axes.get_lines()[2].get_ydata()[-1] == pytest.approx(2048**1.5)


def test_a_small_receptive_field_has_each_number_once():
    axes = sf.plot.receptive_field(sf.cost(sf.Sequential(sf.ReLU(), sf.ReLU()), (C, H, W)))
    axes.figure.draw_without_rendering()
    numbers = [label.get_text() for label in axes.get_yticklabels()]
    assert len(set(numbers)) == len(numbers)


def test_costs_name_their_convention_and_dimensions_their_meaning():
    sf.dim("N", meaning="tokens")
    net = sf.cost(sf.Linear(D, 4 * D), (N, D), "2mac")
    axes = sf.plot.scaling(net, "N", range(1, 9), "flops", at={D: 2})
    assert axes.get_xlabel() == "$N$ (tokens)"
    assert axes.get_ylabel() == "FLOPs (2 per MAC)"
    (line,) = axes.get_lines()
    assert list(line.get_ydata()) == [2 * n * 2 * 8 for n in range(1, 9)]


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda: sf.plot.scaling({"a": N * D}, N, (1, 8)), "put numbers in for the other symbols"),
        (lambda: sf.plot.scaling({"a": N}, "M", (1, 8)), "there is no symbol M to plot over"),
        (lambda: sf.plot.scaling({"a": N}, N, (0, 8)), "values must be the first and the last"),
        (lambda: sf.plot.scaling({"a": N}, N, 8), r"or all to draw, from 1 on; got \[8\]"),
        (lambda: sf.plot.scaling({"a": N}, N, (1, 8), at=8), "values are put in by name"),
        (lambda: sf.plot.scaling({}, N, (1, 8)), "needs costs or formulas"),
        (lambda: sf.plot.breakdown(sf.cost(sf.Linear(D, D), (D,))), "put numbers in with at"),
        (lambda: sf.plot.breakdown(sf.cost(sf.ReLU(), (8,))), "nothing to part"),
        (
            lambda: sf.plot.breakdown(sf.cost(sf.Linear(2, 2), (2,)), by="size"),
            "unknown way to part",
        ),
        (lambda: sf.plot.breakdown(sf.cost(sf.Linear(2, 2), (2,)), "mac"), "unknown metric 'mac'"),
        (lambda: sf.plot.breakdown(sf.Linear(2, 2)), "a plot needs a cost"),
    ],
)
def test_what_cannot_be_drawn_says_so(draw, said):
    with pytest.raises(sf.SymflopsError, match=said):
        draw()


VGG = sf.cost(sf.zoo.vgg16(), convention="2mac").at(H=224, W=224)
RESNET = sf.cost(sf.zoo.resnet50(), convention="2mac").at(H=224, W=224)
GPT = sf.cost(sf.zoo.gpt2(), convention="2mac").at(N=1024)
STEP = sf.cost(sf.zoo.llama3_8b(cache_length=4095), (1,), "2mac")
ONE = sf.cost(sf.Conv2d(3, 64, 7, stride=2, padding=3), (3, 224, 224))
A100 = {"peak": "312 TFLOP/s", "bandwidth": "2 TB/s", "dtype": "bfloat16"}
CURVES = {"projections": 4 * N * D**2, "scores and weighting": 2 * N**2 * D}
SMALL = sf.cost(sf.Sequential(up=sf.Linear(64, 256), act=sf.ReLU()), (32, 64), "2mac")
HOSTILE = {
    name: f"{name} is literal"
    for name in ("a$b_1^{2}", "$x$ $y$", r"\frac{", "50 % & #", "<b>&amp;--</b>", "_a", "-->")
}


def _drawn():
    costs = {"vgg16": VGG, "resnet50": RESNET, "gpt2": GPT, "a step": STEP, "one layer": ONE}
    for name, cost in costs.items():
        yield f"parts of {name}", lambda cost=cost, **how: sf.plot.breakdown(cost, **how)
        yield f"roof of {name}", lambda cost=cost, **how: sf.plot.roofline(cost, **A100, **how)
    for name in ("vgg16", "resnet50", "one layer"):
        yield (
            f"growth in {name}",
            lambda cost=costs[name], **how: sf.plot.receptive_field(cost, **how),
        )
    yield "all layers", lambda **how: sf.plot.receptive_field(RESNET, depth=3, **how)
    yield "many points", lambda **how: sf.plot.roofline(RESNET, **A100, depth=3, **how)
    both = {"prefill": GPT, "decoding": STEP}
    yield "two costs", lambda **how: sf.plot.roofline(both, **A100, by="kind", **how)
    three = {**CURVES, "half": 2 * N * D**2}
    yield "long", lambda **how: sf.plot.scaling(three, N, (16, 2**16), at={"D": 768}, **how)
    yield "curves", lambda **how: sf.plot.scaling(CURVES, N, (64, 16384), at={"D": 768}, **how)


DRAWN = dict(_drawn())
each_picture = pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)


def texts(axes):
    """All that is written, once it is where it belongs; numbers at ticks beyond the axes are not drawn."""
    axes.figure.draw_without_rendering()
    beyond = set()
    for axis in (axes.xaxis, axes.yaxis):
        low, high = sorted(axis.get_view_interval())
        ticks = axis.get_major_ticks() + axis.get_minor_ticks()
        beyond |= {tick.label1 for tick in ticks if not low <= tick.get_loc() <= high}
    found = (t for t in axes.figure.findobj(Text) if t.get_visible() and t.get_text())
    return [text for text in found if text not in beyond]


def names_of(axes):
    return [text for text in axes.texts if text.get_text()]


@pytest.mark.parametrize(("size", "points"), [("column", 235), ("page", 345)])
@each_picture
def test_a_picture_is_as_wide_as_its_place_and_all_in_it_can_be_read(draw, size, points):
    axes = draw(size=size)
    assert axes.figure.get_figwidth() * 72.27 == pytest.approx(points)
    seen, whole = texts(axes), axes.figure.bbox.padded(1)
    for text in seen:
        assert text.get_fontsize() == 8, text
        box = text.get_window_extent()
        assert whole.x0 <= box.x0 <= box.x1 <= whole.x1, text
        assert whole.y0 <= box.y0 <= box.y1 <= whole.y1, text
    names = [text for text in seen if text in axes.texts and not text.get_rotation()]
    assert apart(combinations(names, 2))
    for axis in (axes.xaxis, axes.yaxis):
        assert apart(pairwise(label for label in axis.get_majorticklabels() if label in seen))


def apart(pairs):
    boxes = ([text.get_window_extent().padded(-0.5) for text in pair] for pair in pairs)
    return not any(one.overlaps(other) for one, other in boxes)


def test_two_columns_are_wider_and_other_sizes_are_not_there():
    axes = sf.plot.breakdown(SMALL, size="wide")
    assert axes.figure.get_figwidth() * 72.27 == pytest.approx(490)
    with pytest.raises(sf.UnknownNameError, match="unknown size 'A4'"):
        sf.plot.scaling(N, N, (1, 8), size="A4")


def test_axes_of_ones_own_keep_their_letters_unless_a_size_is_asked_for():
    _, (left, right) = plt.subplots(1, 2)
    assert sf.plot.breakdown(SMALL, ax=left) is left
    assert {t.get_fontsize() for t in left.texts} == {plt.rcParams["font.size"]}
    assert sf.plot.roofline(SMALL, **A100, ax=right, size="column") is right
    assert {t.get_fontsize() for t in right.texts if t.get_text()} == {8}
    assert left.figure.get_figwidth() == plt.rcParams["figure.figsize"][0]


def linear(colour):
    shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]


def luminance(rgb):
    return sum(weight * share for weight, share in zip((0.2126, 0.7152, 0.0722), rgb, strict=True))


def lab(rgb):
    """CIE L*a*b* of linear sRGB, in which distances are those that eyes see."""
    rows = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    clipped = [min(max(share, 0), 1) for share in rgb]
    xyz = [sum(a * b for a, b in zip(row, clipped, strict=True)) for row in rows]
    x, y, z = (
        t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116
        for t in (a / white for a, white in zip(xyz, (0.9505, 1, 1.089), strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


#: How colours look to eyes without one kind of cone (Machado, Oliveira and Fernandes 2009, severity 1).
EYES = {
    "all three": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no long": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "no middle": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "no short": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


@pytest.mark.parametrize("cones", EYES.values(), ids=EYES)
def test_every_eye_tells_colours_apart(cones):
    seen = [
        lab([sum(a * b for a, b in zip(row, linear(colour), strict=True)) for row in cones])
        for colour in canvas.COLOURS
    ]
    assert min(math.dist(one, other) for one, other in combinations(seen, 2)) > 15


@pytest.mark.parametrize("colour", [*canvas.COLOURS, canvas.QUIET])
def test_colours_stand_out_against_white(colour):
    """WCAG 2.2, 1.4.11: at least 3 : 1 for what is no text."""
    assert 1.05 / (luminance(linear(colour)) + 0.05) >= 3


def test_curves_are_told_apart_in_grey():
    looks = [canvas.stroke(place) for place in range(12)]
    assert len({(str(look["linestyle"]), look["marker"]) for look in looks}) == 12
    assert len({str(look["linestyle"]) for look in looks[:5]}) == 5
    axes = sf.plot.scaling({str(i): N + i for i in range(12)}, N, (1, 64))
    lines = [line for line in axes.get_lines() if len(line.get_xdata()) > 2]
    assert [line.get_marker() for line in lines] == [look["marker"] for look in looks]
    assert [line.get_color() for line in lines] == [look["color"] for look in looks]


# names and formulas


def literal(text):
    return not text.get_parse_math() and not text.get_usetex()


def test_names_are_shown_as_they_are():
    layers = {name: sf.Conv2d(4, 4, 3 + i) for i, name in enumerate(HOSTILE)}
    cost = sf.cost(sf.Sequential(**layers), (4, 64, 64))
    bars = sf.plot.breakdown(cost, size="wide").get_yticklabels()
    assert [t.get_text() for t in bars] == list(HOSTILE)
    steps = sf.plot.receptive_field(cost, size="wide").get_xticklabels()
    assert [t.get_text() for t in steps] == list(HOSTILE)
    roof = names_of(sf.plot.roofline(cost, 10**12, 10**12, size="wide"))
    curves = sf.plot.scaling({name: N + i for i, name in enumerate(HOSTILE)}, N, (1, 9))
    legend = curves.get_legend().get_texts()
    assert [t.get_text() for t in legend] == list(HOSTILE)
    costs = sf.plot.roofline(dict.fromkeys(HOSTILE, cost), 1, 1).get_legend().get_texts()
    assert [t.get_text() for t in costs] == list(HOSTILE)
    assert all(map(literal, [*bars, *steps, *roof, *legend, *costs]))
    for number in plt.get_fignums():
        plt.figure(number).canvas.draw()


def test_names_that_break_lines_or_cannot_be_seen():
    names = {"one\nline": "one line", "\u202eturned": "turned", "\ud800": "\ufffd"}
    cost = sf.cost(sf.Sequential(**{n: sf.Linear(2, 2) for n in names}), (2,))
    axes = sf.plot.breakdown(cost)
    assert [t.get_text() for t in axes.get_yticklabels()] == list(names.values())
    assert "\ufffd" in canvas.svg(axes)


def test_long_names_keep_their_ends():
    path = "encoder." * 30 + "attention.query"
    assert lettering.shortened(path, 100, 8) == "…attention.query"
    assert lettering.shortened("名" * 50, 100, 8).count("名") < 12
    assert lettering.shortened("x" * 500, 1, 8) == "xx…xxxxx"


def test_a_dimension_is_set_as_it_is_declared():
    sf.dim("w_set", latex=r"\hat{w}_{\mathrm{set}}", meaning={"en": "costs $5", "zh": "宽"})
    w = sf.dim("w_set")
    axes = sf.plot.scaling({"a": w**2, "b": 4 * w}, w, (1, 64))
    assert axes.get_xlabel() == r"$\hat{w}_{\mathrm{set}}$ (costs \$5)"
    assert names_of(axes)[0].get_text() == r"$\hat{w}_{\mathrm{set}} = 5$"
    axes.figure.canvas.draw()


@pytest.mark.parametrize(
    "latex",
    [r"\frac{", r"\mine{x}", "a$b", "{" * 90 + "}" * 90, r"\mathrm{" + "w" * 180 + "}", "宽"],
)
def test_latex_that_cannot_be_set_is_the_plain_name(latex, monkeypatch):
    monkeypatch.setattr(lettering, "display", lambda _: SimpleNamespace(latex=latex))
    q = sf.dim("q_plain")
    axes = sf.plot.scaling({"a": q**2, "b": 4 * q}, q, (1, 64))
    assert axes.get_xlabel() == "q_plain"
    assert names_of(axes)[0].get_text() == "q_plain$ = 5$"
    axes.figure.canvas.draw()


# numbers


def test_great_and_small_numbers():
    big = sf.cost(sf.Linear(10**30, 10**30), (10**20, 10**30))
    axes = sf.plot.breakdown(big)
    assert names_of(axes)[0].get_text() == "10⁸⁰ · 100.0 %"
    texts(axes)
    with pytest.raises(sf.ArgumentError, match="too great a number"):
        sf.plot.breakdown(sf.cost(sf.Linear(10**200, 10**200), (10**200,)))
    with pytest.raises(sf.ArgumentError, match="too great a number"):
        sf.plot.scaling({"a": N**400}, N, (1, 10**9))


def test_a_part_of_a_token_is_no_whole_number():
    cost = sf.cost(sf.Sequential(a=sf.Linear(3, 5), s=sf.Conv1d(4, 4, 2)), (4, 3)).per("token")
    assert sum(value for _, value in parts(cost)) == cost.macs
    assert sf.plot.breakdown(cost).get_xlabel() == "MACs per token"


# the roofline


def test_points_are_flops_and_bytes():
    up, act = intensities.points(SMALL, "10 TFLOP/s", "1 TB/s")
    moved = 4 * (32 * 64 + 64 * 256 + 256 + 32 * 256)
    assert up == (
        "up",
        2 * 32 * 64 * 256,
        moved,
        sympy.Rational(2 * 32 * 64 * 256, moved),
        "memory",
    )
    assert act == ("act", 0, 4 * 2 * 32 * 256, 0, "memory")
    halved = intensities.points(SMALL, 1, 1, "float16")
    assert [point.bytes for point in halved] == [up.bytes // 2, act.bytes // 2]


@pytest.mark.parametrize("by", ["layer", "kind", "name", "whole"])
@pytest.mark.parametrize(
    "cost", [VGG, RESNET, GPT, STEP], ids=["vgg16", "resnet50", "gpt2", "step"]
)
def test_points_add_up_to_the_whole(cost, by):
    found = intensities.points(cost, "312 TFLOP/s", "2 TB/s", by=by)
    assert sum(point.flops for point in found) == cost.flops
    assert sum(point.bytes for point in found) == 4 * joined(Mover()(cost.root))
    assert all(point.intensity * point.bytes == point.flops for point in found)


def test_equal_layers_are_one_point():
    points = [point.name for point in intensities.points(VGG, 1, 1)]
    assert "features.24, 26, 28" in points  # three of 512 · 512 · 9 on 14 × 14
    assert "ReLU × 15" in points  # all there are
    assert "h.*.attn.q_proj × 12 and 3 more" in [
        point.name for point in intensities.points(GPT, 1, 1)
    ]
    assert [point.name for point in intensities.points(ONE, 1, 1)] == ["Conv2d"]


def test_layers_stand_under_the_roof():
    axes = sf.plot.roofline(STEP, **A100)
    roof, ridge, layers = axes.get_lines()[:3]
    assert list(roof.get_xdata())[1] == 156
    assert list(roof.get_ydata())[1:] == [312e12, 312e12]
    assert roof.get_ydata()[0] == pytest.approx(roof.get_xdata()[0] * 2e12)
    assert list(ridge.get_xdata()) == [156, 156]
    expected = [p for p in intensities.points(STEP, **A100) if p.flops]
    assert list(layers.get_xdata()) == [float(p.intensity) for p in expected]
    heights = [min(312e12, float(p.intensity) * 2e12) for p in expected]
    assert list(layers.get_ydata()) == pytest.approx(heights)
    said = [text.get_text() for text in names_of(axes)]
    assert {"312 TFLOP/s", "2 TB/s", "ridge 156"} <= set(said)
    first, second, third, *_ = axes.get_xlabel().splitlines()
    assert first == "FLOPs (2 per MAC) a byte"
    assert second == "bytes: inputs, weights, outputs of a layer once, bfloat16"
    assert third.startswith("no FLOPs, not drawn: embed_tokens, RMSNorm\u00a0×\u00a065")
    assert axes.get_ylabel() == "attainable FLOP/s"


def test_a_decoding_step_is_bound_by_memory_and_a_prompt_is_not():
    step = intensities.points(STEP, **A100, by="kind")
    assert {point.bound for point in step} == {"memory"}
    # each weight is read for one product and one sum: 2 FLOPs for 2 bytes, a little less
    assert next(p.intensity for p in step if p.name == "Linear") == pytest.approx(1, rel=1e-3)
    prompt = sf.cost(sf.zoo.llama3_8b(), (4096,), "2mac")
    assert {p.name: p.bound for p in intensities.points(prompt, **A100, by="kind")}[
        "Linear"
    ] == "compute"


def test_several_roofs_and_costs_have_names():
    machines = {"A100": "312 TFLOP/s", "H100": "989 TFLOP/s"}
    rates = {"A100": "2 TB/s", "H100": "3.35 TB/s"}
    axes = sf.plot.roofline({"prefill": GPT, "step": STEP}, machines, rates, by="kind")
    said = {text.get_text() for text in names_of(axes)}
    assert {"A100: 312 TFLOP/s", "H100: 3.35 TB/s", "ridge 156", "ridge 295"} <= said
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["prefill", "step"]
    whole = sf.plot.roofline({"prefill": GPT, "step": STEP}, **A100, by="whole")
    assert {"prefill", "step"} <= {text.get_text() for text in names_of(whole)}


@pytest.mark.parametrize(
    ("text", "quantity", "value"),
    [
        ("312 TFLOP/s", "flops", 312 * 10**12),
        ("312TFLOPS", "flops", 312 * 10**12),
        ("19.5 TFLOPs/s", "flops", 19_500_000_000_000),
        ("1,555 GB/s", "bytes", 1_555_000_000_000),
        ("1 GiB/s", "bytes", 2**30),
        ("2 TB/sec", "bytes", 2 * 10**12),
        ("1.5e12 B/s", "bytes", 1_500_000_000_000),
        ("2e12", "bytes", 2 * 10**12),
        (0.5, "bytes", sympy.Rational(1, 2)),
        (10**12, "flops", 10**12),
    ],
)
def test_rates_are_read_exactly(text, quantity, value):
    assert rates.rate(text, quantity) == value


@pytest.mark.parametrize(
    "text",
    [
        "2 Tb/s",
        "2 TB",
        "2 TFLOP/s",
        "fast",
        "-1 TB/s",
        "0 B/s",
        "1e999 B/s",
        "",
        0,
        -1,
        None,
        True,
        float("inf"),
        N,
    ],
)
def test_what_is_no_bandwidth_says_so(text):
    with pytest.raises(
        sf.ArgumentError,
        match=r"bandwidth must be a positive number a second, or text such as '2 TB/s'",
    ):
        rates.rate(text, "bytes")


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda: sf.plot.roofline(SMALL, "1 TMAC/s", 1), "peak must be a positive number"),
        (lambda: sf.plot.roofline(SMALL, {"a": 1}, {"b": 1}), "must name the same roofs"),
        (lambda: sf.plot.roofline(SMALL, {}, 1), "must name the same roofs, at least one"),
        (lambda: sf.plot.roofline(SMALL, 1, 1, "float31"), "unknown dtype 'float31'"),
        (lambda: sf.plot.roofline(SMALL, 1, 1, by="size"), "unknown way to part a cost 'size'"),
        (lambda: sf.plot.roofline(SMALL, 1, 1, size="A4"), "unknown size 'A4'"),
        (lambda: sf.plot.roofline(SMALL, 1, 1, ax=plt), "ax must be axes of matplotlib"),
        (lambda: sf.plot.roofline(sf.Linear(2, 2), 1, 1), "a plot needs a cost"),
        (lambda: sf.plot.roofline({}, 1, 1), "nothing to place under a roof"),
        (lambda: sf.plot.roofline(sf.cost(sf.Linear(D, 2), (D,)), 1, 1), "put numbers in with at"),
        (lambda: sf.plot.roofline(SMALL.per("token"), 1, 1), "of a whole cost, got one per token"),
        (lambda: sf.plot.roofline(SMALL["act"], 1, 1), "no layer takes FLOPs"),
    ],
)
def test_what_has_no_roof_says_so(draw, said):
    with pytest.raises(sf.SymflopsError, match=said):
        draw()


def test_without_matplotlib_there_is_advice(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for draw in DRAWN.values():
        with pytest.raises(sf.ArgumentError, match=r"plots need matplotlib: pip install"):
            draw()


# pictures for a page


@each_picture
def test_a_picture_in_a_page_is_whole_in_itself(draw):
    axes = draw(size="page")
    text = canvas.svg(axes)
    assert text == canvas.svg(axes)
    root = ET.fromstring(text)  # noqa: S314 - our own
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    ids = [node.get("id") for node in root.iter() if node.get("id")]
    assert len(ids) == len(set(ids))
    assert all(name.startswith(root.get("id")) for name in ids)
    referred = re.findall(r'href="([^"]*)"|url\(([^)]*)\)', text)
    assert referred
    assert {a or b for a, b in referred} <= {f"#{name}" for name in ids}
    assert not re.search(r"<!--|<\?|<!DOCTYPE|<metadata|<script|@import", text)
    assert set(re.findall(r"https?://[^\"' ]*", text)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    said = {"".join(node.itertext()).strip() for node in root.iter() if node.tag.endswith("}text")}
    for written in texts(axes):
        if literal(written) and "\n" not in written.get_text():
            assert written.get_text() in said


def test_two_pictures_in_one_page_do_not_meet():
    one, other = canvas.svg(DRAWN["curves"]()), canvas.svg(DRAWN["curves"](size="column"))
    names = [set(re.findall(r'\bid="([^"]*)"', text)) for text in (one, other)]
    assert not names[0] & names[1]
    named = canvas.svg(DRAWN["curves"](), prefix="second")
    assert all(name.startswith("second") for name in re.findall(r'\bid="([^"]*)"', named))
    with pytest.raises(sf.ArgumentError, match="a prefix of ids is a word"):
        canvas.svg(DRAWN["curves"](), prefix='"><script>')


def test_names_reach_a_page_as_text():
    layers = {name: sf.Linear(4, 4) for name in HOSTILE}
    axes = sf.plot.breakdown(sf.cost(sf.Sequential(**layers), (4,)), size="wide")
    root = ET.fromstring(canvas.svg(axes))  # noqa: S314 - our own
    said = {"".join(node.itertext()) for node in root.iter() if node.tag.endswith("}text")}
    assert set(HOSTILE) <= said
