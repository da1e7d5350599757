"""Indexed dimensions: sums over them stay open, close where values have a rule, and agree with numbers."""

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import symflops as sf
from symflops.symbols import index

C, K, M, S = map(sf.family, ["C", "k", "M", "s"])
H, L, W, g, r = sf.dims("H L W g r")
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
