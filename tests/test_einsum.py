"""Contractions: counts by loops that count, the best order against all orders, and what is published."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import symflops as sf
from symflops.equations import read_order, spelled
from symflops.facts import Facts, at_least
from symflops.symbols import exact

i, j, k, m, n, N, D, H, B = sf.dims("i j k l n N D H B")


def few(number):
    return settings(max_examples=number, deadline=None, derandomize=True)


def counts(step):
    found = {operation: count for (operation, _), count in step.counts}
    return found.get("mul", 0), found.get("add", 0)


# by loops


class Counting:
    """Contracts arrays by plain loops, and counts products and sums."""

    def __init__(self):
        self.products = self.sums = 0

    def contract(self, first, second, needed):
        """Two pairs of axes and values; the axes that are needed stay."""
        (axes_1, x), (axes_2, y) = first, second
        sizes = dict(zip(axes_1, x.shape, strict=True)) | dict(zip(axes_2, y.shape, strict=True))
        kept = [axis for axis in sizes if axis in needed]
        summed = [axis for axis in sizes if axis not in needed]
        out = np.empty([sizes[axis] for axis in kept])
        for place in itertools.product(*(range(sizes[axis]) for axis in kept)):
            total = None
            for inner in itertools.product(*(range(sizes[axis]) for axis in summed)):
                at = dict(zip(kept, place, strict=True)) | dict(zip(summed, inner, strict=True))
                self.products += 1
                value = x[tuple(at[a] for a in axes_1)] * y[tuple(at[a] for a in axes_2)]
                self.sums += total is not None
                total = value if total is None else total + value
            out[place] = total
        return kept, out


def trees(leaves):
    """Every way to bring the leaves together two by two."""
    if len(leaves) == 1:
        yield leaves[0]
        return
    first, *others = leaves
    for chosen in itertools.product([False, True], repeat=len(others)):
        left = [first, *(leaf for leaf, is_in in zip(others, chosen, strict=True) if is_in)]
        right = [leaf for leaf, is_in in zip(others, chosen, strict=True) if not is_in]
        if right:
            yield from itertools.product(trees(left), trees(right))


def leaves_of(tree):
    return {tree} if isinstance(tree, int) else leaves_of(tree[0]) | leaves_of(tree[1])


def run(tree, operands, output):
    """Contract in an order; return products, sums, and the result with its axes as the output has them."""
    counting = Counting()

    def value(part):
        if isinstance(part, int):
            return operands[part]
        here = leaves_of(part)
        needed = set(output).union(
            *(axes for place, (axes, _) in enumerate(operands) if place not in here)
        )
        return counting.contract(value(part[0]), value(part[1]), needed)

    axes, made = value(tree)
    return counting.products, counting.sums, np.transpose(made, [axes.index(a) for a in output])


@st.composite
def equations(draw, operands):
    """An equation over few axes, with a small size for each."""
    letters = "ijklm"[: draw(st.integers(1, 5))]
    axes = st.lists(st.sampled_from(letters), min_size=1, max_size=3, unique=True).map("".join)
    parts = [draw(axes) for _ in range(draw(st.integers(*operands)))]
    used = sorted(set("".join(parts)))
    output = "".join(axis for axis in used if draw(st.booleans()))
    sizes = {axis: draw(st.integers(1, 4)) for axis in used}
    return f"{','.join(parts)}->{output}", sizes


def shapes_of(equation, sizes):
    return [tuple(sizes[axis] for axis in part) for part in equation.partition("->")[0].split(",")]


@few(120)
@given(equations((2, 4)))
def test_the_best_of_all_orders_by_running_them(drawn):
    """Products first, then sums; and every order gives the same numbers."""
    equation, sizes = drawn
    rng = np.random.default_rng(0)
    left, _, output = equation.partition("->")
    arrays = [rng.integers(-3, 4, shape).astype(float) for shape in shapes_of(equation, sizes)]
    operands = [(list(part), x) for part, x in zip(left.split(","), arrays, strict=True)]
    expected = np.einsum(equation, *arrays)
    best = None
    for tree in trees(list(range(len(operands)))):
        products, sums, made = run(tree, operands, output)
        np.testing.assert_allclose(made, expected)
        step = sf.einsum(equation, *shapes_of(equation, sizes), order=spelled(tree))
        assert counts(step) == (products, sums)
        best = min(best or (products, sums), (products, sums))
    assert counts(sf.einsum(equation, *shapes_of(equation, sizes))) == best


@few(150)
@given(equations((2, 5)), st.lists(st.integers(1, 9), min_size=5, max_size=5))
def test_symbols_then_numbers_is_the_same(drawn, values):
    """Where an order is best for all sizes, numbers give the same counts as they do at once."""
    equation, sizes = drawn
    names = list(sizes)
    try:
        symbolic = counts(
            sf.einsum(equation, *shapes_of(equation, {axis: sf.dim(axis) for axis in names}))
        )
    except sf.ArgumentError:
        assume(False)  # noqa: FBT003 - it depends on the sizes
    numbers = dict(zip(names, values, strict=False))
    swaps = {sf.dim(axis): exact(number) for axis, number in numbers.items()}
    at_once = counts(sf.einsum(equation, *shapes_of(equation, numbers)))
    assert tuple(exact(count).xreplace(swaps) for count in symbolic) == at_once


@few(60)
@given(equations((3, 4)))
def test_orders_that_depend_have_sizes_for_each(drawn):
    """What is called undecided is best somewhere: for each order shown, no other is nowhere worse."""
    equation, sizes = drawn
    shapes = shapes_of(equation, {axis: sf.dim(axis) for axis in sizes})
    try:
        sf.einsum(equation, *shapes)
    except sf.ArgumentError as error:
        shown = [part.partition(" takes ")[0] for part in str(error).split(": ", 2)[2].split("; ")]
        orders = [order for order in shown if order.startswith("(")]
        assert len(orders) > 1
        plans = [counts(sf.einsum(equation, *shapes, order=order)) for order in orders]
        for (p, s), (q, t) in itertools.permutations(plans, 2):
            proofs = [Facts().decide(at_least(b, a)) for a, b in ((p, q), (s, t))]
            assert proofs != [True, True]


# what others computed


@pytest.mark.parametrize(
    ("sizes", "products", "order"),
    [
        # Cormen et al., Introduction to Algorithms, 3rd edition, section 15.2, figure 15.5
        ((30, 35, 15, 5, 10, 20, 25), 15_125, "((a (b c)) ((d e) f))"),
        ((10, 100, 5, 50), 7_500, "((a b) c)"),  # and on its first page, against 75,000
        ((10, 30, 5, 60), 4_500, "((a b) c)"),  # the example of most courses, against 27,000
    ],
)
def test_chains_of_matrices(sizes, products, order):
    letters = "abcdefg"[: len(sizes)]
    equation = ",".join(map("".join, itertools.pairwise(letters))) + f"->{letters[0]}{letters[-1]}"
    step = sf.einsum(equation, *itertools.pairwise(sizes))
    assert counts(step)[0] == products
    assert step.why.startswith(f"in the order {order}, by way of ")


def test_four_index_transformation():
    """NumPy's manual of einsum_path: 8·10^5 operations for 10 of each, 8·10^8 without intermediates."""
    equation, ten = "ea,fb,abcd,gc,hd->efgh", (10, 10)
    step = sf.einsum(equation, ten, ten, (10,) * 4, ten, ten)
    products, sums = counts(step)
    assert 2 * products == 800_000
    assert sums == products - 4 * 10**4
    of_one_size = sf.einsum(equation, (N, N), (N, N), (N,) * 4, (N, N), (N, N))
    assert counts(of_one_size)[0] == 4 * N**5


def test_attention_from_either_side():
    """(QKᵀ)V takes 2·N²·D, Q(KᵀV) 2·N·D²: Katharopoulos et al. 2020, section 3.2; they cross at N = D."""

    class Attention(sf.Layer):
        def forward(self, q, keys, v):
            equation = "b n d, b m d, b m e -> b n e"
            yield "attention", sf.einsum(equation, q, keys, v, role="dot.attention")
            return q

    inputs = [(N, D)] * 3
    with pytest.raises(sf.ArgumentError, match="it depends on the sizes which order is best"):
        sf.cost(Attention(), inputs)
    assert sf.cost(Attention(), inputs, assume="N >= D").macs == 2 * N * D**2
    assert sf.cost(Attention(), inputs, assume="N <= D").macs == 2 * N**2 * D
    assert sf.cost(Attention(), inputs, assume="N = 4*D").macs == 8 * D**3
    assert sf.cost(Attention(), [(64, 8)] * 3).macs == 2 * 64 * 8**2
    both = sf.cost(Attention(), inputs, assume="N >= D")
    assert both.at(N=64, D=8).macs == 2 * 64 * 8**2
    with pytest.raises(sf.ConditionError):
        both.at(N=8, D=64)


def test_facts_about_sizes_that_a_layer_names_itself():
    class LowRank(sf.Layer):
        def forward(self, x):
            _, _, width = x
            yield "xAB", sf.einsum("b n d, d r, r e -> b n e", x, (width, k), (k, width))
            return x

    cost = sf.cost(LowRank(), (N, D), assume=("D >= k", "k >= N"))
    assert cost.macs == 2 * N * D * k
    assert cost.at(N=2, k=3, D=5).macs == 60
    with pytest.raises(sf.ArgumentError, match="depends"):
        sf.cost(LowRank(), (N, D), assume="D >= k")
    with pytest.raises(sf.ArgumentError, match="depends"):  # nothing is known outside of a cost
        sf.einsum("b n d, d r, r e -> b n e", (1, N, D), (D, k), (k, D))


def test_sums_of_sizes_are_sizes():
    """A vector goes first, whatever the sizes are; a size may be any expression."""
    step = sf.einsum("i j, j k, k -> i", (N, 2 * N), (2 * N, N + 1), (N + 1,))
    assert step.why == f"in the order (a (b c)), by way of (b c): j of ({2 * N})"
    assert sf.einsum("i j, j -> i", (N, N + 1), (N + 1,)).counts == (
        sf.contract(N * (N + 1), N).counts
    )


def test_the_way_is_told():
    step = sf.einsum("i j, j k, k l -> i l", (2, 3), (3, 4), (4, 5))
    assert step.why == "in the order ((a b) c), by way of (a b): i k of (2, 4)"
    assert counts(step) == (2 * 3 * 4 + 2 * 4 * 5, 2 * 4 * 2 + 2 * 5 * 3)
    assert not sf.einsum("i j, j k -> i k", (2, 3), (3, 4)).why


def test_of_equal_products_the_fewest_sums():
    shapes = (3, 3), (3, 4), (2, 3)
    orders = ("((a b) c)", "((a c) b)", "(a (b c))")
    found = [counts(sf.einsum("kl,li,jl->jl", *shapes, order=order)) for order in orders]
    assert found == [(42, 33), (42, 30), (42, 30)]  # 36 + 6, 18 + 24, 24 + 18 products
    assert counts(sf.einsum("kl,li,jl->jl", *shapes)) == (42, 30)


def test_one_operand_takes_sums_alone():
    assert counts(sf.einsum("i j k -> j", (i, j, k))) == (0, i * j * k - j)
    assert counts(sf.einsum("ij->ji", (i, j))) == (0, 0)


@pytest.mark.parametrize(
    ("equation", "operands", "written_out", "shapes"),
    [
        ("...ij,...jk->...ik", [(B, H, i, j), (j, k)], "bhij,jk->bhik", [(B, H, i, j), (j, k)]),
        ("i ... j, j -> ... i", [(i, N, j), (j,)], "i n j, j -> n i", [(i, N, j), (j,)]),
        ("...ij,...jk->ik", [(B, i, j), (1, j, k)], "bij,jk->ik", [(B, i, j), (j, k)]),
        ("...->...", [(i, j)], "ij->ij", [(i, j)]),
        ("bij,bjk->bik", [(1, i, j), (B, j, k)], "ij,bjk->bik", [(i, j), (B, j, k)]),
        ("bi,bi,bi->i", [(1, i), (1, i), (B, i)], "i,i,bi->i", [(i,), (i,), (B, i)]),
        ("ii->", [(n, n)], "i->", [(n,)]),  # a diagonal is there, and is added up
        ("ij,jj->i", [(i, j), (j, j)], "ij,j->i", [(i, j), (j,)]),
    ],
)
def test_what_pytorch_lets_one_leave_out(equation, operands, written_out, shapes):
    assert counts(sf.einsum(equation, *operands)) == counts(sf.einsum(written_out, *shapes))


def test_an_axis_of_size_1_is_not_computed_again_and_again():
    step = sf.einsum("bi,bi,bi->i", (1, i), (1, i), (B, i))
    assert counts(step) == (i + B * i, B * i - i)
    assert step.why == "in the order ((a b) c), by way of (a b): i of (i)"


def test_many_operands_take_no_time():
    letters = "abcdefghi"
    chain = list(itertools.pairwise(letters))
    equation = ",".join(map("".join, chain)) + "->ai"
    step = sf.einsum(equation, *[(N, N)] * 8)
    assert counts(step)[0] == 7 * N**3
    sizes = sf.dims("a b c d e f g")
    with pytest.raises(sf.ArgumentError, match="depends on the sizes which order is best"):
        sf.einsum("ab,bc,cd,de,ef,fg->ag", *itertools.pairwise(sizes))


# what is refused


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: sf.einsum("ij,jk", (i, j), (j, k)), "an arrow"),
        (lambda: sf.einsum("ij,jk->ik", (i, j)), "as many shapes as operands"),
        (
            lambda: sf.einsum("ii->i", (i, j)),
            "axis i stands twice in one operand, with sizes i and j",
        ),
        (lambda: sf.einsum("a...b...->ab", (i, j, k)), "got more than one '...'"),
        (lambda: sf.einsum("..ij->i", (i, j)), "got '.'"),
        (lambda: sf.einsum("b n (h d) -> b n h d", (i, j, k)), "got '.h'"),
        (lambda: sf.einsum("i j k ... -> i", (i, j)), "i j k ... do not fit the shape"),
        (lambda: sf.einsum("ij,jk->ik", 5, 6), "an operand is given as its shape"),
        (lambda: sf.einsum(None, (i, j)), "needs an equation such as"),
        (lambda: sf.einsum("ij,jk->ik", (i, j), (k, n)), "axis j has sizes j and k"),
        (lambda: sf.einsum("ij,jk->iz", (i, j), (j, k)), "must come from the operands"),
        (lambda: sf.einsum("ij,jk->ii", (i, j), (j, k)), "the output axes i i must come"),
        (lambda: sf.einsum("ij->i", (i, j, k)), "do not fit the shape"),
        (
            lambda: sf.einsum(",".join(["i"] * 9) + "->i", *[(i,)] * 9),
            "has 9 operands, and the best order is looked for among up to 8",
        ),
    ],
)
def test_equations_that_cannot_be(build, message):
    with pytest.raises(sf.ArgumentError, match=message):
        build()


@pytest.mark.parametrize(
    "order",
    ["", "a", "(" * 5000, "(a b)", "(a b c)", "((a b) b)", "((a b) c", "((a b)) c", "ab c", 3],
)
def test_orders_that_are_none(order):
    with pytest.raises(sf.ArgumentError, match=r"order must be two by two.*'\(\(a b\) c\)'"):
        sf.einsum("ij,jk,kl->il", (i, j), (j, k), (k, m), order=order)


def test_an_undecided_order_says_which_there_are_and_what_to_do():
    with pytest.raises(sf.ArgumentError) as caught:
        sf.einsum("i j, j k, k l -> i l", (i, j), (j, k), (k, m))
    assert str(caught.value) == (
        "einsum('i j, j k, k l -> i l'): it depends on the sizes which order is best: ((a b) c) takes "
        "i*k*(j + l) products and i*(j*k + k*l - k - l) sums; (a (b c)) takes j*l*(i + k) products and "
        "l*(i*j - i + j*k - j) sums. Say one, as order='((a b) c)', state a fact that decides, as "
        "cost(…, assume='N >= D'), or put numbers in"
    )
    said = sf.einsum("i j, j k, k l -> i l", (i, j), (j, k), (k, m), order="(a (b c))")
    assert counts(said)[0] == j * k * m + i * j * m


def test_orders_are_read_as_they_are_written():
    for tree in trees([0, 1, 2, 3, 4]):
        assert read_order(spelled(tree), 5) == tree
    assert len(set(trees([0, 1, 2, 3, 4]))) == 105
