"""The form of a formula: arranged as asked, in an author's shape, over lines, with names; never another value."""

import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import symflops as sf
from symflops.claims.equality import decide
from symflops.errors import ArgumentError, ReadError, UnknownNameError
from symflops.linebreaks import width_of
from symflops.reading.readings import Relation
from symflops.reading.shapes import read_shape
from symflops.symbols import Index, index
from symflops.typeset.forms import (
    Braced,
    Called,
    Minus,
    Named,
    Parenthesis,
    Plain,
    Power,
    Product,
    Quotient,
    Series,
    Total,
    Where,
    mapped,
    value,
)
from symflops.typeset.scribe import write

needs_tex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not there")
B, C, D, H, L, N, V, W, h, k, p, s = sf.dims("B C D H L N V W h k p s")
C_in, C_out = sf.dims("C_in C_out")
ONE, TWO = sympy.Integer(1), sympy.Integer(2)
MIXING = 4 * N**2 * D + 24 * N * D**2
SIZE = sympy.floor((H + 2 * p - k) / s) + 1
BLOCKS = 24 * B * L * s * h**2 + 4 * B * L * s**2 * h
LOGITS = BLOCKS + sympy.Rational(3, 2) * B * s * h * V
CLAIMS = json.loads((Path(__file__).parent / "claims" / "claims.json").read_text())


# what is asked for, word by word

ASKED = {
    "common factors": (MIXING, {"order": (N, D)}, "4 N D (N + 6 D)"),
    "by powers": (MIXING, {"collect": "N"}, "4 N² D + (24 D²) N"),
    "by a symbol": (MIXING, {"collect": N}, "4 N² D + (24 D²) N"),
    "by two": (MIXING, {"collect": "N D"}, "4 N² D + 24 N D²"),
    "a sum before a power": (
        MIXING + 2 * N + D + 1,
        {"collect": "N"},
        "4 N² D + (24 D² + 2) N + D + 1",
    ),
    "less": (MIXING - 30 * N * D**2, {"collect": "N"}, "4 N² D − (6 D²) N"),
    "a power alone": ((2 * C * k**2 - 1) * N, {"collect": "N"}, "(2 C k² − 1) N"),
    "nothing to collect but one": (N + D, {"collect": "N"}, "N + D"),
    "lead of a symbol": (MIXING, {"lead": "D", "order": (N, D)}, "24 N D² (1 + N/(6 D))"),
    "lead of a term": (
        LOGITS,
        {"lead": r"24BLsh^2", "order": (B, L, s, h)},
        "24 B L s h² (1 + s/(6 h) + V/(16 L h))",
    ),
    "lead without its number": (
        BLOCKS,
        {"lead": B * L * s * h**2, "order": (B, L, s, h)},
        "24 B L s h² (1 + s/(6 h))",
    ),
    "lead of two": (
        LOGITS,
        {"lead": ("h", s), "order": (B, L, s, h)},
        "4 B L s h (s + 6 h) (1 + 3 V/(8 L (s + 6 h)))",
    ),
    "less behind the lead": (N**2 - N, {"lead": "N"}, "N² (1 − 1/N)"),
    "like": (LOGITS, {"like": r"24BLsh^2(1+\frac{s}{6h}+\frac{V}{16Lh})"}, None),
    "where": (
        9 * D * SIZE,
        {"where": True},
        "9 D H_1, where H_1 = ⌊(H + 2 p − k)/s⌋ + 1",
    ),
    "where with powers": (
        SIZE * N + N**2,
        {"where": True, "collect": "N"},
        "N² + H_1 N, where H_1 = ⌊(H + 2 p − k)/s⌋ + 1",
    ),
    "where nothing is long": (N * D, {"where": True, "order": (N, D)}, "N D"),
    "names in order": (MIXING, {"order": "N, D"}, "4 N D (N + 6 D)"),
    "names and symbols in order": (MIXING, {"order": ("D", N)}, "4 D N (6 D + N)"),
    "a leading term that is taken away": (N - D, {"lead": "D"}, "−D (1 − N/D)"),
    "a taken name": (
        sf.dim("H_1") * sympy.floor(H / s) + sf.dim("H_2"),
        {"where": True},
        "H_1 H_3 + H_2, where H_3 = ⌊H/s⌋",
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_what_is_asked_for(name):
    expr, asked, text = ASKED[name]
    formula = sf.display(expr, **asked)
    assert formula.expr == expr
    assert formula.form is None or decide(value(formula.form), expr).equal
    if text is not None:
        assert str(formula) == text


def test_what_cannot_be_asked_for():
    for asked in ({"collect": "X"}, {"collect": ("N", "X")}, {"order": ("N", "X")}):
        with pytest.raises(UnknownNameError, match="X"):
            sf.display(MIXING, **asked)
    with pytest.raises(ArgumentError, match="collect and lead ask for different forms"):
        sf.display(MIXING, collect="N", lead="N")
    with pytest.raises(ArgumentError, match="no symbol is given"):
        sf.display(MIXING, collect="")
    for lead in (N**3, "N^3", N**2 * D + N * D**2):
        with pytest.raises(ArgumentError, match="cannot stand in front"):
            sf.display(MIXING, lead=lead)
    with pytest.raises(ReadError):
        sf.display(MIXING, like=r"\input{x}")


# an author's shape


LIKE = {
    "the same": (
        BLOCKS,
        r"24BLsh^2(1+\frac{s}{6h})",
        r"24 B L s h^{2} \left(1 + \frac{s}{6 h}\right)",
    ),
    "other numbers": (
        96 * B * L * s * h**2 + 8 * B * L * s**2 * h,
        r"24BLsh^2(1+\frac{s}{6h})",
        r"96 B L s h^{2} \left(1 + \frac{s}{12 h}\right)",
    ),
    "a sum": (MIXING, "2ND^2 + N^2D", "24 N D^{2} + 4 N^{2} D"),
    "what is taken away": (MIXING - 8 * N**2 * D, "2ND^2 + N^2D", "24 N D^{2} - 4 N^{2} D"),
    "no number in front": (
        (3 * C_in * k**2 - 2) * C_out * H * W,
        "(2C_{in}k^2 - 1)HWC_{out}",
        "(3 C_{in} k^{2} - 2) H W C_{out}",
    ),
    "signs": (C_in * k**2 * C_out, r"2 \times k^2 C_{in} \times C_{out}", None),
    "a half": (3 * N * (N + 1) / 2, r"\frac{N(N+1)}{2}", r"\frac{3 N (N + 1)}{2}"),
    "a half in front": (N * (N + 1) / 3, r"\frac12 N(N+1)", r"\frac{1}{3} N (N + 1)"),
    "on the line": (5 * N * D / 6, "ND/2", "5 N D/6"),
    "two sums": ((3 * N + 1) * (2 * D + 3) * 2, "(N+1)(D+1)", "2 (3 N + 1) (2 D + 3)"),
    "content": (8 * N**2 * D + 24 * N * D**2, "4ND(6D+N)", "8 N D (3 D + N)"),
    "parentheses": (MIXING, "(4D)N^2 + (24D^2)N", "(4 D) N^{2} + (24 D^{2}) N"),
    "spelled": (
        2 * C_in * C_out,
        r"C_{\text{out}} C_\mathrm{in}",
        r"2 C_{\text{out}} C_\mathrm{in}",
    ),
    "floors": (
        9 * SIZE,
        r"\left(\left\lfloor \frac{H+2p-k}{s} \right\rfloor + 1\right) \cdot 9",
        r"\left(\left\lfloor \frac{H + 2 p - k}{s} \right\rfloor + 1\right) \cdot 9",
    ),
    "braces": (
        BLOCKS,
        r"\underbrace{24BLsh^2}_{\text{dense}} + \underbrace{4BLs^2h}_{\text{attention}}",
        r"\underbrace{24 B L s h^{2}}_{\mathrm{dense}} + \underbrace{4 B L s^{2} h}_{\mathrm{attention}}",
    ),
    "the last side": (BLOCKS, r"F = 24BLsh^2 + 4BLs^2h", "24 B L s h^{2} + 4 B L s^{2} h"),
}


@pytest.mark.parametrize("name", LIKE)
def test_an_authors_shape(name):
    expr, like, latex = LIKE[name]
    formula = sf.display(expr, like=like)
    assert formula.expr == expr
    assert decide(sf.parse(formula.latex), expr).equal
    if latex is not None:
        assert formula.latex == latex


@pytest.mark.parametrize(
    ("expr", "like", "reason"),
    [
        (MIXING, "4N^2D", "no place for a term in D\\*\\*2\\*N; with D = 2, N = 3: 72, not 360"),
        (MIXING, "4N^2D + 24ND", "a term in D\\*N, and the expression has none; with"),
        (MIXING, "4N^2D + 24ND^2 + V", "a term in V, and the expression has none"),
        (MIXING, "4NK(6D+N)", "with D = 2"),
        (N + D, "(N+1)(D+1)", "with D = "),
        (sympy.floor(N / 2), r"\lceil N/2 \rceil", "with N = "),
    ],
)
def test_another_shape_is_refused_with_a_witness(expr, like, reason):
    with pytest.raises(ArgumentError, match=reason):
        sf.display(expr, like=like)


def test_what_is_filled_in_wrongly_is_never_shown(monkeypatch):
    monkeypatch.setattr("symflops.likeness._filled", lambda form, _: form)
    with pytest.raises(ArgumentError, match="they are not equal; with D = "):
        sf.display(MIXING, like="2ND^2 + N^2D")


def correct_claims():
    for claim in CLAIMS:
        if claim["verdict"].startswith("correct") and claim.get("latex"):
            read = sf.parse(claim["latex"])
            expr = read.sides[-1] if isinstance(read, Relation) else read
            if isinstance(expr, sympy.Expr):
                yield pytest.param(claim["latex"], expr, id=claim["id"])


def letters(latex):
    """The letters and digits of a formula as they follow each other, without what only lays it out."""
    latex = re.sub(r"\\(?:left|right|cdot|times|text|mathrm|displaystyle)(?![A-Za-z])", "", latex)
    return re.findall(r"\\[A-Za-z]+|[A-Za-z0-9]", latex.replace("{,}", ""))


@pytest.mark.parametrize(("latex", "expr"), list(correct_claims()))
def test_the_shape_of_published_formulas(latex, expr):
    """What is shown is read as the same formula, and its letters and numbers stand in the same order."""
    formula = sf.display(expr, like=latex)
    assert decide(sf.parse(formula.latex), expr).equal
    assert decide(value(formula.form), expr).equal
    symbols = [x for x in letters(formula.latex) if x.isalpha() and len(x) == 1]
    published = [x for x in letters(re.split("=", latex)[-1]) if x.isalpha() and len(x) == 1]
    if not re.search(r"sum|[KMGTe]$|\d[eM]|\\%", latex):  # limits that are not said; units; 6.3e24
        assert symbols == published[-len(symbols) :] if symbols else True


TOKENS = (
    *(
        r"\frac",
        "{",
        "}",
        "(",
        ")",
        r"\left(",
        r"\right)",
        "N",
        "D",
        "2",
        "_",
        "^",
        "+",
        "-",
        "/",
        "*",
    ),
    *(
        r"\cdot",
        r"\times",
        r"\lfloor",
        r"\rfloor",
        r"\sum_{i=1}^{L}",
        r"\sqrt",
        "=",
        ",",
        " ",
        "\\\\",
    ),
    *(
        r"\underbrace",
        r"_{\text{a $ b}}",
        r"\hat{y}",
        r"\input{x}",
        "|",
        "'",
        "1.5",
        "½",
        "通",
        "\x00",
    ),
    *("C_{in}", "N^2", r"\frac12", "(N+D)", r"\begin{cases}", r"\end{cases}", "&", "i", "!", "\\"),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(TOKENS), min_size=1, max_size=9).map("".join))
def test_any_text_is_a_shape_or_refused(text):
    """What can be read is shown as the same formula; everything else is one clear error."""
    try:
        read = sf.parse(text)
    except ReadError:
        with pytest.raises(ReadError):
            read_shape(text)
        return
    if not isinstance(read, sympy.Expr) or read.has(sympy.Piecewise):
        return
    shape = read_shape(text)
    assert decide(value(shape.form), read).equal is not False
    if not all(
        re.fullmatch(r"[A-Za-z]+(_\w+)?", symbol.name, re.ASCII) for symbol in read.free_symbols
    ):
        return  # only LaTeX that is declared sets them; N1 is set as N_1 is
    latex = write(shape.form, "latex", None, shape.spelled)
    assert not re.search(r"\\(?:input|begin)|\$", latex)
    assert decide(sf.parse(latex), read).equal is not False


# any expression, in any form

small = st.integers(1, 30).map(sympy.Integer)
powers = st.tuples(*[st.integers(0, 3)] * 3)
ATOMS = [ONE, ONE, SIZE, sympy.floor(N / 2), sympy.Sum(index("i") ** 2, (index("i"), 1, L)), 1 / s]


@st.composite
def polynomials(draw):
    """Sums of monomials in N, D and C, some with a rounded size, a series or a divisor."""
    terms = []
    for _ in range(draw(st.integers(1, 4))):
        a, b, c = draw(powers)
        sign = draw(st.sampled_from((1, 1, -1)))
        terms.append(sign * draw(small) * N**a * D**b * C**c * draw(st.sampled_from(ATOMS)))
    return sympy.Add(*terms)


ASKING = [
    {},
    *({"collect": name} for name in ("N", "D", "N, D")),
    *({"lead": name} for name in ("N", "D", "N, D")),
    {"where": True},
    {"where": True, "collect": "N"},
]


@settings(max_examples=80, deadline=None)
@given(polynomials(), st.sampled_from(ASKING), st.permutations((N, D, C)))
def test_a_form_has_the_value_of_its_expression(expr, asked, order):
    names = str(asked.get("collect", asked.get("lead", ""))).replace(",", " ").split()
    assume(expr != 0 and all(sf.dim(name) in expr.free_symbols for name in names))
    formula = sf.display(expr, order, **asked)
    assert formula.expr == expr
    if formula.form is not None:
        assert decide(value(formula.form), expr).equal
    # without the names that are said behind it, a formula is read as what it is
    shown = formula.form.form if isinstance(formula.form, Where) else formula.form
    shown = expr if shown is None else shown
    names = {sf.dim(name.name): meant for name, meant in formula.where}
    for medium in ("text", "latex"):
        read = sf.parse(write(shown, medium, None))
        for name, meant in reversed(names.items()):
            read = read.xreplace({name: meant})
        assert decide(read, expr).equal, (medium, write(shown, medium))


@settings(max_examples=60, deadline=None)
@given(polynomials(), st.lists(small, min_size=4, max_size=4))
def test_a_shape_is_filled_with_other_numbers(expr, numbers):
    """The formula of an expression is the shape of the same terms with other numbers."""
    assume(expr != 0)
    terms = sympy.Add.make_args(expr)
    other = sympy.Add(*(n * t for n, t in zip(numbers, terms, strict=False)))
    shape = " + ".join(f"({sf.display(term).latex})" for term in terms[: len(numbers)])
    formula = sf.display(other, like=shape)
    assert decide(value(formula.form), other).equal
    assert decide(sf.parse(formula.latex), other).equal


@settings(max_examples=60, deadline=None)
@given(polynomials(), st.sampled_from((120, 160, 345)))
def test_lines_fit_and_say_the_formula(expr, width):
    assume(expr != 0)
    try:
        lines = sf.display(expr).lines(width)
    except ArgumentError as error:
        assert "is wider than a line" in str(error)  # noqa: PT017 - of a piece that is in one
        return
    assert all(width_of(line) <= width for line in lines)
    assert decide(sf.parse(" ".join(lines).replace("{}", "").replace(r"\quad", "")), expr).equal


# every form in every medium

i = index("i")
FORMS = {
    "plain": Plain(2 * N + 4),
    "product": Product((N, D)),
    "dotted": Product((Total((N, ONE)), D * H)),
    "crossed": Product((k, k, C), "×"),
    "beside": Product((Quotient(ONE, TWO), N, D), "beside"),
    "parenthesis": Product((Parenthesis(Plain(24 * D**2)), N)),
    "total": Total((N, Minus(D), Minus(Plain(-H)))),
    "quotient": Quotient(Total((N, ONE)), Product((D, H))),
    "a number behind": Product((N, ONE / 2)),
    "numbers beside each other": Product((TWO, Power(TWO, N), Quotient(ONE, TWO)), "beside"),
    "a series in front": Product((Series("Σ", i, ONE, L, i), N)),
    "a product as a power": Power(Product((N, D)), TWO),
    "inline": Quotient(Product((N, D)), TWO, inline=True),
    "power": Power(Total((N, ONE)), TWO),
    "series": Series("Σ", i, ONE, L, Product((N, i))),
    "product over an index": Series("Π", i, ONE, L, i),
    "floor": Called("floor", (Quotient(N, TWO),)),
    "ceiling": Called("ceiling", (Quotient(N, s),)),
    "minimum": Called("min", (N, D)),
    "root": Called("sqrt", (Total((N, D)),)),
    "named": Named("FLOPs", "conv1", N * D),
    "braced": Braced(N * D, "scores"),
    "where": Where(Product((TWO, index("H_1"))), ((index("H_1"), Plain(SIZE)),)),
}
MEDIA = ("text", "latex", "inline", "browser", "mathml")


@pytest.mark.parametrize("name", FORMS)
def test_every_form_in_every_medium(name):
    form = FORMS[name]
    texts = {medium: write(form, medium) for medium in MEDIA}
    assert all(texts.values())
    tree = ET.fromstring(f"<math>{texts['mathml']}</math>")  # noqa: S314 - our own
    plain = texts["text"].translate(str.maketrans("²³", "23")).replace("Σ", "").replace("Π", "")
    assert sorted(re.findall(r"[^\W_]", plain)) == sorted(
        re.findall(r"[^\W_]", "".join(tree.itertext()))
    )
    if name not in ("named", "braced", "where"):
        for medium in ("text", "latex"):
            assert decide(sf.parse(texts[medium]), value(form)).equal


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a series in front", "(Σ_(i=1..L) i) N"),
        ("a number behind", "N · (1/2)"),
        ("numbers beside each other", "2 · 2^N · 1/2"),
        ("dotted", "(N + 1) · D H"),
        ("total", "N − D + H"),
        ("where", "2 H_1, where H_1 = ⌊(H + 2 p − k)/s⌋ + 1"),
    ],
)
def test_the_text_of_a_form(name, text):
    assert write(FORMS[name], "text") == text


def test_all_expressions_of_a_form_change():
    doubled = {name: mapped(form, lambda e: e.xreplace({N: 2 * N})) for name, form in FORMS.items()}
    for name, form in doubled.items():
        before = value(FORMS[name])
        assert sympy.expand(value(form) - before.xreplace({N: 2 * N})) == 0, name


def test_an_author_keeps_signs_and_parentheses():
    shape = read_shape(r"2 \cdot k^2 (C_{in} D) \times \frac12")
    assert write(shape.form, "latex", None, shape.spelled) == (
        r"2 \cdot k^{2} (C_{in} D) \cdot \frac{1}{2}"
    )


# names


def test_names_mean_what_they_stand_for():
    net = sf.cost(sf.zoo.inception_v3())
    formula = sf.display(net.macs, net.order, where=True)
    assert len(formula.where) == 10
    assert all(isinstance(name, Index) for name, _ in formula.where)
    numbers = {H: sympy.Integer(299), W: sympy.Integer(299)}
    meant = {name: expr.xreplace(numbers) for name, expr in formula.where}
    assert formula.form.form.xreplace(meant).xreplace(numbers) == net.at(H=299, W=299).macs
    assert [str(name) for name, _ in formula.where][:2] == ["H_1", "W_1"]


def test_what_is_repeated_has_a_name():
    least = sf.cost(sf.Scores(h, causal=True, window=W), [(N, D)] * 2)
    formula = sf.display(least.macs, least.order, where=True)
    assert str(formula).endswith("where m = min(N, W)")
    again = C * (N + D * k) ** 2 + (N + D * k) * L + V
    assert str(sf.display(again, where=True)).endswith("where A = D k + N")


# on paper


@needs_tex
def test_displays_compile_without_a_warning(tmp_path):
    """Every display stands on its page and in its column; with a where-list, and over lines."""
    costs = {n: sf.cost(getattr(sf.zoo, n)()) for n in ("vgg16", "inception_v3", "gpt", "unet")}
    formulas = [
        sf.display(c.flops, c.order, where=w) for c in costs.values() for w in (False, True)
    ]
    formulas += [sf.display(e, **a) for e, a, _ in ASKED.values()]
    formulas += [sf.display(e, like=like) for e, like, _ in LIKE.values()]
    for fit, options in (("page", "10pt"), ("column", "10pt")):
        width = {"page": 345, "column": 235}[fit]
        bodies = "\n".join(formula.to_latex(fit) for formula in formulas)
        path = tmp_path / f"{fit}.tex"
        path.write_text(
            f"\\documentclass[{options}]{{article}}\n\\usepackage{{amsmath}}\n"
            f"\\setlength{{\\textwidth}}{{{width}pt}}\n\\begin{{document}}\n{bodies}\n\\end{{document}}\n"
        )
        run = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", path.name]
        done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-2000:]
        assert not re.search("Overfull|Warning: (?!.*[Ll]abel)", done.stdout), done.stdout


def test_a_display_says_what_it_needs():
    one = sf.display(MIXING, order=(N, D))
    assert one.to_latex() == "% needs no package\n\\[\n  4 N D (N + 6 D)\n\\]\n"
    assert one.to_latex(60).startswith("% needs \\usepackage{amsmath}\n\\[\n  \\begin{aligned}\n")
    with pytest.raises(UnknownNameError, match="unknown fit 'wide'; there are: column, page"):
        one.to_latex("wide")
    with pytest.raises(ArgumentError, match="'page', 'column' or a width from 50 to 1000 points"):
        one.to_latex(-1)
    with pytest.raises(ArgumentError, match="wider than a line"):
        one.lines(5)


def test_lines_of_a_terminal():
    net = sf.cost(sf.zoo.resnet18())
    lines = sf.display(net.macs, net.order).lines(64, medium="text")
    assert len(lines) > 1
    assert all(len(line) <= 64 for line in lines)
    assert all(line.startswith("  + ") for line in lines[1:])
    assert decide(sf.parse(" ".join(lines)), net.macs).equal


def test_a_long_fraction_is_broken_behind_its_number():
    total = sum(sf.dim(f"N_{j}") * D for j in range(1, 9)) / (2 * L)
    lines = sf.display(total).lines(150)
    assert lines[0].startswith(r"\frac{1}{2 L}") or lines[0].startswith(r"\frac{D}{2 L}")
    assert decide(sf.parse(" ".join(lines).replace(r"\quad", "").replace("{}", "")), total).equal
