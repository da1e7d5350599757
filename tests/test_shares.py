"""Shares of a cost: what belongs to several parts counts once, and parts are of one cost."""

import pytest
import sympy

import symflops as sf

C, D, E, H, W = sf.dims("C D E H W")
LINES = sf.Sequential(
    features=sf.Sequential(sf.Conv2d(C, C, 3, padding=1), sf.ReLU(), sf.Conv2d(C, C, 3, padding=1)),
    head=sf.Conv2d(C, C, 1),
)
BLOCKS = sf.Sequential(
    blocks=sf.Repeat(sf.Sequential(a=sf.Linear(D, D), b=sf.ReLU()), 4), out=sf.Linear(D, E)
)
TIED = sf.Sequential(
    sf.Shared("w", sf.Linear(D, D)), sf.Shared("w", sf.Linear(D, D)), sf.Linear(D, E)
)


@pytest.mark.parametrize(
    ("part", "metric", "share"),
    [
        ("Conv2d+features.0", "macs", 1),
        ("features.0+features.0", "macs", sympy.Rational(9, 19)),
        ("features+features.0", "macs", sympy.Rational(18, 19)),
        ("features.0+features.2", "macs", sympy.Rational(18, 19)),
        ("features.0+head", "macs", sympy.Rational(10, 19)),
        ("features+Conv2d", "flops", 1),
        ("Sequential+Conv2d", "flops", 1),
        ("features.0.conv+features.0", "flops", 18 * C / (38 * C + 1)),
        ("features.0.conv+features.0.bias+ReLU", "flops", (18 * C + 1) / (38 * C + 1)),
        ("features.0.conv+features.0.bias", "activations", sympy.Rational(1, 4)),
    ],
)
def test_what_belongs_to_several_parts_counts_once(part, metric, share):
    assert sympy.cancel(sf.share(sf.cost(LINES, (C, H, W)), part, metric) - share) == 0


@pytest.mark.parametrize(
    ("part", "share"),
    [
        ("blocks.0", (2 * D + 1) / (8 * D + 2 * E + 4)),
        ("blocks.0+blocks.1", (2 * D + 1) / (4 * D + E + 2)),
        ("blocks.0+blocks", (4 * D + 2) / (4 * D + E + 2)),
        ("blocks.0+Linear", (8 * D + 2 * E + 1) / (8 * D + 2 * E + 4)),
        ("Linear+out", (4 * D + E) / (4 * D + E + 2)),
    ],
)
def test_blocks_of_a_repetition(part, share):
    assert sympy.cancel(sf.share(sf.cost(BLOCKS, (D,)), part, "flops") - share) == 0


@pytest.mark.parametrize(
    ("part", "share"), [("0", D / (D + E)), ("0+1", D / (D + E)), ("0+Linear", 1), ("0+1+2", 1)]
)
def test_tied_weights_count_once(part, share):
    assert sympy.cancel(sf.share(sf.cost(TIED, (D,)), part, "params") - share) == 0


def test_a_part_that_is_not_there():
    with pytest.raises(sf.UnknownNameError, match=r"unknown layer .features\.9."):
        sf.share(sf.cost(LINES, (C, H, W)), "Conv2d+features.9")
