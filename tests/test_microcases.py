"""One layer at a time under twelve counters: the hand value of every case comes out of our layers."""

import csv
import re
from pathlib import Path

import pytest

import symflops as sf

TABLE = Path(__file__).parent / "published" / "microcases.csv"
with TABLE.open() as file:
    CASES = {row["case"]: row for row in csv.DictReader(file)}


class Products(sf.Layer):
    """Contractions of inputs alone, one after the other."""

    equations: tuple[str, ...]

    def forward(self, *inputs):
        first, *others = inputs
        for equation, other in zip(self.equations, others, strict=True):
            yield equation, sf.einsum(equation, first, other, role="dot.attention")
            left, _, output = equation.partition("->")
            sizes = {}
            for axes, shape in zip(left.split(","), (first, other), strict=True):
                sizes |= zip(axes, shape, strict=True)
            first = tuple(sizes[axis] for axis in output)
        return first


def batched(layer, *shapes):
    return sf.cost(layer, list(shapes), batched=True)


def macs(cost):
    return {"MAC": cost.macs}


def with_bias(cost):
    return {"MAC": cost.macs, "+bias": cost.under("mac+bias").flops - cost.macs}


def numel(cost):
    return {"numel": cost.activations}


LINEAR = sf.Linear(100, 100)
HEADS = (1, 4, 10, 16)
#: Case → the layer, the shapes of its inputs, and what is compared.
LAYERS = {
    "conv 3->64 k7 s2 p3 @224 nobias": (
        sf.Conv2d(3, 64, 7, 2, 3, bias=False),
        [(1, 3, 224, 224)],
        macs,
    ),
    "conv 3->64 k7 s2 p3 @224 bias": (sf.Conv2d(3, 64, 7, 2, 3), [(1, 3, 224, 224)], with_bias),
    "conv g4 64->128 k3 p1 @56 nobias": (
        sf.Conv2d(64, 128, 3, padding=1, groups=4, bias=False),
        [(1, 64, 56, 56)],
        macs,
    ),
    "dwconv 64 k3 p1 @56 nobias": (
        sf.DepthwiseConv2d(64, 3, padding=1, bias=False),
        [(1, 64, 56, 56)],
        macs,
    ),
    "conv dil2 'same' 8->8 k3 @20": (
        sf.Conv2d(8, 8, 3, padding="same", dilation=2),
        [(1, 8, 20, 20)],
        macs,
    ),
    "convT 32->16 k4 s2 p1 @14 nobias": (
        sf.ConvTranspose2d(32, 16, 4, 2, 1, bias=False),
        [(1, 32, 14, 14)],
        lambda cost: {"MAC(in)": cost.macs},
    ),
    "convT g4 32->16 k4 s2 p1 @14 nobias": (
        sf.ConvTranspose2d(32, 16, 4, 2, 1, groups=4, bias=False),
        [(1, 32, 14, 14)],
        lambda cost: {"MAC(in)": cost.macs},
    ),
    "linear 64->128 bias (2,10,64)": (sf.Linear(64, 128), [(2, 10, 64)], with_bias),
    "linear 64->128 nobias (2,10,64)": (sf.Linear(64, 128, bias=False), [(2, 10, 64)], macs),
    "MHA 64 h4 L10 B1 eval": (sf.MultiheadAttention(64, 4), [(1, 10, 64)], macs),
    "SDPA (1,4,10,16)": (Products(("bhnd,bhmd->bhnm", "bhnm,bhmd->bhnd")), [HEADS] * 3, macs),
    "matmul (2,10,64)x(2,64,10)": (Products(("bij,bjk->bik",)), [(2, 10, 64), (2, 64, 10)], macs),
    "einsum bij,bkj->bik (2,10,64)": (Products(("bij,bkj->bik",)), [(2, 10, 64)] * 2, macs),
    "shared Linear100 x3 (1,100)": (
        sf.Sequential(*[sf.Shared("fc", LINEAR)] * 3),
        [(1, 100)],
        macs,
    ),
    "LSTM 10->20 T5 B1": (sf.LSTM(10, 20), [(5, 1, 10)], macs),
    "BatchNorm2d 8 (1,8,10,10) eval": (sf.BatchNorm2d(8), [(1, 8, 10, 10)], numel),
    "LayerNorm 64 (2,10,64)": (sf.LayerNorm(64), [(2, 10, 64)], numel),
    "MaxPool k2 ceil (1,4,7,7)": (
        sf.MaxPool2d(2, ceil_mode=True),
        [(1, 4, 7, 7)],
        lambda cost: {"out": cost.activations},
    ),
    "AvgPool k2 (1,4,8,8)": (
        sf.AvgPool2d(2),
        [(1, 4, 8, 8)],
        # every window of 4 takes 3 additions and a division: an operation for each input
        lambda cost: {"in": cost.flops, "out": cost.activations},
    ),
    "GELU (2,10,64)": (sf.GELU(), [(2, 10, 64)], numel),
    "ReLU (2,10,64)": (sf.ReLU(), [(2, 10, 64)], numel),
    "Softmax (2,10,64)": (sf.Softmax(-1), [(2, 10, 64)], numel),
    "x+x (1,8,4,4)": (sf.Add(), [(1, 8, 4, 4)] * 2, lambda cost: {"numel": cost.flops}),
}


def stated(text):
    """Read ``MAC=163840,+bias 2560`` and ``out=4*16=64``: what is stated, and its last number."""
    pairs = (re.split("[= ]", part) for part in text.split(","))
    return {parts[0]: int(parts[-1]) for parts in pairs}


def test_every_case_is_here():
    assert list(LAYERS) == list(CASES)


@pytest.mark.parametrize("case", CASES)
def test_the_hand_value_comes_out(case):
    layer, shapes, compared = LAYERS[case]
    assert compared(batched(layer, *shapes).at()) == stated(CASES[case]["hand value"])


@pytest.mark.parametrize("case", CASES)
def test_pytorch_and_fvcore_count_that_or_nothing(case):
    """FlopCounterMode counts 2 a MAC and fvcore 1, of what they see; elementwise work fvcore does count."""
    layer, shapes, compared = LAYERS[case]
    cost = batched(layer, *shapes).at()
    if compared in (macs, with_bias):
        row = CASES[case]
        assert int(row["torch 2.14.1 FlopCounterMode"]) in (cost.under("2mac").flops, 0)
        assert int(row["fvcore 0.1.5.post20221221"]) in (cost.under("mac").flops, 0)


def test_the_hand_values_of_parts():
    """Attention of 4 heads of 16 over 10 positions is SDPA's; a tied layer has its weights once."""
    attention = batched(sf.MultiheadAttention(64, 4), (1, 10, 64)).at()
    assert attention["scores"].macs + attention["weighting"].macs == 12_800
    assert sum(attention[f"{name}_proj"].macs for name in ("q", "k", "v", "out")) == 163_840
    tied = batched(sf.Sequential(*[sf.Shared("fc", LINEAR)] * 3), (1, 100)).at()
    assert tied.params == 100 * 100 + 100
    lstm = batched(sf.LSTM(10, 20), (5, 1, 10)).at()
    assert lstm.params == 4 * 20 * (10 + 20) + 2 * 4 * 20
