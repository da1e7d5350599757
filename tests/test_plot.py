"""Pictures: what is drawn is what was computed."""

import pytest

import symflops as sf

C, H, L, W, k = sf.dims("C H L W k")


matplotlib = pytest.importorskip("matplotlib", reason="plots need matplotlib (extra plot)")
matplotlib.use("agg")

from matplotlib import pyplot as plt  # noqa: E402 - only where it is


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
