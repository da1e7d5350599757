"""A table before it is rendered: columns, rows of plain values, a total, and notes.

Cells hold what they mean (a word, a count, a share, a shape), never how they look; each renderer sets
them in its own way.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Self

import sympy

from symflops.errors import SymflopsError
from symflops.tables.sections import Mark, Section, lettered, printed
from symflops.typeset.writer import Medium, Order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import pandas as pd

    from symflops.tables.sections import Printed

Kind = Literal["word", "count", "ratio", "share", "shape"]
AT = "_at"  # behind the key of a column with values put in
LEFT = ("word", "shape")  # kinds of columns that are set from the left
#: A note: words, expressions and relations, set one behind the other.
Note = tuple[Any, ...]


def listed(parts: Iterable[Any]) -> Note:
    """Return the parts of a note with commas between them."""
    return tuple(piece for part in parts for piece in (", ", part))[1:]


#: How often a layer is there; of a mixture's experts, how many of how many are applied.
Times = Any  # an expression, or two


class Label(str):
    """What stands in the first column: a path, the kind of layer there, how often it is repeated, and its notes."""

    __slots__ = ("kind", "notes", "path", "times")
    path: str
    kind: str
    times: tuple[Times, ...]
    notes: tuple[Note, ...]

    def __new__(
        cls,
        path: str,
        kind: str = "",
        times: tuple[Times, ...] = (),
        notes: tuple[Note, ...] = (),
    ) -> Self:
        """Return the label; as a string it is its own plain text."""
        label = super().__new__(cls, "".join(map(_plain, _label_parts(path, kind, times))))
        label.path, label.kind, label.times, label.notes = path, kind, times, notes
        return label

    @property
    def bare(self) -> Self:
        """The label without the kind of layer, unless its path has numbers alone, which do not say what it is."""
        return self.short if any(map(str.isalpha, self.path)) else self

    @property
    def short(self) -> Self:
        """The label without the kind of layer, unless it has no path."""
        return type(self)(self.path, "", self.times, self.notes) if self.path else self

    def noting(self, *notes: Note) -> Self:
        """Return the label with more notes."""
        return type(self)(self.path, self.kind, self.times, (*self.notes, *notes))

    @property
    def parts(self) -> Note:
        """The label as words and numbers of repetitions, as a note has them."""
        return _label_parts(self.path, self.kind, self.times)


def _label_parts(path: str, kind: str, times: tuple[Times, ...]) -> Note:
    counts: list[Any] = []
    for n in times:
        counts += [" × ", n[0], " of ", n[1]] if isinstance(n, tuple) else [" × ", n]
    return (" ".join(filter(None, (path, kind))), *counts)


def _plain(part: Any) -> str:
    return f"({part})" if isinstance(part, sympy.Add) else str(part)


@dataclass(frozen=True)
class Column:
    """A column: its key, what stands over it, a second line there, and what its cells are.

    Neighbours of one ``group`` stand under it. ``values`` stand in place of the header where it is
    mathematics. ``notes`` belong to the header, ``group_notes`` to the group.
    """

    key: str
    header: str
    kind: Kind = "count"
    detail: str = ""
    group: str = ""
    values: Note = ()
    notes: tuple[Note, ...] = ()
    group_notes: tuple[Note, ...] = ()

    @property
    def parts(self) -> Note:
        """The header as the parts of a note."""
        return self.values or (self.header,)

    @property
    def flat(self) -> Note:
        """The header on one line, with its group: FLOPs (2 per MAC), MACs (H = W = 224)."""
        if not self.group:
            return self.stacked
        detail = (self.detail,) if self.detail else ()
        # what stands in parentheses already goes into the same
        start = f"{self.group[:-1]}, " if self.group.endswith(")") else f"{self.group} ("
        return (start, *self.parts, *(f", {text}" for text in detail), ")")

    @property
    def stacked(self) -> Note:
        """The header on one line, without its group."""
        return (*self.parts, *((f" ({self.detail})",) if self.detail else ()))

    @property
    def title(self) -> str:
        """The header on one line, as plain text."""
        return "".join(map(_plain, self.flat))

    @property
    def metric(self) -> str:
        """The metric that the column is of: flops of flops@2mac and of flops_at."""
        return self.key.partition("@")[0].removesuffix(AT)

    @property
    def is_put_in(self) -> bool:
        """Whether the column holds the numbers beside a column of formulas."""
        return self.key.endswith(AT)


def groups(columns: Sequence[Column]) -> list[tuple[str, list[Column]]]:
    """Return runs of neighbours under one group, with what stands over them; nothing over the others."""
    runs = itertools.groupby(columns, key=lambda column: column.group)
    return [(group, list(run)) for group, run in runs]


@dataclass(frozen=True, repr=False)
class Table:
    """A table of costs; ``to_text``, ``to_markdown``, ``to_html``, ``to_latex``, ``to_csv``, ``to_json``."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    total: tuple[Any, ...] | None = None
    notes: tuple[Note, ...] = ()
    order: tuple[sympy.Expr, ...] = ()
    #: The table with its innermost layers folded, for a page that is too short for this one.
    coarser: Callable[[], Table] | None = field(default=None, compare=False)
    #: The formulas and the sizes that were written already, also for tables made of this one.
    written: dict[tuple[sympy.Expr, Medium], str] = field(default_factory=dict, compare=False)
    sizes: dict[tuple[sympy.Expr, Medium], str] = field(default_factory=dict, compare=False)
    #: Rows that stand together under a heading, with their subtotals.
    sections: tuple[Section, ...] = ()

    @cached_property
    def printed(self) -> tuple[Printed, ...]:
        """Everything from the first row to the total, with the headings and subtotals of sections."""
        return tuple(printed(self.rows, self.sections, self.total))

    @cached_property
    def lines(self) -> tuple[tuple[Any, ...], ...]:
        """The rows with the subtotals of sections, and the total as the last of them."""
        return tuple(line.cells for line in self.printed if line.role != "heading")

    @cached_property
    def footnotes(self) -> dict[Note, str]:
        """The notes that belong to a header or a label, each with the letter that marks it."""
        groups = (note for column in self.columns for note in column.group_notes)
        headers = (note for column in self.columns for note in column.notes)
        cells = (cell for line in self.printed for cell in line.cells)
        labels = (note for cell in cells if isinstance(cell, Label) for note in cell.notes)
        return lettered((*groups, *headers, *labels))

    @property
    def below(self) -> tuple[Note, ...]:
        """What stands under the table: the notes that have marks, then those of the whole table."""
        marked = ((Mark(letter), " ", *note) for note, letter in self.footnotes.items())
        return (*marked, *self.notes)

    def marked(self, parts: Note, notes: tuple[Note, ...]) -> Note:
        """Return a header or a label with the marks of its notes."""
        letters = ",".join(self.footnotes[note] for note in notes)
        return (*parts, Mark(letters)) if letters else parts

    def stack(self, column: Column) -> tuple[Note, Note]:
        """Return a header on two lines, with its marks: its group above, or its detail below."""
        if column.group:
            above = self.marked((column.group,), column.group_notes)
            return above, self.marked(column.stacked, column.notes)
        detail = (f"({column.detail})",) if column.detail else ()
        return self.marked(column.parts, column.notes), detail

    def header(self, column: Column) -> Note:
        """Return a header on one line, with its marks."""
        return self.marked(column.flat, (*column.group_notes, *column.notes))

    @cached_property
    def ranks(self) -> Order:
        """The order of factors in formulas."""
        return Order(self.order)

    @cached_property
    def folded(self) -> Table | None:
        """The table with fewer rows, if there is one."""
        if self.coarser is None:
            return None
        return replace(self.coarser(), written=self.written, sizes=self.sizes)

    @cached_property
    def shortened(self) -> Table:
        """The table as it is read: a letter in place of what formulas write again and again."""
        from symflops.tables.shorthand import with_minima  # noqa: PLC0415

        return with_minima(self)

    def keeping(self, keys: Sequence[str]) -> Table:
        """Return the table with these columns alone."""
        kept = [i for i, column in enumerate(self.columns) if column.key in keys]
        columns = tuple(self.columns[i] for i in kept)
        return replace(self.with_cells(lambda row: tuple(row[i] for i in kept)), columns=columns)

    def with_cells(self, change: Callable[[tuple[Any, ...]], tuple[Any, ...]]) -> Table:
        """Return the table with every line changed in the same way: rows, subtotals and the total."""
        return replace(
            self,
            rows=tuple(map(change, self.rows)),
            sections=tuple(section.with_cells(change) for section in self.sections),
            total=None if self.total is None else change(self.total),
        )

    def to_text(self, width: int | None = None) -> str:
        """Return the table as aligned text; in ``width`` places, what is least needed gives way, and that is said.

        Without a width nothing is left out; a table wider than 120 places has its long formulas below.

        Raises:
            ArgumentError: a width that is no whole number, or less than 12.
        """
        from symflops.tables.text import render  # noqa: PLC0415 - each renderer when it is asked for

        return render(self.shortened, width)

    def to_markdown(self) -> str:
        """Return the table in Markdown, formulas between dollars."""
        from symflops.tables.markdown import render  # noqa: PLC0415

        return render(self.shortened)

    def to_html(self) -> str:
        """Return the table as an HTML fragment, formulas as MathML."""
        from symflops.tables.html import render  # noqa: PLC0415

        return render(self.shortened)

    def to_csv(self) -> str:
        """Return the table as comma-separated values, nothing rounded or grouped.

        A cell is exactly its text, for programs; a spreadsheet may take one that begins with ``=`` for a formula.
        """
        from symflops.tables.records import to_csv  # noqa: PLC0415

        return to_csv(self)

    def to_json(self) -> str:
        """Return the table as JSON: numbers as numbers, formulas as text."""
        from symflops.tables.records import to_json  # noqa: PLC0415

        return to_json(self)

    def to_dataframe(self) -> pd.DataFrame:
        """Return the table as a pandas frame of exact objects (needs the extra ``frames``)."""
        from symflops.tables.records import to_dataframe  # noqa: PLC0415

        return to_dataframe(self)

    def to_latex(
        self,
        *,
        fit: str | float = "page",
        part: str = "table",
        caption: str | None = None,
        label: str | None = None,
        scale: str | None = None,
        siunitx: bool = False,
        longtable: bool = False,
        engine: str = "pdflatex",
    ) -> str:
        r"""Return a LaTeX fragment for ``\input``; its first line names the packages it needs.

        ``fit="page"`` (345 pt), ``"column"`` (235 pt) or a width in points chooses type size, columns and short
        forms, and says so in a comment. ``part`` is ``"table"``, ``"table*"`` (with ``fit="column"`` across both columns,
        487 pt), ``"tabular"`` or ``"rows"``, for a tabular of one's own, where ``\csname @@input\endcsname`` reads
        them; ``scale`` writes counts in ``"K"``, ``"M"`` or ``"G"``. ``engine`` ``"xelatex"`` or ``"lualatex"`` takes
        Chinese words, for the package ctex.

        Raises:
            UnknownNameError: a fit, part, scale or engine that is not there.
            ArgumentError: a table that fits in no way, or a character that the engine cannot set.
        """
        from symflops.tables.latex import render  # noqa: PLC0415
        from symflops.tables.options import Options  # noqa: PLC0415

        options = Options(fit, part, caption, label, scale, siunitx, longtable, engine)
        return render(self.shortened, options)

    def __repr__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str:
        return self.to_html()

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def _repr_latex_(self) -> str | None:
        try:
            return self.to_latex(part="tabular")
        except SymflopsError:  # Jupyter shows another form of what LaTeX cannot set
            return None
