"""Convolutions beyond the plain one: published counts, closed forms, and what they refuse."""

import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Integer

import symflops as sf
from symflops.geometry import Window

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
