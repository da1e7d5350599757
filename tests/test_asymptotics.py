"""Leading terms and limits: held against exact values far out."""

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational, floor, oo, sqrt

import symflops as sf
from symflops.exprs import log2, minimum

N, D, L, M, w = sf.dims("N D L M w")


@pytest.mark.parametrize(
    ("e", "growing", "found"),
    [
        (4 * N * D**2 + 2 * N**2 * D, N, 2 * D * N**2),
        (4 * N * D**2 + 2 * N**2 * D, D, 4 * N * D**2),
        (4 * N * D**2 + 2 * N**2 * D, (N, D), 4 * N * D**2 + 2 * N**2 * D),
        (N**2 + N * D + D**2, (N, D), N**2 + N * D + D**2),  # on the edge between two others
        (N**4 + N * D + D**4, (N, D), N**4 + D**4),  # below it, though neither alone is above
        (N**3 + N * D + D**3, (N, D), N**3 + D**3),
        (N**3 + N**2 * D**2 + D**3, (N, D), N**3 + N**2 * D**2 + D**3),
        (N * D * L + N**2 * D + L**3, (N, D, L), N * D * L + N**2 * D + L**3),
        (12 * L * D**2 + 13 * L * D, (L, D), 12 * L * D**2),
        ((N + 1) ** 3 * (D + 2), N, (D + 2) * N**3),
        (N * log2(N) + N, N, N * log2(N)),
        (N * log2(4 * N + 1), N, N * log2(N)),
        (N**2 + N * log2(N) ** 9, N, N**2),
        (log2(N * D), N, log2(N)),
        (log2(N * D), (N, D), log2(N) + log2(D)),
        (24576 * 4**L - 24576 + L**9, L, 24576 * 4**L),
        (2 ** (2 * L + 1) + 3**L, L, 2 * 4**L),
        (7 * floor(N / 7) + D, N, N),
        (floor(N / 2) * floor(N / 3) * D, N, D * N**2 / 6),
        (floor(floor(N / 2) / 3), N, N / 6),
        (minimum(N, w) * N, N, w * N),
        (minimum(N, N**2 - D) * N, N, N**2),
        (N * D / (N + D) + 1 / N, N, D),
        (N * D / (N + D), (N, D), N * D / (N + D)),
        ((D / N + 1) / (D + 1), N, 1 / (D + 1)),
        (sqrt(4 * N**2 + N) + D, N, 2 * N),
        (D**2 + 1, N, D**2 + 1),
        (sympy.Integer(0), N, 0),
        (N - N, N, 0),
        (D * N / (D + 1) + N / (D + 1) - N + 3, N, 3),
    ],
)
def test_leading_terms(e, growing, found):
    leading = sf.leading(e, growing)
    assert sympy.cancel(leading.expr - found) == 0
    assert leading == leading.expr


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([-3, -1, 1, 2, Rational(5, 7)]),
            st.integers(0, 4),
            st.integers(0, 2),
            st.sampled_from([1, floor(N / 3), floor((N + 5) / 2), sympy.ceiling(N / 7), 2**N]),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_far_out_the_leading_term_is_all_there_is(parts):
    e = sum(c * N**p * log2(N) ** q * f for c, p, q, f in parts)
    try:
        found = sf.leading(e, N)
    except sf.NotClosedError as error:  # floors that cancel to something bounded
        assert "bounded" in str(error)  # noqa: PT017
        return
    if found == 0:
        assert sympy.expand(e) == 0
        return
    near, far = (abs(e.subs(N, n) / found.expr.subs(N, n) - 1) for n in ends(e))
    assert far < Rational(1, 10) or far < near * Rational(3, 5)  # logarithms take their time


def ends(e):
    """Two places far out, whose logarithms are whole."""
    return map(sympy.Integer, (2**9, 2**16) if e.has(2**N) else (2**200, 2**400))


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.dictionaries(
        st.tuples(st.integers(0, 4), st.integers(0, 4)), st.integers(1, 9), min_size=1, max_size=6
    )
)
def test_two_symbols_keep_what_some_way_of_growing_keeps(terms):
    """A term stays exactly when it is the greatest for some N = t**u, D = t**v with u, v > 0."""
    e = sum(c * N**p * D**q for (p, q), c in terms.items())
    kept = {
        term.as_coeff_Mul()[1]
        for term in sympy.Add.make_args(sympy.expand(sf.leading(e, (N, D)).expr))
    }
    ways = [(u, v) for u in range(1, 26) for v in range(1, 26)]
    seen = set()
    for u, v in ways:
        most = max(u * p + v * q for p, q in terms)
        seen |= {N**p * D**q for p, q in terms if u * p + v * q == most}
    assert kept == seen


@pytest.mark.parametrize(
    ("e", "found"),
    [
        ((N + D) / (2 * N + 1), Rational(1, 2)),
        (D / N, 0),
        (D * N, oo),
        (-D * N, -oo),
        (floor(N / 7) / N, Rational(1, 7)),
        (log2(N) / N, 0),
        (2**N / N**9, oo),
        (N / (N + 2 * D), 1),
        (((N + 1) ** 2 - N**2) / N, 2),
        (minimum(D, N), D),
        (D * N / ((D + 1) * (N + 1)), D / (D + 1)),
        ((N**2 + 1) / N - N, 0),
        (D + 1, D + 1),
        (sympy.Integer(0), 0),
    ],
)
def test_limits(e, found):
    assert (
        sympy.cancel(sf.limit(e, N) - found) == 0
        if found not in (oo, -oo)
        else (sf.limit(e, N) == found)
    )


@pytest.mark.parametrize(
    ("e", "message"),
    [
        (N - 7 * floor(N / 7), "order 1 cancels"),
        (sqrt(N**2 + 1) - N, "order N cancels"),
        (N**2 - 2 * N * sympy.ceiling(N / 2), "order N cancels"),
        (N**D, r"how N\*\*D grows with N is not known"),
        (sympy.Function("c_k")(N) + N, "how c_k"),
        (log2(log2(N) + 1), "how log2"),
    ],
)
def test_what_does_not_settle_is_refused(e, message):
    with pytest.raises(sf.NotClosedError, match=message):
        sf.leading(e, N)
    with pytest.raises(sf.NotClosedError, match=message):
        sf.limit(e, N)


def test_signs_and_order_must_be_known():
    with pytest.raises(sf.NotClosedError, match="depends on the sign of D - 4"):
        sf.limit((D - 4) * N, N)
    assert sf.limit((D - 4) * N, N, assume="D >= 5") == oo
    assert sf.limit((D - 4) * N, N, assume="D < 4") == -oo
    with pytest.raises(sf.NotClosedError, match="which of N and w is smaller"):
        sf.leading(minimum(N, w), (N, w))


def test_what_is_said():
    found = sf.leading(4 * N * D**2 + 2 * N**2 * D, N)
    assert str(found) == "2 N² D as N → ∞ (D constant)"
    assert str(sf.leading(N * (D - 4) + L, N)) == "N (D − 4) as N → ∞ (D constant, D ≠ 4)"
    assert sf.leading(N * (D - 4), N, assume="D != 4").conditions == ()
    assert str(sf.leading(N**2 + N, N)) == "N² as N → ∞"
    assert str(sf.leading(N + D, (N, D))) == "N + D as N, D → ∞"
    assert found._repr_latex_() == "$2 N^{2} D$ as $N$ → ∞ ($D$ constant)"
    assert found.latex == "2 N^{2} D"
    assert (found.growing, found.constant) == ((N,), (D,))


def test_it_goes_wherever_an_expression_goes():
    found, plain = sf.leading(4 * N * D**2 + 2 * N**2 * D, N), 2 * D * N**2
    assert found == plain
    assert plain == found
    assert found == sf.leading(plain, N)
    assert hash(found) == hash(plain)
    assert found - plain == plain - found == 0
    assert (2 * found, found / N, N / found, found**2, found + 1, 1 + found, found * 2) == (
        2 * plain,
        plain / N,
        N / plain,
        plain**2,
        plain + 1,
        1 + plain,
        plain * 2,
    )
    assert found.subs(N, 3) == 18 * D
    assert sympy.expand(found - plain) == 0
    assert sf.display(found).expr == plain
    assert sf.limit(found / N, N) == oo
    assert sympy.latex(found) == found.latex


def test_costs_by_their_metrics():
    block = sf.Sequential(sf.Linear(D, 4 * D), sf.ReLU(), sf.Linear(4 * D, D))
    cost = sf.cost(block, (N, D))
    assert sf.leading(cost, D) == 8 * N * D**2
    assert sf.leading(cost, D, "params") == 8 * D**2
    assert sf.leading(cost.under("2mac"), D, metric="flops") == 16 * N * D**2
    assert str(sf.leading(cost, N)).endswith("as N → ∞ (D constant)")
    H, W = sf.dims("H W")
    assert sf.leading(sf.cost(sf.zoo.resnet18()), (H, W)) == 36144 * H * W


def test_what_is_no_question():
    with pytest.raises(sf.ArgumentError, match=r"leading\(\) takes costs and expressions"):
        sf.leading("N", N)
    with pytest.raises(sf.ArgumentError, match=r"leading\(\) needs a symbol .* got 3"):
        sf.leading(N, 3)
    with pytest.raises(sf.ArgumentError, match=r"limit\(\) needs a symbol .* got 'N'"):
        sf.limit(N, "N")
    with pytest.raises(sf.ArgumentError, match="needs a symbol that grows"):
        sf.leading(N, ())
    with pytest.raises(sf.SymbolError, match="D stands for two symbols"):
        sf.leading(N * D, sf.dim("D", integer=False))
    assert sf.leading(sympy.Symbol("N") ** 2 + sympy.Symbol("N"), sympy.Symbol("N")) == N**2


def test_facts_that_are_stated():
    assert sf.leading(N * D + N * L, N, assume="D = L") == 2 * N * L
    assert sf.limit(N * D / (N * L + 1), N, assume="D = 3*L") == 3
    with pytest.raises(sf.ConditionError, match="M >= 3 speaks of nothing that the formulas have"):
        sf.leading(N * D, N, assume="M >= 3")
    with pytest.raises(sf.ConditionError, match="does not hold"):
        sf.leading(N * D, N, assume="D = D + 1")
    with pytest.raises(sf.ReadError):
        sf.leading(N * D, N, assume="D is large")
    for asked in (
        lambda: sf.leading(N * D, N, assume=5),
        lambda: sf.cost(sf.Linear(D, D), (D,), assume=5),
    ):
        with pytest.raises(sf.ArgumentError, match="5 states no fact"):
            asked()
