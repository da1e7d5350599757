"""Indexed dimensions: sums over them stay open, close where values have a rule, and agree with numbers."""

from types import SimpleNamespace

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import symflops as sf
from symflops.layers.base import assignment
from symflops.recurrences import Recurrences
from symflops.symbols import Member, index

C, K, M, S = map(sf.family, ["C", "k", "M", "s"])
D, H, L, N, W, g, r = sf.dims("D H L N W g r")
l = index("l")  # noqa: E741 - as in Σ_l


def chain(depth=L):
    """A plain network: layer l has C_l filters of size k_l."""
    return sf.Stack(
        lambda l: sf.Conv2d(C[l - 1], C[l], K[l], padding="same", bias=False),  # noqa: E741
        depth,
    )


def strided(depth=L, kernel=3):
    return sf.Stack(
        lambda l: sf.Conv2d(C[l - 1], C[l], kernel, stride=S[l], padding=1, bias=False),  # noqa: E741
        depth,
    )


def test_the_cost_of_a_plain_network_is_he_and_suns_sum():
    """He and Sun 2015, Convolutional neural networks at constrained time cost, equation 1: Σ n_(l-1)·s_l²·n_l·m_l²."""
    cost = sf.cost(strided(kernel=3), (C[0], M[0], M[0]))
    assert cost.macs == 9 * sympy.Sum(C[l - 1] * C[l] * M[l] ** 2, (l, 1, L))
    assert cost.output == (C[L], M[L], M[L])
    # m_l is the side of the map behind layer l: that is how the layers make it
    assert "M[l] = floor((M[l - 1] - 1)/s[l]) + 1" in [str(c) for c in cost.conditions]
    assert cost.show("macs").latex == r"9 \sum_{l=1}^{L} C_{l - 1} C_{l} M_{l}^{2}"


def test_kernels_and_widths_stay_open_on_a_map_that_keeps_its_size():
    cost = sf.cost(chain(), (C[0], H, W))
    assert cost.macs == H * W * sympy.Sum(C[l - 1] * C[l] * K[l] ** 2, (l, 1, L))
    assert cost.params == sympy.Sum(C[l - 1] * C[l] * K[l] ** 2, (l, 1, L))
    assert cost.conditions == ()


@given(st.integers(1, 4), st.data())
@settings(max_examples=25, deadline=None)
def test_values_for_a_family_are_the_layers_built_on_them(depth, data):
    widths = data.draw(st.lists(st.integers(1, 9), min_size=depth + 1, max_size=depth + 1))
    kernels = data.draw(st.lists(st.integers(1, 5), min_size=depth + 1, max_size=depth + 1))
    at = sf.cost(chain(), (C[0], H, W)).at(L=depth, C=widths, k=kernels, H=8, W=7)
    layers = [
        sf.Conv2d(widths[i], widths[i + 1], kernels[i + 1], padding="same", bias=False)
        for i in range(depth)
    ]
    built = sf.cost(sf.Sequential(*layers), (widths[0], 8, 7))
    for metric in ("params", "macs", "flops", "activations"):
        assert at.metric(metric) == built.metric(metric)
    loops = sum(widths[i] * widths[i + 1] * kernels[i + 1] ** 2 * 8 * 7 for i in range(depth))
    assert at.macs == loops


def test_widths_that_double_close_the_sum():
    """VGG's doubling: Σ 9·(64·2^(l-1))·(64·2^l)·H·W = 24,576·(4^L - 1)·H·W."""
    cost = sf.cost(chain(), (C[0], H, W)).at(C=lambda l: 64 * 2**l, k=3)  # noqa: E741
    assert sympy.expand(cost.macs - 24576 * (4**L - 1) * H * W) == 0


def test_densenets_growth_closes_the_sum():
    """Huang et al. 2017, section 3: layer l sees C_0 + (l - 1)·g channels."""
    c = sf.dim("c")
    dense = sf.Stack(
        lambda l: sf.Concat(  # noqa: E741
            sf.Identity(), sf.Conv2d(c + l * g, g, 3, padding=1, bias=False)
        ),
        L,
    )
    cost = sf.cost(dense, (c, H, W))
    assert sympy.expand(cost.params - 9 * g * (L * c + g * L * (L - 1) / 2)) == 0
    assert cost.output == (c + L * g, H, W)


@pytest.mark.parametrize("channels", [3, D, C[2]])
def test_an_input_of_other_channels_is_the_first_member(channels):
    cost = sf.cost(chain(), (channels, H, W))
    assert cost.macs == sf.cost(chain(), (C[0], H, W)).macs
    assert [str(c) for c in cost.conditions] == [f"C[0] = {channels}"]
    with pytest.raises(sf.ShapeError, match="expects 4 channels"):
        cost.at(C=(4, 8, 9), L=2, **({"D": 3} if channels == D else {}))
    assert sf.verify(cost).holds


def test_one_size_for_all_members():
    cost = sf.cost(chain(), (C[0], H, W)).at(C=r, k=3)
    assert cost.macs == 9 * r**2 * L * H * W


def test_maps_over_a_symbolic_depth_are_defined_step_by_step():
    cost = sf.cost(sf.Repeat(sf.Conv2d(8, 8, 3, stride=2, padding=1, bias=False), L), (8, H, W))
    assert [str(c) for c in cost.conditions if c.kind == "defined"] == [
        "H[0] = H",
        "H[i + 1] = floor(H[i]/2 + 1/2)",
        "W[0] = W",
        "W[i + 1] = floor(W[i]/2 + 1/2)",
    ]
    assert cost.params == 576 * L
    # 17 → 9 → 5 → 3, and 8 → 4 → 2 → 1
    assert cost.at(L=3, H=17, W=8).macs == 576 * (9 * 4 + 5 * 2 + 3 * 1)
    assert sf.verify(cost).holds


def test_open_sums_are_verified_by_running():
    assert sf.verify(sf.cost(strided(), (C[0], M[0], M[0]))).holds
    assert sf.verify(sf.cost(chain(), (C[0], H, W))).holds


def test_each_member_is_drawn_for_a_run():
    """One size for all would not tell C[l - 1] from C[l]; maps are what the layers make of the first."""
    trials = sf.verify(sf.cost(chain(), (C[0], H, W))).checked
    assert any(len(set(trial.values["C"][:3])) > 1 for trial in trials)
    assert "C=(" in str(trials[0])
    maps = sf.verify(sf.cost(strided(), (C[0], M[0], M[0]))).checked
    assert all(isinstance(trial.values["M"], int) for trial in maps)


def test_values_that_the_layers_do_not_make_are_refused():
    cost = sf.cost(strided(), (C[0], M[0], M[0])).at(s=2, L=2, C=(3, 8, 8))
    assert cost.at(M=(32, 16, 8)).macs == cost.at(M=32).macs == 9 * (3 * 8 * 256 + 8 * 8 * 64)
    whole = sf.cost(strided(), (C[0], M[0], M[0]))
    with pytest.raises(sf.ConditionError, match=r"M\[1\] = "):
        whole.at(s=2, L=2, C=(3, 8, 8), M=(32, 15, 8))


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: sf.Conv2d(C, 3, 3), r"write a member, such as C\[0\]"),
        (lambda: sf.Linear(C[-1], 3), "numbered 0, 1, 2"),
        (lambda: sf.Linear(C[sympy.Rational(1, 2)], 3), r"C\[1/2\]: the members"),
        (lambda: sf.family("C in"), "not a name for a dimension"),
        (lambda: sf.cost(sf.Linear(C[0], C[1]), C), "must be a tuple of sizes"),
        (lambda: sf.cost(sf.Linear(C[0], C[1]), (C[0],)).at(C=(3,)), "has no member 1"),
        (lambda: sf.cost(sf.Linear(C[0], C[1]), (C[0],)).at(C=(3, 0)), "at least 1"),
        (lambda: sf.cost(sf.Linear(C[0], sf.dim("C")), (C[0],)), "stands for two symbols"),
    ],
)
def test_families_that_cannot_be_say_why(build, said):
    with pytest.raises(sf.SymflopsError, match=said):
        build()


def test_a_family_is_not_its_dimension():
    assert sf.family("C") == C
    assert sf.family("C") != sf.dim("C")
    assert C[l] == C[l + 1 - 1]
    assert C[0].is_integer
    assert C[0].is_positive
    with pytest.raises(TypeError, match="no end"):
        list(C)


METRICS = ("params", "mults", "adds", "macs", "flops", "activations", "output")
SYMBOLS = SimpleNamespace(
    **{name: sf.dim(name) for name in ("D", "g", "s", "L", "N")},
    C=C,
    K=sf.family("K"),
    start=0,
)


def conv(inputs, outputs, kernel=3, **options):
    return sf.Conv2d(inputs, outputs, kernel, **{"padding": 1, "bias": False, **options})


def deep(v, n, block):
    """A stack over a symbol, or the blocks laid out over a number."""
    if isinstance(n, int):
        return sf.Sequential(*[block(v.start + i) for i in range(n)])
    return sf.Stack(block, n, start=v.start)


#: Blocks of D channels, as functions of the sizes, which are symbols or numbers.
BLOCKS = {
    "strided": lambda v: deep(v, v.L, lambda i: conv(v.D, v.D, stride=v.s)),  # noqa: ARG005
    "halved": lambda v: deep(v, v.N, lambda i: conv(v.D, v.D, stride=2)),  # noqa: ARG005
    "shrunk": lambda v: deep(v, v.L, lambda i: conv(v.D, v.D, padding=0)),  # noqa: ARG005
    "framed": lambda v: deep(v, v.N, lambda i: conv(v.D, v.D, padding=i + 1)),
    "enlarged": lambda v: deep(v, v.N, lambda i: sf.ConvTranspose2d(v.D, v.D, 2, 2)),  # noqa: ARG005
    "kernels": lambda v: deep(v, v.L, lambda i: conv(v.D, v.D, v.K[i], padding="same")),
    "made anew": lambda v: deep(
        v,
        v.L,
        lambda i: sf.Sequential(sf.AdaptiveAvgPool2d(v.g), conv(v.D, v.D)),  # noqa: ARG005
    ),
    "dense": lambda v: sf.Sequential(
        deep(v, v.L, lambda i: sf.Concat(sf.Identity(), conv(v.D + i * v.g, v.g))),
        conv(v.D + v.L * v.g, v.D),
    ),
    "chain": lambda v: sf.Sequential(
        conv(v.D, v.C[0]), deep(v, v.N, lambda i: conv(v.C[i], v.C[i + 1])), conv(v.C[v.N], v.D)
    ),
    "depths": lambda v: deep(
        v,
        v.L,
        lambda i: deep(v, v.K[i], lambda j: sf.Residual(conv(v.D, v.D, 1 + 2 * j, padding=j))),
    ),
    "shrunk in depths": lambda v: deep(
        v,
        v.N,
        lambda i: deep(v, v.L, lambda j: conv(v.D, v.D, padding=0)),  # noqa: ARG005
    ),
    "branches": lambda v: sf.Sequential(
        sf.Concat(
            sf.Sequential(BLOCKS["strided"](v), sf.AdaptiveAvgPool2d(2)),
            sf.Sequential(BLOCKS["halved"](v), sf.AdaptiveAvgPool2d(2)),
        ),
        conv(2 * v.D, v.D),
    ),
}


@given(st.lists(st.sampled_from(sorted(BLOCKS)), min_size=1, max_size=3), st.data())
@settings(max_examples=40, deadline=None, derandomize=True)
def test_symbols_and_then_numbers_are_numbers(names, data):
    """A cost on symbols, its formulas followed with numbers and its ``.at``, against blocks laid out."""
    small = st.integers(1, 3)
    values = {name: data.draw(small) for name in ("D", "g", "s", "L", "N")}
    values |= {name: tuple(data.draw(small) for _ in range(7)) for name in ("C", "K")}
    size = data.draw(st.integers(8, 30))
    numbers = SimpleNamespace(**values, start=0)
    net = sf.Sequential(*(BLOCKS[name](SYMBOLS) for name in names))
    cost = sf.cost(net, (SYMBOLS.D, H, W))
    try:
        laid_out = sf.Sequential(*(BLOCKS[name](numbers) for name in names))
        built = sf.cost(laid_out, (numbers.D, size, size))
    except sf.ShapeError:
        return  # nothing is left of the map
    known = {symbol.name for symbol in cost.symbols}
    given = {name: value for name, value in values.items() if name in known}
    given |= {name: size for name in ("H", "W") if name in known}
    at, rules = cost.at(given), Recurrences(cost.conditions)
    numeric = assignment(cost.symbols, None, given)
    for metric in METRICS:
        expected = getattr(built, metric)
        assert getattr(at, metric) == expected, metric
        formulas = getattr(cost, metric) if metric == "output" else (getattr(cost, metric),)
        found = tuple(rules.followed(sympy.Integer(0) + formula, numeric) for formula in formulas)
        assert found == (expected if metric == "output" else (expected,)), metric


def test_depths_in_depths_have_an_index_each():
    """Also where both were written with the same one, or the inner was there before the outer."""
    shrink = conv(2, 2, padding=0)
    for inner in (sf.Repeat(shrink, N), sf.Stack(lambda i: shrink, N)):  # noqa: ARG005
        for outer in (sf.Repeat(inner, L), sf.Stack(lambda i, inner=inner: inner, L)):  # noqa: ARG005
            cost = sf.cost(outer, (2, H, W))
            assert cost.output == (2, H - 2 * L * N, W - 2 * L * N)
            laid_out = sf.cost(sf.Sequential(*[shrink] * 6), (2, 20, 21))
            assert cost.macs.subs({L: 2, N: 3, H: 20, W: 21}) == laid_out.macs
    framed = sf.Stack(lambda i: sf.Sequential(inner, conv(2, 2, padding=i)), L)
    assert sf.verify(sf.cost(framed, (2, H, 21))).holds


def test_an_index_that_comes_in_is_not_bound():
    stack = sf.Stack(lambda i: sf.Linear(D + i, D + i + 1), L)
    moved = stack.substituted({D: 2 * index("i")})
    assert moved.symbols == {index("i"), L}
    assert moved.block_at(3) == sf.Linear(2 * index("i") + 3, 2 * index("i") + 4)


def test_a_map_behind_two_depths_has_a_family_for_each():
    net = sf.Sequential(sf.Repeat(conv(8, 8, stride=2), L), sf.Repeat(conv(8, 8, stride=3), N))
    cost = sf.cost(net, (8, H, W))
    defined = [str(c) for c in cost.conditions if c.kind == "defined"]
    assert defined[:2] + defined[4:6] == [
        "H[0] = H",
        "H[i + 1] = floor(H[i]/2 + 1/2)",
        "H_2[0] = H[L]",
        "H_2[i + 1] = floor(H_2[i]/3 + 2/3)",
    ]
    assert cost.output[1] == Member(index("H_2"), N)
    assert sf.verify(cost).holds


def test_branches_share_a_family_where_they_define_it_alike():
    def joined(*kernels):
        branches = (sf.Repeat(conv(8, 8, k, stride=2, padding=k // 2), L) for k in kernels)
        return sf.cost(sf.Concat(*branches), (8, H, W))

    assert [str(c) for c in joined(3, 5).conditions] == [
        "H[0] = H",
        "H[i + 1] = floor(H[i]/2 + 1/2)",
        "W[0] = W",
        "W[i + 1] = floor(W[i]/2 + 1/2)",
    ]
    apart = [str(c) for c in joined(3, 2).conditions]
    assert "H_2[i + 1] = floor(H_2[i]/2) + 1" in apart
    assert "H[L] = H_2[L]" in apart


def test_a_size_that_every_block_makes_anew():
    block = sf.Sequential(sf.AdaptiveAvgPool2d(g), conv(8, 8))
    net = sf.Sequential(sf.Repeat(block, L), sf.Conv2d(8, g, 1, bias=False))
    cost = sf.cost(net, (8, H, W))
    assert cost.output == (g, g, g)
    assert (cost.params, cost.macs) == (576 * L + 8 * g, 8 * g**2 * (72 * L + g))


def test_what_is_known_of_an_index_is_not_known_of_the_next():
    first = sf.Stack(lambda i: sf.Residual(sf.Linear(D, D)), L, start=1)  # noqa: ARG005
    second = sf.Stack(
        lambda i: sf.Sequential(sf.Linear(D, D + i - 1), sf.Linear(D + i - 1, D)), L, start=0
    )
    shaped = sf.Stack(lambda i: sf.Linear(D + i - 1, D + i), L, start=1)
    for before in (first, shaped):
        cost = sf.cost(
            sf.Sequential(before, sf.Linear(sf.cost(before, (D,)).output[0], D), second), (D,)
        )
        assert "D >= 2" in [str(c) for c in cost.conditions]


def test_a_map_that_is_too_small_is_no_reason_to_start_at_one():
    with pytest.raises(sf.ShapeError, match="padded length of at least 3, got 2"):
        sf.cost(sf.Stack(lambda i: sf.Conv1d(4, 4, 3 - i), 2), (4, 2))


def test_floors_in_sums_are_those_of_the_sizes():
    net = sf.Sequential(
        sf.Conv1d(8, 8, g, stride=r),
        sf.Stack(lambda i: sf.Repeat(sf.Conv1d(8, 8, K[i], padding="same"), N), L),
    )
    cost = sf.cost(net, (8, H))
    assert cost.macs.atoms(sympy.floor) == cost.output[1].atoms(sympy.floor)
    i = index("i")
    kernels = sympy.Sum(K[i], (i, 0, L - 1))
    assert sympy.expand(cost.params - 64 * g - 8 - 8 * N * (L + 8 * kernels)) == 0


def test_sums_in_sums_are_written_one_in_the_other():
    net = sf.Stack(lambda l: sf.Stack(lambda m: conv(8, 8, K[m], padding="same"), S[l]), L)  # noqa: E741
    cost = sf.cost(net, (8, H, W))
    shown = cost.show("macs")
    assert str(shown) == "64 H W Σ_(l=0..L − 1) Σ_(m=0..s_l − 1) k_m²"
    assert r"\sum_{l=0}^{L - 1} \sum_{m=0}^{s_{l} - 1} k_{m}^{2}" in shown.latex
    assert shown.mathml.count("∑") == 2
    assert cost.at(L=2, s=(1, 2), k=(3, 5), H=4, W=4).macs == 64 * 16 * (9 + 9 + 25)
    assert r"\sum_{m=0}^{s_{l} - 1}" in cost.table().to_latex()
    assert sf.verify(cost).holds


def test_values_of_a_family_under_an_open_sum_are_written_out():
    cost = sf.cost(chain(), (C[0], H, W)).at(C=r, k=(1, 3, 5))
    assert str(cost.show("params")) == "r² Σ_(l=1..L) (1, 3, 5)_l²"
    assert cost.latex("params") == r"r^{2} \sum_{l=1}^{L} (1, 3, 5)_{l}^{2}"
    assert cost.at(L=2).params == 34 * r**2  # of k[1] and k[2]: it stays a stack from 1 on


@pytest.mark.parametrize(
    "values", [range(3, 6), (3, 4, 5), [3, 4, 5], "numpy", sympy.Tuple(3, 4, 5)]
)
def test_any_sequence_is_one(values):
    values = pytest.importorskip("numpy").array([3, 4, 5]) if isinstance(values, str) else values
    assert sf.cost(sf.Linear(C[0], C[2]), (C[0],)).at(C=values).macs == 15


class Widths:
    def block(self, l):  # noqa: E741
        return sf.Conv2d(C[l], C[l + 1], 1)


def test_the_index_has_the_name_that_the_function_gives_it():
    assert repr(sf.Stack(lambda layer: sf.Linear(D + layer, D + layer + 1), L)).startswith(
        "Stack(lambda layer: Linear("
    )
    assert sf.Stack(Widths().block, L).i == index("l")
    assert sf.Stack(lambda _: sf.ReLU(), L).i == index("i")
    both = sf.Stack(lambda i: sf.Stack(lambda i: sf.Linear(D, D), L), L)  # noqa: ARG005
    assert repr(both) == "Stack(lambda i: Stack(lambda j: Linear(D, D), L), L)"


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: sf.Stack(lambda i: sf.ReLU(), 3, start=-1), "start must be at least 0, got -1"),  # noqa: ARG005
        (lambda: sf.Stack(lambda i: sf.ReLU(), 3, start=1.5), "start must be a whole number"),  # noqa: ARG005
        (
            lambda: sf.Stack(lambda i: sf.Linear([3, 4][i], 5), 3),
            "with the index i as a symbol, and cannot",
        ),
        (lambda: sf.Stack(lambda i: sf.Linear(3 if i < 2 else 4, 5), L), "sf.family"),
        (lambda: sf.Stack(lambda: None, L), "takes 0 positional arguments"),
        (
            lambda: sf.cost(chain(), (C[0], H, W)).at(C=lambda i: [64, 128][i]),
            "give the sizes themselves",
        ),
        (
            lambda: sf.cost(chain(), (C[0], H, W)).at(C=lambda i: min(64 * 2**i, 512)),
            "sizes themselves",
        ),
        (lambda: sf.cost(chain(), (C[0], H, W)).at(C={0: 3}), "expected a number"),
        (
            lambda: sf.cost(sf.Repeat(sf.Repeat(conv(8, 8, stride=2), L), r), (8, H, W)),
            "a symbolic depth inside another: .* give one of them a number",
        ),
        (
            lambda: sf.cost(chain(), (C[0], H, W)).at(C=lambda i: g * (L - i)),
            r"the block at l = L cannot be: it needs L\*g >= ",
        ),
        (
            lambda: sf.cost(sf.Repeat(conv(8, 8, stride=2), 3000), (8, H, W)),
            "over 3000 blocks: .* at most 2000 blocks",
        ),
    ],
)
def test_depths_that_cannot_be_say_why(build, said):
    with pytest.raises(sf.SymflopsError, match=said):
        build()
