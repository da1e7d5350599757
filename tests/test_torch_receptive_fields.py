"""Receptive fields watched in PyTorch: one row of the input is not a number, and so is what has seen it."""

import math

import pytest

torch = pytest.importorskip("torch")

import torch_modules  # noqa: E402 - only where PyTorch is
from hypothesis import assume, given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

import symflops as sf  # noqa: E402

# PyTorch warns of a copy, which changes no number
pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning")

CHANNELS = 4
WIDEST = 60


def seen(layer, size):
    """Return for each output position the input positions that it has seen, by PyTorch."""
    built = torch_modules.module(layer).eval()
    inputs = torch.rand(size, CHANNELS, size)
    for position in range(size):
        inputs[position, :, position] = math.nan
    with torch.no_grad():
        outputs = built(inputs).isnan().any(1)  # which input position reaches which output
    return [outputs[:, j].nonzero().flatten().tolist() for j in range(outputs.shape[1])]


@st.composite
def windows(draw):
    kernel, dilation = draw(st.integers(1, 4)), draw(st.integers(1, 2))
    stride, padding = draw(st.integers(1, 3)), draw(st.integers(0, 2))
    half = min(padding, kernel // 2)
    return draw(
        st.sampled_from(
            [
                sf.Conv1d(CHANNELS, CHANNELS, kernel, stride, padding, dilation),
                sf.Conv1d(CHANNELS, CHANNELS, kernel, padding="same", groups=CHANNELS),
                sf.MaxPool1d(kernel, stride, half),
                sf.AvgPool1d(kernel, stride, half),
                sf.ZeroPad1d((padding, stride)),
            ]
        )
    )


@st.composite
def enlarging(draw):
    kernel, stride = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    options = {"padding": draw(st.integers(0, kernel - 1)), "dilation": draw(st.integers(1, 2))}
    return draw(
        st.sampled_from(
            [
                sf.ConvTranspose1d(CHANNELS, CHANNELS, kernel, stride, **options),
                sf.Upsample(scale_factor=stride),
                sf.Upsample(scale_factor=1.5),
            ]
        )
    )


@st.composite
def branching(draw):
    kernel = draw(st.integers(1, 4))
    same = sf.Conv1d(CHANNELS, CHANNELS, kernel, padding="same")
    narrow = sf.Conv1d(CHANNELS, CHANNELS // 2, kernel, stride=2, padding=kernel // 2)
    halves = sf.Conv1d(CHANNELS, CHANNELS // 2, 1, stride=2)
    return draw(
        st.sampled_from(
            [
                sf.Residual(same),
                sf.Residual(sf.Sequential(same, sf.ReLU(), same), sf.Conv1d(CHANNELS, CHANNELS, 1)),
                *([sf.Concat(narrow, halves)] if kernel % 2 else []),
                sf.Repeat(same, 3),
                sf.Sequential(
                    sf.Permute((0, 2, 1)), sf.Linear(CHANNELS, CHANNELS), sf.Permute((0, 2, 1))
                ),
            ]
        )
    )


@settings(max_examples=120, deadline=None, derandomize=True)
@given(st.lists(st.one_of(windows(), enlarging(), branching()), min_size=1, max_size=5))
def test_what_a_position_sees(layers):
    layer, size = sf.Sequential(*layers), 24
    try:
        cost = sf.cost(layer, (size, CHANNELS, size), batched=True)
    except sf.ShapeError:
        assume(condition=False)
    assume(cost.output[2] <= WIDEST)
    (field,) = cost.views[""].field.values()
    inside = 0
    for j, positions in enumerate(seen(layer, size)):
        span = field.at(j)
        if span is None:
            assert not positions
            continue
        low, high = span
        if low >= 0 and high < size:
            assert (positions[0], positions[-1]) == (low, high)
            inside = max(inside, high - low + 1)
    if inside:
        assert inside <= cost.receptive_field.size[0]
