"""Who is cited, as BibTeX, and the numbers of a cost as commands of LaTeX."""

import ast
import re
import shutil
import subprocess
from importlib import import_module
from pathlib import Path

import pytest
from strategies import usual

import symflops as sf
from symflops.bibliography.citations import ENTRIES, PAPER, citations
from symflops.bibliography.cited import sources_of
from symflops.bibliography.software import SYMFLOPS
from symflops.costs import METRICS
from symflops.errors import ArgumentError, UnknownNameError
from symflops.layers.base import Layer
from symflops.newcommands import NAMES

PACKAGE = Path(sf.__file__).parent
#: What is cited and has no entry: nobody signed it, or there is nothing to cite.
WITHOUT = {
    "by definition: a dot product of length n is n products and n - 1 sums",
    "the (k²·C_in + 1)·C_out·H·W of many courses",
    "BelfortXP/Lecture-14-classnote, roofline model of MobileNet",
    "summary of a Keras model after figure 1: Model implementation: original U-Net in Keras, 2020",
}
BY_KEY = {entry.key: entry for entry in ENTRIES}
needs_bibtex = pytest.mark.skipif(shutil.which("bibtex") is None, reason="bibtex is not there")


def needs(engine):
    missing = shutil.which(engine) is None
    return pytest.param(engine, marks=pytest.mark.skipif(missing, reason=f"{engine} is not there"))


def layers():
    """Every class of layers that there is, those of the zoo among them."""
    for path in sorted([*PACKAGE.glob("layers/*.py"), *PACKAGE.glob("zoo/*.py")]):
        name = ".".join(("symflops", *path.relative_to(PACKAGE).with_suffix("").parts))
        module = import_module(name.removesuffix(".__init__"))
        for kind in vars(module).values():
            own = getattr(kind, "__module__", "") == module.__name__
            if own and isinstance(kind, type) and issubclass(kind, Layer) and kind is not Layer:
                yield kind


def missing(source):
    return {part for part, entries in citations(source) if not entries}


# the entries


def test_keys_are_unique_and_say_whom_they_cite():
    assert len(BY_KEY) == len(ENTRIES)
    for entry in ENTRIES:
        assert re.fullmatch("[a-z0-9]+", entry.key)
        assert entry["year"] in entry.key or entry.kind == "misc", entry.key
        first = re.sub("[^a-z]", "", entry.families[0].lower().split("-")[0])
        assert entry.key.startswith(first) or entry.kind == "misc", entry.key


def test_entries_are_whole():
    needed = {
        "article": {"author", "title", "journal", "year"},
        "book": {"author", "title", "publisher", "year"},
        "inproceedings": {"author", "title", "booktitle", "year"},
        "misc": {"author", "title", "howpublished"},
        "phdthesis": {"author", "title", "school", "year"},
        "techreport": {"author", "title", "institution", "year"},
    }
    for entry in (SYMFLOPS, *ENTRIES):
        fields = dict(entry.fields)
        assert needed[entry.kind] <= set(fields), entry.key
        assert re.fullmatch(r"(19|20)\d\d|", entry["year"]), entry.key
        assert re.fullmatch(r"\d{4}\.\d{4,5}|", entry["eprint"]), entry.key
        assert re.fullmatch(r"10\.\d{4,}/\S+|", entry["doi"]), entry.key
        assert str(entry).isascii(), entry.key
        # an old number at arXiv is that of the year of publication or of one before
        number = re.search(r"(\d\d)\d\d\.\d{4}", entry["eprint"] or entry["journal"])
        assert number is None or 0 <= int(entry["year"]) - 2000 - int(number[1]) <= 2, entry.key
        for text in fields.values():
            assert text == " ".join(text.split()), entry.key
            assert text.count("{") == text.count("}"), entry.key


def test_nothing_is_cited_twice():
    titles = [re.sub(r"\W", "", entry.title).casefold() for entry in ENTRIES]
    numbers = [
        n for e in ENTRIES if (n := re.search(r"\d{4}\.\d{4,5}", e["eprint"] + e["journal"]))
    ]
    assert len(set(titles)) == len(titles)
    assert len({n[0] for n in numbers}) == len(numbers)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        # capitals that a style must not lower, and accents that it must not cut
        ("devlin2019bert", "{BERT}: Pre-training"),
        ("katharopoulos2020transformers", "{RNN}s"),
        ("cooley1965algorithm", "{Fourier}"),
        ("radosavovic2020designing", r"Doll{\'a}r"),
        ("cho2014learning", r"Merri{\"e}nboer"),
        ("sak2014long", r"Ha{\c s}im Sak and Andrew Senior and Fran{\c c}oise Beaufays"),
        ("touvron2023llama", r"Rozi{\`e}re"),
        ("muennighoff2023mteb", r"Lo{\"\i}c Magne"),
        ("louradour2023whisper", r"J{\'e}r{\^o}me"),
    ],
)
def test_names_and_titles_as_bibtex_has_them(key, words):
    assert words in str(BY_KEY[key])


@pytest.mark.parametrize(
    ("key", "families"),
    [
        ("huang2017densely", ("Huang", "Liu", "van der Maaten", "Weinberger")),
        ("vandenoord2016wavenet", ("van den Oord", "Dieleman")),
        ("deepseek2024v3", ("DeepSeek-AI",)),
        ("woo2018cbam", ("Woo", "Park", "Lee", "Kweon")),
        (
            "jiang2023mistral",
            ("Jiang", "Sablayrolles", "Mensch", "Bamford", "Chaplot", "de las Casas"),
        ),
    ],
)
def test_family_names(key, families):
    assert BY_KEY[key].families[: len(families)] == families


# what the package says of its sources


def test_every_convention_layer_model_and_published_number_is_cited():
    left = {part for c in sf.conventions.CONVENTIONS.values() for part in missing(c.source)}
    for name in sf.zoo.names():
        model = getattr(sf.zoo, name)()
        assert missing(model.paper) == set(), name
        left |= {part for number in model.published for part in missing(number.source)}
    named = 0
    for kind in layers():
        sources = sources_of(kind)
        named += "Source:" in (kind.__doc__ or "")
        assert sources or "Source:" not in (kind.__doc__ or ""), kind
        left |= {part for source in sources for part in missing(source)}
    assert left == WITHOUT
    assert named > 60


def words():
    """What the package says of its sources: docstrings, and the papers of models."""
    yield from ((name, getattr(sf.zoo, name)().paper) for name in sf.zoo.names())
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.parent.name != "bibliography":  # whose examples are not sources
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.Module):
                    yield path.name, " ".join((ast.get_docstring(node) or "").split())


def test_sources_agree_with_the_bibliography():
    """Authors, year and title that a source names are those of one entry."""
    place = re.compile(
        r"(section|table|figure|equation|appendix|appendices|algorithm|listing|theorem|chapter|line|part|"
        r"relationship|code|the|in|with|adaLN|and|for)"
    )
    titles = 0
    for name, text in words():
        for found in PAPER.finditer(text):
            title = (found["title"] or "").strip(" .")
            title = "" if place.match(title) or PAPER.match(title) else title
            cited = [e for _, es in citations(f"{found[0]}, {title}") for e in es]
            assert len(cited) == 1, (name, found[0], title)
            assert cited[0].begins(title), (name, found[0], title)
            titles += title != ""
    assert titles > 150


@pytest.mark.parametrize(
    ("source", "keys"),
    [
        ("Liu et al. 2022, Swin Transformer V2, section 3", ["liu2022swin"]),
        (
            "Liu, Mao, Wu, Feichtenhofer, Darrell and Xie 2022, A ConvNet for the 2020s",
            ["liu2022convnet"],
        ),
        ("Tan and Le 2019, table 1", ["tan2019efficientnet"]),
        ("Tan et al. 2019", ["tan2019mnasnet"]),
        ("Touvron et al. 2023, LLaMA, section 2", ["touvron2023llama"]),
        ("Touvron et al. 2023, Llama 2, table 1", ["touvron2023llama2"]),
        (
            "Shazeer 2019 and Ainslie et al. 2023 for fewer heads",
            ["shazeer2019fast", "ainslie2023gqa"],
        ),
        ("PyTorch's layer.", ["paszke2019pytorch"]),
        ("Sun et al. 2023,\n   Retentive\nnetwork", ["sun2023retentive"]),
        (
            "Peebles and Xie 2023, Scalable diffusion models with transformers, table 1",
            ["peebles2023scalable"],
        ),
        (
            "transformers, LlamaForCausalLM from the released configuration",
            ["wolf2020transformers"],
        ),
        ("state-spaces/mamba-130m-hf (elements)", ["gu2023mamba"]),
        # what fits none or several is not guessed
        ("Liu et al. 2022", []),
        ("Touvron et al. 2023, section 2", []),
        ("Vaswani 2017", []),
        ("Vaswani and Shazeer 2017", []),
        ("Vaswani et al. 2018", []),
        ("a vision transformer", []),
        ("notPyTorchAtAll", []),
        ("", []),
    ],
)
def test_what_a_source_cites(source, keys):
    assert [entry.key for _, entries in citations(source) for entry in entries] == keys


def test_a_paper_without_an_entry_is_not_lost_beside_one_that_has_one():
    assert missing("Ba et al. 2016 and Nobody et al. 2031; PyTorch's layer") == {
        "Nobody et al. 2031"
    }
    assert missing("Ba et al. 2016; the authors' code") == set()


# the bibliography of a cost


def resnet(convention="mac"):
    return sf.cost(sf.zoo.resnet50(), (3, 224, 224), convention)


def test_the_bibliography_of_a_model(golden):
    found = sf.bibtex(resnet())
    golden("resnet50.bib", str(found))
    assert found.cited["model resnet50"] == ("he2016deep",)
    assert found.keys[0] == "symflops"
    assert not found.missing
    assert f"Version {sf.__version__}" in str(found)


@pytest.mark.parametrize(
    "name", ["vgg16", "gpt2", "swin_v2_t", "mamba_130m", "mixtral_8x7b", "whisper"]
)
def test_models_cite_their_paper_and_their_layers(name):
    model = getattr(sf.zoo, name)()
    found = sf.bibtex(sf.cost(model, convention="2mac"))
    paper = [entry.key for _, entries in citations(model.paper) for entry in entries]
    assert found.cited[f"model {name}"] == tuple(paper)
    assert set(found.keys) == {key for keys in found.cited.values() for key in keys}
    assert len(found.keys) == len(set(found.keys)) == len(found.entries)
    assert not found.missing


def test_parts_of_a_model_and_several_costs():
    cost = resnet()
    assert "he2016deep" in sf.bibtex(cost["layer1.0"]).keys
    both = sf.bibtex(cost, sf.cost(sf.zoo.vgg16(), convention="exact"))
    assert {"he2016deep", "simonyan2015very"} <= set(both.keys)
    assert "% no entry for convention exact: by definition" in str(both)


def test_layers_and_conventions_of_ones_own():
    class Mine(sf.Layer):
        """A layer.

        Source: Vaswani et al. 2017, equation 1; my own @notes{x, by = {me}} %
        with a line more.
        """

        def forward(self, x):
            yield "step", sf.op("mine", mul=3, why="three", source="Knuth 1998, section 5")
            return x

    mine = sf.Convention("mine", "Products.", "a blog\n@book{evil,}", {("mul", "*"): 1})
    found = sf.bibtex(sf.cost(Mine(), (sf.dim("N"),), mine))
    assert found.keys == ("symflops", "vaswani2017attention", "knuth1998art")
    assert found.missing["convention mine"] == ("a blog @book{evil,}",)
    comments = str(found).split("\n\n")[0].splitlines()
    assert all(line.startswith("% ") and "@" not in line for line in comments)
    assert "% no entry for Mine: my own (at)notes{x, by = {me}} % with a line more" in comments


def test_a_bibliography_is_of_costs():
    for wrong in ((), (sf.zoo.vgg16(),), ("vgg16",), (resnet(), None)):
        with pytest.raises(ArgumentError, match=r"bibtex\(\) needs costs"):
            sf.bibtex(*wrong)


def run(command, folder):
    subprocess.run(command, cwd=folder, capture_output=True, check=False)


def compiled(engine, folder, name="paper"):
    run([engine, "-interaction=nonstopmode", "-halt-on-error", name], folder)
    return (folder / f"{name}.log").read_text(errors="replace")


@needs_bibtex
@pytest.mark.parametrize("engine", [needs("pdflatex"), needs("xelatex")])
@pytest.mark.parametrize("style", ["plain", "alpha", "unsrt", "abbrv"])
def test_bibtex_takes_every_entry_without_a_warning(tmp_path, engine, style):
    text = "\n\n".join(map(str, (SYMFLOPS, *ENTRIES)))
    (tmp_path / "sources.bib").write_text(text)
    lines = (
        r"\documentclass{article}\begin{document}\nocite{*}",
        rf"\bibliographystyle{{{style}}}",
    )
    end = r"\bibliography{sources}\end{document}"
    (tmp_path / "paper.tex").write_text("\n".join((*lines, end)))
    compiled(engine, tmp_path)
    run(["bibtex", "paper"], tmp_path)
    said = (tmp_path / "paper.blg").read_text()
    assert "Warning" not in said
    assert "error" not in said
    assert (tmp_path / "paper.bbl").read_text().count(r"\bibitem") == len(ENTRIES) + 1
    compiled(engine, tmp_path)
    log = compiled(engine, tmp_path)
    assert "Output written" in log
    assert not re.search(r"^!|LaTeX Warning|Overfull|Missing character", log, re.MULTILINE)


@needs_bibtex
@pytest.mark.parametrize("engine", [needs("pdflatex")])
def test_every_key_can_be_cited(tmp_path, engine):
    found = sf.bibtex(resnet("exact"))  # with comments, one of them on what has no entry
    (tmp_path / "sources.bib").write_text(str(found))
    cite = rf"\cite{{{','.join(found.keys)}}}"
    text = rf"\documentclass{{article}}\begin{{document}}{cite}\bibliographystyle{{plain}}"
    (tmp_path / "paper.tex").write_text(rf"{text}\bibliography{{sources}}\end{{document}}")
    compiled(engine, tmp_path)
    run(["bibtex", "paper"], tmp_path)
    assert "Warning" not in (tmp_path / "paper.blg").read_text()
    compiled(engine, tmp_path)
    assert "undefined" not in compiled(engine, tmp_path)


# numbers for running text


def commands(text):
    """Return command → what it stands for."""
    found = dict(re.findall(r"^\\newcommand\{\\([A-Za-z]+)\}\{(.*)\}$", text, re.MULTILINE))
    assert len(found) == sum(not line.startswith("% ") for line in text.splitlines())
    return found


def plain(latex):
    """Read a number as LaTeX has it."""
    return latex.replace("{,}", ",").replace(r"\,", " ").replace(r"\mbox{", "").replace("}", "")


@pytest.mark.parametrize("name", ["resnet50", "lenet5", "vgg16", "gpt2_xl", "mixtral_8x7b"])
def test_numbers_are_exact_and_rounded_as_si_does(name):
    model = getattr(sf.zoo, name)()
    cost = usual(sf.cost(model, convention="2mac"), name)
    found = commands(sf.macros(cost, metrics=METRICS))
    for metric in METRICS:
        unit = "B" if metric.endswith("size") else ""
        value = cost.metric(metric)
        assert plain(found[f"Ours{NAMES[metric]}"]) == sf.si(value, unit, binary=bool(unit))
        exact = plain(found[f"Ours{NAMES[metric]}Exact"])
        assert exact == f"{value:,} {unit}".strip()
        assert int(re.sub(r"\D", "", exact)) == value
    assert found["OursConvention"] == r"\mbox{2mac}"


def test_every_metric_has_its_name():
    assert set(NAMES) == set(METRICS)
    assert len(set(NAMES.values())) == len(NAMES)


def test_scale_and_digits():
    found = commands(sf.macros(resnet().at(), metrics="params,macs", scale="M", digits=4))
    assert plain(found["OursParams"]) == "25.56 M"
    assert plain(found["OursMACs"]) == "4,089 M"
    with pytest.raises(UnknownNameError, match="scale"):
        sf.macros(resnet(), scale="Mega")
    # bytes keep a prefix of their own
    assert (
        plain(commands(sf.macros(resnet(), metrics="model_size", scale="G"))["OursModelSize"])
        == "97.5 MiB"
    )


def test_formulas_and_fractions():
    N, D = sf.dims("N D")
    cost = sf.cost(sf.Linear(D, 10), (N, D))
    found = commands(sf.macros(cost, metrics=("params", "flops")))
    assert found["OursFLOPs"] == rf"\ensuremath{{{cost.latex('flops')}}}"
    assert "OursFLOPsExact" not in found
    assert found["OursInputShape"] == r"\ensuremath{N \times D}"
    strided = sf.cost(sf.Conv2d(1, 1, 3, stride=2), (1, 5, 5), "mac").at().per("pixel")
    found = commands(sf.macros(strided, metrics="flops"))
    assert found["OursFLOPs"] == "1.44"
    assert found["OursFLOPsExact"] == r"\ensuremath{\frac{36}{25}}"


def test_several_costs():
    text = sf.macros({"Ours": resnet("mac"), "Base": resnet("2mac")}, metrics="flops")
    found = commands(text)
    assert found["OursFLOPsExact"] == "4{,}089{,}184{,}256"
    assert found["BaseFLOPsExact"] == "8{,}178{,}368{,}512"
    comments = [line for line in text.splitlines() if line.startswith("% ")]
    assert comments == [
        f"% {name}: {resnet(c).statement()}" for name, c in (("Ours", "mac"), ("Base", "2mac"))
    ]


@pytest.mark.parametrize(
    ("prefix", "fix"),
    [
        ("ResNet50", "ResNetFiveZero"),
        ("ResNet-50", "ResNetFiveZero"),
        ("our_model", "ourmodel"),
        (r"Ours}\input{x", "Oursinputx"),
        ("Größe", "Gre"),
        ("模型", "Ours"),
        ("", "Ours"),
        (None, "None"),
        ("end", "End"),
        ("endless", "Endless"),
        ("x" * 10_000, "x" * 64),
    ],
)
def test_prefixes_that_make_no_command(prefix, fix):
    with pytest.raises(ArgumentError, match=f"write '{fix}'") as error:
        sf.macros(resnet(), prefix)
    assert len(str(error.value)) < 400
    assert sf.macros(resnet(), fix)


def test_what_macros_refuses():
    cost = resnet()
    for wrong in (sf.zoo.vgg16(), None, {}, {"Ours": 3}):
        with pytest.raises(ArgumentError, match=r"macros\(\) needs a cost"):
            sf.macros(wrong)
    with pytest.raises(UnknownNameError, match="flop"):
        sf.macros(cost, metrics="flop")
    with pytest.raises(ArgumentError, match="OursActiveParams would stand for two numbers"):
        sf.macros({"Ours": cost, "OursActive": cost}, metrics="params,active_params")
    with pytest.raises(ArgumentError, match="the keys are it"):
        sf.macros({"Ours": cost}, "Base")


def test_hostile_conventions_stay_in_their_place():
    name = r"50%_of $x & #1 {} ~^\end"
    mine = sf.Convention(name, "One.\n\\newcommand{\\evil}{}\r\x1b[31m", "me", {("mul", "*"): 1})
    text = sf.macros(resnet(mine))
    assert not [
        line
        for line in text.splitlines()
        if not line.startswith(("% Ours: ", r"\newcommand{\Ours"))
    ]
    assert "\x1b" not in text
    assert "\r" not in text
    with pytest.raises(ArgumentError, match="cannot be set"):
        sf.macros(resnet(sf.Convention("层", "One.", "me", {("mul", "*"): 1})))


@pytest.mark.parametrize("engine", [needs("pdflatex"), needs("lualatex"), needs("xelatex")])
def test_commands_compile_in_text_and_in_mathematics(tmp_path, engine):
    N, D = sf.dims("N D")
    hostile = sf.Convention(r"50%_of $x & #1 {} ~^\end", "One.", "me", {("mul", "*"): 1})
    costs = {
        "Ours": resnet().at(),
        "Net": resnet(hostile).at(),
        "Layer": sf.cost(sf.TransformerEncoderLayer(D, 8, 4 * D), (N, D)),
        "Third": sf.cost(sf.zoo.gpt2(), convention="2mac").at(N=1000).per("token"),
    }
    text = sf.macros(costs, metrics=METRICS)
    (tmp_path / "numbers.tex").write_text(text)
    uses = "\n\n".join(
        rf"\{name}{{}} and $1 + \{name}$ and \textbf{{\{name}}} \(x_{{\{name}}}\)"
        for name in commands(text)
    )
    (tmp_path / "paper.tex").write_text(
        r"\documentclass{article}\usepackage{array,hyperref}\input{numbers}\begin{document}\sloppy"
        r"\tableofcontents\listoftables\section{With \OursFLOPs{}FLOPs and \OursParamsExact}"
        r"\begin{table}\caption{Of \OursParams{} and $\OursParams$, at \OursInputShape}"
        r"\begin{tabular}{r>{$}r<{$}}\OursMACs & \OursMACs \\ \LayerFLOPs & \LayerFLOPs\end{tabular}\end{table}"
        "\n" + uses + r"\end{document}"
    )
    compiled(engine, tmp_path)
    log = compiled(engine, tmp_path)
    assert "Output written" in log
    assert not re.search(r"^!|LaTeX Warning|Overfull|Missing character", log, re.MULTILINE)


@pytest.mark.parametrize("engine", [needs("pdflatex")])
def test_latex_complains_of_a_command_that_is_there(tmp_path, engine):
    text = sf.macros(resnet(), metrics="flops")
    (tmp_path / "paper.tex").write_text(r"\documentclass{article}" + text + text)
    assert r"Command \OursFLOPs already defined" in compiled(engine, tmp_path)
    # and of those that we refuse
    (tmp_path / "paper.tex").write_text(r"\documentclass{article}\newcommand{\endlessFLOPs}{}")
    assert r"Command \endlessFLOPs already defined" in compiled(engine, tmp_path)
