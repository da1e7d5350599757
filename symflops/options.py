"""The commands and their options, as ``--help`` tells them.

Must not load sympy: everything that counts is imported when a command runs.
"""

from __future__ import annotations

import argparse
import shutil
from typing import TYPE_CHECKING, Any, NoReturn

from symflops import commands
from symflops.printing import printable
from symflops.terminal import WHEN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from symflops.terminal import Spans

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
DERIVED = (*METRICS, "output", "receptive_field")
COLUMNS = ("layer", "kind", "input", "output", *METRICS, "receptive_field", "share")
CONVENTIONS = ("exact", "mac", "mac+bias", "2mac", "2mac+bias", "2mac+2bias", "chinchilla")
WIDEST = 80  # columns of help


class Parser(argparse.ArgumentParser):
    """A parser whose messages quote what was typed so that a terminal prints it."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and stop."""
        super().error(printable(message))


class Help(argparse.RawDescriptionHelpFormatter):
    """Help in 80 columns, or fewer where the terminal has fewer."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=min(WIDEST, shutil.get_terminal_size().columns) - 2)


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = Parser(
        prog="symflops",
        description="What neural networks cost, in symbols: exact closed forms for parameters, MACs\n"
        "and FLOPs. Names in a layer, such as C_in or D, are dimensions; numbers go in\n"
        "only where --at says so.",
        epilog="""examples:
  symflops cost "Linear(D, 4*D)" --input N,D
  symflops table vgg16 --at H=224,W=224
  symflops compare resnet50 vgg16 --at H=224,W=224
  symflops check paper.tex notes.md
  symflops models

symflops COMMAND --help says more of a command, with examples.""",
        formatter_class=Help,
    )
    top.add_argument("--version", action="store_true", help="print the version and stop")
    listed = top.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    cost = _counting(
        listed,
        "cost",
        "the formula of one metric of a layer or model",
        """\
  symflops cost "Linear(D, 4*D)" --input N,D
  symflops cost "Conv2d(C, D, k, padding='same')" --input C,H,W --metric params
  symflops cost gpt2 --metric macs --convention 2mac --format latex
  symflops cost vgg16 --at H=224,W=224 --metric macs""",
        commands.run_cost,
    )
    cost.add_argument("--metric", default="flops", help=_of("one of", METRICS, "flops"))
    _derive(listed)
    table = _counting(
        listed,
        "table",
        "a table of a layer or model, a row a layer",
        """\
  symflops table vgg16 --at H=224,W=224
  symflops table resnet50 --assume "32 | H" --assume "32 | W" --depth 1
  symflops table gpt2 --columns layer,params,macs --convention 2mac
  symflops table resnet18 --at H=224,W=224 --groups 1 --conventions mac,2mac
  symflops table vgg16 --at H=224,W=224 --format latex --fit column -o vgg.tex""",
        commands.run_table,
    )
    table.add_argument(
        "--columns",
        metavar="KEYS",
        help=_of("some of", COLUMNS, "layer,output,params,macs,flops,share", ", parted by commas"),
    )
    table.add_argument(
        "--depth",
        type=int,
        metavar="N",
        help="how deep nested layers are opened, from 1 on (default: the deepest of at most 64 rows)",
    )
    table.add_argument(
        "--conventions",
        metavar="NAMES",
        help="a column of FLOPs under each, such as exact,2mac (default: the one convention)",
    )
    table.add_argument(
        "--numbers",
        metavar="VALUES",
        help="numbers beside the formulas, for values such as H=224,W=224 (default: none)",
    )
    table.add_argument(
        "--groups",
        type=int,
        metavar="N",
        help="rows under headings, those of the layers at depth N, with subtotals (default: none)",
    )
    _latex(table)
    page = _counting(
        listed,
        "report",
        "a page to look at: formulas, derivation, table and pictures in one HTML file",
        """\
  symflops report vgg16 --at H=224,W=224 -o vgg16.html
  symflops report gpt2 --convention 2mac --metric params,flops -o gpt2.html
  symflops report resnet50 --lang zh --title "ResNet-50" -o resnet50.html""",
        commands.run_report,
        ("html",),
    )
    page.add_argument("--title", metavar="TEXT", help="the title (default: the name of the layer)")
    page.add_argument("--lang", default="en", help="the language: en or zh (default: en)")
    page.add_argument(
        "--roofline",
        metavar="RATES",
        help="also a roofline, for a peak and a bandwidth such as '312 TFLOP/s, 2 TB/s' (default: none)",
    )
    page.add_argument(
        "--metric",
        default="params,macs,flops",
        metavar="KEYS",
        help=_of("some of", METRICS, "params,macs,flops", ", parted by commas"),
    )
    compare = _counting(
        listed,
        "compare",
        "layers or models side by side, with ratios to the first",
        """\
  symflops compare resnet50 vgg16 --at H=224,W=224 --metric params,macs
  symflops compare "Linear(D, D)" "LoRA(Linear(D, D), r)" --input N,D
  symflops compare gpt2 gpt2_xl --per token --baseline gpt2_xl --delta""",
        commands.run_compare,
    )
    compare.add_argument("more", nargs="+", metavar="OTHER", help="what it is compared with")
    compare.add_argument(
        "--metric", default="macs", metavar="KEYS", help=_of("one or several of", METRICS, "macs")
    )
    compare.add_argument(
        "--baseline",
        metavar="LAYER",
        help="which of them ratios are to, as it was written (default: the first)",
    )
    compare.add_argument(
        "--delta",
        action="store_true",
        help="show the differences to it, too (default: ratios only)",
    )
    _latex(compare)
    check = _on_documents(
        listed,
        "check",
        "the formulas, numbers and tables of documents",
        "Checks the marked formulas, numbers and tables of Markdown, LaTeX, notebooks and\n"
        "text, and prints what is not as expected. A mark is a comment next to a formula:\n"
        "<!-- symflops: vgg16.macs --> in Markdown, % symflops: vgg16.macs in LaTeX.\n\n"
        "Exit status: 0 all as expected, 1 not, 2 something could not be read.",
        """\
  symflops check paper.tex
  symflops check paper.tex notes.md --unmarked
  symflops check notes.md --every --format json -o found.json""",
        commands.run_check,
    )
    check.add_argument(
        "--unmarked",
        action="store_true",
        help="also equalities of numbers, chains and totals that have no mark (default: marks only)",
    )
    check.add_argument(
        "--every",
        action="store_true",
        help="show what is as expected, too (default: only what is not)",
    )
    _output(check, ("text", "json"))
    fill = _on_documents(
        listed,
        "fill",
        "numbers, formulas and tables filled in, in place",
        "Fills in the numbers, formulas and tables that have a mark for it, in place: the\n"
        "number before <!-- symflops fill: vgg16.macs --> in Markdown, before\n"
        "% symflops fill: vgg16.macs in LaTeX. Each file is rewritten whole or not at all.",
        """\
  symflops fill notes.md
  symflops fill --check paper.tex notes.md""",
        commands.run_fill,
    )
    fill.add_argument(
        "--check",
        action="store_true",
        help="write nothing, only say which are stale: exit status 0 none, 1 some, 2 could not "
        "read (default: fill in)",
    )
    _output(fill, ("text",))
    models = _command(
        listed,
        "models",
        "the published models",
        """\
  symflops models
  symflops models --format csv -o models.csv""",
        commands.run_models,
    )
    _output(models)
    return top


def _derive(listed: Any) -> None:
    derive = _counting(
        listed,
        "derive",
        "how a metric of a layer or model comes about, line by line",
        """\
  symflops derive "Conv2d(C_in, C_out, k, padding='same')" --input C_in,H,W
  symflops derive gpt --convention 2mac --to "2*N*D*(2*L*N + 12*L*D + V)"
  symflops derive resnet50 --metric params --format latex --fit column -o params.tex
  symflops derive vgg16 --at H=224,W=224 --metric macs --lang zh""",
        commands.run_derive,
        ("text", "markdown", "latex", "html"),
    )
    derive.add_argument(
        "--metric", default="flops", metavar="NAME", help=_of("one of", DERIVED, "flops")
    )
    derive.add_argument(
        "--detail",
        default="normal",
        help="short (the sum alone), normal or full (every step) (default: normal)",
    )
    derive.add_argument(
        "--to",
        metavar="FORMULA",
        help="the last line as you write it, in LaTeX or text; refused with sizes where it is not "
        "equal (default: as it comes out)",
    )
    derive.add_argument("--lang", default="en", help="the language: en or zh (default: en)")
    latex = derive.add_argument_group("for --format latex")
    latex.add_argument("--fit", help="page (345 pt) or column (235 pt) (default: page)")


def _of(what: str, names: Sequence[str], default: str, how: str = "") -> str:
    return f"{what} {', '.join(names)}{how} (default: {default})"


def _command(
    listed: Any,
    name: str,
    text: str,
    examples: str,
    run: Callable[..., str | Spans],
    description: str | None = None,
) -> Any:
    command = listed.add_parser(
        name,
        help=text,
        description=description or f"Prints {text}.",
        epilog=f"examples:\n{examples}",
        formatter_class=Help,
    )
    command.set_defaults(run=run)
    return command


def _on_documents(
    listed: Any,
    name: str,
    text: str,
    description: str,
    examples: str,
    run: Callable[..., str | Spans],
) -> Any:
    command = _command(listed, name, text, examples, run, description)
    command.add_argument("files", nargs="+", metavar="FILE", help="a document")
    return command


def _counting(
    listed: Any,
    name: str,
    text: str,
    examples: str,
    run: Callable[..., str | Spans],
    formats: Sequence[str] = FORMATS,
) -> Any:
    command = _command(listed, name, text, examples, run)
    command.add_argument(
        "layer", metavar="LAYER", help='a layer such as "Linear(D, 10)", or a model such as vgg16'
    )
    command.add_argument(
        "--input",
        metavar="SHAPE",
        help="the input's shape, such as C_in,H,W; several are parted by semicolons (default: a "
        "model's own; a layer needs one)",
    )
    command.add_argument(
        "--at",
        metavar="VALUES",
        help="values to put in, such as H=224,W=224 (default: everything stays a symbol)",
    )
    command.add_argument(
        "--per", metavar="UNIT", help="divide by token, sample or pixel (default: the whole input)"
    )
    command.add_argument(
        "--convention",
        default="exact",
        metavar="NAME",
        help=f"what FLOPs count: one of {', '.join(CONVENTIONS)} (default: exact, every operation)",
    )
    command.add_argument(
        "--assume",
        action="append",
        default=[],
        metavar="FACT",
        help='a fact such as "32 | H" or "N >= 8"; may be given again (default: none)',
    )
    command.add_argument(
        "--batched",
        action="store_true",
        default=None,
        help="the input's first size is a batch (default: as the layers need it)",
    )
    _output(command, formats)
    return command


def _latex(command: Any) -> None:
    latex = command.add_argument_group("for --format latex")
    latex.add_argument("--fit", help="page (345 pt) or column (235 pt) (default: page)")
    latex.add_argument("--part", help="table, table*, tabular or rows (default: table)")
    latex.add_argument("--caption", metavar="TEXT", help="the caption (default: none)")
    latex.add_argument("--label", metavar="NAME", help="its label (default: none)")
    latex.add_argument(
        "--engine", help="pdflatex, or lualatex or xelatex for Chinese (default: pdflatex)"
    )
    latex.add_argument(
        "--siunitx",
        action="store_true",
        default=None,
        help="numbers at the point, by the package siunitx (default: grouped here)",
    )


def _output(command: Any, formats: Sequence[str] = FORMATS) -> None:
    command.set_defaults(format=formats[0], formats=formats)
    if len(formats) > 1:
        command.add_argument("--format", metavar="NAME", help=_of("one of", formats, "text"))
    command.add_argument(
        "-o", "--output", metavar="FILE", help="write to a file (default: standard output)"
    )
    command.add_argument(
        "--color",
        choices=WHEN,
        default="auto",
        help="colour in text: auto is on a terminal, unless NO_COLOR is set (default: auto)",
    )
