"""Fills numbers, formulas and tables in, in place: what stands there gives the form, the layers give the value."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symflops.conventions import named
from symflops.costs import Cost
from symflops.documents.attaching import belonging
from symflops.documents.cells import fitting
from symflops.documents.definitions import Scope
from symflops.documents.in_front import OPEN, Change, before, formula, renewed
from symflops.documents.marked_tables import sheet_for
from symflops.documents.numbers_printed import amount_in
from symflops.documents.pieces import Grid, Inclusion, Lines, Remark
from symflops.documents.remarks import read_statement, split
from symflops.documents.sheets import amount_of
from symflops.documents.sources import (
    MOST_FILES,
    NOTEBOOK,
    SUFFIXES,
    DocumentError,
    Source,
    included,
    load,
    notebook,
    sources,
)
from symflops.errors import ArgumentError, SymflopsError
from symflops.output.printing import printable
from symflops.symbols import exact

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.documents.definitions import Meaning
    from symflops.documents.remarks import Statement

#: The remarks between which something is filled in.
FILLS = re.compile(r"\s*(end|fill)\b")


@dataclass(frozen=True)
class Text:
    """A file as it is, the same with everything filled in, and how many places have a mark for that."""

    path: Path
    before: str
    after: str
    places: int


def filled(path: str | Path) -> tuple[str, str, int]:
    """Return the text of a file, the same with everything filled in, and how many places have a mark for that.

    Raises:
        DocumentError: a file, a mark or a value that cannot be read; the message names file and line.
    """
    text = all_filled([path])[0]
    return text.before, text.after, text.places


def all_filled(paths: Iterable[str | Path]) -> list[Text]:
    r"""Return documents filled in, each with the files that it takes in by ``\input`` and that have marks.

    Raises:
        DocumentError: a file, a mark or a value that cannot be read; the message names file and line.
    """
    found: dict[Path, Text] = {}
    asked = set()
    for path in map(Path, paths):
        asked.add(path)
        if path.resolve() not in found:
            taken: dict[Path, Text] = {}
            _fill(path, path, Scope(), taken)
            found |= {file: text for file, text in taken.items() if file not in found}
    return [text for text in found.values() if text.places or text.path in asked]


def _fill(path: Path, root: Path, scope: Scope, found: dict[Path, Text]) -> None:
    """Fill in a file and what it takes in, in the order of the text."""
    before = load(path)
    found[path.resolve()] = Text(path, before, before, 0)  # also for those that take it in again
    if len(found) > MOST_FILES:
        message = f"{printable(str(root))}: takes in more than {MOST_FILES} files"
        raise DocumentError(message)
    document = notebook(path, before) if path.suffix.lower() == NOTEBOOK else None
    after, places = before, 0
    for source in sources(path):
        changes: list[Change] = []
        done: set[int] = set()
        scope.macros |= source.pieces.macros
        for piece in source.in_order:
            if isinstance(piece, Remark):
                changes += _changes(source, piece, scope, done)
            elif (taken := _taken_in(piece, root, path)) and taken.resolve() not in found:
                _fill(taken, root, scope, found)
        places += len(changes)
        after = applied(source.text, changes)
        if changes and document is not None and source.cell is not None:
            cell = document["cells"][source.cell - 1]
            is_list = isinstance(cell["source"], list)
            cell["source"] = after.splitlines(keepends=True) if is_list else after
    if document is not None:
        after = written_like(before, document, notebook(path, before))
    found[path.resolve()] = Text(path, before, after, places)


def _taken_in(inclusion: Inclusion, root: Path, path: Path) -> Path | None:
    """Return a file that is taken in; None where TeX has it from elsewhere: nothing there is filled in."""
    try:
        return included(inclusion.name, root, path)
    except DocumentError:
        return None


def written_like(before: str, document: Any, original: Any) -> str:
    """Write a notebook as it was written: with its indentation, letters and last line."""
    end = before[len(before.rstrip()) :]
    for indent in (1, 2, 4, None):
        for plain in (False, True):
            if json.dumps(original, indent=indent, ensure_ascii=plain) + end == before:
                return json.dumps(document, indent=indent, ensure_ascii=plain) + end
    return (
        before
        if document == original
        else json.dumps(document, indent=1, ensure_ascii=False) + (end or "\n")
    )


def applied(text: str, changes: list[Change]) -> str:
    """Return a text with changes made, none of which overlap."""
    parts, end = [], 0
    for change in sorted(changes, key=lambda c: c.start):
        if change.start < end:
            continue
        parts += [text[end : change.start], change.text]
        end = change.end
    return "".join([*parts, text[end:]])


def _changes(source: Source, remark: Remark, scope: Scope, done: set[int]) -> list[Change]:
    """Return what one mark fills in.

    Raises:
        DocumentError: a mark or a value that cannot be read.
    """
    try:
        statement = read_statement(remark.text)
        if statement.verb == "let":
            scope.define(statement)
        elif statement.verb == "table":
            return _cells(source, remark, statement, scope, done)
        elif statement.verb == "fill":
            return [change(source, remark, statement, scope)]
    except SymflopsError as error:
        message = f"{source.place(remark.start)}: {error}"
        raise DocumentError(message) from None
    except Exception as error:  # noqa: BLE001 - a document is hostile, and nobody wants a traceback of it
        message = f"{source.place(remark.start)}: cannot be filled in: {type(error).__name__}: {str(error)[:200]}"
        raise DocumentError(message) from None
    return []


def _cells(
    source: Source, remark: Remark, statement: Statement, scope: Scope, done: set[int]
) -> list[Change]:
    """Return the numbers of a marked table, each in the form of the one that stands there."""
    if statement.expected:
        return []  # a known erratum stays what it is
    grid = belonging(source, remark, done, Grid)
    if not isinstance(grid, Grid):
        message = "no table stands next to this mark"
        raise ArgumentError(message)
    done.add(grid.start)
    sheet = sheet_for(grid, statement, scope)
    for message in sheet.failed.values():
        raise ArgumentError(message)
    changes = []
    for row, column, cell in sheet.cells():
        values = sheet.values(row, column)
        amount = amount_of(cell, column)
        is_open = not cell.text.strip() or OPEN.fullmatch(cell.text.strip())
        if not values or (amount is None and not is_open):
            continue
        value = next(iter(values.values()))
        if amount is None:
            text, start = _grouped(value / column.scale, source), cell.start
            if start == cell.end:  # an empty cell: the spaces in it go
                text = f" {text} "
                while source.text[start - 1 : start] in (" ", "\t"):
                    start -= 1
            changes.append(Change(start, cell.end, text))
            continue
        if getattr(value, "is_Rational", False) and fitting(amount, values) is None:
            changes.append(renewed(amount, cell.start, source.text, value))
        else:  # right under some way of counting, as check has it
            changes.append(Change(cell.start, cell.end, cell.text))
    return changes


def change(source: Source, remark: Remark, statement: Statement, scope: Scope) -> Change:
    """Return what one mark fills in: a block up to its end, or the number or formula before it.

    Raises:
        SymflopsError: nothing stands there that is filled in, or a value that cannot be read.
    """
    head = statement.head.strip()
    table = head.endswith(".table")
    meaning = scope.meant(replace(statement, head=head.removesuffix(".table")))
    following = (r for r in source.pieces.remarks if r.start > remark.start)
    closing = next((r for r in following if (verb := FILLS.match(r.text)) and verb[1]), None)
    is_block = closing is not None and closing.text.strip() == "end"
    if closing is not None and is_block:
        return _block(source, remark, closing, meaning, statement, table=table)
    if table:
        message = "the table that is filled in has no end: a remark that says symflops end"
        raise ArgumentError(message)
    value = _value(meaning)
    return before(source, remark, value, _grouped(value, source))


def _value(meaning: Meaning) -> Any:
    if isinstance(meaning.value, Cost) and not meaning.quantity:
        message = "say which quantity is filled in, such as fill: conv.macs"
        raise ArgumentError(message)
    return exact(meaning.of(meaning.quantity))


def _grouped(value: Any, source: Source) -> str:
    if not getattr(value, "is_Rational", False):
        return f"${formula(value)}$"
    if not value.is_Integer:
        return f"{float(value):.1f}"
    digits = f"{int(value):,}"
    return (
        digits.replace(",", "{,}")
        if SUFFIXES.get(source.path.suffix.lower(), None) is SUFFIXES[".tex"]
        else digits
    )


def _block(
    source: Source,
    remark: Remark,
    closing: Remark,
    meaning: Meaning,
    statement: Statement,
    *,
    table: bool,
) -> Change:
    """Return what stands between a mark and its end: a table, or a value."""
    is_latex = source.path.suffix.lower() in (".tex", ".ltx", ".latex", ".sty")
    if not table:
        value = _value(meaning)
        inside = source.text[remark.end : closing.start]
        amount = amount_in(inside)
        if amount is not None and value.is_Rational:
            return renewed(amount, remark.end, source.text, value)
        lead = inside[: len(inside) - len(inside.lstrip())] or ("\n" if is_latex else "")
        tail = inside[len(inside.rstrip()) :] if inside.strip() else ""
        return Change(remark.end, closing.start, f"{lead}{_grouped(value, source)}{tail or lead}")
    if not isinstance(meaning.value, Cost):
        message = "only a layer or a model has a table"
        raise ArgumentError(message)
    cost = meaning.value.under(named(meaning.convention)) if meaning.convention else meaning.value
    columns = [
        name.strip() for name in split(statement.clauses.get("columns", ""), ",") if name.strip()
    ]
    made = cost.table(columns or None)
    text = made.to_latex() if is_latex else made.to_markdown()
    newline = "\r\n" if "\r\n" in source.text else "\n"
    body = text.strip("\n").replace("\n", newline)
    lead = newline if is_latex else newline * 2
    if is_latex:
        begin = Lines(source.text).place(closing.start)[1] - 1
        return Change(remark.end, closing.start - begin, f"{newline}{body}{newline}")
    return Change(remark.end, closing.start, f"{lead}{body}{lead}")
