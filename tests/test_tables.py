"""Tables: their rows, totals and notes, and what each renderer makes of them."""

import csv
import io
import json
import re
import subprocess
import sys

import pytest
import sympy
from IPython.core.formatters import DisplayFormatter
from models import Costs, usual_cost

import symflops as sf
from symflops.columns import COLUMNS, DEFAULT
from symflops.errors import ArgumentError, UnknownNameError
from symflops.output.printing import width
from symflops.tables.markdown import escape
from symflops.tables.table import Column, Label, Table
from symflops.tables.text import WIDE
from symflops.zoo.listing import listing

D, L, N = sf.dims("D L N")
COUNTS = [key for key, column in COLUMNS.items() if column.kind == "count"]
HOSTILE = [
    "a&b",
    "<script>alert(1)</script>",
    "a|b",
    "$x$",
    "two\nlines",
    "🙂",
    "层一",
    "*b*",
    "[a](b)",
]
RENDERERS = ("to_text", "to_markdown", "to_html", "to_csv", "to_json")


def block():
    return sf.Sequential(up=sf.Linear(D, 4 * D), act=sf.GELU(), down=sf.Linear(4 * D, D))


def costs():
    """Costs in which weights are tied, blocks repeated, or sizes depend on an index."""
    tied = sf.Shared("w", sf.Linear(D, D))
    yield "tied", sf.cost(sf.Sequential(tied, sf.ReLU(), tied, sf.Linear(D, 1)), (N, D))
    yield "tied twice", sf.cost(sf.Sequential(sf.Repeat(tied, 3), tied), (D,))
    yield "repeat", sf.cost(sf.Repeat(sf.Residual(block()), L), (N, D))
    yield "nested", sf.cost(sf.Repeat(sf.Repeat(block(), 3), 2 * L + 1), (D,))
    yield "stack", sf.cost(sf.Stack(lambda i: sf.Linear(D + i, D + i + 1), L), (D,))
    yield "numbers", sf.cost(sf.Stack(lambda i: sf.Linear(8 + i, 9 + i), 4), (8,))
    yield "step", sf.cost(sf.Residual(sf.Linear(D, D)), (D,))


COSTS = Costs(costs())


def sums(table):
    for i, column in enumerate(table.columns):
        if column.kind == "count":
            yield column.key, sum(row[i] for row in table.rows) - table.total[i]


@pytest.mark.parametrize("name", COSTS)
@pytest.mark.parametrize("depth", [None, 1, 2, 3])
def test_totals_are_the_sums_of_their_columns(name, depth):
    table = COSTS[name].table(COUNTS, depth)
    for key, difference in sums(table):
        assert sympy.expand(difference) == 0, key


@pytest.mark.parametrize("convention", sf.conventions.CONVENTIONS)
def test_totals_are_the_sums_under_every_convention(convention):
    for name in ("repeat", "resnet18", "alexnet"):
        table = COSTS[name].under(convention).table(("flops",))
        assert [sympy.expand(difference) for _, difference in sums(table)] == [0]


@pytest.mark.parametrize("name", sf.zoo.names())
def test_totals_with_numbers(name):
    cost = usual_cost(name)
    table = cost.table((*COUNTS, "share"))
    assert all(difference == 0 for _, difference in sums(table))
    assert sum(row[-1] for row in table.rows) == table.total[-1] == 1
    assert table.total[:-1] == tuple(map(cost.metric, COUNTS))


def test_default_columns():
    assert DEFAULT == ("layer", "output", "params", "macs", "flops", "share")
    table = COSTS["vgg16"].at(H=224, W=224).table()
    titles = ["layer", "output", "params", "MACs", "FLOPs (every operation)", "share"]
    assert [column.title for column in table.columns] == titles
    under = COSTS["vgg16"].under("mac").table()
    assert under.columns[-1].title == "FLOPs (1 per MAC)"


def test_columns_as_asked_for_and_in_that_order():
    keys = ("flops", "layer", "kind", "model_size")
    table = COSTS["lenet5"].table(keys)
    assert [column.key for column in table.columns] == list(keys)
    assert table.rows[0][1:3] == ("c1 Conv2d", "Conv2d")
    assert table.total[-1] == 61_706 * 4
    assert (
        COSTS["lenet5"].table("layer,macs").columns
        == COSTS["lenet5"].table(("layer", "macs")).columns
    )


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ("flop", "unknown column 'flop'; did you mean 'flops'?"),
        ("Param", "unknown column 'Param'; did you mean 'params'?"),
        ("zzz", "unknown column 'zzz'; there are: activations, active_params, adds"),
    ],
)
def test_unknown_columns(column, message):
    with pytest.raises(UnknownNameError, match=re.escape(message)):
        COSTS["lenet5"].table(("layer", column))


def test_depth_must_be_positive():
    with pytest.raises(ArgumentError, match="depth must be a whole number of at least 1, got 0"):
        COSTS["lenet5"].table(depth=0)


def test_depth_folds():
    cost = COSTS["resnet50"]
    first = [row[0] for row in cost.table(depth=1).rows]
    assert first == [
        *("conv1 Conv2d", "bn1 BatchNorm2d", "relu ReLU", "maxpool MaxPool2d"),
        *(f"layer{i} Sequential" for i in range(1, 5)),
        *("avgpool AdaptiveAvgPool2d", "flatten Flatten", "fc Linear"),
    ]
    second = [row[0] for row in cost.table(depth=2).rows]
    assert second == [row[0] for row in cost.table().rows]
    assert "layer3.1–5 Bottleneck × 5" in second
    assert "layer1.0.conv1 Conv2d" in [row[0] for row in cost.table(depth=3).rows]


def test_equal_neighbours_are_one_row():
    linear = sf.Linear(8, 8)
    table = sf.cost(sf.Sequential(linear, linear, linear, sf.Linear(8, 4)), (8,)).table()
    assert [row[0] for row in table.rows] == ["0–2 Linear × 3", "3 Linear"]
    assert table.rows[0][2] == 3 * 72
    other = sf.cost(sf.Sequential(a=linear, b=linear), (8,)).table()
    assert [row[0] for row in other.rows] == ["a Linear", "b Linear"]


def test_symbolic_depths_are_labels_with_mathematics():
    table = COSTS["nested"].table()
    label = table.rows[0][0]
    assert isinstance(label, Label)
    assert label == "*.*.up Linear × (2*L + 1) × 3"
    assert label.parts == ("*.*.up Linear", " × ", 2 * L + 1, " × ", sympy.Integer(3))
    assert table.to_text().splitlines()[2].startswith("*.*.up Linear × (2 L + 1) × 3 ")
    assert r"\times$~$(2 \, L + 1)$ $\times$~$3$" in table.to_latex(part="rows")


def test_tied_weights_are_counted_once_and_said():
    table = COSTS["tied"].table(("layer", "params"))
    assert [row[1] for row in table.rows] == [D * (D + 1), 0, 0, D + 1]
    (note,) = table.footnotes
    assert note == ("Weights tied by name are counted once: w.",)
    assert [row[0].notes for row in table.rows] == [(note,), (), (note,), ()]


def notes(table):
    return table.to_text().split("\n")[len(table.lines) + 3 :]


def test_notes():
    cost = sf.cost(sf.zoo.vgg16(), assume=("H = W",))
    said = notes(cost.table())
    assert said[0].startswith("Convention exact: Every elementary operation")
    assert "Holds for H = W, W ≥ 32." in said
    assert "Shares depend on W and are left out." in said
    bound = notes(sf.cost(sf.zoo.resnet18()).at(H=225).table())
    assert "With H = 225." in bound
    both = notes(COSTS["resnet18"].under("2mac").at(H=224, W=224).table())
    assert both[0] == "ᵃ Sizes rounded down, as PyTorch does."
    assert both[1].startswith("Convention 2mac: A multiplication with its addition counts twice")
    assert both[2] == "With H = 224, W = 224."
    few = COSTS["resnet18"].at(H=224, W=224).table(depth=1)
    assert few.rows[0][0].notes == (("Sizes rounded down, as PyTorch does.",),)


def test_shares_of_a_symbolic_layer_that_do_not_depend_on_it():
    table = sf.cost(sf.Sequential(sf.Linear(D, D), sf.Linear(D, 3 * D)), (D,)).under("mac").table()
    assert [row[-1] for row in table.lines] == [sympy.Rational(1, 4), sympy.Rational(3, 4), 1]
    asked = COSTS["resnet18"].table(("layer", "share"))
    assert asked.rows[0][1].free_symbols == set(sf.dims("H W"))


# renderers


def test_text_is_aligned_whatever_the_letters():
    names = ["层一", "a", "ｗide", "e\u0301tage"]
    table = sf.cost(sf.Sequential(**{n: sf.Linear(D, D) for n in names}), (D,)).at(D=64).table()
    lines = table.to_text().splitlines()
    places = {width(line[: line.index("64")]) for line in lines[2:6]}
    assert len(places) == 1
    assert len({width(line) for line in lines[:1] + lines[2:8]}) == 1
    assert width("层一 Linear") == 11


def test_wide_text_moves_its_long_formulas_below():
    for cost in (COSTS["vgg16"], COSTS["resnet50"]):
        lines = cost.table().to_text().splitlines()
        rows = len(cost.table().lines)
        assert max(map(width, lines[: rows + 3])) <= WIDE + 10
        assert lines[rows + 2].split()[-2:] == ["M_total", "F_total"]
        assert sum(line.startswith("M_total = ") for line in lines) == 1
    assert "F_total" not in COSTS["tied"].table().to_text()


@pytest.mark.parametrize("name", ["resnet50", "tied", "stack"])
def test_csv_reads_back(name):
    table = COSTS[name].table()
    header, *rows = csv.reader(io.StringIO(table.to_csv()))
    assert header == [column.title for column in table.columns]
    assert len(rows) == len(table.lines)
    params = header.index("params")
    assert [row[params] for row in rows] == [str(line[params]) for line in table.lines]
    assert [row[0] for row in rows] == [str(line[0]) for line in table.lines]


def test_json_reads_back():
    table = COSTS["vgg16"].at(H=224, W=224).table()
    found = json.loads(table.to_json())
    assert found["columns"]["flops"] == "FLOPs (every operation)"
    assert found["rows"][0] == {
        "layer": "features.0 Conv2d",
        "output": [64, 224, 224],
        "params": 1_792,
        "macs": 86_704_128,
        "flops": 173_408_256,
        "share": str(sympy.Rational(173_408_256, 30_958_700_544)),
    }
    assert found["total"]["macs"] == 15_470_264_320
    assert found["notes"][1] == "With H = 224, W = 224."
    symbols = json.loads(COSTS["tied"].table().to_json())
    assert symbols["total"]["params"] == str(COSTS["tied"].params)


def test_pandas():
    pandas = pytest.importorskip("pandas")
    table = COSTS["vgg16"].at(H=224, W=224).table()
    frame = table.to_dataframe()
    assert isinstance(frame, pandas.DataFrame)
    assert frame["params"].sum() == 138_357_544
    assert all(type(value) is int for value in frame["MACs"])
    assert len(frame) == len(table.rows)
    assert frame["output"][0] == "64 x 224 x 224"


def cells(line):
    return re.split(r"(?<!\\)\|", line)[1:-1]


@pytest.mark.parametrize("name", ["vgg16", "repeat", "stack", "tied"])
def test_markdown_has_as_many_cells_in_every_line(name):
    table = COSTS[name].table()
    lines = table.to_markdown().split("\n\n")[0].splitlines()
    assert {len(cells(line)) for line in lines} == {len(table.columns)}
    assert len(lines) == len(table.lines) + 2


def test_markdown():
    table = COSTS["vgg16"].at(H=224, W=224).table()
    lines = table.to_markdown().splitlines()
    assert lines[1] == "| :--- | :--- | ---: | ---: | ---: | ---: |"
    assert lines[2].startswith("| features.0 Conv2d | 64 × 224 × 224 | 1,792 | 86,704,128 |")
    assert "| **total** |  | **138,357,544** | **15,470,264,320** |" in table.to_markdown()
    stated = sf.cost(sf.zoo.vgg16(), assume="32 | H").table().to_markdown()
    assert r"$32 \mid H$" in stated


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_escapes(text):
    assert not re.search(r"(?<!\\)[$|*_`<\[]", escape(text))


def hostile():
    return sf.cost(sf.Sequential(**{name: sf.Linear(D, D) for name in HOSTILE}), (D,))


@pytest.mark.parametrize("renderer", RENDERERS)
def test_hostile_names_in_every_renderer(renderer):
    for cost in (hostile(), hostile().at(D=64)):
        text = getattr(cost.table(), renderer)()
        assert "<script>" not in text or renderer in ("to_text", "to_csv", "to_json")
        assert "层一" in text
        if renderer == "to_text":
            assert "two\\nlines" in text
            assert len(text.split("\n")) >= len(HOSTILE) + 4
        if renderer == "to_markdown":
            lines = text.split("\n\n")[0].splitlines()
            assert len(lines) == len(HOSTILE) + 3
            assert {len(cells(line)) for line in lines} == {len(cost.table().columns)}
        if renderer == "to_csv":
            rows = list(csv.reader(io.StringIO(text)))
            assert [row[0].removesuffix(" Linear") for row in rows[1:-1]] == HOSTILE
        if renderer == "to_json":
            names = [row["layer"] for row in json.loads(text)["rows"]]
            assert names == [f"{name} Linear" for name in HOSTILE]


def test_what_is_shown_in_jupyter():
    show = DisplayFormatter().format
    for value in (COSTS["tied"], COSTS["tied"].table()):
        found, _ = show(value)
        assert set(found) == {"text/plain", "text/html", "text/markdown", "text/latex"}
        assert found["text/plain"].startswith("layer ")
        assert "<table" in found["text/html"]
        assert found["text/markdown"].startswith("| layer |")
        assert "\\begin{tabular}" in found["text/latex"]


def test_a_table_that_latex_cannot_set_is_shown_in_the_other_forms():
    found, _ = DisplayFormatter().format(hostile().table())
    assert set(found) == {"text/plain", "text/html", "text/markdown"}


def test_labels():
    assert Label("a", "Linear") == "a Linear"
    assert Label("", "Linear", (L,)) == "Linear × L"
    assert Label("a.*", "", (L + 1, sympy.Integer(2))) == "a.* × (L + 1) × 2"


def test_any_table():
    """Tables without a total, without notes, or with cells that are empty."""
    columns = (Column("a", "a", "word"), Column("b", "b"), Column("c", "c", "shape"))
    table = Table(columns, (("x", sympy.Rational(1234567, 2), ((3, 224),)), ("y", None, None)))
    assert table.to_text().splitlines() == [
        "a            b  c",
        "─" * 23,
        "x  1,234,567/2  3 × 224",
        "y",
    ]
    assert table.to_csv() == "a,b,c\nx,1234567/2,3 x 224\ny,,\n"
    assert json.loads(table.to_json())["total"] is None
    assert "1,234,567/2 | 3 × 224 |" in table.to_markdown()
    assert "$1{,}234{,}567/2$" in table.to_latex()
    for renderer in (*RENDERERS, "to_latex"):
        assert getattr(listing(), renderer)()


def test_pandas_is_loaded_only_for_a_frame():
    code = (
        "import sys, symflops as sf; t = sf.cost(sf.zoo.lenet5()).table(); "
        "t.to_html(), t.to_csv(), t.to_markdown(); print('pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


# golden files


@pytest.mark.parametrize(
    ("file", "renderer", "options"),
    [
        ("page.tex", "to_latex", {"caption": "VGG-16 at 224 × 224.", "label": "tab:vgg16"}),
        ("column.tex", "to_latex", {"fit": "column"}),
        ("md", "to_markdown", {}),
        ("html", "to_html", {}),
        ("txt", "to_text", {}),
        ("csv", "to_csv", {}),
        ("json", "to_json", {}),
    ],
)
def test_golden(golden, file, renderer, options):
    vgg = sf.cost(sf.zoo.vgg16(), convention="mac").at(H=224, W=224).table()
    golden(f"vgg16.{file}", getattr(vgg, renderer)(**options))
    k, C_in, C_out, H, W = sf.dims("k C_in C_out H W")
    conv = sf.cost(sf.Conv2d(C_in, C_out, k, padding="same", bias=False), (C_in, H, W)).table()
    options = {key: value for key, value in options.items() if key == "fit"}
    golden(f"conv2d.{file}", getattr(conv, renderer)(**options))
