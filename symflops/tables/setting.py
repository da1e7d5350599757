"""What is set in the cells of a table and below it, in LaTeX: short forms, and formulas that move to the notes."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from symflops.tables.cells import expression, formula, number, size, words
from symflops.tables.numerals import numeral, scales
from symflops.tables.shorthand import moved
from symflops.tables.table import LEFT, Label
from symflops.tables.widths import math_width, widths_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sympy

    from symflops.tables.numerals import Scales
    from symflops.tables.options import Options
    from symflops.tables.table import Column, Table
    from symflops.tables.widths import Size, Width

TIMES = r" \times "
INSETS = {"inside": r"\quad {}", "subtotal": r"\quad \textit{{{}}}"}  # what stands under a heading
SIGN, TIED = r"$\times$ $", r"$\times$~$"
LONGEST = (0.42, 0.28, 0.2)  # of the line: longer formulas move to the notes


@dataclass(frozen=True)
class Form:
    """What a layout gives up for the sake of width."""

    scale: str | None = None  # a letter of SCALES, "each" or "most"
    names: str = ""  # H_1 for "rounded" sizes, or for "all" that are sums
    longest: float = LONGEST[0]  # of the line: a longer formula moves to the notes
    small: bool = False
    bare: bool = False  # layers without their kinds, but those with numbers for names
    short: bool = False  # those as well
    wrapped: bool = False  # layers on several lines


class Body(NamedTuple):
    """The cells of every line, the total last, and the widths that are there in each column."""

    cells: list[list[str]]
    widths: list[set[Width]]


@dataclass
class Known:
    """What was found for other layouts of the same tables, many of which differ in their type size alone."""

    scales: dict[tuple[int, str | None], Scales] = field(default_factory=dict)
    bodies: dict[tuple[Any, ...], Body] = field(default_factory=dict)


@dataclass(frozen=True)
class Setting:
    """A table with its cells and notes as they are set."""

    table: Table
    size: Size
    form: Form
    options: Options
    known: Known = field(default_factory=Known, compare=False, repr=False, kw_only=True)

    # cells

    @property
    def cells(self) -> list[list[str]]:
        """The cells of every line, the total last."""
        return self.body.cells

    @cached_property
    def body(self) -> Body:
        """The cells and their widths, set once for all type sizes."""
        form = self.form
        key = (id(self.table), form.scale, form.bare, form.short, tuple(self.moved.items()))
        if key not in self.known.bodies:
            cells, siunitx = self._cells(), self.options.siunitx
            columns = zip(self.table.columns, zip(*cells, strict=True), strict=True)
            widths = [
                widths_of(c, aligned=siunitx and column.kind not in LEFT) for column, c in columns
            ]
            self.known.bodies[key] = Body(cells, widths)
        return self.known.bodies[key]

    def _cells(self) -> list[list[str]]:
        columns = self.table.columns
        lines = [line for line in self.table.printed if line.role != "heading"]
        cells = [
            [self.cell(column, value) for column, value in zip(columns, line.cells, strict=True)]
            for line in lines
        ]
        return [
            [INSETS[line.role].format(row[0]), *row[1:]] if line.inset else row
            for line, row in zip(lines, cells, strict=True)
        ]

    @cached_property
    def headings(self) -> dict[int, str]:
        """The headings of sections by the lines that they stand over, each a cell across all columns."""
        found, place = {}, 0
        for line in self.table.printed:
            if line.role == "heading":
                found[place] = rf"\textit{{{self.words(line.cells[0])}}}"
            else:
                place += 1
        return found

    def cell(self, column: Column, value: Any) -> str:
        """Set one cell."""
        if value is None:
            return ""
        if column.kind == "word":
            return self.words(self.label(value) if isinstance(value, Label) else value)
        if column.kind == "shape":
            return ", ".join(self.shape(shape) for shape in value)
        found = expression(value)
        if found is None:
            return self.number(column, value)
        return f"${self.name(found) if found in self.moved else self.formula(found)}$"

    def label(self, value: Label) -> Label:
        """Return what a line is called, with the kind of its layer or without."""
        return value.short if self.form.short else value.bare if self.form.bare else value

    def formula(self, expr: sympy.Expr) -> str:
        """Set a formula."""
        return formula(self.table, expr, "inline")

    def words(self, value: Any) -> str:
        """Set a label, or a note; no line ends between a sign of repetition and its number."""
        escape = self.options.escape
        return words(self.table, value, "inline", escape, "${}$").replace(SIGN, TIED)

    def shape(self, shape: tuple[Any, ...]) -> str:
        """Set a shape as a product of sizes."""
        sizes = (size(self.table, length, "inline") for length in shape)
        return f"${TIMES.join(sizes)}$"

    def number(self, column: Column, value: Any) -> str:
        """Set a number, grouped or scaled; a share goes without its sign."""
        letter, places = self.scales.get(column.key, ("", 0))
        return numeral(value, column.kind, letter, places, self.options.siunitx)

    @property
    def scales(self) -> Scales:
        """The letter and the decimal places of every column of counts."""
        key = (id(self.table), self.form.scale)
        if key not in self.known.scales:
            self.known.scales[key] = scales(self.table, self.form.scale)
        return self.known.scales[key]

    # formulas that moved

    @cached_property
    def moved(self) -> dict[sympy.Expr, tuple[str, str]]:
        """The formulas that move to the notes, with letter and index."""
        longest = self.form.longest * self.options.width

        def too_long(expr: sympy.Expr) -> bool:
            return math_width(self.formula(expr)).at(self.size) > longest

        return moved(self.table, too_long)

    def name(self, expr: sympy.Expr) -> str:
        """Set the name of a formula that moved."""
        letter, below = self.moved[expr]
        below = below if below.isdigit() else f"\\mathrm{{{below}}}"
        return f"\\mathcal{{{letter}}}_{{{below}}}"

    # notes

    @cached_property
    def notes(self) -> list[str]:
        """Return the notes: exact totals where counts are scaled first, the moved formulas last."""
        return [*self.remarks, *self.definitions]

    @property
    def remarks(self) -> list[str]:
        """Return what is said of the table: exact totals where counts are scaled, and its notes."""
        count = len(self.table.below) - bool(self.form.names)
        marked = len(self.table.footnotes)
        notes = list(map(self.words, self.table.below[:count]))
        return [*notes[:marked], *self._exact_totals(), *notes[marked:]]

    @cached_property
    def definitions(self) -> list[str]:
        """Return what the names in the cells stand for: sizes, and the formulas that moved."""
        names = self.table.notes[-1:] if self.form.names else ()
        moved = [(self.name(found), self.formula(found)) for found in self.moved]
        formulas = (f"${name} = \\nobreak {text}$" for name, text in moved)
        return [*map(self.words, names), *formulas]

    def _exact_totals(self) -> Iterator[str]:
        if self.table.total is None:
            return
        columns = zip(self.table.columns, self.table.total, strict=True)
        exact = [
            f"{number(value, 'count')} {self.words(column.flat if column.group else column.header)}"
            for column, value in columns
            if self.scales.get(column.key, ("", 0))[0] and value is not None
        ]
        if exact:
            yield f"Exact totals: {', '.join(exact)}."

    @property
    def hollow(self) -> bool:
        """Whether a column has lost most of its formulas to the notes."""
        for i, column in enumerate(self.table.columns):
            cells = [row[i] for row in self.table.rows if column.kind == "count"]
            formulas = [found for cell in cells if (found := expression(cell)) is not None]
            if 2 * sum(found in self.moved for found in formulas) > len(formulas):
                return True
        return False
