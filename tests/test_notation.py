"""Symbols: how they are written everywhere, what they mean, and other names for them."""

import json
import re
import shutil
import subprocess
import unicodedata
import xml.etree.ElementTree as ET

import pytest
import sympy

import symflops as sf
from symflops.errors import SymbolError, UnknownNameError
from symflops.symbols import family, index, notation
from symflops.typeset.declared import LONGEST, fault
from symflops.typeset.spelling import spelling

B, C, D, H, L, N, W, h, k, p, s = sf.dims("B C D H L N W h k p s")
C_in, C_out = sf.dims("C_in C_out")
CONV = sf.cost(sf.Conv2d(C_in, C_out, k, stride=s, padding=p, groups=h), (C_in, H, W))

# LaTeX that is declared

REFUSED = [
    *(r"\input{secret}", r"\include{a}", r"\write18{ls}", r"\immediate\write18{ls}", r"\def\x{1}"),
    *(r"\newcommand{\x}{1}", r"\let\frac\undefined", r"\csname end\endcsname", r"\catcode`\%=12"),
    *(r"\loop\iftrue\repeat", r"\ifx\a\b\fi", r"\begin{document}", r"\end{equation}"),
    *(r"\directlua{os.exit()}", r"\verbatiminput{/etc/passwd}", r"\href{https://a.b}{x}", "x\\\\y"),
    *("^^5cinput{x}", "a$b", "a & b", "100%", "#1", "C_{in", "C}", "a\x07", "x\\", "", " "),
    "x" * (LONGEST + 1),
]


@pytest.mark.parametrize("latex", REFUSED)
def test_latex_that_is_more_than_a_symbol_is_refused(latex):
    with pytest.raises(
        SymbolError, match=r"cannot be the LaTeX of refused: .+; write LaTeX for one"
    ):
        sf.dim("refused", latex=latex)
    assert notation("refused").latex is None


@pytest.mark.parametrize(
    "latex",
    [
        r"d_{\text{model}}",
        r"\mathcal{W}^{*}",
        r"\hat{\alpha}",
        r"C_\mathrm{in}",
        r"\%",
        r"\ourwidth",
        "通",
    ],
)
def test_latex_that_sets_a_symbol_is_kept(latex):
    assert fault(latex) == ""
    symbol = sf.dim("kept", latex=latex)
    assert sf.display(symbol).latex == latex


SPELLED = {
    r"d_{\text{model}}": ("d_model", "<msub><mi>d</mi><mi>model</mi></msub>"),
    r"\mathcal{W}": ("𝒲", "<mi>𝒲</mi>"),
    r"\mathbf W_\mathrm{q}": (
        "𝐖_q",
        '<msub><mi>𝐖</mi><mi mathvariant="normal">q</mi></msub>',
    ),
    r"\mathbb{R}": ("ℝ", "<mi>ℝ</mi>"),
    r"\hat x": ("x̂", "<mover><mi>x</mi><mo>^</mo></mover>"),
    r"\bar{\alpha}": ("ᾱ", "<mover><mi>α</mi><mo>¯</mo></mover>"),
    r"\tilde{n}_1": ("ñ_1", "<msub><mover><mi>n</mi><mo>~</mo></mover><mn>1</mn></msub>"),
    r"\ell": ("ℓ", "<mi>ℓ</mi>"),
    r"x^{2}": ("x²", "<msup><mi>x</mi><mn>2</mn></msup>"),
    r"N'": ("N′", "<msup><mi>N</mi><mo>′</mo></msup>"),
    r"C_{i,j}": ("C_i,j", "<msub><mi>C</mi><mrow><mi>i</mi><mo>,</mo><mi>j</mi></mrow></msub>"),
    r"x_1^k": ("x_1^k", "<msubsup><mi>x</mi><mn>1</mn><mi>k</mi></msubsup>"),
    r"\overset{*}{x}": None,
    r"\frac{a}{b}": None,
    r"x_1_2": None,
    r"\hat{xy}": None,
    "{}": None,
    "x_": None,
    "通": None,
}


@pytest.mark.parametrize("latex", SPELLED)
def test_latex_of_symbols_elsewhere(latex):
    found = spelling(latex)
    if SPELLED[latex] is None:
        assert found is None
    else:
        text, mathml = SPELLED[latex]
        assert found.text == unicodedata.normalize("NFC", text)
        assert found.mathml == mathml
        ET.fromstring(found.mathml)  # noqa: S314 - our own


def test_a_symbol_is_the_same_in_every_medium():
    width = sf.dim("width_of_a_model", latex=r"d_{\text{model}}")
    formula = sf.display(4 * width**2)
    assert str(formula) == "4 d_model²"
    assert formula.latex == r"4 d_{\text{model}}^{2}"
    assert "<mi>model</mi>" in formula.mathml
    odd = sf.dim("odd", latex=r"\overset{*}{x}")
    assert str(sf.display(2 * odd)) == "2 odd"
    assert "<mi>odd</mi>" in sf.display(2 * odd).mathml
    starred = sf.dim("starred", latex=r"W^{*}")
    assert sf.display(starred**2).latex == "(W^{*})^{2}"
    assert str(sf.display(starred**2)) == "(W^∗)²" or str(sf.display(starred**2)) == "(W^*)²"


@pytest.mark.parametrize("meaning", ["", " ", "a\nb", {"en": ""}, {"en": 3}, {1: "a"}, 3, ["a"]])
def test_meanings_are_words(meaning):
    with pytest.raises(SymbolError, match="says nothing of refused"):
        sf.dim("refused", meaning=meaning)


def test_what_is_declared_later_keeps_what_was_declared():
    sf.dim("told", latex=r"t_0")
    sf.dim("told", meaning={"en": "time", "zh": "时间"})
    assert notation("told").latex == "t_0"
    assert dict(notation("told").meaning) == {"en": "time", "zh": "时间"}


# the table of notation


def rows(table):
    return [[cell for cell in line.split("  ") if cell] for line in table.to_text().splitlines()]


def meanings(cost, lang="en"):
    table = sf.notation_table(cost, lang)
    place = [column.key for column in table.columns].index("meaning")
    return {str(row[0][0][0]): row[place] for row in table.rows}


def test_the_symbols_of_a_convolution():
    assert meanings(CONV) == {
        "C_in": "input channels",
        "k": "kernel size",
        "h": "groups",
        "C_out": "output channels",
        "H": "height",
        "s": "stride",
        "p": "padding on each side",
        "W": "width",
    }
    assert meanings(CONV, "zh")["C_in"] == "输入通道数"


def test_the_symbols_of_a_model():
    gpt = sf.cost(sf.zoo.gpt())
    found = meanings(gpt)
    assert found["V"] == "vocabulary size"
    assert found["D"] == "model width"
    assert found["L"] == "number of blocks"
    assert found["h"] == "attention heads"
    assert found["N"] == "tokens"
    assert set(meanings(gpt, "zh")) == set(found)
    assert meanings(sf.cost(sf.zoo.llama()))["D"] == "model width"


def test_a_declared_meaning_goes_first():
    rare = sf.dim("rare_width", meaning={"en": "width of the rare", "zh": "稀有宽度"})
    plain = sf.dim("plain_width", meaning="a width")
    cost = sf.cost(sf.Linear(rare, plain), (rare,))
    assert meanings(cost) == {"rare_width": "width of the rare", "plain_width": "a width"}
    assert meanings(cost, "zh") == {"rare_width": "稀有宽度", "plain_width": "a width"}


def test_what_layers_say_differently_is_said_together_or_not_at_all():
    patches = sf.cost(sf.Conv2d(3, D, p, stride=p), (3, H, W))
    assert meanings(patches)["p"] == "kernel size and stride"
    chain = sf.cost(sf.Sequential(sf.Conv1d(C, D, k), sf.Conv1d(D, C, (k,))), (C, L))
    assert meanings(chain) == {"k": "kernel size", "C": "channels", "D": "channels", "L": "length"}
    odd = sf.cost(sf.Conv2d(C, C, C, stride=C, padding=C, groups=C), (C, H, W))
    assert meanings(odd)["C"] is None
    sides = sf.cost(sf.Conv2d(C, D, (h, k)), (B, C, H, W))
    assert meanings(sides)["h"] == "kernel height"
    assert meanings(sides)["k"] == "kernel width"
    assert meanings(sides)["B"] == "samples in a batch"


def test_families_and_values():
    widths = family("C")
    chain = sf.Stack(lambda i: sf.Conv2d(widths[i - 1], widths[i], 3, padding=1), L)
    assert meanings(sf.cost(chain, (widths[0], H, W)))["C[l]"] == "channels"
    table = sf.notation_table(CONV.at(C_in=64, H=2 * W))
    values = {str(row[0][0][0]): row[2] for row in table.rows}
    assert [column.key for column in table.columns] == ["symbol", "meaning", "value", "where"]
    assert values["C_in"] == 64
    assert values["H"] == 2 * W
    assert values["k"] is None
    put_in = sf.cost(chain, (widths[0], H, H)).at(L=2, C=(3, 64, 128))
    table = sf.notation_table(put_in)
    assert {str(row[0][0][0]): (row[1], row[2]) for row in table.rows} == {
        **{f"C[{i}]": ("channels", value) for i, value in enumerate((3, 64, 128))},
        "H": ("height and width", None),
        "L": ("number of blocks", 2),
    }
    assert "C_2     channels            128" in table.to_text()
    doubled = sf.cost(chain, (widths[0], H, H)).at(C=lambda i: 64 * 2**i)
    assert " 64 · 2^l " in str(sf.notation_table(doubled))


def test_a_size_of_several_axes_is_each_of_them():
    cube = sf.Conv3d(C, 3, 3, padding=1)
    assert meanings(sf.cost(cube, (C, H, H, H)))["H"] == "depth, height and width"
    assert meanings(sf.cost(cube, (C, H, H, W)))["H"] == "depth and height"
    assert meanings(sf.cost(cube, (C, H, H, H)), "zh")["H"] == "深度、高度，也是宽度"


def test_notation_in_every_format():
    table = sf.notation_table(CONV.at(C_in=64))
    for text in (table.to_text(), table.to_markdown(), table.to_html(), table.to_csv()):
        assert "input channels" in text
    assert r"$C_{\mathrm{in}}$ & input channels & 64 & Conv2d.in\_channels" in table.to_latex()
    assert json.loads(table.to_json())["rows"][0]["meaning"] == "input channels"
    with pytest.raises(UnknownNameError, match="fr"):
        sf.notation_table(CONV, lang="fr")


# other names

METRICS = ("params", "mults", "adds", "macs", "flops", "activations", "kv_cache")


@pytest.mark.parametrize("name", ["vgg16", "resnet50", "gpt", "llama", "swin_t", "mamba", "t5"])
def test_a_renamed_cost_is_the_same_in_other_letters(name):
    cost = sf.cost(getattr(sf.zoo, name)())
    names = {symbol.name: f"x_{i}" for i, symbol in enumerate(sorted(cost.symbols, key=str))}
    renamed = cost.rename(names)
    back = {sf.dim(new): sf.dim(old) for old, new in names.items()}
    assert {symbol.name for symbol in renamed.symbols} == set(names.values())
    for metric in METRICS:
        found = sympy.Integer(0) + getattr(renamed, metric)
        assert sympy.expand(found.xreplace(back) - getattr(cost, metric)) == 0, metric
    again = renamed.rename({new: old for old, new in names.items()})
    assert again.flops == cost.flops
    assert [str(c) for c in again.conditions] == [str(c) for c in cost.conditions]


def test_names_change_places_at_once():
    renamed = CONV.rename(C_in="C_out", C_out="C_in", H="W", W="H")
    swap = {C_in: C_out, C_out: C_in, H: W, W: H}
    assert renamed.flops == CONV.flops.xreplace(swap)
    values = {"C_in": 8, "C_out": 4, "H": 9, "W": 11, "k": 3, "s": 2, "p": 1, "h": 2}
    swapped = {"C_in": 4, "C_out": 8, "H": 11, "W": 9, "k": 3, "s": 2, "p": 1, "h": 2}
    assert renamed.at(values).flops == CONV.at(swapped).flops


def test_everything_that_a_cost_has_is_renamed():
    cost = sf.cost(sf.MultiheadAttention(D, h), (B, N, D), assume="N >= 4").at(D=2 * h).per("token")
    renamed = cost.rename(h="g", N="T")
    assert renamed.flops == cost.flops.xreplace({h: sf.dim("g"), N: sf.dim("T")})
    assert "T >= 4" in [str(c) for c in renamed.conditions]
    assert renamed.setup.values == ((D, 2 * sf.dim("g")),)
    assert renamed["out_proj"].rename(T="N").macs == cost["out_proj"].macs.xreplace(
        {h: sf.dim("g")}
    )
    assert (
        renamed.under("2mac").at(g=2, T=8, B=1).flops == cost.under("2mac").at(h=2, N=8, B=1).flops
    )


def test_families_and_fractions_are_renamed():
    widths, alpha = family("C"), sf.dim("alpha", integer=False)
    chain = sf.Stack(lambda i: sf.Conv2d(widths[i - 1], widths[i], 3, padding=1), L)
    cost = sf.cost(chain, (widths[0], H, W))
    assert cost.rename(C="M").at(L=2, M=(3, 4, 5)).macs == cost.at(L=2, C=(3, 4, 5)).macs
    net = sf.cost(sf.zoo.mobilenet_v1(width_mult=alpha), (3, H, W)).rename(alpha="beta")
    assert sf.dim("beta", integer=False) in net.symbols


def test_a_meaning_goes_with_its_name():
    old = sf.dim("old_name", meaning="what it means", latex=r"\mathcal{O}")
    renamed = sf.cost(sf.Linear(old, 3), (old,)).rename(old_name="its_new_name")
    assert meanings(renamed) == {"its_new_name": "what it means"}
    assert notation("its_new_name").latex is None


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({"C_in": "C_out"}, "C_in cannot be called C_out: another symbol is called so"),
        ({"C_in": "D", "C_out": "D"}, "C_out cannot be called D"),
        ({"x": "y"}, "there is no symbol x to rename; the symbols are C_in, C_out"),
        ({"C_in": "a b"}, "'a b' is not a name"),
        ({"C_in": 3}, "3 is not a name"),
    ],
)
def test_names_that_cannot_be_given(names, message):
    with pytest.raises(SymbolError, match=re.escape(message)):
        CONV.rename(names)
    with pytest.raises(SymbolError, match="another symbol is called so"):
        CONV.at(H=2 * W).rename(k="H")


def test_names_inside_a_layer_of_ones_own():
    class Mine(sf.Layer):
        def forward(self, x):
            yield "kernel", sf.unknown("kernel", N)
            return x

    cost = sf.cost(Mine(), (N, D))
    assert str(cost.rename(N="M").flops) == "c_kernel(M)"
    assert cost.rename(N="M").at(M=3).flops == cost.at(N=3).flops
    with pytest.raises(SymbolError, match="inside the forward"):
        cost.rename(N="D", D="N")


# in a browser

needs_chromium = pytest.mark.skipif(
    shutil.which("chromium") is None, reason="chromium is not there"
)


@needs_chromium
def test_a_browser_shows_formulas(tmp_path):
    """Every formula takes room, has no error element, and its fractions and exponents leave the line."""
    sf.dim("shown", latex=r"\hat{d}_{\text{model}}")
    shown, i = sf.dim("shown"), index("i")
    formulas = {
        "flat": sf.display(N * D),
        "tall": sf.display(N / D),
        "raised": sf.display(N**2),
        "declared": sf.display(shown),
        "like": sf.display(N * D + N, like=r"N(1+D)"),
        "where": sf.display(9 * sympy.floor((H - k) / s), where=True),
        "series": sf.display(sympy.Sum(N**i, (i, 1, L))),
    }
    parts = "".join(f"<p><span id={name}>{f.mathml}</span></p>" for name, f in formulas.items())
    script = (
        "<script>for (const e of document.querySelectorAll('span')) { const b = "
        "e.querySelector('math').getBoundingClientRect(); "
        "e.dataset.size = Math.round(b.width) + ',' + Math.round(b.height); }</script>"
    )
    page = tmp_path / "page.html"
    page.write_text(f"<!DOCTYPE html><meta charset=utf-8><body>{parts}{script}", encoding="utf-8")
    run = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", page.as_uri()]
    dom = subprocess.run(run, capture_output=True, text=True, check=True, timeout=120).stdout
    sizes = {
        m[1]: (int(m[2]), int(m[3]))
        for m in re.finditer(r'id="(\w+)" data-size="(\d+),(\d+)"', dom)
    }
    assert sizes.keys() == formulas.keys()
    assert all(width > 5 and height > 5 for width, height in sizes.values())
    assert sizes["tall"][1] > sizes["flat"][1]
    assert "merror" not in dom
    assert sizes["where"][0] > 4 * sizes["flat"][0]


@pytest.mark.parametrize(
    ("latex", "package"),
    [(r"d_{\text{model}}", "amsmath"), (r"\mathbb{D}", "amssymb"), (r"\hat{d}", None)],
)
def test_the_packages_of_a_symbol_are_named(latex, package):
    d = sf.dim("d_packaged", latex=latex)
    cost = sf.cost(sf.Linear(d, d), (d,))
    fragments = [
        cost.table().to_latex(),
        sf.derive(cost).to_latex(),
        sf.macros(cost),
        cost.show().to_latex(),
        sf.notation_table(cost).to_latex(),
    ]
    for fragment in fragments:
        first = fragment.partition("\n")[0]
        if package:
            assert rf"\usepackage{{{package}}}" in first
        else:
            assert "amssymb" not in first
            assert r"\usepackage{amsmath}" not in first or "align" in fragment
