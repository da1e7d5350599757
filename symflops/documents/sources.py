"""Reads the files of a document: Markdown, LaTeX with what it takes in, notebooks and text."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from symflops.documents import latex, markdown, prose
from symflops.documents.numbers_printed import unit_behind
from symflops.documents.pieces import Equation, Grid, Inclusion, Lines, Remark
from symflops.documents.reports import Place
from symflops.errors import SymflopsError
from symflops.output.printing import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from symflops.documents.pieces import Pieces

MAX_SIZE = 4_000_000  # bytes of a file
MAX_LINE = 200_000  # characters: no person wrote a longer line
MOST_FILES = 200  # that a document takes in
MOST_PIECES = 20_000
SUFFIXES: dict[str, Callable[[str], Pieces]] = {
    **dict.fromkeys((".md", ".markdown", ".mkd", ".qmd", ".rmd"), markdown.scan),
    **dict.fromkeys((".tex", ".ltx", ".latex", ".sty"), latex.scan),
}
NOTEBOOK = ".ipynb"


class DocumentError(SymflopsError, ValueError):
    """A file cannot be read: the message names it."""


@dataclass(frozen=True)
class Source:
    """A text of a document: a file, or a cell of a notebook."""

    path: Path
    shown: str
    text: str
    pieces: Pieces
    cell: int | None = None

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.text)

    def ordered(self, kind: type) -> tuple[list[Any], list[int]]:
        """Return the equations, tables or remarks, with where each begins."""
        return self._ordered[kind]

    @cached_property
    def _ordered(self) -> dict[type, tuple[list[Any], list[int]]]:
        pieces = self.pieces
        lists: dict[type, list[Any]] = {
            Equation: pieces.equations,
            Grid: pieces.grids,
            Remark: pieces.remarks,
        }
        return {kind: (found, [p.start for p in found]) for kind, found in lists.items()}

    @cached_property
    def in_order(self) -> list[Remark | Inclusion]:
        """The remarks and what is taken in, in the order of the text."""
        return sorted(
            [*self.pieces.remarks, *self.pieces.inclusions], key=lambda piece: piece.start
        )

    def claim(self, equation: Equation) -> str:
        """Return a formula with the unit of its last number, where that stands behind its dollars."""
        unit = unit_behind(self.text, equation.end)
        if equation.kind != "math" or unit is None or not re.search(r"\d\}?$", equation.text):
            return equation.text
        return equation.text + (unit[0] if unit[0] == "\\%" else rf"\text{{ {unit[0]}}}")

    def place(self, offset: int) -> Place:
        """Return where a character stands."""
        line, column = self._lines.place(offset)
        return Place(self.shown, line, column, self.cell)


def load(path: Path) -> str:
    """Return the text of a file as it is, its line ends too.

    Raises:
        DocumentError: no such file, too large a file, or one that is no text.
    """
    try:
        if not path.is_file():
            what = (
                "a folder"
                if path.is_dir()
                else "no such file"
                if not path.exists()
                else "no regular file"
            )
            message = f"{printable(str(path))}: {what}"
            raise DocumentError(message)
        with path.open("rb") as file:
            data = file.read(MAX_SIZE + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, DocumentError):
            raise
        message = f"{printable(str(path)[:200])}: cannot be read: {getattr(error, 'strerror', None) or error}"
        raise DocumentError(message) from None
    if len(data) > MAX_SIZE:
        message = f"{printable(str(path))}: larger than {MAX_SIZE:,} bytes"
        raise DocumentError(message)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        message = (
            f"{printable(str(path))}: no text in UTF-8 (byte {error.start:,}): save it in that"
        )
        raise DocumentError(message) from None
    if "\0" in text:
        message = f"{printable(str(path))}: no text: it has bytes that are 0"
        raise DocumentError(message)
    return text


def sources(path: Path) -> Iterator[Source]:
    """Yield the texts of one file: itself, or the cells of a notebook that hold Markdown.

    Raises:
        DocumentError: a file that cannot be read, or is too large.
    """
    text = load(path)
    if path.suffix.lower() == NOTEBOOK:
        for number, cell in enumerate(cells(path, text), 1):
            if isinstance(cell, dict) and cell.get("cell_type") == "markdown":
                yield _scanned(path, source_of(path, cell), markdown.scan, number)
        return
    yield _scanned(path, text, SUFFIXES.get(path.suffix.lower(), prose.scan))


def _scanned(
    path: Path, text: str, scan: Callable[[str], Pieces], cell: int | None = None
) -> Source:
    if max(map(len, text.split("\n"))) > MAX_LINE:
        message = f"{printable(str(path))}: has a line of more than {MAX_LINE:,} characters"
        raise DocumentError(message)
    pieces = scan(text)
    if len(pieces.remarks) + len(pieces.grids) + len(pieces.inclusions) > MOST_PIECES:
        message = (
            f"{printable(str(path))}: has more than {MOST_PIECES:,} remarks, tables and inclusions"
        )
        raise DocumentError(message)
    return Source(path, str(path), text, pieces, cell)


def notebook(path: Path, text: str) -> dict[str, Any]:
    """Return a notebook as data.

    Raises:
        DocumentError: no notebook.
    """
    try:
        document = json.JSONDecoder().decode(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        message = f"{printable(str(path))}: no notebook: {str(error)[:200]}"
        raise DocumentError(message) from None
    if not isinstance(document, dict) or not isinstance(document.get("cells"), list):
        message = f"{printable(str(path))}: no notebook: it has no cells"
        raise DocumentError(message)
    return document


def cells(path: Path, text: str) -> list[Any]:
    """Return the cells of a notebook."""
    return list(notebook(path, text)["cells"])


def source_of(path: Path, cell: dict[str, Any]) -> str:
    """Return the text of a cell, which notebooks keep as text or as lines."""
    source = cell.get("source", "")
    if isinstance(source, str):
        return source
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    message = f"{printable(str(path))}: no notebook: the source of a cell is neither text nor lines"
    raise DocumentError(message)


def included(name: str, root: Path, including: Path) -> Path:
    r"""Return the file that ``\input{name}`` takes in, looked for as TeX does.

    Raises:
        DocumentError: there is none.
    """
    for folder in dict.fromkeys((root.parent, including.parent)):
        for candidate in (folder / f"{name}.tex", folder / name):
            try:
                if candidate.is_file():
                    return candidate
            except (OSError, ValueError):
                break
    message = f"{printable(str(including))}: takes in {printable(name[:200])}, which is not there"
    raise DocumentError(message)
