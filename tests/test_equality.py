"""Equal or not: identities in other forms, mutations with numbers to redo, floors beside brute force."""

import itertools
import math
from fractions import Fraction

import pytest
import sympy
from deadline import cpu_limit
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sympy import (
    Abs,
    Integer,
    Max,
    Min,
    Mod,
    Product,
    Rational,
    Sum,
    ceiling,
    exp,
    floor,
    log,
    sqrt,
)

import symflops as sf
from symflops.claims.bounds import bounded
from symflops.claims.equality import decide
from symflops.claims.proofs import proof
from symflops.claims.series import closed
from symflops.claims.values import UndefinedError, value
from symflops.exprs import gcd, log2, minimum
from symflops.facts import Facts, at_least, divides, equal, more_than
from symflops.symbols import family, index

C, D, H, L, N, W, g, h, k, p, s, w = SYMBOLS = sf.dims("C D H L N W g h k p s w")
i, j = index("i"), index("j")
alpha = sf.dim("alpha", integer=False)


def redone(expr, sizes):
    """The value of an expression by sympy's own substitution, without our evaluation."""
    return expr.subs(sizes).doit()


def check_witness(a, b, found):
    assert found.equal is False
    witness = found.witness
    assert set(witness.sizes) == a.free_symbols | b.free_symbols
    assert all(size.is_Integer and size >= 1 for size in witness.sizes.values())
    claimed, actual = redone(a, witness.sizes), redone(b, witness.sizes)
    assert sympy.cancel(claimed - witness.claimed) == 0
    assert sympy.cancel(actual - witness.actual) == 0
    assert claimed != actual


# identities

IDENTITIES = [
    (2 * k**2 * (C / g) * (D / g) * H * W * g, 2 * k**2 * C * D * H * W / g),
    ((N**2 - 1) / (N - 1), N + 1),
    (1 / N + 1 / D, (N + D) / (N * D)),
    ((2 * C * D / g + 9 * D) / (2 * C * D + 9 * D**2), (2 * C + 9 * g) / (g * (2 * C + 9 * D))),
    (alpha * N / alpha, N),
    (1 / (2 * N + 4), 1 / (N + 2) / 2),
    (1 / (D - N) + 1 / (2 * N - 2 * D), 1 / (2 * D - 2 * N)),
    # roots
    (sqrt(N * D), sqrt(N) * sqrt(D)),
    (sqrt(N) * N, N ** Rational(3, 2)),
    (sqrt(N + 2 * sqrt(N) + 1), sqrt(N) + 1),
    (sqrt(N**2 + 2 * N * D + D**2), N + D),
    (sqrt(N**2 - 2 * N * D + D**2), Abs(N - D)),
    (1 / (sqrt(N) + 1), (sqrt(N) - 1) / (N - 1)),
    ((sqrt(N + 1) + sqrt(D)) ** 2, N + 1 + D + 2 * sqrt((N + 1) * D)),
    (sqrt(N + 1) * (N + 1), (N + 1) ** Rational(3, 2)),
    (1 / sqrt(N + 1), sqrt(N + 1) / (N + 1)),
    ((sqrt((N - D) / (N - H)) + 1) ** 2, 1 + (N - D) / (N - H) + 2 * sqrt((N - D) / (N - H))),
    (sqrt(2) * sqrt(3), sqrt(6)),
    ((N + 1) ** Rational(1, 3) * (N + 1) ** Rational(2, 3), N + 1),
    (sqrt(Rational(4, 9) * N), 2 * sqrt(N) / 3),
    # logarithms and powers
    (log2(N * D), log2(N) + log2(D)),
    (log2(N**3 / D), 3 * log2(N) - log2(D)),
    (log2(12 * N), 2 + log2(Integer(3)) + log2(N)),
    (log2(sqrt(N)), log2(N) / 2),
    (log2(sqrt(N + 1) * D), log2(N + 1) / 2 + log2(D)),
    (log(N) / log(2), log2(N)),
    (N ** (log(7) / log(2)), exp(log(7) * log(N) / log(2))),
    (N ** log2(D), D ** log2(N)),
    (2 ** log2(N), N),
    (exp(log(N) * 3), N**3),
    (4**L * 3**L, 12**L),
    (2 ** (2 * L + 1), 2 * (2**L) ** 2),
    (sqrt(2**L) * sqrt(2**L), 2**L),
    (N**L * N, N ** (L + 1)),
    (log2(8**L), 3 * L),
    (log2(3 ** (L / 2)), L * log2(Integer(3)) / 2),
    # sums and products
    (Sum(i, (i, 1, L)), L * (L + 1) / 2),
    (Sum(i**3, (i, 1, L)), (L * (L + 1) / 2) ** 2),
    (Sum(2**i, (i, 0, L - 1)), 2**L - 1),
    (Sum(k**i, (i, 0, L)), (k ** (L + 1) - 1) / (k - 1)),
    (Sum(i * 2**i, (i, 0, L)), (L - 1) * 2 ** (L + 1) + 2),
    (Sum(Sum(j, (j, 1, i)), (i, 1, L)), L * (L + 1) * (L + 2) / 6),
    (Sum(N * i + D, (i, 1, L)), N * Sum(j, (j, 1, L)) + D * L),
    (Sum(i**2, (i, 1, 7)), Integer(140)),
    (Sum(1 / i, (i, 1, L)), Sum(1 / (j + 1), (j, 0, L - 1))),
    (Sum(floor(N / i), (i, 1, L)), Sum(floor(N / j), (j, 1, L))),
    (Sum((2 * k * i) ** 2, (i, 1, L)), 4 * k**2 * L * (L + 1) * (2 * L + 1) / 6),
    (Product(2 * k, (i, 1, L)), (2 * k) ** L),
    (Product(2 / i, (i, 1, L)), 2**L * Product(1 / j, (j, 1, L))),
    (Product(i, (i, 1, 5)), Integer(120)),
    # minima and maxima
    (minimum(N, w) + Max(N, w), N + w),
    (Max(N, w) * Min(N, w), N * w),
    (Max(N, w) - Min(N, w), Abs(N - w)),
    (minimum(N, w), (N + w - Abs(N - w)) / 2),
    (minimum(N + 3, w + 3), minimum(N, w) + 3),
    (Max(N, w, h) + Min(-N, -w, -h), Integer(0)),
    (minimum(floor(N / 2), floor(N / 3)), floor(N / 3)),
    # floors
    (floor(N / 2) + ceiling(N / 2), N),
    (floor(N / 2) + floor(N / 2 + Rational(1, 2)), N),
    (sum(floor((N + n) / 5) for n in range(5)), N),
    (floor(N * (N + 1) / 2), N * (N + 1) / 2),
    (floor(floor(N / 2) / 3), floor(N / 6)),
    (floor(N * H / 2) - floor(N / 2) * H, floor(N * H / 2) - H * floor(N / 2)),
    (ceiling(H / s), floor((H - 1) / s) + 1),
    (ceiling(H / s), floor((H + s - 1) / s)),
    (floor((H + 2 * p - k) / s) + 1, floor((H + 2 * p - k + s) / s)),
    (Mod(N, 7), N - 7 * floor(N / 7)),
    (N**2 - 4 * floor(N / 2) ** 2, (N - 2 * floor(N / 2)) * (2 * N - 1)),
    (floor(N / 2) + ceiling(N / 2) + floor(sqrt(D)), N + floor(sqrt(D))),
    (floor(N / 2) + ceiling(N / 2) + sqrt(N), N + sqrt(N)),
    (floor(N / 2) + ceiling(N / 2) + floor(N / s), N + floor(N / s)),
    (floor(N / 1000) + 1, floor((N + 1000) / 1000)),
    # others
    (gcd(N, D) * 2, gcd(D, N) + gcd(N, D)),
    (family("C")[i - 1 + 1], family("C")[i]),
]


@pytest.mark.parametrize(("a", "b"), IDENTITIES)
def test_identities(a, b):
    for one, other in ((a, b), (b, a)):
        assert decide(one, other).equal is True
    assert decide(3 * a * C, C * (b + 2 * b)).equal is True


@pytest.mark.parametrize(("a", "b"), IDENTITIES)
def test_what_is_added_is_found(a, b):
    """Every identity with one more on a side is refuted, where numbers go in at all."""
    if not (a.has(i) and not a.has(Sum, Product)):
        found = decide(a, b + 1)
        assert found.equal is False
        assert found.witness.actual != found.witness.claimed


# laws of formulas

sizes = st.sampled_from((N, D, H, k))
leaves = st.one_of(sizes, st.integers(1, 9).map(Integer))
formulas = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda ab: ab[0] + ab[1]),
        st.tuples(inner, inner).map(lambda ab: ab[0] * ab[1]),
        st.tuples(inner, inner).map(lambda ab: ab[0] - ab[1]),
        st.tuples(inner, sizes).map(lambda ab: ab[0] / ab[1]),
        inner.map(lambda e: e**2),
    ),
    max_leaves=8,
)
RENAMED = dict(zip((N, D, H, k), sf.dims("x y z t"), strict=True))


@settings(max_examples=80, deadline=None, derandomize=True)
@given(formulas)
def test_other_forms_of_a_formula_are_equal(e):
    forms = [
        e,
        sympy.expand(e),
        sympy.factor(e),
        sympy.together(e),
        sympy.cancel(e),
        sympy.apart(e, N),
    ]
    for form in forms:
        assert decide(e, form).equal is True
        assert decide(form.xreplace(RENAMED), e.xreplace(RENAMED)).equal is True


def mutations(e):
    """A factor, a sign, an exponent, a dropped term, a swapped symbol."""
    terms = sympy.Add.make_args(sympy.expand(e))
    yield 2 * e
    yield -e
    yield e * N
    yield e - terms[0]
    yield e - 2 * terms[-1]
    yield e.xreplace({N: D, D: N})
    yield e.xreplace({H: k})


@settings(max_examples=60, deadline=None, derandomize=True)
@given(formulas)
def test_mutated_formulas_are_refuted_by_numbers_to_redo(e):
    for mutated in mutations(e):
        found = decide(mutated, e)
        if sympy.cancel(mutated - e) == 0:
            assert found.equal is True
        else:
            check_witness(mutated, e, found)
            assert sympy.cancel(found.difference - (e - mutated)) == 0


# floors and minima beside brute force

numbers = st.integers(-4, 4).map(Integer)
linear = st.tuples(numbers, numbers, numbers).map(lambda c: c[0] * N + c[1] * H + c[2])
rounded = st.tuples(st.sampled_from((floor, ceiling)), linear, st.integers(2, 4)).map(
    lambda rule: rule[0](rule[1] / rule[2])
)
nested = st.tuples(rounded, numbers, st.integers(2, 3)).map(lambda t: floor((t[0] + t[1]) / t[2]))
pieces = st.one_of(rounded, nested, linear, st.tuples(rounded, linear).map(lambda t: t[0] * t[1]))
stairs = st.lists(pieces, min_size=1, max_size=3).map(lambda parts: sympy.Add(*parts))
GRID = list(itertools.product(range(1, 26), repeat=2))


def on_grid(e, places=GRID):
    counted = sympy.lambdify((N, H), e, {"floor": math.floor, "ceiling": math.ceil, "minimum": min})
    return [counted(Fraction(n), Fraction(m)) for n, m in places]


@settings(max_examples=80, deadline=None, derandomize=True)
@given(stairs, stairs, st.booleans())
def test_floors_beside_brute_force(a, other, sames):
    b = a.xreplace({floor(N / 2): N - ceiling(N / 2)}) + (0 if sames else other)
    assume(a.free_symbols | b.free_symbols <= {N, H})
    found = decide(a, b)
    everywhere = on_grid(a) == on_grid(b)
    assert found.equal is everywhere
    if not everywhere:
        check_witness(a, b, found)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(rounded, st.integers(2, 6))
def test_hermites_identity_with_any_stair(stair, m):
    """⌊x⌋ + ⌊x + 1/m⌋ + … + ⌊x + (m - 1)/m⌋ = ⌊m·x⌋ for x = a quarter of a stair."""
    x = (3 * stair + N) / 4
    assert decide(sum(floor(x + Rational(n, m)) for n in range(m)), floor(m * x)).equal in {
        True,
        None,
    }
    assert decide(floor(x) + floor(x + Rational(1, 2)), floor(2 * x)).equal is True


@settings(max_examples=60, deadline=None, derandomize=True)
@given(linear, linear, linear, linear)
def test_minima_beside_brute_force(a, b, c, d):
    one = minimum(a, b) + minimum(c, d)
    other = minimum(a + minimum(c, d), b + minimum(d, c))
    assert decide(one, other).equal is True
    swapped = minimum(a, c) + minimum(b, d)
    found = decide(one, swapped)
    assert found.equal is not True or on_grid(one) == on_grid(swapped)
    if on_grid(one) != on_grid(swapped):
        check_witness(one, swapped, found)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 4), st.integers(1, 3), st.integers(-2, 3), st.integers(0, 2))
def test_sums_beside_adding_up(power, ratio, first, more):
    body = (i + D) ** power * ratio**i
    whole = Sum(body, (i, first + 2, L + first + more + 1))
    for n in range(1, 6):
        added = sum((m + D) ** power * ratio**m for m in range(first + 2, n + first + more + 2))
        assert decide(whole.xreplace({L: Integer(n)}), added).equal is True
    last = Sum(body, (i, first + 2, L + first + more)) + body.xreplace({i: L + first + more + 1})
    assert decide(whole, last).equal is True
    assert decide(whole, last + 1).equal is False


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 3), st.integers(-3, 2), st.integers(0, 2))
def test_sums_of_minima_beside_adding_up(first, ahead, power):
    """Windows: every position sees those before it, but no more than w + 3."""
    whole = Sum(i**power * minimum(i + ahead, w + 3), (i, first, L + first - 1))
    closed_ = closed(whole)
    assert not closed_.has(Sum)
    for n, wide in itertools.product(range(1, 9), range(1, 4)):
        sizes_ = {L: Integer(n), w: Integer(wide)}
        added = sum(m**power * min(m + ahead, wide + 3) for m in range(first, n + first))
        assert redone(closed_, sizes_) == added
    assert (
        decide(
            whole,
            whole.function.xreplace({i: L + first - 1})
            + Sum(whole.function, (i, first, L + first - 2)),
        ).equal
        is not False
    )


def test_a_window_that_is_full_in_closed_form():
    seen = Sum(minimum(i, w), (i, 1, N))
    assert decide(seen, w * N - w * (w - 1) / 2, [at_least(N, w)]).equal is True
    assert decide(seen, w * N - w * (w + 1) / 2, [at_least(N, w)]).equal is False
    assert decide(seen, w * N - w * (w - 1) / 2).equal is False


# facts


@pytest.mark.parametrize(
    ("a", "b", "facts"),
    [
        (floor(D / h) * h, D, [divides(h, D)]),
        (floor(N / 32) * 32, N, [divides(64, N)]),
        (N * D, N * h * k, [equal(h * k, D)]),
        (3 * H * W, 3 * H**2, [equal(H, W)]),
        (H * C, W * C, [equal(3 * H, 3 * W)]),
        (2 * D * w, 8 * D**2, [equal(w, 4 * D)]),
        (minimum(N, w), w, [at_least(N, w)]),
        (Abs(N - w), N - w, [at_least(N, w)]),
        (Max(N, 7), N, [more_than(N, 6)]),
        (floor(N / 2) + floor(N / 2), N, [divides(2, N)]),
        (N * D, L, [equal(N, L / D)]),
    ],
)
def test_facts_make_equal(a, b, facts):
    assert decide(a, b, facts).equal is True
    assert decide(a, b, Facts(tuple(facts))).equal is True
    open_ = decide(a, b)
    check_witness(a, b, open_)
    more = decide(a, b + 1, facts)
    assert more.equal is False
    sizes_ = more.witness.sizes
    known = {s: sizes_.get(s, s) for r in facts for s in r.symbols}
    assert all(Facts().decide(r.at(known)) is not False for r in facts)


def test_a_witness_agrees_with_the_facts():
    facts = [divides(h, D), at_least(N, D), divides(12, H)]
    found = decide(N * D * H, N * D * H / h + w, facts)
    sizes_ = found.witness.sizes
    assert sizes_[D] % sizes_[h] == 0
    assert sizes_[N] >= sizes_[D]
    assert sizes_[H] % 12 == 0


# witnesses


def test_witnesses_are_small_different_and_whole():
    assert decide(N**3, N**2 * D).witness.sizes == {D: 2, N: 3}  # not 2 and 2, where both are 8
    found = decide(2 * k**2 * C * D / g, 2 * k**2 * C * D).witness
    assert found.claimed.is_Integer
    assert max(found.sizes.values()) <= 10
    valid = floor((H - k) / s) + 1
    found = decide(valid * C, ((H - k) / s + 1) * C).witness
    assert found.claimed > 0  # no kernel that is larger than its input
    assert str(decide(N, D).witness) == "D = 2, N = 3: 3, not 2"
    assert str(decide(153, 154).witness) == "153, not 154"
    assert decide(floor(N / 7), floor((N + 6) / 7)).witness.sizes == {N: 8}  # 1 and 2


def test_remainders_tell_where_floors_differ():
    found = decide(floor(N / 97), floor((N + 1) / 97)).witness
    assert found.sizes == {N: 96}
    assert (found.claimed, found.actual) == (0, 1)


def test_floors_of_what_is_not_whole_are_not_taken_for_it():
    """Where the first numbers are squares, only a proof could go wrong."""
    for inside in (sqrt(D), log2(D), sqrt(N + 1)):
        found = proof(floor(N / 2) + ceiling(N / 2) + floor(inside), N + inside, Facts())
        assert found.holds is None
    assert proof(floor(alpha / 2) + floor((alpha + 1) / 2), alpha, Facts()).holds is None
    assert proof(floor((N + alpha) / 2) + floor((N + 1) / 2), N + alpha / 2, Facts()).holds is None


def test_roots_of_what_may_be_negative_are_not_parted():
    cube = Rational(1, 3)
    assert proof(((N - D) ** 2) ** cube, (N - D) ** cube, Facts()).holds is None
    assert proof(sqrt((N - D) * (N - H)), sqrt(N - D) * sqrt(N - H), Facts()).holds is None
    assert proof(((D - N) ** 4) ** Rational(1, 4), D - N, Facts()).holds is None
    assert proof(log2((N - D) ** 2), 2 * log2(N - D), Facts()).holds is None
    assert proof(((N - D) ** 2) ** alpha, (N - D) ** (2 * alpha), Facts()).holds is None
    assert proof(sqrt((N - D) ** 2), N - D, Facts((at_least(N, D + 1),))).holds is True


def test_families_are_refuted_with_sequences():
    widths = family("C")
    claim = Sum(widths[i] * widths[i - 1], (i, 1, L))
    found = decide(claim, 2 * claim)
    assert found.equal is False
    assert (
        redone(claim, {L: found.witness.sizes[L]}).xreplace(found.witness.sizes)
        == found.witness.claimed
    )
    assert decide(claim, Sum(widths[j + 1] * widths[j], (j, 0, L - 1))).equal is True


def test_irrational_values_are_told_apart_for_certain():
    assert decide(sqrt(2), Rational(99, 70)).equal is False
    assert decide(log2(Integer(3)), Rational(19, 12)).equal is False
    assert decide(log2(N), sqrt(N)).equal is False


def test_values_of_sums():
    assert value(Sum(i * L, (i, 1, L)), {L: Integer(3)}) == 18
    assert value(Sum(i, (i, 1, L - 1)), {L: Integer(1)}) == 0  # over nothing
    for backwards_or_long in (
        Sum(i, (i, 1, L - 3)),
        Sum(i, (i, 1, 1000 * L)),
        Sum(Sum(1, (j, 1, 99 * L)), (i, 1, 99)),
    ):
        with pytest.raises(UndefinedError):
            value(backwards_or_long, {L: Integer(1)})


# what is open, and what is too long


def test_what_is_not_decided_says_what_is_missing():
    found = decide(sympy.factorial(N), Product(i, (i, 1, N)))
    assert found.equal is None
    assert "factorial" in found.missing
    assert found.difference != 0
    unknown = sympy.Function("c_k")(N)
    assert decide(unknown, unknown + 0 * N).equal is True
    assert decide(unknown, N).equal is None


def test_no_formula_is_refused():
    for wrong in (sympy.oo, sympy.nan, "N", None, sympy.zoo):
        with pytest.raises(sf.ArgumentError):
            decide(wrong, N)


many = [sf.dim(f"a{n}") + sf.dim(f"b{n}") for n in range(30)]


@pytest.mark.parametrize(
    ("a", "b", "answer"),
    [
        (2 ** (10**9 * L), 2**L, {None, False}),
        (2 ** (2**L), 2 ** (2**L) + 1, {False}),
        (L ** (L**L), L, {False}),
        (sympy.Mul(*many), sympy.Mul(*many[::-1]), {True}),
        (sympy.Mul(*many), sympy.Mul(*(sympy.expand(-3 * f) for f in many)) / 3**30, {True}),
        (sympy.Mul(*many), sympy.Mul(*many[1:]) * (many[0] + 1), {False}),
        (sympy.Mul(*many), sympy.Mul(*many[1:]) * (7 * sf.dim("a0") - Rational(7, 2) * sf.dim("b0")), {False}),
        ((N + D) ** 5000, (D + N) ** 5000 + 1, {None, False}),
        ((N + D + 1) ** 300 * (N - D) ** 200, (N + D) ** 500, {False}),
        (sum(floor(N / n) for n in range(2, 40)), sum(floor(D / n) for n in range(2, 40)), {False}),
        (sum(minimum(N, D * n) for n in range(2, 40)), N, {False}),
        (sum(Abs(N - n) for n in range(30)), sum(Abs(n - N) for n in range(30)), {True}),
        (Sum(Sum(Sum(floor(i / j), (i, 1, j)), (j, 1, L)), (L, 1, N)), N, {False, None}),
        (Sum(1 / i, (i, 1, 10**9)), N, {None, False}),
        (sympy.Integer(10) ** 5000 * N, N, {None, False}),
        (floor(N / 1_000_003), floor((N + 1) / 1_000_003), {None, False}),
        (log2(log2(log2(N) + 1) + 1), N, {False}),
        (sqrt(sqrt(sqrt(N + 1) + 1) + D), N, {False}),
        (1 / (N - N * D / D + 1), 1, {True}),
        (sympy.expand(sum(SYMBOLS[:6]) ** 2) ** 4, sum(SYMBOLS[:6]) ** 8, {True}),
        (sympy.expand(sum(SYMBOLS[:6]) ** 2) ** 4, 2 * sum(SYMBOLS[:6]) ** 8, {False}),
        (sum(sf.dim(f"x{n}") for n in range(600)) ** 2, N, {False, None}),
    ],
)  # fmt: skip
def test_hostile_sizes_are_answered_in_time(a, b, answer):
    with cpu_limit(30):  # it takes about one second
        found = decide(a, b)
    assert found.equal in answer
    if found.equal is None:
        assert found.missing


# bounds


@pytest.mark.parametrize(
    ("a", "sign", "b", "holds"),
    [
        (2 * sqrt(N * D), "<=", N + D, True),
        (2 * H * W * sqrt(C * D) + C * D, "<=", H * W * (C + D) + C * D, True),  # ShuffleNet v2
        (2 * sqrt(N * D), "<", N + D, False),
        (2 * N * D, "<=", N**2 + D**2, True),
        (N * D / (N + D), "<", N, True),
        (N + 1, ">", N, True),
        (N**2, ">=", 4 * N - 4, True),
        (N**2, ">", 4 * N - 4, False),
        (N**2, ">=", 4 * N, False),
        (floor(N / 2), "<=", N / 2, True),
        (minimum(N, D), "<=", N, None),
        (log2(N), "<", N, None),
        (N, "<=", N, True),
        (N, "<", N, False),
        (sqrt(2), "<", Rational(3, 2), True),
        (Sum(i, (i, 1, L)), "<=", L**2, True),
    ],
)
def test_bounds(a, sign, b, holds):
    found = bounded(a, sign, b)
    assert found.equal is holds
    turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}[sign]
    assert bounded(b, turned, a).equal is holds
    if holds is False:
        compared = {"<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}[sign]
        values = (redone(side, found.witness.sizes) for side in (a, b))
        assert not getattr(next(values), compared)(next(values))
    if holds is None:
        assert found.missing.startswith("no rule says whether")


@settings(max_examples=50, deadline=None, derandomize=True)
@given(formulas, formulas)
def test_bounds_beside_small_numbers(a, b):
    found = bounded(a, "<=", b)
    places = [
        dict(zip((N, D, H, k), n, strict=True)) for n in itertools.product((1, 2, 5), repeat=4)
    ]
    apart = [(b - a).xreplace({s: Integer(n) for s, n in place.items()}) for place in places]
    if any(value < 0 for value in apart):
        assert found.equal is not True
    if found.equal is False:
        assert found.witness.claimed > found.witness.actual


def test_there_is_no_other_bound():
    with pytest.raises(sf.ArgumentError, match="'=' is no bound; there are <, <=, >, >="):
        bounded(N, "=", D)
