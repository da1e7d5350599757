r"""The renderer for LaTeX: a booktabs fragment for ``\input`` that fits its page.

The type size, the columns and the short forms are chosen by estimate, and a comment says what was
chosen; nothing is ever scaled by ``\resizebox``. The fragment needs booktabs alone unless more is asked for.
"""

from __future__ import annotations

import itertools
import re
import textwrap
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import sympy

from symflops.errors import ArgumentError, UnknownNameError
from symflops.tables.table import Column, Table, expression, formula, math, number
from symflops.tables.widths import BASELINES, SIZES, math_width, text_width
from symflops.units import fixed_digits

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDTHS = {"page": 345.0, "column": 235.0}  # points: article at 10 pt, and one of two columns
HEIGHT = 510.0  # points for rows, of the 550 of a page
PARTS = ("table", "table*", "tabular", "rows")
SCALES = {"K": 10**3, "M": 10**6, "G": 10**9}
NARROW = 12  # characters of a detail under a header before it is broken
GAP = 8.0  # points between two columns
TOTAL = r"\mathrm{total}"  # the index of a formula in the last line
LONGEST = 0.42  # of the line: a longer formula moves to the notes
DISPENSABLE = ("kind", "input", "output", "share", "adds", "mults", "activations")


@dataclass(frozen=True)
class Options:
    """What the caller asked for."""

    fit: str = "page"
    part: str = "table"
    caption: str | None = None
    label: str | None = None
    scale: str | None = None
    siunitx: bool = False
    longtable: bool = False

    def __post_init__(self) -> None:
        if self.fit not in WIDTHS:
            raise UnknownNameError("fit", str(self.fit), WIDTHS)
        if self.part not in PARTS:
            raise UnknownNameError("part", str(self.part), PARTS)
        if self.scale is not None and self.scale not in SCALES:
            raise UnknownNameError("scale", str(self.scale), SCALES)

    @property
    def width(self) -> float:
        """The width that there is, in points."""
        return WIDTHS["page"] if self.part == "table*" else WIDTHS[self.fit]


@dataclass(frozen=True)
class Layout:
    """A table with its type size and its cells as they are set."""

    table: Table
    size: str
    scale: str | None
    longest: float
    options: Options

    @cached_property
    def cells(self) -> list[list[str]]:
        """Return the cells of every line, the total last."""
        columns = self.table.columns
        return [
            [self.cell(c, v, i, line) for i, (c, v) in enumerate(zip(columns, row, strict=True))]
            for line, row in enumerate(self.table.lines)
        ]

    def cell(self, column: Column, value: Any, place: int, line: int) -> str:
        """Set one cell; a formula that is too long is named and moves to the notes."""
        if value is None:
            return ""
        if column.kind == "word":
            return escape(str(value))
        if column.kind == "shape":
            return ", ".join(self.shape(shape) for shape in value)
        found = expression(value)
        if found is None:
            return self.number(column, value)
        text = formula(self.table, found, "latex")
        return f"${self.name(place, line)}$" if self.too_long(text) else f"${text}$"

    def shape(self, shape: tuple[Any, ...]) -> str:
        """Set a shape as a product of sizes."""
        texts = (formula(self.table, size, "latex") for size in shape)
        sizes = (f"({t})" if s.is_Add else t for t, s in zip(texts, shape, strict=True))
        return "$" + r" \times ".join(sizes) + "$"

    def number(self, column: Column, value: Any) -> str:
        """Set a number, grouped or scaled."""
        if column.kind == "share":
            return number(value, "share").replace(" %", r"\,\%")
        if self.scale and sympy.Rational(value).is_Integer:
            return fixed_digits(sympy.Rational(value) / SCALES[self.scale])
        if self.options.siunitx:
            return str(value) if sympy.Rational(value).is_Integer else f"{{${value}$}}"
        return number(value, "count")

    def too_long(self, text: str) -> bool:
        """Say whether a formula would take too much of the line."""
        return math_width(text) * SIZES[self.size] > self.longest

    def name(self, place: int, line: int) -> str:
        """Name the formula of a cell: its column's letter with the line, or none for the total."""
        letter = {"params": "P", "macs": "M", "flops": "F"}.get(self.table.columns[place].key, "S")
        total = self.table.total is not None and line == len(self.table.rows)
        return f"{letter}_{{{TOTAL if total else line + 1}}}"

    @cached_property
    def where(self) -> list[tuple[str, str]]:
        """The names of formulas that moved to the notes, with the formulas."""
        return list(self._where())

    def _where(self) -> Iterator[tuple[str, str]]:
        for line, row in enumerate(self.table.lines):
            for place, value in enumerate(row):
                found = expression(value) if self.table.columns[place].kind != "shape" else None
                if found is not None and not isinstance(value, str | tuple):
                    text = formula(self.table, found, "latex")
                    if self.too_long(text):
                        yield self.name(place, line), text

    def headers(self) -> list[list[str]]:
        """Return the header lines: names first, then details, broken so that they stay narrow."""
        columns = []
        for column in self.table.columns:
            below = textwrap.wrap(f"({column.detail})", NARROW) if column.detail else []
            name = f"{column.header} ({scale})" if (scale := self.scaled(column)) else column.header
            columns.append(list(map(escape, [name, *below])))
        return [list(line) for line in itertools.zip_longest(*columns, fillvalue="")]

    def scaled(self, column: Column) -> str:
        """Return the letter that counts of a column are scaled by, if they are."""
        return self.scale or "" if column.kind == "count" else ""

    @cached_property
    def width(self) -> float:
        """The width of the table, by estimate."""
        lines = [*self.headers(), *self.cells]
        columns = zip(*lines, strict=True)
        inside = sum(max(map(_cell_width, column)) for column in columns) * SIZES[self.size]
        return inside * 1.02 + GAP * (len(self.table.columns) - 1)

    @cached_property
    def height(self) -> float:
        """The height of the table, by estimate."""
        lines = len(self.table.lines) + len(self.headers())
        return lines * BASELINES[self.size] + 12 + self.notes_height

    @property
    def notes_height(self) -> float:
        """The height of the notes, by estimate."""
        width = sum(_cell_width(note) + 10 for note in self.notes()) * SIZES["footnotesize"]
        return (width / self.options.width + len(self.notes())) * BASELINES["footnotesize"] * 1.1

    def notes(self) -> list[str]:
        """Return the notes, the moved formulas last."""
        notes = ["".join(self.words(part) for part in note) for note in self.table.notes]
        moved = [f"${name} = {text}$" for name, text in self.where]
        return [*notes, *(["where " + ", ".join(moved) + "."] if moved else [])]

    def words(self, part: Any) -> str:
        """Set a part of a note."""
        text = math(self.table, part, "latex")
        return escape(str(part)) if text is None else f"${text}$"

    @property
    def fits(self) -> bool:
        """Whether the table fits its line and its page."""
        return self.width <= self.options.width and (
            self.options.longtable or self.height <= HEIGHT
        )


def render(table: Table, options: Options) -> str:
    """Return the table as LaTeX, in the first layout that fits."""
    layout, said = choose(table, options)
    if not options.longtable and layout.height > HEIGHT and options.part.startswith("table"):
        options = replace(options, longtable=True)
        layout = replace(layout, options=options)
        said = [*said, "longer than a page, so a longtable"]
    packages = ["booktabs", *_more_packages(options)]
    first = "% needs " + " ".join(f"\\usepackage{{{package}}}" for package in packages)
    comments = [first, f"% set for {options.width:g} pt: {', '.join(said)}"]
    body = _longtable(layout) if options.longtable else _part(layout)
    return "\n".join([*comments, *body]) + "\n"


def _more_packages(options: Options) -> list[str]:
    return [name for name in ("longtable", "siunitx") if getattr(options, name)]


def choose(table: Table, options: Options) -> tuple[Layout, list[str]]:
    """Return the first layout that fits, and what it gave up, in words.

    Type shrinks first, then counts are scaled, then columns go.
    """
    present = [key for key in DISPENSABLE if key in {c.key for c in table.columns}]
    scales = [options.scale] if options.scale or options.siunitx else [None, "M"]
    if any(map(_symbolic, table.lines)):
        if options.scale:
            message = f"scale={options.scale!r} needs numbers: put values in first, with at()"
            raise ArgumentError(message)
        scales = [None]
    for dropped in range(len(present) + 1):
        gone = present[:dropped]
        kept = table.keeping([c.key for c in table.columns if c.key not in gone])
        for scale in scales:
            for size in SIZES:
                layout = Layout(kept, size, scale, LONGEST * options.width, options)
                if layout.width <= options.width and (layout.fits or size == "scriptsize"):
                    said = [f"\\{size}"]
                    said += [f"counts in {scale}"] if scale else []
                    said += [f"without the column {', '.join(gone)}"] if gone else []
                    said += ["long formulas below"] if layout.where else []
                    return layout, said
    message = (
        f"the table does not fit {options.width:g} pt in any type size; choose fewer columns with "
        'columns=, or fit="page"'
    )
    raise ArgumentError(message)


def _symbolic(row: tuple[Any, ...]) -> bool:
    return any(expression(cell) is not None for cell in row)


def _part(layout: Layout) -> list[str]:
    options = layout.options
    rows = _rows(layout)
    if options.part == "rows":
        return rows
    tabular = [
        f"\\begin{{tabular}}{{@{{}}{_specification(layout)}@{{}}}}",
        r"\toprule",
        *_header(layout),
        r"\midrule",
        *rows,
        r"\bottomrule",
        r"\end{tabular}",
    ]
    tabular = [f"\\{layout.size}", f"\\setlength{{\\tabcolsep}}{{{GAP / 2:g}pt}}%", *tabular]
    if options.part == "tabular":
        return [r"\begingroup", *tabular, r"\endgroup"]
    return [
        f"\\begin{{{options.part}}}[tbp]",
        r"\centering",
        *_caption(options),
        *tabular,
        *_notes(layout),
        f"\\end{{{options.part}}}",
    ]


def _longtable(layout: Layout) -> list[str]:
    caption = _caption(layout.options)
    top = [r"\toprule", *_header(layout), r"\midrule"]
    return [
        r"\begingroup",
        f"\\{layout.size}",
        f"\\setlength{{\\tabcolsep}}{{{GAP / 2:g}pt}}%",
        f"\\begin{{longtable}}{{@{{}}{_specification(layout)}@{{}}}}",
        *([*caption[:-1], caption[-1] + r" \\"] if caption else []),
        *top,
        r"\endfirsthead",
        *top,
        r"\endhead",
        *_rows(layout),
        r"\bottomrule",
        r"\end{longtable}",
        *_notes(layout),
        r"\endgroup",
    ]


def _specification(layout: Layout) -> str:
    return "".join(
        map(_letter, [layout] * len(layout.table.columns), range(len(layout.table.columns)))
    )


def _letter(layout: Layout, place: int) -> str:
    column = layout.table.columns[place]
    if column.kind in ("word", "shape"):
        return "l"
    if not layout.options.siunitx or column.kind == "share":
        return "r"
    cells = [row[place] for row in layout.cells]
    whole = max(
        (len(c.partition(".")[0]) for c in cells if not c.startswith(("{", "$"))), default=1
    )
    part = max((len(c.partition(".")[2]) for c in cells if not c.startswith(("{", "$"))), default=0)
    decimals = f"{whole}.{part}" if part else str(whole)
    return f"S[table-format={decimals},group-separator={{,}},group-minimum-digits=4]"


def _header(layout: Layout) -> list[str]:
    lines = []
    for header in layout.headers():
        cells = [
            text
            if column.kind in ("word", "shape")
            else f"{{{text}}}"
            if layout.options.siunitx
            else text
            for column, text in zip(layout.table.columns, header, strict=True)
        ]
        lines.append(f"{' & '.join(cells)} \\\\")
    return lines


def _rows(layout: Layout) -> list[str]:
    lines = []
    for i, row in enumerate(layout.cells):
        if layout.table.total is not None and i == len(layout.table.rows):
            lines.append(r"\midrule")
        braced = [f"{{{c}}}" if layout.options.siunitx and c.startswith("$") else c for c in row]
        lines.append(f"{' & '.join(braced)} \\\\")
    return lines


def _caption(options: Options) -> list[str]:
    lines = [] if options.caption is None else [f"\\caption{{{escape(options.caption)}}}"]
    if options.label is not None:
        if not lines:
            message = f"the label {options.label!r} needs a caption to refer to"
            raise ArgumentError(message)
        lines[0] += f"\\label{{{_label(options.label)}}}"
    return lines


def _label(label: str) -> str:
    if any(c in label for c in "\\{}%#$&~^ ") or not label.isascii():
        message = f"{label!r} is not a label: use letters, digits, ':', '-', '.' and '_'"
        raise ArgumentError(message)
    return label


def _notes(layout: Layout) -> list[str]:
    notes = layout.notes()
    if not notes:
        return []
    return [
        r"\par\smallskip",
        f"\\begin{{minipage}}{{{layout.options.width:g}pt}}\\footnotesize\\raggedright",
        *(f"{note}\\par" for note in notes),
        r"\end{minipage}",
    ]


def _cell_width(cell: str) -> float:
    pieces = cell.split("$")
    words = sum(text_width(piece) for piece in pieces[::2])
    return words + sum(math_width(piece) for piece in pieces[1::2])


SPECIAL = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"$<$",
    ">": r"$>$",
    "|": r"$|$",
    '"': "''",
    "–": "--",
    "×": r"$\times$",
    "·": r"$\cdot$",
    "≥": r"$\geq$",
    "≤": r"$\leq$",
    "−": "$-$",
    "⌊": r"$\lfloor$",
    "⌋": r"$\rfloor$",
    "“": "``",
    "”": "''",
    "’": "'",
    "²": "$^2$",
    "³": "$^3$",
}


def escape(text: str) -> str:
    """Escape text for LaTeX.

    Raises:
        ArgumentError: a character that pdfLaTeX cannot set.
    """
    text = re.sub(r"\s", " ", text)
    for char in text:
        if not char.isascii() and char not in SPECIAL:
            message = (
                f"{char!r} in {text!r} cannot be set by pdflatex; write it in LaTeX's own letters"
            )
            raise ArgumentError(message)
    return "".join(SPECIAL.get(char, char) for char in text)
