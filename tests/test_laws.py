"""Laws that hold for all layers, drawn with hypothesis."""

import functools
import pickle

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from models import model_cost

import symflops as sf
from symflops.zoo.published import DEFAULTS

C, D, H, W, L = sf.dims("C D H W L")
METRICS = ("params", "mults", "adds", "macs", "flops", "activations")
sizes = st.integers(1, 6)


def metrics(cost):
    return {name: getattr(cost, name) for name in METRICS} | {"output": cost.output}


def same(a, b):
    """Whether two expressions are equal once multiplied out."""
    return sympy.expand(sympy.Integer(0) + a - b) == 0


@st.composite
def chains(draw):
    """A few layers that fit behind one another, on C × H × W."""
    layers = []
    channels = C
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["conv", "relu", "norm", "pool", "grouped"]))
        if kind == "conv":
            out = draw(st.sampled_from([4, 8, D]))
            bias = draw(st.booleans())
            layers.append(
                sf.Conv2d(channels, out, draw(st.sampled_from([1, 3])), padding=1, bias=bias)
            )
            channels = out
        elif kind == "grouped":
            layers.append(
                sf.DepthwiseConv2d(channels, 3, stride=draw(st.integers(1, 2)), padding=1)
            )
        elif kind == "relu":
            layers.append(sf.ReLU())
        elif kind == "norm":
            layers.append(sf.BatchNorm2d(channels))
        else:
            layers.append(sf.MaxPool2d(2, stride=draw(st.integers(1, 2)), padding=1))
    return layers


@settings(max_examples=25, deadline=None)
@given(chains())
def test_a_sequence_costs_the_sum(layers):
    shape, parts = (C, H, W), []
    for layer in layers:
        parts.append(sf.cost(layer, shape))
        shape = parts[-1].output
    whole = sf.cost(sf.Sequential(*layers), (C, H, W))
    for name in METRICS:
        assert same(getattr(whole, name), sum(getattr(part, name) for part in parts)), name
    assert whole.output == shape


@settings(max_examples=25, deadline=None)
@given(chains(), st.integers(1, 12), st.integers(5, 40), st.integers(5, 40), st.integers(1, 9))
def test_values_first_or_last(layers, c, h, w, d):
    """cost(x).at(v) equals cost(x.at(v))."""
    net = sf.Sequential(*layers)
    values = {"C": c, "H": h, "W": w, "D": d}
    late = sf.cost(net, (C, H, W)).at(
        {k: v for k, v in values.items() if k != "D" or D in net.symbols}
    )
    known = {s.name for s in net.symbols}
    early = sf.cost(net.at({k: v for k, v in values.items() if k in known}), (c, h, w))
    assert metrics(late) == metrics(early)
    assert all(type(value) is int for name, value in metrics(late).items() if name != "output")


BODIES = [
    sf.Conv2d(C, C, 3, padding=1),
    sf.Residual(sf.Sequential(sf.DepthwiseConv2d(C, 3, padding=1), sf.BatchNorm2d(C))),
    sf.Sequential(sf.ReLU(), sf.Shared("tied", sf.Conv2d(C, C, 1))),
    sf.Repeat(sf.Sequential(sf.PointwiseConv2d(C, D), sf.GELU(), sf.PointwiseConv2d(D, C)), 2),
]


@pytest.mark.parametrize("n", [1, 2, 4])
@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_repeating_n_times_is_n_copies(body, n):
    repeated = sf.cost(sf.Repeat(body, L), (C, H, W))
    copies = sf.cost(sf.Sequential(*[body] * n), (C, H, W))
    for name in METRICS:
        assert same(getattr(repeated, name).subs(L, n), getattr(copies, name)), name
        assert same(getattr(repeated.at(L=n), name), getattr(copies, name)), name
    assert repeated.at(L=n).output == copies.output


@given(st.integers(1, 5))
@settings(deadline=None, max_examples=5)
def test_repeating_a_layer_that_shrinks_is_n_copies(n):
    body = sf.Conv2d(C, C, 3)
    repeated = sf.cost(sf.Repeat(body, L), (C, 20, 20))
    copies = sf.cost(sf.Sequential(*[body] * n), (C, 20, 20))
    for name in METRICS:
        assert same(getattr(repeated, name).subs(L, n), getattr(copies, name)), name
        assert same(getattr(repeated.at(L=n), name), getattr(copies, name)), name


@pytest.mark.parametrize("n", [1, 2, 5])
def test_a_stack_is_its_blocks_laid_out(n):
    """DenseNet: block i sees C + i·g channels and adds g."""
    g = sf.dim("g")

    def block(i):
        return sf.Concat(sf.Identity(), sf.Conv2d(C + i * g, g, 3, padding=1))

    stack = sf.cost(sf.Stack(block, L), (C, H, W))
    laid_out = sf.cost(sf.Sequential(*[block(i) for i in range(n)]), (C, H, W))
    for name in METRICS:
        assert same(getattr(stack, name).subs(L, n), getattr(laid_out, name)), name
        assert same(getattr(stack.at(L=n), name), getattr(laid_out, name)), name


def test_a_stack_that_doubles_its_width():
    """VGG's widths: Σ 9·2^(2i+1)·C² = 6·C²·(4^L - 1) parameters."""
    stack = sf.Stack(lambda i: sf.Conv2d(2**i * C, 2 ** (i + 1) * C, 3, padding=1, bias=False), L)
    cost = sf.cost(stack, (C, H, W))
    assert [cost.params.subs(L, n) / C**2 for n in (1, 2, 3)] == [18, 18 + 72, 18 + 72 + 288]
    assert cost.output[0] == 2**L * C


def test_a_stack_may_start_at_one():
    """Σ_l C_(l-1)·C_l counts from 1, and so may the function of a stack."""
    stack = sf.Stack(lambda i: sf.Conv2d(C + (i - 1) * 4, C + i * 4, 1, bias=False), L)
    cost = sf.cost(stack, (C, H, W))
    assert same(cost.params.subs(L, 2), C * (C + 4) + (C + 4) * (C + 8))


def test_stacks_inside_stacks_keep_their_indices_apart():
    inner = lambda i: sf.Stack(lambda i: sf.Residual(sf.Linear(D, D, bias=False)), 2)  # noqa: ARG005, E731
    cost = sf.cost(sf.Stack(inner, L), (D,))
    assert same(cost.params, 2 * D**2 * L)


def test_widths_that_follow_no_rule_say_so():
    squares = lambda i: sf.Linear(i**2, (i + 1) ** 2)  # noqa: E731
    with pytest.raises(sf.NotClosedError, match="give the depth a number"):
        sf.cost(sf.Stack(squares, L, start=1), (1,))
    assert sf.cost(sf.Stack(squares, 3, start=1), (1,)).output == (16,)


@given(sizes, st.sampled_from([1, 3]), st.booleans())
@settings(deadline=None, max_examples=20)
def test_one_group_a_channel_is_depthwise(c, k, bias):
    grouped = sf.Conv2d(c, c, k, padding=1, groups=c, bias=bias)
    assert grouped == sf.DepthwiseConv2d(c, k, padding=1, bias=bias)
    alone = sf.cost(sf.Conv2d(1, 1, k, padding=1, bias=bias), (1, H, W))
    for name in METRICS:
        assert same(getattr(sf.cost(grouped, (c, H, W)), name), c * getattr(alone, name)), name


@given(sizes, sizes, sizes, sizes, st.booleans())
@settings(deadline=None, max_examples=20)
def test_a_kernel_as_large_as_its_input_is_linear(c, d, h, w, bias):
    conv = sf.cost(sf.Conv2d(c, d, (h, w), bias=bias), (c, h, w))
    linear = sf.cost(sf.Linear(c * h * w, d, bias=bias), (c * h * w,))
    for name in METRICS:
        assert getattr(conv, name) == getattr(linear, name), name


def test_a_1x1_convolution_is_linear_at_every_place():
    conv = sf.cost(sf.PointwiseConv2d(C, D), (C, H, W))
    linear = sf.cost(sf.Linear(C, D), (H * W, C))
    assert all(same(getattr(conv, name), getattr(linear, name)) for name in METRICS)


def test_a_batch_multiplies_work_but_not_weights():
    B = sf.dim("B")
    net = sf.Sequential(sf.Conv2d(C, D, 3), sf.BatchNorm2d(D), sf.ReLU(), sf.Flatten(2))
    one, many = sf.cost(net, (C, H, W)), sf.cost(net, (B, C, H, W))
    assert many.params == one.params
    assert many.output == (B, *one.output)
    for name in ("mults", "adds", "macs", "flops", "activations"):
        assert same(getattr(many, name), B * getattr(one, name)), name


LAYERS = [
    sf.Conv1d(C, D, 3, padding="same"),
    sf.Conv2d(C, D, (3, 5), stride=(1, 2), padding=(1, 2), dilation=2, groups=2, bias=False),
    sf.Conv3d(C, D, 3, padding_mode="reflect"),
    sf.Linear(C + 1, D // 2, bias=False),
    sf.BatchNorm2d(C, eps=1e-3, form="training"),
    sf.LayerNorm((C, D), elementwise_affine=False),
    sf.LocalResponseNorm(5, alpha=1e-4),
    sf.GELU("tanh"),
    sf.Softmax(dim=-1),
    sf.MaxPool2d(3, 2, 1, ceil_mode=True),
    sf.AvgPool1d(2),
    sf.AdaptiveAvgPool2d((1, None)),
    sf.Upsample(scale_factor=1.5, mode="bilinear"),
    sf.Dropout(0.1),
    sf.Flatten(2),
    sf.Sequential(stem=sf.ReLU(), head=sf.Identity()),
    sf.Residual(sf.Linear(C, C), sf.Identity()),
    sf.Parallel(sf.ReLU(), gate=sf.Sigmoid()),
    sf.Concat(sf.ReLU(), sf.Tanh(), dim=-1),
    sf.Add(sf.ReLU(), sf.SiLU()),
    sf.Multiply(),
    sf.Shared("w", sf.Linear(C, C)),
    sf.Repeat(sf.ReLU6(), L),
    sf.Stack(lambda i: sf.Linear(C + i, C + i + 1), L),
]


def kinds(layer):
    for kind in layer.__subclasses__():
        yield kind
        yield from kinds(kind)


@functools.cache
def namespace():
    names = {name: getattr(sf, name) for name in sf.__all__}
    models = list(map(sf.zoo.model, sf.zoo.names()))  # loads the blocks of all models
    symbols = {C, D, L, H, W}.union(*(model.symbols | model.body.symbols for model in models))
    blocks = {kind.__name__: kind for kind in kinds(sf.Layer) if ".zoo." in kind.__module__}
    return (
        names
        | blocks
        | {"floor": sympy.floor, "zoo": sf.zoo}
        | {symbol.name: symbol for symbol in symbols}
    )


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: type(layer).__name__)
def test_repr_pastes_back(layer):
    assert eval(repr(layer), namespace()) == layer  # noqa: S307 - our own repr
    assert hash(eval(repr(layer), namespace())) == hash(layer)  # noqa: S307


@pytest.mark.parametrize("name", sf.zoo.names())
def test_models_paste_back(name):
    published = sf.zoo.model(name)
    changed = next(a for a in ("num_classes", "vocab_size") if a in DEFAULTS[name])
    for model in (published, sf.zoo.model(name, **{changed: 10})):
        assert eval(repr(model), namespace()) == model  # noqa: S307
        children = repr(sf.Sequential(**dict(model.children)))
        assert eval(children, namespace()).children == model.children  # noqa: S307


@pytest.mark.parametrize("name", sf.zoo.names())
def test_no_float_anywhere(name):
    cost = model_cost(name)
    for metric in METRICS:
        assert not getattr(cost, metric).atoms(sympy.Float), metric


def test_layers_are_frozen_and_can_be_sent_elsewhere():
    conv = sf.Conv2d(C, D, 3)
    with pytest.raises(AttributeError):
        conv.stride = 2
    assert pickle.loads(pickle.dumps(conv)) == conv  # noqa: S301 - our own
