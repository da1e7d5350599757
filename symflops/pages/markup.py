"""HTML by construction: what is no markup yet is escaped where it enters an element."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

from symflops.tables.cells import words
from symflops.tables.html import MATH, cell
from symflops.tables.table import Column
from symflops.trace import Shape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.tables.table import Table

EMPTY = {"meta", "input"}  # elements that hold nothing
#: What no page can hold: control characters, marks that turn text round, and halves of characters.
UNSHOWN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
COUNT, SHAPE = Column("count", "count"), Column("shape", "shape", "shape")


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


def escaped(text: str) -> Markup:
    """Return text as markup."""
    return Markup(html.escape(text))


def shown(text: str) -> str:
    """Return text, and in place of what no page can hold �."""
    return UNSHOWN.sub("\ufffd", text)


def together(parts: Iterable[str], between: str = "") -> Markup:
    """Return pieces one behind the other, markup as it is and text escaped."""
    written = (part if isinstance(part, Markup) else escaped(part) for part in parts)
    return Markup(between.join(written))


def element(tag: str, *inside: str, **attributes: Any) -> Markup:
    """Return an element; an attribute that is None is left out, and ``class_`` is class.

    >>> element("p", "a < b", class_="quiet")
    '<p class="quiet">a &lt; b</p>'
    """
    given = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escaped(str(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    if tag in EMPTY:
        return Markup(f"<{tag}{given} />")
    return Markup(f"<{tag}{given}>{together(inside)}</{tag}>")


def count(table: Table, value: Any) -> Markup:
    """Return a number or a formula, whose terms are elements of their own: lines break between them."""
    return Markup(cell(table, COUNT, value))


def shape(table: Table, sizes: Any) -> Markup:
    """Return a shape, its sizes with × between them."""
    return Markup(cell(table, SHAPE, (sizes,)))


def sentence(table: Table, parts: Iterable[Any]) -> Markup:
    """Return words, shapes, expressions and relations one behind the other, mathematics set."""
    return together(
        shape(table, part)
        if isinstance(part, Shape)
        else Markup(words(table, part, "mathml", escaped, MATH))
        for part in parts
    )
