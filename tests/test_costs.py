"""What a cost can be asked: parts, conventions, conditions, words, one's own layers."""

import pytest
import sympy

import symflops as sf

k, C, D, H, W, L, N, K = sf.dims("k C D H W L N K")


class SqueezeExcite(sf.Layer):
    channels: sf.Size
    reduction: sf.Size = 16

    def forward(self, x):
        squeezed = self.channels // self.reduction
        s = yield "pool", sf.AdaptiveAvgPool2d(1), x
        s = yield "fc1", sf.Conv2d(self.channels, squeezed, 1), s
        s = yield "relu", sf.ReLU(), s
        s = yield "fc2", sf.Conv2d(squeezed, self.channels, 1), s
        s = yield "sigmoid", sf.Sigmoid(), s
        yield "scale", sf.elementwise("mul", x)
        return x


class Attention(sf.Layer):
    dim: sf.Size

    def forward(self, x):
        b, n, d = x
        yield "scores", sf.einsum("b n d, b m d -> b n m", x, x, role="dot.attention")
        yield "softmax", sf.softmax((b, n, n), (b, n))
        yield "weighting", sf.einsum("bnm,bmd->bnd", (b, n, n), (b, n, d), role="dot.attention")
        yield "kernel", sf.unknown("my_kernel", n, d)
        yield "sort", sf.op("sort", cmp=n * d, why="one comparison an entry")
        yield "sums", sf.reduce((b, n, d), (b, n))
        return x


def test_the_first_example_word_for_word():
    k, C_in, C_out, H, W = sf.dims("k C_in C_out H W")
    conv = sf.Conv2d(C_in, C_out, k, padding="same", bias=False)
    cost = sf.cost(conv, (C_in, H, W))
    assert str(cost.flops) == "C_out*H*W*(2*C_in*k**2 - 1)"
    assert str(cost.show("flops")) == "(2 C_in k² − 1) C_out H W"
    assert str(cost.under("2mac").flops) == "2*C_in*C_out*H*W*k**2"
    number = cost.at(k=3, C_in=64, C_out=128, H=56, W=56).flops
    assert type(number) is int
    assert number == (2 * 64 * 9 - 1) * 128 * 56 * 56


def test_a_layer_of_ones_own_has_every_metric():
    """Squeeze-and-excitation (Hu et al. 2018): 2·C²/r weights, C²/r products twice, and biases."""
    cost = sf.cost(SqueezeExcite(64), (64, H, W))
    assert cost.params == 2 * 64 * 4 + 4 + 64
    assert cost.macs == 2 * 64 * 4
    assert cost.mults.expand() == 64 * H * W + 512
    assert cost.output == (64, H, W)
    assert repr(SqueezeExcite(C, reduction=4)) == "SqueezeExcite(C, reduction=4)"
    assert SqueezeExcite(C).at(C=32) == SqueezeExcite(32)
    assert "scale" in cost.table().to_text()
    symbolic = sf.cost(SqueezeExcite(C), (C, H, W))
    assert symbolic.at(C=64).params == cost.params
    assert [str(c) for c in symbolic.conditions] == ["C >= 16"]


def test_steps_of_ones_own():
    cost = sf.cost(Attention(D), (N, D))
    unknown = sympy.Function("c_my_kernel", positive=True, integer=True)(N, D)
    assert sympy.expand(cost.macs - unknown - 2 * N**2 * D) == 0
    assert sympy.expand(cost["scores"].macs - N**2 * D) == 0
    assert sympy.expand(cost["softmax"].flops - N * (5 * N - 2)) == 0
    assert cost["sort"].flops == N * D
    assert sympy.expand(cost["sums"].flops - N * (D - 1)) == 0
    for total in (cost.flops, cost.mults, cost.adds):
        assert total.has(unknown), "an unknown stays in every total of work"
    assert not sympy.sympify(cost.params).has(unknown)
    assert "c_my_kernel" in cost.table().to_text()


def test_parts_of_a_cost():
    cost = sf.cost(sf.zoo.resnet18()).at(H=224, W=224)
    assert cost["conv1"].macs == 7 * 7 * 3 * 64 * 112 * 112
    assert cost["layer1.0.conv1"].macs == 9 * 64 * 64 * 56 * 56
    stem = cost.upto("maxpool")
    assert stem.output == (64, 56, 56)
    assert stem.macs == cost["conv1"].macs
    assert cost.upto("layer1.0.conv1").macs == cost["conv1"].macs + cost["layer1.0.conv1"].macs
    assert cost.without("fc").macs == cost.macs - 512 * 1000
    assert cost.without("Conv2d").macs == cost.without(sf.Conv2d).macs == 512 * 1000
    assert cost.without("layer1").params == cost.params - cost["layer1"].params
    blocks = sf.cost(
        sf.Sequential(stem=sf.Linear(C, D), blocks=sf.Repeat(sf.Sequential(a=sf.Linear(D, D)), L)),
        (C,),
    )
    assert blocks["blocks.0.a"].params == blocks["blocks.7.a"].params == D * (D + 1)
    assert sympy.expand(blocks.upto("blocks.2").params - C * D - D - 3 * D * (D + 1)) == 0
    assert sympy.expand(blocks.without("blocks.0.a").params - C * D - D) == 0
    with pytest.raises(sf.ArgumentError, match="put a number in"):
        sf.cost(sf.Stack(lambda i: sf.Linear(D + i, D + i + 1), L), (D,))["1"]
    assert sf.cost(sf.Stack(lambda i: sf.Linear(D + i, D + i + 1), 3), (D,))["1"].output == (D + 2,)


def test_parts_keep_under_at():
    symbolic = sf.cost(sf.zoo.resnet18())
    for edit in (lambda c: c["layer2"], lambda c: c.upto("layer2"), lambda c: c.without("ReLU")):
        assert edit(symbolic).at(H=64, W=64).flops == edit(symbolic.at(H=64, W=64)).flops


def test_conventions_weigh_the_same_counts():
    cost = sf.cost(sf.Conv2d(C, D, k, padding="same"), (C, H, W))
    m, n = C * k**2, D * H * W
    expected = {
        "exact": 2 * m * n,
        "mac": m * n,
        "2mac": 2 * m * n,
        "mac+bias": (m + 1) * n,
        "2mac+bias": (2 * m + 1) * n,
        "2mac+2bias": (2 * m + 2) * n,
    }
    for name, flops in expected.items():
        other = cost.under(name)
        assert sympy.expand(other.flops - flops) == 0, name
        assert (other.mults, other.adds, other.macs) == (cost.mults, cost.adds, cost.macs)


def test_counting_more_roles_is_a_new_convention():
    net = sf.Sequential(sf.Linear(C, D), sf.ReLU(), sf.LayerNorm(D))
    base = sf.cost(net, (C,), "2mac")
    more = sf.conventions.named("2mac").counting("act", "bias")
    assert more.name == "2mac+act+bias"
    assert sympy.expand(base.under(more).flops - base.flops - 2 * D) == 0
    assert sf.conventions.named("2mac").counts("act") is False


def test_what_a_convention_leaves_out():
    net = sf.Sequential(sf.Linear(C, D), sf.ReLU())
    cost = sf.cost(net, (C,), "2mac")
    assert {o.role: o.operations for o in cost.omitted} == {"bias": D, "act": D}
    assert all(sympy.expand(o.share * (2 * C + 1) - 1) == 0 for o in cost.omitted)
    numbers = cost.at(C=4, D=2).omitted
    assert [o.share for o in numbers] == [sympy.Rational(1, 9)] * 2
    assert sf.cost(net, (C,)).omitted == ()


def test_a_batch_of_vectors():
    B = sf.dim("B")
    cost = sf.cost(sf.BatchNorm1d(C), (B, C))
    assert cost.output == (B, C)
    assert cost.conditions == ()
    net = sf.Sequential(sf.Linear(8, 4), sf.BatchNorm1d(4))
    assert sf.cost(net, (2, 8)).flops == 2 * (2 * 32) + 2 * 2 * 4


def test_shares():
    net = sf.Sequential(up=sf.Linear(D, 4 * D), act=sf.ReLU(), down=sf.Linear(4 * D, K))
    cost = sf.cost(net, (D,))
    assert sf.share(cost, "up") == D / (D + K)
    assert sf.share(cost, "up+down") == sf.share(cost, "Linear") == 1
    assert sf.share(cost, "act", "flops") == 1 / (2 * D + 2 * K + 1)
    assert sf.share(cost.at(D=3, K=1), "up") == sympy.Rational(3, 4)
    with pytest.raises(sf.ArgumentError, match="macs of this cost are 0"):
        sf.share(cost["act"], "relu")
    with pytest.raises(sf.UnknownNameError, match="did you mean 'up'"):
        sf.share(cost, "upp")


def test_conditions_say_what_a_formula_rests_on():
    cost = sf.cost(sf.zoo.vgg16())
    assert [str(c) for c in cost.conditions] == ["H >= 32", "W >= 32"]
    stated = sf.cost(sf.zoo.vgg16(), assume=("32 | H", "W >= 64"))
    assert {str(c) for c in stated.conditions} == {"32 | H", "W >= 64"}
    rounded = sf.cost(sf.MaxPool2d(2), (C, 7, 8)).conditions
    assert [c.kind for c in rounded] == ["rounded"]
    assert "1 left over" in str(rounded[0])
    assert sf.cost(sf.Conv2d(C, D, k, padding="same"), (C, H, W)).conditions == ()


@pytest.mark.parametrize(("fact", "size"), [("2 | H", H / 2), ("H = 2*W", W), ("4 | H", H / 2)])
def test_facts_decide_floors(fact, size):
    cost = sf.cost(sf.MaxPool2d(2), (C, H, W), assume=fact)
    assert cost.output[1] == size


def test_a_symbolic_padding_may_be_none():
    s, p = sf.dims("s p")
    cost = sf.cost(sf.Conv2d(3, D, k, s, p), (3, H, W))
    assert cost.at(k=3, s=2, p=0, H=9, W=9, D=4).output == (4, 4, 4)


def test_conditions_of_a_depth_are_those_of_its_hardest_block():
    shrinking = sf.cost(sf.Repeat(sf.Conv2d(C, C, 3), L), (C, H, W))
    assert [str(c) for c in shrinking.conditions] == ["H >= 2*L + 1", "W >= 2*L + 1"]
    doubling = sf.Stack(lambda i: sf.Linear(D * 2**i, D * 2 ** (i + 1)), L)
    assert sf.cost(doubling, (D,)).conditions == ()


def test_facts_between_symbols():
    g = sf.dim("g")
    cost = sf.cost(sf.Conv2d(C, C, 1, groups=g), (C, H, W), assume="g | C")
    assert [str(c) for c in cost.conditions] == ["g | C"]
    longer = sf.cost(sf.Conv1d(C, C, k), (C, N), assume="N >= k")
    assert [str(c) for c in longer.conditions] == ["N >= k"]


def test_sizes_follow_pytorch():
    """Section 2 of Dumoulin and Visin 2016, and PyTorch's rule for ceil_mode."""
    cases = [
        (sf.Conv2d(1, 1, 3, stride=2, padding=1), 5, 3),
        (sf.Conv2d(1, 1, 3, dilation=2), 7, 3),
        (sf.Conv2d(1, 1, 4, padding="same"), 7, 7),
        (sf.Conv2d(1, 1, 3, padding="valid"), 7, 5),
        (sf.MaxPool2d(3, 2), 7, 3),
        (sf.MaxPool2d(3, 2, ceil_mode=True), 8, 4),
        (sf.MaxPool2d(1, 2, ceil_mode=True), 4, 2),
        (sf.MaxPool2d(2, 3, padding=1, ceil_mode=True), 3, 2),
        (sf.Upsample(scale_factor=1.5), 5, 7),
        (sf.AdaptiveAvgPool2d((3, 3)), 7, 3),
    ]
    for layer, size, expected in cases:
        assert sf.cost(layer, (1, size, size)).output[1] == expected, layer
        symbolic = sf.cost(layer, (1, H, H)).output[1]
        assert sympy.sympify(symbolic).subs(H, size) == expected, layer


def test_ceil_mode_with_a_symbolic_stride():
    s = sf.dim("s")
    cost = sf.cost(sf.Repeat(sf.MaxPool2d(k, s, ceil_mode=True), 3), (C, H, W))
    pool = sf.MaxPool2d(3, 2, ceil_mode=True)
    laid_out = sf.cost(sf.Sequential(pool, pool, pool), (2, 23, 18))
    values = {C: 2, H: 23, W: 18, k: 3, s: 2}
    assert tuple(size.subs(values) for size in cost.output) == laid_out.output
    assert cost.flops.subs(values) == laid_out.flops == cost.at(values).flops
    assert "min(" in str(cost.show())
    assert r"\min(" in cost.latex()


def test_only_the_taps_that_are_there():
    """A 3 × 3 kernel on H × W padded by 1 has (3H - 2)(3W - 2) real taps."""
    conv = sf.Conv2d(1, 1, 3, padding=1, bias=False, count_padding=False)
    cost = sf.cost(conv, (1, H, W))
    assert sympy.expand(cost.mults - (3 * H - 2) * (3 * W - 2)) == 0
    assert sympy.expand(cost.adds - (3 * H - 2) * (3 * W - 2) + H * W) == 0
    same = sf.cost(sf.Conv1d(1, 1, k, padding="same", count_padding=False), (1, N))
    assert same.mults.subs({k: 3, N: 10}) == 28
    assert "N >= k" in map(str, same.conditions)
    with pytest.raises(sf.ArgumentError, match="needs whole numbers"):
        sf.cost(sf.Conv1d(1, 1, k, stride=2, count_padding=False), (1, N))


def test_foreign_symbols_are_taken_over_by_name():
    plain, real = sympy.Symbol("C"), sympy.Symbol("H", real=True)
    cost = sf.cost(sf.Conv2d(plain, D, 3, padding=1), (C, real, W))
    assert cost.macs == 9 * C * D * H * W


def test_adjacent_branches():
    cost = sf.cost(sf.Concat(sf.Conv2d(C, 4, 1), sf.MaxPool2d(3, 1, 1), sf.Identity()), (C, H, W))
    assert cost.output == (2 * C + 4, H, W)
    assert sf.cost(sf.Parallel(sf.ReLU(), sf.Flatten()), (C, H, W)).output == (
        (C, H, W),
        (C * H * W,),
    )
    both = sf.Sequential(sf.Parallel(sf.Linear(C, D), sf.Linear(C, D)), sf.Multiply())
    assert sf.cost(both, (C,)).mults == D * (2 * C + 1)
    gate = sf.cost(sf.Multiply(sf.Identity(), sf.AdaptiveAvgPool2d(1)), (C, H, W))
    assert gate.output == (C, H, W)
    assert sf.cost(sf.Add(), [(C, H), (C, H), (C, H)]).adds == 2 * C * H


def test_activations_are_outputs_of_leaf_layers():
    net = sf.Sequential(
        sf.Conv2d(3, 8, 3, padding=1),
        sf.ReLU(),
        sf.Dropout(),
        sf.Flatten(),
        sf.Linear(8 * 4 * 4, 10),
    )
    assert sf.cost(net, (3, 4, 4)).activations == 128 + 128 + 10
    nothing = sf.Sequential(sf.Sequential(), sf.BatchNorm2d(3, form="folded"))
    assert sf.cost(nothing, (3, 4, 4)).activations == 0


def test_statement():
    cost = sf.cost(sf.zoo.vgg16(), convention="2mac").at(H=224, W=224)
    said = cost.statement()
    assert "2mac" in said
    assert "3 × 224 × 224" in said
    assert "activations" in said
    assert "%" in said
    chinese = cost.statement("zh")
    assert "激活函数" in chinese
    assert "3 × 224 × 224" in chinese


def test_a_statement_names_the_part_that_is_counted():
    cost = sf.cost(sf.zoo.lenet5())
    assert "Only c3 is counted. The" in cost["c3"].statement()
    assert "Everything up to s2 is counted." in cost.upto("s2").statement()
    bare = cost.without("Tanh").without("c1")
    assert " Everything without Tanh is counted. Everything without c1 is" in bare.statement()
    assert "此处不含 Tanh。此处不含 c1。" in bare.statement("zh")
    assert "Nothing is left out." in cost.statement()
    assert "Nothing is left out." not in bare.statement()


def test_model_size():
    cost = sf.cost(sf.Linear(10, 9, bias=False), (10,))
    sizes = {"float32": 360, "float16": 180, "int8": 90, "int4": 45}
    assert {dtype: cost.model_size(dtype) for dtype in sizes} == sizes


@pytest.mark.parametrize(
    ("number", "unit", "binary", "text"),
    [
        (8_178_368_512, "FLOPs", False, "8.18 GFLOPs"),
        (102_228_128, "B", True, "97.5 MiB"),
        (999, "", False, "999"),
        (999_999, "", False, "1.00 M"),
        (30_958_700_544, "", False, "31.0 G"),
        (31 * 10**9, "", False, "31 G"),
        (1_000, "B", False, "1 kB"),
        (0, "FLOPs", False, "0 FLOPs"),
        (sympy.Rational(1, 3), "", False, "0.333"),
        (314 * 10**21, "FLOPs", False, "314 ZFLOPs"),
    ],
)
def test_si(number, unit, binary, text):
    assert sf.si(number, unit, binary=binary) == text


def test_rational_widths():
    """MobileNet's α: a positive rational; its widths are assumed to be whole."""
    alpha = sf.dim("alpha", integer=False)
    cost = sf.cost(sf.Conv2d(alpha * 32, alpha * 64, 1, bias=False), (alpha * 32, H, W))
    assert cost.macs == 2048 * alpha**2 * H * W
    assert cost.at(alpha=0.75, H=2, W=2).macs == 24 * 48 * 4
    with pytest.raises(sf.SymflopsError, match="whole number"):
        cost.at(alpha=sympy.Rational(1, 3))


@pytest.mark.parametrize(
    ("layer", "shape", "flops"),
    [  # each by its definition, per element or row
        (sf.ReLU(), (N,), N),
        (sf.ReLU6(), (N,), 2 * N),
        (sf.Sigmoid(), (N,), 3 * N),
        (sf.Tanh(), (N,), N),
        (sf.SiLU(), (N,), 4 * N),
        (sf.GELU(), (N,), 5 * N),
        (sf.GELU("tanh"), (N,), 9 * N),
        (sf.Softmax(dim=-1), (N,), 5 * N - 2),
        (sf.BatchNorm2d(C), (C, H, W), 2 * C * H * W),
        (sf.BatchNorm2d(C, form="unfolded"), (C, H, W), 4 * C * H * W),
        (sf.BatchNorm2d(C, form="folded"), (C, H, W), 0),
        (sf.BatchNorm2d(C, form="unfolded", bias=False), (C, H, W), 3 * C * H * W),
        # windows of 3: x², 2 sums, α/n, k, a power, a division
        (sf.LocalResponseNorm(5), (3, 1, 1), 3 * 7),
        (sf.BatchNorm2d(C, form="training"), (C, H, W), C * (7 * H * W + 2)),
        (sf.LayerNorm(D), (N, D), N * (7 * D + 2)),
        (sf.LayerNorm(D, elementwise_affine=False), (N, D), N * (5 * D + 2)),
        (sf.MaxPool2d(k), (C, k * H, k * W), (k**2 - 1) * C * H * W),
        (sf.AvgPool2d(k), (C, k * H, k * W), k**2 * C * H * W),
        (sf.AdaptiveAvgPool2d(1), (C, H, W), C * H * W),
        (sf.Upsample(scale_factor=2), (C, H, W), 0),
        (sf.Upsample(scale_factor=2, mode="bilinear"), (C, H, W), 36 * C * H * W),
        (sf.Dropout(), (N,), 0),
    ],
    ids=repr,
)
def test_definitions(layer, shape, flops):
    assert sympy.expand(sf.cost(layer, shape).flops - flops) == 0


def test_a_size_that_must_be_whole_is_whole_from_there_on():
    """MobileNet's resolution multiplier (Howard et al. 2017, equation 7): no floor stands over ρ·D_F."""
    alpha, rho = sf.dims("alpha rho", integer=False)
    M, N, D = sf.dims("M N D_F")
    layer = sf.SeparableConv2d(alpha * M, alpha * N, 3, padding=1, bias=False)
    cost = sf.cost(layer, (alpha * M, rho * D, rho * D))
    expected = 9 * alpha * M * (rho * D) ** 2 + alpha * M * alpha * N * (rho * D) ** 2
    assert sympy.expand(cost.macs - expected) == 0
    assert "D_F*rho is a whole number" in [str(c) for c in cost.conditions]


def linear():
    return sf.Linear(D, D, bias=False)


LOCAL, GLOBAL = sf.Shared(".w", linear()), sf.Shared("w", sf.Sequential(linear(), sf.ReLU()))
TWICE = sf.Sequential(LOCAL, sf.ReLU(), LOCAL)
INNER = sf.Shared("w", sf.Sequential(sf.Shared("v", linear()), linear()))


@pytest.mark.parametrize(
    ("net", "params"),
    [
        (sf.Sequential(TWICE, TWICE), 2 * D**2),
        (sf.Sequential(GLOBAL, GLOBAL), D**2),
        (sf.Sequential(sf.Sequential(GLOBAL), sf.Sequential(GLOBAL, linear())), 2 * D**2),
        (sf.Repeat(TWICE, L), L * D**2),
        (sf.Repeat(sf.Sequential(GLOBAL, linear()), L), (L + 1) * D**2),
        (sf.Sequential(sf.Repeat(GLOBAL, L), GLOBAL), D**2),
        (sf.Sequential(sf.Repeat(LOCAL, 3), LOCAL), 2 * D**2),
        (sf.Sequential(sf.Repeat(TWICE, L), sf.Repeat(TWICE, 4)), (L + 4) * D**2),
        (sf.Sequential(sf.Shared("g", TWICE), sf.Shared("g", TWICE)), D**2),
        (sf.Sequential(INNER, sf.Shared("v", linear()), INNER), 2 * D**2),
        (sf.Sequential(sf.Shared("w", sf.Shared("v", linear())), sf.Shared("v", linear())), D**2),
        (
            sf.Stack(
                lambda i: sf.Sequential(LOCAL, sf.Linear(D, D + i), sf.Linear(D + i, D), LOCAL), 2
            ),
            None,
        ),
    ],
)
def test_weights_that_are_tied_stand_once_in_the_rows_of_a_table(net, params):
    """Whatever the rows are folded to, they add up to the total."""
    cost = sf.cost(net, (D,))
    if params is not None:
        assert sympy.expand(cost.params - params) == 0
    for depth in (1, 2, 3, 4):
        rows = cost.table("layer,params", depth=depth).rows
        assert sympy.expand(sum(row[1] for row in rows) - cost.params) == 0, depth


@pytest.mark.parametrize("name", ["", "."])
def test_a_tie_needs_a_name(name):
    with pytest.raises(sf.ArgumentError, match="needs a name to tie weights by"):
        sf.Shared(name, linear())


def test_what_is_bound_is_an_int_though_another_size_is_a_symbol():
    half = sf.cost(sf.zoo.vgg16()).at(W=224)
    assert type(half.params) is int
    assert half.macs.free_symbols == {sf.dim("H")}
    assert type(half.at(H=224).macs) is int


def test_small_shares_and_masks_are_said():
    N = sf.dim("N")
    said = sf.cost(sf.zoo.gpt2(causal=True), convention="2mac").at(N=8).statement()
    assert "biases (less than 0.1 % of all elementary operations)" in said
    assert "The input is (8)." in said
    assert "Pairs of positions that a mask rules out are not counted." in said
    assert "mask" not in sf.cost(sf.zoo.gpt2(), (N,), "2mac").statement()
    assert "rules out" not in sf.cost(sf.zoo.gpt2(causal=True), (N,), "chinchilla").statement()
    assert "不到 0.1 %" in sf.cost(sf.zoo.gpt2(causal=True)).under("2mac").at(N=8).statement("zh")
