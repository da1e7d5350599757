r"""What an entry of the bibliography is, and how BibTeX reads it.

Authors and titles are written as BibTeX has them, but with accents in UTF-8: ``Piotr Dollár and Le Scao, Teven``,
``Deep {CNN}s``, braces around what keeps its capitals. ``str(entry)`` has accents as LaTeX writes them, so that
BibTeX sorts and cuts names well with every engine.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

ACCENTS = {
    "\u0300": r"\`",
    "\u0301": r"\'",
    "\u0302": r"\^",
    "\u0308": r"\"",
    "\u0327": r"\c ",
}
DOTLESS = r"\i"
VENUES = {
    "BMVC": "British Machine Vision Conference (BMVC)",
    "CVPR": "Conference on Computer Vision and Pattern Recognition (CVPR)",
    "EACL": "Conference of the European Chapter of the Association for Computational Linguistics (EACL)",
    "ECCV": "European Conference on Computer Vision (ECCV)",
    "EMNLP": "Conference on Empirical Methods in Natural Language Processing (EMNLP)",
    "ICASSP": "International Conference on Acoustics, Speech and Signal Processing (ICASSP)",
    "ICCV": "International Conference on Computer Vision (ICCV)",
    "ICLR": "International Conference on Learning Representations (ICLR)",
    "ICML": "International Conference on Machine Learning (ICML)",
    "MICCAI": "Medical Image Computing and Computer-Assisted Intervention (MICCAI)",
    "NAACL": (
        "Conference of the North American Chapter of the Association for Computational Linguistics: "
        "Human Language Technologies (NAACL-HLT)"
    ),
    "NeurIPS": "Advances in Neural Information Processing Systems",
}


@dataclass(frozen=True)
class Entry:
    """A source: its kind and key, its fields as BibTeX names them, and other names that it is cited by."""

    kind: str
    key: str
    fields: tuple[tuple[str, str], ...]
    names: tuple[str, ...] = ()

    def __getitem__(self, field: str) -> str:
        return dict(self.fields).get(field, "")

    @property
    def families(self) -> tuple[str, ...]:
        """The family names of the authors, in order; those of ``and others`` are not there."""
        return tuple(
            _family(name) for name in self["author"].split(" and ") if name and name != "others"
        )

    @property
    def title(self) -> str:
        """The title without its braces."""
        return re.sub(r"[{}\\$]", "", self["title"])

    @property
    def short(self) -> str:
        """The title up to its colon."""
        return self.title.partition(":")[0]

    def begins(self, words: str) -> bool:
        """Say whether the title begins with these words, in whatever capitals."""
        return self.title.casefold().startswith(words.strip(" .").casefold())

    def __str__(self) -> str:
        width = max(len(field) for field, _ in self.fields)
        lines = (f"  {field:<{width}} = {{{accented(text)}}}" for field, text in self.fields)
        return f"@{self.kind}{{{self.key},\n" + ",\n".join(lines) + "\n}"


def _family(name: str) -> str:
    if name.startswith("{"):
        return name.strip("{}")
    if "," in name:
        return name.partition(",")[0]
    words = name.split()
    lower = (i for i, word in enumerate(words[1:-1], 1) if word[0].islower())
    return " ".join(words[next(lower, -1) :])


def accented(text: str) -> str:
    r"""Write letters with accents as LaTeX does, each in braces.

    >>> accented("Merriënboer, François")
    'Merri{\\"e}nboer, Fran{\\c c}ois'
    """
    return "".join(map(_accented, text))


def _accented(char: str) -> str:
    decomposed = unicodedata.normalize("NFD", char)
    letter, mark = decomposed[0], decomposed[1:]
    if mark not in ACCENTS:
        return char
    return f"{{{ACCENTS[mark]}{DOTLESS if letter == 'i' else letter}}}"


def _entry(
    kind: str, key: str, fields: dict[str, str], names: tuple[str, ...] = (), arxiv: str = ""
) -> Entry:
    if arxiv:
        fields |= {"eprint": arxiv, "archiveprefix": "arXiv"}
    return Entry(kind, key, tuple((field, text) for field, text in fields.items() if text), names)


def conference(
    key: str,
    author: str,
    title: str,
    year: int,
    venue: str,
    arxiv: str = "",
    names: tuple[str, ...] = (),
    **more: str,
) -> Entry:
    """Return a paper at a conference; ``venue`` is one of ``VENUES`` or a name of its own."""
    fields = {"author": author, "title": title, "booktitle": VENUES.get(venue, venue), **more}
    return _entry("inproceedings", key, fields | {"year": str(year)}, names, arxiv)


def article(
    key: str, author: str, title: str, year: int, journal: str, arxiv: str = "", **more: str
) -> Entry:
    """Return an article in a journal."""
    fields = {"author": author, "title": title, "journal": journal, **more, "year": str(year)}
    return _entry("article", key, fields, arxiv=arxiv)


def preprint(
    key: str, author: str, title: str, year: int, arxiv: str, names: tuple[str, ...] = ()
) -> Entry:
    """Return a preprint by its number at arXiv, in the journal's place: old styles know no ``eprint``."""
    journal = f"arXiv preprint arXiv:{arxiv}"
    fields = {"author": author, "title": title, "journal": journal, "year": str(year)}
    return _entry("article", key, fields, names)


def book(
    key: str,
    author: str,
    title: str,
    year: int,
    publisher: str,
    names: tuple[str, ...] = (),
    **more: str,
) -> Entry:
    """Return a book."""
    fields = {"author": author, "title": title, "publisher": publisher, **more, "year": str(year)}
    return _entry("book", key, fields, names)


def report(key: str, author: str, title: str, year: int, institution: str) -> Entry:
    """Return a technical report."""
    fields = {"author": author, "title": title, "institution": institution, "year": str(year)}
    return _entry("techreport", key, fields)


def thesis(key: str, author: str, title: str, year: int, school: str) -> Entry:
    """Return a doctoral thesis."""
    fields = {"author": author, "title": title, "school": school, "year": str(year)}
    return _entry("phdthesis", key, fields)


def software(
    key: str, author: str, title: str, repository: str, *names: str, year: str = "", doi: str = ""
) -> Entry:
    """Return a program by its repository at GitHub; ``@misc``, which every style knows."""
    where = {"howpublished": f"GitHub, {repository}", "url": f"https://github.com/{repository}"}
    fields = {"author": author, "title": title, **where, "year": year, "doi": doi}
    return _entry("misc", key, fields, (repository, *names))
