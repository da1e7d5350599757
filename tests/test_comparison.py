"""Costs side by side: ratios, tables in every format, and the command line."""

from __future__ import annotations

import csv
import io
import json

import pytest
import sympy

import symflops as sf
from symflops.cli import main

k, C, D, H, W, L = sf.dims("k C D H W L")
FORMATS = ("text", "markdown", "html", "csv", "json", "latex")


def conv(kernel=k, *, bias=False):
    return sf.cost(sf.Conv2d(C, D, kernel, padding="same", bias=bias), (C, H, W))


def separable(kernel=k):
    layer = sf.SeparableConv2d(C, D, kernel, padding="same", bias=False)
    return sf.cost(layer, (C, H, W))


# ratios


@pytest.mark.parametrize(
    "metric", ["params", "mults", "adds", "macs", "flops", "activations", "model_size"]
)
def test_a_ratio_times_the_second_is_the_first(metric):
    a, b = separable().metric(metric), conv().metric(metric)
    assert sympy.expand(sf.ratio(separable(), conv(), metric) * b - a) == 0 or (
        sympy.cancel(sf.ratio(separable(), conv(), metric) * b - a) == 0
    )


def test_flops_are_those_of_each_convention():
    assert sf.ratio(conv().under("2mac"), conv().under("mac"), "flops") == 2


def test_numbers_give_a_fraction():
    values = {"C": 64, "D": 128, "H": 56, "W": 56, "k": 3}
    found = sf.ratio(separable().at(values), conv().at(values))
    assert found == sympy.Rational(1, 128) + sympy.Rational(1, 9)
    assert sf.ratio(conv().at(values), conv().at(values)) == 1


def test_rounded_sizes_cancel_as_a_whole():
    pool = sf.Conv2d(C, D, 3, stride=2, padding=1, bias=False)
    a, b = (sf.cost(layer, (C, H, W)) for layer in (pool, sf.Sequential(pool, sf.Conv2d(D, D, 1))))
    assert sf.ratio(a, b) == 9 * C / (9 * C + D)


def test_sums_and_powers_cancel():
    block = sf.Conv2d(C, C, k, padding="same", bias=False)
    deep, one = (sf.cost(layer, (C, H, W)) for layer in (sf.Repeat(block, L), block))
    assert sf.ratio(deep, one) == L
    dense = sf.Stack(
        lambda i: sf.Concat(sf.Identity(), sf.Conv2d(C + i * D, D, 3, padding=1, bias=False)), L
    )
    found = sf.ratio(sf.cost(dense, (C, H, W)), conv(3))
    assert sympy.expand(found - L - L * (L - 1) * D / (2 * C)) == 0


def test_a_second_cost_of_nothing_is_refused():
    relu = sf.cost(sf.ReLU(), (C, H, W))
    with pytest.raises(sf.ArgumentError, match="the macs of the second cost are 0"):
        sf.ratio(conv(), relu)
    assert sf.ratio(relu, conv()) == 0


def test_formulas_have_ratios_too():
    macs = C * D * H * W * k**2
    assert sf.ratio(conv(), macs) == sf.ratio(macs, conv()) == sf.ratio(macs, macs) == 1
    assert sf.ratio(24 * D**2 * H + 4 * D * H**2, 24 * D**2 * H) == 1 + H / (6 * D)
    assert sf.ratio(separable(), 2 * macs) == (1 / k**2 + 1 / D) / 2
    assert sf.ratio(3, 9) == sympy.Rational(1, 3)
    with pytest.raises(
        sf.ArgumentError, match="the second formula is 0: nothing has a ratio to it"
    ):
        sf.ratio(conv(), D - D)
    with pytest.raises(sf.SymbolError, match="D stands for two symbols"):
        sf.ratio(conv(), sf.dim("D", integer=False))


def test_what_is_no_cost_is_refused():
    layer = sf.Linear(C, D)
    with pytest.raises(
        sf.ArgumentError, match=r"ratio\(\) sets costs .* got Linear\(C, D\); write cost"
    ):
        sf.ratio(layer, conv())
    with pytest.raises(sf.ArgumentError, match=r"compare\(\) sets costs .* got 3; write cost"):
        sf.compare(conv(), second=3)
    with pytest.raises(sf.ArgumentError, match=r"compare\(\) needs costs"):
        sf.compare()
    with pytest.raises(
        sf.ArgumentError, match=r"^compare\(\) .* got a list; write cost\(layer, input\)$"
    ):
        sf.compare([conv(), conv()])
    with pytest.raises(sf.ArgumentError, match=r"values are put in by name, .* got 5"):
        sf.compare(conv(), at=5)
    for none in ((), "", 5):
        with pytest.raises(sf.UnknownNameError, match="unknown metric"):
            sf.compare(conv(), metric=none)
    with pytest.raises(sf.UnknownNameError, match="unknown metric 'mac'; did you mean 'macs'"):
        sf.ratio(conv(), conv(), "mac")
    with pytest.raises(sf.UnknownNameError, match="unknown metric 'mac'; did you mean 'macs'"):
        sf.compare(conv(), metric=("params", "mac"))


def test_one_name_is_one_symbol():
    whole = sf.cost(sf.Linear(C, 3), (C,))
    half = sf.cost(sf.Linear(3, 5), (12 * sf.dim("C", integer=False), 3))
    for together in (sf.ratio, sf.compare):
        with pytest.raises(sf.SymbolError, match="C stands for two symbols"):
            together(whole, half)


# tables


def test_rows_have_names_metrics_and_ratios_to_the_first():
    table = sf.compare(conv(), separable=separable(), metric=("macs", "params"))
    assert [column.key for column in table.columns] == [
        "cost",
        "macs",
        "ratio_macs",
        "params",
        "ratio_params",
    ]
    ((first, *ones), (second, *cells)) = table.rows
    assert (first, second) == ("Conv2d(C, D, k, padding='same', bias=False)", "separable")
    assert (ones[1], ones[3]) == (1, 1)
    assert cells == [
        separable().macs,
        1 / k**2 + 1 / D,
        separable().params,
        1 / k**2 + 1 / D,
    ]


def test_a_metric_may_be_a_word_or_several():
    tables = [
        sf.compare(conv(), separable(), metric=metric).to_csv()
        for metric in (
            "macs,params",
            "macs, params",
            ["macs", "params"],
            ("macs", "params", "macs"),
        )
    ]
    assert len(set(tables)) == 1


def test_names_of_costs():
    net = sf.cost(sf.zoo.resnet18())
    costs = [
        net,
        net.at(H=224, W=224),
        net.without("BatchNorm2d"),
        net["layer1.0.conv1"],
        separable(3),
        separable(5),
        sf.cost(sf.zoo.resnet18(num_classes=10)),
        sf.cost(sf.ReLU(), (C,)),
    ]
    assert [row[0] for row in sf.compare(*costs, metric="flops").rows] == [
        "resnet18 (1)",
        "resnet18 (2)",
        "resnet18 without BatchNorm2d",
        "Conv2d(64, 64, 3, padding=1, bias=False)",
        "Sequential (1)",
        "Sequential (2)",
        "resnet18(num_classes=10)",
        "ReLU",
    ]


def test_names_come_from_a_dictionary_keywords_and_layers():
    table = sf.compare({"7 x 7": conv(7), 3: conv(3)}, separable(), other=conv())
    assert [row[0] for row in table.rows] == ["7 x 7", "3", "Sequential", "other"]
    ablated = sf.zoo.resnet18().replace("BatchNorm2d", sf.Identity())
    assert sf.compare(sf.cost(ablated)).rows[0][0] == (
        "resnet18().replace('BatchNorm2d', Identity())"
    )
    with pytest.raises(sf.ArgumentError, match="two rows called 'a'; give one another name"):
        sf.compare({"a": conv()}, a=conv())
    with pytest.raises(sf.ArgumentError, match=r"compare\(\) sets costs .* got 3"):
        sf.compare({"a": 3})
    with pytest.raises(sf.ArgumentError, match="needs costs"):
        sf.compare({})


def test_another_row_may_be_the_baseline():
    table = sf.compare({"a": conv(3), "b": conv(6)}, baseline="b", metric="macs,params")
    assert [row[2] for row in table.rows] == [sympy.Rational(1, 4), 1]
    assert [row[4] for row in table.rows] == [sympy.Rational(1, 4), 1]
    assert table.notes[0] == ("Ratios are to b.",)
    relu = sf.cost(sf.ReLU(), (C, H, W))
    nothing = sf.compare({"a": conv(), "relu": relu}, baseline="relu")
    assert [row[2] for row in nothing.rows] == [None, None]
    assert ("There is no ratio to 0 MACs.",) in nothing.notes
    with pytest.raises(sf.UnknownNameError, match="unknown row 'c'; there are: a, b"):
        sf.compare({"a": conv(3), "b": conv(6)}, baseline="c")


def test_values_go_into_every_cost_that_has_their_symbols():
    flat = sf.cost(sf.Linear(C, D), (C,))
    table = sf.compare({"conv": conv(3), "flat": flat}, at={"C": 4, D: 8, "H": 5})
    assert [row[1] for row in table.rows] == [9 * 4 * 8 * 5 * W, 32]
    assert "With C = 4, D = 8, H = 5 in conv." in table.to_text()
    with pytest.raises(sf.SymbolError, match="no layer has a symbol L"):
        sf.compare({"conv": conv(3), "flat": flat}, at={L: 4})
    with pytest.raises(sf.SymbolError, match="must be a whole number"):
        sf.compare({"conv": conv(3)}, at={"C": -4})


@pytest.mark.parametrize("metric", ["params", "mults", "adds", "macs", "flops", "activations"])
def test_differences_add_up(metric):
    a, b = conv(bias=True), separable()
    table = sf.compare({"a": a, "b": b}, baseline="a", metric=metric, delta=True)
    assert [column.header for column in table.columns][2:] == ["difference", "ratio"]
    assert table.notes[0] == ("Differences and ratios are to a.",)
    assert table.rows[0][2] == 0
    assert sympy.expand(a.metric(metric) + table.rows[1][2] - b.metric(metric)) == 0


def test_differences_of_numbers_have_their_sign_in_every_format():
    values = {"C": 64, "D": 128, "H": 56, "W": 56, "k": 3}
    table = sf.compare({"a": conv(), "b": separable()}, at=values, delta=True, metric="macs,params")
    assert table.rows[1][2] == separable().at(values).macs - conv().at(values).macs < 0
    assert "−203,714,560" in table.to_text()
    assert "−203,714,560" in table.to_markdown()
    assert "−203,714,560" in table.to_html()
    assert ",-203714560," in table.to_csv()
    assert json.loads(table.to_json())["rows"][1]["delta_macs"] == -203714560
    assert "& $-$203,714,560 &" in table.to_latex(fit="page")
    assert "& $-$203.71 &" in table.to_latex(scale="M")
    siunitx = table.to_latex(siunitx=True)
    assert "S[table-format=-9]" in siunitx
    assert "& -203714560 &" in siunitx


def test_nothing_has_a_ratio_to_zero():
    table = sf.compare(
        sf.cost(sf.ReLU(), (C,)), sf.cost(sf.Linear(C, D), (C,)), metric="macs,flops"
    )
    assert [row[1:] for row in table.rows] == [(0, None, C, 1), (C * D, None, 2 * C * D, 2 * D)]
    assert ("There is no ratio to 0 MACs.",) in table.notes


def test_notes_say_what_holds_for_which_row():
    odd = sf.cost(sf.Conv2d(C, D, 3, stride=2), (C, H, W))
    table = sf.compare(odd=odd, at_ten=odd.at(H=10, W=10), same=conv(), metric="flops")
    assert "\nWith $H = 10$, $W = 10$ in at\\_ten.\n" in table.to_markdown()
    text = table.to_text()
    first, exact, values, holds, rounded = text.splitlines()[5:10]
    assert first == "Ratios are to the first row."
    assert exact.startswith("Convention exact: Every")
    assert values == "With H = 10, W = 10 in at_ten."
    assert holds == "Holds for H ≥ 3, W ≥ 3."
    assert rounded == "Sizes rounded down in at_ten, as PyTorch does."
    text = sf.compare(a=odd.under("mac"), b=odd.under("2mac"), metric="flops").to_text()
    assert "Convention mac in a: A multiplication" in text
    assert "Convention 2mac in b: A multiplication" in text
    assert "FLOPs  ratio" in text  # of no convention in particular
    assert "Convention" not in sf.compare(a=odd.under("mac"), b=odd.under("2mac")).to_text()


def test_numbers_are_fractions_or_decimals():
    values = {"C": 64, "D": 128, "H": 56, "W": 56, "k": 3}
    table = sf.compare(
        conv().at(values), separable().at(values), conv(5).at(C=64, D=128, H=56, W=56)
    )
    assert [row[2] for row in table.rows] == [1, sympy.Rational(137, 1152), sympy.Rational(25, 9)]
    lines = table.to_text().splitlines()
    assert [line.split()[-1] for line in lines[2:5]] == ["1", "0.119", "25/9"]
    assert [row[-1] for row in csv.reader(io.StringIO(table.to_csv()))] == [
        "ratio",
        "1",
        "137/1152",
        "25/9",
    ]
    assert json.loads(table.to_json())["rows"][1]["ratio_macs"] == "137/1152"
    latex = table.to_latex(scale="M")
    assert "& 25.69 & 1 \\\\" not in latex  # 231.21 M, and ratios are never scaled
    assert "& 0.119 \\\\" in latex
    assert "& $25/9$ \\\\" in latex
    siunitx = table.to_latex(siunitx=True)
    assert "S[table-format=1.3]" in siunitx
    assert "& {$25/9$} \\\\" in siunitx


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "metric", ["macs", "params,macs,flops", "activations,adds,mults,model_size"]
)
def test_every_format(name, metric):
    costs = {"standard": conv(), "separable": separable(), "large": conv(7)}
    for table in (
        sf.compare(**costs, metric=metric),
        sf.compare(sf.cost(sf.zoo.resnet50()), sf.cost(sf.zoo.vgg16()), metric=metric),
        sf.compare(**{n: c.at(H=56, W=56) for n, c in costs.items()}, metric=metric),
    ):
        written = getattr(table, f"to_{name}")()
        assert all(str(row[0]) in written for row in table.rows)
        assert written.lower().count("ratio") >= metric.count(",") + 1
    if name == "latex":  # nothing that was asked for is left out
        assert "without the column" not in written


def test_models_in_latex_keep_every_column():
    costs = [sf.cost(sf.zoo.resnet50()), sf.cost(sf.zoo.vgg16())]
    for fit in ("page", "column"):
        written = sf.compare(*costs, metric=("activations", "adds")).to_latex(fit=fit)
        assert "without the column" not in written
        assert written.count("& ratio") == 2


# the command line

STANDARD = "Conv2d(C, D, k, padding='same', bias=False)"
SEPARABLE = "SeparableConv2d(C, D, k, padding='same', bias=False)"


def run(capsys, *words):
    status = main(["compare", *words])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_the_command_prints_the_table(capsys):
    status, out, err = run(capsys, STANDARD, SEPARABLE, "--input", "C,H,W")
    assert (status, err) == (0, "")
    by_hand = sf.compare(**{STANDARD: conv(), SEPARABLE: separable()})
    assert out == by_hand.to_text() + "\n"


@pytest.mark.parametrize("name", FORMATS)
def test_the_command_in_every_format(capsys, name):
    words = ("resnet18", "resnet50", "vgg16", "--at", "H=224,W=224", "--metric", "params,macs")
    status, out, err = run(capsys, *words, "--format", name)
    assert (status, err) == (0, "")
    costs = {
        m: sf.cost(sf.zoo.model(m)).at(H=224, W=224) for m in ("resnet18", "resnet50", "vgg16")
    }
    table = sf.compare(**costs, metric=("params", "macs"))
    assert out.rstrip("\n") == getattr(table, f"to_{name}")().rstrip("\n")


def test_values_and_facts_go_where_their_symbols_are(capsys):
    words = (STANDARD, "Conv2d(C, D, 3, stride=2, padding=1)", "--input", "C,H,W")
    facts = ("--assume", "k >= 3", "--assume", "2 | H", "--assume", "2 | W")
    status, out, err = run(capsys, *words, *facts, "--at", "k=5,C=8", "--format", "csv")
    assert (status, err) == (0, "")
    rows = list(csv.reader(io.StringIO(out)))
    assert [row[1:] for row in rows[1:]] == [["200*D*H*W", "1"], ["18*D*H*W", "9/100"]]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ((STANDARD, SEPARABLE), "needs an input shape"),
        ((STANDARD, "Conv2(C, D, 1)", "--input", "C,H,W"), "unknown layer 'Conv2'; did you mean"),
        ((STANDARD, SEPARABLE, "--input", "C,H,W", "--metric", "mac"), "did you mean 'macs'?"),
        ((STANDARD, SEPARABLE, "--input", "C,H,W", "--at", "Z=3"), "no layer has a symbol Z"),
        ((STANDARD, SEPARABLE, "--input", "C,H,W", "--at", "k=0"), "must be at least 1, got 0"),
        (
            (STANDARD, SEPARABLE, "--input", "C,H,W", "--assume", "3 | Z"),
            "no layer has all that the assumption 3 | Z speaks of",
        ),
        ((STANDARD, SEPARABLE, "--input", "C,H,W", "--assume", "3 | | C"), "expected a number"),
        ((STANDARD, SEPARABLE, "--input", "C,H,W", "--format", "pdf"), "unknown format 'pdf'"),
        ((STANDARD, SEPARABLE, "--input", "C,H,W", "--fit", "page"), "--fit is for --format latex"),
        ((STANDARD, SEPARABLE, "--input", "3,8,8"), None),
    ],
)
def test_the_command_refuses(capsys, words, text):
    status, out, err = run(capsys, *words)
    assert status == (0 if text is None else 2)
    assert text is None or (text in err and out == "" and err.startswith("symflops: "))


def test_one_layer_is_not_enough(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["compare", STANDARD, "--input", "C,H,W"])
    assert stopped.value.code == 2
    assert "OTHER" in capsys.readouterr().err


def test_the_command_takes_the_same_words(capsys):
    words = ["compare", STANDARD, SEPARABLE, "--input", "C,H,W", "--at", "k=3", "--delta"]
    assert main([*words, "--baseline", SEPARABLE]) == 0
    out = capsys.readouterr().out
    assert "difference" in out
    assert f"Differences and ratios are to {SEPARABLE}." in out
    assert main([*words, "--baseline", "Separable"]) == 2
    assert "unknown row 'Separable'; there are: " in capsys.readouterr().err
