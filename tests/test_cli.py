"""The command line as people type it: what it prints, and how it refuses."""

import csv
import io
import json
import re
import shlex
import subprocess
import sys
from itertools import pairwise

import pytest

import symflops as sf
from symflops import columns, costs
from symflops.cli import main
from symflops.cli.options import COLUMNS, CONVENTIONS, METRICS
from symflops.cli.usage import parser
from symflops.outline import MOST_ROWS

CONV = "Conv2d(C_in, C_out, k, padding='same', bias=False)"


def run(capsys, *words):
    status = main(words)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        (("cost", CONV, "--input", "C_in,H,W"), "(2 C_in k² − 1) C_out H W\n"),
        (
            ("cost", CONV, "--input", "C_in,H,W", "--format", "latex"),
            "(2 C_{\\mathrm{in}} k^{2} - 1) C_{\\mathrm{out}} H W\n",
        ),
        (("cost", CONV, "--input", "C_in,H,W", "--metric", "params"), "C_in k² C_out\n"),
        (("cost", CONV, "--input", "C_in,H,W", "--convention", "mac"), "C_in k² C_out H W\n"),
        (
            (
                "cost",
                CONV,
                "--input",
                "C_in,H,W",
                "--at",
                "k=3,C_in=3,C_out=64,H=224,W=224",
                "--metric",
                "macs",
            ),
            "86,704,128\n",
        ),
        (("cost", "vgg16", "--at", "H=224, W=224", "--metric", "macs"), "15,470,264,320\n"),
        (
            ("cost", "resnet50", "--assume", "32 | H", "--assume", "32 | W", "--metric", "macs"),
            "81,456 H W + 2,048,000\nfor 32 | H, 32 | W\n",
        ),
        (
            ("cost", "Conv2d(C, 8, 3)", "--input", "C,H,W", "--metric", "macs"),
            "72 C (H − 2) (W − 2)\nfor H >= 3, W >= 3\n",
        ),
        (("cost", "Linear(2*D, D//2 + 1)", "--input", "N,2*D", "--metric", "params"), None),
        (("cost", "ReLU()", "--input", "B,C,H", "--batched"), "C H B\n"),
        (
            (
                "cost",
                "Sequential(stem=Conv2d(3, 8, (3, 5), stride=[2, 1]), act=ReLU())",
                "--input",
                "3,9,9",
                "--metric",
                "macs",
            ),
            "7,200\n",
        ),
        (
            ("cost", "zoo.vgg11(num_classes=K)", "--metric", "params"),
            "4,097 K + 128,766,336\nfor H >= 32, W >= 32\n",
        ),
    ],
)
def test_cost(capsys, words, printed):
    status, out, err = run(capsys, *words)
    assert (status, err) == (0, "")
    assert printed is None or out == printed


def test_table_in_every_format(capsys):
    words = ("table", "vgg16", "--at", "H=224,W=224", "--convention", "2mac", "--format")
    outputs = {
        name: run(capsys, *words, name)[1]
        for name in ("text", "markdown", "latex", "html", "csv", "json")
    }
    assert all("138,357,544" in outputs[name] for name in ("text", "markdown", "html"))
    assert outputs["latex"].startswith("% needs \\usepackage{booktabs}\n")
    rows = list(csv.DictReader(io.StringIO(outputs["csv"])))
    assert rows[-1]["MACs"] == "15470264320"
    assert sum(int(row["MACs"]) for row in rows[:-1]) == 15_470_264_320
    document = json.loads(outputs["json"])
    assert document["total"]["macs"] == 15_470_264_320
    assert "2 per MAC" in document["columns"]["flops"]


def test_columns_and_depth(capsys):
    words = (
        "table",
        "vgg16",
        "--columns",
        "layer,macs",
        "--depth",
        "1",
        "--format",
        "csv",
        "--at",
        "H=224,W=224",
    )
    rows = list(csv.reader(io.StringIO(run(capsys, *words)[1])))
    assert rows[0] == ["layer", "MACs"]
    assert [row[0].split()[0] for row in rows[1:]] == [
        "features",
        "avgpool",
        "flatten",
        "classifier",
        "total",
    ]


def test_models(capsys):
    status, out, _ = run(capsys, "models")
    assert status == 0
    assert "resnet152" in out
    assert "138,357,544" in out


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (
            ("cost", "Conv2d(3, 8", "--input", "3,8,8"),
            "expected ')' to close the arguments of Conv2d, got the end of the text\n  Conv2d(3, 8\n             ^",
        ),
        (
            ("cost", "Conv3(3, 8, 1)", "--input", "3,8,8"),
            "unknown layer 'Conv3'; did you mean 'Conv3d'",
        ),
        (("cost", "vgg61"), "unknown layer or model 'vgg61'; did you mean"),
        (
            ("cost", "Conv2d(3, 8, kernel=3)", "--input", "3,8,8"),
            "unexpected keyword argument 'kernel'",
        ),
        (("cost", "Conv2d(3, 8, 3, padding='some')", "--input", "3,8,8"), "'some'\n  Conv2d("),
        (
            ("cost", "Conv2d(3, 8, 3, 3, bias=False, bias=True)", "--input", "3,8,8"),
            "bias is given twice",
        ),
        (
            ("cost", "Linear(bias=False, 3)", "--input", "3"),
            "a positional argument cannot follow a keyword",
        ),
        (("cost", "Linear(3, 'x", "--input", "3"), "this string is not closed"),
        (
            ("cost", "Linear(ReLU() + 1, 3)", "--input", "3"),
            "expected a number or a size next to '+'",
        ),
        (("cost", "Linear(1/0, 3)", "--input", "3"), "division by zero"),
        (("cost", "Linear(2**9999, 3)", "--input", "3"), "an exponent is a whole number up to 64"),
        (("cost", "Linear(((((" * 20, "--input", "3"), "nested deeper than"),
        (("cost", "__import__('os')", "--input", "3"), "unknown layer '__import__'"),
        (("cost", "().__class__", "--input", "3"), "symflops: "),
        (("cost", "Linear(C, 3)", "--input", "4,"), None),
        (("cost", "Linear(k², 3)", "--input", "3"), "write k**2 for k²"),
        (("cost", "Linear(C, 3)"), "needs an input shape"),
        (("cost", "Linear(C, 3)", "--input", "C;D"), "takes 1 input, got 2"),
        (("cost", "Linear(C, 3)", "--input", "C,3;D,3"), "takes 1 input, got 2 (input"),
        (
            ("cost", "gpt2(V=3)"),
            "gpt2: got an unexpected keyword argument 'V'; it takes vocab_size",
        ),
        (
            ("cost", "Linear(C, 3)", "--input", "C", "--metric", "flop"),
            "unknown metric 'flop'; did you mean 'flops'?",
        ),
        (
            ("cost", "Linear(C, 3)", "--input", "C", "--convention", "macs"),
            "unknown convention 'macs'",
        ),
        (("cost", "Linear(C, 3)", "--input", "C", "--format", "pdf"), "unknown format 'pdf'"),
        (("cost", "Linear(C, 3)", "--input", "C", "--at", "C"), "expected '=' after C"),
        (("cost", "Linear(C, 3)", "--input", "C", "--at", "D=3"), "there is no symbol D"),
        (
            ("cost", "Linear(C, 3)", "--input", "C", "--at", "C=0"),
            "must be at least 1, got 0",
        ),
        (("cost", "Linear(C, 3)", "--input", "C", "--at", "C=1,C=2"), "C is given twice"),
        (("cost", "Linear(C, 3)", "--input", "C", "--assume", "32 | | C"), "expected a number"),
        (("table", "vgg16", "--at", "H=2,W=2"), "in features.9 (MaxPool2d)"),
        (
            ("table", "vgg16", "--columns", "layer,mac"),
            "unknown column 'mac'; did you mean 'macs'?",
        ),
        (("table", "vgg16", "--depth", "0"), "depth must be a whole number of at least 1, got 0"),
        (("table", "vgg16", "--fit", "column"), "--fit is for --format latex"),
        (("table", "vgg16", "--format", "latex", "--fit", "poster"), "unknown fit 'poster'"),
        (("table", "vgg16", "--format", "latex", "--label", "a b"), "needs a caption"),
    ],
)
def test_refusals(capsys, words, text):
    status, out, err = run(capsys, *words)
    assert out == "" or text is None
    assert status == (0 if text is None and not err else 2)
    assert text is None or text in err, err
    assert "Traceback" not in err
    assert err.startswith("symflops: ") or text is None


def test_a_file_is_there_whole_or_not_at_all(capsys, tmp_path):
    target = tmp_path / "vgg16.tex"
    assert run(capsys, "table", "vgg16", "--format", "latex", "--output", str(target))[:2] == (
        0,
        "",
    )
    written = target.read_text()
    assert written.endswith("\n")
    status, _, err = run(capsys, "table", "vgg16", "--at", "H=2,W=2", "--output", str(target))
    assert status == 2
    assert target.read_text() == written
    assert [path.name for path in tmp_path.iterdir()] == ["vgg16.tex"]
    status, _, err = run(capsys, "models", "--output", str(tmp_path / "no" / "where.txt"))
    assert status == 2
    assert "cannot write" in err


@pytest.mark.parametrize("words", [("-m", "symflops", "--version"), ("-m", "symflops", "--help")])
def test_as_a_module(words):
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=True)
    assert "symflops" in done.stdout


def test_a_reader_that_has_had_enough_is_no_error():
    command = (
        f"{sys.executable} -m symflops table resnet152 --columns layer,macs --depth 3 | head -1"
    )
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1


# help

COMMANDS = next(a.choices for a in parser()._actions if a.dest == "command")  # noqa: SLF001


def options(command):
    actions = command.filled()._actions  # noqa: SLF001
    return [action for action in actions if action.option_strings and action.dest != "help"]


@pytest.mark.parametrize("name", COMMANDS)
def test_help_fits_and_says_every_default(name, monkeypatch):
    for wide in ("80", "200"):
        monkeypatch.setenv("COLUMNS", wide)
        text = COMMANDS[name].format_help()
        assert max(map(len, text.split("\n"))) <= 80
    for option in options(COMMANDS[name]):
        assert re.search(r"\(default: [^)]+(\([^)]*\))?[^)]*\)$", option.help), (
            option.option_strings
        )
        if isinstance(option.default, str):
            assert f"(default: {option.default}" in option.help


def test_help_of_all_fits(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    text = parser().format_help()
    assert max(map(len, text.split("\n"))) <= 80
    assert all(f"\n    {name}" in text for name in COMMANDS)


def examples(text):
    _, _, after = text.partition("examples:\n")
    found = [line.strip() for line in after.split("\n") if line.startswith("  symflops ")]
    assert found
    return found


ALL_EXAMPLES = dict.fromkeys(
    line for one in (parser(), *COMMANDS.values()) for line in examples(one.epilog)
)


@pytest.mark.parametrize("line", ALL_EXAMPLES)
def test_examples_run(capsys, tmp_path, monkeypatch, line):
    monkeypatch.chdir(tmp_path)
    document = "138,357,544 {} symflops fill: vgg16.params {}\n\n{} symflops: vgg16.params {}\n$$ 138357544 $$\n"
    (tmp_path / "notes.md").write_text(document.format(*["<!--", "-->"] * 2))
    (tmp_path / "paper.tex").write_text(document.format(*["%", ""] * 2))
    program, *words = shlex.split(line)
    assert program == "symflops"
    status, out, err = run(capsys, *words)
    assert (status, err) == (0, ""), line
    written = next((tmp_path / word for before, word in pairwise(words) if before == "-o"), None)
    assert bool(out) is (written is None)
    assert written is None or written.stat().st_size > 50


def test_lists_in_help_are_what_there_is():
    assert set(METRICS) == set(costs.METRICS)
    assert set(COLUMNS) == set(columns.COLUMNS)
    assert set(CONVENTIONS) == set(sf.conventions.CONVENTIONS)
    assert f"at most {MOST_ROWS} rows" in COMMANDS["table"].format_help()


def test_output_to_a_file_and_to_the_terminal_is_the_same(capsys, tmp_path):
    words = ("table", "lenet5", "--at", "H=32,W=32")
    _, out, _ = run(capsys, *words)
    assert run(capsys, *words, "-o", str(tmp_path / "a.txt"))[:2] == (0, "")
    assert (tmp_path / "a.txt").read_text() == out


GIVEN_AGAIN = [
    (("cost", "vgg16", "--at", "H=224", "--at", "W=224"), "30,958,700,544"),
    (("cost", "Add()", "--input", "n", "--input", "n"), "n"),
    (
        ("table", "vgg16", "--depth", "1", "--columns", "layer", "--columns", "params"),
        "123,642,856",
    ),
    (("compare", "vgg16", "vgg11", "--metric", "params", "--metric", "macs"), "ratio (MACs)"),
]


@pytest.mark.parametrize(("words", "part"), GIVEN_AGAIN)
def test_what_is_given_again_is_added(capsys, words, part):
    status, out, _ = run(capsys, *words)
    assert status == 0
    assert part in out


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("cost", "vgg16", "--at", "H=224", "W=224"), "usage: symflops cost "),
        (("fill", "a.md", "-o", "b.md"), "usage: symflops fill "),
        (("report", "vgg16", "--roofline", "fast"), "--roofline takes a peak and a bandwidth"),
        (("cost", "vgg16", "--at", "H=1", "--at", "H=2"), "H is given twice"),
    ],
)
def test_what_is_not_taken_is_said_in_the_words_of_the_command_line(capsys, words, part):
    try:
        status, _, err = run(capsys, *words)
    except SystemExit as stopped:
        status, err = stopped.code, capsys.readouterr().err
    assert status == 2
    assert part in err


ENCODED = [  # formulas never lose a sign
    ("ascii", "text", CONV, "C_in,H,W", b"(2 C_in k^2 - 1) C_out H W"),
    ("cp1252", "text", CONV, "C_in,H,W", "(2 C_in k² - 1) C_out H W".encode("cp1252")),
    ("ascii", "text", "MaxPool2d(2)", "3,H,W", b"9 floor(H/2) floor(W/2)"),
    ("ascii", "html", CONV, "C_in,H,W", b"&#8722;"),
    ("ascii", "json", "Linear(层, 3)", "层", b"\\u5c42"),
]


@pytest.mark.parametrize(("encoding", "kind", "layer", "shape", "shown"), ENCODED)
def test_letters_that_an_output_lacks_are_spelled_out(
    monkeypatch, encoding, kind, layer, shape, shown
):
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding))
    words = ("cost", layer, "--input", shape, "--format", kind)
    assert main(list(words)) == 0
    assert shown in written.getvalue()
    assert b"?" not in written.getvalue()


def test_many_documents_are_one_report(capsys, tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.md").write_text("<!-- symflops: vgg16.params -->\n$$ 3 $$\n")
    status, out, _ = run(capsys, "check", *(str(tmp_path / f"{name}.md") for name in "ab"))
    assert status == 1
    assert out.endswith("2 claims: 2 not\n")


def test_a_closed_output_is_said(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdout", None)
    assert main(["cost", "Linear(D, 3)", "--input", "D"]) == 2
    assert "the standard output is closed" in capsys.readouterr().err
