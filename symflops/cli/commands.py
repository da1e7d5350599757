"""What each command does: from its arguments to the text that is printed.

A command returns its text, or pieces of text with roles, which a terminal may colour. What counts is
imported when a command runs, and only what that command needs.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

    from symflops.output.terminal import Spans


def run_cost(arguments: argparse.Namespace) -> str:
    """Return one metric as a formula."""
    from symflops.formulas import rendered
    from symflops.output.printing import wrapped

    text = rendered(_cost(arguments), arguments.metric, arguments.format)
    if arguments.format != "text":
        return text
    room = arguments.terminal.width
    return "\n".join(wrapped(line, room, formula=True) for line in text.split("\n"))


def run_derive(arguments: argparse.Namespace) -> str:
    """Return how a metric comes about, line by line."""
    from symflops.derivations.deriving import derive
    from symflops.errors import ArgumentError

    if arguments.fit is not None and arguments.format != "latex":
        raise ArgumentError("--fit is for --format latex")
    cost = _cost(arguments)
    arguments.progress.say(f"the derivation of {arguments.layer}")
    found = derive(cost, arguments.metric, arguments.detail, arguments.to, arguments.lang)
    if arguments.format == "latex":
        return found.to_latex(arguments.fit or "page")
    if arguments.format == "text":
        from symflops.derivations.text import PLACES, text

        return text(found, arguments.terminal.width or PLACES)
    return found.to_markdown() if arguments.format == "markdown" else found.to_html()


def run_table(arguments: argparse.Namespace) -> str | Spans:
    """Return the table of a layer or a model."""
    from symflops.reading.values import read_values

    found = _cost(arguments)
    arguments.progress.say(f"the table of {arguments.layer}")
    table = found.table(
        arguments.columns,
        arguments.depth,
        conventions=(arguments.conventions or "").replace(",", " ").split(),
        at=None if arguments.numbers is None else read_values(arguments.numbers),
        groups=arguments.groups,
    )
    return _rendered(table, arguments)


def run_compare(arguments: argparse.Namespace) -> str | Spans:
    """Return the table of several layers or models, each with its ratio to the first."""
    from symflops.comparison import asked_together, side_by_side
    from symflops.reading.layers import read_layer
    from symflops.reading.values import read_shapes, read_values

    texts = [text.strip() for text in (arguments.layer, *arguments.more)]
    layers = {text: read_layer(text) for text in texts}
    costs = asked_together(
        (layers[text] for text in arguments.progress.over(texts)),
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
    arguments.progress.say(f"the table of {len(texts)} layers")
    table = side_by_side(named, arguments.metric, baseline, delta=arguments.delta)
    return _rendered(table, arguments)


def _rendered(table: Any, arguments: argparse.Namespace) -> str | Spans:
    """Return a table in the format that is asked for."""
    names = ("fit", "part", "caption", "label", "engine", "siunitx")
    given = {name: value for name in names if (value := getattr(arguments, name, None)) is not None}
    if given and arguments.format != "latex":
        from symflops.errors import ArgumentError

        raise ArgumentError(f"--{next(iter(given))} is for --format latex")
    if arguments.format == "text":
        from symflops.tables.text import spans

        return spans(table.shortened, arguments.terminal.width)
    return str(getattr(table, f"to_{arguments.format}")(**given))


def run_models(arguments: argparse.Namespace) -> str | Spans:
    """Return the models of the zoo with their papers and published numbers."""
    from symflops.zoo.listing import listing

    arguments.progress.say("the models")
    return _rendered(listing(), arguments)


def run_report(arguments: argparse.Namespace) -> str:
    """Return a page of a layer or a model; it goes to a file, or to another program."""
    from symflops.pages.composing import report
    from symflops.reading.values import read_values

    if arguments.output is None and sys.stdout.isatty():
        from symflops.errors import ArgumentError

        raise ArgumentError("a page is for a browser: name a file for it, such as -o page.html")
    at = read_values(arguments.at) if arguments.at is not None else None
    roofline = None if arguments.roofline is None else _rates(arguments.roofline)
    found = _asked(arguments)
    arguments.progress.say(f"the page of {arguments.layer}")
    return report(found, arguments.title, arguments.lang, arguments.metric, at, roofline).html


def _rates(text: str) -> dict[str, str]:
    """Return the peak and the bandwidth of a roofline."""
    rates = [rate.strip() for rate in text.split(",")]
    if len(rates) != 2 or not all(rates):  # noqa: PLR2004 - a peak and a bandwidth
        from symflops.errors import ArgumentError

        message = (
            f"--roofline takes a peak and a bandwidth, such as '312 TFLOP/s, 2 TB/s', got {text!r}"
        )
        raise ArgumentError(message)
    return dict(zip(("peak", "bandwidth"), rates, strict=True))


def _cost(arguments: argparse.Namespace) -> Any:
    from symflops.reading.values import read_values

    found = _asked(arguments)
    return found if arguments.at is None else found.at(read_values(arguments.at))


def _asked(arguments: argparse.Namespace) -> Any:
    """Return the cost before numbers are put in."""
    from symflops.costs import cost
    from symflops.reading.layers import read_layer
    from symflops.reading.values import read_shapes

    arguments.progress.say(arguments.layer)
    layer = read_layer(arguments.layer)
    shapes = read_shapes(arguments.input) if arguments.input is not None else None
    found = cost(layer, shapes, arguments.convention, arguments.assume, arguments.batched)
    return found if arguments.per is None else found.per(arguments.per)


def run_check(arguments: argparse.Namespace) -> str | Spans:
    """Return the report of documents, as text or JSON."""
    from symflops.documents.checking import check_files

    report = check_files(arguments.progress.over(arguments.files), without_marks=arguments.unmarked)
    arguments.status = report.status
    if arguments.format == "json":
        return report.to_json()
    return report.spans(every=arguments.every, room=arguments.terminal.width)


def run_fill(arguments: argparse.Namespace) -> str | Spans:
    """Fill documents in, or say which are stale; nothing is written unless all can be."""
    from symflops.documents.filling import all_filled
    from symflops.output.printing import printable
    from symflops.output.saving import save_all

    found = all_filled(arguments.progress.over(arguments.files))
    stale = [text for text in found if text.before != text.after]
    if arguments.check:
        arguments.status = 1 if stale else 0
    else:
        save_all((text.after, text.path) for text in stale)
    done = ("bad", "stale") if arguments.check else ("good", "filled in")
    pieces = []
    for text in found:
        role, word = ("", "up to date") if text.before == text.after else done
        number = f"{text.places} {'place' if text.places == 1 else 'places'}"
        pieces += [("", f"{printable(str(text.path))}: "), (role, word), ("", f" ({number})\n")]
    return pieces
