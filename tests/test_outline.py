"""Which rows tables have, how they fold, and the short forms that stand for sizes in LaTeX."""

import re

import pytest
import sympy
from models import model_cost

import symflops as sf
from symflops.columns import COLUMNS
from symflops.exprs import minimum
from symflops.facts import equal
from symflops.outline import MOST_ROWS, depth_of, foldings, gathered, lines, merged
from symflops.symbols import index
from symflops.tables.breaking import breakable, line_count
from symflops.tables.shorthand import nameable, with_names
from symflops.tables.table import Label, Table
from symflops.tables.widths import SIZES

C, D, H, W = sf.dims("C D H W")
SMALL = SIZES["scriptsize"]
COUNTS = [key for key, column in COLUMNS.items() if column.kind == "count"]


def conv(name="0"):
    return {f"conv{name}": sf.Conv2d(C, C, 3, padding=1), f"bn{name}": sf.BatchNorm2d(C)}


def labels(found):
    return [str(line.label) for line in found]


def outline(layer, shape=(C, H, W), depth=None):
    return lines(sf.cost(layer, shape).root, depth)


def test_neighbours_whose_names_differ_in_a_number_are_one_row():
    linear = sf.Linear(D, D)
    named = sf.Sequential(**dict.fromkeys(("up1", "block-2", "block-3", "block-4", "b"), linear))
    found = merged(outline(named, (D,)))
    assert labels(found) == ["up1 Linear", "block-2–4 Linear × 3", "b Linear"]
    assert found[1].others == ("block-3", "block-4")
    assert [sf.cost(sf.zoo.regnet_y_8gf()).table(depth=3).rows[i][0] for i in (6, 8)] == [
        "trunk_output.block2.block2-1–3 RegNetBlock × 3",
        "trunk_output.block3.block3-1–9 RegNetBlock × 9",
    ]


def test_norms_and_activations_are_gathered_in_the_row_before():
    net = sf.Sequential(
        sf.ReLU(),
        sf.Sequential(
            **conv("1"), relu=sf.ReLU(), **conv("2"), drop=sf.Dropout(), pool=sf.MaxPool2d(2)
        ),
        sf.BatchNorm2d(C),
        sf.Flatten(),
        sf.Identity(),
    )
    found = gathered(outline(net, depth=2))
    assert labels(found) == [
        *("0 ReLU", "1.conv1–relu Conv2d", "1.conv2–drop Conv2d", "1.pool MaxPool2d"),
        *("2 BatchNorm2d", "3–4 Flatten"),
    ]
    assert [group.kind for group in found[1].followers] == ["BatchNorm2d", "ReLU"]
    assert found[1].others == ("1.bn1", "1.relu")


def test_equal_rows_are_joined_when_they_are_gathered():
    block = (sf.Conv2d(C, C, 3, padding=1), sf.BatchNorm2d(C), sf.ReLU())
    found = merged(gathered(outline(sf.Sequential(*block, *block, sf.Conv2d(C, 1, 1)))))
    assert labels(found) == ["0–5 Conv2d × 2", "6 Conv2d"]


@pytest.mark.parametrize(
    "name", ["vgg11_bn", "unet", "efficientnet_b0", "regnet_y_400mf", "googlenet"]
)
def test_every_folding_has_fewer_rows_and_the_same_totals(name):
    cost = model_cost(name)
    table, met = cost.table(COUNTS), []
    total = table.total
    while table is not None:
        for i, column in enumerate(table.columns):
            difference = sum(row[i] for row in table.rows) - table.total[i]
            assert sympy.expand(difference) == 0, (len(table.rows), column.key)
        assert table.total == total
        met.append(len(table.rows))
        table = table.folded
    assert met == sorted(set(met), reverse=True)
    assert MOST_ROWS >= met[0] > met[-1]


def test_a_folded_table_says_what_it_gathered_and_keeps_its_notes():
    folded = sf.cost(sf.zoo.vgg11_bn()).table().folded
    assert ("BatchNorm2d, Dropout, ReLU: counted in the row of the layer before.",) in folded.notes
    assert [column.key for column in folded.columns] == [
        "layer",
        "output",
        "params",
        "macs",
        "flops",
    ]
    assert any(note[0] == "Shares depend on " for note in folded.notes)
    assert folded.rows[0][0] == "features.0–2 Conv2d"
    assert folded.rows[0][2] == 1792 + 128


def test_a_depth_that_is_asked_for_is_not_folded():
    assert sf.cost(sf.zoo.vgg11_bn()).table(depth=2).folded is None


def test_weights_that_are_tied_are_counted_once_in_gathered_rows():
    norm = sf.Shared("n", sf.BatchNorm2d(C))
    net = sf.Sequential(sf.Conv2d(C, C, 1), norm, sf.Conv2d(C, C, 1, bias=False), norm)
    table = sf.cost(net, (C, H, W)).table(("layer", "params")).folded
    assert [row[1] for row in table.rows] == [C * (C + 3), C**2]


def test_the_receptive_field_of_a_gathered_row_is_that_of_its_last_layer():
    net = sf.Sequential(sf.Conv2d(C, C, 3), sf.ReLU(), sf.Conv2d(C, C, 3), sf.ReLU())
    table = sf.cost(net, (C, H, W)).table(("layer", "receptive_field")).folded
    assert [row[1] for row in table.rows] == [((3, 3),), ((5, 5),)]


def test_foldings_go_through_the_depths():
    root = sf.cost(sf.zoo.efficientnet_b0()).root
    assert depth_of(root, None) == 4
    found = [(depth, len(rows)) for depth, rows in foldings(root, 4)]
    assert found == [(4, 35), (4, 31), (3, 22), (3, 18), (2, 13), (1, 4)]


# names of sizes


def valid():
    net = sf.Sequential(sf.Conv2d(3, 8, 3), sf.MaxPool2d(2), sf.Conv2d(8, 8, 3))
    return sf.cost(net, (3, H, W)).table()


def named(table, which):
    return with_names(table, nameable(table, which))


def test_rounded_sizes_have_names_with_what_stands_beside_them():
    table = named(valid(), "rounded")
    assert "\nHere H_1 = ⌊H/2⌋ − 1; W_1 likewise from W.\n" in table.to_text()
    assert [str(row[1]) for row in table.rows[1:]] == [
        "((8, H_1, W_1),)",
        "((8, H_1 - 2, W_1 - 2),)",
    ]


def test_all_sizes_have_names_that_build_on_one_another():
    table = named(valid(), "all")
    said = "Here H_1 = H − 2, H_2 = ⌊H/2⌋ − 1, H_3 = H_2 − 2; W_1 to W_3 likewise from W."
    assert said in table.to_text()
    assert str(table.rows[2][1]) == "((8, H_3, W_3),)"
    assert table.rows[2][3] == 576 * sympy.prod(size for size in table.rows[2][1][0][1:])


def test_dimensions_that_are_not_alike_are_said_one_by_one():
    net = sf.Sequential(sf.Conv2d(3, 8, (3, 5), stride=(2, 1)), sf.Conv2d(8, 8, (3, 1)))
    text = named(sf.cost(net, (3, H, W)).table(), "all").to_text()
    assert "Here H_1 = ⌈H/2⌉ − 1, H_2 = H_1 − 2, H_3 = H_1 + 1, W_1 = W − 4." in text


def test_tables_without_such_sizes_stay_as_they_are():
    table = sf.cost(sf.Linear(D, D), (D,)).table()
    for which in ("rounded", "all"):
        assert named(table, which) is table


@pytest.mark.parametrize("which", ["rounded", "all"])
@pytest.mark.parametrize("name", ["unet", "alexnet_original", "inception_v3", "regnet_y_400mf"])
def test_what_is_named_is_the_same_when_the_names_are_put_in(name, which):
    table = model_cost(name).table()
    found = nameable(table, which)
    short = with_names(table, found)
    relations = [part for part in short.notes[-1] if hasattr(part, "sign")]
    values = {}
    for relation in relations:
        values[relation.left] = relation.right.xreplace(values)
    like = {symbol: sf.dims("W")[0] for symbol in sf.dims("H")}
    for left, right in list(values.items()):  # "W_1 to W_5 likewise from W"
        other = type(left)(left.name.replace("H_", "W_"), **left.assumptions0)
        values.setdefault(other, right.xreplace(like))
    for row, full in zip(short.lines, table.lines, strict=True):
        for cell, whole in zip(row, full, strict=True):
            if isinstance(cell, sympy.Expr):
                assert sympy.expand(cell.xreplace(values) - whole) == 0


# minima


N, S, h, m, n, w = sf.dims("N S h m n w")


def windowed(width=D):
    return sf.cost(sf.Scores(h, causal=True, window=w), [(N, width)] * 2)


@pytest.mark.parametrize(
    ("renderer", "formula", "note"),
    [
        ("to_text", "D (N m − m (m − 1)/2)", "Here m = min(N, w)."),
        ("to_markdown", r"$D \, (N \, m - m \, (m - 1)/2)$", r"Here $m = \min(N, w)$."),
        ("to_latex", r"$D \, (N \, m - m \, (m - 1)/2)$", r"Here $m = \min(N, w)$."),
        ("to_html", "<mi>m</mi>", "Here <math"),
    ],
)
def test_a_minimum_that_is_written_again_and_again_has_a_name(renderer, formula, note):
    written = getattr(windowed().table(columns=["params", "macs"]), renderer)()
    assert formula in written
    assert note in written
    assert len(re.findall(r"min\b\W", written)) == 1


def test_the_name_of_a_minimum_is_a_letter_that_is_free():
    assert "Here n = min(N, w)." in windowed(m).table().to_text()
    attention = sf.MultiheadAttention(D, h, causal=True, window=w)
    table = sf.cost(sf.Repeat(attention, m), (n, D)).table()
    assert "Here p = min(n, w)." in table.to_text()
    least = minimum(N, w)
    columns = (COLUMNS["layer"], COLUMNS["macs"])
    by_hand = Table(columns, ((Label("a", "b", (m,)), least**2 + least),), notes=(("with ", n),))
    assert "Here p = min(N, w)." in by_hand.to_text()
    both = sf.MultiheadAttention(D, h, causal=True, window=w, cache_length=S)
    table = sf.cost(both, (N, D)).table(columns=["macs"])
    assert "Here m = min(w, N + S), n = min(S, w)." in table.to_text()


def test_a_minimum_that_stands_once_keeps_its_form():
    cost = sf.cost(sf.MultiheadAttention(D, h, window=w, cache_length=S), (1, D))
    text = cost.table(columns=["params", "kv_cache"]).to_text()
    assert "min(w, S + 1)" in text
    assert "Here" not in text


def test_names_of_minima_are_for_readers_alone():
    table = windowed().table(columns=["layer", "macs"])
    assert "min" in table.to_csv()
    assert "min" in table.to_json()
    assert table.shortened.notes[-1][1] == equal(index("m"), minimum(N, w))
    for row, full in zip(table.shortened.lines, table.lines, strict=True):
        assert row[-1].xreplace({index("m"): minimum(N, w)}) == full[-1]


def test_minima_have_names_in_folded_tables_too():
    net = sf.Sequential(*[sf.MultiheadAttention(D, h, causal=True, window=w) for _ in range(2)])
    folded = sf.cost(net, (N, D)).table().shortened.folded
    assert folded is not None
    (said,) = (note for note in folded.notes if note[0] == "Here ")
    assert said[1] == equal(index("m"), minimum(N, w))
    assert folded.to_text().count("min(") == 1


# lines


@pytest.mark.parametrize(
    ("latex", "width", "lines"),
    [
        ("a word", 100, 1),
        ("four words of text", 40, 2),
        ("", 100, 1),
        (r"$H \geq 188$, $W \geq 188$", 100, 1),
        (r"$a = \frac{1}{2}$", 100, 2),
        (r"$" + " + ".join(["1{,}000 \\, H"] * 10) + "$", 100, 5),
        ("features\\allowbreak{}", 200, 1),
    ],
)
def test_lines_are_counted(latex, width, lines):
    assert line_count(latex, width, SMALL) == lines


def test_long_names_may_break_behind_points_and_anywhere_in_the_end():
    assert (
        breakable("features.denseblock1.denselayer1", 200, SMALL)
        == "features.denseblock1.denselayer1"
    )
    assert breakable("a.b\\_c Conv2d", 5, SMALL) == (r"a.\allowbreak{}b\_\allowbreak{}c Conv2d")
    assert breakable("features.denselayer10", 60, SMALL) == (
        r"features\penalty1000{}.\allowbreak{}denselay\penalty1000{}er10"
    )


def test_a_depth_beyond_the_innermost_layers_is_theirs():
    cost = sf.cost(sf.zoo.lenet5())
    assert cost.table(depth=10**18) == cost.table(depth=9)
