r"""Hostile text in every output: it comes out right, or is refused with a message that says so.

A new output joins with a function under ``@output`` that returns its formats: what is made of a text, and a
call for each format. Each format has its law below.
"""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest
import sympy
from markdown_it import MarkdownIt

import symflops as sf
from symflops.cli import main
from symflops.errors import SymbolError, SymflopsError
from symflops.output.printing import is_safe, on_one_line, printable
from symflops.plot import breakdown, scaling
from symflops.tables.escape import escape

needs_tex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not there")

D, N = sf.dims("D N")
TEXTS = {
    "tex": '& % $ # _ { } ~ ^ \\ < > "',
    "commands": r"\end{table}\input{/etc/passwd}\\$$%",
    "math": r"$x^2$ and $\frac{1}$",
    "quotes": "\"'`´“”‘’",
    "lines": "two\nlines\r\nand\ttabs\x0b\x0c\x85\u2028end",
    "return": "a\rb",
    "control": "\x1b[31mred\x1b[0m\x07\x00\x7f\x9b1m",
    "bidi": "abc\u202etxt\u2066",
    "chinese": "卷积层",
    "emoji": "🙂👩\u200d💻🇩🇪❤\ufe0f",
    "html": "<script>alert(1)</script>]]>--><!--&amp;&#x1b;",
    "attribute": '" onload="alert(1)" x=\'',
    "markdown": "*b* _i_ [a](b) ![c](d) `code` ~~x~~ # h | pipe \\| <br>",
    "formula": "=1+1;@SUM(A1)",
    "minus": "-1+2",
    "surrogate": "a\udc80b",
    "format": "%s {0} {table} {{}}",
    "space": " ",
    "long": "x" * 400,
}
PLAIN = "plain"


# the outputs: each a function of a text that returns format → a call

OUTPUTS = {}


def output(function):
    OUTPUTS[function.__name__] = function
    return function


def formats(table):
    """Return what a table has: its formats, and those that fit a terminal or have all options of LaTeX."""
    return {
        "text": table.to_text,
        "narrow text": lambda: table.to_text(60),
        "markdown": table.to_markdown,
        "html": table.to_html,
        "csv": table.to_csv,
        "json": table.to_json,
        "frame": table.to_dataframe,
        "latex": table.to_latex,
        "column latex": lambda: table.to_latex(fit="column"),
        "tabular latex": lambda: table.to_latex(part="tabular"),
        "long latex": lambda: table.to_latex(longtable=True, siunitx=True),
    }


def named(text):
    """Return the cost of layers of which one has the name."""
    body = sf.Sequential(**{text: sf.Linear(D, 2 * D), "act": sf.ReLU()})
    return sf.cost(sf.Sequential(body=body, head=sf.Linear(2 * D, 8)), (N, D))


@output
def layers(text):
    return formats(named(text).table(depth=2))


@output
def groups_of_layers(text):
    body = sf.Sequential(first=sf.Linear(D, D), second=sf.Linear(D, D))
    cost = sf.cost(sf.Sequential(**{text: body, "last": sf.Linear(D, D)}), (D,))
    return formats(cost.table("layer,flops@2mac,flops", depth=2, groups=1))


@output
def compared(text):
    costs = {text: sf.cost(sf.Linear(D, D), (D,)), "other": sf.cost(sf.Linear(D, 2 * D), (D,))}
    return formats(sf.compare(costs, baseline=text))


def convention(text):
    return sf.Convention(text, text, text, {("mul", "*"): 1})


@output
def conventions(text):
    return formats(sf.cost(sf.Linear(D, D), (D,), convention(text)).table())


@output
def statements(text):
    cost = sf.cost(sf.Linear(D, D), (D,), convention(text))
    return {"text": cost.statement, "text zh": lambda: cost.statement(lang="zh")}


@output
def tied(text):
    shared = sf.Shared(text, sf.Linear(D, D))
    return formats(sf.cost(sf.Sequential(shared, shared), (D,)).table())


@output
def captions(text):
    table = sf.cost(sf.Linear(D, D), (D,)).table()
    return {
        "latex": lambda: table.to_latex(caption=text),
        "star latex": lambda: table.to_latex(caption=text, part="table*"),
        "long latex": lambda: table.to_latex(caption=text, longtable=True),
        "label latex": lambda: table.to_latex(caption="c", label=text),
    }


@output
def macros(text):
    cost = sf.cost(sf.Linear(D, D), (D,), convention(text))
    return {
        "latex": lambda: sf.macros(cost),
        "named latex": lambda: sf.macros({text: cost}),
        "prefix latex": lambda: sf.macros(cost, prefix=text),
    }


@output
def sources(text):
    found = sf.bibtex(sf.cost(sf.Linear(D, D), (D,), convention(text)))
    return {"text": lambda: str(found), "shown text": lambda: repr(found)}


@output
def counted_by_running(text):
    return {"text": lambda: str(sf.verify(named(text))), "shown text": lambda: repr(named(text))}


@output
def meanings(text):
    x = sf.dim("x_of_hostile_meaning", meaning={"en": text, "zh": text})
    cost = sf.cost(sf.Linear(x, x), (x,))
    return formats(sf.notation_table(cost))


@output
def derivations(text):
    derived = sf.derive(named(text), "params")
    return {
        "text": derived.to_text,
        "markdown prose": derived.to_markdown,
        "latex": derived.to_latex,
        "html": derived.to_html,
    }


@output
def pages(text):
    return {"page": lambda: sf.report(named(text).at(D=8, N=4), title=text).html}


@output
def pictures(text):
    return {
        "breakdown svg": lambda: svg(breakdown(named(text).at(D=8, N=4), depth=2)),
        "scaling svg": lambda: svg(scaling({text: D**2, "other": 8 * D}, D, (2, 64))),
    }


@output
def claims(text):
    cost = sf.cost(sf.Linear(D, 3), (D,))
    return {
        "verdict text": lambda: str(sf.check(text, cost, "params")),
        "verdict markdown prose": lambda: sf.check(text, cost, "params").to_markdown(),
        "spelled text": lambda: str(sf.check(f"3 D + 3 {text}", cost, "params")),
        "read text": lambda: str(sf.parse(text)),
        "reported text": lambda: sf.check_table(
            f"model,params\n{quoted(text)},3\n", rows="zoo"
        ).to_text(),
        "reported json": lambda: sf.check_table(
            f"model,params\n{quoted(text)},3\n", rows="zoo"
        ).to_json(),
    }


def quoted(text):
    return '"' + text.replace('"', '""') + '"'


def svg(axes):
    from matplotlib import pyplot as plt  # noqa: PLC0415 - only pictures

    stream = io.StringIO()
    with plt.rc_context({"svg.fonttype": "none"}):
        axes.figure.savefig(stream, format="svg")
    plt.close("all")
    return stream.getvalue()


# the laws of the formats


def said(call):
    """Return what a call makes, or its refusal, which is one that can be printed."""
    try:
        return call(), None
    except SymflopsError as error:
        message = str(error)
        assert safe(message), message
        assert 10 < len(message) < 2000
        return None, error


def safe(text):
    return all(c == "\n" or is_safe(c) for c in text)


def is_text(made, _):
    assert safe(made)
    made.encode()


class Tags(HTMLParser):
    """The elements of a page with the names of their attributes, and its text."""

    def __init__(self, page):
        super().__init__()
        self.found, self.words = set(), []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.found |= {tag, *(f"{tag} {name}" for name, _ in attributes)}

    def handle_comment(self, _):
        self.found.add("comment")

    def handle_data(self, data):
        self.words.append(data)


def is_html(made, plain):
    assert safe(made)
    ET.fromstring(f"<div>{made}</div>")  # noqa: S314 - our own
    assert Tags(made).found <= Tags(plain).found


def is_page(made, plain):
    assert safe(made.replace("\t", " "))
    new = {tag for tag in Tags(made).found - Tags(plain).found if "svg" not in tag}
    assert not new & {"script", "img", "a", "br", "comment", "b", "em", "strong"}
    assert not any(" on" in tag for tag in new)
    assert "alert(1)</script>" not in made


def is_markdown(made, plain):
    is_prose(made, plain)
    lines = made.split("\n\n")[0].split("\n")
    bars = {len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in lines}
    assert len(bars) == 1
    rows = len(plain.split("\n\n")[0].split("\n"))
    assert len(lines) == rows


def is_prose(made, plain):
    assert safe(made)
    assert Tags(rendered(made)).found <= Tags(rendered(plain)).found | {"em", "strong"}
    assert "<script" not in made


def rendered(markdown):
    """Return what a reader of CommonMark with GitHub's tables makes of it, markup of HTML let through."""
    formulas = re.sub(r"(?<!\\)\$[^$\n]*\$|\$\$.*?\$\$", "F", markdown, flags=re.DOTALL)
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(formulas)


def is_csv(made, plain):
    rows = list(csv.reader(io.StringIO(made, newline="")))
    columns = len(next(csv.reader(io.StringIO(plain))))
    assert {len(row) for row in rows} == {columns}
    assert len(rows) == len(list(csv.reader(io.StringIO(plain))))


def is_json(made, plain):
    assert safe(made)
    made.encode()
    found = json.loads(made)
    assert type(found) is type(json.loads(plain))


def is_frame(made, plain):
    assert made.shape == plain.shape


def is_latex(made, _):
    assert safe(made)
    assert made.isascii() or not re.search(r"[^\x00-\u017f\u0218-\u021b‘’“”]", made)
    comments = [line for line in made.split("\n") if line.startswith("%")]
    assert not any(
        "\\end{table}\\input" in line for line in made.split("\n") if line not in comments
    )
    assert "\\input" not in "\n".join(line for line in made.split("\n") if line not in comments)


def is_svg(made, _):
    assert safe(made)
    ET.fromstring(made)  # noqa: S314 - our own
    assert "<script" not in made


LAWS = {
    "text": is_text,
    "zh": is_text,
    "html": is_html,
    "page": is_page,
    "markdown": is_markdown,
    "prose": is_prose,
    "csv": is_csv,
    "json": is_json,
    "frame": is_frame,
    "latex": is_latex,
    "svg": is_svg,
}
#: What a format makes of a harmless text, to hold the hostile ones against.
_PLAIN = {}


def plain(name, form):
    if (name, form) not in _PLAIN:
        made, _ = said(OUTPUTS[name](PLAIN)[form])
        _PLAIN[name, form] = made
    return _PLAIN[name, form]


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("name", OUTPUTS)
@pytest.mark.filterwarnings("ignore:Glyph .* missing from")
@pytest.mark.filterwarnings("ignore:.*was read as")
def test_every_output_takes_any_text(name, kind):
    calls, refusal = said(lambda: OUTPUTS[name](TEXTS[kind]))
    if refusal is not None:
        return
    for form, call in calls.items():
        made, refusal = said(call)
        if refusal is None:
            LAWS[form.rpartition(" ")[2]](made, plain(name, form))


def test_harmless_text_is_taken_by_every_output():
    """Or the test above would hold of outputs that refuse everything."""
    refused = {
        (name, form)
        for name in OUTPUTS
        for form, call in OUTPUTS[name](PLAIN).items()
        if said(call)[1] is not None
    }
    assert refused <= {("claims", "reported text"), ("claims", "reported json")}


# exactly right where it can be


@pytest.mark.parametrize("kind", [kind for kind in TEXTS if kind != "surrogate"])
def test_names_read_back(kind):
    text = TEXTS[kind]
    costs = {text: sf.cost(sf.Linear(D, D), (D,)), "other": sf.cost(sf.Linear(D, 1), (D,))}
    table = sf.compare(costs)
    rows = list(csv.reader(io.StringIO(table.to_csv(), newline="")))
    assert rows[1][0] == text
    assert json.loads(table.to_json())["rows"][0]["cost"] == text
    assert str(table.to_dataframe()["cost"][0]) == text
    cell = ET.fromstring(f"<div>{table.to_html()}</div>").find("table/tbody/tr/td")  # noqa: S314
    assert (cell.text or "") == on_one_line(text)
    assert table.to_text().split("\n")[2].startswith(printable(text))
    shown = rendered(table.to_markdown())
    first = "".join(ET.fromstring(f"<div>{shown}</div>").find("table/tbody/tr/td").itertext())  # noqa: S314
    assert first.strip() == on_one_line(text).strip()


def test_csv_leaves_what_a_spreadsheet_takes_for_a_formula():
    table = sf.compare({"=1+1": sf.cost(sf.Linear(D, D), (D,))})
    assert table.to_csv().split("\n")[1].startswith("=1+1,")
    assert "=" in type(table).to_csv.__doc__


def test_two_programs_agree_on_line_ends():
    table = sf.compare({"a\rb\nc": sf.cost(sf.Linear(D, D), (D,))})
    assert table.to_csv().split("\n", 1)[1].startswith('"a\rb\nc",')


# LaTeX


@needs_tex
def test_all_latex_compiles(tmp_path):
    made = {
        f"{name}-{form}-{kind}": fragment
        for name in OUTPUTS
        for kind in ("tex", "commands", "math", "lines", "html", "markdown", "format", "attribute")
        for form, call in (said(lambda n=name, k=kind: OUTPUTS[n](TEXTS[k]))[0] or {}).items()
        if form.endswith("latex") and (fragment := said(call)[0]) is not None
    }
    assert len(made) > 40
    assert errors(tmp_path, made) == {}


def errors(tmp_path, fragments):
    """Compile fragments in one document; return name → TeX's complaint."""
    packages = set(
        re.findall(
            r"\\usepackage(?:\[[^]]*\])?\{[\w,]+\}",
            "\n".join(f.split("\n")[0] for f in fragments.values()),
        )
    )
    body = []
    for i, fragment in enumerate(fragments.values()):
        (tmp_path / f"{i}.tex").write_text(fragment)
        body.append(
            f"\\typeout{{PART {i} PART}}\\begingroup\\input{{{i}.tex}}\\endgroup\\clearpage"
        )
    preamble = r"\documentclass{article}\usepackage{amsmath,amssymb}"
    document = [preamble, *sorted(packages), r"\begin{document}", *body, r"\end{document}", ""]
    (tmp_path / "all.tex").write_text("\n".join(document))
    command = ["pdflatex", "-interaction=nonstopmode", "-no-shell-escape", "all.tex"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    log = (tmp_path / "all.log").read_text(errors="replace")
    _, *parts = re.split(r"PART (\d+) PART", log)
    names = list(fragments)
    found = {names[int(i)]: part for i, part in zip(parts[::2], parts[1::2], strict=True)}
    return {name: part[:600] for name, part in found.items() if re.search("^!", part, re.MULTILINE)}


@needs_tex
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not there")
def test_special_characters_are_on_the_page(tmp_path):
    text = "& % $ # { } ~ ^ \\ < > |"  # an underscore is a rule, and none in the text of the page
    table = sf.cost(sf.Linear(D, D), (D,)).table()
    assert errors(tmp_path, {"caption": table.to_latex(caption=text)}) == {}
    subprocess.run(["pdftotext", "-layout", "all.pdf"], cwd=tmp_path, check=True)
    shown = (tmp_path / "all.txt").read_text().replace("∼", "~").replace("ˆ", "^").replace("˜", "~")
    assert f"Table 1: {text}".replace(" ", "") in shown.replace(" ", "")


@pytest.mark.parametrize("kind", ["control", "bidi", "emoji", "chinese", "surrogate"])
def test_what_pdflatex_cannot_set_is_said(kind):
    with pytest.raises(SymflopsError, match="cannot be set by pdflatex") as raised:
        escape(TEXTS[kind])
    assert safe(str(raised.value))


# the LaTeX of symbols

WHOLE = {
    r"d_\text{model}": None,
    r"\mathcal{W}": None,
    "x^*": None,
    "x''": None,
    r"\hat{x}_{i,j}^{(l)}": None,
    r"|\mathcal{V}|": None,
    r"C_{<t}": "C_{< t}",
    r"\text{it's}": None,
    r"\frac{a}{b}": None,
    "  n \n m ": "n m",
    r"\sqrt[3]{x}": None,
    r"\#\,\text{tokens}": None,
}
TORN = [
    *("", " ", "x" * 300, "{a", "a}", "a}{", "a{b}{", "\\", "a\\", "a_", "a^", "_1", "^*", "a^b^c"),
    *(
        "a_b_c",
        "x'^2'",
        "$x$",
        "a%b",
        "a&b",
        "a#1",
        "a~b",
        'a"b',
        "\x1b[31m",
        "a\u202eb",
        r"\frac{1}",
    ),
    *(
        r"\hat",
        r"\text{d_model}",
        r"\input{x}",
        r"\include{x}",
        r"\end{table}",
        r"\begin{x}",
        r"\def\x{}",
    ),
    *(
        r"\write18{ls}",
        r"\openout5",
        r"\newcommand{\x}{}",
        r"\left(",
        r"\\",
        r"\(x\)",
        r"^^5cinput",
        r"\par",
    ),
    *(
        r"\href{javascript:alert(1)}{x}",
        r"\htmlClass{x}{y}",
        r"\label{x}",
        r"\catcode`\%=12",
        r"\csname x",
    ),
    *(r"\ifx", r"\fi", r"\directlua{x}", r"\verb|x|", 3, ["x"]),
]


@pytest.mark.parametrize(("latex", "kept"), WHOLE.items())
def test_latex_of_a_symbol_that_is_whole(latex, kept):
    x = sf.dim("x_whole", latex=latex)
    assert sf.display(x).latex == (kept or latex)


@pytest.mark.parametrize("latex", TORN, ids=repr)
def test_latex_of_a_symbol_that_is_torn_is_refused(latex):
    before = sf.display(sf.dim("x_torn")).latex
    with pytest.raises(SymbolError) as raised:
        sf.dim("x_torn", latex=latex)
    assert safe(str(raised.value))
    assert "x_torn" in str(raised.value)
    assert sf.display(sf.dim("x_torn")).latex == before


@needs_tex
def test_latex_of_a_symbol_compiles_wherever_it_stands(tmp_path):
    fragments = {}
    for i, latex in enumerate(WHOLE):
        x = sf.dim(f"x_whole_{i}", latex=latex)
        forms = [x, x**2, 2**x, 3 * x * D, D / x, sympy.floor(x / 2), (x + 1) ** 2, sympy.sqrt(x)]
        fragments[f"{latex} formulas"] = "\n\n".join(
            f"${sf.display(form).latex}$" for form in forms
        )
        cost = sf.cost(sf.Sequential(sf.Linear(x, 2 * x), sf.Linear(2 * x, x)), (x, x))
        fragments[f"{latex} table"] = cost.table().to_latex()
        fragments[f"{latex} derivation"] = sf.derive(cost, "params").to_latex()
        fragments[f"{latex} macros"] = sf.macros(cost)
    assert errors(tmp_path, fragments) == {}


# documents and the command line

FILES = {
    "escape": "\x1b]0;owned\x07.md",
    "newline": "two\nlines.md",
    "signs": "a b&c%$#_{}~^<>\"'`;.md",
    "bidi": "abc\u202ecod.md",
    "chinese": "论文🙂.md",
    "bytes": os.fsdecode(b"bad\xff.md"),
    "long": "x" * 250 + ".md",  # nearly as long as names can be
    "eight_bit": "\x9b31m.md",
}
HOSTILE_DOCUMENT = """\
<!-- symflops let \x1b[31m = Linear(D, 3) on (D,) -->
<!-- symflops: vgg16.params -->
$$ 3 \x1b]0;owned\x07 \u202e + D $$

<!-- symflops: \x9bvgg16.\x1b[2Jparams; expect=\x07 -->
$$ 138357544 $$

<!-- symflops: vgg16.params -->
$$ 3 \\text{\x1b[31m} $$
| model | par\x1b[31mams |
|---|---|
| vgg16 | 3 |

<!-- symflops table -->
"""


def run(capsys, *words):
    status = main(words)
    out, err = capsys.readouterr()
    assert safe(out), out
    assert safe(err), err
    assert "Traceback" not in err
    return status, out, err


@pytest.mark.parametrize("kind", FILES)
def test_names_of_files_reach_the_terminal_as_what_can_be_printed(capsys, tmp_path, kind):
    path = str(tmp_path / FILES[kind])
    shown = printable(FILES[kind])
    assert shown in run(capsys, "check", path)[1]  # there is no such file
    assert shown in run(capsys, "fill", path)[2]
    with open(path, "w") as file:  # noqa: PTH123 - the name as it is
        file.write(
            "1 <!-- symflops fill: vgg16.params -->\n\n<!-- symflops: vgg16.params -->\n$$ 3 $$\n"
        )
    status, out, _ = run(capsys, "check", path)
    assert (status, out.count(shown)) == (1, 2)
    document = json.loads(run(capsys, "check", "--format", "json", path)[1])
    assert document["findings"][0]["file"].endswith(FILES[kind])
    assert shown in run(capsys, "fill", "--check", path)[1]
    assert run(capsys, "fill", path)[0] == 0
    with open(path) as file:  # noqa: PTH123
        assert file.read().startswith("138,357,544 <!--")
    assert os.listdir(tmp_path) == [FILES[kind]]  # noqa: PTH208


@pytest.mark.parametrize("kind", FILES)
def test_names_of_files_that_are_written(capsys, tmp_path, kind):
    path = str(tmp_path / FILES[kind])
    assert run(capsys, "cost", "Linear(D, 3)", "--input", "D", "-o", path)[0] == 0
    assert os.listdir(tmp_path) == [FILES[kind]]  # noqa: PTH208
    nowhere = str(tmp_path / FILES[kind] / "file.txt")
    status, _, err = run(capsys, "cost", "Linear(D, 3)", "--input", "D", "-o", nowhere)
    assert status == 2
    assert printable(FILES[kind]) in err


@pytest.mark.parametrize("suffix", ["md", "tex", "txt", "ipynb"])
def test_hostile_documents_reach_the_terminal_as_what_can_be_printed(capsys, tmp_path, suffix):
    path = tmp_path / f"document.{suffix}"
    text = HOSTILE_DOCUMENT
    if suffix == "tex":
        text = text.replace("<!--", "%").replace("-->", "")
    if suffix == "ipynb":
        text = json.dumps({"cells": [{"cell_type": "markdown", "source": text}]})
    path.write_text(text)
    for words in (
        ("check",),
        ("check", "--every", "--unmarked"),
        ("check", "--format", "json"),
        ("fill",),
    ):
        run(capsys, *words, str(path))


@pytest.mark.parametrize("kind", [kind for kind in TEXTS if kind != "long"])
def test_arguments_of_the_command_line(capsys, kind):
    text = TEXTS[kind]
    linear = ("cost", "Linear(D, 3)", "--input", "D")
    for words in (
        ("cost", text),
        ("table", f"Sequential({text}=ReLU())", "--input", "D"),
        ("compare", text, text),
        (*linear[:2], f"--input={text}"),
        (*linear, f"--at={text}"),
        (*linear, f"--assume={text}"),
        (*linear, f"--metric={text}"),
        (*linear, f"--convention={text}"),
        (*linear, f"--format={text}"),
        (*linear, f"--per={text}"),
        ("table", *linear[1:], f"--columns={text}"),
        ("table", *linear[1:], "--format=latex", f"--caption={text}"),
        ("table", *linear[1:], "--format=latex", "--caption=c", f"--label={text}"),
    ):
        if not words[1].startswith("-"):  # that would be an option
            run(capsys, *words)
    for words in (
        (f"--{text}",),
        (text,),
        ("cost", "ReLU()", f"--{text}"),
        ("table", "vgg16", "--depth", text),
    ):
        with pytest.raises(SystemExit):
            main(words)
        assert safe(capsys.readouterr().err)


def test_errors_in_python_can_be_printed():
    for text in TEXTS.values():
        for call in (
            lambda text=text: sf.dim(text),
            lambda text=text: sf.parse(text),
            lambda text=text: sf.conventions.named(text),
            lambda text=text: sf.cost(sf.Linear(D, 3), (D,)).metric(text),
            lambda text=text: sf.cost(sf.Linear(D, 3), (D,)).at({text: 3}),
            lambda text=text: sf.cost(sf.Sequential(**{text: sf.Linear(3, 3)}), (4,)),
            lambda text=text: sf.zoo.model(text),
        ):
            said(call)


def test_a_caret_stands_under_what_it_means():
    with pytest.raises(SymflopsError) as raised:
        sf.parse("层 * 层 * \x1b * $$")
    _, shown, caret = str(raised.value).split("\n")
    assert shown.isprintable()
    assert caret.strip() == "^"
