"""The choice of a layout for a table in LaTeX: what is given up, in which order, so that it fits its line."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from symflops.errors import ArgumentError
from symflops.tables.cells import expression
from symflops.tables.layout import HEIGHT, SMALLEST, Layout
from symflops.tables.setting import LONGEST, Form, Known
from symflops.tables.shorthand import nameable, with_names
from symflops.tables.table import AT, Label
from symflops.tables.widths import SIZES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symflops.tables.options import Options
    from symflops.tables.table import Table
    from symflops.tables.widths import Size

#: Columns in the order in which they go when nothing else helps.
DISPENSABLE = {
    "page": (
        *("kind", "input", "activations", "share", "model_size", "kv_cache_size", "kv_cache"),
        *("active_params", "adds", "mults", "receptive_field", "output"),
    ),
    "column": (
        *("kind", "input", "activations", "output", "share", "model_size", "kv_cache_size"),
        *("kv_cache", "active_params", "adds", "mults", "receptive_field"),
    ),
}
LEAST = 0.1  # of the line: where nothing else fits, all longer formulas move to the notes
PROSE = 40  # characters of words that may take several lines, whatever there is room for
LARGE = tuple(SIZES.values())[:3]
FEW = 10  # rows: a table is folded to fewer only where nothing else fits

#: Forms of the cells, and the keys of columns that are left out.
Try = tuple[list[Form], tuple[str, ...]]


def choose(table: Table, options: Options) -> Layout:
    """Return the first layout that fits its line and, as a float, its page.

    Type shrinks to footnotesize first; then counts are scaled and sizes named; then it shrinks to
    scriptsize. What still does not fit is folded; on a page names of layers then take several lines; then
    columns go; then a column may have most of its formulas in the notes. On a page the outputs of the layers
    are the last to go. A table that cannot be folded to a page, because its depth was asked for, takes several.

    Raises:
        ArgumentError: nothing fits, or formulas were to be scaled.
    """
    symbolic = any(expression(cell) is not None for row in table.lines for cell in row)
    if symbolic and options.scale and not _is_mixed(table):
        message = f"scale={options.scale!r} needs numbers: put values in first, with at()"
        raise ArgumentError(message)
    may_fold = table.coarser is not None or len(table.lines) * SMALLEST.baseline <= HEIGHT
    fitter = Fitter(options, bounded=options.is_float and may_fold)
    forms = _forms(table, options, symbolic=symbolic)
    for folding, tries, hollow in _attempts(table, options, forms):
        found = (
            layout for given, dropped in tries for layout in fitter.fit(folding, given, dropped)
        )
        if hollow:  # as few formulas below as there can be
            layout = min(
                found, key=lambda layout: (len(layout.moved), layout.notes_height), default=None
            )
        else:
            layout = next((layout for layout in found if not layout.hollow), None)
        if layout is not None:
            return replace(layout, unfolded=len(table.rows))
    if fitter.tall and table.coarser is None:
        return fitter.tall[0]
    if fitter.tall:
        return min(fitter.tall, key=lambda layout: layout.height)
    metrics = any(column.kind == "ratio" for column in table.columns)
    fewer = f"fewer {'metrics' if metrics else 'columns'}"
    wider = "" if options.place == "page" else ', or fit="page"'
    message = f"the table does not fit {options.width:g} pt in any type size; choose {fewer}{wider}"
    raise ArgumentError(message)


def _attempts(
    table: Table, options: Options, forms: list[Form]
) -> Iterator[tuple[Table, list[Try], bool]]:
    """Yield a folding, what to try with it, and whether columns may be hollow; the best first."""
    rounds = list(_rounds(table, options, forms))
    for short in (False, True):
        for tries, hollow in rounds:
            foldings = _foldings(table, short=short) if options.is_float else iter([table])
            # the formulas of a few long rows are better found below than those of many short ones
            for folding in reversed(list(foldings)) if hollow else foldings:
                yield folding, tries, hollow


def _foldings(table: Table, *, short: bool) -> Iterator[Table]:
    """Yield a table and what it folds to, as long as there are rows; or those that are ``short`` of them."""
    folding: Table | None = table
    while folding is not None:
        is_short = folding is not table and len(folding.rows) < FEW
        if is_short and not short:
            return
        if is_short == short:
            yield folding
        folding = folding.folded


def _forms(table: Table, options: Options, *, symbolic: bool) -> list[Form]:
    if symbolic:
        forms = [
            Form(names=names, longest=longest, small=small)
            for names in ("rounded", "all")
            for small in (False, True)
            for longest in LONGEST
        ]
        forms.insert(0, Form())
        if _is_mixed(table):  # the numbers are scaled before the formulas beside them give way
            letters = [options.scale] if options.scale else ["each", "most"]
            scaled = [replace(form, scale=letter) for letter in letters for form in forms]
            forms = scaled if options.scale else [Form(), *scaled]
    elif options.scale:
        forms = [Form(options.scale), Form(options.scale, small=True)]
    else:
        small = [Form(scale, small=True) for scale in ("each", "most")]
        forms = [*map(Form, (None, "each", "most")), *small]
    prose = any(map(_is_prose, itertools.chain.from_iterable(table.rows)))
    return [replace(form, wrapped=True) for form in forms] if prose else forms


def _is_mixed(table: Table) -> bool:
    """Say whether numbers stand beside the formulas that they are the values of."""
    return any(column.is_put_in for column in table.columns)


def _is_prose(cell: object) -> bool:
    return isinstance(cell, str) and not isinstance(cell, Label) and len(cell) > PROSE


def _rounds(table: Table, options: Options, forms: list[Form]) -> Iterator[tuple[list[Try], bool]]:
    """Yield what is tried on every folding, the best first, and whether columns may be hollow."""
    bare = _bare(table, forms)
    wrapped = [replace(form, wrapped=True) for form in forms if form.small]
    narrow = _bare(table, wrapped)
    least = [replace(form, longest=LEAST) for form in wrapped]
    first, *others = _drops(table, options)
    *more, last = others or [first]
    final = [(forms, last), (bare, last), (wrapped, last), (least, last)]
    if options.place == "page":
        whole, fewer = [(forms, first), (bare, first)], [(forms, dropped) for dropped in more]
        fewer += [(bare, more[-1])] if more else []
        stays = [(kind, (more or [first])[-1]) for kind in (wrapped, least)]
        yield whole, False
        yield [(wrapped, first), (narrow, first)], False
        yield fewer, False
        yield [*whole, *fewer], True
        yield stays, False
        yield stays, True
        yield final, False
        yield final, True
    else:
        fewer = [*((forms, dropped) for dropped in more), *final]
        yield [(forms, first)], False
        yield fewer, False
        yield [(forms, first), *fewer], True


def _bare(table: Table, forms: list[Form]) -> list[Form]:
    """Return the forms without the kinds of layers, but of those with numbers for names.

    Under a heading that says where they are, numbers lose them too before a formula moves for that.
    """
    bare = [replace(form, bare=True) for form in forms]
    labels = [line.cells[0] for line in table.printed if line.inset]
    if not any(isinstance(one, Label) and one.bare.kind != one.short.kind for one in labels):
        return bare
    least = [form for form in bare if form.longest == max(LONGEST)]
    return [*least, *(replace(form, short=True) for form in bare)]


def _drops(table: Table, options: Options) -> Iterator[tuple[str, ...]]:
    """Yield what is left out: nothing, then one column more each time, but never all counts."""
    dropped: tuple[str, ...] = ()
    yield dropped
    if any(column.kind == "ratio" for column in table.columns):
        return  # every column of a comparison was asked for by name
    for metric in DISPENSABLE[options.place]:
        gone = tuple(column.key for column in table.columns if column.metric == metric)
        left = [c for c in table.columns if c.key not in (*dropped, *gone)]
        if gone and any(c.kind != "word" for c in left):
            dropped = (*dropped, *gone)
            yield dropped
    keys = [column.key for column in table.columns if column.key not in dropped]
    for key in reversed(keys):  # of what is there twice, the formulas
        if f"{key}{AT}" in keys:
            dropped = (*dropped, key)
            yield dropped


@dataclass
class Fitter:
    """Finds the first form that fits, and remembers those that are longer than a page."""

    options: Options
    bounded: bool  # by the height of a page
    tall: list[Layout] = field(default_factory=list)
    _kept: dict[tuple[int, tuple[str, ...]], Table] = field(default_factory=dict)
    _named: dict[tuple[int, str], Table | None] = field(default_factory=dict)
    _found: dict[tuple[int, Form, tuple[str, ...]], list[Layout]] = field(default_factory=dict)
    _known: Known = field(default_factory=Known)

    def fit(self, table: Table, forms: list[Form], dropped: tuple[str, ...]) -> Iterator[Layout]:
        """Yield what fits, form by form, the largest type first."""
        for form in forms:
            for layout in self.layouts(table, form, dropped):
                if not self.bounded or layout.height <= HEIGHT:
                    yield layout
                else:
                    self.tall.append(layout)

    def layouts(self, table: Table, form: Form, dropped: tuple[str, ...]) -> list[Layout]:
        """Return the layouts of a form that fit the line, the largest type first."""
        kept = self.keeping(table, dropped)
        chosen = self.named(kept, form.names, table)
        if chosen is None:
            return []
        form = form if chosen is not kept else replace(form, names="")
        key = (id(chosen), form, dropped)
        if key not in self._found:
            self._found[key] = self.fitting(chosen, form, dropped)
        return self._found[key]

    def fitting(self, table: Table, form: Form, dropped: tuple[str, ...]) -> list[Layout]:
        """Return the layouts that fit the line; the smallest type only where that is meant, or for the height."""
        if form.small:
            return self.wide(table, form, dropped, (SMALLEST,))
        wide = self.wide(table, form, dropped, LARGE)
        if wide and self.bounded:
            wide += self.wide(table, form, dropped, (SMALLEST,))
        return wide

    def wide(
        self, table: Table, form: Form, dropped: tuple[str, ...], sizes: tuple[Size, ...]
    ) -> list[Layout]:
        """Return the layouts that fit the line."""
        room = self.options.width
        layouts = (
            Layout(table, size, form, self.options, dropped, known=self._known) for size in sizes
        )
        return [layout for layout in layouts if layout.least <= room and layout.width <= room]

    def keeping(self, table: Table, dropped: tuple[str, ...]) -> Table:
        """Return a table without some columns."""
        key = (id(table), dropped)
        if key not in self._kept:
            keys = [column.key for column in table.columns if column.key not in dropped]
            self._kept[key] = table.keeping(keys)
        return self._kept[key]

    def named(self, table: Table, which: str, whole: Table) -> Table | None:
        """Return a table with names for sizes, or as it is; None for all sizes if only rounded ones have names."""
        key = (id(table), which)
        if not which:
            return table
        if key not in self._named:
            found = nameable(table, which, whole)
            more = which != "all" or len(found) > len(nameable(table, "rounded"))
            self._named[key] = with_names(table, found) if more else None
        return self._named[key]
