"""The sections of a page, each a function of its subject; one that has nothing to say is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.facts import Relation, equal
from symflops.glossary import notation_table
from symflops.pages.again import code
from symflops.pages.folding import ALL, folded
from symflops.pages.markup import Markup, count, element, shape, together
from symflops.pages.references import references
from symflops.statements import said
from symflops.symbols import exact
from symflops.tables.cells import expression
from symflops.trace import Shape
from symflops.units import si
from symflops.zoo.published import Model

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from symflops.pages.subjects import Subject
    from symflops.pages.telling import Told

LONGEST = 120  # characters of a layer that is written out
SMALLEST = 1000  # numbers from here on are rounded as well


def opening(subject: Subject, title: str) -> Markup:
    """Return the title, the layer as it is written, and what goes in and out of it."""
    shown, layer = subject.shown, repr(subject.given.setup.layer)
    inputs, outputs = (
        [shape.written(batched=shown.batched) for shape in shapes]
        for shapes in (shown.root.inputs, shown.root.outputs)
    )
    lines = [subject.filled("from", inputs=inputs, outputs=outputs)]
    if not isinstance(subject.given.setup.layer, Model) and len(layer) <= LONGEST:
        lines.insert(0, element("code", layer))
    said = (element("p", line, class_="lead") for line in lines)
    return element("header", element("h1", title, dir="auto"), *said)


def formulas(subject: Subject) -> Markup:
    """Return each metric as a formula; under it the number, where numbers are put in."""
    rows = []
    for key, value in zip(subject.metrics, subject.totals.rows[0], strict=True):
        name, detail = subject.heading(key)
        small = [element("small", detail)] if detail else []
        sides = [_side(subject, value)]
        if subject.has_numbers and expression(value) is not None:
            sides.append(_side(subject, exact(subject.shown.metric(key))))
        rows.append(element("div", element("dt", name, *small), *sides))
    below = [subject.filled("with", values=subject.values)] if subject.values else []
    return together((element("dl", *rows, class_="formulas"), *_notes(below)))


def _side(subject: Subject, value: Any) -> Markup:
    """Return the right side of an equation; a large number is given rounded as well."""
    right = [count(subject.totals, value)]
    if value.is_Rational and value >= SMALLEST:
        right.append(element("span", f"≈ {si(value)}", class_="rounded"))
    sign = element("span", "=", class_="equals")
    return element("dd", sign, element("span", together(right, " "), class_="terms"))


def _notes(said: Iterable[str]) -> list[Markup]:
    return [element("p", note, class_="note") for note in said]


def where(subject: Subject, told: Iterable[Told]) -> Markup | None:
    """Return what symbols mean, and what the names of sizes on the page stand for, if there are any."""
    table = notation_table(subject.cost, subject.lang)
    rows = [
        element(
            "tr",
            element("th", shape(table, row[0][0]), scope="row"),
            *(
                element("td", count(table, cell) if column.kind == "count" else cell or "")
                for column, cell in zip(table.columns[1:], row[1:], strict=True)
            ),
        )
        for row in table.rows
    ]
    head = (element("th", column.header, scope="col") for column in table.columns)
    symbols = element(
        "table", element("thead", element("tr", *head)), element("tbody", *rows), class_="notation"
    )
    seen = subject.seen.union(*(one.names for one in told))
    names = [subject.set(equal(name, meant)) for name, meant in subject.names.where if name in seen]
    names += [
        subject.set(part)
        for note in subject.totals.notes
        for part in note
        if isinstance(part, Relation)
    ]
    listed = element("ul", *(element("li", name) for name in names), class_="where")
    return together(([symbols] if rows else []) + ([listed] if names else [])) or None


def counted(subject: Subject) -> Markup:
    """Return the statement."""
    cost, gap = subject.shown, " " if subject.lang == "en" else ""
    sentences = [subject.set(*parts) for parts in said(cost, subject.lang)]
    return element("p", together(sentences, gap))


def layers(subject: Subject) -> Markup | None:
    """Return the table of all levels; nothing for a single layer."""
    rows, words = subject.levels, subject.words
    if len(rows) == 1:
        return None
    switch, notes = [], []
    if any(row.opens for row in rows):
        box = element("input", type="checkbox", id=ALL)
        switch = [element("p", element("label", box, " ", words["open_all"]), class_="switch")]
        notes.append(words["levels"])
    table = element(
        "div", folded(subject), class_="wide", tabindex="0", role="region", aria_labelledby="layers"
    )
    return together((*switch, table, *_notes([*notes, *_noticed(subject)])))


def _noticed(subject: Subject) -> Iterator[str]:
    """Yield what is to be said of rows that are left out, shares, rounded sizes and tied weights."""
    if cut := next((row for row in subject.levels if row.holds_more), None):
        path = cut.line.path.replace("*", "0")
        yield subject.filled("cut", code=f"sf.report(cost[{path!r}])")
    if "flops" in subject.metrics and subject.rows.columns[-1].key != "share":
        names = sorted(exact(subject.shown.flops).free_symbols, key=str)
        yield subject.filled("no_shares", symbols=names)
    conditions = subject.shown.conditions
    if places := list(
        dict.fromkeys(c.where for c in conditions if c.kind == "rounded" and c.where)
    ):
        yield subject.filled("rounded", places=places)
    if tied := subject.tied:
        yield subject.filled("tied", names=tied)


def sources(subject: Subject) -> Markup:
    """Return where the convention and the model come from, and what others printed for the model."""
    words, layer = subject.words, subject.given.setup.layer
    convention = subject.cost.convention
    found = [(f"{words['convention']} {convention.name}", convention.source)]
    if isinstance(layer, Model):
        found.append((f"{words['model']} {layer.name}", layer.paper))
    items = [element("div", element("dt", name), element("dd", text)) for name, text in found]
    if isinstance(layer, Model) and layer.published:
        printed = [element("dd", _published(subject, number)) for number in layer.published]
        items.append(element("div", element("dt", words["published"]), *printed))
    return together((element("dl", *items, class_="sources"), references(subject)))


def _published(subject: Subject, number: Any) -> Markup:
    """Return a number that somebody printed, at which input, and where."""
    name = subject.words["columns"].get(number.quantity, number.quantity)
    said = [subject.filled("source", quantity=name, value=f"{number.value:,}")]
    if number.input:
        said.append(subject.filled("on", shape=Shape(map(exact, number.input))))
    return together((*said, " ", element("span", number.source, class_="quiet")))


def again(subject: Subject, options: Mapping[str, Any]) -> Markup:
    """Return the lines of Python that make the page again."""
    at = {getattr(key, "name", str(key)): value for key, value in subject.at.items()}
    lines = code(subject.given, at, options)
    return element("pre", element("code", "\n".join(lines)), tabindex="0")
