"""The LaTeX of tables compiles with every engine without a warning or a box that is too full, and fits."""

import re
import shutil
import subprocess

import pytest
from models import model_cost, usual_cost

import symflops as sf
from symflops.columns import COLUMNS
from symflops.errors import ArgumentError, UnknownNameError
from symflops.tables.escape import LATIN, SPECIAL, escape
from symflops.tables.fitting import choose
from symflops.tables.options import WIDTHS, Options
from symflops.tables.widths import SIZES, cell_width
from symflops.zoo.listing import listing

needs_tex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not there")
#: What only types: nothing is drawn, and pages are as they would be.
QUICK = {"pdflatex": "-draftmode", "lualatex": "--draftmode", "xelatex": "-no-pdf"}
engines = pytest.mark.parametrize(
    "engine",
    [
        pytest.param(
            engine,
            marks=pytest.mark.skipif(shutil.which(engine) is None, reason=f"{engine} is not there"),
        )
        for engine in QUICK
    ],
)

PAGE = r"\documentclass[10pt]{article}"
#: Two columns of 235 pt each, as many journals have them.
COLUMN = (
    r"\documentclass[10pt,twocolumn]{article}"
    r"\setlength{\columnsep}{20pt}\setlength{\textwidth}{490pt}"
)
BAD = re.compile(
    r"Warning|Overfull|Underfull|too large|^! |undefined|multiply defined|Missing character",
    re.MULTILINE,
)
#: What ctex says of its own fonts, whatever the document is.
KNOWN = 'Package fontspec Warning: Font "FandolSong-Regular" does not contain requested'
HOSTILE = r'50% of R&D, $5 #1_a {b} ~x^2 \end a<b>c "quoted" |bar| `` -- [x]*'


def compiled(tmp_path, fragments, preamble, engine="pdflatex", room=None):
    """Compile fragments in one document; return name → what is wrong in its part of the log."""
    packages = {
        name
        for fragment in fragments.values()
        for name in re.findall(r"\\usepackage(?:\[[^]]*\])?\{\w+\}", fragment.splitlines()[0])
    }
    body = []
    names = list(fragments)
    for i, fragment in enumerate(fragments.values()):
        (tmp_path / f"part{i}.tex").write_text(fragment)
        body.append(f"\\typeout{{PART {i} PART}}\\input{{part{i}}}\\clearpage")
    lines = [preamble, *sorted(packages)]
    width = r"\typeout{WIDTH \the\columnwidth}"
    end = r"\typeout{ALL OF IT}\end{document}"
    document = "\n".join([*lines, r"\begin{document}", width, *body, end, ""])
    (tmp_path / "all.tex").write_text(document)
    options = ["-interaction=nonstopmode", "-halt-on-error", QUICK[engine]]
    for _ in range(2):  # again where something is said: labels and widths are known by then
        subprocess.run(
            [engine, *options, "all.tex"], cwd=tmp_path, capture_output=True, check=False
        )
        log = (tmp_path / "all.log").read_text(errors="replace").replace(KNOWN, "")
        if not BAD.search(log):
            break
    room = room or (235.0 if "twocolumn" in preamble else 345.0)
    assert f"WIDTH {room}pt" in log
    first, *parts = re.split(r"PART (\d+) PART", log)
    assert not BAD.search(first), first
    found = {names[int(i)]: text for i, text in zip(parts[::2], parts[1::2], strict=True)}
    stopped = {} if "ALL OF IT" in log else {"the end": log[-2000:]}
    return {name: text for name, text in found.items() if BAD.search(text)} | stopped


@pytest.fixture(scope="module")
def tables():
    """Every model of the zoo, in symbols and with numbers."""
    names = sf.zoo.names()
    return {f"{name}-symbols": model_cost(name).table() for name in names} | {
        f"{name}-numbers": usual_cost(name).table() for name in names
    }


@pytest.fixture(scope="module")
def fragments(tables):
    """The same in LaTeX, for a page and for a column."""
    return {
        fit: {name: table.to_latex(fit=fit) for name, table in tables.items()} for fit in WIDTHS
    }


@engines
@pytest.mark.parametrize(("fit", "preamble"), [("page", PAGE), ("column", COLUMN)])
def test_every_model_compiles_without_a_warning(tmp_path, fragments, fit, preamble, engine):
    for fragment in fragments[fit].values():
        assert fragment.startswith("% needs \\usepackage{booktabs}\n")
    assert compiled(tmp_path, fragments[fit], preamble, engine) == {}


VGG, RESNET, LENET = "vgg16", "resnet50", "lenet5"
OPTIONS = {
    "siunitx": {"siunitx": True},
    "longtable": {"longtable": True, "caption": "Long", "label": "tab:long"},
    "K": {"scale": "K"},
    "M": {"scale": "M"},
    "G": {"scale": "G"},
    "siunitx-G": {"siunitx": True, "scale": "G"},
    "siunitx-longtable": {"siunitx": True, "longtable": True, "scale": "M"},
    "star": {"part": "table*", "caption": "Wide"},
    "tabular": {"part": "tabular"},
    "hostile": {"caption": HOSTILE, "label": "tab:a_b-c.1"},
}


@needs_tex
def test_every_option_compiles_without_a_warning(tmp_path):
    fragments = {
        f"{name}-{option}": usual_cost(name).table().to_latex(**given)
        for name in (VGG, RESNET, LENET)
        for option, given in OPTIONS.items()
        if "label" not in given or name == VGG
    }
    for option in ("siunitx", "longtable", "star", "tabular", "hostile"):
        given = {key: value for key, value in OPTIONS[option].items() if key != "label"}
        fragments[f"symbols-{option}"] = model_cost(RESNET).table().to_latex(**given)
    for convention in sf.conventions.CONVENTIONS:
        fragments[convention] = model_cost(VGG).under(convention).table().to_latex()
    fragments["models"] = listing().to_latex(caption="Models")
    for depth in (1, 2, 3):
        fragments[f"depth{depth}"] = usual_cost(RESNET).table(depth=depth).to_latex()
        fragments[f"depth{depth}-symbols"] = model_cost(RESNET).table(depth=depth).to_latex()
    assert compiled(tmp_path, fragments, PAGE) == {}


@needs_tex
def test_columns_that_are_asked_for(tmp_path):
    choices = [
        tuple(COLUMNS),
        ("layer", "kind", "params"),
        ("layer", "input", "output", "mults", "adds"),
    ]
    choices += [("layer", key) for key in list(COLUMNS)[1:]]
    fragments = {
        f"{name}-{'-'.join(keys)}-{fit}": cost.table(keys).to_latex(fit=fit, part="tabular")
        for keys in choices
        for fit in WIDTHS
        for name, cost in {
            "numbers": usual_cost(RESNET),
            "symbols": sf.cost(sf.zoo.vgg11()),
            "lenet": usual_cost(LENET),
        }.items()
    }
    assert compiled(tmp_path, fragments, PAGE) == {}


def layers():
    """Layers with symbols wherever there can be some."""
    k, C, D, H, W, g, s, p, d, L, N, M = sf.dims("k C_in C_out H W g s p d L N M")
    heads, alpha = sf.dims("heads alpha")
    conv = sf.Conv2d(C, D, k, padding="same", bias=False)
    long = sf.Conv2d(C, D, k, stride=s, padding=p, dilation=d, groups=g)
    block = sf.Sequential(norm=sf.LayerNorm(D), up=sf.Linear(D, 4 * D), down=sf.Linear(4 * D, D))
    dense = sf.Stack(lambda i: sf.Concat(sf.Identity(), sf.Conv2d(C + i * g, g, 3, padding=1)), L)
    three = sf.Conv3d(C, D, k, stride=s, padding=p, dilation=d)
    C_l, k_l, s_l, M_l = map(sf.family, ("C", "k", "s", "M"))
    chain = sf.Stack(lambda l: sf.Conv2d(C_l[l - 1], C_l[l], k_l[l], stride=s_l[l]), L)  # noqa: E741
    return {
        "conv": sf.cost(conv, (C, H, W)),
        "all-symbols": sf.cost(long, (C, H, W)),
        "conv3d": sf.cost(three, (C, N, H, W)),
        "repeat": sf.cost(sf.Repeat(block, 2 * L + 1), (N, D)),
        "residual": sf.cost(sf.Repeat(sf.Residual(block), L), (N, D)),
        "stack": sf.cost(dense, (C, H, W)),
        "greek": sf.cost(sf.Linear(alpha * heads, M**2 + N), (heads * alpha,)),
        "stated": sf.cost(sf.zoo.vgg11(), assume=("32 | H", "H = W")),
        "family": sf.cost(chain, (C_l[0], M_l[0], M_l[0])),
        "halved": sf.cost(sf.Repeat(sf.Conv2d(C, C, k, stride=2, padding=p), L), (C, H, W)),
    }


@needs_tex
@pytest.mark.parametrize(("fit", "preamble"), [("page", PAGE), ("column", COLUMN)])
def test_symbolic_layers_compile_without_a_warning(tmp_path, fit, preamble):
    fragments = {name: cost.table().to_latex(fit=fit) for name, cost in layers().items()}
    fragments |= {
        f"{name}-{convention}": cost.under(convention).table().to_latex(fit=fit)
        for name, cost in layers().items()
        for convention in ("2mac", "2mac+bias")
    }
    assert compiled(tmp_path, fragments, preamble) == {}


@needs_tex
def test_letters_with_accents_and_greek_ones(tmp_path):
    """All that are let through, in a caption and in the names of layers."""
    letters = [*sorted(LATIN), *(char for char in SPECIAL if not char.isascii())]
    words = ["".join(letters[i : i + 10]) for i in range(0, len(letters), 10)]
    cost = sf.cost(sf.Sequential(**{word: sf.Linear(8, 8) for word in words}), (8,))
    fragments = {fit: cost.table().to_latex(fit=fit, caption=" ".join(letters)) for fit in WIDTHS}
    assert compiled(tmp_path, fragments, PAGE) == {}


@needs_tex
def test_hostile_names_of_layers(tmp_path):
    (D,) = sf.dims("D")
    names = ["a&b", "50%", "$x$", "#1", "a_b", "{b}", "~t", "x^2", "\\end", "<s>", '"q"', "|b|"]
    names += ["*star", "[opt]", "--", "``", "a,,b", "line\nbreak", "?`", "long" * 12]
    cost = sf.cost(sf.Sequential(**{name: sf.Linear(D, D) for name in names}), (D,))
    fragments = {
        "float": cost.table().to_latex(),
        "numbers": cost.at(D=64).table().to_latex(siunitx=True),
        "column": cost.table().to_latex(fit="column"),
    }
    assert compiled(tmp_path, fragments, PAGE) == {}


@needs_tex
def test_estimates_of_widths_are_a_little_wide_and_never_narrow(tmp_path, tables):
    cells = {}
    costs = [table for name, table in tables.items() if name.startswith(("alex", "res", "vgg16-"))]
    for table in [*costs, *(cost.table() for cost in layers().values())]:
        for fit in WIDTHS:
            layout = choose(table, Options(fit=fit))
            for row in [*layout.headers, *layout.cells]:
                cells.update(dict.fromkeys(cell for cell in row if cell))
    cells = [*cells, *(f"m{letter}m" for letter in LATIN - set("Ĳĳ"))]
    lines = [
        f"\\sbox0{{\\{size} {cell}}}\\typeout{{BOX {size} {i} \\the\\wd0}}"
        for size in SIZES
        for i, cell in enumerate(cells)
    ]
    document = [r"\documentclass{article}\begin{document}", *lines, r"\end{document}"]
    (tmp_path / "boxes.tex").write_text("\n".join(document))
    command = ["pdflatex", "-interaction=batchmode", "boxes.tex"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    log = (tmp_path / "boxes.log").read_text(errors="replace")
    boxes = re.findall(r"BOX (\w+) (\d+) ([\d.]+)pt", log)
    assert len(boxes) == len(SIZES) * len(cells) > 1000
    for size, i, real in boxes:
        estimate, width = cell_width(cells[int(i)]).at(SIZES[size]), float(real)
        assert 0.99 * width - 0.3 <= estimate <= 1.1 * width + 1, (size, cells[int(i)])


# what needs no TeX


def test_the_first_lines_say_what_is_needed_and_what_was_chosen():
    table = usual_cost(VGG).table()
    first, second, *_ = table.to_latex(siunitx=True, longtable=True).splitlines()
    assert first == "% needs \\usepackage{booktabs} \\usepackage{longtable} \\usepackage{siunitx}"
    assert second.startswith("% set for 345 pt: \\")
    assert "counts scaled" in second
    column = table.to_latex(fit="column").splitlines()
    assert column[0] == "% needs \\usepackage{booktabs}"
    assert "without the column output" in column[1]


def test_nothing_is_resized(fragments):
    for fit in WIDTHS:
        assert not any("resizebox" in fragment for fragment in fragments[fit].values())


def test_output_stays_on_a_page(fragments):
    split = {"mamba2-symbols"}  # into three, of which each is a sum of symbols
    for name, fragment in fragments["page"].items():
        assert ("output" in fragment.splitlines()[1]) == (name in split), name


def test_every_model_stays_on_one_page(fragments):
    """What is longer is folded, and says so; a depth that was asked for stays, on as many pages as it takes."""
    for fit in WIDTHS:
        for name, fragment in fragments[fit].items():
            # of one, 30 formulas stand below in a column, and there is nothing left to fold
            most = 2 if (name, fit) == ("inception_v3-symbols", "column") else 1
            assert fragment.count(r"\begin{table}") <= most, (name, fit)
    said = fragments["page"]["googlenet-numbers"].splitlines()[1]
    assert said.endswith("folded from 62 to 55 rows (all: longtable=True)")
    deep = model_cost("densenet121").table(depth=4).to_latex()
    assert "pages" in deep.splitlines()[1]
    assert "folded" not in deep.splitlines()[1]
    table = usual_cost("googlenet").table()
    long = table.to_latex(longtable=True)
    assert "folded" not in long.splitlines()[1]
    assert all(f"{escape(row[0].path)} " in long for row in table.rows)


def test_a_small_table_is_set_in_full():
    said = usual_cost(LENET).table().to_latex().splitlines()[1]
    assert said == "% set for 345 pt: \\normalsize"


def test_scaled_counts():
    table = usual_cost(VGG).table(("layer", "params", "macs"))
    rows = table.to_latex(part="rows", scale="G").splitlines()
    assert rows[2] == "% Exact totals: 138,357,544 params, 15,470,264,320 MACs."
    assert rows[3] == "% With $H = 224$, $W = 224$."
    assert rows[4] == "features.0 Conv2d & $<$0.001 & 0.09 \\\\"
    assert rows[5] == "features.1 ReLU & 0\\phantom{.000} & 0\\phantom{.00} \\\\"
    assert rows[-1] == "total & 0.138 & 15.47 \\\\"
    rows = table.to_latex(part="rows", scale="M").splitlines()
    assert rows[-1] == "total & 138.36 & 15,470.26 \\\\"
    rows = table.to_latex(part="rows", scale="K", siunitx=True).splitlines()
    assert rows[-1] == "total & 138357.54 & 15470264.32 \\\\"


def test_a_long_table_goes_on_in_a_second_float():
    (D,) = sf.dims("D")
    deep = sf.Sequential(
        *(sf.Linear(D, D + i) if i < 1 else sf.Linear(D + i - 1, D + i) for i in range(63))
    )
    cost = sf.cost(deep, (D,)).at(D=10)
    latex = cost.table().to_latex(caption="Deep", label="tab:deep")
    assert latex.count("\\begin{table}") == latex.count("\\end{table}") == 2
    assert latex.count("\\caption") == latex.count("\\label") == 1
    assert "\\tablename~\\thetable\\ (continued)" in latex
    assert latex.count("Convention exact") == 1
    assert latex.count(" Linear &") == 63


def test_long_formulas_are_named_and_said_once():
    latex = model_cost(VGG).table().to_latex()
    assert latex.count("$\\mathcal{M}_{\\mathrm{total}}") == 2
    assert "Here $H_{1} = \\lfloor H/2 \\rfloor$" in latex
    assert "$64 \\times H \\times W$" in latex
    assert "$1{,}728 \\, H \\, W$" in latex


def test_what_names_stand_for_is_said_with_every_part():
    table = model_cost(VGG).table()
    rows = table.to_latex(part="rows")
    tabular = table.to_latex(part="tabular").splitlines()
    assert re.search(r"^% \$\\mathcal\{M\}_\{\\mathrm\{total\}\} = ", rows, re.MULTILINE)
    assert "% Holds for $H \\geq 32$, $W \\geq 32$." in tabular
    below = tabular[tabular.index("\\end{tabular}") :]
    assert below[1] == r"\par\smallskip\scriptsize\raggedright"
    assert below[2].startswith(r"\noindent\hangindent=1em Here $H_{1} = ")
    assert below[-2].startswith(r"\noindent\hangindent=1em $\mathcal{F}_{\mathrm{total}} = ")


def test_a_taken_name_is_not_given_to_a_size():
    H, H_1, W = sf.dims("H H_1 W")
    pools = sf.Sequential(
        *(sf.Conv2d(3, 3 + H_1 * 0, 3, padding=1) for _ in range(1)), sf.MaxPool2d(2)
    )
    cost = sf.cost(sf.Sequential(pools, sf.Conv2d(3, H_1, 3), sf.Conv2d(H_1, 512, 3)), (3, H, W))
    latex = cost.table().to_latex(fit="column")
    assert "H_{1} = " not in latex


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"fit": "pag"}, UnknownNameError, "unknown fit 'pag'; did you mean 'page'?"),
        ({"part": "tabel"}, UnknownNameError, "unknown part 'tabel'; did you mean 'table'"),
        ({"scale": "T"}, UnknownNameError, "unknown scale 'T'; there are: G, K, M"),
        ({"label": "tab:x"}, ArgumentError, "the label 'tab:x' needs a caption"),
        ({"caption": "c", "label": "a b"}, ArgumentError, "'a b' is not a label"),
        ({"caption": "c", "part": "rows"}, ArgumentError, "part='rows' has no caption"),
        ({"longtable": True, "part": "tabular"}, ArgumentError, "longtable=True makes a part"),
        ({"caption": "费用"}, ArgumentError, "'费' in '费用' cannot be set by pdflatex"),
    ],
)
def test_errors_of_arguments(given, error, message):
    with pytest.raises(error, match=re.escape(message)):
        usual_cost(LENET).table().to_latex(**given)


@pytest.mark.parametrize("fit", [0, -3, 10**6, True, float("nan"), None, ["page"]])
def test_no_width(fit):
    table = sf.cost(sf.Linear(3, 4), (3,)).table()
    with pytest.raises(ArgumentError, match="a width from 50 to 1000 points, got"):
        table.to_latex(fit=fit)


@needs_tex
def test_the_columns_of_any_class(tmp_path):
    """A width in points: those of article have 229.5, where a column is taken to have 235."""
    small = {name: usual_cost(name) for name in ("vgg16", "resnet50", "gpt2", "vit_b_16", "unet")}
    fragments = {name: cost.table().to_latex(fit=229.5) for name, cost in small.items()}
    fragments["alone"] = model_cost("resnet50").table().to_latex(fit=229.5, caption="Costs.")
    for name in ("vgg16", "gpt2", "vit_b_16"):
        fragments[f"{name} derived"] = sf.derive(model_cost(name), "macs").to_latex(229.5)
    assert all("% set for 229.5 pt" in fragment for fragment in fragments.values())
    preamble = r"\documentclass[10pt,twocolumn]{article}"
    assert compiled(tmp_path, fragments, preamble, room=229.5) == {}


def test_scaling_needs_numbers():
    with pytest.raises(ArgumentError, match="scale='M' needs numbers"):
        model_cost(VGG).table().to_latex(scale="M")


def test_a_dimension_that_latex_cannot_set():
    (N,) = sf.dims("通道")
    table = sf.cost(sf.Linear(N, 10), (N,)).table()
    with pytest.raises(ArgumentError, match="declare dim\\('通道', latex=…\\)"):
        table.to_latex()
    assert table._repr_latex_() is None
    assert "\\text{通道}" in table.to_markdown()


def test_a_short_note_is_no_wider_than_a_narrow_table():
    N, D = sf.dims("N D")
    layers = {"a": sf.Linear(D, D), "b": sf.Linear(D, 2 * D)}
    table = sf.compare({name: sf.cost(layer, (N, D)) for name, layer in layers.items()})
    assert table.notes[0] == ("Ratios are to the first row.",)
    assert "\\begin{minipage}{\\wd0}" in table.to_latex()


def test_a_table_without_counts_has_no_total():
    table = model_cost(VGG).table("layer,output,receptive_field")
    assert table.total is None
    assert "total" not in table.to_text() + table.to_latex()


def test_what_fits_in_no_way_is_one_message():
    table = sf.cost(sf.Linear(10**90, 10**90), (10**90,)).table()
    with pytest.raises(ArgumentError, match="does not fit 345 pt in any type size"):
        table.to_latex()


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("& % $ # _ { }", r"\& \% \$ \# \_ \{ \}"),
        ("~^\\", r"\textasciitilde{}\textasciicircum{}\textbackslash{}"),
        ("<>|", "$<$$>$$|$"),
        ('say "yes"', "say ``yes''"),
        ('"(a)"', "``(a)''"),
        ("--", "-{}-"),
        ("layer1.1–2", "layer1.1--2"),
        ("a\nb\tc", "a b c"),
        ("Dollár, Straße, Ångström, Łukasz", "Dollár, Straße, Ångström, Łukasz"),
        ("e\u0301", "é"),
        ("Σ σ² → $x_1$", r"$\Sigma$ $\sigma$$^2$ $\to$ \$x\_1\$"),
    ],
)
def test_escaping(text, latex):
    assert escape(text) == latex


@pytest.mark.parametrize("text", ["ð", "ę", "层", "a\x07b", "\u200b", "🙂"])
def test_characters_that_cannot_be_set(text):
    with pytest.raises(ArgumentError, match="cannot be set by pdflatex"):
        escape(text)
