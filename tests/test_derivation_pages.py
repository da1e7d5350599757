"""Derivations on paper and on screen: sentences in two languages, lines that fit, TeX without a warning."""

import ast
import re
import shutil
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
import strategies
import sympy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from models import model_cost
from test_latex import COLUMN, PAGE, compiled

import symflops as sf
from symflops.cli import main
from symflops.costs import METRICS
from symflops.derivations.deriving import SHAPES
from symflops.derivations.lines import Line, Passage, reason
from symflops.derivations.reasons import SENTENCES
from symflops.derivations.saying import PLACE, Voice
from symflops.derivations.words import WORDS
from symflops.errors import ArgumentError, ReadError, UnknownNameError
from symflops.linebreaks import broken, parted, width_of
from symflops.output.printing import width
from symflops.setups import EDITS
from symflops.tally import OPERATIONS
from symflops.typeset.forms import Named
from symflops.typeset.scribe import write

PREAMBLES = {"page": PAGE, "column": COLUMN}
k, C_in, C_out, H, W, N, D, E, h, L, V = sf.dims("k C_in C_out H W N D E h L V")
MODELS = [
    "lenet5",
    "alexnet",
    "vgg16",
    "resnet18",
    "resnet50",
    "googlenet",
    "inception_v3",
    "densenet121",
    "mobilenet_v2",
    "mobilenet_v3_large",
    "efficientnet_b0",
    "convnext_tiny",
    "unet",
    "vit_b_16",
    "swin_t",
    "gpt",
    "gpt2",
    "llama3_8b",
    "mixtral_8x7b",
    "deepseek_v3",
    "mamba_130m",
    "t5_base",
    "bert_base",
    "whisper_tiny",
    "regnet_y_400mf",
]


def conv(*, bias=False):
    layer = sf.Conv2d(C_in, C_out, k, padding="same", bias=bias)
    return sf.cost(layer, (C_in, H, W))


#: What is told in golden files: name → cost and metric.
TOLD = {
    "conv2d": lambda: (conv(), "flops"),
    "conv2d.2mac": lambda: (conv().under("2mac"), "flops"),
    "conv2d.bias": lambda: (conv(bias=True), "flops"),
    "conv2d.output": lambda: (
        sf.cost(sf.Conv2d(3, D, k, stride=2, padding=1), (3, H, W)),
        "output",
    ),
    "conv2d.numbers": lambda: (conv().at(k=3, C_in=64, C_out=128, H=56, W=56), "flops"),
    "linear": lambda: (sf.cost(sf.Linear(D, E), (N, D)), "flops"),
    "linear.params": lambda: (sf.cost(sf.Linear(D, E), (N, D)), "params"),
    "batchnorm": lambda: (sf.cost(sf.BatchNorm2d(D), (D, H, W)), "flops"),
    "attention": lambda: (sf.cost(sf.MultiheadAttention(D, h, causal=True), (N, D)), "flops"),
    "gpt": lambda: (sf.cost(sf.zoo.gpt(), convention="2mac"), "flops"),
    "vgg16": lambda: (sf.cost(sf.zoo.vgg16()), "macs"),
    "vgg16.field": lambda: (sf.cost(sf.zoo.vgg16()), "receptive_field"),
    "resnet50": lambda: (sf.cost(sf.zoo.resnet50()), "macs"),
}


@pytest.mark.parametrize("name", TOLD)
def test_golden(golden, name):
    cost, metric = TOLD[name]()
    told = sf.derive(cost, metric)
    golden(f"derivations/{name}.tex", told.to_latex())
    golden(f"derivations/{name}.md", told.to_markdown() + "\n")
    golden(f"derivations/{name}.txt", told.to_text() + "\n")


def test_golden_elsewhere(golden):
    golden("derivations/conv2d.html", sf.derive(conv(bias=True)).to_html() + "\n")
    chinese = sf.derive(conv(bias=True), lang="zh")
    golden("derivations/conv2d.zh.tex", chinese.to_latex())
    golden("derivations/conv2d.zh.txt", chinese.to_text() + "\n")
    golden("derivations/resnet50.column.tex", sf.derive(*TOLD["resnet50"]()).to_latex(fit="column"))


# sentences


def places(sentence):
    return {place[1] for place in PLACE.finditer(sentence)}


def test_both_languages_have_the_same_sentences_with_the_same_places():
    en, zh = (
        {key: places(sentence) for key, sentence in SENTENCES[lang].items()}
        for lang in ("en", "zh")
    )
    assert en == zh
    assert WORDS["en"].keys() == WORDS["zh"].keys()


def test_no_brace_is_left_that_is_no_place():
    for sentences in SENTENCES.values():
        for key, sentence in sentences.items():
            assert not re.search(r"[{}]", PLACE.sub("", sentence)), key


def reasons_of_the_package():
    """Every ``reason("key", part=…)``, with the names of its parts."""
    for path in (Path(sf.__file__).parent / "derivations").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "reason":
                key = node.args[0]
                if isinstance(key, ast.Constant):
                    yield key.value, {keyword.arg for keyword in node.keywords}


def test_every_reason_has_its_sentence_and_all_its_parts():
    found = list(reasons_of_the_package())
    assert len(found) > 20
    for key, parts in found:
        assert key in SENTENCES["en"], key
        assert None in parts or places(SENTENCES["en"][key]) <= parts, key


def test_every_sentence_and_every_word_is_used():
    written = "".join(
        path.read_text()
        for path in (Path(sf.__file__).parent / "derivations").glob("*.py")
        if path.stem not in ("english", "chinese", "words")
    )
    used = set(re.findall(r"""["'](\w+)["']""", written))
    keys = {key.removesuffix("_one").removesuffix("_again") for key in SENTENCES["en"]}
    assert keys - used <= {"field_of", *EDITS}
    assert WORDS["en"].keys() - used <= {
        *OPERATIONS,
        *("token", "sample", "pixel"),
        *(f"metric_{metric}" for metric in (*METRICS, *SHAPES)),
    }


def voice(lang):
    return Voice(lang, lambda form: write(form, "text"), str, str, str)


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "one comparison"),
        (sympy.Integer(1), "one comparison"),
        (3, "3 comparisons"),
        (N, "N comparisons"),
        (N - 1, "N − 1 comparisons"),
    ],
)
def test_counts_agree_with_their_nouns(count, said):
    assert voice("en").amounts([("cmp", sympy.sympify(count))]) == said
    assert voice("zh").amounts([("cmp", sympy.sympify(count))]).endswith(" 次比较")


def test_lists_of_operations():
    counts = [("mul", sympy.Integer(2)), ("add", sympy.Integer(1)), ("sqrt", N)]
    assert voice("en").amounts(counts) == "2 multiplications, one addition and N square roots"
    assert voice("zh").amounts(counts) == "2 次乘法、1 次加法和 N 次开平方"


def test_one_output_is_said_as_one():
    of = {"terms": D, "counts": (("mul", D),)}
    many, one = (reason("dot", outputs=n, **of) for n in (E, sympy.Integer(1)))
    assert voice("en").say(many).startswith("Each of the E outputs is a dot product of D terms")
    assert voice("en").say(one).startswith("The output is a dot product of D terms")


def test_what_has_no_sentence_is_an_error():
    with pytest.raises(UnknownNameError, match="unknown reason 'dott'; did you mean 'dot'"):
        voice("en").say(reason("dott"))
    with pytest.raises(UnknownNameError, match="unknown part of 'table' 'rows'"):
        voice("en").say(reason("table", columns=D))
    with pytest.raises(UnknownNameError, match="unknown language 'fr'; there are: en, zh"):
        sf.derive(conv(), lang="fr").to_text()


# paper


def in_both_languages(told):
    return {"en": told, "zh": {name: replace(d, lang="zh") for name, d in told.items()}}


@pytest.fixture(scope="module")
def models():
    """Two metrics of many models."""
    costs = {name: model_cost(name) for name in MODELS}
    return in_both_languages(
        {f"{n}-{m}": sf.derive(c, m) for n, c in costs.items() for m in ("flops", "params")}
    )


@pytest.fixture(scope="module")
def layers():
    """Every family of layers, with symbols and with numbers, and every metric."""
    return in_both_languages(dict(told_layers()))


def told_layers():
    families = strategies.LEAVES | strategies.COUNTED_OTHERWISE
    for name, family in families.items():
        for kind in ("symbolic", "numeric"):
            layer, shape = getattr(drawn(family), kind)
            cost = sf.cost(layer, shape, batched=True)
            for metric in ("flops", "params", "activations", "output"):
                yield f"{name}-{kind}-{metric}", sf.derive(cost, metric)
            yield f"{name}-{kind}-2mac", sf.derive(cost.under("2mac+bias"))


def drawn(family):
    """One case of a family, the same each time."""
    found = []

    @settings(
        max_examples=6, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(family)
    def draw(case):
        found.append(case)

    draw()
    return max(found, key=lambda case: len(str(case)))


#: What is compiled with which engine; other engines set the same fragments.
COMPILED = [
    ("models", "en", "pdflatex"),
    ("models", "en", "lualatex"),
    ("models", "en", "xelatex"),
    ("models", "zh", "xelatex"),
    ("layers", "en", "pdflatex"),
    ("layers", "zh", "xelatex"),
]


@pytest.mark.parametrize("fit", PREAMBLES)
@pytest.mark.parametrize(("what", "lang", "engine"), COMPILED)
def test_everything_compiles_without_a_warning(tmp_path, request, what, lang, engine, fit):
    if shutil.which(engine) is None:
        pytest.skip(f"{engine} is not there")
    told = request.getfixturevalue(what)[lang]
    fragments = {name: derivation.to_latex(fit=fit) for name, derivation in told.items()}
    needs = r"% needs \usepackage{amsmath}"
    if lang == "zh":
        needs += r" \usepackage[scheme=plain]{ctex}, compiled with xelatex"
    assert {fragment.split("\n")[0] for fragment in fragments.values()} == {needs}
    assert compiled(tmp_path, fragments, PREAMBLES[fit], engine) == {}


@pytest.mark.parametrize("what", ["models", "layers"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_text_fits_eighty_places(request, what, lang):
    for name, told in request.getfixturevalue(what)[lang].items():
        wide = [line for line in told.to_text().split("\n") if width(line) > 80]
        assert wide == [], name


def test_a_letter_that_needs_a_package_names_it():
    D = sf.dim("D_of_blackboard", latex=r"\mathbb{D}")
    first = sf.derive(sf.cost(sf.Linear(D, 2), (D,))).to_latex().split("\n")[0]
    assert first == r"% needs \usepackage{amsmath} \usepackage{amssymb}"


def test_fit_is_one_of_two():
    with pytest.raises(UnknownNameError, match="unknown fit 'colum'; did you mean 'column'"):
        sf.derive(conv()).to_latex(fit="colum")


# screens


@pytest.mark.parametrize("what", ["models", "layers"])
def test_html_is_well_formed_and_says_every_line(request, what):
    for name, told in request.getfixturevalue(what)["en"].items():
        tree = ET.fromstring(told.to_html().partition("</style>")[2])  # noqa: S314 - of our own making
        cells = tree.findall(".//div[@class='chain']/div")
        formulas = [cell for cell in cells if cell.get("class") is None]
        assert len(formulas) >= len(told.steps), name


def test_markdown_keeps_its_displays_apart(models):
    for told in models["en"].values():
        for i, block in enumerate(told.to_markdown().split("$$\n")):
            assert ("\n\n" not in block) == (i % 2 == 1) or i % 2 == 0
            assert block.count(r"\begin{aligned}") == block.count(r"\end{aligned}")


def test_jupyter_takes_markdown_and_latex():
    told = sf.derive(conv())
    assert told._repr_markdown_() == told.to_markdown()
    assert told._repr_latex_() == told.to_latex()
    channels = sf.dim("通道")
    assert sf.derive(sf.cost(sf.Linear(channels, 2), (channels,)))._repr_latex_() is None


# the author's own form


@pytest.mark.parametrize(
    ("to", "text"),
    [
        (r"HWC_{out}(2k^2C_{in}-1)", "H W C_out (2 k² C_in − 1)"),
        ("C_out*(2*C_in*k**2 - 1)*H*W", "C_out (2 C_in k² − 1) H W"),
        (r"2 k^2 C_{in} C_{out} H W - C_{out} H W", "2 k² C_in C_out H W − C_out H W"),
        (C_out * H * W * (2 * C_in * k**2 - 1), "(2 C_in k² − 1) C_out H W"),
    ],
)
def test_a_derivation_ends_as_its_author_writes(to, text):
    told = sf.derive(conv(), to=to)
    assert f"= {text}" in told.to_text()
    assert told.steps[-1].expr.equals(conv().flops)


def test_symbols_are_spelled_as_the_author_spells_them():
    latex = sf.derive(conv(), to=r"HWC_\text{out}(2k^2C_{in}-1)").to_latex()
    assert r"C_\text{out}" in latex
    assert r"C_{in}" in latex
    assert r"\mathrm{in}" not in latex


@pytest.mark.parametrize(
    ("to", "error", "message"),
    [
        (
            r"2 C_{in} k^2 C_{out} H W",
            ArgumentError,
            "with C_in = 2, C_out = 3, H = 4, W = 5, k = 6 it is 8640, and the derivation gives 8580",
        ),
        ("K", ArgumentError, "; its symbols are C_in, C_out, H, W, k, not K"),
        ("7", ArgumentError, "it is 7, and the derivation gives"),
        ("2 +", ReadError, "expected a number, a symbol or '('"),
        (r"\input{x}", ReadError, r"the command \input is not read"),
        ("N" * 100_000, ReadError, "at most"),
    ],
)
def test_what_is_not_equal_is_refused_with_sizes(to, error, message):
    with pytest.raises(error, match=re.escape(message)):
        sf.derive(conv(), to=to)


def test_names_of_sizes_may_stand_in_it():
    """What a derivation prints, it reads: H_1 is what its where-list says."""
    slid = sf.cost(sf.Conv2d(C_in, C_out, k, stride=2, bias=False), (C_in, H, W), "mac")
    told = sf.derive(slid, to=r"H_1 W_1 C_{out} C_{in} k^2")
    assert "= H_1 W_1 C_out C_in k²" in told.to_text()
    assert told.steps[-1].expr.equals(slid.flops)
    assert "where H_1 = ⌊(H − (k − 1) − 1)/2⌋ + 1" in " ".join(told.to_text().split())
    with pytest.raises(ArgumentError, match=r"with .+ it is \d+, and the derivation gives \d+$"):
        sf.derive(slid, to=r"H_1 H_1 C_{out} C_{in} k^2")


def test_axes_that_are_alike_end_in_one_formula():
    field = sf.cost(sf.Repeat(sf.Conv2d(C_in, C_in, k, padding="same"), L), (C_in, H, W))
    assert "= 1 + L (k − 1)" in sf.derive(field, "receptive_field", to="1 + L(k - 1)").to_text()
    with pytest.raises(
        ArgumentError, match="with L = 2, k = 3 it is 6, and the derivation gives 5"
    ):
        sf.derive(field, "receptive_field", to="L k")


def test_an_output_has_no_one_formula_to_end_in():
    with pytest.raises(ArgumentError, match="ends in one formula; output has several"):
        sf.derive(conv(), "output", to="H")


# lines of formulas


@pytest.mark.parametrize(
    ("formula", "points"),
    [
        (r"\left(\frac{H W}{256} + 1\right)", 54.3),
        (r"2 \left(\frac{H W}{256} + 1\right) (3 H W + 768)", 122.59),
        (r"2 \left(\frac{H}{2} + 1\right)", 50.14),
        (r"\frac{a}{b} \frac{c}{d} x", 21.01),
    ],
)
def test_no_formula_is_wider_than_is_thought(formula, points):
    """In points as TeX sets them, in Computer Modern at 10 pt, in a display."""
    assert points <= width_of(formula) <= 1.02 * points


@st.composite
def sums(draw, depth=2):
    names = sf.dims("N D E_in H k")
    terms = [
        draw(st.integers(1, 10**6)) * draw(st.sampled_from(names)) ** draw(st.integers(1, 3))
        for _ in range(draw(st.integers(1, 6)))
    ]
    if depth:
        terms.append(draw(st.sampled_from(names)) * draw(sums(depth=depth - 1)))
        terms.append(sympy.floor(draw(sums(depth=0)) / 7))
    return sympy.Add(*terms) * draw(st.sampled_from(names))


@given(sums(), st.sampled_from(["latex", "text"]), st.integers(120, 345))
def test_lines_are_the_formula_and_fit(expr, medium, points):
    room = points if medium == "latex" else points // 4
    whole = write(expr, medium)
    lines = parted(whole, room, medium=medium)
    assert all(width_of(line.text, medium) <= room for line in lines)
    dots = r"\cdot " if medium == "latex" else "· "
    joined = " ".join(line.text for line in lines)
    plain = re.sub(r"\\(?:left|right|bigg?[lr])", "", joined).replace(dots, "").replace(" ", "")
    assert plain == re.sub(r"\\(?:left|right)", "", whole).replace(dots, "").replace(" ", "")
    assert all(line.text[0] in "+-−·" or line.text.startswith(r"\cdot") for line in lines[1:])
    assert not any(line.text.count(r"\left") != line.text.count(r"\right") for line in lines)


def test_lines_break_outside_before_inside():
    assert broken((N + D) ** 2 * (H + W), 12, medium="text") == ["(D + N)²", "· (H + W)"]
    assert parted(r"N (a + b + c + d) + 4", 75)[0].text == "N (a + b + c + d)"


def test_tall_brackets_that_a_break_parts_have_a_fixed_size():
    lines = parted(r"\left(\frac{a}{b} + c d e f + g h k\right) (x + 1)", 90)
    assert [line.text for line in lines] == [
        r"\biggl(\frac{a}{b} + c d e f",
        r"+ g h k\biggr) (x + 1)",
    ]
    assert parted(r"\left(\frac{a}{b} + c\right)", 99)[0].text == r"\left(\frac{a}{b} + c\right)"


def test_a_number_that_is_wider_than_a_line_is_an_error():
    with pytest.raises(ArgumentError, match="is wider than a line"):
        sf.derive(sf.cost(sf.Linear(10**90, 10**90), (10**90,)), "params").to_latex(fit="column")


# what a hand-made passage does


def test_passages_that_say_nothing_go_on_with_those_before():
    cost = conv()
    line = Line(cost.flops, name=Named("FLOPs", "a", cost.flops))
    said = Passage((line,), (reason("layer", name="conv"),), "stem")
    told = sf.Derivation(cost, "flops", cost.flops, (said, Passage((line,), title="stem.conv")))
    assert told.to_latex().count(r"\begin{align*}") == 1
    assert "stem.conv" not in told.to_text()


def test_titles_from_outside_are_escaped():
    cost = conv()
    said = Passage((Line(cost.flops),), (reason("layer", name="$<i>_"),), "<b>&_*")
    told = sf.Derivation(cost, "flops", cost.flops, (said,))
    assert "<b>&lt;b&gt;&amp;_*.</b> <i>$&lt;i&gt;_</i>:" in told.to_html()
    assert r"\textbf{$<$b$>$\&\_*.} \emph{\$$<$i$>$\_}:" in told.to_latex()
    assert r"**&lt;b&gt;&amp;\_\*.** *\$&lt;i&gt;\_*:" in told.to_markdown()
    assert told.to_text().startswith("<b>&_*. $<i>_:")


# the command


def run(capsys, *arguments):
    status = main(["derive", *arguments])
    out, err = capsys.readouterr()
    return status, out, err


LAYER = ("Conv2d(C_in, C_out, k, padding='same', bias=False)", "--input", "C_in,H,W")


@pytest.mark.parametrize("kind", ["text", "markdown", "latex", "html"])
def test_the_command_prints_what_python_gives(capsys, kind):
    status, out, _ = run(capsys, *LAYER, "--format", kind)
    assert status == 0
    assert out.rstrip("\n") == getattr(sf.derive(conv()), f"to_{kind}")().rstrip("\n")


def test_the_command_takes_its_options(capsys):
    _, out, _ = run(capsys, *LAYER, "--format", "latex", "--fit", "column", "--lang", "zh")
    assert out == sf.derive(conv(), lang="zh").to_latex(fit="column")
    _, out, _ = run(capsys, *LAYER, "--to", "H W C_out (2 k^2 C_in - 1)")
    assert "= H W C_out (2 k² C_in − 1)" in out
    _, out, _ = run(capsys, "gpt", "--metric", "params", "--detail", "short")
    assert out.rstrip() == str(sf.derive(sf.cost(sf.zoo.gpt()), "params", "short"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--to", "7"), "it is 7, and the derivation gives"),
        (("--fit", "column"), "--fit is for --format latex"),
        (("--lang", "fr"), "unknown language 'fr'; there are: en, zh"),
        (("--metric", "macsx"), "unknown metric 'macsx'; did you mean 'macs'?"),
        (("--format", "csv"), "unknown format 'csv'"),
    ],
)
def test_the_command_says_what_it_cannot_do(capsys, options, message):
    status, out, err = run(capsys, *LAYER, *options)
    assert (status, out) == (2, "")
    assert message in err
