r"""The renderer for LaTeX: a booktabs fragment for ``\input`` that fits its page.

Its first line names the packages it needs (booktabs alone unless more is asked for), its second what was
chosen to make it fit; nothing is ever scaled by ``\resizebox``. A table that is longer than a page goes on
in a second float.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from symflops.tables.escape import is_chinese, label
from symflops.tables.fitting import choose
from symflops.tables.layout import HEIGHT, Layout
from symflops.tables.table import LEFT
from symflops.tables.widths import digits, is_number
from symflops.typeset.declared import needing, packages

if TYPE_CHECKING:
    from symflops.tables.options import Options
    from symflops.tables.table import Column, Table

SISETUP = (
    r"\sisetup{group-separator={,},group-digits=integer,group-minimum-digits=4,"
    r"table-text-alignment=right,table-number-alignment=right}%"
)


def render(table: Table, options: Options) -> str:
    """Return the table as LaTeX, in the first layout that fits."""
    layout = choose(table, options)
    body, said = _body(layout)
    names = ["booktabs"]
    names += [name for name in ("longtable", "siunitx") if getattr(options, name)]
    names += packages("".join(body))  # for the LaTeX of symbols
    needs = needing(names, chinese=any(map(is_chinese, "".join(body))))
    chosen = ", ".join([*layout.said, *said])
    return "\n".join([needs, f"% set for {options.width:g} pt: {chosen}", *body, ""])


#: Behind a file that \input reads a row has begun already, and no rule can follow.
IN_A_TABULAR = r"read by \csname @@input\endcsname in a tabular, not by \input"


def _body(layout: Layout) -> tuple[list[str], list[str]]:
    """Return the fragment, and what more there is to say about it."""
    options = layout.options
    if options.longtable:
        return _longtable(layout), []
    rows = _rows(layout)
    if options.part == "rows":
        keys = ", ".join(column.key for column in layout.table.columns)
        return [*map(_comment, layout.notes), *rows], [f"columns {keys}", IN_A_TABULAR]
    if options.part == "tabular":
        body = [r"\begingroup\noindent", *_type(layout), *_tabular(layout, rows), *_defined(layout)]
        return [*map(_comment, layout.remarks), *body, r"\endgroup"], []
    floats = _floats(layout, rows)
    pages = [f"on {len(floats)} pages"] if len(floats) > 1 else []
    return [line for lines in floats for line in lines], pages


def _floats(layout: Layout, rows: list[str]) -> list[list[str]]:
    """Return one float, or as many as the rows need; the notes stand under the last."""
    part, floats = layout.options.part, []
    pieces = _pieces(layout, rows)
    for i, piece in enumerate(pieces):
        more = i < len(pieces) - 1
        head = _titled(layout) if i == 0 else _continued(layout)
        below = [] if more else _notes(layout, layout.notes)
        tabular = _tabular(layout, piece)
        if below and not layout.is_narrow:  # the notes are as wide as the table, to the point
            tabular = [r"\sbox0{%", *tabular[:-1], f"{tabular[-1]}}}%", r"\usebox0"]
        floats.append(
            [
                f"\\begin{{{part}}}[tbp]",
                r"\centering",
                *head,
                *_type(layout),
                *tabular,
                *below,
                f"\\end{{{part}}}",
            ]
        )
    return floats


def _pieces(layout: Layout, rows: list[str]) -> list[list[str]]:
    """Cut the rows so that each piece fits a page; the total is never alone with the notes."""
    if layout.height <= HEIGHT:
        return [rows]
    pieces: list[list[str]] = [[]]
    room = free = HEIGHT - layout.around
    left = sum(layout.heights) + layout.notes_height
    for i, (row, height) in enumerate(zip(rows, layout.heights, strict=True)):
        last_two = len(rows) - i == 2  # noqa: PLR2004 - the total and the row before it
        if pieces[-1] and (height > free or (last_two and left > free)):
            pieces.append([])
            free = room
        pieces[-1].append(row)
        free, left = free - height, left - height
    return pieces


def _caption(layout: Layout) -> list[str]:
    options = layout.options
    if options.caption is None:
        return []
    name = "" if options.label is None else f"\\label{{{label(options.label)}}}"
    return [f"\\caption{{{options.escape(options.caption)}}}{name}"]


def _titled(layout: Layout) -> list[str]:
    """Return the caption with a little space below it, which not every class leaves."""
    return [f"{line}\\smallskip" for line in _caption(layout)]


def _continued(layout: Layout) -> list[str]:
    if layout.options.caption is None:
        return []
    return [r"\tablename~\thetable\ (continued)\par\medskip"]


def _type(layout: Layout) -> list[str]:
    siunitx = [SISETUP] if layout.options.siunitx else []
    return [
        f"\\{layout.size.name}",
        f"\\setlength{{\\tabcolsep}}{{{layout.gap / 2:g}pt}}%",
        *siunitx,
    ]


def _tabular(layout: Layout, rows: list[str]) -> list[str]:
    return [
        f"\\begin{{tabular}}{{@{{}}{_specification(layout)}@{{}}}}",
        r"\toprule",
        *_header(layout),
        r"\midrule",
        *rows,
        r"\bottomrule",
        r"\end{tabular}",
    ]


def _longtable(layout: Layout) -> list[str]:
    caption = _caption(layout)
    top = [r"\toprule", *_header(layout), r"\midrule"]
    return [
        r"\begingroup",
        *_type(layout),
        f"\\begin{{longtable}}{{@{{}}{_specification(layout)}@{{}}}}",
        *(f"{line} \\\\" for line in caption),
        *top,
        r"\endfirsthead",
        *top,
        r"\endhead",
        *_rows(layout),
        r"\bottomrule",
        r"\end{longtable}",
        *(["{\\centering", *_notes(layout, layout.notes)[1:], r"\par}"] if layout.notes else []),
        r"\endgroup",
    ]


def _specification(layout: Layout) -> str:
    return "".join(_letter(layout, i, column) for i, column in enumerate(layout.table.columns))


def _letter(layout: Layout, place: int, column: Column) -> str:
    if place == layout.wrapped:
        return f"p{{{layout.columns[place]:.0f}pt}}"
    if column.kind in LEFT:
        return "l"
    if not layout.options.siunitx:
        return "r"
    numbers = digits(row[place] for row in layout.cells if is_number(row[place]))
    return f"S[table-format={numbers.format}]"


def _header(layout: Layout) -> list[str]:
    """Return the header, where columns stand under groups with these and a rule under each over it."""
    lines = [_line(layout, header) for header in layout.headers]
    if not layout.groups:
        return lines
    rows: list[list[str]] = [[] for _ in range(max(len(over) for over, _ in layout.groups))]
    rules, start = [], 0
    for over, count in layout.groups:
        start += count
        if not over:
            for row in rows:
                row.extend([""] * count)
            continue
        above = [""] * (len(rows) - len(over))  # the rule is right below
        # the table has no space at its sides, nor a rule anything there to be shorter by
        first, last = start == count, start == len(layout.columns)
        centred = f"{'@{}' if first else ''}c{'@{}' if last else ''}"
        for row, text in zip(rows, [*above, *over], strict=True):
            row.append(f"\\multicolumn{{{count}}}{{{centred}}}{{{text}}}")
        sides = f"{'' if first else 'l'}{'' if last else 'r'}"
        rules.append(f"\\cmidrule({sides}){{{start - count + 1}-{start}}}")
    return [*(f"{' & '.join(row)} \\\\" for row in rows), "".join(rules), *lines]


def _rows(layout: Layout) -> list[str]:
    """Return the rows; a heading comes with its first row, the total with the rule over it."""
    rows = [_line(layout, row) for row in layout.lines]
    for place in layout.reopened:
        rows[place] = f"\\addlinespace\n{rows[place]}"
    for place, heading in layout.headings.items():
        across = f"\\multicolumn{{{len(layout.columns)}}}{{@{{}}l@{{}}}}{{{heading}}} \\\\"
        space = ["\\addlinespace"] if place else []
        rows[place] = "\n".join([*space, across, rows[place]])
    if layout.table.total is not None:
        rows[-1] = f"\\midrule\n{rows[-1]}"
    return rows


def _line(layout: Layout, cells: list[str]) -> str:
    """Join cells; in a column of siunitx everything that is no number stands in braces."""
    if layout.options.siunitx:
        cells = [
            f"{{{cell}}}" if column.kind not in LEFT and cell and not is_number(cell) else cell
            for column, cell in zip(layout.table.columns, cells, strict=True)
        ]
    # \\ and \midrule would take a star or a bracket behind them for their own
    start = "{}" if cells[0][:1] in ("*", "[") else ""
    # \raggedright, in a column whose cells take several lines, has a \\ of its own
    end = r"\tabularnewline" if layout.wrapped == len(cells) - 1 else r"\\"
    return f"{start}{' & '.join(cells)} {end}"


def _notes(layout: Layout, notes: list[str]) -> list[str]:
    if not notes:
        return []
    boxed = layout.options.is_float and not layout.is_narrow
    width = r"\wd0" if boxed else f"{layout.note_width:.0f}pt"
    return [
        r"\par\smallskip",
        f"\\begin{{minipage}}{{{width}}}\\{layout.note_size.name}\\raggedright",
        *(f"\\hangindent=1em {note}\\par" for note in notes),
        r"\end{minipage}",
    ]


def _defined(layout: Layout) -> list[str]:
    """Return what names stand for, in paragraphs that may go on on the next page."""
    if not layout.definitions:
        return []
    return [
        rf"\par\smallskip\{layout.note_size.name}\raggedright",
        *(rf"\noindent\hangindent=1em {note}\par" for note in layout.definitions),
    ]


def _comment(note: str) -> str:
    """Keep a note that is not set for whoever writes what stands around the fragment."""
    return f"% {note}"
