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
