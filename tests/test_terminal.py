"""What a terminal gets: tables that fit it, colour only where it is wanted, a line that vanishes, no traceback."""

import fcntl
import io
import os
import re
import signal
import struct
import subprocess
import sys
import termios
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from models import model_cost, usual_cost

import symflops as sf
from symflops.cli import main
from symflops.output.printing import on_one_line, printable, shortened, width, wrapped
from symflops.output.progress import Progress
from symflops.output.terminal import NARROWEST, Terminal, is_coloured

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
#: The terminal is the one that the process belongs to, so that keys reach it.
START = (
    "import fcntl, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); sys.argv[0] = 'symflops'; "
)
COMMAND = f"{START}from symflops.cli import main; sys.exit(main())"
QUIET = {"COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TERM"}


def on_terminal(*words, columns=80, code=COMMAND, key=None, **variables):
    """Run a command on a terminal of its own; return its exit status and all that was sent there."""
    above, below = os.openpty()
    fcntl.ioctl(below, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in QUIET}
    environment = {**kept, "TERM": "xterm-256color", "PYTHONUTF8": "1", **variables}
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words],
        stdin=below,
        stdout=below,
        stderr=below,
        env=environment,
        start_new_session=True,
    )
    os.close(below)
    sent = b""
    while chunk := read(above):
        sent += chunk
        if key is not None and key[0] in sent:
            os.write(above, key[1])
            key = None
    os.close(above)
    return process.wait(timeout=60), sent.decode().replace("\r\n", "\n")


def read(above):
    try:
        return os.read(above, 65536)
    except OSError:  # the last that had it has closed it
        return b""


def lasting(sent):
    """Return what was sent without the line on progress, which a slow machine brings."""
    return re.sub(r"(?:\rsymflops: [^\r\n]*)+\r *\r", "", sent)


def seen(sent):
    """Return the lines that stand on the screen in the end: a carriage return goes back over its line."""
    lines = []
    for line in COLOUR.sub("", sent).split("\n"):
        cells = []
        for part in line.split("\r"):
            cells[: len(part)] = part
        lines.append("".join(cells).rstrip())
    return lines


# tables and the width of a terminal

COMMANDS = {
    "numbers": ("table", "resnet50", "--at", "H=224,W=224"),
    "symbols": ("table", "vgg16"),
    "metrics": ("compare", "resnet50", "vgg16", "--metric", "params,macs,flops", "--delta"),
    "models": ("models",),
}


@pytest.mark.parametrize("columns", [60, 80, 100, 200])
@pytest.mark.parametrize("name", COMMANDS)
def test_tables_fit_the_terminal_and_say_what_they_left_out(name, columns):
    status, sent = on_terminal(*COMMANDS[name], columns=columns)
    assert status == 0
    lines = seen(sent)
    assert max(map(width, lines)) <= columns
    rule = next(i for i, line in enumerate(lines) if line.startswith("──"))
    header = " ".join(lines[:rule])
    whole = run_piped(*COMMANDS[name]).splitlines()[0]
    left_out = any(line.startswith("Left out for a width of") for line in lines)
    missing = set(re.findall(r"[a-zA-Z]+", whole)) - set(re.findall(r"[a-zA-Z]+", header))
    assert bool(missing) <= left_out, missing


def run_piped(*words, **variables):
    command = [sys.executable, "-m", "symflops", *words]
    environment = {**os.environ, "PYTHONUTF8": "1", **variables}
    done = subprocess.run(command, capture_output=True, env=environment, check=True)
    return done.stdout.decode()


def test_what_is_piped_is_as_wide_as_it_is():
    piped = run_piped("table", "resnet50", "--at", "H=224,W=224", COLUMNS="60")
    assert piped.rstrip("\n") == sf.cost(sf.zoo.resnet50()).at(H=224, W=224).table().to_text()
    assert "\x1b" not in piped


def test_columns_and_narrow_terminals():
    _, sent = on_terminal(*COMMANDS["numbers"], columns=200, COLUMNS="70")
    assert 60 < max(map(width, seen(sent))) <= 70
    _, sent = on_terminal(*COMMANDS["numbers"], columns=20)
    assert max(map(width, seen(sent))) <= NARROWEST


MODELS = ("alexnet", "densenet121", "gpt", "mixtral_8x7b", "unet", "vit_b_16", "lstm_lm_large")


@pytest.mark.parametrize("name", MODELS)
def test_no_line_is_wider_than_the_room(name):
    for found in (model_cost(name), usual_cost(name)):
        for table in (found.table(), found.table("layer,kind,input,output,params,macs,share")):
            for room in (40, 60, 80, 100, 130):
                text = table.to_text(room)
                assert max(map(width, text.split("\n"))) <= room
                rows = [line for line in text.split("\n") if line.startswith("total")]
                assert len(rows) == 1


def test_groups_sections_and_marks_fit_too():
    cost = sf.cost(sf.zoo.vgg16())
    table = cost.table("layer,macs,flops@2mac,flops", depth=2, at={"H": 224, "W": 224}, groups=1)
    for room in (50, 70, 90, 120):
        lines = table.to_text(room).split("\n")
        assert max(map(width, lines)) <= room
        assert sum(line.strip().startswith("subtotal") for line in lines) == 2
        assert any(line.startswith("features") for line in lines)


def test_nothing_is_lost_while_there_is_room():
    table = sf.cost(sf.zoo.vgg16()).at(H=224, W=224).table()
    assert table.to_text(200) == table.to_text()
    narrow = table.to_text(80).split("\n")
    assert narrow[-1].startswith("Left out for a width of 80: kinds of layers")
    total = next(line for line in narrow if line.startswith("total"))
    assert total.split()[1:3] == ["138,357,544", "15,470,264,320"]


def test_names_stay_apart_where_they_are_shortened():
    names = [f"encoder_layer_{i}_attention_output_projection" for i in range(9)]
    layers = {name: sf.Linear(8 + i, 9 + i) for i, name in enumerate(names)}
    table = sf.cost(sf.Sequential(**layers), (8,)).table()
    cut = [line.split("  ")[0] for line in table.to_text(50).split("\n")[3:12]]
    assert len(set(cut)) == 9
    assert all("…" in name for name in cut)


def test_a_formula_breaks_before_its_signs():
    status, sent = on_terminal("cost", "resnet50", "--metric", "macs", columns=60)
    assert status == 0
    first, *others = lasting(sent).rstrip("\n").split("\n")
    assert all(line.startswith("  + ") for line in others)
    assert " ".join([first, *(line.strip() for line in others)]) == run_piped(
        "cost", "resnet50", "--metric", "macs"
    ).rstrip("\n")


# the width of text

WIDTHS = [
    ("C_in × 3", 8),
    ("层一", 4),
    ("ｗide", 5),
    ("ﾊ", 1),
    ("e\u0301tage", 5),
    ("नि", 2),
    ("\u1100\u1161", 2),  # one syllable, in pieces
    ("🙂", 2),
    ("👩\u200d💻", 2),
    ("👍🏽", 2),
    ("🇩🇪", 2),
    ("❤\ufe0f", 2),
    ("❤", 1),
    ("1\ufe0f\u20e3", 2),
    ("\U0001fae8", 2),  # newer than Python 3.11
    ("⌊H/2⌋ ≤ k²", 10),
    ("", 0),
]


@pytest.mark.parametrize(("text", "places"), WIDTHS)
def test_widths(text, places):
    assert width(text) == places
    assert width(printable(text)) == places


ANY = st.text(st.characters(), max_size=60) | st.text("層e\u0301👩\u200d💻❤\ufe0f a-", max_size=60)


@given(ANY, st.integers(2, 30), st.integers(0, 10))
def test_shortened_text_fits(text, room, head):
    text = printable(text)
    for cut in (shortened(text, room), shortened(text, room, min(head, room - 1))):
        assert width(cut) <= room
        assert cut == text or "…" in cut


@given(ANY, st.integers(8, 30), st.booleans())
def test_wrapped_text_fits_and_loses_nothing(text, room, formula):
    text = printable(text)
    found = wrapped(text, room, formula=formula)
    assert all(width(line) <= room for line in found.split("\n"))
    assert re.sub(r"\s", "", found) == re.sub(r"\s", "", text)


@given(ANY)
def test_what_is_printable_is_printed(text):
    for shown in (printable(text), on_one_line(text)):
        unsafe = {unicodedata.category(c) for c in shown if ord(c) < 0x1F000} & {"Cc", "Cs", "Zl"}
        assert not unsafe
        assert "\u202e" not in shown
        assert printable(shown) == shown


# colour


@pytest.mark.parametrize(
    ("when", "environment", "terminal", "coloured"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"NO_COLOR": "0"}, True, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "1", "TERM": "dumb"}, True, True),
        ("auto", {"FORCE_COLOR": ""}, False, False),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_who_decides_on_colour(when, environment, terminal, coloured):
    stream = io.StringIO()
    stream.isatty = lambda: terminal
    assert is_coloured(stream, when, environment) is coloured


def test_streams_that_are_no_terminal():
    closed = io.StringIO()
    closed.close()
    assert [Terminal.of(stream) for stream in (None, closed, io.StringIO())] == [Terminal()] * 3


TABLE = ("table", "lenet5", "--at", "H=32,W=32")


def test_colour_on_a_terminal():
    sent = lasting(on_terminal(*TABLE)[1])
    lines = sent.split("\n")
    assert lines[0].startswith("\x1b[1mlayer")
    assert [line for line in lines if line.startswith("\x1b[1mtotal")]
    assert lines[-2].startswith("\x1b[2m")
    assert all(line.count("\x1b") in (0, 2) for line in lines)
    for variables in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert "\x1b" not in on_terminal(*TABLE, **variables)[1]
    assert "\x1b" not in on_terminal(*TABLE, "--color", "never")[1]
    assert "\x1b" not in on_terminal(*TABLE, "--format", "csv", "--color", "always")[1]
    assert COLOUR.sub("", sent) == lasting(on_terminal(*TABLE, "--color", "never")[1])


def test_verdicts_and_errors_have_colours(tmp_path):
    document = tmp_path / "notes.md"
    document.write_text(
        "<!-- symflops: vgg16.params -->\n$$138357544$$\n\n<!-- symflops: vgg16.params -->\n$$3$$\n\n"
        "<!-- symflops: nothing.params -->\n$$x$$\n"
    )
    status, sent = on_terminal("check", "--every", str(document), columns=200)
    assert status == 2
    assert "\x1b[32mcorrect\x1b[m" in sent
    assert "\x1b[31mwrong\x1b[m" in sent
    assert "\x1b[33munreadable\x1b[m" in sent
    status, sent = on_terminal("cost", "vgg61")
    assert status == 2
    assert lasting(sent).startswith("\x1b[1;31msymflops:\x1b[m unknown layer or model 'vgg61'")


def test_no_colour_in_files_pipes_and_notebooks(capsys, tmp_path):
    file = tmp_path / "table.txt"
    assert main([*TABLE, "--color", "always", "--output", str(file)]) == 0
    assert "\x1b" not in file.read_text()
    assert capsys.readouterr().out == ""
    assert main([*TABLE]) == 0
    assert "\x1b" not in capsys.readouterr().out
    cost = sf.cost(sf.zoo.lenet5())
    table = cost.table()
    shown = [repr(cost), repr(table), cost._repr_html_(), table._repr_markdown_()]
    assert not any("\x1b" in text for text in shown)
    assert main([*TABLE, "--color", "always"]) == 0
    assert "\x1b[1mtotal" in capsys.readouterr().out


# progress and the end

SLOW = f"""{START}
import time
from symflops.cli import entry as cli
from symflops.output import progress
from symflops.output.progress import Progress
progress.PATIENCE = 0.2
with Progress(sys.stderr, 0.2) as said:
    for item in said.over(["a.md", "b\\x1b[31m.md"]):
        time.sleep(0.7)
print("done")
"""


def test_a_slow_command_says_what_it_does_and_leaves_nothing():
    _, sent = on_terminal(code=SLOW)
    assert "symflops: a.md, 1 of 2 … 0 s" in sent
    assert "b\\x1b[31m.md, 2 of 2" in sent
    assert seen(sent) == ["done", ""]
    assert "\x1b" not in sent


def test_progress_fits_its_line():
    _, sent = on_terminal(code=SLOW.replace("a.md", "a" * 300), columns=50)
    assert max(map(width, re.split(r"[\r\n]", sent))) < 50
    assert seen(sent) == ["done", ""]


@pytest.mark.parametrize("variables", [{"TERM": "dumb"}, {}])
def test_progress_is_for_terminals(variables):
    if variables:
        _, sent = on_terminal(code=SLOW, **variables)
        assert sent == "done\n"
        return
    stream = io.StringIO()
    with Progress(stream, 0.01) as said:
        said.say("something")
        time.sleep(0.1)
    assert stream.getvalue() == ""


def test_what_is_quick_says_nothing():
    stream = io.StringIO()
    stream.isatty = lambda: True
    with Progress(stream, 60) as said:
        said.say("something")
    assert stream.getvalue() == ""


STOPPED = f"""{START}
import time
from symflops.cli import entry as cli
from symflops.cli import usage
def slow(arguments):
    arguments.progress.say("much")
    time.sleep(60)
usage.COMMANDS = [c._replace(run=slow) for c in usage.COMMANDS]
sys.exit(cli.main(["models", "-o", sys.argv[1]]))
"""


def test_a_command_that_is_stopped_says_so_in_a_line(tmp_path):
    key = ("much … ".encode(), b"\x03")
    status, sent = on_terminal(str(tmp_path / "left.txt"), code=STOPPED, key=key)
    assert status == 128 + signal.SIGINT
    assert seen(sent) == ["symflops: stopped", ""]
    assert "Traceback" not in sent
    assert not list(tmp_path.iterdir())
