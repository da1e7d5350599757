"""Chains, orders of growth, environments, macros, declared names, and text that was pasted."""

import pytest
import sympy
from sympy import Integer, Rational

import symflops as sf
from symflops.reading.environments import formulas_in
from symflops.reading.formulas import read
from symflops.symbols import Member

C, D, H, L, M, N, T, W = sf.dims("C D H L M N T W")
a, b, c, d, h, k, m, n, w, x = sf.dims("a b c d h k m n w x")
C_in, C_out, k_h = sf.dims("C_in C_out k_h")

RELATIONS = [
    ("a = b = c", (a, b, c), ("=", "=")),
    (r"a\approx b\le c", (a, b, c), ("≈", "<=")),
    (r"a\leq b\geq c\neq d", (a, b, c, d), ("<=", ">=", "!=")),
    (r"x\propto n^2", (x, n**2), ("∝",)),
    ("a ≈ b ≤ c", (a, b, c), ("≈", "<=")),
    (r"a\sim b", (a, b), ("≈",)),
    ("17\\times 9=153", (Integer(153), Integer(153)), ("=",)),
    ("= 2NM", (None, 2 * N * M), ("=",)),
    ("~4.1G", (None, Integer(41 * 10**8)), ("≈",)),
    (r"a \overset{?}{=} b", (a, b), ("=",)),
    ("a := b", (a, b), ("=",)),
    ("a == b", (a, b), ("=",)),
]


@pytest.mark.parametrize(("text", "sides", "signs"), RELATIONS)
def test_relations_are_kept(text, sides, signs):
    relation = sf.parse(text)
    assert isinstance(relation, sf.Relation)
    assert (relation.sides, relation.signs) == (sides, signs)


@pytest.mark.parametrize(
    ("text", "order", "inside"),
    [
        (r"\mathcal{O}(N^2D)", "O", N**2 * D),
        (r"\mathcal O(n)", "O", n),
        ("O(nd^2)", "O", n * d**2),
        (r"O\left(n\right)", "O", n),
        (r"\tilde O(n)", "~O", n),
        (r"\tilde{\mathcal{O}}(n)", "~O", n),
        (r"\Theta(n)", "Theta", n),
        ("Θ(n)", "Theta", n),
        (r"\Omega(n)", "Omega", n),
        ("O(n log n)", "O", n * sympy.log(n)),
        (r"O(n)+O(m)", "O", n + m),
    ],
)
def test_orders_of_growth(text, order, inside):
    assert sf.parse(text) == sf.Growth(order, inside)


def test_an_order_may_be_a_side_of_a_chain():
    assert sf.parse(r"T = O(n)").sides == (T, sf.Growth("O", n))
    assert sf.parse("(2I-1)O") == (2 * sf.dim("I") - 1) * sf.dim("O")
    with pytest.raises(sf.ReadError, match="stands alone on its side"):
        sf.parse("2N O(n)")


def test_braces_name_their_terms():
    text = r"\underbrace{2N^2D}_{\text{scores}} + \overbrace{4ND^2}^{\mathrm{four\ projections}}"
    assert read(text).labels == {"scores": 2 * N**2 * D, "four projections": 4 * N * D**2}


@pytest.mark.parametrize(
    "text",
    [
        "\\begin{align}\n a &= b + c \\label{eq:x} \\\\\n &= d \\nonumber\n\\end{align}",
        r"\begin{align*} a &= b + c \\ &= d \tag{3} \end{align*}",
        r"\begin{eqnarray} a & = & b + c \\ & = & d \end{eqnarray}",
        r"\begin{equation}\begin{split} a &= b \\ &\quad + c \\ &= d \end{split}\end{equation}",
        r"\begin{alignat}{2} a &= b + {}& c \\ &= d \end{alignat}",
        r"\begin{array}{rcl} a & = & b+c \\[2pt] & = & d, \end{array}",
        "a &= b + c % the comment says = e\n = d",
        r"\displaystyle a = b + c = d.",
    ],
)
def test_environments(text):
    assert sf.parse(text) == sf.Relation((a, b + c, d), ("=", "="))


def test_rows_that_do_not_go_on_are_formulas_of_their_own():
    text = r"\begin{align} a &= b \\ c &= d \end{align}"
    assert formulas_in(text) == ["a = b", "c = d"]
    with pytest.raises(sf.ReadError, match="here are 2 formulas"):
        sf.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        r"a = b && c = d",
        r"a &= b & c &= d",
        r"a = b \qquad c = d",
        r"a = b, \quad \text{where } c = d",
        r"a = b \implies c > d",
        "a = b ⇒ c = d",
        "a = b, c = d",
    ],
)
def test_formulas_on_one_row_are_never_multiplied(text):
    with pytest.raises(sf.ReadError, match="by itself"):
        sf.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        r"\boxed{\;a = b\;}",
        r"\small{a \approxeq b}",
        r"{\color{red} a = b}",
        r"a = b \quad (5)",
        r"a = b. \qquad (2.1)",
        r"a &= b && \text{(by definition)}",
        r"a &= b & \small{\text{; by definition}}",
        r"a =\quad b \hfill (3)",
    ],
)
def test_boxes_and_numbers_of_formulas_are_left_out(text):
    assert sf.parse(text).sides == (a, b)


def test_a_matrix_is_refused_and_an_array_behind_a_brace_is_cases():
    with pytest.raises(sf.ReadError, match="a matrix is no formula"):
        sf.parse(r"\left[\begin{array}{ll} a & b \\ c & d \end{array}\right]")
    text = r"\left\{\begin{array}{ll} a & n = 1 \\ b & \text { otherwise }\end{array}\right."
    assert sf.parse(text) == sympy.Piecewise((a, sympy.Eq(n, 1)), (b, True))
    text = r"\left\{\begin{aligned} a && n = 1 \\ b && n > 1 \end{aligned}\right."
    assert sf.parse(text) == sympy.Piecewise((a, sympy.Eq(n, 1)), (b, n > 1))
    with pytest.raises(sf.ReadError, match="a matrix is no formula"):
        sf.parse(r"\left(\begin{array}{c} a \\ b \end{array}\right)")
    assert sf.parse(r"2\left(\begin{array}{l} a \\ + b \end{array}\right)") == 2 * (a + b)


def test_cases():
    text = r"\begin{cases} a & n = 1 \\ b, & \text{if } n > m \\ c & \text{otherwise} \end{cases}"
    meant = sympy.Piecewise((a, sympy.Eq(n, 1)), (b, n > m), (c, True))
    assert sf.parse(text) == meant
    with pytest.raises(sf.ReadError, match="a case holds where a comparison does"):
        sf.parse(r"\begin{cases} a & \text{never} \end{cases}")


@pytest.mark.parametrize(
    ("text", "macros"),
    [
        (r"\newcommand{\din}{C_{in}}2\din k", None),
        (r"\newcommand\din{C_{in}}2\din k", None),
        (r"\def\din{C_{in}}2\din k", None),
        (r"\newcommand{\twice}[1]{2#1}\twice{C_{in}}k", None),
        (r"\newcommand{\f}[2][2]{#1#2}\f{C_{in}}k", None),
        (r"\f[2]{C_{in}}k", r"\newcommand{\f}[2][3]{#1#2}"),
        (r"\DeclareMathOperator{\C}{C_{in}}2\,\C k", None),
        (r"2\din k", r"\newcommand{\din}{C_{in}}"),
        (r"2\din k", {"din": "C_{in}"}),
        (r"2\din k", {r"\din": r"\dd{in}", "dd": "C_{#1}"}),
    ],
)  # fmt: skip
def test_macros(text, macros):
    assert sf.parse(text, macros=macros) == 2 * C_in * k


def test_declared_symbols_win_over_splitting():
    HW, C_ins = sf.dims("HW C_ins")
    assert sf.parse("HWC", symbols=[HW]) == HW * C
    assert sf.parse("HWC", symbols="HW, C") == HW * C
    assert sf.parse("HWC") == H * W * C
    assert sf.parse("2C_insk", symbols=[C_ins]) == 2 * C_ins * k
    assert sf.parse("hw", symbols={"h": H, "w": "W"}) == H * W
    assert sf.parse("O(n+1)", symbols="O") == sf.dim("O") * (n + 1)


def test_a_place_in_a_family_is_no_name():
    RF = sf.family("RF")
    i = sf.dim("i")
    relation = sf.parse(r"RF_i=RF_{i-1}+(k_i-1)s_i")
    assert relation.sides[0] == Member(RF, i)
    assert relation.sides[1].has(Member(RF, i - 1))


def test_what_stands_behind_a_slash():
    reading = read("L^2d/2kh")
    assert reading.value == L**2 * d / (2 * k * h)
    assert reading.notes == [
        "letters that stand together behind a slash are all below it: a/2n is a/(2n)"
    ]
    assert [other.value for other in reading.readings] == [L**2 * d * k * h / 2]
    assert sf.parse("a/2 n") == a * n / 2
    assert sf.parse("a/(2n)") == sf.parse(r"a/2\cdot n") / n**2 == a / (2 * n)


def test_capitals_of_plain_text_are_a_name_and_offered_as_a_product():
    reading = read("2·HW·C_in")
    assert reading.value == 2 * sf.dim("HW") * C_in
    assert reading.notes == ["HW is read as one name"]
    assert [other.value for other in reading.readings] == [2 * H * W * C_in]
    assert read("2*HW*C_in").readings == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (r"\mathcal{L}(N, D) = 2n", "L"),
        (r"\text{FLOPs}_{\text{attn}}(n) = 2n", "FLOPs_attn"),
        ("f(n) = 2n", "f"),
        ("参数量(n) = 2*n", "参数量"),
    ],
)
def test_a_definition_begins_with_a_name_and_what_it_depends_on(text, name):
    reading = read(text)
    assert reading.value.sides == (sf.dim(name), 2 * n)
    assert reading.notes == [f"{name}(…) is read as the quantity {name}"]
    assert len(reading.readings) == ("," not in text)
    assert sf.parse("d(n + 1) = m").sides[0] == d * (n + 1)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (r"2n\quad\text{(乘法)} + m \text{(加法)}", "the words '(乘法)' are left out"),
        ("2*n（输入通道数） + m", "the words '(输入通道数)' are left out"),
        (r"2\text{(forward and back)}\cdot n + m", "the words '(forward and back)' are left out"),
    ],
)
def test_words_in_parentheses_beside_a_factor_are_no_factor(text, note):
    reading = read(text)
    assert reading.value == 2 * n + m
    assert note in reading.notes
    assert sf.parse("2(n)(通道)") == 2 * n * sf.dim("通道")


def test_words_at_the_end_of_a_side_are_no_factor():
    reading = read(r"12D^2 \text{ (per layer)}")
    assert reading.value == 12 * D**2
    assert reading.notes == ["the words '(per layer)' are left out"]


PASTED = [
    ("12𝑁𝐷2 + 2𝑁2𝐷", 12 * N * D**2 + 2 * N**2 * D, "D2 read as D^2"),
    ("k2·C", k**2 * C, "k2 read as k^2"),
    ("(n+1)2", (n + 1) ** 2, "a digit behind a parenthesis is read as its exponent"),
    ("2*Cin*Cout", 2 * C_in * C_out, "Cin read as C_in"),
    ("2CinCout", 2 * C_in * C_out, "Cin read as C_in"),
    ("c1*c2", sf.dim("c_1") * sf.dim("c_2"), "c2 read as c_2"),
    (
        "C i n ∗ k h ∗ k w ∗ C o u t C_{in}*k_h*k_w*C_{out} CinkhkwCout",
        C_in * k_h * sf.dim("k_w") * C_out,
        "the formula stands there 3 times; read as C_{in}*k_h*k_w*C_{out}",
    ),
    (
        r"( 2 C i n ∗ k h − 1 ) ∗ H ∗ W \left(2C_{in}*k_h-1\right)*H*W (2Cinkh1)HW",
        (2 * C_in * k_h - 1) * H * W,
        r"the formula stands there 3 times; read as \left(2C_{in}*k_h-1\right)*H*W",
    ),
    (r"NdN \cdot d", N * d, r"the formula stands there 2 times; read as N \cdot d"),
    (r"L2L^2", L**2, "the formula stands there 2 times; read as L^2"),
    (r"kTmaxkT_{\max}", k * sf.dim("T_max"), r"the formula stands there 2 times; read as kT_{\max}"),
    (
        r"H ′ × C in H'\times C_{in}H×Cin",
        sf.dim("H_prime") * C_in,
        r"the formula stands there 3 times; read as H'\times C_{in}",
    ),
    (
        r"n × m n \times m",
        n * m,
        r"the formula stands there 2 times; read as n \times m",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "meant", "note"), PASTED)
def test_pasted_text_is_put_right_and_says_so(text, meant, note):
    reading = read(text, pasted=True)
    assert sympy.expand(reading.value - meant) == 0
    assert note in reading.notes


def test_what_is_put_right_is_warned_of():
    with pytest.warns(UserWarning, match=r"n2 read as n\^2.*it may also be"):
        assert sf.parse("n2 h", pasted=True) == sf.dim("n") ** 2 * sf.dim("h")


def test_pasted_text_is_also_offered_as_it_stands():
    assert [other.value for other in read("4n2d", pasted=True).readings] == [
        4 * sf.dim("n_2") * d,
        4 * sf.dim("n2") * d,
    ]
    assert read("4n2d").readings == []
    ten = read("3.14×1023", pasted=True)
    assert ten.value == Rational(314 * 1023, 100)
    assert [other.value for other in ten.readings] == [314 * 10**21]


@pytest.mark.parametrize(
    "text",
    [
        "6ND",
        "HH",
        "b b b",
        "log2(n)",
        "2*C_in*k**2",
        r"\frac{a}{b}",
        "60M",
        "abab",
        r"a_{b}a_{b}",
        r"4096\cdot4096",
    ],
)
def test_what_was_not_damaged_is_read_the_same_when_pasted(text):
    assert sf.parse(text, pasted=True) == sf.parse(text)
    assert not any("read as" in note and "^" in note for note in read(text, pasted=True).notes)
