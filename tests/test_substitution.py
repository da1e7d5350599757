"""Putting values in: once, all together, and never where a condition does not hold."""

import pytest
import sympy

import symflops as sf

C, D, H, W, L, M, N, k = sf.dims("C D H W L M N k")
a = sf.dim("a", integer=False)


@pytest.mark.parametrize(
    ("layer", "shape", "values", "flops"),
    [
        (sf.ReLU(), (H,), {"H": 2 * H}, 2 * H),
        (sf.ReLU(), (H, W), {"H": W + 1, "W": 5}, 5 * (W + 1)),
        (sf.ReLU(), (H, W), {"H": W, "W": H}, H * W),
        (sf.BatchNorm1d(C), (C, W), {"C": C + 1}, 2 * (C + 1) * W),
        (sf.Residual(sf.Linear(D, D, bias=False)), (D,), {"D": D**2}, 2 * D**4),
    ],
)
def test_values_are_put_in_once_and_together(layer, shape, values, flops):
    cost = sf.cost(layer, shape).at(values)
    assert sympy.expand(cost.flops - flops) == 0


def test_one_value_after_the_other():
    assert sf.cost(sf.ReLU(), (H,)).at(H=2 * W).at(W=H).flops == 2 * H
    assert sf.cost(sf.ReLU(), (H,)).at(H=2 * H).at(H=4).flops == 8
    vgg = sf.cost(sf.zoo.vgg11()).at(H=32 * H, W=32 * W)
    assert sympy.expand(vgg.macs - 152_764_416 * H * W - 123_633_664) == 0


class Hidden(sf.Layer):
    """A layer whose forward names symbols that are no fields."""

    def forward(self, x):
        yield "work", sf.elementwise("mul", (*x, M))
        return (*x[:-1], M)


def test_symbols_inside_a_forward_take_values():
    cost = sf.cost(Hidden(), (H, W))
    assert cost.at(M=3).output == (H, 3)
    assert cost.at(M=2 * N, H=N).mults == 2 * N**2 * W
    assert cost.at(M=2 * N).at(N=3, H=1, W=1).mults == 6
    with pytest.raises(sf.SymbolError, match="M stands inside the forward of a layer"):
        cost.at(M=2 * M)


def test_assumed_conditions_are_checked():
    added = sf.cost(sf.Add(), [(H,), (W,)])
    assert [str(c) for c in added.conditions] == ["H = W"]
    with pytest.raises(
        sf.ConditionError, match="the condition H = W does not hold for H = 1, W = 5"
    ):
        added.at(H=1, W=5)


@pytest.mark.parametrize(
    ("layers", "least"),
    [
        ((sf.MaxPool2d(2), sf.Upsample(scale_factor=2), sf.Conv2d(C, C, 3)), 4),
        ((sf.Conv2d(C, C, 3, stride=2), sf.Upsample(scale_factor=2), sf.Conv2d(C, C, 4)), 5),
        ((sf.Conv2d(C, C, 3, stride=3), sf.Upsample(scale_factor=2)), 3),
    ],
)
def test_conditions_are_as_weak_as_they_can_be(layers, least):
    cost = sf.cost(sf.Sequential(*layers), (C, H, W))
    assert f"H >= {least}" in map(str, cost.conditions)
    assert cost.at(C=1, H=least, W=least).flops > 0
    with pytest.raises(sf.ShapeError):
        cost.at(C=1, H=least - 1, W=least)


@pytest.mark.parametrize(
    ("fact", "values"),
    [
        ("D > 3/2", {"D": 2, "H": 3}),
        ("D > H/2", {"D": 2, "H": 3}),
        ("H = 2*D", {"H": 4}),
        ("H = D + 1", {"H": 4}),
        ("H = H", {"H": 4, "D": 1}),
        (sympy.Eq(H, H), {"H": 4, "D": 1}),
        (H >= 2 * D, {"H": 4, "D": 2}),
    ],
)
def test_facts_that_hold_are_taken(fact, values):
    assert sf.cost(sf.Linear(D, 4), (H, D), assume=[fact]).at(values).macs > 0


@pytest.mark.parametrize("fact", ["D > H/2", "H = 2*D", "0 | H", False])
def test_facts_that_do_not_hold_are_refused(fact):
    with pytest.raises(sf.SymflopsError):
        sf.cost(sf.Linear(D, 4), (H, D), assume=[fact]).at(H=5, D=2)


def test_facts_about_rational_symbols():
    for fact in ("a > 1", a > 1):
        cost = sf.cost(sf.Upsample(scale_factor=a), (C, H, W), assume=[fact])
        assert cost.at(a=1.5, C=1, H=2, W=2).output == (1, 3, 3)
    with pytest.raises(sf.ConditionError):
        cost.at(a=0.5)


def test_ceilings_of_what_is_not_whole():
    cost = sf.cost(sf.ReLU(), (sympy.ceiling(a * H),))
    assert cost.flops.subs({a: sympy.Rational(5, 4), H: 2}) == 3
    assert cost.at(a=1.25, H=2).flops == 3
    pooled = sf.cost(sf.Sequential(sf.Upsample(scale_factor=a), sf.MaxPool2d(1, 2)), (C, H, W))
    assert "⌈" not in str(pooled.show("activations"))


def test_an_index_is_nobody_elses_symbol():
    h = sympy.Symbol("H", integer=True, nonnegative=True)
    assert sf.cost(sf.ReLU(), (h,)).at(H=3).flops == 3
    i = sf.dim("i")
    stack = sf.Stack(lambda i_: sf.Linear(i + i_, i + i_ + 1), L)
    other = sf.Stack(lambda j: sf.Linear(i + j, i + j + 1), L)
    assert sf.cost(stack, (i,)).params == sf.cost(other, (i,)).params
    shadow = sf.Stack(lambda i: sf.Linear(sf.dim("i") + i, sf.dim("i") + i + 1), L)
    assert "i + i," not in repr(shadow)


def test_what_depends_on_the_block_is_not_tied():
    tied = sf.Stack(lambda i: sf.Shared("w", sf.Linear(D + i, D + i + 1)), L)
    with pytest.raises(sf.ArgumentError, match="differ from block to block"):
        sf.cost(tied, (D,)).params  # noqa: B018


def test_blocks_of_a_symbolic_depth_are_not_cut_one_by_one():
    stack = sf.Stack(lambda i: sf.Sequential(a=sf.Linear(D + i, D + i + 1), b=sf.ReLU()), L)
    with pytest.raises(sf.ArgumentError, match="put a number in"):
        sf.cost(stack, (D,)).without("0.b")
    assert sf.cost(stack, (D,)).without("ReLU").at(L=3, D=2).flops == 2 * (2 * 3 + 3 * 4 + 4 * 5)


def test_a_batch_that_was_joined_is_shown():
    assert sf.cost(sf.Flatten(0), (3, 4)).output == (12,)
    assert sf.cost(sf.Concat(sf.ReLU(), sf.ReLU(), dim=0), (3, 8)).output == (2, 3, 8)


class Two(sf.Layer):
    def forward(self, x, y):
        yield "add", sf.Add(), x, y
        return x


class Named(sf.Layer):
    name: str

    def forward(self, x):
        yield "a", sf.elementwise("add", x)
        yield self.name, sf.elementwise("add", x, weights=(sf.Weight("w", 12),))
        return x


def test_layers_of_ones_own():
    assert sf.cost(Two(), [(H,), (H,)]).adds == H
    assert sf.cost(Named("b"), (H,)).params == 12
    for name in ("a", "a.b", ""):
        with pytest.raises(sf.ArgumentError, match="yielded the name"):
            sf.cost(Named(name), (H,))


def test_axes_named_by_words():
    step = sf.einsum("batch seq, seq -> batch", (N, D), (D,))
    assert dict(step.counts)[("mul", "dot.other")] == N * D


@pytest.mark.parametrize(
    "make",
    [
        lambda: sf.cost(sf.Softmax(dim="a"), (2, 3)),
        lambda: sf.cost(sf.Softmax(dim=H), (2, 3)),
        lambda: sf.cost(sf.Flatten(1.5), (2, 3)),
        lambda: sf.Concat(sf.ReLU(), dim="x"),
        lambda: sf.Concat(dim=sf.ReLU()),
        lambda: sf.Repeat(3, 4),
        lambda: sf.Shared(sf.ReLU(), "w"),
        lambda: sf.Linear(D, True),  # noqa: FBT003
        lambda: sf.Conv2d(3, 4, None),
        lambda: sf.Conv2d(3, 4, ((3, 3), 3)),
        lambda: sf.Conv2d(3, 4, 3, stride=None),
        lambda: sf.Conv2d(3, 4, 3, bias=3),
        lambda: sf.Linear(None, 4),
        lambda: sf.Stack([sf.ReLU()], 3),
        lambda: sf.cost(sf.ReLU(), (H,)).table(depth="2"),
        lambda: sf.Sequential(self=3),
        lambda: sf.Convention("x", "x", "x", {"mul": 1}),
        lambda: sf.cost(sf.ReLU(), (H,), assume=[3]),
        lambda: sf.Linear(sympy.pi, 3),
        lambda: sf.Linear(sympy.sqrt(2), 3),
        lambda: sf.AvgPool2d(2, stride=len),
    ],
    ids=range(21),
)
def test_arguments_of_the_wrong_kind_are_refused_by_name(make):
    with pytest.raises(sf.SymflopsError):
        make()


def test_very_deep_nesting_is_refused():
    layer = sf.ReLU()
    for _ in range(400):
        layer = sf.Sequential(layer)
    with pytest.raises(sf.ArgumentError, match="nested"):
        sf.cost(layer, (H,))
