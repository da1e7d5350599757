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


def plane(draw, low, high):
    """One number for each of two axes."""
    return draw(st.integers(low, high)), draw(st.integers(low, high))


def kept(kernel):
    """A convolution with odd kernels that keeps its map."""
    padding = tuple(k // 2 for k in kernel)
    return sf.Conv2d(CHANNELS, CHANNELS, kernel, padding=padding)


@st.composite
def planes(draw):
    kernel, stride, padding = plane(draw, 1, 4), plane(draw, 1, 2), plane(draw, 0, 2)
    half = tuple(min(p, k // 2) for p, k in zip(padding, kernel, strict=True))
    odd = tuple(2 * (k // 2) + 1 for k in kernel)
    same = sf.Conv2d(CHANNELS, CHANNELS, kernel, padding="same", dilation=plane(draw, 1, 2))
    bottom = sf.Sequential(
        sf.ConvTranspose2d(CHANNELS, CHANNELS, 2, 2),
        kept(odd),
        sf.Conv2d(CHANNELS, CHANNELS, 2, 2),
    )
    block = sf.Residual(sf.Sequential(kept(odd), sf.SqueezeExcitation(CHANNELS, 2)))
    return draw(
        st.sampled_from(
            [
                sf.Conv2d(CHANNELS, CHANNELS, kernel, stride, padding),
                sf.MaxPool2d(kernel, stride, half),
                sf.Sequential(sf.Conv2d(CHANNELS, 4 * CHANNELS, 1), sf.PixelShuffle(2)),
                sf.Sequential(sf.PixelUnshuffle(2), sf.Conv2d(4 * CHANNELS, CHANNELS, 1)),
                sf.Permute((0, 1, 3, 2)),
                sf.Repeat(sf.Sequential(same, sf.Permute((0, 1, 3, 2))), 2),
                sf.Residual(sf.Residual(sf.Concat(kept(odd)), same), bottom),
                sf.Repeat(block, 2),
                sf.Upsample(scale_factor=stride, mode="bilinear"),
                sf.ConvTranspose2d(CHANNELS, CHANNELS, kernel, stride),
            ]
        )
    )


def without_gates(layer):
    """The layer as PyTorch builds it, without the branches that see everything and do not count."""
    if isinstance(layer, sf.SqueezeExcitation):
        return torch.nn.Identity()
    if isinstance(layer, sf.Sequential):
        return torch.nn.Sequential(*map(without_gates, layer.layers))
    if isinstance(layer, sf.Residual):
        shortcut = torch.nn.Identity() if layer.shortcut is None else without_gates(layer.shortcut)
        return torch_modules.Add([without_gates(layer.body), shortcut], sum)
    if isinstance(layer, sf.Repeat):
        return torch.nn.Sequential(*(without_gates(layer.body) for _ in range(int(layer.n))))
    return torch_modules.module(layer)


def rows_seen(built, sizes):
    """Return for each axis of the input and each position there where in the output it was seen."""
    for axis, size in enumerate(sizes):
        # in double precision: what is not a number spreads over the tiles of faster kernels
        inputs = torch.rand(size, CHANNELS, *sizes, dtype=torch.float64)
        for position in range(size):
            inputs[position].select(axis + 1, position).fill_(math.nan)
        with torch.no_grad():
            yield axis, built(inputs).isnan().any(1)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(st.lists(planes(), min_size=1, max_size=4))
def test_what_a_position_of_a_plane_sees(layers):
    layer, sizes = sf.Sequential(*layers), (13, 16)
    try:
        cost = sf.cost(layer, (CHANNELS, *sizes))
    except sf.ShapeError:
        assume(condition=False)
    assume(math.prod(cost.output[1:]) <= WIDEST**2)
    view = cost.views[""]
    for axis, found in rows_seen(without_gates(layer).double().eval(), sizes):
        ((along, field),) = ((i, e[1]) for i, e in enumerate(view.axes) if e and e[0] == axis + 2)
        for j in range(cost.output[along - 1]):
            span = field.at(j)
            positions = found.select(along - 1, j).any(1).nonzero().flatten().tolist()
            if span is None:
                assert not positions
            elif span[0] >= 0 and span[1] < sizes[axis]:
                assert (positions[0], positions[-1]) == span


@pytest.mark.parametrize("mode", ["nearest", "linear", "bicubic"])
def test_what_a_position_of_a_resized_map_sees(mode):
    """What an entry of 1 changes: neighbours of weight 0 are not seen, and the factor given counts."""
    ways = [{"size": out} for out in (1, 2, 5, 7, 12, 23)]
    ways += [{"scale_factor": factor} for factor in (0.3, 0.75, 1, 1.2, 1.5, 2, 2.3, 3)]
    ways += [{"scale_factor": 1.5, "recompute_scale_factor": True}]
    corners = [{}] if mode == "nearest" else [{}, {"align_corners": True}]
    for size in (2, 3, 4, 5, 8, 9):
        shape = (1, size, 4) if mode == "bicubic" else (1, size)
        for layer in (sf.Upsample(mode=mode, **way, **more) for way in ways for more in corners):
            try:
                cost = sf.cost(layer, shape, batched=False)
            except sf.ShapeError:
                continue  # nothing is left of the map
            field = cost.views[""].field[2]
            inputs = torch.zeros(size, *shape, dtype=torch.float64)
            for position in range(size):
                inputs[position, :, position] = 1
            outputs = torch_modules.module(layer)(inputs).abs()
            changed = outputs.reshape(*outputs.shape[:3], -1).amax((1, 3)) > 1e-9
            for j in range(cost.output[1]):
                positions = changed[:, j].nonzero().flatten().tolist()
                inside = tuple(min(max(int(edge), 0), size - 1) for edge in field.at(j))
                assert (positions[0], positions[-1]) == inside, (layer, size, j)
