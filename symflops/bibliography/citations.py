"""Finds in the words of a source what it cites: ``Vaswani et al. 2017, equation 1; PyTorch's layer``.

Papers are cited by family names and year, and by the beginning of their title where that leaves several; programs by
their names. Nothing is guessed: what fits no entry, or several, cites none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

from symflops.bibliography import (
    algorithms,
    convolutional,
    language,
    normalisation,
    recurrent,
    software,
    vision,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symflops.bibliography.entries import Entry

ENTRIES = tuple(
    entry
    for field in (convolutional, vision, language, recurrent, normalisation, algorithms, software)
    for entry in field.ENTRIES
)
PERSON = r"(?:van (?:den |der )?)?[A-ZÀ-Ž][\w'’-]*"
PAPER = re.compile(
    rf"(?P<names>{PERSON}(?:, {PERSON})*(?: and {PERSON})?)(?P<more> et al\.)? (?P<year>(?:19|20)\d\d)\b"
    r"(?:(?=, (?P<title>[^,;()]+)))?"  # what follows may be the next citation as well
)
#: What speaks of those who are cited before.
OWN = re.compile(r"the authors'|^the released ")


def citations(source: str) -> Iterator[tuple[str, tuple[Entry, ...]]]:
    """Yield the parts of a source, which semicolons part, each with the entries that it cites.

    A paper without an entry of its own is a part for itself.

    >>> for part, entries in citations("He et al. 2016, table 1; torchvision's GFLOPS; a blog"):
    ...     print(part, [entry.key for entry in entries])
    He et al. 2016, table 1 ['he2016deep']
    torchvision's GFLOPS ['torchvision2016']
    a blog []
    """
    for part in plain(source).removesuffix(".").split("; "):
        papers = [(found, _paper(found)) for found in PAPER.finditer(part)]
        entries = [entry for _, entry in papers if entry]
        left = part
        for found, entry in papers:
            if entry is None:
                yield found[0], ()
            elif found["title"] and entry.begins(found["title"]):
                left = left.replace(found["title"], "")  # which may have the name of a program
        entries += [entry for entry in ENTRIES if any(_named(name, left) for name in entry.names)]
        if entries or not (papers or OWN.search(part)):
            yield part, tuple(dict.fromkeys(entries))


def in_passing(text: str) -> Iterator[str]:
    """Yield the papers that a text cites by authors and year, each with what follows up to a comma."""
    for found in PAPER.finditer(plain(text)):
        yield f"{found[0]}, {found['title']}" if found["title"] else found[0]


def plain(text: str) -> str:
    """Write a text in one line."""
    return " ".join(text.split())


def _named(name: str, text: str) -> bool:
    return re.search(rf"(?<![\w/.-]){re.escape(name)}(?!\w)", text) is not None


def _paper(found: re.Match[str]) -> Entry | None:
    """Return the entry of these authors and this year; of several, the one whose title is begun."""
    names = tuple(re.split(r", | and ", found["names"]))
    fitting = [
        entry
        for entry in _first_authors()[names[0], found["year"]]
        if entry.families[: len(names)] == names
        and _complete(entry, names, more=bool(found["more"]))
    ]
    if len(fitting) > 1:
        title = (found["title"] or "").strip()
        fitting = [entry for entry in fitting if entry.short == title] or [
            entry for entry in fitting if title and entry.begins(title)
        ]
    return fitting[0] if len(fitting) == 1 else None


def _complete(entry: Entry, names: tuple[str, ...], *, more: bool) -> bool:
    """Say whether these are all authors, or with et al. the first of three or more."""
    left_out = entry["author"].endswith(" and others")
    if more:
        return left_out or len(entry.families) > max(2, len(names))
    return not left_out and len(entry.families) == len(names)


@cache
def _first_authors() -> dict[tuple[str, str], list[Entry]]:
    found: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in ENTRIES:
        found[entry.families[0], entry["year"]].append(entry)
    return found
