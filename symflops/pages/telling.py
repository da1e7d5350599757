"""The derivations on a page, one a metric, each under a heading that opens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from symflops.derivations.deriving import derive
from symflops.derivations.html import STYLE
from symflops.derivations.media import sizes_shown
from symflops.errors import SymflopsError
from symflops.pages.folding import hidden
from symflops.pages.markup import Markup, element, together

if TYPE_CHECKING:
    from symflops.pages.subjects import Subject
    from symflops.symbols import Symbol

SHORT = 16  # lines of all derivations that are open at first


@dataclass(frozen=True)
class Told:
    """The derivation of a metric: its name, its lines as markup, how many there are, and names in them."""

    metric: str
    body: Markup
    lines: int
    names: frozenset[Symbol] = frozenset()

    @property
    def opener(self) -> str:
        """The id of what opens it."""
        return f"told-{self.metric}"


def told(subject: Subject) -> list[Told]:
    """Return the derivations of all metrics; of one that has none, why."""
    return [_told(subject, key) for key in subject.metrics]


def _told(subject: Subject, key: str) -> Told:
    try:
        derivation = derive(subject.shown, key, lang=subject.lang)
        # what names stand for is said once for the whole page
        _, _, body = replace(derivation, where=()).to_html().partition("</style>")
    except SymflopsError as error:
        said = subject.filled("no_derivation", why=error.message)
        return Told(key, element("p", said, class_="note"), 1)
    names = frozenset(name for name, _ in sizes_shown(derivation))
    return Told(key, Markup(body), len(derivation.steps), names)


def rules(found: list[Told]) -> list[str]:
    """Return the style rules of derivations, and those by which they open."""
    return [STYLE, *(hidden(one.opener) for one in found)]


def derivations(subject: Subject, found: list[Told]) -> Markup:
    """Return all derivations; the first are open while they are short."""
    parts, lines = [], 0
    for one in found:
        lines += one.lines
        name = element("summary", subject.words["columns"][one.metric])
        opener = element("details", name, id=one.opener, open="" if lines <= SHORT else None)
        parts += [opener, element("div", one.body, class_=f"told in-{one.opener}")]
    return together(parts, "\n")
