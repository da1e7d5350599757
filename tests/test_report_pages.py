"""Pages: well-formed, escaped, self-contained, and shown by a browser as what they say."""

import html as escapes
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from functools import cache
from html.parser import HTMLParser
from importlib.resources import files
from string import Formatter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symflops as sf
from symflops.cli import main
from symflops.pages.composing import POLICY
from symflops.pages.levels import inside, levels, opened
from symflops.pages.wording import WORDS
from symflops.symbols import exact

k, s, p, C_in, C_out, H, W, D, N, alpha = (
    *sf.dims("k s p C_in C_out H W D N"),
    sf.dim("alpha", integer=False),
)
HOSTILE = "<script>alert(1)</script> & % $ # _ { } ~ ^ \\ \" ' ` ]]> --> \x00\x1b[31m \ud800 中文 🙂 \u202e"
IMAGE = {"H": 224, "W": 224}
NAMES = ("<b>", "a&b", "]]>", '"', "-->", "层", "a\x07b", "</style>", "🙂")


class Mine(sf.Layer):
    channels: sf.Size

    def forward(self, x):
        return (yield "inner", sf.Conv2d(self.channels, self.channels, 3, padding=1), x)


PAGES = {
    "vgg16": lambda: sf.report(sf.cost(sf.zoo.vgg16())),
    "vgg16 in numbers": lambda: sf.report(sf.cost(sf.zoo.vgg16(), convention="2mac"), at=IMAGE),
    "resnet50": lambda: sf.report(sf.cost(sf.zoo.resnet50(), convention="mac"), at=IMAGE),
    "resnet50 on Chinese": lambda: sf.report(sf.cost(sf.zoo.resnet50()), lang="zh"),
    "gpt2": lambda: sf.report(sf.cost(sf.zoo.gpt2(), convention="2mac")),
    "mixture": lambda: sf.report(
        sf.cost(sf.zoo.mixtral_8x7b()), metrics="params, active_params,macs", at={"N": 4096}
    ),
    "family a token": lambda: sf.report(sf.cost(sf.zoo.gpt(), convention="2mac").per("token")),
    "convolution": lambda: sf.report(
        sf.cost(sf.Conv2d(C_in, C_out, k, stride=s, padding=p), (C_in, H, W))
    ),
    "repeated": lambda: sf.report(
        sf.cost(sf.Repeat(sf.Residual(sf.Linear(D, D)), 2 * k + 1), (D,)), lang="zh"
    ),
    "roofline": lambda: sf.report(
        sf.cost(sf.zoo.lenet5()).at(H=32, W=32),
        roofline={"peak": "1 TFLOP/s", "bandwidth": "50 GB/s"},
    ),
    "of one's own": lambda: sf.report(sf.cost(Mine(8), (8, H, W), assume="2 | H")),
    "part": lambda: sf.report(sf.cost(sf.zoo.resnet50()).without("BatchNorm2d")["layer1"]),
    "nothing": lambda: sf.report(sf.cost(sf.Identity(), (D,))),
    "hostile": lambda: sf.report(
        sf.cost(sf.Sequential(**{n: sf.Linear(D, D) for n in NAMES}), (D,)), HOSTILE
    ),
}


@cache
def page(name):
    return PAGES[name]()


def tree(found):
    start, rest = found.html.split("\n", 1)
    assert start == "<!DOCTYPE html>"
    return ET.fromstring(rest)  # noqa: S314 - our own


def openers(root):
    """The ids of rows that open."""
    return [e.get("id") for e in root.findall(".//table//details")]


def text(element):
    return "".join(element.itertext())


@pytest.mark.parametrize("name", PAGES)
def test_well_formed_with_what_readers_need(name):
    root = tree(page(name))
    everything = list(root.iter())
    ids = [e.get("id") for e in everything if e.get("id")]
    assert len(ids) == len(set(ids))
    referred = [e.get("aria-labelledby") for e in everything if e.get("aria-labelledby")]
    assert set(referred) <= set(ids)
    headings = [e.tag for e in everything if re.fullmatch("h[1-6]", str(e.tag))]
    assert headings == ["h1"] + ["h2"] * (len(headings) - 1)
    assert {e.get("scope") for e in root.iter("th")} <= {"col", "row"}
    assert root.get("lang") == ("zh" if "Chinese" in name or name == "repeated" else "en")
    assert len(list(root.iter("main"))) == 1
    assert [section.find("h2") is not None for section in root.iter("section")]
    for table in root.iter("table"):
        assert len({len(row) for row in table.iter("tr")}) == 1


@pytest.mark.parametrize("name", PAGES)
def test_nothing_runs_and_nothing_is_loaded(name):
    root = tree(page(name))
    tags = {str(e.tag).rpartition("}")[2] for e in root.iter()}
    assert not tags & {
        "script",
        "link",
        "iframe",
        "object",
        "embed",
        "base",
        "form",
        "foreignObject",
    }
    policies = [e.get("content") for e in root.iter("meta") if e.get("http-equiv")]
    assert policies == [POLICY]
    for element in root.iter():
        for key, value in element.attrib.items():
            attribute = key.rpartition("}")[2]
            assert not attribute.startswith("on")
            assert attribute not in (
                "src",
                "srcset",
                "action",
                "formaction",
                "background",
                "poster",
            )
            assert attribute != "href" or value.startswith("#"), value
            assert "url(" not in value or "url(#" in value
    style = "".join(e.text or "" for e in root.iter() if str(e.tag).endswith("style"))
    assert "@import" not in style
    assert "url(" not in style


def test_what_comes_from_outside_is_text():
    found = page("hostile")
    root = tree(found)
    shown = re.sub("[\x00\x1b\ud800\u202e]", "�", HOSTILE)
    assert text(root.find("body/main/header/h1")) == shown
    assert text(root.find("head/title")) == shown
    names = [e.text for e in root.iter("span") if e.get("class") == "name"]
    assert names == [n.replace("\x07", "�") for n in NAMES]
    found.html.encode("utf-8")


def test_formulas_are_mathml_and_numbers_stand_below():
    root = tree(page("vgg16 in numbers"))
    (formulas,) = (e for e in root.iter("dl") if e.get("class") == "formulas")
    said = [[text(part) for part in row] for row in formulas]
    assert said[0] == ["parameters", "=138,357,544 ≈ 138 M"]
    assert said[1][0] == "MACs"
    assert said[1][1].startswith("=38,592HW +221,184H1W1 +")
    assert said[1][2] == "=15,470,264,320 ≈ 15.5 G"
    assert said[2][0] == "FLOPs2 per MAC"
    assert said[2][2] == "=30,940,528,640 ≈ 30.9 G"


def test_values_of_a_cost_stand_in_the_notation():
    widths, L = sf.family("C"), sf.dim("L")
    chain = sf.Stack(lambda i: sf.Conv2d(widths[i - 1], widths[i], 3, padding=1), L)
    cost = sf.cost(chain, (widths[0], H, W))
    for put_in, cells in (
        (cost.at(L=2, C=(3, 64, 1280)), ("<td>3</td>", "<td>1,280</td>")),
        (cost.at(C=lambda i: 64 * 2**i), ("<mn>64</mn>",)),
    ):
        page = str(sf.report(put_in))
        assert all(cell in page for cell in cells)


def test_names_of_sizes_are_the_same_in_formulas_and_rows():
    root = tree(page("vgg16"))
    (where,) = (e for e in root.iter("ul") if e.get("class") == "where")
    names = [text(item) for item in where]
    assert names[:3] == ["H1 = ⌊H/2⌋", "W1 = ⌊W/2⌋", "H2 = ⌊H/4⌋"]
    rows = {text(row[0]): row for row in root.iter("tr")}
    assert text(rows["7 Conv2d"][1]) == "128×H1×W1"
    assert text(rows["features Sequential"][1]) == "512×H5×W5"


def test_names_of_sizes_that_facts_left_nothing_of_are_not_said():
    cost = sf.cost(sf.zoo.resnet18(), assume=("32 | H", "32 | W"))
    assert 'class="where"' not in sf.report(cost, metrics="params,macs").html
    rows = [text(row[0]) for row in tree(sf.report(cost)).iter("tr")]
    assert "layer1.0–1 BasicBlock  × 2" in rows


def test_shares_are_there_where_they_are_numbers():
    root = tree(page("resnet50"))
    rows = {text(row[0]): text(row[-1]) for row in root.iter("tr")}
    assert rows["layer3 Sequential"] == "35.8 %"
    assert rows["total"] == "100.0 %"
    widths = {
        e.get("style") for e in root.iter("span") if (e.get("style") or "").startswith("width")
    }
    assert "width:35.81%" in widths
    symbols = text(tree(page("gpt2")))
    assert "Shares depend on N and are left out." in symbols
    assert "%" not in text(tree(page("gpt2")).find("body/main/section[@aria-labelledby='layers']"))


COSTS = {
    "resnet50": (lambda: sf.cost(sf.zoo.resnet50()), IMAGE),
    "densenet121": (lambda: sf.cost(sf.zoo.densenet121()), IMAGE),
    "gpt2": (lambda: sf.cost(sf.zoo.gpt2()), {"N": 100}),
    "mixtral_8x7b": (lambda: sf.cost(sf.zoo.mixtral_8x7b()), {"N": 100}),
    "t5_base": (lambda: sf.cost(sf.zoo.t5_base()), None),
    "swin_t": (lambda: sf.cost(sf.zoo.swin_t()), IMAGE),
    "stack": (
        lambda: sf.cost(
            sf.Repeat(sf.Residual(sf.Sequential(sf.Linear(D, 4 * D), sf.Linear(4 * D, D))), 3), (D,)
        ),
        {"D": 5},
    ),
}


@pytest.mark.parametrize("name", COSTS)
def test_a_row_is_the_sum_of_those_inside(name):
    make, at = COSTS[name]
    cost = make()
    cost = cost.at(at or dict.fromkeys(cost.symbols, 64))
    rows = levels(cost.root)
    keys = ("params", "macs", "flops", "activations")
    table = opened(cost, rows, ("layer", *keys))
    for column, key in enumerate(keys, 1):
        values = [exact(row[column]) for row in table.rows]
        outer = [value for row, value in zip(rows, values, strict=True) if not row.within]
        assert sum(outer) == exact(cost.metric(key))
        for row in rows:
            if row.opens:
                within = (
                    v for r, v in zip(rows, values, strict=True) if r.within[-1:] == (row.place,)
                )
                assert sum(within) == values[row.place], (row.label, key)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 3), min_size=1, max_size=4), st.integers(1, 3))
def test_levels_lose_nothing(sizes, times):
    block = sf.Sequential(
        *(sf.Linear(n, n) if n < 3 else sf.Residual(sf.Linear(3, 3)) for n in (1,))
    )
    net = sf.Sequential(*(sf.Repeat(block, n) for n in sizes), *([block] * times))
    cost = sf.cost(net, (1,))
    rows = levels(cost.root)
    assert not any(row.holds_more for row in rows)
    table = opened(cost, rows, ("layer", "macs"))
    leaves = [cells[1] for row, cells in zip(rows, table.rows, strict=True) if not row.opens]
    assert sum(leaves) == cost.macs == sum(sizes) + times
    assert [row.place for row in rows] == list(range(len(rows)))


def test_deeper_levels_than_can_be_read_are_left_out(monkeypatch):
    monkeypatch.setattr("symflops.pages.levels.MOST_ROWS", 20)
    found = sf.report(sf.cost(sf.zoo.resnet50()), at=IMAGE)
    root = tree(found)
    assert len(openers(root)) == 4
    said = "Deeper levels are left out; a part by itself is sf.report(cost['layer1.0'])."
    assert said in text(root)
    monkeypatch.setattr("symflops.pages.levels.MOST_ROWS", 5)
    root = tree(sf.report(sf.cost(sf.zoo.gpt2())))
    assert not openers(root)
    assert "sf.report(cost['h.0'])" in text(root)


def test_a_layer_alone_has_no_rows():
    tables = [e.get("class") for e in tree(page("convolution")).iter("table")]
    assert tables == ["notation"]
    assert inside(levels(sf.cost(sf.Linear(2, 2), (2,)).root)[0].line) == []


@pytest.mark.parametrize(
    "name", [n for n in PAGES if n not in ("hostile", "of one's own", "nothing")]
)
def test_the_lines_at_the_end_make_the_page_again(name, tmp_path, monkeypatch):
    code = tree(page(name)).find(".//pre/code")
    monkeypatch.chdir(tmp_path)
    exec(text(code), {})  # noqa: S102 - what a reader would do
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == page(name).html


def test_a_layer_without_a_text_of_its_own_is_left_open():
    code = tree(page("of one's own")).find(".//pre/code")
    assert "layer = ...  # Mine" in text(code)
    assert "cost(layer, (8, H, W), assume=['2 | H'])" in text(code)


def test_languages_say_the_same():
    def places(said):
        if isinstance(said, dict):
            return {key: places(value) for key, value in said.items()}
        return {name for _, name, _, _ in Formatter().parse(said) if name}

    english, chinese = (dict(WORDS[lang]) for lang in ("en", "zh"))
    for words in (english, chinese):
        words.pop("details")  # English has them as they stand
    assert places(english) == places(chinese)
    root = tree(page("resnet50 on Chinese"))
    sections = root.findall("body/main/section")
    words = "".join(text(e) for e in sections if e.get("aria-labelledby") != "sources")
    assert "逐层统计" in words
    left = re.findall(r"\b(?:Here|With|likewise|and are|counted|the)\b", words)
    assert not left


def test_saved_whole_or_not_at_all(tmp_path):
    found = page("vgg16")
    target = tmp_path / "中文 & % 🙂.html"
    found.save(target)
    assert target.read_text(encoding="utf-8") == found.html == str(found)
    target.write_text("before", encoding="utf-8")
    for where in (tmp_path / "no" / "x.html", tmp_path, tmp_path / ("x" * 300), "a\0b"):
        with pytest.raises(sf.ArgumentError, match=r"the page cannot be saved as"):
            found.save(where)
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
    assert target.read_text() == "before"


def test_a_notebook_shows_it_in_a_frame():
    found = page("hostile")
    frames = []
    reader = HTMLParser()
    reader.handle_starttag = lambda tag, given: frames.append((tag, dict(given)))
    reader.feed(found._repr_html_())
    ((tag, given),) = frames
    assert (tag, given["sandbox"], given["srcdoc"]) == ("iframe", "", found.html)
    assert repr(page("vgg16")) == "<page 'The cost of vgg16'>"


@pytest.mark.parametrize(
    ("make", "error", "said"),
    [
        (lambda c: sf.report(c, lang="fr"), sf.UnknownNameError, "unknown language 'fr'"),
        (lambda c: sf.report(c, metrics="mac"), sf.UnknownNameError, "unknown metric 'mac'"),
        (lambda c: sf.report(c, metrics=()), sf.ArgumentError, "a page needs a metric"),
        (lambda c: sf.report(c, metrics=3), sf.ArgumentError, "metrics are names"),
        (lambda c: sf.report(c, title=3), sf.ArgumentError, "a title is text"),
        (lambda c: sf.report(c, at={"Q": 3}), sf.SymbolError, "Q"),
        (lambda c: sf.report(c, at=3), sf.ArgumentError, "numbers are put in by name"),
        (lambda c: sf.report(c, roofline={"peak": 1}), sf.ArgumentError, "a peak and a bandwidth"),
        (
            lambda c: sf.report(c.at(D=4), roofline={"peak": "1 mile", "bandwidth": 2}),
            sf.ArgumentError,
            "mile",
        ),
        (lambda c: sf.report(c.setup.layer), sf.ArgumentError, "a page is about a cost"),
    ],
)
def test_what_cannot_be_said_has_one_clear_error(make, error, said):
    with pytest.raises(error, match=said):
        make(sf.cost(sf.Linear(D, D), (D,)))


def test_without_matplotlib_the_page_is_whole_but_for_pictures(monkeypatch):
    monkeypatch.setattr("symflops.pages.pictures.find_spec", lambda _: None)
    root = tree(sf.report(sf.cost(sf.zoo.lenet5()), at={"H": 32, "W": 32}))
    assert "pip install symflops[plot]" in text(root)
    assert not list(root.iter("figure"))
    headings = [text(e) for e in root.iter("h2")]
    assert headings[-3:] == ["Pictures", "Sources", "To compute this again"]


def test_size_and_the_same_text_every_time():
    cost = sf.cost(sf.zoo.resnet152())
    found = sf.report(cost, at=IMAGE)
    assert len(found.html.encode()) < 1_500_000
    assert sf.report(sf.cost(sf.zoo.resnet152()), at=IMAGE).html == found.html


# colours


def themes():
    style = files("symflops.pages").joinpath("page.css").read_text("utf-8")
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)[:2]
    return [dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", block)) for block in blocks]


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "paper", "least"),
    [
        ("ink", "paper", 7),
        ("quiet", "paper", 4.5),
        ("quiet", "faint", 4.5),
        ("accent", "paper", 4.5),
    ],
)
def test_colours_can_be_read(theme, ink, paper, least):
    colours = themes()[theme]
    light, dark = sorted((luminance(colours[ink]), luminance(colours[paper])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= least


# in a browser

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--v=0")
MEASURE = r"""
function box(e) { const r = e.getBoundingClientRect(); return r; }
function seen(e) { return e.getClientRects().length > 0; }
function measured(frame) {
  const page = frame.contentDocument, view = frame.contentWindow;
  const all = name => [...page.querySelectorAll(name)];
  const rows = () => all("table.layers tbody tr").filter(seen).length;
  const found = {
    width: page.documentElement.scrollWidth - page.documentElement.clientWidth,
    fetched: view.performance.getEntriesByType("resource").length,
    maths: all("math").length,
    flat: all("math").filter(m => seen(m) && !(box(m).width > 0 && box(m).height > 4)).length,
    subscripts: all("msub").filter(seen).length,
    low: all("msub").filter(m => seen(m) && box(m.lastElementChild).bottom > box(m.firstElementChild).bottom + 1).length,
    fractions: all("mfrac").filter(seen).length,
    stacked: all("mfrac").filter(m => seen(m) && box(m.firstElementChild).bottom <= box(m.lastElementChild).top + 2).length,
    pictures: all("figure svg").filter(s => box(s).width > 200 && box(s).height > 40).length,
    title: page.title, heading: page.querySelector("h1").textContent,
    folded: rows(), ways: all("table details").length,
  };
  found.told = all(".told").filter(seen).length;
  all("section > details").forEach(d => { d.open = !d.open; });
  found.untold = all(".told").filter(seen).length;
  all("section > details").forEach(d => { d.open = true; });
  const first = page.querySelector("table details");
  if (first) {
    first.open = true; found.one = rows();
    first.open = false; found.closed = rows();
    const box = page.getElementById("open-all");
    box.checked = true; found.all = rows();
    box.checked = false;
    all("table details").forEach(d => { d.open = true; }); found.each = rows();
    first.open = false; found.but = rows();
    found.width = Math.max(found.width, page.documentElement.scrollWidth - page.documentElement.clientWidth);
  }
  return found;
}
addEventListener("load", () => {
  const found = [...document.querySelectorAll("iframe")].map(measured);
  document.getElementById("found").textContent = JSON.stringify(found);
});
"""


def browse(path, *options):
    done = subprocess.run(
        [CHROMIUM, *FLAGS, *options, path.as_uri()],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    told = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return done.stdout, told


def measured(tmp_path, texts, width):
    frames = "".join(
        f'<iframe width="{width}" height="900" srcdoc="{escapes.escape(text)}"></iframe>'
        for text in texts
    )
    path = tmp_path / "frames.html"
    path.write_text(
        f'<!DOCTYPE html><meta charset="utf-8"><pre id="found"></pre>{frames}<script>{MEASURE}</script>',
        encoding="utf-8",
    )
    shown, told = browse(path, "--dump-dom")
    found = re.search(r'<pre id="found">(.*?)</pre>', shown, re.DOTALL)[1]
    return json.loads(escapes.unescape(found)), told


@needs_browser
@pytest.mark.parametrize("width", [1200, 800, 390, 360])
def test_a_browser_shows_the_page(tmp_path, width):
    names = list(PAGES)
    found, told = measured(tmp_path, [page(name).html for name in names], width)
    assert not told
    for name, shown in zip(names, found, strict=True):
        root = tree(page(name))
        assert shown["title"] == " ".join(text(root.find("head/title")).split()), name
        assert shown["heading"] == text(root.find("body/main/header/h1")), name
        assert shown["fetched"] == 0
        assert shown["width"] <= 0, f"{name} is wider than {width}"
        assert shown["flat"] == 0, name
        assert shown["low"] == shown["subscripts"], name
        assert shown["stacked"] == shown["fractions"], name
        assert shown["pictures"] == len(list(root.iter("figure"))), name
        assert shown["told"] + shown["untold"] == len(
            [e for e in root.iter("div") if e.get("class", "").startswith("told ")]
        )
        assert shown["ways"] == len(openers(root)), name
    by_name = dict(zip(names, found, strict=True))
    assert by_name["vgg16"]["maths"] > 100
    assert by_name["vgg16"]["subscripts"] > 10


@needs_browser
@pytest.mark.parametrize("name", ["resnet50", "gpt2", "vgg16", "resnet50 on Chinese"])
def test_rows_open(tmp_path, name):
    ((found,), _) = measured(tmp_path, [page(name).html], 1200)
    (table,) = (e for e in tree(page(name)).iter("table") if e.get("class") == "layers")
    classes = [row.get("class", "").split() for row in table.find("tbody")]
    inner = [names for names in classes if names]
    outermost = len(classes) - len(inner)
    first = f"in-{openers(tree(page(name)))[0]}"
    assert found["folded"] == found["closed"] == outermost
    assert found["one"] == outermost + sum(names == [first] for names in inner)
    assert found["all"] == found["each"] == outermost + len(inner)
    assert found["but"] == outermost + sum(first not in names for names in inner)


@needs_browser
def test_those_tests_can_fail(tmp_path):
    bad = page("vgg16").html.replace(
        "</main>", "<script>alert(1)</script><img src='http://127.0.0.1:9/x.png'/></main>"
    )
    wide = page("vgg16").html.replace("</h1>", "</h1><div style='width:2000px'>x</div>")
    (_, second), told = measured(tmp_path, [bad, wide], 800)
    assert any("Content Security Policy" in line for line in told)
    assert second["width"] > 0


@needs_browser
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext (poppler)")
def test_in_print_all_rows_are_open(tmp_path):
    path, pdf = tmp_path / "page.html", tmp_path / "page.pdf"
    page("resnet50").save(path)
    browse(path, f"--print-to-pdf={pdf}", "--no-pdf-header-footer")
    done = subprocess.run(
        ["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True
    )
    assert "Bottleneck × 5" in done.stdout
    assert done.stdout.count("downsample Sequential") + done.stdout.count("0 Conv2d") >= 4
    assert "Open all levels" not in done.stdout


# the command line


def test_the_command_writes_the_same_page(tmp_path, capsys):
    target = tmp_path / "page.html"
    words = ["report", "vgg16", "--at", "H=224,W=224", "--convention", "2mac", "-o", str(target)]
    assert main(words) == 0
    assert capsys.readouterr().out == ""
    assert target.read_text(encoding="utf-8") == page("vgg16 in numbers").html
    given = ["--title", HOSTILE, "--lang", "zh", "--metric", "macs"]
    assert main(["report", "Linear(D, 10)", "--input", "D", *given]) == 0
    printed = capsys.readouterr().out
    wanted = sf.report(sf.cost(sf.Linear(D, 10), (D,)), HOSTILE, "zh", "macs")
    assert printed == wanted.html


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("vgg16", "--lang", "fr"), "unknown language 'fr'"),
        (("vgg16", "--metric", "mac"), "unknown metric 'mac'"),
        (("vgg16", "--at", "H=2,W=2"), "needs a padded height of at least 2"),
        (("vgg16", "--roofline", "312 TFLOP/s"), "a peak and a bandwidth"),
        (("vgg16", "-o", "no/where/page.html"), "cannot write no/where/page.html"),
    ],
)
def test_the_command_refuses(capsys, words, said):
    assert main(["report", *words]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err


def test_a_terminal_is_no_place_for_a_page(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert main(["report", "vgg16"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "name a file for it, such as -o page.html" in shown.err
