"""The commands, each with its own options and its examples, as ``--help`` tells them.

Must not load sympy: everything that counts is imported when a command runs.
"""

from __future__ import annotations

from typing import Any

from symflops import __version__
from symflops.cli import commands, options
from symflops.cli.options import COLUMNS, METRICS, Command, Joined, Parser, counting, one_of, output

DERIVED = (*METRICS, "output", "receptive_field")


def _cost(cost: Any) -> None:
    options.layer(cost)
    cost.add_argument(
        "--metric", default="flops", metavar="KEY", help=one_of("one of", METRICS, "flops")
    )
    counting(cost)
    output(cost)


def _table(table: Any) -> None:
    options.layer(table)
    table.add_argument(
        "--columns",
        action=Joined,
        metavar="KEYS",
        help=one_of(
            "some of", COLUMNS, "layer,output,params,macs,flops,share", ", parted by commas"
        ),
    )
    table.add_argument(
        "--depth",
        type=int,
        metavar="N",
        help="how deep nested layers are opened, from 1 on (default: the deepest of at most 64 rows)",
    )
    table.add_argument(
        "--conventions",
        action=Joined,
        metavar="NAMES",
        help="a column of FLOPs under each, such as exact,2mac (default: the one convention)",
    )
    table.add_argument(
        "--numbers",
        action=Joined,
        metavar="VALUES",
        help="numbers beside the formulas, for values such as H=224,W=224 (default: none)",
    )
    table.add_argument(
        "--groups",
        type=int,
        metavar="N",
        help="rows under headings, those of the layers at depth N, with subtotals (default: none)",
    )
    counting(table)
    output(table)
    options.table(table)


def _compare(compare: Any) -> None:
    options.layer(compare)
    compare.add_argument("more", nargs="+", metavar="OTHER", help="what it is compared with")
    compare.add_argument(
        "--metric",
        default="macs",
        action=Joined,
        metavar="KEYS",
        help=one_of("one or several of", METRICS, "macs", ", parted by commas"),
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
    counting(compare)
    output(compare)
    options.table(compare)


def _derive(derive: Any) -> None:
    options.layer(derive)
    derive.add_argument(
        "--metric", default="flops", metavar="KEY", help=one_of("one of", DERIVED, "flops")
    )
    derive.add_argument(
        "--detail",
        default="normal",
        metavar="NAME",
        help="short (the sum alone), normal or full (every step) (default: normal)",
    )
    derive.add_argument(
        "--to",
        metavar="FORMULA",
        help="the last line as you write it, in LaTeX or text; refused with sizes where it is not "
        "equal (default: as it comes out)",
    )
    options.language(derive)
    counting(derive)
    output(derive, ("text", "markdown", "latex", "html"))
    options.fit(derive.add_argument_group("for --format latex"))


def _report(page: Any) -> None:
    options.layer(page)
    page.add_argument(
        "--metric",
        default="params,macs,flops",
        action=Joined,
        metavar="KEYS",
        help=one_of("some of", METRICS, "params,macs,flops", ", parted by commas"),
    )
    page.add_argument("--title", metavar="TEXT", help="the title (default: the name of the layer)")
    page.add_argument(
        "--roofline",
        metavar="RATES",
        help="also a roofline, for a peak and a bandwidth such as '312 TFLOP/s, 2 TB/s' "
        "(default: none)",
    )
    options.language(page)
    counting(page)
    output(page, ("html",))


def _check(check: Any) -> None:
    options.documents(check)
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
    output(check, ("text", "json"))


def _fill(fill: Any) -> None:
    options.documents(fill)
    fill.add_argument(
        "--check",
        action="store_true",
        help="write nothing, only say which are stale: exit status 0 none, 1 some, 2 could not "
        "read (default: fill in)",
    )
    output(fill, ("text",), to_file=False)


def _models(models: Any) -> None:
    output(models)


COMMANDS = (
    Command(
        "cost",
        "LAYER",
        "the formula of one metric of a layer or model",
        """\
  symflops cost "Linear(D, 4*D)" --input N,D
  symflops cost "Conv2d(C, D, k, padding='same')" --input C,H,W --metric params
  symflops cost gpt2 --metric macs --convention 2mac --format latex
  symflops cost vgg16 --at H=224,W=224 --metric macs""",
        commands.run_cost,
        _cost,
    ),
    Command(
        "table",
        "LAYER",
        "a table of a layer or model, a row a layer",
        """\
  symflops table vgg16 --at H=224,W=224
  symflops table resnet50 --assume "32 | H" --assume "32 | W" --depth 1
  symflops table gpt2 --columns layer,params,macs --convention 2mac
  symflops table resnet18 --at H=224,W=224 --groups 1 --conventions mac,2mac
  symflops table vgg16 --at H=224,W=224 --format latex --fit column -o vgg.tex""",
        commands.run_table,
        _table,
        "Prints a table of a layer or model, a row a layer. On a terminal it is as wide "
        "as that, and says what was left out; into a file or another program it is whole.",
    ),
    Command(
        "compare",
        "LAYER OTHER ...",
        "layers or models side by side, with ratios to the first",
        """\
  symflops compare resnet50 vgg16 --at H=224,W=224 --metric params,macs
  symflops compare "Linear(D, D)" "LoRA(Linear(D, D), r)" --input N,D
  symflops compare gpt2 gpt2_xl --per token --baseline gpt2_xl --delta""",
        commands.run_compare,
        _compare,
    ),
    Command(
        "derive",
        "LAYER",
        "how a metric of a layer or model comes about, line by line",
        """\
  symflops derive "Conv2d(C_in, C_out, k, padding='same')" --input C_in,H,W
  symflops derive gpt --convention 2mac --to "2*N*D*(2*L*N + 12*L*D + V)"
  symflops derive resnet50 --metric params --format latex -o params.tex
  symflops derive vgg16 --at H=224,W=224 --metric macs --lang zh""",
        commands.run_derive,
        _derive,
    ),
    Command(
        "report",
        "LAYER -o FILE",
        "a page to look at: formulas, derivation, table and pictures in one HTML file",
        """\
  symflops report vgg16 --at H=224,W=224 -o vgg16.html
  symflops report gpt2 --convention 2mac --metric params,flops -o gpt2.html
  symflops report resnet50 --lang zh --title "ResNet-50" -o resnet50.html""",
        commands.run_report,
        _report,
    ),
    Command(
        "check",
        "FILE ...",
        "the formulas, numbers and tables of documents",
        """\
  symflops check paper.tex
  symflops check paper.tex notes.md --unmarked
  symflops check notes.md --every --format json -o found.json""",
        commands.run_check,
        _check,
        "Checks the marked formulas, numbers and tables of Markdown, LaTeX, notebooks and "
        "text, and prints what is not as expected. A mark is a comment next to a formula:\n"
        "  <!-- symflops: vgg16.macs -->         in Markdown\n"
        "  % symflops: vgg16.macs                in LaTeX\n\n"
        "Exit status: 0 all as expected, 1 not, 2 something could not be read.",
    ),
    Command(
        "fill",
        "FILE ...",
        "numbers, formulas and tables filled in, in place",
        """\
  symflops fill notes.md
  symflops fill --check paper.tex notes.md""",
        commands.run_fill,
        _fill,
        "Fills in the numbers, formulas and tables that have a mark for it, in place, also in the "
        "files that a document takes in. Each file is rewritten whole or not at all, and none if "
        "one of them cannot be filled in. A mark is a comment behind a number, or a ? for one:\n"
        "  <!-- symflops fill: vgg16.macs -->    in Markdown\n"
        "  % symflops fill: vgg16.macs           in LaTeX",
    ),
    Command(
        "models",
        "",
        "the published models",
        """\
  symflops models
  symflops models --format csv -o models.csv""",
        commands.run_models,
        _models,
        "Prints the published models with their parameters, their MACs and their papers. "
        "Each name is a LAYER for the other commands.",
    ),
)


def parser() -> Parser:
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
        formatter_class=options.Help,
    )
    version = f"symflops {__version__}"
    top.add_argument(
        "--version", action="version", version=version, help="print the version and stop"
    )
    listed = top.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for command in COMMANDS:
        command.listed(listed)
    return top
