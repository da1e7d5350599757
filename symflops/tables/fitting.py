"""The choice of a layout for a table in LaTeX: what is given up, in which order, so that it fits its line."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from symflops.errors import ArgumentError
from symflops.tables.layout import HEIGHT, LONGEST, SMALLEST, Form, Layout, Options
from symflops.tables.shorthand import with_named_sizes
from symflops.tables.table import Label, expression
from symflops.tables.widths import SIZES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from symflops.tables.table import Table

#: Columns in the order in which they go when nothing else helps.
DISPENSABLE = {
    "page": (
        *("kind", "input", "activations", "share", "model_size", "adds", "mults"),
        *("receptive_field", "output"),
    ),
    "column": (
        *("kind", "input", "activations", "output", "share", "model_size", "adds", "mults"),
        "receptive_field",
    ),
}
LEAST = 0.1  # of the line: where nothing else fits, all longer formulas move to the notes
PROSE = 40  # characters of words that may take several lines, whatever there is room for
LARGE = tuple(SIZES.values())[:3]


def choose(table: Table, options: Options) -> Layout:
    """Return the first layout that fits.

    Type shrinks to footnotesize first; then counts are scaled and sizes named; then it shrinks to
    scriptsize; then columns go, and last the kinds of layers.

    Raises:
        ArgumentError: nothing fits, or formulas were to be scaled.
    """
    symbolic = any(expression(cell) is not None for row in table.lines for cell in row)
    if symbolic and options.scale:
        message = f"scale={options.scale!r} needs numbers: put values in first, with at()"
        raise ArgumentError(message)
    forms = _forms(options, symbolic=symbolic)
    if any(map(_is_prose, itertools.chain.from_iterable(table.rows))):
        forms = [replace(form, wrapped=True) for form in forms]
    bare = [replace(form, bare=True) for form in forms]
    *most, last = _drops(table, options)
    steps = [(forms, dropped) for dropped in most]
    if options.fit == "page" and most:  # on a page the outputs are kept for as long as it goes
        steps.append((bare, most[-1]))
    wrapped = [replace(form, wrapped=True) for form in forms if form.small]
    least = [replace(form, longest=LEAST) for form in wrapped]
    steps += [(forms, last), (bare, last), (wrapped, last), (least, last)]
    tall: list[Layout] = []
    for hollow in (False, True):
        for given, dropped in steps:
            kept = table.keeping([c.key for c in table.columns if c.key not in dropped])
            layout = _first(kept, given, options, dropped, hollow=hollow)
            if layout is None:
                continue
            # what is longer than a page is folded; where nothing is left to fold, the shortest is taken
            if not options.is_float or table.coarser is not None or layout.height <= HEIGHT:
                return layout
            tall.append(layout)
    if tall:
        return min(tall, key=lambda layout: layout.height)
    message = (
        f"the table does not fit {options.width:g} pt in any type size; choose fewer columns with "
        'columns=, or fit="page"'
    )
    raise ArgumentError(message)


def _is_prose(cell: object) -> bool:
    return isinstance(cell, str) and not isinstance(cell, Label) and len(cell) > PROSE


def _forms(options: Options, *, symbolic: bool) -> list[Form]:
    if symbolic:
        named = [Form(names=True, longest=longest) for longest in LONGEST]
        return [Form(), *named, *(replace(form, small=True) for form in named)]
    if options.scale:
        return [Form(options.scale), Form(options.scale, small=True)]
    return [
        *map(Form, (None, "each", "most")),
        *(Form(scale, small=True) for scale in ("each", "most")),
    ]


def _drops(table: Table, options: Options) -> Iterator[tuple[str, ...]]:
    """Yield what is left out: nothing, then one column more each time, but never all counts."""
    dropped: tuple[str, ...] = ()
    yield dropped
    if any(column.kind == "ratio" for column in table.columns):
        return  # every column of a comparison was asked for by name
    for key in DISPENSABLE[options.fit]:
        left = [c for c in table.columns if c.key not in (*dropped, key)]
        if any(c.key == key for c in table.columns) and any(c.kind != "word" for c in left):
            dropped = (*dropped, key)
            yield dropped


def _first(
    table: Table,
    forms: Sequence[Form],
    options: Options,
    dropped: tuple[str, ...],
    *,
    hollow: bool,
) -> Layout | None:
    """Return the first form that fits the line, in the largest type that also fits the page."""
    named = with_named_sizes(table) if any(form.names for form in forms) else table
    # where nothing is rounded, a form that names sizes is another one over again
    tried = dict.fromkeys(replace(f, names=f.names and named is not table) for f in forms)
    for form in tried:
        chosen = named if form.names else table
        sizes = (SMALLEST,) if form.small else LARGE
        layouts = [Layout(chosen, size, form, options, dropped) for size in (*sizes, SMALLEST)]
        wide = [layout for layout in layouts[: len(sizes)] if layout.width <= options.width]
        wide = [layout for layout in wide if hollow or not layout.hollow]
        if wide:
            if options.longtable or options.part in ("tabular", "rows"):
                return wide[0]
            low = (x for x in (*wide, layouts[-1]) if x.height <= HEIGHT)
            return next(low, layouts[-1])
    return None
