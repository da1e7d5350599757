"""Putting values in: once, all together, and never where a condition does not hold."""

import re

import pytest
import sympy

import symflops as sf
from symflops.facts import Facts, at_least

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


@pytest.mark.parametrize("fact", ["a > 1", "1 < a", a > 1])
def test_greater_is_not_at_least(fact):
    cost = sf.cost(sf.Upsample(scale_factor=a), (C, H, W), assume=[fact])
    assert "a > 1" in cost.table().to_text().splitlines()[-1]
    with pytest.raises(sf.ConditionError, match="the assumption a > 1 does not hold for a = 1"):
        cost.at(a=1)


@pytest.mark.parametrize(
    ("facts", "output"),
    [
        (("C = D", "D = H", "H = W"), (W, W, W, W)),
        (("H = W", "D = H", "C = D"), (W, W, W, W)),
        (("H = 2*W", "W = 16"), (C, D, 32, 16)),
        (("W = 16", "H = 2*W"), (C, D, 32, 16)),
        (("C = D", "D = H", "H = 8*C - 21"), (3, 3, 3, W)),
        (("H*W = 100", "W = 10"), (C, D, 10, 10)),
        (("C = D", "D = C"), (D, D, H, W)),
        (("H = 32*N",), (C, D, 32 * N, W)),
        (("32*N = H", "N = M", "M = 2"), (C, D, 64, W)),
        (("H = N", "N = M", "M = 32"), (C, D, 32, W)),
        (("2 | H", "H = 2*W", "W >= 3", "9 >= W"), (C, D, 2 * W, W)),
        (("H != W",), (C, D, H, W)),
    ],
)
def test_equalities_are_put_in_until_nothing_changes(facts, output):
    cost = sf.cost(sf.ReLU(), (C, D, H, W), assume=facts)
    assert cost.output == output
    assert sympy.expand(cost.flops - sympy.prod(output)) == 0


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        (("C = D", "D = C + 1"), "the assumption D = C + 1 does not hold where C = D"),
        (("H = 2*W", "W = 16", "H = 30"), "the assumption H = 30 does not hold where H = 32"),
        (("32 | H", "H = W", "W = 40"), "the assumption 32 | H does not hold where H = 40"),
        (("H = W", "H != W"), "the assumption H != W does not hold where H = W"),
        (("H = 3/2",), "the assumption H = 3/2 does not hold: H would be 3/2"),
        (("2*H = 2*W + 1",), "H would be W + 1/2"),
        (("H + W = 0",), "the assumption H + W = 0 does not hold"),
        (("H*W = 100",), "the assumption H*W = 100 cannot be solved for a symbol"),
        (("H >= 10", "H <= 5"), "the assumptions H >= 10 and 5 >= H cannot all hold"),
        (("H >= W", "W >= H + 1"), "the assumptions H >= W and W >= H + 1 cannot all hold"),
        (
            ("C > D", "H >= 3", "D > H", "H > C"),
            "the assumptions C >= D + 1, D >= H + 1 and H >= C + 1 cannot all hold",
        ),
        (
            ("2*C >= 3*D", "3*D > 2*C"),
            "the assumptions 2*C >= 3*D and 3*D >= 2*C + 1 cannot all hold",
        ),
        (("2 | H", "2 | H + 1"), "the assumptions 2 | H and 2 | H + 1 cannot all hold"),
        (("32 | H", "H <= 31"), "the assumptions 32 | H and 31 >= H cannot all hold"),
        (
            ("H = W/2", "W >= 10", "H <= 4"),
            "the assumptions W >= 10 and 4 >= H cannot all hold where H = W/2",
        ),
        (("N = 3",), "an assumption speaks of N, which the cost does not have"),
        (("N = H",), "an assumption speaks of N, which the cost does not have"),
        (("M = N",), "an assumption speaks of M, N, which the cost does not have"),
    ],
)
def test_facts_that_cannot_hold_together_are_refused(facts, message):
    with pytest.raises(sf.ConditionError, match=re.escape(message)):
        sf.cost(sf.ReLU(), (C, D, H, W), assume=facts)


def test_values_go_through_equalities():
    cost = sf.cost(sf.ReLU(), (C, D, H, W), assume=("C = D", "D = 2*H"))
    assert cost.at(C=8).output == (8, 8, 4, W)
    with pytest.raises(sf.ConditionError, match="H would be 7/2"):
        cost.at(C=7)


def test_equalities_about_symbols_inside_a_forward():
    assert sf.cost(Hidden(), (H, W), assume="M = 3").output == (H, 3)
    assert sf.cost(Hidden(), (H, W), assume=("M = H", "H = 4")).output == (4, 4)
    with pytest.raises(sf.ConditionError, match="speaks of N"):
        sf.cost(Hidden(), (H, W), assume=("M = 3", "N = 3"))


def test_a_padding_is_assumed_to_be_0_as_it_is_put_in():
    conv = sf.Conv2d(C, D, 3, padding=N)
    assert sf.cost(conv, (C, H, W), assume="N = 0").output == (D, H - 2, W - 2)


def test_stated_upper_bounds_are_used():
    with pytest.raises(sf.ShapeError, match="needs a padded height of at least 3"):
        sf.cost(sf.Conv2d(C, D, 3), (C, H, W), assume="H <= 2")


def test_a_bound_on_a_fraction_is_no_bound_on_whole_numbers():
    above = Facts((at_least(a, N),))
    assert above.decide(at_least(a + 1, N)) is True
    assert above.decide(at_least(sympy.floor(a), a)) is None  # a is N and a fraction


@pytest.mark.parametrize(
    ("values", "params"),
    [({"C": 5, "k": 2, "H": 9}, 6), ({"C": 9, "k": 3, "H": 12}, 4)],
)
def test_denominators_may_be_negative(values, params):
    """H/(C - k) is at least 1 not where H is at least C - k, but where both have one sign."""
    cost = sf.cost(sf.Linear(W, H / (C - k)), (W,))
    assert "H/(C - k) >= 1" in map(str, cost.conditions)
    assert cost.at(W=1, **values).params == params
    with pytest.raises(sf.SymflopsError, match="must be at least 1, got -3"):
        cost.at(C=2, k=5, H=9)
    # a multiple of what is positive is at least that
    plain = sf.cost(sf.Linear(W, H / (C + k)), (W,))
    assert [str(c) for c in plain.conditions] == ["C + k | H"]


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


def test_a_number_that_a_dimension_divides_is_a_multiple_of_it():
    """P | 224 makes 224/P whole: no floor is left, and nothing is assumed twice."""
    P, D = sf.dims("P D")
    cost = sf.cost(sf.PatchEmbed(3, D, P), (3, 224, 224))
    assert [str(c) for c in cost.conditions] == ["P | 224"]
    assert (cost.output, cost.macs) == ((50176 / P**2, D), 150528 * D)
    assert cost.at(P=16).output == (196, D)
    with pytest.raises(sf.ShapeError, match="divisible by 15, got 224"):
        cost.at(P=15)
    one = sf.cost(sf.PatchEmbed(3, D, P), (3, 1, W))  # P is 1
    assert (one.output, one.at(P=1, W=7).macs) == ((W / P**2, D), 21 * D)
    both = sf.cost(sf.Sequential(sf.PatchEmbed(3, D, P, flatten=False)), (3, 224, 100))
    assert both.at(P=4).output == (D, 56, 25)
    assert (
        sf.cost(sf.zoo.vit(image_size=224), (3, 224, 224)).at(P=16, D=8, h=2, L=1, K=2).params > 0
    )


def test_of_two_sizes_that_are_the_same_neither_is_said_to_be_at_least_the_other():
    M, N, D = sf.dims("M N D")
    cost = sf.cost(sf.MultiheadAttention(D, 1, causal=True), [(N, D), (M, D)])
    assert [str(c) for c in cost.conditions] == ["N = M"]


def test_blocks_that_may_be_fewer_than_none_are_a_condition():
    deep = sf.cost(sf.Repeat(sf.Linear(D, D, bias=False), L - 3), (D,))
    assert (deep.macs, [str(c) for c in deep.conditions]) == (D**2 * (L - 3), ["L >= 3"])
    assert deep.at(L=5).macs == 2 * D**2
    with pytest.raises(sf.SymflopsError):
        deep.at(L=2)
    assert sf.cost(sf.LSTM(4, 5, L), (N, 4)).conditions == ()
    assert [str(c) for c in sf.cost(sf.zoo.deepseek_v3(num_layers=L)).conditions] == ["L >= 3"]


def test_what_always_holds_in_the_first_of_many_blocks_is_no_condition():
    """2**i experts of which 2 are chosen, from block 1 on."""
    block = sf.Stack(lambda i: sf.MixtureOfExperts(D, 2**i, 2, sf.SwiGLU(D, 4)), L)
    assert sf.cost(block, (N, D)).conditions == ()
