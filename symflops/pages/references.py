"""The sources of a cost as a reader has them: authors, title, where and when; and as BibTeX to copy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from symflops.bibliography.cited import bibtex
from symflops.pages.markup import Markup, element, together

if TYPE_CHECKING:
    from symflops.bibliography.entries import Entry
    from symflops.pages.subjects import Subject

PUBLISHED = ("booktitle", "journal", "publisher", "institution", "school", "howpublished")
MOST_AUTHORS = 5  # that are all named
LATEX = re.compile(r"[{}\\$]")  # signs of BibTeX, which has no others in its fields


def references(subject: Subject) -> Markup:
    """Return the list of sources, and a box that opens with the same as BibTeX."""
    found = bibtex(subject.given)
    items = (element("li", _reference(entry)) for entry in found.entries)
    box = element("details", element("summary", "BibTeX"), element("pre", str(found), tabindex="0"))
    return together((element("ol", *items, class_="references"), box))


def _reference(entry: Entry) -> Markup:
    """Return an entry as one sentence after the other.

    >>> from symflops.bibliography.software import SYMFLOPS
    >>> _reference(SYMFLOPS)  # doctest: +ELLIPSIS
    'The symflops authors. <cite>symflops: What Neural Networks Cost, in Symbols</cite>. Software, Version ..., 2026.'
    """
    where = next(filter(None, (entry[field] for field in PUBLISHED)), "")
    number = entry["eprint"]
    arxiv = f"arXiv:{number}" if number and number not in where else ""
    said = ", ".join(filter(None, (_plain(where), entry["note"], entry["year"], arxiv)))
    return together((_authors(entry), ". ", element("cite", entry.title), ". ", said, "."))


def _authors(entry: Entry) -> str:
    """Return the authors in their order; of many, the first."""
    names = [_name(name) for name in entry["author"].split(" and ")]
    if len(names) > MOST_AUTHORS or names[-1] == "others":
        return f"{names[0]} et al"
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _name(name: str) -> str:
    """Return a name with the family's behind: Teven Le Scao."""
    family, _, given = _plain(name).partition(", ")
    return f"{given} {family}" if given else family


def _plain(text: str) -> str:
    return LATEX.sub("", text.replace(r"\L", "Ł"))
