"""A table as layers and quantities: which row is which layer, which column which quantity, what each cell should be."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from symflops.claims.targets import target_of
from symflops.costs import Cost
from symflops.documents.headers import TOTAL, asked, plain, quantity_of
from symflops.documents.numbers_printed import amount_in
from symflops.errors import ArgumentError, SymflopsError
from symflops.zoo import names as model_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from symflops.documents.definitions import Meaning
    from symflops.documents.numbers_printed import Amount
    from symflops.documents.pieces import Cell, Grid

#: What stands behind a name and is no part of it: sources, footnotes and their signs.
NOTED = re.compile(
    r"(?:[\s~]|\\[,; ])*(?:\\(?:[cC]ite[a-z]*|footnote(?:mark)?|textsuperscript|tnote|tablefootnote|label)\*?(?:\[[^\]]*\])*(?:\{[^{}]*\})?"
    r"|\$?\^\{?(?:\\?[A-Za-z]+|\d|[*†‡])\}?\$?|\[\^[^\[\]]*\]|\[\d[\d,;\s–-]*\]|<sup>[^<]*</sup>|[†‡§¶]"
    r"|\([^()]*\b(?:19|20)\d\d[a-z]?\))+\s*$"
)
LONGEST = 300  # characters of a label that has notes
LINK = re.compile(r"\[([^\[\]]*)\](?:\([^()\s]*\)|\[[^\[\]]*\])|\\href\s*\{[^{}]*\}\s*\{([^{}]*)\}")
LITERAL = re.compile(r"\\(?:texttt|text|mathrm|textbf|emph|verb)\s*\{([^{}]*)\}")


@dataclass(frozen=True)
class Column:
    """A column whose numbers are checked."""

    index: int
    header: str
    quantity: str
    scale: Any


@dataclass
class Sheet:
    """A table with the meanings of its rows and columns."""

    grid: Grid
    columns: list[Column]
    meanings: dict[int, Meaning] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)
    failed: dict[int, str] = field(default_factory=dict)  # rows whose layer cannot be made
    totals: set[int] = field(default_factory=set)
    first: int = 1

    def cells(self) -> Iterator[tuple[int, Column, Cell]]:
        """Yield the cells of the columns that are checked, by row."""
        for row in range(self.first, len(self.grid.rows)):
            for column in self.columns:
                if column.index < len(self.grid.rows[row]):
                    yield row, column, self.grid.rows[row][column.index]

    def has_numbers(self, row: int) -> bool:
        """Say whether a row has numbers in the columns that are checked: the heading of rows below it has none."""
        cells = self.grid.rows[row]
        return any(c.index < len(cells) and amount_in(cells[c.index].text) for c in self.columns)

    def above(self, total: int) -> list[int]:
        """Return the rows that a total is of: those above it, up to another total; no parts of others."""
        start = max((row for row in self.totals if row < total), default=self.first - 1)
        rows = range(start + 1, total)
        labels = {self.labels.get(row, "") for row in rows}
        return [row for row in rows if not _parents(self.labels.get(row, "")) & labels]

    def values(self, row: int, column: Column) -> dict[str, Any]:
        """Return what a cell should be, by the convention or number format that makes it so; a total is a sum."""
        if row in self.totals:
            parts = [self.values(other, column) for other in self.above(row)]
            if not parts or not all(parts):
                return {}
            shared = [key for key in parts[0] if all(key in part for part in parts)]
            return {key: sum(part[key] for part in parts) for key in shared}
        return values_of(self.meanings[row], column.quantity) if row in self.meanings else {}


def _parents(label: str) -> set[str]:
    parts = label.split(".")
    return {".".join(parts[:i]) for i in range(1, len(parts))}


def values_of(meaning: Meaning, quantity: str) -> dict[str, Any]:
    """Return the values of a quantity, the one that was asked for first."""
    if not isinstance(meaning.value, Cost):
        return {"": meaning.value}
    found: dict[str, Any] = {}
    for candidate in target_of(
        meaning.value, quantity, meaning.convention or None, None
    ).candidates:
        if (
            meaning.convention
            and meaning.convention not in candidate.conventions
            and candidate.conventions
        ):
            continue
        for key in candidate.conventions or (candidate.detail,):
            found.setdefault(key, candidate.value)
    return found


def amount_of(cell: Cell, column: Column) -> Amount | None:
    """Return the number of a cell, in the unit of its column unless it has one of its own."""
    amount = amount_in(cell.text)
    if amount is None or amount.factor != 1 or amount.quantity:
        return amount
    return amount.scaled(column.scale)


def sheet_of(
    grid: Grid,
    meaning_of: Callable[[str], Meaning | None],
    columns: Mapping[Any, str] | None = None,
) -> Sheet:
    """Return a table with its meanings.

    Raises:
        ArgumentError: no column whose quantity is known, or no row whose layer is.
    """
    first = _first_row(grid, meaning_of)
    sheet = Sheet(grid, list(_columns(grid, first, columns or {})), first=first)
    if not sheet.columns:
        headers = ", ".join(repr(plain(cell.text)) for cell in grid.rows[0])
        message = f"no column of this table says a quantity; its headers are {headers}: say which with columns: HEADER = macs"
        raise ArgumentError(message)
    checked = {column.index for column in sheet.columns}
    for row in range(first, len(grid.rows)):
        label = _label(grid.rows[row], checked)
        sheet.labels[row] = label
        if TOTAL.match(plain(label)):
            sheet.totals.add(row)
            continue
        try:
            meaning = meaning_of(label)
        except SymflopsError as error:
            sheet.failed[row] = str(error)
            continue
        if meaning is not None:
            sheet.meanings[row] = meaning
    if not sheet.meanings and not sheet.failed and not sheet.totals:
        message = "no row of this table names a model or a layer: say which with rows: LABEL = NAME"
        raise ArgumentError(message)
    return sheet


def _label(row: tuple[Cell, ...], checked: set[int]) -> str:
    texts = (cell.text for i, cell in enumerate(row) if i not in checked)
    return next((text for text in texts if text.strip() and amount_in(text) is None), "")


def _first_row(grid: Grid, meaning_of: Callable[[str], Meaning | None]) -> int:
    """Return the first row behind the header: with a number, a layer's name, or nothing but a heading of rows."""
    for i, row in enumerate(grid.rows[1:], 1):
        said = [cell.text.strip() for cell in row]
        if any(map(amount_in, said[1:])) or (said[0] and not any(said[1:])):
            return i
        try:
            if row and meaning_of(_label(row, set())) is not None:
                return i
        except SymflopsError:
            return i
    return 1


def _columns(grid: Grid, first: int, stated: Mapping[Any, str]) -> Iterator[Column]:
    wanted = {str(key).strip().casefold(): str(value) for key, value in stated.items()}
    width = max(map(len, grid.rows))
    parts = [[row[i].text for row in grid.rows[:first] if i < len(row)] for i in range(width)]
    headers = [" ".join(texts) for texts in parts]
    keys = [_keys(i, headers[i], texts) for i, texts in enumerate(parts)]
    for key in wanted:
        if key not in set().union(*keys):
            message = f"this table has no column {key!r}; its headers are {', '.join(repr(plain(h)) for h in headers)}"
            raise ArgumentError(message)
    for i, header in enumerate(headers):
        text = next((wanted[key] for key in keys[i] if key in wanted), None)
        own = quantity_of(header)
        if text is not None:
            quantity, scale = asked(text)
            if " in " not in text and own is not None:
                scale = own[1]
            yield Column(i, plain(header), quantity, scale)
        elif own is not None and not wanted:
            yield Column(i, plain(header), *own)


def _keys(index: int, header: str, parts: list[str]) -> dict[str, None]:
    """Return what a column may be called: its number, its header, or the last row of that."""
    texts = (text for text in (header, *parts[-1:]) if text.strip())
    names = (name for text in texts for name in (plain(text).casefold(), text.strip().casefold()))
    return dict.fromkeys((str(index + 1), *names))


def bare(label: str) -> str:
    r"""Return a label as it would be written in code, without the notes and sources behind it.

    >>> bare(r"\texttt{resnet\_50}"), bare("`Linear(3, 4)`"), bare(r"AlexNet~\cite{krizhevsky}")
    ('resnet_50', 'Linear(3, 4)', 'AlexNet')
    """
    text = LINK.sub(r"\1\2", LITERAL.sub(r"\1", label))
    text = NOTED.sub("", text) if len(text) <= LONGEST else text
    return text.replace("\\_", "_").strip().strip("`*$ ").strip()


def known_as(label: str, names: Iterable[str]) -> str | None:
    """Return the name that a label means: ResNet-50 is resnet50, ViT-B/16 vit_b_16.

    >>> known_as("ResNet-50", []), known_as("ViT-B/16", []), known_as("ours", ["Ours"])
    ('resnet50', 'vit_b_16', 'Ours')
    >>> known_as("RegNetX-16GF", []), known_as("RegNetX-1.6GF", [])
    ('regnet_x_16gf', 'regnet_x_1_6gf')
    """
    wanted = _letters(bare(label))
    return next((n for n in names if _letters(n) == wanted and wanted), _models().get(wanted))


@cache
def _models() -> dict[str, str]:
    return {_letters(name): name for name in model_names()}


def _letters(name: str) -> str:
    """Return the letters and digits of a name; what parts two numbers stays, as 1.6 is not 16."""
    text = re.sub(r"(?<=\d)\s*(?:×|times)\s*(?=\d)", "x", plain(name).lower())
    return re.sub(r"(?<!\d)_|_(?!\d)", "", re.sub(r"[\W_]+", "_", text))
