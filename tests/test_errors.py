"""Bad input: one clear error that names the value, the place and the fix. The texts are the contract."""

import dataclasses
import re

import pytest
import sympy

import symflops as sf
from symflops.oracle.specimen import specimen

C, D, H, W, L = sf.dims("C D H W L")
net = sf.Sequential(stem=sf.Conv2d(3, 8, 3), head=sf.Sequential(sf.Conv2d(9, 8, 1)))
alpha = sf.dim("H", integer=False)

COST = sf.cost(sf.Conv2d(C, D, 3, padding=1), (C, H, W))
PRINTED = [
    (lambda: COST.table().to_text(-3), "width must be a whole number of at least 12, got -3"),
    (lambda: COST.table().to_text("x"), "width must be a whole number of at least 12, got 'x'"),
    (lambda: COST.table().to_latex(caption=3), "caption must be text, got 3"),
    (lambda: COST.table().to_latex(caption="A", label=["a"]), "label must be text, got ['a']"),
    (lambda: COST.table().to_latex(fit=["page"]), "a width from 50 to 1000 points, got ['page']"),
    (lambda: COST.table([]), "a table needs a column"),
    (lambda: COST.table(at=[1, 2]), "such as {'H': 224}, got [1, 2]"),
    (lambda: COST.at("H"), "such as {'H': 224}, got 'H'"),
    (lambda: COST.rename("H"), "such as {'C_in': 'c'}, got 'H'"),
    (lambda: sf.notation_table("vgg16"), "such as cost(zoo.vgg16()), got 'vgg16'"),
    (lambda: sf.report(COST, " "), "a title is text, got ' '"),
    (lambda: sf.si(10, digits=0), "digits must be a whole number from 1 to 100, got 0"),
    (lambda: sf.si(10, digits=10**9), "from 1 to 100, got 1000000000"),
]

CASES = [
    (
        lambda: sf.Conv2d(6, 8, 3, groups=4),
        sf.ArgumentError,
        "in_channels = 6 must be divisible by groups = 4",
    ),
    (
        lambda: sf.Conv2d(8, 6, 3, groups=4),
        sf.ArgumentError,
        "out_channels = 6 must be divisible by groups = 4",
    ),
    (lambda: sf.Conv2d(0, 8, 3), sf.ArgumentError, "in_channels must be at least 1, got 0"),
    (lambda: sf.Conv2d(3, 8, 3, stride=0), sf.ArgumentError, "stride must be at least 1, got 0"),
    (
        lambda: sf.Conv2d(3, 8, 3, padding=-1),
        sf.ArgumentError,
        "padding must be at least 0, got -1",
    ),
    (lambda: sf.Conv2d(3, 8, 3, padding="some"), sf.ArgumentError, "'same', 'valid'; got 'some'"),
    (lambda: sf.Conv2d(3, 8, 3, 2, "same"), sf.ArgumentError, "padding='same' needs stride 1"),
    (lambda: sf.Conv2d(3, 8, (3, 3, 3)), sf.ArgumentError, "one an axis; got (3, 3, 3)"),
    (lambda: sf.Conv2d("C", 8, 3), sf.ArgumentError, "for a symbol write dim('C')"),
    (lambda: sf.Conv2d(1.5, 8, 3), sf.ArgumentError, "in_channels must be a whole number, got 3/2"),
    (
        lambda: sf.Conv2d(3, (8, 8), 3),
        sf.ArgumentError,
        "out_channels must be one number, got (8, 8)",
    ),
    (
        lambda: sf.Conv2d(3, 8, (3, None)),
        sf.ArgumentError,
        "Conv2d: kernel_size needs one number an axis, got (3, None)",
    ),
    (
        lambda: sf.WinogradConv2d(3, 8, 3, m=(None, 2)),
        sf.ArgumentError,
        "WinogradConv2d: m needs one number an axis, got (None, 2)",
    ),
    (lambda: sf.MaxPool2d((2, None)), sf.ArgumentError, "MaxPool2d: kernel_size needs one number"),
    (lambda: sf.PixelShuffle((2, 2)), sf.ArgumentError, "upscale_factor must be one number"),
    (
        lambda: sf.Softplus((1, 2)),
        sf.ArgumentError,
        "Softplus: beta must be one number, got (1, 2)",
    ),
    (
        lambda: sf.Upsample(scale_factor=(2, 0)),
        sf.ArgumentError,
        "Upsample: scale_factor must be above 0, got 0",
    ),
    (lambda: sf.MaxPool2d(2, padding=2), sf.ArgumentError, "at most half the kernel_size 2, got 2"),
    (sf.Softmax, sf.ArgumentError, "Softmax needs dim"),
    (sf.Upsample, sf.ArgumentError, "either size or scale_factor"),
    (lambda: sf.GELU("fast"), sf.ArgumentError, "one of 'none', 'tanh'; got 'fast'"),
    (lambda: sf.Sequential(sf.ReLU), sf.ArgumentError, "write ReLU() for the class ReLU"),
    (
        lambda: sf.Sequential(**{"a.b": sf.ReLU()}),
        sf.ArgumentError,
        "'a.b' cannot be a child's name",
    ),
    (lambda: sf.Add(sf.ReLU(), **{"0": sf.ReLU()}), sf.ArgumentError, "it must be there once"),
    (lambda: sf.Linear(float("inf"), 3), sf.ArgumentError, "write a finite number"),
    (
        lambda: sf.cost(net, (3, 9, 9)),
        sf.ShapeError,
        "Conv2d expects 9 channels, got 8 (input shape (8, 7, 7))\n  in head.0 (Conv2d)",
    ),
    (
        lambda: sf.cost(net, (4, 9, 9)),
        sf.ShapeError,
        "expects 3 channels, got 4 (input shape (4, 9, 9))\n  in stem (Conv2d)",
    ),
    (
        lambda: sf.cost(net, (3, 9)),
        sf.ShapeError,
        "Conv2d needs (C, H, W) or (B, C, H, W), got 2 axes",
    ),
    (lambda: sf.cost(net, (1, 2, 3, 9, 9)), sf.ShapeError, "got 5 axes"),
    (lambda: sf.cost(net, (3, 0, 9)), sf.ShapeError, "is not positive"),
    (lambda: sf.cost(net, (3, -4, 9)), sf.ShapeError, "is not positive"),
    (
        lambda: sf.cost(net, (3, 2, 9)),
        sf.ShapeError,
        "needs a padded height of at least 3, got 2",
    ),
    (lambda: sf.cost(sf.zoo.vgg16()).at(H=2, W=2), sf.ShapeError, "in features.9 (MaxPool2d)"),
    (
        lambda: sf.cost(sf.Linear(8, 2), (9,)),
        sf.ShapeError,
        "expects 8 features on its last axis, got 9",
    ),
    (lambda: sf.cost(sf.Linear(C, 2), ()), sf.ArgumentError, "at least one size"),
    (lambda: sf.cost(sf.Linear(C, 2), "C"), sf.ArgumentError, "a tuple of sizes"),
    (lambda: sf.cost(sf.Linear(C, 2)), sf.ArgumentError, "needs an input shape"),
    (lambda: sf.cost(sf.ReLU, (C,)), sf.ArgumentError, "cost() needs a layer"),
    (lambda: sf.cost(sf.Residual(sf.Linear(8, 4)), (8,)), sf.ShapeError, "one size on axis 1"),
    (lambda: sf.cost(sf.ReLU(), (H, alpha)), sf.SymbolError, "H stands for two symbols here"),
    (
        lambda: sf.cost(sf.ReLU(), (sympy.Symbol("n", negative=True),)),
        sf.SymbolError,
        "declared not positive",
    ),
    (
        lambda: sf.cost(sf.ReLU(), (C,), "macs"),
        sf.UnknownNameError,
        "unknown convention 'macs'; did you mean 'mac'",
    ),
    (
        lambda: sf.cost(sf.ReLU(), (C,)).table("layer,mac"),
        sf.UnknownNameError,
        "unknown column 'mac'; did you mean 'macs'?",
    ),
    (
        lambda: sf.cost(sf.ReLU(), (C,)).show("flop"),
        sf.UnknownNameError,
        "unknown metric 'flop'; did you mean 'flops'?",
    ),
    (
        lambda: sf.cost(sf.ReLU(), (C,)).model_size("fp32"),
        sf.UnknownNameError,
        "unknown dtype 'fp32'",
    ),
    (
        lambda: sf.cost(sf.ReLU(), (C,)).statement("fr"),
        sf.UnknownNameError,
        "unknown language 'fr'",
    ),
    (
        lambda: sf.cost(sf.zoo.vgg16())["features.99"],
        sf.UnknownNameError,
        "unknown layer 'features.99'; did you mean",
    ),
    (lambda: sf.cost(sf.zoo.vgg16()).without("Relu"), sf.UnknownNameError, "did you mean 'ReLU'"),
    (lambda: sf.zoo.model("vgg61"), sf.UnknownNameError, "unknown model 'vgg61'; did you mean"),
    (
        lambda: sf.cost(sf.ReLU(), (C,)).at(D=3),
        sf.SymbolError,
        "there is no symbol D to put a value in for; the symbols are C",
    ),
    (
        lambda: sf.cost(sf.ReLU(), (C,)).at(C=0),
        sf.ShapeError,
        "the size 0 in (0,) is not positive",
    ),
    (
        lambda: sf.cost(sf.ReLU(), (C,)).at(C=2.5),
        sf.SymbolError,
        "C must be a whole number that is not negative, got 2.5",
    ),
    (
        lambda: sf.cost(sf.Conv2d(C, 8, 3, groups=4), (C, 9, 9)).at(C=6),
        sf.SymflopsError,
        "in_channels = 6 must be divisible by groups = 4",
    ),
    (
        lambda: sf.cost(sf.ReLU(), (C,), assume="32 | C").at(C=33),
        sf.ConditionError,
        "32 | C does not hold for C = 33",
    ),
    (
        lambda: sf.cost(sf.ReLU(), (C,), assume="32 | Q"),
        sf.ConditionError,
        "speaks of Q, which the cost does not have",
    ),
    (lambda: sf.cost(sf.ReLU(), (C,), assume="5 >= 7"), sf.ConditionError, "does not hold"),
    (
        lambda: sf.cost(sf.ReLU(), (C,), assume="C ~ 7"),
        sf.ReadError,
        "'~' has no meaning here\n  C ~ 7\n    ^",
    ),
    (lambda: sf.dims(""), sf.SymbolError, "at least one name"),
    (lambda: sf.dim("C in"), sf.SymbolError, "one word"),
    (lambda: sf.dim("x; import os"), sf.SymbolError, "not a name"),
    (lambda: sf.unknown("a b", C), sf.ArgumentError, "not a name for an unknown"),
    (lambda: sf.unknown(5, D), sf.ArgumentError, "5 is not a name for an unknown"),
    (lambda: sf.op("sort", swaps=C), sf.UnknownNameError, "unknown operation 'swaps'"),
    (lambda: sf.elementwise("mul", C, "bais"), sf.UnknownNameError, "did you mean 'bias'?"),
    (lambda: sf.einsum("ij,jk->ik", (C, D), (H, W)), sf.ArgumentError, "axis j has sizes D and H"),
    (lambda: sf.einsum("ij,jk", (C, D), (D, W)), sf.ArgumentError, "an arrow"),
    (
        lambda: sf.einsum("ij,jk->iz", (C, D), (D, W)),
        sf.ArgumentError,
        "must come from the operands",
    ),
    (
        lambda: sf.Convention("x", "x", "x", {("mull", "*"): 1}),
        sf.UnknownNameError,
        "did you mean 'mul'?",
    ),
    (
        lambda: sf.Convention("x", "x", "x", {("mul", "*"): -1}),
        sf.ArgumentError,
        "must be a number ≥ 0",
    ),
    (lambda: sf.Repeat(sf.ReLU(), 0), sf.ArgumentError, "n must be at least 1, got 0"),
    (lambda: sf.Stack(lambda i: 3, L), sf.ArgumentError, "must return a layer, got 3"),  # noqa: ARG005
    (lambda: sf.si(C), sf.ArgumentError, "put values in first"),
    (
        lambda: sf.cost(sf.Flatten(3, 1), (2, 3, 4)),
        sf.ShapeError,
        "start_dim 3 comes after end_dim 1",
    ),
    (lambda: sf.cost(sf.Softmax(dim=5), (2, 3)), sf.ShapeError, "dim 5 is not among the 3 axes"),
]


@pytest.mark.parametrize(("act", "kind", "text"), CASES, ids=[str(i) for i in range(len(CASES))])
def test_error(act, kind, text):
    with pytest.raises(kind) as caught:
        act()
    message = str(caught.value)
    assert text in message, message
    assert "Integer(" not in message
    assert "Symbol(" not in message
    assert isinstance(caught.value, ValueError | LookupError)


def test_a_tied_name_stands_for_one_size():
    net = sf.Sequential(sf.Shared("w", sf.Linear(4, 4)), sf.Shared("w", sf.Linear(4, 5)))
    with pytest.raises(
        sf.ArgumentError, match=re.escape("tied as 'w' have 20 elements in one place and 25")
    ):
        sf.cost(net, (4,)).params  # noqa: B018


def test_a_hint_where_a_batch_may_have_been_meant():
    layer = sf.Sequential(sf.Flatten(), sf.Linear(12, 2))
    with pytest.raises(sf.ShapeError, match="pass batched=True"):
        sf.cost(layer, (5, 3, 2, 2))
    assert sf.cost(layer, (5, 3, 2, 2), batched=True).output == (5, 2)


class Broken(sf.Layer):
    what: str

    def forward(self, x):
        if self.what == "yields":
            yield 3
        return None if self.what == "returns" else x


@pytest.mark.parametrize(
    ("what", "text"),
    [("yields", "yielded 3; yield (name, step)"), ("returns", "must return the shape")],
)
def test_a_layer_of_ones_own_that_is_wrong_is_told_how(what, text):
    with pytest.raises(sf.ArgumentError, match=re.escape(text)):
        sf.cost(Broken(what), (C,))


class OfSequences(sf.Layer):
    def forward(self, x):
        batch, positions, width = x
        yield "double", sf.elementwise("mul", (batch, positions, width))
        return x


def test_a_layer_of_ones_own_that_a_batch_surprises_is_told_so():
    layer = sf.Sequential(sf.Sequential(OfSequences()))
    with pytest.raises(
        sf.ShapeError, match=r"forward takes a shape .*, pass batched=True"
    ) as error:
        sf.cost(layer, (C, D, H))
    assert str(error.value).endswith("in 0.0 (OfSequences)")
    assert sf.cost(layer, (C, D, H), batched=True).mults == C * D * H


def test_too_deep_is_an_error_not_a_crash():
    layer = sf.ReLU()
    for _ in range(150):
        layer = sf.Sequential(layer)
    with pytest.raises(sf.ArgumentError, match="nested deeper than 100"):
        sf.cost(layer, (C,))


#: One layer of each kind; none of its arguments makes anything but a clear error.
EVERY = [
    *(sf.Conv2d(4, 8, 3), sf.ConvTranspose2d(4, 8, 3), sf.DeformConv2d(4, 8, 3)),
    *(sf.DynamicConv2d(4, 8, 3), sf.WinogradConv2d(4, 8, 3), sf.FFTConv2d(4, 8, 3, size=16)),
    *(sf.Im2colConv2d(4, 8, 3), sf.Unfold(3), sf.Fold(9, 3), sf.Linear(4, 8), sf.Bilinear(4, 4, 8)),
    *(sf.MaxPool2d(3), sf.AvgPool2d(3), sf.AdaptiveAvgPool2d(3), sf.AdaptiveMaxPool1d(3)),
    *(sf.BatchNorm2d(4), sf.GroupNorm(2, 4), sf.InstanceNorm2d(4), sf.LayerNorm(4), sf.RMSNorm(4)),
    *(sf.LocalResponseNorm(3), sf.PReLU(4), sf.ELU(), sf.Softplus(), sf.Hardtanh(), sf.GLU(1)),
    *(sf.LogSoftmax(1), sf.Flatten(), sf.Unflatten(1, (2, -1)), sf.Permute((0, 2, 3, 1))),
    *(sf.Split(2), sf.PixelShuffle(2), sf.PixelUnshuffle(2), sf.ChannelShuffle(2), sf.ZeroPad2d(1)),
    *(sf.Upsample(scale_factor=2), sf.Mean((1, 2)), sf.Amax(1), sf.SqueezeExcitation(4, 2)),
    *(sf.ECA(4), sf.CBAM(16), sf.InvertedResidual(4, 4, 1, 6), sf.GhostModule(4, 8)),
    sf.ShuffleUnit(12, 12),
]
NONSENSE = [None, (2, None), (1, 2), ("x", 2), ((1, 2), 3), (), -1, 1.5, C - 5, True, {1: 2}]


@pytest.mark.parametrize("layer", EVERY, ids=lambda layer: type(layer).__name__)
def test_nonsense_is_refused_by_name(layer):
    shape = specimen(layer)
    for field in dataclasses.fields(layer):
        for value in NONSENSE:
            try:
                cost = sf.cost(dataclasses.replace(layer, **{field.name: value}), shape)
                assert cost.flops is not None
                assert cost.output
            except sf.SymflopsError as error:
                assert type(layer).__name__ in str(error) or field.name in str(error)  # noqa: PT017


@pytest.mark.parametrize(("given", "message"), PRINTED)
def test_wrong_arguments_of_what_is_printed_are_one_sentence(given, message):
    with pytest.raises(sf.SymflopsError) as caught:
        given()
    assert message in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
