"""The formulas against the oracle: naive loops over numbers that count what is done to them."""

from __future__ import annotations

import re

import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

import symflops as sf
from symflops.errors import ArgumentError
from symflops.facts import Facts
from symflops.oracle.checking import EACH
from symflops.oracle.number import Array, Counter, total
from symflops.oracle.sliding import starts
from symflops.symbols import exact

COMPARED = ("params", "activations", "macs", "flops", "output")


def few(number):
    return settings(max_examples=number, deadline=None, derandomize=True)


def holds(layer, shape, **options):
    verification = sf.verify(sf.cost(layer, shape, **options))
    assert verification.holds is True, f"{layer} on {shape}: {verification}"
    return verification


def formulas(cost):
    """Every operation by its name, and what else a cost says."""
    return {name: cost.under(convention).flops for name, convention in EACH.items()} | {
        name: getattr(cost, name) for name in COMPARED
    }


def put_in(value, sizes):
    if isinstance(value, tuple):
        return tuple(put_in(size, sizes) for size in value)
    return value.xreplace(sizes) if hasattr(value, "xreplace") else value


def agrees_with_symbols(case):
    """Symbols, then numbers, is the same as numbers at once: by .at() and by plain substitution."""
    cost = sf.cost(*case.symbolic, batched=True)
    at_once = formulas(sf.cost(*case.numeric, batched=True).at())
    assert formulas(cost.at(case.sizes)) == at_once
    values = {sf.dim(name): exact(value) for name, value in case.sizes.items()}
    relations = [c.relation.at(values) for c in cost.conditions if c.kind != "rounded"]
    if all(Facts().decide(relation) is True for relation in relations):
        assert {name: put_in(f, values) for name, f in formulas(cost).items()} == at_once
    return cost


# numbers, then symbols


FAMILIES = strategies.LEAVES | strategies.COUNTED_OTHERWISE


@pytest.mark.parametrize("family", FAMILIES)
@few(120)
@given(st.data())
def test_every_operation_of_a_layer_is_counted(family, data):
    case = data.draw(FAMILIES[family])
    holds(*case.numeric, batched=True)


@few(150)
@given(strategies.compositions())
def test_every_operation_of_a_composition_is_counted(case):
    holds(*case.numeric, batched=True)


WITH_SYMBOLS = {**FAMILIES, "conv": strategies.convolutions(count_padding=True)}


@pytest.mark.parametrize("family", WITH_SYMBOLS)
@few(60)
@given(st.data())
def test_symbols_then_numbers_is_the_same(family, data):
    case = data.draw(WITH_SYMBOLS[family])
    cost = agrees_with_symbols(case)
    verification = sf.verify(cost)
    assert verification.holds is True, f"{case}: {verification}"


@few(60)
@given(strategies.compositions())
def test_symbols_then_numbers_is_the_same_for_compositions(case):
    cost = agrees_with_symbols(case)
    verification = sf.verify(cost)
    assert verification.holds is True, f"{case}: {verification}"


# padding that does not count


@few(300)
@given(strategies.convolutions(count_padding=False))
def test_real_taps_of_numbers(case):
    holds(*case.numeric, batched=True)


@few(200)
@given(
    kernel=st.integers(1, 4),
    stride=st.integers(1, 3),
    padding=st.integers(0, 3),
    dilation=st.integers(1, 2),
    size=st.integers(1, 9),
)
def test_real_taps_of_a_symbolic_size(kernel, stride, padding, dilation, size):
    H = sf.dim("H")
    conv = sf.Conv1d(2, 1, kernel, stride, padding, dilation, count_padding=False)
    if padding > dilation * (kernel - 1):  # a window may miss the input altogether
        with pytest.raises(ArgumentError, match="count_padding"):
            sf.cost(conv, (2, H))
        return
    cost = sf.cost(conv, (2, H))
    assert sf.verify(cost).holds is True
    if size > dilation * (kernel - 1):
        one = sf.cost(conv, (2, size))
        assert cost.macs.xreplace({H: exact(size)}) == one.macs
        assert cost.adds.xreplace({H: exact(size)}) == one.adds


@pytest.mark.parametrize("padding", ["same", "valid", 0, 1, 2])
@pytest.mark.parametrize("dilation", [1, 2])
def test_real_taps_of_a_symbolic_kernel(padding, dilation):
    k, H, W = sf.dims("k H W")
    conv = sf.Conv2d(1, 2, k, padding=padding, dilation=dilation, count_padding=False)
    holds(conv, (1, H, W))


def test_real_taps_of_a_symbolic_kernel_padding_and_dilation():
    k, p, d, H = sf.dims("k p d H")
    holds(sf.Conv1d(1, 1, k, padding=p, dilation=d, count_padding=False), (1, H))


# symbols in the arguments, and composition over depth

k, s, p, d, g, n, C, D, E, H, W, L, N = sf.dims("k s p d g n C D E H W L N")
SYMBOLIC = [
    (sf.Conv2d(C, D, k, s, p, d), (C, H, W)),
    (sf.Conv2d(C * g, D * g, (k, 3), padding="same", groups=g, bias=False), (C * g, H, W)),
    (sf.DepthwiseConv2d(C, k, padding="same"), (C, H, W)),
    (sf.SeparableConv2d(C, D, 3, stride=2, padding=1), (C, H, W)),
    (sf.MaxPool2d(k, s, ceil_mode=True), (C, H, W)),
    (sf.MaxPool1d(3, 2, 1, ceil_mode=True), (C, L)),
    (sf.AvgPool3d(k, 2), (C, D, H, W)),
    (sf.AdaptiveAvgPool2d((n, None)), (C, H, W)),
    (sf.LocalResponseNorm(n), (C, H, W)),
    (sf.Upsample(scale_factor=n, mode="bilinear"), (C, H, W)),
    (sf.Repeat(sf.Linear(D, D), L), (D,)),
    (sf.Repeat(sf.Concat(sf.Identity(), sf.MaxPool2d(3, 1, 1)), 3), (C, H, W)),
    (sf.Repeat(sf.Conv2d(C, C, 3), L), (C, H, W)),
    (sf.Stack(lambda i: sf.Linear(D * 2**i, D * 2 ** (i + 1)), L), (N, D)),
    (sf.Stack(lambda i: sf.Conv1d(i * C, i * C + C, 1), L), (C, N)),
    (
        sf.Stack(lambda i: sf.Concat(sf.Identity(), sf.Conv2d(C + i * g, g, 3, padding=1)), L),
        (C, H, W),
    ),
    (
        sf.Sequential(
            a=sf.Shared("w", sf.Linear(D, D)),
            b=sf.Repeat(sf.Shared("w", sf.Linear(D, D)), L),
            c=sf.Shared("v", sf.Sequential(sf.Linear(D, E), sf.Shared("u", sf.Linear(E, E)))),
            d=sf.Shared("u", sf.Linear(E, E)),
        ),
        (N, D),
    ),
    (sf.Sequential(sf.Parallel(sf.Linear(D, E), sf.Linear(D, E)), sf.Multiply()), (N, D)),
    (sf.Multiply(sf.Identity(), sf.AdaptiveAvgPool2d(1)), (C, H, W)),
    (sf.Residual(sf.Conv2d(C, D, 3, 2, 1), sf.Conv2d(C, D, 1, 2)), (C, H, W)),
]


@pytest.mark.parametrize(("layer", "shape"), SYMBOLIC, ids=lambda value: str(value)[:50])
def test_symbolic_arguments(layer, shape):
    holds(layer, shape)


def test_several_inputs_and_facts():
    holds(sf.Add(), [(C, H, W), (C, 1, W), (1, 1)])
    two = sf.Parallel(sf.Linear(D, E), sf.Linear(E, D))
    assert len(holds(two, [(N, D), (L, E)]).checked) == 3
    trial = holds(
        sf.Conv2d(3, C, 4, stride=4), (3, H, W), assume=("8 | H", "H = 2*W", "C >= 10")
    ).checked[0]
    assert trial.values["H"] % 8 == 0
    assert trial.values["H"] == 2 * trial.values["W"]
    assert trial.values["C"] >= 10


# layers of one's own


class Scores(sf.Layer):
    """Dot products of every pair of N vectors, then a root; ``extra`` operations too many."""

    extra: sf.Size = 0

    def forward(self, x):
        batch, n, features = x
        outputs = (n, n, batch)
        yield "scores", sf.contract(n * n * features * batch + self.extra, outputs)
        yield "root", sf.elementwise({"sqrt": 1, "cmp": 1}, outputs, "act")
        return (batch, n, n)


def scores(inputs, counter):
    (x,) = inputs
    batch, n, features = x.shape

    def entry(b, i, j):
        dot = sum(x[b, i, f] * x[b, j, f] for f in range(features))
        return max(dot, counter.number(0)).sqrt()

    return Array.of((batch, n, n), entry)


class Block(sf.Layer):
    """A composition: it yields layers only, so it needs no reference."""

    width: sf.Size

    def forward(self, x):
        y = yield "fc", sf.Linear(self.width, self.width), x
        z = yield "act", sf.GELU(), y
        return (yield "add", sf.Add(), x, z)


def test_a_reference_of_ones_own():
    right = sf.verify(sf.cost(Scores(), (N, D)), scores)
    assert right
    assert right.mismatch is None
    assert str(right).startswith("3 draws; mul, add, cmp, sqrt, output: all equal\ne.g. D=")


@pytest.mark.parametrize("shape", [(N, D), (3, 5)])
def test_a_layer_that_is_off_by_one_is_caught(shape):
    wrong = sf.verify(sf.cost(Scores(1), shape), scores)
    assert wrong.holds is False
    assert not wrong
    assert wrong.mismatch.quantity == "mul"
    assert wrong.mismatch.formula == wrong.mismatch.counted + 1
    assert "counted and formula differ" in str(wrong)
    assert f"mul {wrong.mismatch.counted} ≠ {wrong.mismatch.formula}" in str(wrong)


class Torn(sf.Layer):
    """A layer that counts one too many where its size is a number."""

    def forward(self, x):
        _, n = x
        yield "square", sf.elementwise("mul", n + 1 if n.is_Integer else n)
        return x


def test_the_formula_and_its_numbers_are_both_checked():
    torn = sf.verify(
        sf.cost(Torn(), (N,)), lambda xs, _: Array(xs[0].shape, [x * x for x in xs[0].entries])
    )
    assert torn.mismatch.quantity == "mul with .at()"


def test_a_wrong_shape_or_a_forgotten_weight_is_caught():
    flat = sf.verify(sf.cost(Scores(), (N, D)), lambda xs, c: scores(xs, c).reshaped((1, 1)))
    assert flat.mismatch.quantity == "output"
    weighed = sf.verify(sf.cost(Scores(), (N, D)), lambda xs, c: (c.weight(2), scores(xs, c))[1])
    assert (weighed.mismatch.quantity, weighed.mismatch.counted) == ("params", 2)


def test_drawn_sizes_reach_the_reference():
    seen = []

    def reference(inputs, counter):
        seen.append(counter.sizes["N"] == inputs[0].shape[1])
        return scores(inputs, counter)

    assert sf.verify(sf.cost(Scores(), (N, D)), reference)
    assert seen == [True] * 3


def test_compositions_of_ones_own_are_run():
    holds(sf.Repeat(Block(D), L), (N, D))


def test_no_reference_is_no_answer():
    unknown = sf.verify(sf.cost(sf.Sequential(Block(D), top=Scores()), (N, D)))
    assert unknown.holds is None
    assert not unknown
    assert "no reference for Scores in top" in str(unknown)


# what verify() takes


@pytest.mark.parametrize(
    "layer",
    [
        sf.Conv1d(C, 4, 3),
        sf.Conv3d(C, D, k, padding="same"),
        sf.Conv2d(H, W, 3),  # names that an input would take
        sf.Linear(D, 10),
        sf.LayerNorm((D, 3)),
        sf.BatchNorm1d(C),
        sf.ReLU(),
        sf.MaxPool2d(2, ceil_mode=True),
        sf.Sequential(sf.Conv2d(1, 6, 5), sf.ReLU(), sf.MaxPool2d(2), sf.Conv2d(6, C, 5)),
        sf.Repeat(sf.Residual(sf.Linear(D, D)), L),
        sf.Shared("w", sf.Concat(sf.Conv2d(C, 1, 1), sf.Identity())),
    ],
    ids=str,
)
def test_a_layer_alone(layer):
    verification = sf.verify(layer)
    assert verification, verification


def test_the_report_says_what_was_checked():
    k, C_in, C_out, H, W = sf.dims("k C_in C_out H W")
    report = repr(sf.verify(sf.cost(sf.Conv2d(C_in, C_out, k, padding=1), (C_in, H, W))))
    first, second = report.splitlines()
    assert first == "3 draws; mul, add, params, activations, output: all equal"
    assert second.startswith("e.g. C_in=")
    assert re.search(r": mul (\d+) = \1, add (\d+) = \2, params (\d+) = \3, ", second)


def test_what_cannot_be_verified_is_refused():
    with pytest.raises(ArgumentError, match=r"write verify\(sf\.cost\(layer, shape\)\)"):
        sf.verify(Scores())
    with pytest.raises(ArgumentError, match="needs a layer or a cost"):
        sf.verify("Conv2d")
    with pytest.raises(ArgumentError, match=r"takes 176,621,312 .* limit is 2,000,000"):
        sf.verify(sf.cost(sf.Conv2d(3, 64, 3, padding=1), (3, 224, 224)))
    with pytest.raises(ArgumentError, match="a part of one"):
        sf.verify(sf.cost(sf.Sequential(sf.Linear(D, D)), (D,))["0"])
    with pytest.raises(ArgumentError, match="must return an Array"):
        sf.verify(sf.cost(Scores(), (N, D)), lambda xs, _: [xs])


def test_symbolic_sizes_are_drawn_small_even_beside_large_numbers():
    holds(sf.Linear(1000, C), (N, 1000))


# the numbers themselves


@pytest.mark.parametrize(
    ("compute", "counted"),
    [
        (lambda x, y: x + y, {"add": 1}),
        (lambda x, y: 1 - x * 2 / y, {"sub": 1, "mul": 1, "div": 1}),
        (lambda x, y: (x - y).exp(), {"sub": 1, "exp": 1}),
        (lambda x, y: (1 / x).log() + y.sqrt(), {"div": 1, "log": 1, "sqrt": 1, "add": 1}),
        (lambda x, y: x.erf() * y.tanh(), {"erf": 1, "tanh": 1, "mul": 1}),
        (lambda x, _: x**0.75, {"pow": 1}),
        (lambda x, _: -x, {}),
        (lambda x, y: sum([x, y, x, y]), {"add": 3}),
        (lambda x, y: total([x, y, x]), {"add": 2}),
        (lambda x, y: 0.0 + x + y, {"add": 2}),
        (lambda x, y: max([x, y, x, y]), {"cmp": 3}),
        (lambda x, y: x >= y or x <= y, {"cmp": 2}),
    ],
)
def test_numbers_count(compute, counted):
    counter = Counter()
    compute(counter.number(2), counter.number(5))
    assert counter.operations == counted


def test_an_index_outside_is_an_error():
    x = Counter().draw(2, 3)
    with pytest.raises(IndexError, match="outside"):
        x[0, -1]


def test_windows_slide_while_they_fit():
    assert starts(7, 3, 2, (0, 0), 1) == [0, 2, 4]
    assert starts(5, 2, 2, (1, 1), 1) == [-1, 1, 3]
    assert starts(5, 2, 2, (0, 0), 1, ceil=True) == [0, 2, 4]
    assert starts(2, 1, 3, (0, 0), 1, ceil=True) == [0]
    with pytest.raises(sf.ShapeError, match="does not fit"):
        starts(2, 2, 1, (0, 0), 2)
