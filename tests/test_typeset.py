"""Formulas in the form of a paper: as text, in LaTeX and in MathML, with what they mean."""

import re
import xml.etree.ElementTree as ET

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import symflops as sf
from symflops.arithmetic import ArithmeticReader
from symflops.errors import ArgumentError
from symflops.exprs import gcd
from symflops.symbols import family, index
from symflops.typeset.pieces import SIGN, in_pieces
from symflops.typeset.writer import Order, as_factor, written

k, C_in, C_out, H, W, p, s, d, N, D, L = sf.dims("k C_in C_out H W p s d N D L")
alpha = sf.dim("alpha", integer=False)
i = index("i")
HALF = sympy.Rational(1, 2)
unknown = sympy.Function("c_my_kernel", positive=True)
floor, ceiling = sympy.floor, sympy.ceiling
NS = "{http://www.w3.org/1998/Math/MathML}"
SUPERSCRIPT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")

#: expression, order of its factors, as text, in LaTeX
CASES = {
    "convolution": (
        (2 * C_in * k**2 - 1) * C_out * H * W,
        (C_in, k, C_out, H, W),
        "(2 C_in k² − 1) C_out H W",
        r"(2 C_{\mathrm{in}} k^{2} - 1) C_{\mathrm{out}} H W",
    ),
    "by name": (C_out * C_in, (), "C_in C_out", r"C_{\mathrm{in}} C_{\mathrm{out}}"),
    "factors out": (4 * N**2 * D + 24 * N * D**2, (N, D), "4 N D (N + 6 D)", "4 N D (N + 6 D)"),
    "big numbers stay": (2000 * N + 1000, (), "2,000 N + 1,000", "2{,}000 N + 1{,}000"),
    "ceiling": (floor(H / 2 + HALF), (), "⌈H/2⌉", r"\lceil H/2 \rceil"),
    "floor": (floor(H / 2), (), "⌊H/2⌋", r"\lfloor H/2 \rfloor"),
    "output size": (
        floor((H + 2 * p - k) / s) + 1,
        (),
        "⌊(H + 2 p − k)/s⌋ + 1",
        r"\lfloor (H + 2 p - k)/s \rfloor + 1",
    ),
    "symbolic ceiling": (floor((H - 1) / s) + 1, (), "⌈H/s⌉", r"\lceil H/s \rceil"),
    "added first": (
        floor((H + 2 * p - d * k + d - 1) / s) + 1,
        (),
        "⌈(H + d + 2 p − d k)/s⌉",
        r"\lceil (H + d + 2 p - d k)/s \rceil",
    ),
    "product of sizes": (
        C_out * (floor((H - k) / s) + 1),
        (C_out,),
        "C_out (⌊(H − k)/s⌋ + 1)",
        r"C_{\mathrm{out}} (\lfloor (H - k)/s \rfloor + 1)",
    ),
    "half": (HALF, (), "1/2", r"\frac{1}{2}"),
    "negative number": (sympy.Integer(-3), (), "−3", "-3"),
    "negative half": (-3 * N / 2, (), "−3 N/2", r"-\frac{3 N}{2}"),
    "triangle": (N**2 / 2 + N / 2, (), "N (N + 1)/2", r"\frac{N (N + 1)}{2}"),
    "terms over a number": ((H - 1) / 2, (), "H/2 − 1/2", r"\frac{H}{2} - \frac{1}{2}"),
    "sum over sum": ((H - 1) / (s + 1), (), "(H − 1)/(s + 1)", r"\frac{H - 1}{s + 1}"),
    "over a product": (N / (D * L), (), "N/(D L)", r"\frac{N}{D L}"),
    "inverse": (N**-2, (), "1/N²", r"\frac{1}{N^{2}}"),
    "fraction in a sum": (
        (C_in * k**2 / s + 1) * C_out,
        (C_in, k, C_out),
        "(C_in k²/s + 1) C_out",
        r"\left(\frac{C_{\mathrm{in}} k^{2}}{s} + 1\right) C_{\mathrm{out}}",
    ),
    "no negative start": (4 - N, (), "4 − N", "4 - N"),
    "highest first": (1 + N - N**2 + N**3, (), "N³ − N² + N + 1", "N^{3} - N^{2} + N + 1"),
    "all negative": (-N - D, (), "−D − N", "-D - N"),
    "negative product": (-D * N, (N, D), "−N D", "-N D"),
    "series": (
        sympy.Sum(2**i * floor(H / 2**i), (i, 0, L - 1)),
        (),
        "Σ_(i=0..L − 1) 2^i ⌊H/2^i⌋",
        r"\sum_{i=0}^{L - 1} 2^{i} \lfloor H/2^{i} \rfloor",
    ),
    "series as a factor": (
        D * sympy.Sum(floor(H / (i + 1)), (i, 1, L)),
        (D,),
        "D Σ_(i=1..L) ⌊H/(i + 1)⌋",
        r"D \sum_{i=1}^{L} \lfloor H/(i + 1) \rfloor",
    ),
    "series among factors": (
        D / L * sympy.Sum(floor(H / (i + 1)), (i, 1, L)) ** 2,
        (D,),
        "D (Σ_(i=1..L) ⌊H/(i + 1)⌋)²/L",
        r"\frac{D \left(\sum_{i=1}^{L} \lfloor H/(i + 1) \rfloor\right)^{2}}{L}",
    ),
    "family": (
        sympy.Sum(family("C_in")[i] * family("k")[i + 1] ** 2, (i, 0, L - 1)) + family("H")[L],
        (),
        "H_L + Σ_(i=0..L − 1) C_in_i k_(i + 1)²",
        r"H_{L} + \sum_{i=0}^{L - 1} C_{\mathrm{in},i} k_{i + 1}^{2}",
    ),
    "product over an index": (
        sympy.Product(family("s")[i], (i, 1, L - 1)),
        (),
        "Π_(i=1..L − 1) s_i",
        r"\prod_{i=1}^{L - 1} s_{i}",
    ),
    "unknown": (
        unknown(N, D) + N,
        (),
        "N + c_my_kernel(N, D)",
        r"N + c_{\mathrm{my\_kernel}}(N, D)",
    ),
    "greek": (alpha**2 * D, (alpha, D), "α² D", r"\alpha^{2} D"),
    "greek below": (sf.dim("d_alpha"), (), "d_alpha", r"d_{\alpha}"),
    "two below": (sf.dim("C_in_1"), (), "C_in_1", r"C_{\mathrm{in},1}"),
    "digits": (sf.dim("x1"), (), "x1", "x_{1}"),
    "a word": (sf.dim("heads"), (), "heads", r"\mathrm{heads}"),
    "gcd": (gcd(N, D), (), "gcd(D, N)", r"\gcd(D, N)"),
    "maximum": (sympy.Max(N, D), (), "Max(D, N)", r"\max(D, N)"),
    "root": (sympy.sqrt(N) * D, (D,), "D √(N)", r"D \sqrt{N}"),
    "root of a sum": (sympy.sqrt(N + D), (), "√(D + N)", r"\sqrt{D + N}"),
    "logarithm": (
        N * sympy.log(N) / sympy.log(2),
        (),
        "N log(N)/log(2)",
        r"\frac{N \log(N)}{\log(2)}",
    ),
    "broken exponent": (N ** (3 * HALF), (), "N^(3/2)", r"N^{\frac{3}{2}}"),
    "symbolic exponent": (2**L * N, (), "2^L N", "2^{L} N"),
    "numbers side by side": (3 * 2**L * N, (), "3 · 2^L N", r"3 \cdot 2^{L} N"),
    "long exponent": (2 ** (L - 1), (), "2^(L − 1)", "2^{L - 1}"),
    "power of a sum": ((N + D) ** 2 / 3, (), "(D + N)²/3", r"\frac{(D + N)^{2}}{3}"),
    "wide power": (N**12, (), "N¹²", "N^{12}"),
}


@pytest.mark.parametrize("name", CASES)
def test_text(name):
    expr, order, text, _ = CASES[name]
    assert str(sf.display(expr, order)) == text


@pytest.mark.parametrize("name", CASES)
def test_latex(name):
    expr, order, _, latex = CASES[name]
    formula = sf.display(expr, order)
    assert formula.latex == latex
    assert formula._repr_latex_() == f"${latex}$"
    assert sympy.latex(formula) == latex


@pytest.mark.parametrize("name", CASES)
def test_mathml_is_xml_and_says_the_same(name):
    """Without their layout, the letters and digits of MathML are those of the text."""
    expr, order, text, _ = CASES[name]
    tree = ET.fromstring(sf.display(expr, order).mathml)  # noqa: S314 - our own
    assert tree.tag == f"{NS}math"
    assert all(element.tag.startswith(f"{NS}m") for element in tree.iter())
    plain = text.translate(PLAIN).replace("Σ", "").replace("Π", "").replace("d_alpha", "d_α")
    letters = [sorted(re.findall(r"[^\W_]", s)) for s in (plain, "".join(tree.itertext()))]
    assert letters[0] == letters[1]


@pytest.mark.parametrize(
    ("name", "mathml"),
    [
        ("half", "<mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac>"),
        ("greek below", "<msub><mi>d</mi><mrow><mi>α</mi></mrow></msub>"),
        ("wide power", "<msup><mrow><mi>N</mi></mrow><mrow><mn>12</mn></mrow></msup>"),
        ("negative number", "<mrow><mo>−</mo><mn>3</mn></mrow>"),
    ],
)
def test_mathml(name, mathml):
    expr, order, *_ = CASES[name]
    assert written(expr, "mathml", Order(order)) == mathml


@pytest.mark.parametrize(
    ("expr", "inline"),
    [
        (36864 * H * W, r"36{,}864 \, H \, W"),
        ((C_in * k**2 / s + 1) * C_out, r"(C_{\mathrm{in}} \, k^{2}/s + 1) \, C_{\mathrm{out}}"),
        ((H - 1) / (D * s), r"(H - 1)/(D \, s)"),
        (N**2 / 2, "N^{2}/2"),
    ],
)
def test_formulas_in_a_line_have_no_tall_fractions(expr, inline):
    assert written(expr, "inline", Order((C_in, k, C_out))) == inline


def test_a_declared_notation_is_used():
    width = sf.dim("width_for_a_test", latex=r"\mathcal{W}")
    assert sf.display(4 * width**2).latex == r"4 \mathcal{W}^{2}"
    assert str(sf.display(4 * width)) == "4 𝒲"
    assert "<mi>𝒲</mi>" in sf.display(4 * width).mathml


def test_underscores_that_part_nothing_are_shown():
    names = ("H", "_H", "H_", "__H", "a_b", "a__b", "_", "alpha", "_alpha")
    symbols = sf.dims(" ".join(names))
    for medium in ("text", "latex", "inline", "browser", "mathml"):
        assert len({written(symbol, medium, Order()) for symbol in symbols}) == len(names)
    assert sf.display(symbols[1]).latex == r"\mathrm{\_H}"


def test_a_letter_that_latex_cannot_set():
    formula = sf.display(2 * sf.dim("通道"))
    assert str(formula) == "2 通道"
    assert "<mi>通道</mi>" in formula.mathml
    assert formula._repr_latex_() is None
    with pytest.raises(ArgumentError, match="declare dim\\('通道', latex=…\\)"):
        formula.latex  # noqa: B018


def test_as_a_factor_and_in_pieces():
    order = Order((H, W))
    assert as_factor(H + 1, "text", order) == "(H + 1)"
    assert as_factor(floor((H - 1) / s) + 1, "text", order) == "⌈H/s⌉"
    plus, minus = map(SIGN.format, "+−")
    sides = '<mrow><mi>H</mi><mspace width="0.17em"></mspace><mi>W</mi></mrow>'
    pieces = [sides, f"{minus}<mi>W</mi>", f"{plus}<mn>2</mn>"]
    assert in_pieces(H * W - W + 2, order) == pieces
    assert in_pieces(H * W, order) == [sides]
    assert in_pieces(sympy.Integer(-2), order) == ["<mrow><mo>−</mo><mn>2</mn></mrow>"]
    (first, *others, last) = in_pieces(3 * s * (H * W + H + W + k), order)
    space = '<mspace width="0.17em"></mspace>'
    assert first == f'<mn>3</mn>{space}<mo form="prefix" stretchy="false">(</mo>{sides}'
    assert others == [f"{plus}<mi>{letter}</mi>" for letter in "HW"]
    assert last == f'{plus}<mi>k</mi><mo form="postfix" stretchy="false">)</mo>{space}<mi>s</mi>'
    # what would not stand alone stays whole: quotients, two sums
    long = H + W + k + 1
    for expr in (s * long / 2, s * long / k, long * (H * W + W + k + s), -s * long):
        assert len(in_pieces(expr, order)) == 1


# a text that is read back is the expression that was written


def typed(text):
    """Write a printed formula as it is typed: products with stars, powers with two."""
    text = SUPERSCRIPT.sub(lambda match: f"**{match[0].translate(PLAIN)}", text)
    text = re.sub(r"(?<=\d),(?=\d\d\d)", "", text).replace("−", "-").replace("^", "**")
    text = text.replace(" · ", "*")
    return re.sub(r"(?<=[\w)]) (?=[\w(])", "*", text)


numbers = st.fractions(-2000, 2000, max_denominator=12).filter(bool)
monomials = st.tuples(*[st.integers(0, 3)] * 4)


@st.composite
def polynomials(draw):
    """Products and quotients of sums of monomials."""
    letters = (k, C_in, C_out, L)
    value = sympy.Integer(1)
    for power in draw(st.lists(st.sampled_from((1, 1, 2, -1)), min_size=1, max_size=3)):
        pairs = draw(st.lists(st.tuples(numbers, monomials), min_size=1, max_size=4))
        total = sum(
            sympy.Rational(number.numerator, number.denominator)
            * sympy.prod([letter**n for letter, n in zip(letters, powers, strict=True)])
            for number, powers in pairs
        )
        value *= total**power if total != 0 else 1
    return value * draw(st.sampled_from((1, 2**L, 2 ** (L - 1), 1 / k, 1 / (C_in + 1))))


@settings(max_examples=200, deadline=None)
@given(polynomials(), st.permutations((k, C_in, C_out, L)))
def test_text_reads_back(expr, order):
    text = str(sf.display(expr, order))
    reader = ArithmeticReader(typed(text))
    assert sympy.cancel(sympy.expand(reader.value() - expr)) == 0, text
    reader.finish()
