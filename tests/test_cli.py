"""The command line as people type it: what it prints, and how it refuses."""

import csv
import io
import json
import subprocess
import sys

import pytest

from symflops.cli import main

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
