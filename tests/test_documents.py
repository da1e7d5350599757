"""Documents: every error in them is found, nothing else; what is filled in is right, and stays so."""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from deadline import cpu_limit

import symflops as sf
from symflops.cli import main
from symflops.documents import latex, markdown, prose
from symflops.documents.checking import check_files
from symflops.documents.filling import filled
from symflops.documents.headers import quantity_of
from symflops.documents.numbers_printed import amount_in
from symflops.documents.remarks import read_statement
from symflops.documents.sheets import known_as
from symflops.documents.sources import MOST_FILES, DocumentError
from symflops.errors import ArgumentError, SymflopsError

FOLDER = Path(__file__).parent / "documents"
DOCUMENTS = ["articles.md", "notes.md", "costs.txt", "lecture.ipynb", "textbook.tex"]


def report(tmp_path, text, name="a.md", **told):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return check_files([path], **told)


def run(capsys, *words):
    status = main([str(word) for word in words])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def line_of(place):
    """The text of the line that a finding is in."""
    text = Path(place.file).read_text(encoding="utf-8")
    if place.cell is not None:
        text = "".join(json.loads(text)["cells"][place.cell - 1]["source"])
    return text.split("\n")[place.line - 1]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_error_is_found_and_nothing_else(name):
    found = check_files([FOLDER / name], without_marks=True)
    assert len(found.findings) >= 3
    for finding in found.findings:
        assert finding.verdict != "unreadable", str(finding)
        assert finding.as_expected or "erratum" in line_of(finding.place), str(finding)
    wrong = {(f.place.cell, f.place.line) for f in found.unexpected}
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert len(wrong) == text.count("erratum")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_false_alarm_when_the_errors_are_said_to_be_there(name, capsys):
    status, out, err = run(capsys, "check", FOLDER / name)
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert status == (1 if "erratum" in text else 0)
    assert err == ""
    assert "Traceback" not in out


def test_an_expected_error_that_is_none_is_reported(tmp_path):
    mark = "<!-- symflops let f = Linear(N, M) on (N,) -->\n$N M + M$ <!-- symflops: f.params; expect=wrong -->"
    found = report(tmp_path, mark)
    assert (found.status, found.findings[0].verdict) == (1, "correct")
    assert report(tmp_path, mark.replace("wrong", "correct")).status == 0
    assert report(tmp_path, mark.replace("wrong", "holds")).status == 0
    assert report(tmp_path, mark.replace("wrong", "wong")).status == 2


LET = "<!-- symflops let f = Linear(N, M) on (N,) -->\n"


@pytest.mark.parametrize(
    "text",
    [
        "<!-- symflops: f.params -->\n$$NM + M$$\n\n$$1$$",
        "$$NM + M$$\n<!-- symflops: f.params -->\n\n$$1$$",
        "$NM + M$\n<!-- symflops: f.params -->\nand then $1$",
        "$1$ and $NM + M$ <!-- symflops: f.params --> and $2$",
        "<!-- symflops: f.params -->\n\n$$\nNM + M\n$$",
        "```math\nNM + M\n```\n<!-- symflops: f.params -->",
        "`N*M + M` <!-- symflops: f.params -->",
        "$`NM + M`$ <!-- symflops: f.params -->",
        "<!-- symflops: f.params -->\n\\begin{align}\nP &= NM \\\\\n &\\quad + M\n\\end{align}",
        "costs $5, not $6; $NM + M$ <!-- symflops: f.params -->",
        "$a(b + d)$ <!-- symflops: f.params; a = M, b = N, d = 1 -->",
        "$12$ <!-- symflops: f.params at N=3, M=3 -->",
        "$P = NM + M = 12$ <!-- symflops: f.params at N=3, M=3 -->",
        "$2$ <!-- symflops: (f.params - M)/f.mults + 1 -->",
        "$\\text{FLOPs}(N, M) = 2NM$ <!-- symflops: f.flops under 2mac -->",
    ],
)
def test_a_mark_finds_its_equation(tmp_path, text):
    found = report(tmp_path, LET + text)
    assert [f.holds for f in found.findings] == [True], found.to_text(every=True)
    spoilt = report(
        tmp_path, LET + text.replace("M", "M^2").replace("12", "13").replace("$2$ <", "$3$ <")
    )
    assert spoilt.status != 0


@pytest.mark.parametrize(
    "text",
    [
        "$$2$$ <!-- symflops: g.params -->",
        "$$2$$ <!-- symflops: f.prams -->",
        "$$2 +$$ <!-- symflops: f.params -->",
        "$$2$$ <!-- symflops fparams -->",
        "$$2$$ <!-- symflops: f.params at N= -->",
        "$$2$$ <!-- symflops: f.params under momac -->",
        "no equation\n\n<!-- symflops: f.params -->\n",
        "<!-- symflops let g = Conv9d(3) on (3, 4) -->",
        "<!-- symflops let g = Conv2d(3, 8, 3) on (4, 9, 9) -->",
        "<!-- symflops let g -->",
        "<!-- symflops table -->\nno table\n",
        "<!-- symflops table -->\n\n| a | b |\n|--|--|\n| x | 3 |\n",
        "<!-- symflops table; columns: c = macs -->\n\n| a | params |\n|--|--|\n| vgg16 | 3 |\n",
        "$$2$$ <!-- symflops: f.params; expect=false -->",
        "$$2$$ <!-- symflops: __import__('os') -->",
        "$$2$$ <!-- symflops: f.__class__ -->",
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(tmp_path, text, capsys):
    path = tmp_path / "a.md"
    path.write_text(LET + text)
    status, out, err = run(capsys, "check", path)
    assert status == 2
    assert "unreadable" in out
    assert f"{path}:" in out
    assert "Traceback" not in out + err
    assert "cannot be judged" not in out
    assert "cannot be taken" not in out


def test_latex_is_followed_once_and_within_bounds(tmp_path):
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "a.tex").write_text(
        "% symflops: f.params\n$NM$ \\input{b} % \\input{c}\n"
    )
    (tmp_path / "b.tex").write_text("\\input{main}")
    main_text = "% symflops let f = Linear(N, M, bias=False) on (N,)\n\\include{parts/a}\n\\verb|\\input{d}|"
    found = report(tmp_path, main_text, "main.tex")
    assert [(f.verdict, Path(f.place.file).name, f.place.line) for f in found.findings] == [
        ("unreadable", "b.tex", 1),
        ("correct", "a.tex", 2),
    ] or {f.verdict for f in found.findings} == {"unreadable", "correct"}
    assert "takes in itself" in found.to_text()
    missing = report(tmp_path, "\\input{nowhere}", "main.tex")
    assert missing.status == 2
    assert "nowhere" in str(missing)


def test_comments_and_verbatim_of_latex_are_no_text(tmp_path):
    text = r"""% symflops let f = Linear(N, M,
%   bias=False) on (N,)
\newcommand{\n}{N}\def\sq#1{#1^2}
50\% of $x$ % a note $y$
\begin{verbatim}
% symflops: nothing.at
\end{verbatim}
\iffalse % symflops: nothing
\fi
% symflops: f.params
\[ \n M \]
\end{document}
% symflops: nothing
"""
    found = report(tmp_path, text, "a.tex")
    assert [f.verdict for f in found.findings] == ["correct"], str(found)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("$3 \\cdot 4 = 13$", 1),
        ("$3 \\cdot 4 = 12 = 4 \\cdot 4$", 1),
        ("$E = mc^2$, $a = b$, $2N^2D = 12ND^2$, $F = ma = m\\frac{dv}{dt}$", 0),
        ("$F = 4ND^2 + 8ND^2 = 13ND^2$", 1),
        ("$F = 4ND^2 + 8ND^2 = 12ND^2$", 0),
        ("$d_{ff} = 4d$, so $2 d d_{ff} = 8d^2$", 0),
        ("$4\\text{ GB} = 4 \\cdot 2^{30}\\text{ bytes}$, $1\\text{ KB} = 1024\\text{ B}$", 0),
        ("240,000,000 / 1024 = 234,375 KiB and $2048/1024 = 2\\text{ KiB}$", 0),
        ("240,000,000 / 1024 = 234,357 KiB", 1),
        ("$100/3 = 33$, $2/3 \\approx 0.67$, $10/4 = 2.5$", 0),
        ("$1101_2 = 13$, $7 \\bmod 4 = 3$, $5! = 120$", 0),
        ("$28/25 = 1.13$", 1),
        (
            "$7 \\times 10^9 \\times 2 = 14$ GB, $12 \\cdot 768^2 \\cdot 12 \\approx 85$M, $1/2 = 50$\\%",
            0,
        ),
        ("$7 \\times 10^9 \\times 2 = 17$ GB", 1),
        ("On 2024-01-02 = 3 and v1.2 = 3; a[3] = 4; 3x = 4; 2-3 = 4; x*3 = 4.", 0),
        ("We need 3 × 4 = 13 of them.", 1),
        ("We need 17 × 9 = 153, 3*4 = 12. And 1,000 * 3 = 3,000.", 0),
        ("`3 * 4 = 13` and\n```\n3 * 4 = 13\n```\n", 0),
        ("$3 \\cdot 4 = 13$ <!-- symflops ignore -->", 0),
        ("| a | params |\n|--|--|\n| x | 3 |\n| y | 4 |\n| total | 8 |\n", 1),
        ("| a | params |\n|--|--|\n| x | 1.3M |\n| y | 1.4M |\n| total | 2.8M |\n", 0),
        ("| a | top-1 |\n|--|--|\n| x | 3 |\n| y | 4 |\n| overall | 3.5 |\n", 0),
        ("| a | params |\n|--|--|\n| x | 3 |\n| y | ? |\n| total | 8 |\n", 0),
    ],
)
def test_without_marks_only_claims_are_judged(tmp_path, text, wrong):
    found = report(tmp_path, text, without_marks=True)
    assert len(found.unexpected) == wrong, found.to_text(every=True)
    assert report(tmp_path, text).findings == []


TABLE = """model,Params (M),GMACs,Size (MiB)
VGG-16,138.4,15.5,527.8
ResNet-50,25.6,4.1,97.5
total,163.9,19.6,
"""


@pytest.mark.parametrize("form", ["csv", "markdown", "latex"])
@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [("", "", 0), ("25.6", "25.7", 1), ("19.6", "19.8", 1), ("527.8", "553.4", 1)],
)
def test_tables_are_recomputed(form, old, new, wrong):
    text = TABLE.replace(old, new) if old else TABLE
    rows = [line.split(",") for line in text.strip().split("\n")]
    if form == "markdown":
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        text = "\n".join([lines[0], "|---" * 4 + "|", *lines[1:]])
    elif form == "latex":
        body = " \\\\\n".join(" & ".join(row) for row in rows)
        text = (
            "\\begin{tabular}{lrrr}\\toprule\n"
            + body.replace("GMACs", "\\textbf{GMACs}")
            + "\\\\\n\\end{tabular}"
        )
    found = sf.check_table(text, at={"H": 224, "W": 224})
    assert len(found.unexpected) == wrong, found.to_text(every=True)
    assert len([f for f in found.findings if f.kind == "total"]) == 2


def test_rows_and_columns_may_be_given():
    N, M = sf.dims("N M")
    linear = sf.Linear(N, M)
    text = "layer;weights\n".replace(";", ",") + "ours,12\nother,6\nsum,18\n"
    rows = {"ours": (linear, (N,)), "other": (sf.Linear(N, M, bias=False), (N,))}
    good = sf.check_table(
        text.replace("6", "9").replace("18", "21"), rows, {"weights": "params"}, at={"N": 3, "M": 3}
    )
    assert good.status == 0, str(good)
    assert sf.check_table(text, rows, {2: "params"}, at={"N": 3, "M": 3}).status == 1
    assert sf.check_table(text, rows, {2: "params"}).status == 2
    parts = "layer,params\nfeatures.0,1792\nfeatures.2,36928\ntotal,38720\n"
    assert sf.check_table(parts, sf.zoo.vgg16()).status == 0
    formulas = "| layer | params |\n|--|--|\n| ours | $NM + M$ |\n| other | $NM + N$ |\n"
    assert [f.holds for f in sf.check_table(formulas, rows).findings] == [True, False]
    for wrong in ({"rows": 3}, {"columns": {"nope": "macs"}}, {"columns": {"weights": "mass"}}):
        with pytest.raises(SymflopsError):
            sf.check_table(text, **wrong)
    with pytest.raises(SymflopsError, match="no table"):
        sf.check_table("hello")
    with pytest.raises(SymflopsError, match="no such file"):
        sf.check_table("nowhere.csv")


def test_a_column_in_two_conventions_is_found():
    text = "model,GFLOPs\nVGG-16,15.5\nResNet-50,8.2\n"
    found = sf.check_table(text, at={"H": 224, "W": 224})
    assert [f.kind for f in found.unexpected] == ["column"]
    assert len(sf.check_table(text, at={"H": 224, "W": 224}, convention="mac").unexpected) == 1
    assert sf.check_table(text.replace("8.2", "4.1"), at={"H": 224, "W": 224}).status == 0


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("15,470,264,320", 15470264320),
        ("1{,}728", 1728),
        ("1\\,728", 1728),
        ("$4.1 \\times 10^9$", 4100000000),
        ("**25.6M**", 25600000),
        ("\\textbf{7}", 7),
        ("97.5 MiB", 102236160),
        ("~3", 3),
        ("3e8", 300000000),
        ("2.5 GFLOPs", 2500000000),
        ("1.2亿", 120000000),
        ("3×3", None),
        ("7.3 / 19.6", None),
        ("2.1 ± 0.1", None),
        ("v1", None),
        ("", None),
        ("1,2", None),
    ],
)
def test_numbers_as_they_are_printed(text, value):
    amount = amount_in(text)
    assert (amount and amount.value) == value
    if amount is not None:
        assert amount.explains(amount.value) == "exact"
        kept = text[: amount.start] + amount.written(amount.value) + text[amount.end :]
        assert amount_in(kept).value == value


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("FLOPs (M, every operation)", ("flops", 10**6)),
        ("Params (M)", ("params", 10**6)),
        ("\\#Param. [$10^6$]", ("params", 10**6)),
        ("GFLOPs", ("flops", 10**9)),
        ("FLOPs (B)", ("flops", 10**9)),
        ("Mult-Adds (M)", ("macs", 10**6)),
        ("参数量", ("params", 1)),
        ("Model size (MB)", ("model_size", 10**6)),
        ("Top-1 (%)", None),
        ("layer", None),
        ("images/s", None),
    ],
)
def test_headers(header, found):
    assert quantity_of(header) == found


LABELS = {
    r"AlexNet~\cite{krizhevsky}": "alexnet",
    r"VGG-16 \citep[p.~3]{vgg}": "vgg16",
    r"ResNet-50$^\dagger$": "resnet50",
    "ResNet-50†": "resnet50",
    "ResNet-50 (He et al., 2016)": "resnet50",
    "ResNet-50 [12]": "resnet50",
    "**ResNet-50**[^1]": "resnet50",
    "[ResNet-50](https://arxiv.org/abs/1512.03385)": "resnet50",
    r"ResNeXt-50 (32$\times$4d)": "resnext50_32x4d",
    "Mixtral 8×7B": "mixtral_8x7b",
    "RegNetX-16GF": "regnet_x_16gf",
    "RegNetX-1.6GF": "regnet_x_1_6gf",
    "GPT-3 (2.7B)": "gpt3_2_7b",
    "Qwen2-1.5B": "qwen2_1_5b",
    "VGG-16 (bn)": "vgg16_bn",
    "ResNet-50 (half)": None,
    "ResNet-5": None,
    "+ SE": None,
}


@pytest.mark.parametrize(("label", "name"), LABELS.items())
def test_the_model_of_a_row_is_known_by_its_label(label, name):
    assert known_as(label, ()) == name


@pytest.mark.parametrize("label", ["^a" * 100_000 + "!", "[^1] " * 50_000 + "x", " " * 200_000])
def test_a_label_without_end_is_no_name(label):
    with cpu_limit(10):
        assert known_as(f"{label}x", ()) is None


def test_names_in_other_scripts_are_labels():
    assert known_as("**残差网络** [3]", ("残差网络",)) == "残差网络"


HEADED = r"""
% symflops table; at H=224, W=224; columns: Params = params in M, MACs = macs in G
\begin{tabular}{l S[table-format=3.1] S r}
\toprule
& \multicolumn{2}{c}{Cost} & \\
\cmidrule(lr){2-3}
{Model} & {Params} & {MACs} & {Top-1\textsuperscript{a}} \\
\midrule
\multicolumn{4}{l}{\emph{Plain}} \\
VGG-16~\cite{vgg} & 138.4 & 15.47 & 71.6 \\
\multicolumn{4}{l}{\emph{Residual}} \\
ResNet-18 & 11.7 & 1.83 & 69.8 \\
\end{tabular}
"""


def test_a_table_with_two_rows_of_headers_and_headings_of_rows(tmp_path):
    path = tmp_path / "a.tex"
    path.write_text(HEADED)
    found = check_files([path]).findings
    assert [(f.claim, f.as_expected) for f in found] == [
        ("138.4", True),
        ("15.47", True),
        ("11.7", True),
        ("1.83", False),
    ]


FILL = """<!-- symflops let vgg = vgg16 at H=224, W=224 -->\r
<!-- symflops let conv = Conv2d(C_in, C_out, k, padding='same') on (C_in, H, W) -->\r
It takes 15,000,000,000 <!-- symflops fill: vgg.macs --> or 15.1 G <!-- symflops fill: vgg.macs -->.\r
A convolution has $x$ <!-- symflops fill: conv.params --> and <!-- symflops fill: vgg.params -->0<!-- symflops end -->.\r
\r
<!-- symflops table; at H=224, W=224 -->\r
| Model | Params (M) | MACs |\r
|---|---:|---:|\r
| VGG-16 | 1.0 | 1,000 |\r
| ResNet-50 | ? |  |\r
| total | 3.3 | 1,000 |\r
\r
<!-- symflops fill: conv.table columns=layer,params -->\r
<!-- symflops end -->\r
"""


def test_filling_in(tmp_path, capsys):
    path = tmp_path / "a.md"
    path.write_bytes(FILL.encode())
    path.chmod(0o640)
    assert run(capsys, "check", path)[0] == 1
    assert run(capsys, "fill", "--check", path)[0] == 1
    assert path.read_bytes() == FILL.encode()
    status, out, err = run(capsys, "fill", path)
    assert (status, err) == (0, "")
    assert "filled in" in out
    text = path.read_bytes().decode()
    for part in [
        "takes 15,470,264,320 <",
        "or 15.5 G <",
        "138,357,544<!--",
        "| VGG-16 | 138.4 | 15,470,264,320 |",
    ]:
        assert part in text
    assert "| ResNet-50 | 25.6 | 4,089,184,256 |" in text
    assert "| total | 163.9 | 19,559,448,576 |" in text
    assert text.count("\n") == text.count("\r\n")
    assert path.stat().st_mode & 0o777 == 0o640
    assert run(capsys, "fill", "--check", path)[0] == 0
    assert run(capsys, "check", path)[0] == 0
    assert [p.name for p in tmp_path.iterdir()] == ["a.md"]


def test_filling_in_latex_and_notebooks(tmp_path):
    source = "% symflops let vgg = vgg16 at H=224, W=224\n\\newcommand{\\m}{1{,}000}% symflops fill: vgg.macs\n"
    source += "$M = 3$ % symflops fill: vgg.macs\n% symflops fill: vgg.table columns=layer,params\nold\n% symflops end\n"
    path = tmp_path / "a.tex"
    path.write_text(source)
    _, after, places = filled(path)
    assert places == 3
    assert "\\m}{15{,}470{,}264{,}320}%" in after
    assert "$M = 15{,}470{,}264{,}320$" in after
    assert "old" not in after
    assert "\\bottomrule" in after
    path.write_text(after)
    assert filled(path)[1] == after
    before, after, _ = filled(FOLDER / "lecture.ipynb")
    assert before == after
    book = tmp_path / "b.ipynb"
    book.write_text(before.replace("118,013,952 <", "118,013,950 <"))
    assert filled(book)[1] == before


IN_FRONT = [  # what stands before a mark, and what stands there then; nothing: it is refused
    ("-3", "-112,800,512", "resnet50.params - vgg16.params"),
    ("−3", "−112,800,512", "resnet50.params - vgg16.params"),
    ("1.0×10⁹", "0.1×10⁹", "vgg16.params"),
    ("1.0e9 multiplications", "0.1e9 multiplications", "vgg16.params"),
    ("1_000_000", "138_357_544", "vgg16.params"),
    ("$138$ million", "$138$ million", "vgg16.params"),
    (r"$\approx 1.0$M", r"$\approx 138.4$M", "vgg16.params"),
    ("`12`", "`138357544`", "vgg16.params"),
    (r"\num{12}", r"\num{138357544}", "vgg16.params"),
    ("约1亿", "约1亿", "zoo.vgg16.params"),
    ("3.2x", "5.4x", "vgg16.params/zoo.resnet50.params"),
    ("ResNet-50 has ???", "ResNet-50 has 25,557,032", "resnet50.params"),
    ("| ResNet-50 | **?**", "| ResNet-50 | **25,557,032**", "resnet50.params"),
    ("| ResNet-50 |", "| ResNet-50 | 25,557,032", "resnet50.params"),
    ("In 2024 we present ResNet50", "", "resnet50.params"),
    ("ViT-B/16", "", "vit_b_16.params"),
    ("from 10-15", "", "vgg16.params"),
    ("[VGG](https://arxiv.org/abs/1409.1556)", "", "vgg16.params"),
    ("| 3 | VGG", "", "vgg16.params"),
    (r"\SI{15.5}{\giga\flop}", "", "vgg16.params"),
    ("in 3D", "", "vgg16.params"),
]


@pytest.mark.parametrize(("text", "then", "value"), IN_FRONT)
def test_what_stands_in_front_of_a_mark_is_replaced_whole_or_not_at_all(
    tmp_path, text, then, value
):
    path = tmp_path / "a.md"
    mark = f" <!-- symflops fill: {value} -->\n"
    path.write_text(text + mark)
    if not then:
        with pytest.raises(DocumentError, match="before this mark"):
            filled(path)
        return
    assert filled(path)[1] == then + mark
    path.write_text(then + mark)
    assert filled(path)[1] == then + mark


OWN = {
    "numbers": sf.cost(sf.zoo.resnet18()).at(H=224, W=224),
    "formulas": sf.cost(sf.zoo.alexnet()),
    "ties": sf.cost(sf.zoo.gpt()),
}


@pytest.mark.parametrize("kind", ["to_csv", "to_markdown", "to_latex"])
@pytest.mark.parametrize("name", OWN)
def test_tables_of_symflops_are_right(name, kind):
    text = getattr(OWN[name].table(columns="layer,params,macs,flops"), kind)()
    found = sf.check_table(text, rows=OWN[name])
    assert found.status == 0, found
    assert sum(f.verdict != "skipped" for f in found.findings) > 8
    if name == "numbers":
        number = "1,814.07" if kind == "to_latex" else "1814073344"
        changed = text.replace("1,814,073,344", number).replace(number, number.replace("07", "17"))
        assert sf.check_table(changed, rows=OWN[name]).status == 1


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_table_with_its_own_sign_between_cells(sign):
    text = sign.join(["model", "params", "macs\nvgg16", "138357544", "n/a\n"])
    assert [f.verdict for f in sf.check_table(text).findings] == ["correct"]


def test_numbers_that_a_value_is_below():
    text = "| model | Params (M) |\n|--|--|\n| lenet5 | $<$0.1 |\n| vgg16 | < 138 |\n"
    assert [f.verdict for f in sf.check_table(text).findings] == ["correct", "wrong"]


def test_none_in_print_is_wrong_where_there_are_some():
    d = sf.dim("d")
    rows = {"VGG 16": sf.zoo.vgg16(), "of two": (sf.Linear(d, d), (d,))}
    found = sf.check_table("model,params,macs\nVGG 16,0,0\nof two,$d_1 d$,$d^2$\n", rows)
    assert [f.verdict for f in found.findings] == ["wrong", "unreadable", "wrong", "correct"]


def test_a_table_is_text():
    with pytest.raises(ArgumentError, match="to_csv"):
        sf.check_table(OWN["ties"].table())


def test_a_cell_that_is_right_under_some_convention_stays(tmp_path):
    path = tmp_path / "a.md"
    text = "<!-- symflops table; at H=224, W=224 -->\n| | FLOPs |\n|---|---|\n| VGG-16 | 30,940,528,640 |\n"
    path.write_text(text)
    assert check_files([path]).status == 0
    assert filled(path)[1] == text


@pytest.mark.parametrize(
    "text",
    [
        "no number <!-- symflops fill: vgg16.params -->",
        "3 <!-- symflops fill: vgg16 -->",
        "3 <!-- symflops fill: nothing.params -->",
        "<!-- symflops fill: vgg16.table -->",
    ],
)
def test_nothing_is_written_where_something_cannot_be_filled_in(tmp_path, capsys, text):
    good, bad = tmp_path / "good.md", tmp_path / "bad.md"
    good.write_text("3 <!-- symflops fill: vgg16.params -->")
    bad.write_text(text)
    status, out, err = run(capsys, "fill", good, bad)
    assert (status, out) == (2, "")
    assert "bad.md:1:" in err
    assert good.read_text().startswith("3 ")
    assert bad.read_text() == text


PAPER = {
    "main.tex": r"""
\newcommand{\dmodel}{d_{\text{model}}}
% symflops let net = Linear(d, 3, bias=False) on (n, d); \dmodel = d
\input{glyphtounicode}
\input{sections/one}
\input{sections/two}
$n$ % symflops fill: net.macs
""",
    "sections/one.tex": "It has 1 % symflops fill: vgg16.params\n",
    "sections/two.tex": "$3 n \\dmodel$ % symflops: net.macs\n",
}


def test_what_a_document_takes_in_is_filled_in_too(tmp_path, capsys):
    (tmp_path / "sections").mkdir()
    for name, text in PAPER.items():
        (tmp_path / name).write_text(text)
    main_file, one = tmp_path / "main.tex", tmp_path / "sections/one.tex"
    status, out, _ = run(capsys, "fill", main_file, one)
    assert status == 0
    assert out.count("filled in (1 place)") == 2
    assert "$3 d n$ % symflops" in main_file.read_text()
    assert one.read_text().startswith("It has 138,357,544 %")
    verdicts = [f.verdict for f in check_files([main_file]).findings]
    assert verdicts == ["unreadable", "correct", "correct", "correct"]  # TeX has glyphtounicode
    assert run(capsys, "fill", "--check", main_file)[0] == 0


def test_every_document_is_named_and_there_may_be_many(tmp_path, capsys):
    paths = [tmp_path / f"{i}.md" for i in range(MOST_FILES + 1)]
    for path in paths:
        path.write_text("no mark")
    status, out, _ = run(capsys, "fill", *paths)
    assert status == 0
    assert out.splitlines() == [f"{path}: up to date (0 places)" for path in paths]


def test_all_files_are_written_or_none(tmp_path, capsys, monkeypatch):
    paths = [tmp_path / "a.md", tmp_path / "b.md"]
    for path in paths:
        path.write_text("3 <!-- symflops fill: vgg16.params -->")
    monkeypatch.setattr(os, "access", lambda path, _: path != paths[1])
    status, out, err = run(capsys, "fill", *paths)
    assert (status, out) == (2, "")
    assert err == f"symflops: cannot write {paths[1]}: it is read-only\n"
    assert all(path.read_text().startswith("3 ") for path in paths)
    assert sorted(tmp_path.iterdir()) == paths


def test_a_name_before_its_definition_is_said_to_be_that(tmp_path):
    text = (
        "<!-- symflops: net.params -->\n$a$\n\n<!-- symflops let net = Linear(a, b) on (a,) -->\n"
    )
    (found,) = report(tmp_path, text).findings
    assert "comes later" in found.message
    assert "a.md:4:1" in found.message


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("VGG has $138.4$M{}", "approximation"),
        (r"VGG has \(138.4\) million{}", "approximation"),
        ("VGG has 138.4M parameters{} and\n$3$ blocks.", "approximation"),
        ("VGG has 138.4 million parameters.{}", "approximation"),
        ("VGG has **138,357,544**{} and\n$3$ blocks.", "correct"),
        ("VGG has **138,357,545**{} and\n$138357544$ blocks.", "wrong"),
        ("Here is one for a batch of 32{}\n$$138357544$$", "correct"),
        ("In ResNet-50{} there are\n$138357544$", "correct"),
    ],
)
def test_a_number_in_a_sentence_has_its_unit_and_its_mark(tmp_path, text, verdict):
    mark = " <!-- symflops: vgg16.params -->"
    (found,) = report(tmp_path, text.format(mark)).findings
    assert found.verdict == verdict


@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.tex"])
def test_a_mark_of_byte_order_is_no_letter(tmp_path, name):
    begin, end = ("<!--", "-->") if name == "a.md" else ("%", "")
    lines = ["symflops let net = Linear(a, b, bias=False) on (a,)", "symflops: net.params"]
    text = "\ufeff" + "".join(f"{begin} {line} {end}\n" for line in lines) + "$a b$\n"
    assert [f.verdict for f in report(tmp_path, text, name).findings] == ["correct"]


def test_json_says_the_same(capsys):
    status, out, _ = run(capsys, "check", FOLDER / "textbook.tex", "--format", "json")
    document = json.loads(out)
    assert status == document["status"] == 0
    errata = [f for f in document["findings"] if f["expected"] == ["wrong"]]
    assert len(errata) == 3
    for finding in errata:
        assert finding["witness"]["claimed"] != finding["witness"]["actual"]
        assert finding["as_expected"]
    assert "attention.tex" in errata[-1]["file"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.md", b"\xff\xfe"),
        ("a.md", b"a\0b"),
        ("a.md", b"x" * 4_000_001),
        ("a.md", b"x" * 300_000),
        ("a.ipynb", b"{}"),
        ("a.ipynb", b"[" * 100_000),
        ("a.ipynb", b'{"cells": [{"cell_type": "markdown", "source": [1]}]}'),
        ("a.tex", b"\\input{a}"),
    ],
)
def test_files_that_cannot_be_read(tmp_path, capsys, name, data):
    (tmp_path / name).write_bytes(data)
    status, out, err = run(capsys, "check", tmp_path / name)
    assert status == 2
    assert name in out + err
    assert "Traceback" not in out + err


def test_missing_files_folders_and_pipes(tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe")
    for name in ("nowhere.md", ".", "pipe", "a" * 5_000, "a\0b"):
        status, out, _ = run(capsys, "check", str(tmp_path / name) if "\0" not in name else name)
        assert status == 2
        assert "unreadable" in out
        assert run(capsys, "fill", str(tmp_path / name) if "\0" not in name else name)[0] == 2


BOMBS = {
    "dollars": "$" * 100_000,
    "comments": "<!--\n" * 100_000,
    "fences": "```\n~~~\n" * 50_000,
    "ticks": "`\n``\n```` \n" * 20_000,
    "brackets": "\\[\n\\(\n" * 50_000,
    "environments": "\\begin{align}\n" * 50_000,
    "rows": "\\begin{align}\n" + "a &= b \\\\\n" * 1_500 + "\\end{align}\n" * 10,
    "pipes": ("|" * 1_000 + "\n" + "|-" * 500 + "\n") * 100,
    "tabulars": "\\begin{tabular}{l}\n" * 20_000,
    "definitions": "\\newcommand{\\a}{\\a\\a}\n" * 20_000 + "% symflops: vgg16.macs\n$\\a$\n",
    "verbs": "\\verb|\n" * 50_000,
    "percent": "%\n" * 100_000,
    "remarks": "% symflops let a = vgg16\n" * 5_000,
    "marks": "% symflops: vgg16.params\n$138357544$\n\n" * 200,
    "nesting": "<!-- symflops let a = "
    + "(" * 5_000
    + " -->\n$$"
    + "{" * 5_000
    + "$$ <!-- symflops: vgg16.macs -->",
    "powers": "$10^{10^{10}} = 3$ <!-- symflops: vgg16.macs --> $9^{9^9} = 9^{9^9}$\n3 * 10^999999 = 4",
    "digits": "3 * 4 = " + "9" * 100_000 + "\n" + "1," * 50_000 + "\n" + "(" * 50_000 + "3\n",
    "spaces": ("3 *" + " " * 5_000 + "\n") * 20,
}


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize(
    "scan", [markdown.scan, latex.scan, prose.scan], ids=["markdown", "latex", "prose"]
)
def test_hostile_texts_are_scanned_in_time(name, scan):
    with cpu_limit(30):
        scan(BOMBS[name])


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("suffix", [".md", ".tex", ".txt"])
def test_hostile_texts_leave_no_traceback(tmp_path, name, suffix):
    with cpu_limit(100):
        found = report(tmp_path, BOMBS[name], f"a{suffix}", without_marks=True)
    assert "cannot be judged" not in str(found)


@pytest.mark.parametrize(
    "text",
    [
        "let",
        ": ",
        "",
        "let a = ",
        "tables",
        "let a b",
        "end x",
        "x" * 30_000,
        ": a; b",
        "table; rows: a",
    ],
)
def test_remarks_that_say_nothing(text):
    with contextlib.suppress(SymflopsError):
        assert read_statement(text).verb


def test_help_loads_nothing_heavy():
    code = "import sys; from symflops.cli.entry import parser; parser().format_help(); print('sympy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("command", ["newcommand", "renewcommand", "providecommand"])
def test_every_way_to_define_a_command_is_known(tmp_path, command):
    text = (
        f"\\{command}{{\\din}}{{d_{{in}}}}\n"
        "% symflops let l = Linear(d_in, d_out, bias=False) on (d_in,)\n"
        "% symflops: l.params\n$\\din d_{out}$\n"
    )
    (tmp_path / "a.tex").write_text(text)
    assert main(["check", str(tmp_path / "a.tex")]) == 0
