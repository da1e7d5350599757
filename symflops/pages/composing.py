"""A cost as a page: ``report()``, and the value that it returns."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from symflops.costs import METRICS, Cost
from symflops.errors import ArgumentError, UnknownNameError
from symflops.output.saving import save
from symflops.pages import sections, telling
from symflops.pages.folding import rules
from symflops.pages.markup import Markup, element, shown, together
from symflops.pages.pictures import pictures
from symflops.pages.subjects import Subject
from symflops.pages.wording import WORDS

#: Nothing is loaded and nothing runs: styles and pictures stand in the page.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
HEIGHT = "42rem"  # of the frame in a notebook
SHOWN = ("params", "macs", "flops")


@dataclass(frozen=True, repr=False)
class Page:
    """A page that is one HTML file: ``str(page)`` or ``.html`` is its text, ``.save(path)`` writes it.

    >>> import symflops as sf
    >>> D = sf.dim("D")
    >>> page = sf.report(sf.cost(sf.Linear(D, 4*D), (D,)), "A layer")
    >>> page, page.html[:15], "script" in page.html
    (<page 'A layer'>, '<!DOCTYPE html>', False)
    """

    title: str
    html: str

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the page to a file, which is there whole or not at all.

        Raises:
            ArgumentError: the file cannot be written; what was there before still is.
        """
        try:
            save(self.html, path)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            message = f"the page cannot be saved as {os.fspath(path)!r}: {reason}"
            raise ArgumentError(message) from None

    def __str__(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"<page {self.title!r}>"

    def _repr_html_(self) -> str:
        """Return a frame for a notebook, whose own styles stay out of the page, and the page's out of it."""
        style = f"width:100%;height:{HEIGHT};border:0"
        return element("iframe", srcdoc=self.html, title=self.title, sandbox="", style=style)


def report(
    cost: Cost,
    title: str | None = None,
    lang: str = "en",
    metrics: Iterable[str] | str = SHOWN,
    at: Mapping[Any, Any] | None = None,
    roofline: Mapping[str, Any] | None = None,
) -> Page:
    """Return a cost as one HTML page that needs nothing else: formulas, table, derivation, pictures, sources.

    ``at`` puts numbers in beside the formulas: rows and pictures then show these. ``roofline`` is what
    :func:`symflops.plot.roofline` needs, ``{"peak": "312 TFLOP/s", "bandwidth": "2 TB/s"}``, where that picture is
    wanted. The page runs no script and loads nothing; formulas are MathML, and rows open by themselves.

    >>> import symflops as sf
    >>> page = sf.report(sf.cost(sf.zoo.vgg16(), convention="2mac"), at={"H": 224, "W": 224})
    >>> page.title
    'The cost of vgg16'
    >>> page.save("vgg16.html")    # doctest: +SKIP

    Raises:
        ArgumentError: no cost, or no metric.
        UnknownNameError: a language or a metric that is not there.
        SymbolError, ShapeError, ConditionError: numbers that cannot be put in.
    """
    if not isinstance(cost, Cost):
        message = f"a page is about a cost, got {cost!r}; write cost(layer, input)"
        raise ArgumentError(message)
    if lang not in WORDS:
        raise UnknownNameError("language", str(lang), WORDS)
    if title is not None and (type(title) is not str or not title.strip()):
        message = f"a title is text, got {title!r}"
        raise ArgumentError(message)
    if at is not None and not isinstance(at, Mapping):
        message = f"numbers are put in by name, such as at={{'H': 224}}, got {at!r}"
        raise ArgumentError(message)
    if roofline is not None:
        _check_roofline(roofline)
    keys = _metrics(metrics)
    subject = Subject(cost, at or {}, keys, lang)
    given: dict[str, Any] = {"title": title} if title is not None else {}
    given |= {"lang": lang} if lang != "en" else {}
    given |= {"metrics": keys} if keys != SHOWN else {}
    given |= {"roofline": dict(roofline)} if roofline is not None else {}
    return page(subject, title, given, roofline)


def _check_roofline(given: Any) -> None:
    known = {"peak", "bandwidth", "dtype", "by", "depth"}
    if not isinstance(given, Mapping) or not {"peak", "bandwidth"} <= set(given) <= known:
        message = (
            "a roofline needs a peak and a bandwidth, such as roofline="
            f"{{'peak': '312 TFLOP/s', 'bandwidth': '2 TB/s'}}, got {given!r}"
        )
        raise ArgumentError(message)


def _metrics(given: Iterable[str] | str) -> tuple[str, ...]:
    names = given.split(",") if isinstance(given, str) else given
    if not isinstance(names, Iterable):
        message = f"metrics are names, such as 'params,flops', got {given!r}"
        raise ArgumentError(message)
    keys = tuple(dict.fromkeys(str(name).strip() for name in names))
    for key in keys:
        if key not in METRICS:
            raise UnknownNameError("metric", key, METRICS)
    if not keys:
        message = "a page needs a metric, such as 'flops'"
        raise ArgumentError(message)
    return keys


def page(
    subject: Subject,
    title: str | None,
    options: Mapping[str, Any],
    roofline: Mapping[str, Any] | None,
) -> Page:
    """Put the sections of a page together."""
    from symflops import __version__  # noqa: PLC0415 - the package's own table of names

    words = subject.words
    if title is None:
        title = words["title"].format(name=subject.name)
    told = telling.told(subject)
    found = {
        "formulas": sections.formulas(subject),
        "where": sections.where(subject, told),
        "counted": sections.counted(subject),
        "derivation": telling.derivations(subject, told),
        "layers": sections.layers(subject),
        "pictures": pictures(subject, roofline),
        "sources": sections.sources(subject),
        "again": sections.again(subject, options),
    }
    body = element(
        "main",
        sections.opening(subject, title),
        *(_section(key, words[key], inside) for key, inside in found.items() if inside),
    )
    made = element("footer", element("p", words["made"].format(version=__version__)))
    sheet = files("symflops.pages").joinpath("page.css").read_text("utf-8")
    styles = map(Markup, (*telling.rules(told), sheet, *rules(subject)))
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="generator", content=f"symflops {__version__}"),
        element("title", title),
        element("style", together(styles, "\n")),
    )
    whole = element("html", head, "\n", element("body", body, "\n", made), lang=subject.lang)
    return Page(shown(title), shown(f"<!DOCTYPE html>\n{whole}\n"))


def _section(key: str, heading: str, inside: Markup) -> Markup:
    head = element("h2", heading, id=key)
    return together(("\n", element("section", head, "\n", inside, aria_labelledby=key)))
