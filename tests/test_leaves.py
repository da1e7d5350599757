"""Layers that hold no other: their formulas written out by hand, PyTorch's own examples, and refusals."""

import pytest
from sympy import Integer, expand, floor

import symflops as sf
from symflops.oracle.checking import EACH

B, C, D, E, H, L, N, W, g, k, n, p, r = sf.dims("B C D E H L N W g k n p r")
a = sf.dim("a", integer=False)
CHW = (C, H, W)
MAP = C * H * W

#: What each operation comes to, by definition; an operation that is not listed does not occur.
FORMULAS = [
    (sf.LeakyReLU(), CHW, {"mul": MAP, "cmp": MAP}),
    (sf.PReLU(C), CHW, {"mul": MAP, "cmp": MAP}),
    (sf.ELU(a), CHW, {"exp": MAP, "sub": MAP, "mul": MAP, "cmp": MAP}),
    (sf.SELU(), CHW, {"exp": MAP, "sub": MAP, "mul": 2 * MAP, "cmp": MAP}),
    (sf.Mish(), CHW, {"exp": MAP, "add": MAP, "log": MAP, "tanh": MAP, "mul": MAP}),
    (sf.Softplus(), CHW, {"exp": MAP, "add": MAP, "log": MAP}),
    (
        sf.Softplus(0.5),
        CHW,
        {"mul": MAP, "exp": MAP, "add": MAP, "log": MAP, "div": MAP},
    ),
    (sf.Hardswish(), CHW, {"add": MAP, "cmp": 2 * MAP, "mul": MAP, "div": MAP}),
    (sf.Hardsigmoid(), CHW, {"add": MAP, "cmp": 2 * MAP, "div": MAP}),
    (sf.Hardtanh(), CHW, {"cmp": 2 * MAP}),
    (sf.CELU(a), CHW, {"div": MAP, "exp": MAP, "sub": MAP, "mul": MAP, "cmp": MAP}),
    (sf.RReLU(), CHW, {"mul": MAP, "cmp": MAP}),
    (sf.Threshold(a, 20), CHW, {"cmp": MAP}),
    (sf.LogSigmoid(), CHW, {"exp": MAP, "add": MAP, "log": MAP}),
    (sf.Softsign(), CHW, {"cmp": MAP, "add": MAP, "div": MAP}),
    (sf.Softshrink(a), CHW, {"sub": MAP, "add": MAP, "cmp": 2 * MAP}),
    (sf.Hardshrink(a), CHW, {"cmp": 2 * MAP}),
    (sf.Tanhshrink(), CHW, {"tanh": MAP, "sub": MAP}),
    *((drop(0.2), CHW, {}) for drop in (sf.Dropout1d, sf.Dropout2d, sf.Dropout3d)),
    (sf.GLU(1), (2 * C, L), dict.fromkeys(("exp", "add", "div", "mul"), C * L)),
    (
        sf.LogSoftmax(-1),
        (N, D),
        {"cmp": N * (D - 1), "sub": 2 * N * D, "exp": N * D, "add": N * (D - 1), "log": N},
    ),
    (
        sf.RMSNorm(D),
        (N, D),
        {"mul": 2 * N * D, "add": N * (D - 1) + N, "div": N * D + N, "sqrt": N},
    ),
    (
        sf.RMSNorm((D, E), elementwise_affine=False),
        (N, D, E),
        {"mul": N * D * E, "add": N * D * E, "div": N * D * E + N, "sqrt": N},
    ),
    (  # a group: 2(n - 1) + 1 additions, 2 divisions and one an entry
        sf.GroupNorm(g, C, affine=False),
        CHW,
        {"add": 2 * MAP - g, "div": MAP + 2 * g, "sub": MAP, "mul": MAP, "sqrt": g},
    ),
    (
        sf.GroupNorm(g, C),
        CHW,
        {"add": 3 * MAP - g, "div": MAP + 2 * g, "sub": MAP, "mul": 2 * MAP, "sqrt": g},
    ),
    (
        sf.InstanceNorm2d(C),
        CHW,
        {"add": 2 * MAP - C, "div": MAP + 2 * C, "sub": MAP, "mul": MAP, "sqrt": C},
    ),
    (sf.InstanceNorm2d(C, track_running_stats=True), CHW, {"mul": MAP, "add": MAP}),
    (  # without running statistics those of the batch are taken at inference too
        sf.BatchNorm2d(C, affine=False, track_running_stats=False),
        CHW,
        {"add": 2 * MAP - C, "div": MAP + 2 * C, "sub": MAP, "mul": MAP, "sqrt": C},
    ),
    (sf.GlobalAvgPool2d(), CHW, {"add": C * (H * W - 1), "div": C}),
    (sf.GlobalAvgPool1d(), (C, L), {"add": C * (L - 1), "div": C}),
    (sf.GlobalAvgPool3d(), (C, D, H, W), {"add": C * (D * H * W - 1), "div": C}),
    (sf.GlobalMaxPool2d(), CHW, {"cmp": C * (H * W - 1)}),
    (sf.GlobalMaxPool1d(), (C, L), {"cmp": C * (L - 1)}),
    (sf.GlobalMaxPool3d(), (C, D, H, W), {"cmp": C * (D * H * W - 1)}),
    (sf.AdaptiveMaxPool1d(3), (C, 7), {"cmp": 6 * C}),  # windows of 3, 3 and 3
    (sf.AdaptiveAvgPool1d(4), (C, 6), {"add": 4 * C, "div": 4 * C}),  # of 2, 2, 2 and 2
    (sf.Upsample(scale_factor=2, mode="linear"), (C, L), {"mul": 4 * C * L, "add": 2 * C * L}),
    (sf.Upsample(scale_factor=2, mode="bicubic"), CHW, {"mul": 80 * MAP, "add": 60 * MAP}),
    (
        sf.Upsample(size=k, mode="trilinear"),
        (C, D, H, W),
        {"mul": 14 * C * k**3, "add": 7 * C * k**3},
    ),
    *(
        (layer, CHW, {})
        for layer in (sf.ChannelShuffle(1), sf.ZeroPad2d(1), sf.Permute((0, 1, 2, 3)))
    ),
]


@pytest.mark.parametrize(
    ("layer", "shape", "formulas"), FORMULAS, ids=lambda value: str(value)[:50]
)
def test_every_operation_by_definition(layer, shape, formulas):
    cost = sf.cost(layer, shape)
    for name, convention in EACH.items():
        counted = Integer(0) + cost.under(convention).flops
        assert expand(counted - formulas.get(name, 0)) == 0, f"{name}: {counted}"


def test_windows_that_are_cut_in_print():
    cost = sf.cost(sf.LocalResponseNorm(n), CHW)
    p = floor(n / 2)  # neighbours before, and q behind
    q = n - p - 1
    assert expand(cost.adds - (n * C - p * (p + 1) / 2 - q * (q + 1) / 2) * H * W) == 0
    cut = "⌊n/2⌋ (⌊n/2⌋ + 1)/2 − (n − ⌊n/2⌋) (n − ⌊n/2⌋ − 1)/2"
    assert str(cost.show("adds")) == f"(n C − {cut}) H W"


PARAMS = [
    (sf.PReLU(), CHW, 1),
    (sf.PReLU(C), CHW, C),
    (sf.GroupNorm(g, C), CHW, 2 * C),
    (sf.GroupNorm(g, C, bias=False), CHW, C),
    (sf.InstanceNorm2d(C), CHW, 0),
    (sf.InstanceNorm2d(C, affine=True), CHW, 2 * C),
    (sf.RMSNorm((D, E)), (N, D, E), D * E),
    (sf.RMSNorm(D, elementwise_affine=False), (N, D), 0),
]


@pytest.mark.parametrize(("layer", "shape", "params"), PARAMS, ids=lambda value: str(value)[:50])
def test_parameters(layer, shape, params):
    assert sf.cost(layer, shape).params == params


#: Examples that PyTorch's documentation prints: input and output with their batch.
EXAMPLES = [
    (sf.PixelShuffle(3), (1, 9, 4, 4), (1, 1, 12, 12)),
    (sf.PixelUnshuffle(3), (1, 1, 12, 12), (1, 9, 4, 4)),
    (sf.ChannelShuffle(2), (1, 4, 2, 2), (1, 4, 2, 2)),
    (sf.ZeroPad1d((3, 1)), (1, 2, 3), (1, 2, 7)),
    (sf.ZeroPad2d((1, 1, 2, 0)), (1, 1, 3, 3), (1, 1, 5, 5)),
    (sf.ZeroPad3d((3, 3, 6, 6, 0, 1)), (16, 3, 10, 20, 30), (16, 3, 11, 32, 36)),
    (sf.Unflatten(1, (2, 5, 5)), (2, 50), (2, 2, 5, 5)),
    (sf.Permute((2, 0, 1)), (2, 3, 5), (5, 2, 3)),
    (sf.Split(2, 0), (5, 2), ((2, 2), (2, 2), (1, 2))),
    (sf.Split([1, 4], 0), (5, 2), ((1, 2), (4, 2))),
    (sf.GLU(), (4, 2), (4, 1)),
    (sf.AdaptiveAvgPool1d(5), (1, 64, 8), (1, 64, 5)),
    (sf.AdaptiveAvgPool2d((None, 7)), (1, 64, 10, 9), (1, 64, 10, 7)),
    (sf.AdaptiveAvgPool3d((7, None, None)), (1, 64, 10, 9, 8), (1, 64, 7, 9, 8)),
    (sf.AdaptiveMaxPool3d(7), (1, 64, 10, 9, 8), (1, 64, 7, 7, 7)),
    (sf.Upsample(scale_factor=2, mode="bilinear", align_corners=True), (1, 1, 2, 2), (1, 1, 4, 4)),
]


@pytest.mark.parametrize(("layer", "shape", "output"), EXAMPLES, ids=lambda value: str(value)[:50])
def test_examples_of_pytorchs_documentation(layer, shape, output):
    assert sf.cost(layer, shape, batched=True).output == output


# symbols in the arguments

SYMBOLIC = [
    (sf.LeakyReLU(a), CHW),
    (sf.PReLU(C), CHW),
    (sf.Hardtanh(-a, a), CHW),
    (sf.GLU(), CHW),
    (sf.GroupNorm(g, C), CHW),
    (sf.InstanceNorm2d(C, affine=True), CHW),
    (sf.RMSNorm((n, D)), (N, n, D)),
    (sf.LocalResponseNorm(n), CHW),
    (sf.AdaptiveMaxPool3d((n, None, k)), (C, D, H, W)),
    (sf.Unflatten(1, (n, -1)), CHW),
    (sf.Unflatten(-1, (n, k)), (C, n * k)),
    (sf.Split((n, k), -1), (C, L)),
    (sf.Split(2 * n + 2 * k), (5 * n + 5 * k, L)),
    (sf.PixelShuffle(r), CHW),
    (sf.PixelUnshuffle(r), CHW),
    (sf.ChannelShuffle(g), CHW),
    (sf.ZeroPad2d((p, 0, -1, k)), CHW),
    (sf.ZeroPad1d((-p, p)), (C, L)),
    (sf.Upsample(scale_factor=n, mode="bicubic"), CHW),
    (sf.Upsample(size=(n, k, 2), mode="trilinear"), (C, D, H, W)),
]


@pytest.mark.parametrize(("layer", "shape"), SYMBOLIC, ids=lambda value: str(value)[:50])
def test_symbolic_arguments_are_watched(layer, shape):
    verification = sf.verify(sf.cost(layer, shape))
    assert verification.holds is True, verification


LAYERS = dict.fromkeys(layer for layer, *_ in FORMULAS + SYMBOLIC)


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_repr_pastes_back(layer):
    names = {name: getattr(sf, name) for name in sf.__all__}
    symbols = {symbol.name: symbol for symbol in (B, C, D, E, H, L, N, W, a, g, k, n, p, r)}
    assert eval(repr(layer), names | symbols) == layer  # noqa: S307 - our own repr


CONDITIONS = [
    (sf.PixelShuffle(2), CHW, ["4 | C"]),
    (sf.PixelShuffle(r), (r**2, H, W), []),
    (sf.PixelUnshuffle(2), (C, 2 * H, W), ["2 | W"]),
    (sf.ChannelShuffle(g), CHW, ["g | C"]),
    (sf.GroupNorm(32, C), CHW, ["32 | C"]),
    (sf.GroupNorm(g, C), (D, H, W), ["g | C", "D = C"]),
    (sf.GLU(1), CHW, ["2 | C"]),
    (sf.Unflatten(1, (n, -1)), CHW, ["n | C"]),
    (sf.Unflatten(1, (n, k)), CHW, ["k*n = C"]),
    (sf.Split((n, k)), CHW, ["k + n = C"]),
    (sf.ZeroPad1d((-2, 1)), (C, L), ["L >= 3"]),
    (sf.PReLU(C), (D, L), ["D = C"]),
    (sf.InstanceNorm2d(C), (D, H, W), []),
    (sf.InstanceNorm2d(C, affine=True), (D, H, W), ["D = C"]),
    (sf.RMSNorm(D), (N, E), ["E = D"]),
]


@pytest.mark.parametrize(("layer", "shape", "conditions"), CONDITIONS, ids=lambda v: str(v)[:50])
def test_what_cannot_be_decided_is_a_condition(layer, shape, conditions):
    assert sorted(map(str, sf.cost(layer, shape).conditions)) == sorted(conditions)


def test_sizes_that_do_not_come_out_even():
    parts = sf.cost(sf.Split(2 * n), (5 * n, L)).output
    assert parts == ((2 * n, L), (2 * n, L), (n, L))
    assert sf.cost(sf.Upsample(scale_factor=1.5), CHW).output == (
        C,
        floor(H / 2) + H,
        floor(W / 2) + W,
    )


@pytest.mark.parametrize(
    "layer", [sf.PReLU(C), sf.GroupNorm(2, C), sf.Permute((0, 2, 3, 1))], ids=str
)
def test_a_batch_that_a_layer_can_tell(layer):
    alone, batch = sf.cost(layer, CHW), sf.cost(layer, (B, *CHW))
    assert batch.output == (B, *alone.output)
    assert expand(batch.flops - B * alone.flops) == 0
    assert batch.params == alone.params


def test_rows_with_an_axis_too_many_are_a_batch():
    """As in PyTorch, three axes of BatchNorm1d are (B, C, L), even where B is C."""
    cost = sf.cost(sf.BatchNorm1d(8), (8, 8, L))
    assert (cost.batched, cost.output) == (True, (8, 8, L))


@pytest.mark.parametrize(
    "layer",
    [sf.Unflatten(-1, (1, -1)), sf.Permute((3, 0, 1, 2)), sf.Split(1, 0), sf.Flatten()],
    ids=str,
)
def test_a_view_stores_nothing(layer):
    assert sf.cost(layer, (1, C, H, W), batched=True).activations == 0


@pytest.mark.parametrize(
    ("layer", "elements"),
    [
        (sf.PixelShuffle(1), MAP),
        (sf.ChannelShuffle(1), MAP),
        (sf.ZeroPad2d(1), C * (H + 2) * (W + 2)),
        (sf.Upsample(scale_factor=2), 4 * MAP),
    ],
    ids=str,
)
def test_what_is_moved_is_stored(layer, elements):
    cost = sf.cost(layer, CHW)
    assert (cost.flops, expand(cost.activations - elements)) == (0, 0)


ERRORS = [
    (lambda: sf.PReLU(0), "num_parameters must be at least 1, got 0"),
    (lambda: sf.cost(sf.PReLU(4), (3, 5, 5)), "PReLU expects 4 channels, got 3"),
    (lambda: sf.Softplus(0), "beta must be a number that is not 0, got 0"),
    (lambda: sf.Softplus(a), "beta must be a number that is not 0, got a"),
    (lambda: sf.Hardtanh(1, 1), "max_val must be above min_val = 1, got 1"),
    (lambda: sf.Hardtanh(max_value=-2), "max_val must be above min_val = -1, got -2"),
    (lambda: sf.CELU(0), "CELU: alpha must not be 0"),
    (lambda: sf.Softshrink(-1), "Softshrink: lambd must be at least 0, got -1"),
    (sf.LogSoftmax, "LogSoftmax needs dim, the axis to normalize"),
    (lambda: sf.cost(sf.GLU(), (2, 5)), "GLU needs an even size on axis 2, got 5"),
    (lambda: sf.cost(sf.GLU(), (C, 2 * H + 1)), "GLU needs an even size on axis 2, got 2*H + 1"),
    (lambda: sf.GroupNorm(4, 6), "num_channels = 6 must be divisible by num_groups = 4"),
    (lambda: sf.cost(sf.GroupNorm(2, 6), (4, 5)), "GroupNorm expects 6 channels, got 4"),
    (
        lambda: sf.cost(sf.GroupNorm(2, 6), (6,), batched=True),
        "GroupNorm needs a channel axis behind the batch",
    ),
    (
        lambda: sf.cost(sf.LocalResponseNorm(2), (3,)),
        "LocalResponseNorm needs a channel axis behind the batch and another behind it",
    ),
    (
        lambda: sf.cost(sf.LocalResponseNorm(2 * C + 2), CHW),
        "needs at least C + 1 channels, got C",
    ),
    (
        lambda: sf.cost(sf.InstanceNorm2d(3, track_running_stats=True), (4, 5, 5)),
        "InstanceNorm2d expects 3 channels, got 4",
    ),
    (
        lambda: sf.BatchNorm2d(3, track_running_stats=False, form="folded"),
        "BatchNorm2d: form='folded' needs running statistics; write track_running_stats=True",
    ),
    (
        lambda: sf.cost(sf.BatchNorm1d(3), (2, 3, 4, 5)),
        "BatchNorm1d needs (C), (C, L), (B, C) or (B, C, L), got 4 axes",
    ),
    (lambda: sf.RMSNorm(()), "normalized_shape needs at least one size, got ()"),
    (lambda: sf.cost(sf.LayerNorm((2, 3)), (3, 2)), "LayerNorm expects 2 on axis 1, got 3"),
    (lambda: sf.AdaptiveAvgPool1d((None,)), "output_size must be a number, got (None,)"),
    (lambda: sf.AdaptiveMaxPool2d((1, 2, 3)), "output_size needs one value or 2, one an axis"),
    (lambda: sf.AdaptiveMaxPool2d(0), "output_size must be at least 1, got 0"),
    (lambda: sf.Unflatten(1, 4), "must be a tuple of sizes, one of which may be -1; got 4"),
    (lambda: sf.Unflatten(1, ()), "must be a tuple of sizes, one of which may be -1; got ()"),
    (lambda: sf.Unflatten(1, (-1, -1)), "one of which may be -1; got (-1, -1)"),
    (lambda: sf.Unflatten("C", (2, 2)), "dim must be a whole number, got 'C'"),
    (
        lambda: sf.cost(sf.Unflatten(1, (2, 3)), (7, 2)),
        "Unflatten cannot make (2, 3) of axis 1 of size 7",
    ),
    (
        lambda: sf.cost(sf.Unflatten(1, (2, -1)), (5, 2)),
        "Unflatten cannot make (2, -1) of axis 1 of size 5",
    ),
    (lambda: sf.Permute((0, 1, 1)), "dims must name each of 3 axes once, got (0, 1, 1)"),
    (lambda: sf.Permute((0, 1, C)), "dims must be a whole number, got C"),
    (
        lambda: sf.cost(sf.Permute((0, 2, 1)), (C, H, W, D)),
        "Permute names 3 axes, and a batched input has 5",
    ),
    (lambda: sf.Split(0), "must be a size of at least 1 or a tuple of sizes, got 0"),
    (lambda: sf.Split(()), "must be a size of at least 1 or a tuple of sizes, got ()"),
    (
        lambda: sf.Split((1, None)),
        "must be a size of at least 1 or a tuple of sizes, got (1, None)",
    ),
    (lambda: sf.cost(sf.Split((2, 3)), (6, 2)), "Split: 2 + 3 is not the size 6 of axis 1"),
    (lambda: sf.cost(sf.Split(n), (C, 2)), "how many parts of n there are in C is not known"),
    (
        lambda: sf.cost(sf.Split(1), (10**6,)),
        "Split makes up to 10,000 parts; 1000000 has 1,000,000",
    ),
    (lambda: sf.cost(sf.PixelShuffle(2), (6, 2, 2)), "needs channels divisible by 4, got 6"),
    (
        lambda: sf.cost(sf.PixelShuffle(2), (4, 2)),
        "needs (…, C, H, W) behind the batch, got 2 axes",
    ),
    (lambda: sf.cost(sf.PixelUnshuffle(2), (1, 2, 3)), "needs a width divisible by 2, got 3"),
    (
        lambda: sf.cost(sf.ChannelShuffle(2), (3, 2, 2)),
        "needs channels divisible by groups = 2, got 3",
    ),
    (lambda: sf.cost(sf.ChannelShuffle(1), (3,)), "with one axis more at least behind the batch"),
    (lambda: sf.ZeroPad2d((1, 2)), "padding needs one whole number or 4, two an axis"),
    (lambda: sf.ZeroPad1d(0.5), "padding needs one whole number or 2"),
    (lambda: sf.cost(sf.ZeroPad1d((-3, 4)), (1, 3)), "ZeroPad1d crops all of axis 2, of size 3"),
    (lambda: sf.Upsample(2, mode="cubic"), "mode must be one of 'nearest', 'linear', 'bilinear'"),
    (lambda: sf.Upsample(2, align_corners=True), "align_corners needs a mode that blends"),
    (lambda: sf.Upsample(2, recompute_scale_factor=True), "needs scale_factor in place of size"),
    (
        lambda: sf.cost(sf.Upsample(2, mode="linear"), CHW),
        "Upsample in mode 'linear' needs 3 axes with the batch, got 4",
    ),
    (lambda: sf.cost(sf.Upsample(2), (C,)), "needs 3 to 5 axes with the batch, got 2"),
]


@pytest.mark.parametrize(("act", "text"), ERRORS, ids=[text for _, text in ERRORS])
def test_error(act, text):
    with pytest.raises((sf.ArgumentError, sf.ShapeError)) as caught:
        act()
    assert text in str(caught.value)
