"""Every command and every block of Python in the README runs and prints what it says."""

import re
import runpy
import shlex
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from symflops.cli import main

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)


def test_python_blocks(capsys):
    names = {}
    compared = 0
    for language, block in BLOCKS:
        if language != "python":
            continue
        exec(block, names)  # noqa: S102 - our own README
        for line in block.splitlines():
            code, mark, expected = line.partition("  # ")
            if not mark or "=" in code.split("(")[0] or ":" in code:
                continue
            value = eval(code, names)  # noqa: S307
            assert str(value) == expected.strip(), line
            compared += 1
    assert compared >= 15
    assert "booktabs" in capsys.readouterr().out


COMMANDS = [
    line.partition(" > ")[0]
    for language, block in BLOCKS
    if language == "sh"
    for line in block.splitlines()
    if line.startswith("symflops ")
]


@pytest.mark.parametrize("command", COMMANDS)
def test_commands(command, capsys, tmp_path):
    words = shlex.split(command)[1:]
    if "-o" in words:
        file = tmp_path / words[-1]
        assert main([*words[:-1], str(file)]) == 0
        assert file.read_text(encoding="utf-8").strip()
        return
    assert main(words) == 0
    assert capsys.readouterr().out.strip()


def test_the_two_commands_are_those_of_the_gate():
    gate = (Path(__file__).parents[1] / ".ci" / "run").read_text(encoding="utf-8")
    tests = next(block.strip() for language, block in BLOCKS if "pytest" in block)
    assert tests in gate
    assert "symflops" in {script.name for script in entry_points(group="console_scripts")}


PICTURES = [Path(__file__).parents[1] / path for path in re.findall(r"!\[.*?\]\((.*?)\)", README)]


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_pictures_show_what_the_package_prints(path):
    """A picture carries the LaTeX that it was set from; ``python notebooks/pictures/make.py`` draws it anew."""
    image = pytest.importorskip("PIL.Image", reason="pictures need Pillow (extra plot)")
    make = runpy.run_path(str(path.parent / "make.py"))
    assert path.stat().st_size > 20_000, "blank"
    assert image.open(path).text["LaTeX"] == make["PICTURES"][path.stem]()
