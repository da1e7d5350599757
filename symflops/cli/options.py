"""The options that several commands share, and how their help is set.

Must not load sympy: everything that counts is imported when a command runs.
"""

from __future__ import annotations

import argparse
import shutil
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, Self

from symflops.output.printing import printable, wrapped
from symflops.output.terminal import WHEN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from symflops.output.terminal import Spans

FORMATS = ("text", "markdown", "latex", "html", "csv", "json")
METRICS = (
    "flops",
    "macs",
    "params",
    "active_params",
    "mults",
    "adds",
    "activations",
    "kv_cache",
    "model_size",
    "kv_cache_size",
)
COLUMNS = ("layer", "kind", "input", "output", *METRICS, "receptive_field", "share")
CONVENTIONS = ("exact", "mac", "mac+bias", "2mac", "2mac+bias", "2mac+2bias", "chinchilla")
WIDEST = 80  # columns of help


class Parser(argparse.ArgumentParser):
    """A parser of a command that gets its options when they are asked for, and quotes what was typed safely."""

    #: What adds the options; there are many commands, and most of the time one is used.
    adding: Callable[[Any], None] | None = None

    def filled(self) -> Self:
        """Return the parser with its options."""
        adding, self.adding = self.adding, None
        if adding is not None:
            adding(self)
        return self

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Read what was typed; what a command does not know is said with how that command is used."""
        found, unknown = super(Parser, self.filled()).parse_known_args(args, namespace)
        if unknown:
            message = f"unrecognized arguments: {' '.join(unknown)}"
            self.error(message)
        return found, unknown

    def format_help(self) -> str:
        """Return the help."""
        return super(Parser, self.filled()).format_help()

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and stop."""
        super().error(printable(message))


class Joined(argparse.Action):
    """An option that may be given again: ``--at H=224 --at W=224`` says both."""

    def __init__(self, *args: Any, sign: str = ",", **named: Any) -> None:
        super().__init__(*args, **named)
        self.sign = sign

    def __call__(self, _parser: Any, namespace: Any, values: Any, _option: Any = None) -> None:
        """Put what is given behind what was given before."""
        before = getattr(namespace, self.dest)
        given = values if before is self.default else f"{before}{self.sign}{values}"
        setattr(namespace, self.dest, given)


class Help(argparse.RawDescriptionHelpFormatter):
    """Help in 80 columns, or fewer where the terminal has fewer."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=min(WIDEST, shutil.get_terminal_size().columns) - 2)


class Command(NamedTuple):
    """A command: its name, what it takes, what it is in a line, how it is used, what it runs and its options."""

    name: str
    takes: str
    text: str
    examples: str
    run: Callable[..., str | Spans]
    adding: Callable[[Any], None]
    description: str = ""

    def listed(self, among: Any) -> None:
        """Add the command to the others."""
        said = self.description or f"Prints {self.text}."
        added = among.add_parser(
            self.name,
            help=self.text,
            usage=f"%(prog)s [OPTION ...] {self.takes}".rstrip(),
            description="\n".join(wrapped(line, WIDEST - 2, "") for line in said.split("\n")),
            epilog=f"examples:\n{self.examples}",
            formatter_class=Help,
        )
        added.set_defaults(run=self.run)
        added.adding = self.adding


def one_of(what: str, names: Sequence[str], default: str, how: str = "") -> str:
    """Return the help of an option that takes names from a list."""
    return f"{what} {', '.join(names)}{how} (default: {default})"


def layer(added: Any) -> None:
    """Take a layer or a model."""
    added.add_argument(
        "layer", metavar="LAYER", help='a layer such as "Linear(D, 10)", or a model such as vgg16'
    )


def documents(added: Any) -> None:
    """Take documents."""
    added.add_argument(
        "files", nargs="+", metavar="FILE", help="a document: .md, .tex, .ipynb, or text"
    )


def counting(added: Any) -> None:
    """Take what a layer is counted on, and how."""
    options = added.add_argument_group("what is counted, and how")
    options.add_argument(
        "--input",
        action=partial(Joined, sign=";"),
        metavar="SHAPE",
        help="the input's shape, such as C_in,H,W; several are parted by semicolons (default: a "
        "model's own; a layer needs one)",
    )
    options.add_argument(
        "--at",
        action=Joined,
        metavar="VALUES",
        help="values to put in, such as H=224,W=224 (default: everything stays a symbol)",
    )
    options.add_argument(
        "--convention",
        default="exact",
        metavar="NAME",
        help=f"what FLOPs count: one of {', '.join(CONVENTIONS)} (default: exact, every operation)",
    )
    options.add_argument(
        "--assume",
        action="append",
        default=[],
        metavar="FACT",
        help='a fact such as "32 | H" or "N >= 8"; may be given again (default: none)',
    )
    options.add_argument(
        "--per", metavar="UNIT", help="divide by token, sample or pixel (default: the whole input)"
    )
    options.add_argument(
        "--batched",
        action="store_true",
        default=None,
        help="the input's first size is a batch (default: as the layers need it)",
    )


def language(added: Any) -> None:
    """Take the language of sentences."""
    added.add_argument(
        "--lang", default="en", metavar="NAME", help="the language: en or zh (default: en)"
    )


def fit(latex: Any) -> None:
    """Take the line that LaTeX is to fit."""
    latex.add_argument(
        "--fit",
        metavar="WIDTH",
        type=_width,
        help="page (345 pt), column (235 pt) or points (default: page)",
    )


def _width(text: str) -> str | float:
    """Read a width: a number of points, or a word."""
    try:
        return float(text)
    except ValueError:
        return text


def table(added: Any) -> None:
    """Take what LaTeX has for tables."""
    latex = added.add_argument_group("for --format latex")
    fit(latex)
    latex.add_argument(
        "--part", metavar="NAME", help="table, table*, tabular or rows (default: table)"
    )
    latex.add_argument("--caption", metavar="TEXT", help="the caption (default: none)")
    latex.add_argument("--label", metavar="NAME", help="what \\ref names it by (default: none)")
    latex.add_argument(
        "--engine",
        metavar="NAME",
        help="pdflatex, or lualatex or xelatex for Chinese (default: pdflatex)",
    )
    latex.add_argument(
        "--siunitx",
        action="store_true",
        default=None,
        help="align numbers by the package siunitx (default: needs booktabs alone)",
    )


def output(added: Any, formats: Sequence[str] = FORMATS, *, to_file: bool = True) -> None:
    """Take where the output goes, and in which format."""
    added.set_defaults(format=formats[0], formats=formats, output=None)
    options = added.add_argument_group("output")
    if len(formats) > 1:
        options.add_argument("--format", metavar="NAME", help=one_of("one of", formats, formats[0]))
    if to_file:
        options.add_argument(
            "-o", "--output", metavar="FILE", help="write to a file (default: standard output)"
        )
    options.add_argument(
        "--color",
        choices=WHEN,
        metavar="WHEN",
        default="auto",
        help="colour in text: auto (on a terminal, unless NO_COLOR is set), always or never "
        "(default: auto)",
    )
