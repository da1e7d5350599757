"""Where one formula overtakes another, and where one is least: held against every whole number of a range."""

import itertools
import math
from fractions import Fraction

import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sympy import Rational, ceiling, floor, oo, sqrt

import symflops as sf
from symflops.arithmetic import read_fact
from symflops.exprs import log2, minimum

N, D, L, M, b, c, d, k, w = sf.dims("N D L M b c d k w")
alpha = sf.dim("alpha", integer=False)
FAR = 400


def value(e, n):
    """Evaluate a formula at a whole number, by fractions."""
    e = sympy.Integer(e) if isinstance(e, int) else e
    if e.is_Symbol:
        return Fraction(n)
    if e.is_Rational:
        return Fraction(e.p, e.q)
    parts = [value(arg, n) for arg in e.args]
    if e.is_Pow:
        return parts[0] ** int(e.exp)
    rule = {sympy.Add: sum, sympy.Mul: math.prod, minimum: min}
    rule |= {floor: lambda x: math.floor(x[0]), ceiling: lambda x: math.ceil(x[0])}
    return Fraction(rule[e.func](parts))


polynomials = st.lists(st.integers(-60, 60), min_size=2, max_size=5).map(
    lambda cs: sum(c * N**i for i, c in enumerate(cs))
)
rounded = st.sampled_from(
    [
        sympy.Integer(0),
        floor(N / 7),
        3 * ceiling(N / 4),
        N * floor((N + 1) / 3),
        minimum(N, 25),
        -2 * minimum(N**2, 10 * N + 7),
        minimum(floor(N / 2), 9) * N,
        floor(minimum(N, 30) / 4),
        floor(floor(N / 2) / 3) ** 2,
    ]
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(polynomials, st.lists(rounded, max_size=2), polynomials)
def test_from_the_first_on_and_at_none_before(p, others, q):
    a, e = sum(others, p), q
    found = sf.crossover(a, e, N) if (a - e).free_symbols else None
    assume(found is not None)
    above = [value(a, n) > value(e, n) for n in range(1, FAR)]
    if found.never:
        assert found.first is None
        assert not all(above[-150:])
    elif found.first < FAR:
        assert all(above[found.first - 1 :])
        assert found.first == 1 or not above[found.first - 2]
        assert found.always == (found.first == 1)
        assert found.always or found.first - 1 <= found.at < found.first


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    polynomials,
    polynomials,
    st.sampled_from(["N >= 12", "N > 40", "8 | N", "6 | N", "3 | N + 1", "N <= 100", "N | 120"]),
    st.sampled_from(["N >= 3", "4 | N", "N <= 300"]),
)
def test_facts_leave_fewer_numbers(p, q, fact, other):
    assume((p - q).free_symbols)
    relations = [read_fact(text) for text in (fact, other)]
    numbers = [n for n in range(1, FAR) if all(known(relation, n) for relation in relations)]
    found = sf.crossover(p, q, N, assume=(fact, other))
    above = [value(p, n) > value(q, n) for n in numbers]
    if found.never:
        assert not above[-1] or numbers[-1] > FAR - 30
    else:
        assert found.first in numbers
        place = numbers.index(found.first)
        assert all(above[place:])
        assert place == 0 or not above[place - 1]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.integers(-9, 9), st.integers(-9, 9), st.integers(-9, 9), st.integers(1, 9), st.integers(1, 9)
)
def test_closed_forms_are_where_the_signs_change(p, q, r, x, y):
    """With D in it the answer is a formula; with a number in its place it is the crossing of numbers."""
    a, e = x * N**2 + p * N * D, y * N * D + q * D**2 + r * D
    try:
        found = sf.crossover(a, e, N)
    except sf.NotClosedError:
        return
    for n in (1, 2, 5, 11):
        if any(not holds(relation, n) for relation in found.conditions):
            continue
        at = found.expr.subs(D, n) if not found.never else oo
        numbers = sf.crossover(a.subs(D, n), e.subs(D, n), N)
        first = next(m for m in itertools.count(1) if m > at)
        assert first == numbers.first


def known(relation, n):
    """Decide a fact about one symbol for a number."""
    left, right = value(relation.left, n), value(relation.right, n)
    return right % left == 0 if relation.sign == "|" else left >= right


def holds(relation, n):
    left, right = relation.left.subs(D, n), relation.right.subs(D, n)
    return left >= right if relation.sign == ">=" else left > right


@pytest.mark.parametrize(
    ("a", "e", "at"),
    [
        (4 * N**2 * D, 24 * N * D**2, 6 * D),  # attention against everything else in a block
        (2 * N**2 * D, 8 * N * D**2, 4 * D),  # scores and weighting against the MLP
        (4 * N * D**2 + 2 * N**2 * D, 8 * N * D**2, 2 * D),  # attention with its projections
        (N**2, D * N + c, D / 2 + sqrt(D**2 + 4 * c) / 2),
        (N**3, D, D ** Rational(1, 3)),
        (N**4, D * N**2 + 1, sqrt(D + sqrt(D**2 + 4)) / sqrt(2)),
        (N / (N + D), Rational(1, 2), D),
        ((N - 2 * D) * (N - 3 * D), 0, 3 * D),
        ((N - 2 * D) ** 2 * (N - D), 0, 2 * D),
        ((N - 1) * (3 * N - 4), 0, Rational(4, 3)),  # isolated by ranges that touch
        (3 * N * D, 2 * N * D, 0),
        (2 * N * D, 3 * N * D, oo),
        (D / N, w, oo),
        (alpha**2, 2 * alpha, None),
        (D * N, D * floor(M / 2), floor(M / 2)),
    ],
)
def test_closed_forms(a, e, at):
    if at is None:
        assert sf.crossover(a, e, alpha) == 2
        return
    found = sf.crossover(a, e, N)
    assert found.at == at or sympy.expand(found.at - at) == 0
    assert found.first is None or found.at.is_Rational


def test_signs_that_are_open_are_conditions():
    found = sf.crossover((D - 4) * N, 5, N)
    assert str(found) == "a > b for N > 5/(D − 4) (D ≥ 5)"
    assert sf.crossover((D - 4) * N, 5, N, assume="D >= 6").conditions == ()
    assert sf.crossover((D - 4) * N, 5, N, assume="D <= 4").never
    found = sf.crossover(N**2 + c, D * N, N)
    assert str(found) == "a > b for N > D/2 + √(D² − 4 c)/2 (D² ≥ 4 c)"
    assert sf.crossover(N**2 + 5 * D**2, D * N, N).always


def test_facts_bound_the_symbol():
    assert sf.crossover((c - D) ** 2 * N, (c - D) ** 2 * D, N, assume="D > c") == D
    assert sf.crossover((c - D) ** 2 * N, (c - D) ** 2 * D, N, assume="c > D") == D
    assert sf.crossover((c - D) * N, (c - D) * D, N, assume="D > c").never
    assert sf.crossover(N**2, w * N, N, assume="N > w").always
    assert sf.crossover(N * D, w * D, N, assume="N <= w").never
    assert str(sf.crossover(N**2, w * N, N, assume="N >= w")) == "a > b for N > w (N ≥ w)"
    assert sf.crossover(7 * floor(N / 7), D, N, assume="7 | N") == D
    assert sf.crossover(minimum(N, w) * N, D * N, N, assume="N <= w") == D


@pytest.mark.parametrize(
    ("a", "e", "said"),
    [
        (N**2, N * minimum(N, w), "N > w"),  # everybody against a window
        (N**2, 2 * N * minimum(N, w) + D * N, "N > D + 2 w"),
        (2 * minimum(N, w), w, "N > w/2"),  # before the window is full
        (minimum(N, w), w - 1, "N > w − 1"),
        (w + 1, minimum(N, w), "every N"),
        (N * minimum(N, w), N * minimum(N, D), "N > D (w ≥ D + 1)"),
        (D * (N + w) ** 2, D * minimum(N, 40) * 100, None),
    ],
)
def test_a_window_of_symbolic_width(a, e, said):
    if said is None:
        with pytest.raises(sf.NotClosedError, match="whether a > b for N beyond 40 or before"):
            sf.crossover(a, e, N)
        return
    assert str(sf.crossover(a, e, N)) == f"a > b for {said}"
    assert sf.crossover(e, a, N).never or said == "every N" or "(" in said


def test_windows_of_attention():
    whole, local = (
        sf.cost(sf.MultiheadAttention(D, 8, causal=True, window=width), (N, D))
        for width in (None, w)
    )
    assert sf.crossover(whole, local, N) == w
    assert sf.crossover(whole, local.at(w=512), N).first == 513
    mlp = sf.cost(sf.FeedForward(D, 4 * D), (N, D))
    # beyond the window it depends on D and w, and then before it, too
    with pytest.raises(sf.NotClosedError, match="beyond w or before is not known"):
        sf.crossover(mlp, local, N)


def test_factors_without_the_symbol_do_not_count():
    assert sf.crossover(D * N**2, 8 * D * N * log2(N), N).first == 44
    assert sf.crossover((D - c) * N, (D - c) * floor(N / 2), N, assume="D > c").always
    assert sf.crossover((D - c) * N, (D - c) * floor(N / 2), N, assume="c > D").never


def test_functions_of_sympy_are_taken_over():
    assert sf.crossover(N**2, 100 * N * sympy.log(N, 2), N).first == 997
    assert sf.crossover(N**2 / 2, N * sympy.Min(N, 512), N).first == 1025
    assert sf.crossover(sympy.Max(N, 10), 10, N).first == 11
    assert sf.crossover(N**2, N * sympy.Min(N, w, w + 3), N) == w


def test_equal_sizes():
    assert sf.crossover(N * D, N * w + D, N, assume="w = D").never
    assert sf.crossover(2 * N * D, N * w + w**2, N, assume="w = D") == D


def test_costs():
    up, attention = sf.Linear(D, 4 * D), sf.MultiheadAttention(D, 8)
    mlp = sf.cost(sf.Sequential(up, sf.GELU(), sf.Linear(4 * D, D)), (N, D))
    whole = sf.cost(attention, (N, D))
    assert sf.crossover(whole, mlp, N) == 2 * D
    quadratic = whole["scores"].macs + whole["weighting"].macs
    assert sf.crossover(quadratic, mlp, N) == 4 * D
    assert sf.crossover(quadratic, mlp.macs + 4 * N * D**2, N) == 6 * D
    numbers = sf.crossover(whole.at(D=64), mlp.at(D=64), N)
    assert (numbers.at, numbers.first) == (128, 129)
    assert sf.crossover(whole, mlp, N, metric="params").never
    assert sf.crossover(mlp, whole, N, metric="params").always


def test_networks_with_rounded_sizes():
    H = sf.dim("H")
    deep = sf.cost(sf.zoo.resnet18()).at(W=224)
    other = sf.cost(sf.zoo.mobilenet_v2()).at(W=224)
    found = sf.crossover(deep, other, H)
    assert found.always
    limit = 10**9
    found = sf.crossover(deep, limit, H)
    macs = [deep.at(H=n).macs for n in (found.first - 1, found.first)]
    assert macs[0] <= limit < macs[1]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([-40, -7, -2, -1, 1, 2, 3, Rational(5, 3)]),
            st.sampled_from(
                [
                    N**2,
                    N * log2(N),
                    log2(N),
                    log2(N + 3) ** 2,
                    sqrt(N),
                    N * sqrt(N),
                    N * floor((N + 1) / 2),
                    N**2 * log2(2 * N + 1),
                    log2(N) / N,
                    2**N,
                    3 ** (N - 1),
                    sympy.Integer(5),
                ]
            ),
        ),
        min_size=2,
        max_size=4,
    )
)
def test_logarithms_roots_and_powers(parts):
    e = sum(c * f for c, f in parts)
    assume(e.has(N))
    found = sf.crossover(e, 0, N)
    if found.never:
        assert sf.limit(e, N) <= 0
        return
    assert sf.limit(e, N) >= 0
    for n in (*range(found.first, found.first + 40), 3 * found.first, 10 * found.first):
        assert near(e, n) > 0
    if found.first > 1:
        assert near(e, found.first - 1) <= 0


def near(e, n):
    """Return a formula at a whole number to 60 digits, or exactly."""
    return sympy.N(e.replace(log2, lambda x: sympy.log(x, 2)).xreplace({N: sympy.Integer(n)}), 60)


@pytest.mark.parametrize(
    ("a", "e", "first"),
    [
        (N**2, 100 * N * log2(N), 997),
        (2**N, N**5, 23),
        (N * sqrt(N), 30 * N, 901),
        (N, log2(N) ** 2, 17),  # equal at 16
        (N, 3 * log2(N), 10),
        (floor(N / 2) * log2(N), 5 * N, 1030),
        (N * floor(N / 2), Rational(49, 100) * N**2 + log2(N), 60),  # what is rounded off counts
        (floor(minimum(floor(N / 2), 30) / 3), 5, 36),
        (floor(minimum(floor(N / 2), 30) / 2), 5, 24),
        (7 * floor(N / 7), N - 6, None),  # equal where N is 6 more than a multiple
        (7 * floor(N / 7), N - 7, 1),
        (N, minimum(N, 40), 41),
    ],
)
def test_first_numbers(a, e, first):
    assert sf.crossover(a, e, N).first == first


def test_what_is_said():
    assert str(sf.crossover(N**2, 2 * N + 5, N)) == "a > b from N = 4 on, beyond √(6) + 1"
    assert str(sf.crossover(N**2, 9, N)) == "a > b from N = 4 on"
    assert str(sf.crossover(N, N, N)) == "a = b for every N"
    assert sf.crossover(N, N, N).never
    assert str(sf.crossover(3 * N, 2 * N, N)) == "a > b for every N"
    assert str(sf.crossover(N, 2 * N, N)) == "a does not stay above b, however great N is"
    assert (
        str(sf.crossover(N, 33, N, assume="32 | N")) == "a > b from N = 64 on, beyond 33 (32 | N)"
    )
    found = sf.crossover(4 * N**2 * D, 24 * N * D**2, N)
    assert found._repr_latex_() == "a > b for $N$ > $6 D$"
    assert found == 6 * D
    assert found / D == 6


@pytest.mark.parametrize(
    ("a", "e", "message"),
    [
        (N**3, D * N + 1, "no elementary root in N: put numbers in"),
        (floor(N / 7), D, "no polynomial in N: put numbers in .* or state"),
        ((N - 2 * D) * (N - 3 * w), 0, r"which of 2\*D, 3\*w is the greatest is not known"),
        (floor(N / 2003), floor(N / 2011) + 5, "4,028,033 remainders of N"),
        (floor(100 / N), 5, "no polynomial, even for each remainder"),
        (N * log2(N), 10**6 * N, r"lies beyond 2\*\*256"),
        (minimum(N, 9) * log2(N), 20, "no powers, roundings or logarithms"),
        (N**70, 100 * N**3 + N, "degree 67|degree 69|degree 70"),
        (sympy.sin(N), 5, r"where sin\(N\) - 5 is above 0"),
        (N, sympy.log(N) + 9, r"where N - log\(N\) - 9 is above 0"),
    ],
)
def test_what_is_not_followed(a, e, message):
    with pytest.raises(sf.NotClosedError, match=message):
        sf.crossover(a, e, N)


def test_what_is_no_question():
    with pytest.raises(sf.ArgumentError, match=r"crossover\(\) takes costs and expressions"):
        sf.crossover(sf.Linear(N, N), 3, N)
    with pytest.raises(sf.ArgumentError, match=r"crossover\(\) needs a symbol"):
        sf.crossover(N, 3, 4)
    with pytest.raises(
        sf.ArgumentError, match="does not depend on N: it does on the sign of D - 2"
    ):
        sf.crossover(D, 2, N)
    for constant in (sympy.pi, sympy.I):
        with pytest.raises(sf.ArgumentError, match=f"formulas that count; .* has {constant}"):
            sf.crossover(constant * N, 5, N)


# where a formula is least


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(st.integers(-9, 30), min_size=1, max_size=4),
    st.lists(st.integers(1, 200), min_size=1, max_size=2),
)
def test_the_best_whole_number_is_the_best_of_all(above, below):
    e = sum(x * b**i for i, x in enumerate(above)) + sum(
        x / b ** (i + 1) for i, x in enumerate(below)
    )
    values = [value(e, n) for n in range(1, FAR)]
    try:
        found = sf.optimum(e, over=b)
    except sf.NotClosedError as error:
        assert "no place where it is least" in str(error)  # noqa: PT017
        assert values[-1] < min(values[:-100])
        return
    if found.best < FAR:
        assert found.least == min(values)
        assert found.best == values.index(min(values)) + 1
    assert found.value <= found.least


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.integers(1, 60), st.integers(1, 9), st.sampled_from(["b <= 50", "b >= 4", "b | 60", "3 | b"])
)
def test_the_best_number_that_facts_leave(x, y, fact):
    e = y * b + x / b
    numbers = [n for n in range(1, FAR) if known(read_fact(fact), n)]
    found = sf.optimum(e, over=b, assume=fact)
    assert found.least == min(value(e, n) for n in numbers)
    assert found.best in numbers


def test_roundings_are_tried():
    e = 7 * ceiling(Rational(100) / b) + 3 * b
    found = sf.optimum(e, over=b, assume="b <= 100")
    assert (found.best, found.least, found.at) == (17, 93, 17)
    assert found.least == min(value(e, n) for n in range(1, 101))
    with pytest.raises(sf.NotClosedError, match=r"by trying: bound b, assume='b <= …'"):
        sf.optimum(e, over=b)
    with pytest.raises(sf.NotClosedError, match="no more than 20,000"):
        sf.optimum(e, over=b, assume="b <= 30000")


@pytest.mark.parametrize(
    ("e", "at", "least"),
    [
        (L * k * d + L**2 * d / k, sqrt(L), 2 * L ** Rational(3, 2) * d),  # routing attention
        (c * k + d / k, sqrt(d / c), 2 * sqrt(c * d)),
        (c * k + (D + 1) / k + N, sqrt((D + 1) / c), N + 2 * sqrt(c * (D + 1))),
        ((k - D) ** 2 + 1, D, 1),
        (c * k, 1, c),
        (2 * D**2 * k**3 - 3 * D * k, sqrt(2) / (2 * sqrt(D)), -sqrt(2) * sqrt(D)),
        (k**2 / (k + D) + D / (k + D), None, None),
    ],
)
def test_closed_forms_of_the_least(e, at, least):
    found = sf.optimum(e, over=k)
    if at is not None:
        assert sympy.cancel((found.at / at) ** 2 - 1) == 0
        assert sympy.expand(found.value - least) == 0
    for numbers in ({L: 9, d: 4, c: 3, D: 7, N: 2}, {L: 30, d: 5, c: 2, D: 3, N: 11}):
        there, formula = found.at.subs(numbers), e.subs(numbers)
        if there <= 0:
            continue
        best = formula.subs(k, there)
        assert sympy.expand(best - found.value.subs(numbers)) == 0
        for other in (there / 2, there * Rational(9, 10), there * Rational(11, 10), 2 * there):
            assert formula.subs(k, other) >= best or (found.at == 1 and other < 1)


def test_signs_and_bounds_of_the_least():
    assert str(sf.optimum((D - 4) / b + b, over=b)) == (
        "least for b = √(D − 4), where it is 2 √(D − 4) (D ≥ 5)"
    )
    assert sf.optimum(c / b, over=b, assume="b <= D") == D
    assert sf.optimum(c * b + c / b, over=b, assume="b >= 8") == 8
    assert sf.optimum(c * b, over=b, assume="b >= w") == w
    assert sf.optimum(c * b + D**2 * c / b, over=b, assume="b <= D") == D
    assert sf.optimum(ceiling(N / b) + b, over=b, assume="b | N") == sqrt(N)
    assert sf.optimum(alpha + 1 / alpha, over=alpha) == 1
    for e in (c / b, -c * b, c * b - D * b**2, 5 - b, 1 / b, b / (b**2 + 1)):
        with pytest.raises(sf.NotClosedError, match=r"no (one )?place where it is least"):
            sf.optimum(e, over=b)
    with pytest.raises(sf.NotClosedError, match="the signs of its coefficients"):
        sf.optimum(b**2 * D - (D - 5) * b + (D - 3) / b, over=b)
    with pytest.raises(sf.NotClosedError, match="no elementary root"):
        sf.optimum(c * b**2 + d * b + D / b, over=b)
    with pytest.raises(sf.ArgumentError, match="does not depend on b"):
        sf.optimum(D, over=b)


def test_best_of_a_cost():
    tiles = sf.cost(sf.Linear(D, k), (N, D)).macs + N * D**2 / k
    assert sf.optimum(tiles, over=k) == sqrt(D)
    low = sf.cost(sf.Sequential(sf.Linear(D, k), sf.Linear(k, D)), (N, D))
    assert sf.optimum(low, over=k) == 1
    assert str(sf.optimum(b + Rational(30) / b, over=b)) == (
        "least for b = √(30), where it is 2 √(30); of whole numbers for 5: 11"
    )
