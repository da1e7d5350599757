"""The sections of a page, each a function of its subject; one that has nothing to say is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.pages.again import code
from symflops.pages.folding import folded, opens
from symflops.pages.markup import Markup, count, element, together
from symflops.statements import said
from symflops.symbols import exact
from symflops.tables.table import expression
from symflops.trace import Shape
from symflops.units import si
from symflops.zoo.published import Model

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symflops.pages.subjects import Subject

SMALLEST = 1000  # numbers from here on are rounded as well


def opening(subject: Subject, title: str) -> Markup:
    """Return the title with what goes in and what comes out, and where it was published."""
    root, words = subject.shown.root, subject.words
    inputs, outputs = (
        [one.written(batched=subject.shown.batched) for one in shapes]
        for shapes in (root.inputs, root.outputs)
    )
    listed = [_listed(shapes, words["listed"]) for shapes in (inputs, outputs)]
    before, _, rest = words["from"].partition("{inputs}")
    between, _, after = rest.partition("{outputs}")
    flow = subject.set(before, *listed[0], between, *listed[1], after)
    return element("header", element("h1", title, dir="auto"), element("p", flow, class_="lead"))


def _listed(parts: Any, comma: str) -> list[Any]:
    return [piece for part in parts for piece in (comma, part)][1:]


def formulas(subject: Subject) -> Markup:
    """Return each metric as a formula; under it the number, where numbers are put in."""
    rows = []
    for key, value in zip(subject.metrics, subject.totals.rows[0], strict=True):
        name, detail = subject.heading(key)
        small = [element("small", detail)] if detail else []
        lines = [_side(subject, value)]
        if subject.numbers is not None and expression(exact(subject.cost.metric(key))) is not None:
            lines.append(_side(subject, exact(subject.numbers.metric(key))))
        rows.append(element("div", element("dt", name, *small), *lines))
    return together((element("dl", *rows, class_="formulas"), *_under(subject)))


def _side(subject: Subject, value: Any) -> Markup:
    """Return the right side of an equation; a large number is given rounded as well."""
    right: list[str] = [
        element("span", "=", class_="equals"),
        element("span", count(subject.totals, value), class_="terms"),
    ]
    if value.is_Rational and value >= SMALLEST:
        right += [" ", element("span", f"≈ {si(value)}", class_="rounded")]
    return element("dd", *right)


def _under(subject: Subject) -> list[Markup]:
    """Return what stands below the formulas: the letters in them, and the numbers put in."""
    lines = list(subject.noted(subject.totals))
    if values := subject.values():
        before, _, after = subject.words["with"].partition("{values}")
        lines.append(subject.set(before, *_listed(values, subject.words["listed"]), after))
    return [element("p", line, class_="note") for line in lines]


def counted(subject: Subject) -> Markup:
    """Return the statement, with what was done to the whole cost and what was rounded."""
    cost, words, gap = subject.shown, subject.words, " " if subject.lang == "en" else ""
    sentences = [subject.set(*parts) for parts in said(cost, subject.lang)]
    sentences += [subject.set(words[verb].format(path=path)) for verb, path in cost.setup.edits]
    return element("p", together(sentences, gap))


def layers(subject: Subject) -> Markup | None:
    """Return the table of all levels; nothing for a single layer."""
    rows = subject.levels
    if len(rows) == 1:
        return None
    words = subject.words
    notes: list[str] = [words["levels"]] if opens(subject) else []
    if cut := next((row for row in rows if row.holds_more), None):
        path = cut.line.path.replace("*", "0")
        notes.append(words["cut"].format(code=f'sf.report(cost["{path}"])'))
    if "flops" in subject.metrics and subject.rows.columns[-1].key != "share":
        names = sorted(exact(subject.shown.flops).free_symbols, key=str)
        before, _, after = words["no_shares"].partition("{symbols}")
        notes.append(subject.set(before, *_listed(names, words["listed"]), after))
    notes += _noticed(subject)
    switch = []
    if opens(subject):
        box = element("input", type="checkbox", id="open-all")
        switch = [element("p", element("label", box, " ", words["open_all"]), class_="switch")]
    table = element(
        "div", folded(subject), class_="wide", tabindex="0", role="region", aria_labelledby="layers"
    )
    return together((*switch, table, *(element("p", note, class_="note") for note in notes)))


def _noticed(subject: Subject) -> list[str]:
    """Return what is to be said of sizes that were rounded and of weights that are tied."""
    words, conditions = subject.words, subject.shown.conditions
    places = dict.fromkeys(c.where for c in conditions if c.kind == "rounded" and c.where)
    found = []
    if places:
        found.append(words["rounded"].format(places=words["listed"].join(places)))
    if tied := subject.tied:
        found.append(words["tied"].format(names=words["listed"].join(tied)))
    return found


def sources(subject: Subject) -> Markup:
    """Return where the convention and the model come from, and what others printed for the model."""
    words, layer = subject.words, subject.cost.setup.layer
    convention = subject.cost.convention
    found = [(f"{words['convention']} {convention.name}", convention.source)]
    if isinstance(layer, Model):
        found.append((f"{words['model']} {layer.name}", layer.paper))
    items = [element("div", element("dt", name), element("dd", text)) for name, text in found]
    if isinstance(layer, Model) and layer.published:
        printed = [element("dd", _published(subject, number)) for number in layer.published]
        items.append(element("div", element("dt", words["published"]), *printed))
    return element("dl", *items, class_="sources")


def _published(subject: Subject, number: Any) -> Markup:
    """Return a number that somebody printed, at which input, and where."""
    words = subject.words
    name = words["columns"].get(number.quantity, number.quantity)
    said = [words["source"].format(quantity=name, value=f"{number.value:,}")]
    if number.input:
        before, _, after = words["on"].partition("{shape}")
        said += [before, Shape(map(exact, number.input)), after]
    return together((subject.set(*said), " ", element("span", number.source, class_="quiet")))


def again(subject: Subject, options: Mapping[str, Any]) -> Markup:
    """Return the lines of Python that make the page again."""
    at = {} if subject.numbers is None else dict(subject.numbers.setup.values)
    before = {} if subject.numbers is None else dict(subject.cost.setup.values)
    put = {symbol.name: value for symbol, value in at.items() if symbol not in before}
    lines = code(subject.cost, put, options)
    return element("pre", element("code", "\n".join(lines)), tabindex="0")
