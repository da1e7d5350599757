"""The command line: the same words and the same defaults as in Python.

``symflops --help`` must not load sympy: everything that counts is imported when a command runs.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
INVALID = 2  # exit status of an input that cannot be taken


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = argparse.ArgumentParser(
        prog="symflops",
        description="What neural networks cost, in symbols: parameters, MACs and FLOPs in closed form.",
        epilog="""examples:
  symflops cost "Conv2d(C_in, C_out, k, padding='same', bias=False)" --input C_in,H,W
  symflops table vgg16 --at H=224,W=224 --format latex > vgg16.tex
  symflops compare "Conv2d(C, D, 3, padding=1)" "SeparableConv2d(C, D, 3, padding=1)" --input C,H,W
  symflops check paper.tex notes.md
  symflops models""",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="store_true", help="print the version and stop")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    cost = _command(commands, "cost", "the formula of one metric of a layer or model", run_cost)
    cost.add_argument("--metric", default="flops", help=f"one of {', '.join(METRICS)} (flops)")
    table = _command(commands, "table", "a table, a row a layer", run_table)
    table.add_argument("--columns", help="columns parted by commas, such as layer,params,macs")
    table.add_argument("--depth", type=int, help="how deep nested layers are opened")
    _latex(table)
    compare = _command(
        commands, "compare", "layers or models side by side, with ratios to the first", run_compare
    )
    compare.add_argument("more", nargs="+", metavar="layer", help="what it is compared with")
    compare.add_argument(
        "--metric", default="macs", help=f"one or several of {', '.join(METRICS)} (macs)"
    )
    compare.add_argument("--baseline", help="the layer or model that ratios are to (the first)")
    compare.add_argument("--delta", action="store_true", help="the differences to it, too")
    _latex(compare)
    check = _on_documents(
        commands,
        "check",
        "the formulas, numbers and tables of documents",
        "Checks Markdown, LaTeX, notebooks and text. Exit status: 0 all as expected, 1 not, 2 could not read.",
        run_check,
    )
    check.add_argument(
        "--unmarked",
        action="store_true",
        help="also equalities of numbers, chains and totals that have no mark",
    )
    check.add_argument("--every", action="store_true", help="show what is as expected, too")
    _output(check)
    fill = _on_documents(
        commands,
        "fill",
        "numbers, formulas and tables filled in, in place",
        "Fills in what has a mark for it; each file is rewritten whole or not at all.",
        run_fill,
    )
    fill.add_argument(
        "--check", action="store_true", help="only say which are stale: exit status 0 none, 1 some"
    )
    _output(fill)
    models = commands.add_parser("models", help="the published models")
    models.set_defaults(run=run_models)
    _output(models)
    return top


def _on_documents(
    commands: Any, name: str, text: str, description: str, run: Callable[..., str]
) -> Any:
    command = commands.add_parser(name, help=text, description=description)
    command.set_defaults(run=run)
    command.add_argument("files", nargs="+", metavar="FILE", help="a document")
    return command


def _command(commands: Any, name: str, text: str, run: Callable[..., str]) -> Any:
    command = commands.add_parser(name, help=text, description=text)
    command.set_defaults(run=run)
    command.add_argument("layer", help='a layer such as "Linear(D, 10)", or a model such as vgg16')
    command.add_argument(
        "--input", help="the input shape, such as C_in,H,W (models bring their own)"
    )
    command.add_argument("--at", help="values to put in, such as H=224,W=224")
    command.add_argument("--per", help="divided by the input's: token, sample or pixel")
    command.add_argument("--convention", default="exact", help="exact, mac, 2mac, … (exact)")
    command.add_argument("--assume", action="append", default=[], help='a fact, such as "32 | H"')
    command.add_argument(
        "--batched", action="store_true", default=None, help="the input has a batch"
    )
    _output(command)
    return command


def _latex(command: Any) -> None:
    command.add_argument("--fit", help="LaTeX: page (345 pt) or column (235 pt)")
    command.add_argument("--part", help="LaTeX: table, table*, tabular or rows")
    command.add_argument("--caption", help="LaTeX: the caption")
    command.add_argument("--label", help="LaTeX: the label")


def _output(command: Any) -> None:
    command.add_argument("--format", default="text", help=f"one of {', '.join(FORMATS)} (text)")
    command.add_argument(
        "-o", "--output", metavar="FILE", help="write to a file instead of the terminal"
    )


def run_cost(arguments: argparse.Namespace) -> str:
    """Return one metric as a formula."""
    from symflops.formulas import rendered

    return rendered(_cost(arguments), arguments.metric, arguments.format)


def run_table(arguments: argparse.Namespace) -> str:
    """Return the table of a layer or a model."""
    return _rendered(_cost(arguments).table(arguments.columns, arguments.depth), arguments)


def run_compare(arguments: argparse.Namespace) -> str:
    """Return the table of several layers or models, each with its ratio to the first."""
    from symflops.comparison import asked_together, side_by_side
    from symflops.reading.layers import read_layer
    from symflops.reading.values import read_shapes, read_values

    texts = [text.strip() for text in (arguments.layer, *arguments.more)]
    costs = asked_together(
        [read_layer(text) for text in texts],
        read_shapes(arguments.input) if arguments.input is not None else None,
        arguments.convention,
        arguments.assume,
        read_values(arguments.at) if arguments.at is not None else {},
        batched=arguments.batched,
    )
    if arguments.per is not None:
        costs = [found.per(arguments.per) for found in costs]
    named = tuple(zip(texts, costs, strict=True))
    baseline = None if arguments.baseline is None else arguments.baseline.strip()
    table = side_by_side(named, arguments.metric, baseline, delta=arguments.delta)
    return _rendered(table, arguments)


def _rendered(table: Any, arguments: argparse.Namespace) -> str:
    names = ("fit", "part", "caption", "label")
    options = {name: value for name in names if (value := getattr(arguments, name)) is not None}
    if options and arguments.format != "latex":
        from symflops.errors import ArgumentError

        raise ArgumentError(f"--{next(iter(options))} is for --format latex")
    return str(getattr(table, f"to_{arguments.format}")(**options))


def run_models(arguments: argparse.Namespace) -> str:
    """Return the models of the zoo with their papers and published numbers."""
    from symflops.zoo.listing import listing

    return str(getattr(listing(), f"to_{arguments.format}")())


def _cost(arguments: argparse.Namespace) -> Any:
    from symflops.costs import cost
    from symflops.reading.layers import read_layer
    from symflops.reading.values import read_shapes, read_values

    layer = read_layer(arguments.layer)
    shapes = read_shapes(arguments.input) if arguments.input is not None else None
    found = cost(layer, shapes, arguments.convention, arguments.assume, arguments.batched)
    found = found if arguments.per is None else found.per(arguments.per)
    return found if arguments.at is None else found.at(read_values(arguments.at))


def run_check(arguments: argparse.Namespace) -> str:
    """Return the report of documents, as text or JSON."""
    from symflops.documents.checking import check_files

    _check_format(arguments.format, ("text", "json"))
    report = check_files(arguments.files, without_marks=arguments.unmarked)
    arguments.status = report.status
    return report.to_json() if arguments.format == "json" else report.to_text(every=arguments.every)


def run_fill(arguments: argparse.Namespace) -> str:
    """Fill documents in, or say which are stale; nothing is written unless all can be."""
    from symflops.documents.filling import filled

    _check_format(arguments.format, ("text",))
    found = [(path, *filled(path)) for path in arguments.files]
    lines = []
    for path, before, after, places in found:
        stale = before != after
        if stale and not arguments.check:
            _write(after, path)
        word = ("stale" if arguments.check else "filled in") if stale else "up to date"
        lines.append(f"{path}: {word} ({places} {'place' if places == 1 else 'places'})")
        if stale and arguments.check:
            arguments.status = 1
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; an input that cannot be taken is one message and the exit status 2."""
    top = parser()
    arguments = top.parse_args(argv)
    if arguments.version:
        from symflops import __version__

        print(f"symflops {__version__}")
        return 0
    if arguments.command is None:
        top.print_help()
        return INVALID
    from symflops.errors import SymflopsError

    try:
        _check_format(arguments.format)
        text = arguments.run(arguments)
        _write(text if text.endswith("\n") else text + "\n", arguments.output)
        return getattr(arguments, "status", 0)
    except (SymflopsError, OSError) as error:
        if isinstance(error, BrokenPipeError):  # the reader, such as head, has had enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        print(f"symflops: {error}", file=sys.stderr)
        return INVALID
    except Exception as error:  # noqa: BLE001 - whatever it is, nobody at a terminal wants a traceback
        print(f"symflops: cannot compute this: {type(error).__name__}: {error}", file=sys.stderr)
        return INVALID


def _check_format(name: str, known: Sequence[str] = FORMATS) -> None:
    if name not in known:
        from symflops.errors import UnknownNameError

        raise UnknownNameError("format", name, known)


def _write(text: str, path: str | None) -> None:
    """Write to the terminal, or to a file that is there whole or not at all."""
    if path is None:
        if sys.stdout is None:
            raise OSError("cannot write: the standard output is closed")
        if hasattr(sys.stdout, "reconfigure"):  # not in a notebook
            sys.stdout.reconfigure(errors="replace")
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    from symflops.saving import save

    save(text, path)


if __name__ == "__main__":
    sys.exit(main())
