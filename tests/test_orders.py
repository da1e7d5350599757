"""Orders of growth: claims of papers, and every order beside exact values far out."""

import itertools

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational, floor, sqrt

import symflops as sf
from symflops.claims.leads import right_to_leading_order
from symflops.claims.orders import grows
from symflops.exprs import log2, minimum
from symflops.reading.readings import Growth

N, D, L, M, b, d, k, n, r, w = sf.dims("N D L M b d k n r w")


@pytest.mark.parametrize(
    ("claim", "exact", "given", "holds"),
    [
        (n * d**2, 2 * n * d**2, {}, True),  # a recurrent layer, Vaswani et al., table 1
        (L * r * d, 2 * L * r * d + 2 * L * r, {}, True),  # Performer
        (L * k * d + L**2 * d / k, L * k * d + 2 * L**2 * d / k, {}, True),  # routing
        (n * w, 2 * n * w * d, {"constants": ["d"]}, True),  # sliding windows
        (n * w, 2 * n * w * d, {}, None),  # does d grow?
        (n * w, 2 * n * w * d, {"growing": (n, w, d)}, False),
        (N, N * d, {"growing": (N, d)}, False),  # FlashAttention's accesses with M = N·d
        (N, N * d, {"growing": (N,)}, True),
        (N**2 * D, 4 * N * D**2 + 2 * N**2 * D, {}, False),
        (N**2 * D, 4 * N * D**2 + 2 * N**2 * D, {"growing": (N,)}, True),
        (N**2 * D + N * D**2, 4 * N * D**2 + 2 * N**2 * D, {}, True),
        (N**2 + D**2, 7 * N * D, {}, True),  # 2·N·D ≤ N² + D²
        (N**4 + D**4, N**3 * D + N * D**3, {}, True),
        (N**3 + D**3, N**2 * D**2, {}, False),
        (N * log2(N), 3 * N * log2(N) + N, {}, True),
        (N * log2(N), N * sympy.log(N), {}, True),
        (N, N * log2(N), {}, False),
        (N**2, 2**N, {}, False),
        (2**N, N**9, {}, True),
        (sympy.Integer(1), D + 7, {"growing": (N,)}, True),
        (sympy.Integer(1), N, {}, False),
        (N * D, N * D - N * D, {}, True),
        (N / b + D, 3 * N / b, {}, True),
        (N**Rational(3, 2) * D, sqrt(N) * N * D + N, {}, True),
        (N * D * log2(N), N * D * log2(N) + D * N, {}, True),
        (floor(N / 7) * D, N * D, {}, True),
        (N * minimum(N, w), N * w, {"growing": (N,)}, True),
        (N * w, 3 * N * minimum(N, w), {}, True),
        (N * w, 2 * N * minimum(N, w) - minimum(N, w) ** 2 + N, {}, True),
        (N + w, N + w - minimum(N, w), {}, True),
        (N, minimum(N, w), {}, True),
        (w, N * minimum(N, w), {}, None),
        (N, N * D / (D + 1), {}, True),
        (N * D, N**2 * D / (N - D), {}, None),  # N and D may be close
    ],
)  # fmt: skip
def test_upper_bounds(claim, exact, given, holds):
    assert grows(Growth("O", claim), exact, **given).equal is holds


@pytest.mark.parametrize(
    ("order", "claim", "exact", "holds"),
    [
        ("Theta", N * D, 2 * N * D + N, True),
        ("Theta", N**2 * D, N * D, False),
        ("Theta", N * D, N**2 * D, False),
        ("Theta", N**2 + D**2, N**2 + D**2 + N * D, True),
        ("Theta", N, 3 * N - 1, True),
        ("Omega", N * D, N**2 * D, True),
        ("Omega", N**2 * D, N * D, False),
        ("Omega", N * D, (N - D) ** 2 + N * D, None),  # terms of both signs
        ("o", N**2, N * log2(N), True),
        ("o", N, 2 * N, False),
        ("o", N**2 + D**2, N * D, False),  # N = D
        ("o", N**2 * D, N * D, True),
        ("~O", N, N * log2(N) ** 3, True),
        ("~O", N, N**2, False),
        ("~Theta", N, N * log2(N), True),
    ],
)
def test_other_orders(order, claim, exact, holds):
    assert grows(Growth(order, claim), exact).equal is holds


def test_what_is_left_open_is_said_in_words():
    found = grows(Growth("O", N * D), 2 * N**2 * D / b)
    assert found.equal is None
    assert found.words == "holds if b grows like N; with b constant it is Θ(D N²/b)"
    assert found.said("zh") == "当 b 与 N 同阶增长时成立；若 b 为常数，则为 Θ(D N²/b)"
    assert found.ties == ((b, N),)
    assert found.missing == "it is not said which of the symbols grow"
    found = grows(Growth("O", N * D), 2 * N**2 * D / b, constants=["b"])
    assert found.equal is False
    assert found.actual == N**2 * D / b
    found = grows(Growth("O", n * w), 2 * n * w * d)
    assert found.words == "holds if d is constant; it is Θ(d n w) as d, n, w → ∞"
    assert found.said("zh") == "当 d 为常数时成立；实为 Θ(d n w)（d、n、w → ∞）"


def test_the_order_that_a_formula_has_is_without_its_numbers():
    assert grows(Growth("O", N), 12 * N * (2 * D - 1), growing=[N]).actual == D * N
    assert grows(Growth("O", N), sympy.Integer(0)).actual == 0
    assert grows(Growth("O", N), 7 * N / (3 * D + 1), growing=[N]).actual == N / D


def test_what_cannot_be_followed_is_left_open():
    found = grows(Growth("O", N), sympy.Function("c_k")(N))
    assert found.equal is None
    assert "c_k" in found.missing
    assert grows(Growth("O", N * D), N * log2(D)).equal is True
    assert grows(Growth("O", N), N * D * log2(D) / D, growing=(N, D)).equal is not True


def test_orders_that_cannot_be_are_refused():
    with pytest.raises(sf.ArgumentError, match="'P' is no order of growth; there are O, o"):
        grows(Growth("P", N), N)
    with pytest.raises(sf.ArgumentError, match="N cannot grow and be constant"):
        grows(Growth("O", N), N, growing=["N"], constants=[N])


terms = st.dictionaries(
    st.tuples(st.integers(0, 3), st.integers(0, 3)), st.integers(1, 9), min_size=1, max_size=4
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(terms, terms)
def test_a_bound_holds_exactly_if_it_does_along_every_way_of_growing(exact, claim):
    """N = t**u, D = t**v: along each of them the greatest term of the claim must not be below."""
    e, f = (sum(c * N**p * D**q for (p, q), c in side.items()) for side in (exact, claim))
    holds = grows(Growth("O", f), e, growing=(N, D)).equal
    ways = itertools.product(range(1, 14), repeat=2)
    seen = all(
        max(u * p + v * q for p, q in exact) <= max(u * p + v * q for p, q in claim)
        for u, v in ways
    )
    assert holds is seen
    both = grows(Growth("Theta", f), e, growing=(N, D)).equal
    back = grows(Growth("O", e), f, growing=(N, D)).equal
    assert both is (holds and back)
    assert grows(Growth("Omega", f), e, growing=(N, D)).equal is back


# right in the limit


@pytest.mark.parametrize(
    ("claim", "exact", "growing"),
    [
        (2 * N * D, (2 * N - 1) * D, (D, N)),
        (5 * n, 5 * n - 2, (n,)),  # a softmax's operations
        (6 * N * D, 6 * N * D + 12 * D * L * w * d, (N,)),  # Kaplan et al.
        (b, b * N * D / (b * D + D * N + b * N), (D, N)),  # an arithmetic intensity
        (2 * b * N**2, 2 * b * N * (N + 1), (N, b)),  # causal pairs
        (N * log2(N), N * log2(N) + N, (N,)),
        (2**L, 2**L - 1, (L,)),
        (2 * N, N, None),
        (N * D, N * D + N * D, None),
        (5 * n, 7 * n + 2, None),
        (100 * n, 101 * n, None),
    ],
)
def test_limits_in_which_a_claim_is_right(claim, exact, growing):
    found = right_to_leading_order(claim, exact)
    assert (found.growing if found else None) == growing
    if found:
        assert sympy.cancel(found.left_out - (exact - claim)) == 0
        assert found.all_large == (set(growing) == (claim + exact).free_symbols)
        far = {
            s: sympy.Integer(10) ** (40 if s in growing else 0)
            for s in (claim + exact).free_symbols
        }
        if not exact.has(2**L, log2):
            assert abs(claim.xreplace(far) / exact.xreplace(far) - 1) < Rational(1, 10**9)


def test_a_limit_that_was_asked_for():
    exact = 4 * N * D**2 + 2 * N**2 * D
    assert right_to_leading_order(2 * N**2 * D, exact, growing=[N]).growing == (N,)
    assert right_to_leading_order(2 * N**2 * D, exact, growing=[D]) is None
