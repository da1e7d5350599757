"""Layers against PyTorch's own: parameters, shapes, FLOPs, refusals; and the oracle's values."""

from __future__ import annotations

import inspect
import math

import pytest

torch = pytest.importorskip("torch")

import strategies  # noqa: E402 - only where PyTorch is
import torch_modules  # noqa: E402
from hypothesis import assume, given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from torch.utils.flop_counter import FlopCounterMode  # noqa: E402

import symflops as sf  # noqa: E402
from symflops.oracle.number import Counter  # noqa: E402
from symflops.oracle.running import Run  # noqa: E402

# PyTorch warns of a copy, which changes no number
pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning")

INSTANCE_NORMS = sf.InstanceNorm1d | sf.InstanceNorm2d | sf.InstanceNorm3d
# arguments that change no count
NO_SIZES = ("device", "dtype", "args", "kwargs", "_weight", "_freeze")
# sequences are (B, N, D) here; a word stands for a function
OURS = {"batch_first": True, "activation": "relu"}
NO_TORCH_FORM = ("unfolded", "folded")  # PyTorch computes the others


def few(number):
    return settings(max_examples=number, deadline=None, derandomize=True)


def on_torch(layer, shape, tensor=None):
    """Return PyTorch's parameters, output shape and FLOPs."""
    built = torch_modules.module(layer)
    with FlopCounterMode(display=False) as counted, torch.no_grad():
        output = built(*map(torch.zeros, each(shape)) if tensor is None else (tensor,))
    parameters = sum(p.numel() for p in built.parameters())
    return parameters, sizes_of(output), counted.get_total_flops()


def each(shape):
    """One shape, or several, as several."""
    return shape if isinstance(shape[0], tuple) else (shape,)


def sizes_of(output):
    return tuple(map(sizes_of, output)) if isinstance(output, tuple) else tuple(output.shape)


def on_symflops(layer, shape):
    cost = sf.cost(layer, shape, "2mac", batched=True).at()
    return cost.params, cost.output, cost.flops


def comparable(case):
    layer, _ = case.numeric
    form = getattr(layer, "form", "")
    return form not in NO_TORCH_FORM and taken_there(case) and getattr(layer, "count_padding", True)


def taken_there(case):
    """PyTorch refuses statistics of one value, and 3-d means on less than a window unpadded."""
    layer, (batch, *others) = case.numeric
    _, *sizes = others
    if isinstance(layer, sf.GroupNorm):
        return batch * math.prod(others) > layer.num_groups
    if isinstance(layer, INSTANCE_NORMS) and not layer.track_running_stats:
        return math.prod(sizes) > 1
    if isinstance(layer, sf.AvgPool3d):
        kernel = strategies.spread(layer.kernel_size, 3)
        return all(size >= k for size, k in zip(sizes, kernel, strict=True))
    by_batch = getattr(layer, "form", "") == "training" or not getattr(
        layer, "track_running_stats", True
    )
    return not by_batch or batch * math.prod(sizes) > 1


@pytest.mark.parametrize("family", strategies.LEAVES)
@few(120)
@given(st.data())
def test_layers_have_pytorchs_parameters_shapes_and_flops(family, data):
    layer, shape = data.draw(strategies.LEAVES[family].filter(comparable)).numeric
    assert on_symflops(layer, shape) == on_torch(layer, shape)


@pytest.mark.parametrize("family", strategies.COUNTED_OTHERWISE)
@few(60)
@given(st.data())
def test_layers_have_pytorchs_parameters_and_shapes(family, data):
    layer, shape = data.draw(strategies.COUNTED_OTHERWISE[family]).numeric
    assert on_symflops(layer, shape)[:2] == on_torch(layer, shape)[:2]


@few(80)
@given(strategies.compositions())
def test_compositions_have_pytorchs_parameters_shapes_and_flops(case):
    layer, shape = case.numeric
    assert on_symflops(layer, shape) == on_torch(layer, shape)


# the oracle computes what PyTorch computes


def same_values(layer, shape, scale=1, **options):
    counter = Counter(seed=1)
    inputs = tuple(counter.draw(*one) for one in each(shape))
    for number in inputs[0].entries:
        number.value *= scale
    outputs = Run(counter).apply(layer, inputs)
    built = torch_modules.module(layer)
    if not isinstance(layer, sf.Dropout):  # the oracle runs inference
        built = torch_modules.filled(built, counter.learned)
        with torch.no_grad():
            made = built(*map(torch_modules.tensor, inputs))
        for ours, theirs in zip(outputs, made if isinstance(made, tuple) else (made,), strict=True):
            assert ours.shape == tuple(theirs.shape)
            torch.testing.assert_close(torch_modules.tensor(ours), theirs, **options)


FAMILIES = strategies.LEAVES | strategies.COUNTED_OTHERWISE


@pytest.mark.parametrize("family", FAMILIES)
@few(100)
@given(st.data())
def test_the_oracle_computes_what_pytorch_computes(family, data):
    layer, shape = data.draw(FAMILIES[family].filter(taken_there)).numeric
    if getattr(layer, "form", "") != "folded":
        same_values(layer, shape)


@few(60)
@given(strategies.compositions())
def test_compositions_of_the_oracle_compute_what_pytorch_computes(case):
    layer, shape = case.numeric
    counter = Counter(seed=1)
    x = counter.draw(*shape)
    (ours,) = Run(counter).apply(layer, (x,))
    built = torch_modules.filled(torch_modules.module(layer).eval(), counter.learned)
    with torch.no_grad():
        theirs = built(torch_modules.tensor(x))
    torch.testing.assert_close(torch_modules.tensor(ours), theirs)


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
def test_padding_modes(mode):
    same_values(sf.Conv2d(2, 3, 3, padding=2, padding_mode=mode), (1, 2, 4, 5))


@pytest.mark.parametrize("scale", [8, 40])
@pytest.mark.parametrize("layer", strategies.ANY_SHAPE, ids=str)
def test_activations_far_from_0(layer, scale):
    """Beyond every bend: 6 of a clipped function, 20 of Softplus's threshold."""
    same_values(layer, (2, 3, 10), scale)


@pytest.mark.parametrize("corners", [False, True])
@pytest.mark.parametrize("recomputed", [False, True])
@pytest.mark.parametrize("mode", strategies.BLENDED)
def test_maps_made_smaller(mode, corners, recomputed):
    shape = (1, 2, 5, 4, 3)[: 2 + strategies.BLENDED[mode]]
    layer = sf.Upsample(None, 0.4, mode, align_corners=corners, recompute_scale_factor=recomputed)
    same_values(layer, shape)


def test_a_divisor_of_ones_own():
    same_values(sf.AvgPool2d(2, divisor_override=3), (1, 2, 4, 5))


# what PyTorch refuses is refused here, and the other way round


def taken(build, shape):
    """Whether a function that builds a layer and runs it on a shape succeeds."""
    try:
        return build(shape)
    except (sf.SymflopsError, RuntimeError, ValueError, IndexError):
        return None


sizes = st.integers(1, 6)
small = st.integers(0, 3)


def rarely(value, usual):
    return st.integers(0, 15).flatmap(lambda i: st.just(value) if i == 15 else usual)


def both(layer_of, shape):
    """Return what symflops and PyTorch say: an output shape, or None for a refusal."""
    ours = taken(lambda s: sf.cost(layer_of(sf), s, batched=True).at().output, shape)
    theirs = taken(lambda s: tuple(layer_of(torch.nn)(torch.zeros(s)).shape), shape)
    return ours, theirs


@few(400)
@given(
    kernel=st.integers(1, 4),
    stride=rarely(0, st.integers(1, 3)),
    padding=st.one_of(small, st.sampled_from(["same", "valid", "full"])),
    dilation=rarely(0, st.integers(1, 2)),
    groups=rarely(0, st.integers(1, 3)),
    channels=st.tuples(st.sampled_from([6, 6, 6, 2, 3]), st.sampled_from([6, 6, 6, 2, 3])),
    more=rarely(1, st.just(0)),
    shape=st.tuples(sizes, sizes),
    mode=st.sampled_from(["zeros", "reflect", "replicate", "circular"]),
)
def test_convolutions_refuse_what_pytorch_refuses(
    kernel, stride, padding, dilation, groups, channels, more, shape, mode
):
    ours, theirs = both(
        lambda of: of.Conv2d(
            *channels, kernel, stride, padding, dilation, groups, padding_mode=mode
        ),
        (1, channels[0] + more, *shape),
    )
    assert ours == theirs


@few(300)
@given(
    kernel=st.integers(1, 4),
    stride=rarely(0, st.integers(1, 3)),
    padding=rarely(-1, small),
    extra=rarely(-1, st.integers(0, 2)),
    dilation=st.integers(1, 3),
    groups=st.integers(1, 3),
    channels=st.tuples(st.sampled_from([6, 6, 2, 3]), st.sampled_from([6, 6, 2, 3])),
    shape=st.tuples(st.integers(1, 4), st.integers(1, 4)),
)
def test_transposed_convolutions_refuse_what_pytorch_refuses(
    kernel, stride, padding, extra, dilation, groups, channels, shape
):
    ours, theirs = both(
        lambda of: of.ConvTranspose2d(
            *channels, kernel, stride, padding, extra, groups, dilation=dilation
        ),
        (1, channels[0], *shape),
    )
    # PyTorch returns a map without positions where padding cuts just everything off
    assert ours == (None if theirs and 0 in theirs else theirs)


@few(300)
@given(
    axes=st.sampled_from([1, 2, 3]),
    kind=st.sampled_from(["MaxPool", "AvgPool"]),
    kernel=st.integers(1, 4),
    stride=st.one_of(st.none(), st.integers(1, 3)),
    padding=small,
    dilation=st.integers(1, 2),
    ceil_mode=st.booleans(),
    size=sizes,
)
def test_pools_refuse_what_pytorch_refuses(
    axes, kind, kernel, stride, padding, dilation, ceil_mode, size
):
    if (kind, axes) == ("AvgPool", 3):  # PyTorch takes the input alone there, without its padding
        assume(size >= kernel)
    options = {"dilation": dilation} if kind == "MaxPool" else {}
    ours, theirs = both(
        lambda of: getattr(of, f"{kind}{axes}d")(
            kernel, stride, padding, ceil_mode=ceil_mode, **options
        ),
        (1, 1, *(size,) * axes),
    )
    assert ours == theirs


@few(150)
@given(
    layer=st.sampled_from(["PixelShuffle", "PixelUnshuffle", "ChannelShuffle"]),
    factor=st.integers(0, 3),
    shape=st.tuples(st.sampled_from([1, 3, 4, 8, 9, 16]), sizes, sizes),
)
def test_shuffles_refuse_what_pytorch_refuses(layer, factor, shape):
    ours, theirs = both(lambda of: getattr(of, layer)(factor), (1, *shape))
    assert ours == theirs


@few(300)
@given(
    window=st.tuples(st.integers(1, 3), st.integers(1, 2), rarely(-1, small), rarely(0, small)),
    shape=st.tuples(sizes, sizes),
    columns=st.tuples(st.sampled_from([1, 4, 6, 8, 9, 18]), st.integers(1, 12)),
)
def test_columns_refuse_what_pytorch_refuses(window, shape, columns):
    ours, theirs = both(lambda of: of.Unfold(*window), (1, 2, *shape))
    assert ours == theirs
    given = columns
    if ours is not None and columns[1] % 2:  # as many columns as there are windows
        given = (columns[0], ours[2])
    ours, theirs = both(lambda of: of.Fold(shape, *window), (1, *given))
    assert ours == theirs


@pytest.mark.parametrize(
    ("layer_of", "shape"),
    [
        (lambda of: of.Conv2d(3, 4, 5), (1, 3, 4, 4)),
        (lambda of: of.Conv2d(3, 4, 3, groups=2), (1, 3, 4, 4)),
        (lambda of: of.Conv2d(3, 4, 3, stride=2, padding="same"), (1, 3, 4, 4)),
        (lambda of: of.Conv2d(3, 4, 3), (1, 2, 4, 4)),
        (lambda of: of.Conv2d(3, 4, 3), (3, 4)),
        (lambda of: of.ConvTranspose2d(3, 4, 3), (1, 2, 4, 4)),
        (lambda of: of.ConvTranspose2d(3, 4, 3, padding_mode="circular"), (1, 3, 4, 4)),
        (lambda of: of.ConvTranspose1d(3, 4, 3, output_padding=(0, 0)), (1, 3, 4)),
        (lambda of: of.Linear(3, 4), (1, 2)),
        (lambda of: of.BatchNorm2d(3), (1, 2, 4, 4)),
        (lambda of: of.BatchNorm2d(3), (1, 3, 4)),
        (lambda of: of.BatchNorm1d(3), (1, 3, 4, 4)),
        (lambda of: of.LayerNorm(3), (1, 2)),
        (lambda of: of.LayerNorm((2, 3)), (1, 3, 2)),
        (lambda of: of.LayerNorm(()), (1, 3)),
        (lambda of: of.RMSNorm(3), (1, 2)),
        (lambda of: of.RMSNorm((2, 3)), (1, 3, 2)),
        (lambda of: of.GroupNorm(2, 3), (1, 3, 4)),
        (lambda of: of.GroupNorm(3, 6), (1, 3, 4)),
        (lambda of: of.GroupNorm(1, 6), (6,)),
        (lambda of: of.InstanceNorm2d(3, affine=True), (1, 2, 4, 4)),
        (lambda of: of.InstanceNorm1d(3, affine=True), (1, 2, 4)),
        (lambda of: of.InstanceNorm2d(3), (1, 3, 4, 4, 4)),
        (lambda of: of.LocalResponseNorm(3), (2, 3)),
        (lambda of: of.MaxPool2d(2, padding=2), (1, 1, 4, 4)),
        (lambda of: of.MaxPool2d(3), (1, 1, 2, 2)),
        (lambda of: of.AvgPool2d(2, divisor_override=0), (1, 1, 4, 4)),
        (lambda of: of.Softmax(dim=3), (1, 2)),
        (lambda of: of.LogSoftmax(dim=3), (1, 2)),
        (lambda of: of.GLU(), (1, 3)),
        (lambda of: of.GLU(2), (1, 2)),
        (lambda of: of.PReLU(3), (1, 2, 3)),
        (lambda of: of.PReLU(3), (3,)),
        (lambda of: of.Dropout(1.5), (1, 2)),
        (lambda of: of.TransformerEncoderLayer(4, 2, dropout=-0.1), (1, 3, 4)),
        (lambda of: of.Flatten(2, 1), (1, 2, 3)),
        (lambda of: of.Unflatten(1, (2, 2)), (1, 5)),
        (lambda of: of.Unflatten(1, (2, -1)), (1, 5)),
        (lambda of: of.Unflatten(3, (2, 2)), (1, 4)),
        (lambda of: of.ZeroPad1d((-3, 4)), (1, 1, 2)),
        (lambda of: of.ZeroPad3d(-2), (1, 1, 3, 3, 3)),
        (lambda of: of.Upsample(scale_factor=2, mode="bilinear"), (1, 2, 3)),
        (lambda of: of.Upsample(), (1, 2, 3)),
        (lambda of: of.Upsample(3, 2), (1, 2, 3)),
        (lambda of: of.Upsample(3, mode="cubic"), (1, 2, 3)),
        (lambda of: of.Upsample(3, mode="linear"), (1, 2, 3, 3)),
        (lambda of: of.Upsample(3, mode="trilinear"), (1, 2, 3, 3)),
        (lambda of: of.Upsample(3, mode="bicubic"), (1, 2, 3, 3, 3)),
        (lambda of: of.Upsample(3, align_corners=False), (1, 2, 3)),
        (lambda of: of.Upsample(3, recompute_scale_factor=True), (1, 2, 3)),
        (lambda of: of.Upsample((3, 3)), (1, 2, 3)),
        (lambda of: of.Upsample(scale_factor=0.1), (1, 2, 3)),
    ],
)
def test_refused_by_both(layer_of, shape):
    assert both(layer_of, shape) == (None, None)


def test_features_that_nobody_looks_at():
    with pytest.warns(UserWarning, match="does not match num_features"):
        ours, theirs = both(lambda of: of.InstanceNorm2d(3), (1, 2, 4, 4))
    assert ours == theirs == (1, 2, 4, 4)


ALL_BY_ARGS = ("GRU", "LSTM", "RNN")  # PyTorch's signature is (*args, **kwargs)
NAMESAKES = sorted(name for name in sf.homes() if hasattr(torch.nn, name))


@pytest.mark.parametrize("name", [name for name in NAMESAKES if name != "Sequential"])
def test_arguments_are_pytorchs_in_its_order_with_its_defaults(name):
    def arguments(layer):
        parameters = inspect.signature(layer).parameters.values()
        return [(p.name, p.kind, p.default) for p in parameters if p.name not in NO_SIZES]

    theirs = arguments(getattr(torch.nn, name))
    expected = [(argument, kind, OURS.get(argument, value)) for argument, kind, value in theirs]
    ours = arguments(getattr(sf, name))
    assert ours[: len(expected)] == expected
    if name not in ALL_BY_ARGS:
        assert {kind for _, kind, _ in ours[len(expected) :]} <= {inspect.Parameter.KEYWORD_ONLY}
