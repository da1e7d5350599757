"""The table whose rows open: no script, and where a browser cannot fold, all rows are there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.pages.markup import Markup, count, element, sentence, shape, together
from symflops.symbols import exact
from symflops.units import fixed, percent

if TYPE_CHECKING:
    from symflops.pages.levels import Level
    from symflops.pages.subjects import Subject
    from symflops.tables.table import Table

ALL = "open-all"  # the box that opens all rows


def hidden(opener: str, unless: str = "") -> str:
    """Return the style rule that hides what is inside an opener that is closed, on a screen."""
    but = f":not(:has(#{unless}:checked))" if unless else ""
    return f"@media screen{{:root{but}:has(#{opener}:not([open])) .in-{opener}{{display:none}}}}"


def rules(subject: Subject) -> list[str]:
    """Return the rules of all rows that open."""
    return [hidden(f"row-{row.place}", ALL) for row in subject.levels if row.opens]


def folded(subject: Subject) -> Markup:
    """Return the table; at first the outermost rows are seen."""
    table = subject.rows
    heads = [_head(subject, column.key) for column in table.columns]
    rows = [
        _row(subject, row, cells) for row, cells in zip(subject.levels, table.rows, strict=True)
    ]
    name = element("th", subject.words["total"], scope="row")
    total = element("tr", name, *_cells(subject, table.total or ()))
    return element(
        "table",
        element("thead", element("tr", *heads)),
        element("tbody", *rows),
        element("tfoot", total),
        class_="layers",
    )


def _head(subject: Subject, key: str) -> Markup:
    name, detail = subject.heading(key)
    small = [element("small", detail)] if detail else []
    return element("th", name, *small, scope="col", class_=_side(key))


def _side(key: str) -> str:
    return "word" if key in ("layer", "output") else key if key == "share" else "count"


def _row(subject: Subject, row: Level, cells: tuple[Any, ...]) -> Markup:
    name = _name(subject, row)
    inside = (
        element("details", element("summary", name), id=f"row-{row.place}")
        if row.opens
        else element("span", name, class_="leaf")
    )
    head = element("th", inside, scope="row", style=f"--level:{row.level - 1}")
    around = " ".join(f"in-row-{place}" for place in row.within)
    return element("tr", head, *_cells(subject, cells), class_=around or None)


def _name(subject: Subject, row: Level) -> Markup:
    """Return the name of a layer, its kind and how often it is there."""
    label = row.label
    times = label.parts[1:]
    pieces = [
        element("span", text, class_=of)
        for of, text in (("name", row.name), ("kind", label.kind))
        if text
    ]
    if times:
        pieces.append(element("span", sentence(subject.rows, times), class_="times"))
    return together(pieces, " ")


def _cells(subject: Subject, cells: tuple[Any, ...]) -> list[Markup]:
    """Return all cells of a row but the name; each says what it is where rows are cards."""
    table = subject.rows
    return [
        element(
            "td",
            _cell(table, column.key, value),
            class_=" ".join((_side(column.key), *(["nothing"] if value == 0 else []))),
            data_label=subject.words["columns"][column.key],
        )
        for column, value in zip(table.columns[1:], cells[1:], strict=True)
    ]


def _cell(table: Table, key: str, value: Any) -> Markup:
    if value is None:
        return Markup()
    if key == "output":
        return together((shape(table, sizes) for sizes in value), ", ")
    if key == "share":
        width = fixed(exact(value) * 100, 2)
        bar = element(
            "span", element("span", style=f"width:{width}%"), class_="bar", aria_hidden="true"
        )
        return together((bar, element("span", percent(value), class_="figure")))
    return count(table, value)
