"""Tables for camera-ready papers: several conventions, numbers beside formulas, groups, and notes with marks."""

import csv
import io
import json
import random
import re
import shutil
import subprocess
from html.parser import HTMLParser

import pytest
import sympy
from models import Costs, model_cost, usual_cost
from test_latex import COLUMN, HOSTILE, PAGE, compiled, engines, needs_tex

import symflops as sf
from symflops.errors import ArgumentError, SymbolError, UnknownNameError
from symflops.tables.fitting import choose
from symflops.tables.options import Options
from symflops.tables.sections import lettered
from symflops.tables.table import AT

C, D, H, L, N, W = sf.dims("C D H L N W")
COUNTS = ("params", "mults", "adds", "macs", "flops", "activations", "kv_cache", "model_size")
PAIR = ("exact", "2mac")
CHINESE = "ResNet-18 的参数量与计算量（输入 224 × 224）"


def block():
    return sf.Sequential(norm=sf.LayerNorm(D), up=sf.Linear(D, 4 * D), down=sf.Linear(4 * D, D))


def costs():
    """Costs of which some rows are repeated, tied or inside of one another."""
    tied = sf.Shared("w", block())
    yield "repeat", sf.cost(sf.Sequential(first=block(), body=sf.Repeat(block(), L)), (N, D))
    yield "tied", sf.cost(sf.Sequential(a=tied, act=sf.ReLU(), b=tied), (N, D))
    yield "nested", sf.cost(sf.Sequential(a=sf.Repeat(sf.Repeat(block(), 3), L + 1)), (N, D))
    alike = sf.Sequential(*(sf.Sequential(block(), sf.ReLU()) for _ in range(3)))
    yield "alike", sf.cost(sf.Sequential(stem=sf.Linear(D, D), body=alike), (N, D))
    repeats = (sf.Sequential(sf.Repeat(block(), L), sf.ReLU()) for _ in range(3))
    yield "alike repeats", sf.cost(sf.Sequential(*repeats), (N, D))
    yield (
        "stack",
        sf.cost(sf.Sequential(a=sf.Stack(lambda i: sf.Linear(D + i, D + i + 1), L)), (D,)),
    )


COSTS = Costs(costs())
SMALL = list(COSTS.given)
SOME = ["resnet18", "googlenet", "densenet121", "vit_b_16", "gpt2", "mixtral_8x7b", "t5_small"]


def column(table, key):
    (place,) = (i for i, found in enumerate(table.columns) if found.key == key)
    return place


def same(a, b):
    return sympy.expand(a - b) == 0


# conventions


def test_flops_under_several_conventions():
    cost = COSTS["resnet18"].at(H=224, W=224)
    table = cost.table("layer,macs,flops", conventions=PAIR)
    assert [found.key for found in table.columns] == ["layer", "macs", "flops@exact", "flops@2mac"]
    assert [found.group for found in table.columns] == ["", "", "FLOPs", "FLOPs"]
    titles = [found.title for found in table.columns[2:]]
    assert titles == ["FLOPs (every operation)", "FLOPs (2 per MAC)"]
    for i, name in enumerate(PAIR, 2):
        under = cost.under(name).table("layer,flops")
        assert [row[i] for row in table.lines] == [row[1] for row in under.lines]
    assert table.columns == cost.table("layer,macs,flops@exact,flops@2mac").columns
    assert list(table.footnotes.values()) == ["a", "b", "c"]
    assert not any(note[0].startswith("Convention") for note in table.notes)


def test_one_convention_by_name_is_an_ordinary_column():
    cost = COSTS["resnet18"].at(H=224, W=224)
    table = cost.table(("layer", "flops@mac"))
    assert table.columns[1].title == "FLOPs (1 per MAC)"
    assert table.columns[1].group == ""
    assert table.notes[0][0].startswith("Convention mac: ")
    assert table.total[1] == cost.under("mac").flops


def test_a_convention_of_ones_own():
    mine = sf.Convention("mine & yours", "Multiplications alone.", "by hand", {("mul", "*"): 1})
    table = COSTS["resnet18"].at(H=224, W=224).table(conventions=("mac", mine))
    assert table.columns[-1].key == "flops@mine & yours"
    assert table.total[-1] == COSTS["resnet18"].at(H=224, W=224).mults
    assert r"mine \& yours" in table.to_latex()
    assert "share" not in [found.key for found in table.columns]


# numbers beside formulas


def test_numbers_stand_beside_the_formulas_that_they_are_the_values_of():
    table = COSTS["alexnet"].table("layer,params,macs", at={"H": 224, "W": 224})
    assert [found.key for found in table.columns] == ["layer", "params", "macs", f"macs{AT}"]
    assert [found.title for found in table.columns[2:]] == ["MACs (formula)", "MACs (H = W = 224)"]
    assert table.total[3] == COSTS["alexnet"].at(H=224, W=224).macs
    assert table.total[2] == COSTS["alexnet"].macs


def test_many_values_stand_in_a_note():
    values = {"N": 8, "V": 50, "D": 12, "L": 3, "h": 4, "n_ctx": 16}
    table = COSTS["gpt"].table("layer,params,macs", at=values)
    assert table.columns[-1].title == "MACs (numbers)"
    (note,) = table.columns[-1].notes
    assert note[0] == "With "
    assert table.columns[2].notes == (note,)  # the same for params
    assert "With N = 8, V = 50, D = 12, L = 3, h = 4, n_ctx = 16." in table.to_text()


def test_shares_are_those_of_the_numbers():
    table = COSTS["alexnet"].table(at={"H": 224, "W": 224})
    numbers = COSTS["alexnet"].at(H=224, W=224).table()
    assert [row[-1] for row in table.lines] == [row[-1] for row in numbers.lines]
    (note,) = table.columns[-1].notes
    assert table.footnotes[note] == "a"
    left = COSTS["alexnet"].table(at={"H": 224})
    assert "share" not in [found.key for found in left.columns]


@pytest.mark.parametrize("name", COSTS)
def test_numbers_add_up_to_the_cost_with_values_put_in(name):
    cost = COSTS[name]
    own = name in SMALL
    bound = cost.at(dict.fromkeys(cost.symbols, 4)) if own else usual_cost(name)
    values = dict(bound.setup.values)
    if not values:
        return
    table = cost.table(("layer", *COUNTS), at=values, conventions=("exact", "2mac+bias"))
    for i, found in enumerate(table.columns):
        if found.kind == "count":
            assert same(sum(row[i] for row in table.rows), table.total[i]), found.key
        if found.is_put_in:
            convention = found.key.removesuffix(AT).partition("@")[2] or "exact"
            assert table.total[i] == bound.under(convention).metric(found.metric)


def test_a_family_of_widths_is_put_in():
    widths, M = sf.family("C"), sf.dim("M")
    chain = sf.Stack(lambda l: sf.Conv2d(widths[l - 1], widths[l], 3, padding=1, bias=False), L)  # noqa: E741
    cost = sf.cost(chain, (widths[0], M, M))
    for values in ({"L": 2, "C": (3, 64, 128)}, {"C": lambda l: 64 * 2**l}):  # noqa: E741
        table = cost.table("layer,macs", at=values)
        assert same(table.rows[0][-1], cost.at(values).macs)


# groups


@pytest.mark.parametrize(
    ("name", "groups"),
    [(name, 1) for name in COSTS] + [(name, n) for name in (*SMALL, *SOME) for n in (2, 3)],
)
def test_subtotals_and_rows_add_up_to_the_total(name, groups):
    table = COSTS[name].table(("layer", *COUNTS), groups=groups)
    alone = set(range(len(table.rows)))
    for section in table.sections:
        assert alone >= set(range(section.start, section.stop))
        alone -= set(range(section.start, section.stop))
        assert section.stop - section.start > 1
    for i, found in enumerate(table.columns[1:], 1):
        parts = [table.rows[k][i] for k in alone] + [s.subtotal[i] for s in table.sections]
        assert same(sum(parts), table.total[i]), found.key


@pytest.mark.parametrize("name", [*SMALL, *SOME])
@pytest.mark.parametrize("groups", [1, 2])
def test_subtotals_are_the_costs_of_their_layers(name, groups):
    """Counted anew from the layer that the heading names, not from the rows."""
    cost = COSTS[name]
    for section in cost.table(("layer", "macs", "flops"), groups=groups).sections:
        path, times = section.heading.path, section.heading.times
        whole = path.removesuffix(".*")
        if "*" in whole or "–" in whole:
            continue
        repeated = len(times) > 1 or (times and whole == path)
        if not repeated:
            assert same(section.subtotal[1], cost[whole].macs), path
            assert same(section.subtotal[2], cost[whole].flops), path


@pytest.mark.parametrize(("name", "unit"), [("gpt2", "token"), ("resnet18", "pixel")])
def test_portions_add_up_as_well(name, unit):
    table = COSTS[name].per(unit).table(("layer", "macs", "flops"), groups=1)
    inside = [k for s in table.sections for k in range(s.start, s.stop)]
    for i in (1, 2):
        alone = [row[i] for k, row in enumerate(table.rows) if k not in inside]
        assert same(sum(alone) + sum(s.subtotal[i] for s in table.sections), table.total[i])


def test_headings_say_how_often_their_rows_are_there():
    table = COSTS["gpt2"].table(groups=1)
    (section,) = table.sections
    assert str(section.heading) == "h.* GPTBlock × 12"
    assert section.heading.notes == (("Rows under this heading count all repetitions.",),)
    labels = [str(row[0]) for row in table.rows[section.start : section.stop]]
    assert labels[:2] == ["ln_1 LayerNorm", "attn.q_proj Linear"]
    assert section.subtotal[column(table, "params")] == 85_054_464


def test_equal_neighbours_have_one_heading():
    table = COSTS["alike"].table(("layer", "params"), groups=2)
    (section,) = table.sections
    assert str(section.heading) == "body.0–2 Sequential × 3"
    assert same(section.subtotal[1], COSTS["alike"]["body"].params)
    again = COSTS["alike repeats"].table(("layer", "macs"), groups=1)
    assert same(sum(s.subtotal[1] for s in again.sections), again.total[1])


def test_a_layer_with_one_row_has_no_heading():
    table = COSTS["resnet18"].table(groups=1)
    headings = [str(section.heading) for section in table.sections]
    assert headings == ["layer2 Sequential", "layer3 Sequential", "layer4 Sequential"]
    assert "layer1.0–1 BasicBlock × 2" in [str(row[0]) for row in table.rows]
    assert COSTS["vgg16"].table(groups=3).sections == ()


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"groups": 0}, ArgumentError, "groups must be a whole number of at least 1, got 0"),
        ({"groups": True}, ArgumentError, "groups must be a whole number of at least 1, got True"),
        ({"groups": "1", "depth": 2}, ArgumentError, "groups must be a whole number of at least 1"),
        ({"groups": 2, "depth": 2}, ArgumentError, "depth must be greater than groups"),
        (
            {"groups": 1, "columns": "macs,layer"},
            ArgumentError,
            "needs the column 'layer' in front",
        ),
        ({"conventions": "3mac"}, UnknownNameError, "unknown convention '3mac'"),
        ({"columns": "layer,flops@2mc"}, UnknownNameError, "unknown convention '2mc'"),
        ({"columns": "layer,macs@2mac"}, ArgumentError, "macs is the same under every convention"),
        ({"columns": "layer,macs,macs"}, ArgumentError, "the column 'macs' is asked for twice"),
        ({"at": {"Z": 4}}, SymbolError, "there is no symbol Z"),
        ({"at": {"H": -4}}, SymbolError, "H must be a whole number"),
    ],
)
def test_errors_of_arguments(given, error, message):
    with pytest.raises(error, match=re.escape(message)):
        COSTS["resnet18"].table(**given)


# notes with marks


def test_marks_are_letters_in_the_order_of_reading():
    assert lettered("xyx") == {"x": "a", "y": "b"}
    assert list(lettered(range(28)).values())[24:] == ["y", "z", "aa", "bb"]
    table = COSTS["gpt2"].table("layer,params,flops", groups=1, conventions=PAIR, at={"N": 1024})
    assert [note[0][:10] for note in table.footnotes] == [
        *("Convention", "Convention", "Weights ti", "Rows under"),
    ]


def test_what_is_said_of_most_rows_is_said_of_the_table():
    few = COSTS["resnet18"].at(H=224, W=224).table()
    assert few.rows[0][0].notes == (("Sizes rounded down, as PyTorch does.",),)
    lone = sf.cost(sf.Conv2d(3, 4, 3, stride=2), (3, 8, 8)).table()
    assert lone.footnotes == {}
    assert lone.notes[-1] == ("Sizes rounded down, as PyTorch does, at the layer.",)


def test_marks_go_with_the_columns_that_have_them():
    table = COSTS["resnet18"].at(H=224, W=224).table("layer,macs,flops", conventions=PAIR)
    kept = table.keeping(["layer", "macs", "flops@2mac"])
    assert list(kept.footnotes.values()) == ["a", "b"]
    assert "Every elementary" not in kept.to_text()


# renderers


def whole():
    cost = COSTS["resnet18"].at(H=224, W=224)
    return cost.table("layer,params,macs,flops", conventions=("mac", "2mac"), groups=1)


def beside():
    return COSTS["gpt2"].table("layer,params,macs", groups=1, at={"N": 1024})


class Cells(HTMLParser):
    """Counts how many columns each row of a table takes, with what spans several."""

    def __init__(self):
        super().__init__()
        self.rows, self.below = [], 0

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "tr":
            self.rows.append(self.below)
            self.below = 0
        if tag in ("td", "th"):
            span = int(given.get("colspan", 1))
            self.rows[-1] += span
            self.below += span * (given.get("rowspan") == "2")


@pytest.mark.parametrize("table", [whole(), beside()], ids=["whole", "beside"])
def test_html_spans_as_many_columns_in_every_row(table):
    text = table.to_html()
    parser = Cells()
    parser.feed(text)
    assert set(parser.rows) == {len(table.columns)}
    assert 'scope="colgroup" colspan="2"' in text
    assert text.count('scope="rowgroup"') == len(table.sections) == text.count('class="subtotal"')
    assert text.count("<tbody>") == text.count("</tbody>") >= len(table.sections)
    assert "<sup>a</sup>" in text


@pytest.mark.parametrize("table", [whole(), beside()], ids=["whole", "beside"])
def test_markdown_has_as_many_cells_in_every_line(table):
    lines = table.to_markdown().split("\n\n")[0].splitlines()
    assert {len(re.split(r"(?<!\\)\|", line)) for line in lines} == {len(table.columns) + 2}
    assert len(lines) == len(table.printed) + 2


def test_records_name_the_group_of_a_row():
    table = whole()
    header, *rows = csv.reader(io.StringIO(table.to_csv()))
    assert header[:2] == ["group", "layer"]
    assert [
        "layer2 Sequential",
        "0 BasicBlock",
        "230144",
        "179830784",
        "179830784",
        "359661568",
    ] in rows
    assert rows[-1][:2] == ["", "total"]
    assert len(rows) == len(table.rows) + 1  # subtotals are sums of what is there
    found = json.loads(table.to_json())
    assert found["subtotals"][0]["group"] == "layer2 Sequential"
    assert found["subtotals"][0]["params"] == 525_568
    assert found["footnotes"][0]["columns"] == ["flops@mac"]
    assert found["footnotes"][2]["rows"] == [0, 3, 5, 7, 9]
    assert found["rows"][0]["group"] is None


def test_pandas_has_a_title_for_each_column():
    pytest.importorskip("pandas")
    frame = whole().to_dataframe()
    assert frame.groupby("group")["params"].sum()["layer2 Sequential"] == 525_568
    assert list(frame.columns) == [
        *("group", "layer", "params", "MACs", "FLOPs (1 per MAC)", "FLOPs (2 per MAC)"),
    ]


def test_the_header_and_the_groups_in_latex():
    lines = whole().to_latex().splitlines()
    start = lines.index(r"\toprule")
    assert lines[start + 1] == r" &  &  & \multicolumn{2}{c@{}}{FLOPs} \\"
    assert lines[start + 2] == r"\cmidrule(l){4-5}"
    assert r"2 per MAC$^{\mathrm{b}}$ \\" in lines[start + 3]
    heading = lines.index(r"\multicolumn{5}{@{}l@{}}{\textit{layer2 Sequential}} \\")
    assert lines[heading - 1] == r"\addlinespace"
    assert lines[heading + 3].startswith(r"\quad \textit{subtotal} & 525,568 & ")
    after = next(i for i, line in enumerate(lines) if line.startswith("avgpool"))
    assert lines[after - 1] == r"\addlinespace"


def test_formulas_that_move_below_have_a_name_each():
    table = sf.cost(sf.zoo.vgg16()).table(conventions=("2mac", "exact"), depth=1)
    names = re.findall(r"F}_{(?:\\mathrm{)?([a-z0-9,]+)}+ = ", table.to_latex())
    assert names == re.findall(r"F_([a-z0-9,]+) = ", table.to_text())
    assert names == ["1", "2", "3", "total", "total,2"]


def test_both_columns_of_a_page_are_spanned():
    assert (
        whole().to_latex(fit="column", part="table*").splitlines()[1].startswith("% set for 487 pt")
    )
    assert whole().to_latex(part="table*").splitlines()[1].startswith("% set for 345 pt")


def test_rows_alone_keep_their_headings():
    rows = whole().to_latex(part="rows")
    assert rows.count(r"\multicolumn{5}{@{}l@{}}{\textit{") == 3
    assert "columns layer, params, macs, flops@mac, flops@2mac" in rows.splitlines()[1]


def test_layers_that_have_numbers_for_names_keep_their_kinds():
    k, C_in, C_out = sf.dims("k C_in C_out")
    conv = sf.Conv2d(C_in, C_out, k, padding="same", bias=False)
    net = sf.Sequential(conv, sf.BatchNorm2d(C_out), sf.ReLU())
    table = sf.cost(net, (C_in, H, W), "2mac").table()
    for written in (table.to_latex(fit="column"), table.to_text(60)):
        assert all(name in written for name in ("0 Conv2d", "1 BatchNorm2d", "2 ReLU"))
    assert "Left out for a width of 60: columns output, share." in table.to_text(60)


def test_no_formula_moves_so_that_a_number_keeps_the_kind_behind_it():
    cost = model_cost("resnet50_v1").under("2mac")
    written = cost.table("layer,params,macs,flops", groups=1).to_latex(fit="column")
    assert "\\quad 0 & 75,008 & $73{,}728 \\, H_{2} \\, W_{2}$" in written
    assert "\\mathcal{F}_{6}" not in written


@engines
def test_rows_alone_are_read_in_a_tabular_as_they_say(tmp_path, engine):
    rows = usual_cost("lenet5").table("layer,params,macs").to_latex(part="rows")
    reads = re.search(r"read by (\\csname .*\\endcsname) in a tabular", rows.splitlines()[1])[1]
    (tmp_path / "rows.tex").write_text(rows)
    lines = [
        rows.splitlines()[0],
        r"\begin{tabular}{@{}lrr@{}}",
        r"\toprule a&b&c\\ \midrule",
    ]
    around = "\n".join([*lines, f"{reads} rows.tex", r"\bottomrule", r"\end{tabular}", ""])
    assert compiled(tmp_path, {"rows": around}, PAGE, engine) == {}


# TeX


def kinds():
    """Tables of each kind, in symbols and with numbers, of models that are drawn."""
    draw = random.Random(6)  # noqa: S311 - the same each time
    for name in [
        "resnet18",
        "gpt2",
        *draw.sample([n for n in sf.zoo.names() if n not in SOME], 10),
    ]:
        cost = COSTS[name]
        bound = usual_cost(name)
        values = dict(bound.setup.values)
        groups, pair = draw.choice([1, 2]), draw.sample(list(sf.conventions.CONVENTIONS), 2)
        yield f"{name}-groups", cost.table(groups=groups)
        yield f"{name}-groups-numbers", bound.table(groups=groups)
        yield f"{name}-pair", bound.table(conventions=pair)
        yield f"{name}-all", bound.table(conventions=pair, groups=groups)
        if values:
            yield f"{name}-beside", cost.table("layer,params,macs,flops", at=values)
            yield (
                f"{name}-beside-all",
                cost.table("layer,macs,flops", at=values, conventions=pair, groups=groups),
            )


@pytest.fixture(scope="module")
def drawn():
    return dict(kinds())


@pytest.fixture(scope="module")
def fragments(drawn):
    """The tables that were drawn for a page, a column and both columns, with all that can be asked for."""
    draw = random.Random(7)  # noqa: S311 - the same each time
    parts = {"page": ["table"], "column": ["table", "table*"]}
    found = {}
    for fit, choices in parts.items():
        found[fit] = {}
        for name, table in drawn.items():
            part = draw.choice(choices)
            siunitx = draw.random() < 0.5
            options = {"fit": fit, "part": part, "caption": HOSTILE, "siunitx": siunitx}
            try:
                found[fit][name] = table.to_latex(**options)
            except ArgumentError:  # seven columns beside long names, in one of two columns
                assert (fit, part) == ("column", "table"), name
        assert len(found[fit]) > len(drawn) - 5
    return found


def labelled(fit):
    """Tables that TeX needs two runs for."""
    yield "numbered", beside().to_latex(fit=fit, siunitx=True, caption="c", label="tab:beside")
    if fit == "page":
        options = {"longtable": True, "caption": "c", "label": "tab:long"}
        yield "long", whole().to_latex(fit=fit, **options)
    else:
        yield "short", whole().to_latex(fit=fit, siunitx=True)


@engines
@pytest.mark.parametrize(("fit", "preamble"), [("page", PAGE), ("column", COLUMN)])
def test_every_kind_compiles_without_a_warning(tmp_path, fragments, fit, preamble, engine):
    assert compiled(tmp_path, fragments[fit], preamble, engine) == {}
    assert compiled(tmp_path, dict(labelled(fit)), preamble, engine) == {}


@needs_tex
@pytest.mark.parametrize("siunitx", [False, True])
def test_tables_are_as_wide_as_is_said(tmp_path, drawn, siunitx):
    """Differences have signs, ratios decimals: siunitx keeps room for both in every cell."""
    costs = {name: usual_cost(name) for name in ("resnet50", "vgg16", "squeezenet1_1")}
    tables = {
        "delta": sf.compare(costs, delta=True),
        "deltas": sf.compare(costs, delta=True, metric="params,macs", baseline="vgg16"),
        **{name: table for name, table in drawn.items() if name.startswith(("resnet18", "gpt2"))},
    }
    layouts, fragments = {}, {}
    for name, table in tables.items():
        latex = table.to_latex(siunitx=siunitx)
        if latex.count("\\begin{table}") == 1:
            layouts[name] = choose(table.shortened, Options(siunitx=siunitx))
            typed = f"\\typeout{{TABLE {name} \\the\\wd0}}\\usebox0"
            fragments[name] = latex.replace("\\usebox0", typed)
    assert compiled(tmp_path, fragments, PAGE) == {}
    log = (tmp_path / "all.log").read_text(errors="replace").replace("\n", "")
    widths = {name: float(width) for name, width in re.findall(r"TABLE (\S+) ([\d.]+)pt", log)}
    assert len(widths) > len(tables) / 2
    for name, width in widths.items():
        assert 0.9 * layouts[name].width - 3 <= width <= layouts[name].width, name


def chinese():
    layers = sf.Sequential(
        卷积=sf.Conv2d(3, 8, 3), 组=sf.Sequential(全连接=sf.ReLU(), 输出=sf.ReLU())
    )
    return sf.cost(layers, (3, 8, 8)).table(conventions=PAIR, groups=1)


def installed(file):
    return subprocess.run(["kpsewhich", file], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("engine", ["lualatex", "xelatex"])
def test_chinese_words_compile_with_engines_that_set_them(tmp_path, engine):
    needed = ["ctex.sty"] + ["luatexja.sty"] * (engine == "lualatex")
    if shutil.which(engine) is None or not all(map(installed, needed)):
        pytest.skip(f"{engine} with {' and '.join(needed)} is not there")
    fragments = {
        "caption": whole().to_latex(caption=CHINESE, engine=engine),
        "layers": chinese().to_latex(caption=CHINESE, engine=engine, siunitx=True),
    }
    for fragment in fragments.values():
        assert r"\usepackage[scheme=plain]{ctex}" in fragment.splitlines()[0]
    assert compiled(tmp_path, fragments, PAGE, engine) == {}
    narrow = {"narrow": chinese().to_latex(fit="column", caption=CHINESE, engine=engine)}
    assert compiled(tmp_path, narrow, COLUMN, engine) == {}


def test_chinese_words_are_refused_where_they_cannot_be_set():
    with pytest.raises(
        ArgumentError, match=r'cannot be set by pdflatex.*engine="xelatex" takes it'
    ):
        whole().to_latex(caption=CHINESE)
    for text in ("🙂", "繁體", "\u202e"):
        with pytest.raises(ArgumentError, match="cannot be set by xelatex"):
            whole().to_latex(caption=text, engine="xelatex")
    with pytest.raises(UnknownNameError, match="unknown engine 'tex'"):
        whole().to_latex(engine="tex")


# golden files


@pytest.mark.parametrize(
    ("file", "renderer", "options"),
    [
        ("page.tex", "to_latex", {"caption": "ResNet-18 at 224 × 224.", "label": "tab:resnet18"}),
        ("column.tex", "to_latex", {"fit": "column", "siunitx": True}),
        ("span.tex", "to_latex", {"fit": "column", "part": "table*", "caption": "ResNet-18."}),
        ("md", "to_markdown", {}),
        ("html", "to_html", {}),
        ("txt", "to_text", {}),
        ("csv", "to_csv", {}),
        ("json", "to_json", {}),
    ],
)
def test_golden(golden, file, renderer, options):
    golden(f"resnet18-groups.{file}", getattr(whole(), renderer)(**options))
    options = {key: value for key, value in options.items() if key in ("fit", "siunitx")}
    golden(f"gpt2-numbers.{file}", getattr(beside(), renderer)(**options))
