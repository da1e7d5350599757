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
from symflops.documents.definitions import Scope
from symflops.documents.marked_tables import sheet_for
from symflops.documents.numbers_printed import NUMBER, amount_in
from symflops.documents.pieces import Equation, Grid, Lines, Remark
from symflops.documents.remarks import read_statement, split
from symflops.documents.sheets import amount_of
from symflops.documents.sources import (
    NOTEBOOK,
    SUFFIXES,
    DocumentError,
    Source,
    load,
    notebook,
    source_of,
    sources,
)
from symflops.errors import ArgumentError, SymflopsError
from symflops.printed import Formula
from symflops.symbols import exact

if TYPE_CHECKING:
    from symflops.documents.definitions import Meaning
    from symflops.documents.remarks import Statement

OPEN = {"", "?", "??", "…", "...", "TODO", "TBD", "tbd", "todo", "\\ldots", "\\dots"}

#: The remarks between which something is filled in.
FILLS = re.compile(r"\s*(end|fill)\b")


@dataclass(frozen=True)
class Change:
    """A span of a text and what is to stand there."""

    start: int
    end: int
    text: str


def filled(path: str | Path) -> tuple[str, str, int]:
    """Return the text of a file, the same with everything filled in, and how many places have a mark for that.

    Raises:
        DocumentError: a file, a mark or a value that cannot be read; the message names file and line.
    """
    path = Path(path)
    before = load(path)
    scope, places = Scope(), 0
    if path.suffix.lower() != NOTEBOOK:
        (source,) = sources(path)
        changes = changes_of(source, scope)
        return before, applied(before, changes), len(changes)
    document = notebook(path, before)
    for source in sources(path):
        changes = changes_of(source, scope)
        places += len(changes)
        if source.cell is None:
            continue
        cell = document["cells"][source.cell - 1]
        text = applied(source_of(path, cell), changes)
        cell["source"] = (
            text.splitlines(keepends=True) if isinstance(cell["source"], list) else text
        )
    return before, written_like(before, document, notebook(path, before)), places


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


def changes_of(source: Source, scope: Scope) -> list[Change]:
    """Return what is to be filled in in one text.

    Raises:
        DocumentError: a mark or a value that cannot be read.
    """
    changes: list[Change] = []
    done: set[int] = set()
    for remark in source.pieces.remarks:
        try:
            statement = read_statement(remark.text)
            if statement.verb == "let":
                scope.define(statement)
            elif statement.verb == "table":
                changes += _cells(source, remark, statement, scope, done)
            elif statement.verb == "fill":
                changes.append(change(source, remark, statement, scope))
        except DocumentError:
            raise
        except SymflopsError as error:
            message = f"{source.place(remark.start)}: {error}"
            raise DocumentError(message) from None
        except Exception as error:  # noqa: BLE001 - a document is hostile, and nobody wants a traceback of it
            message = f"{source.place(remark.start)}: cannot be filled in: {type(error).__name__}: {str(error)[:200]}"
            raise DocumentError(message) from None
    return changes


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
        if not values or (amount is None and cell.text.strip() not in OPEN):
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
        if getattr(value, "is_Rational", False) and amount.explains(value) is None:
            changes.append(
                Change(cell.start + amount.start, cell.start + amount.end, amount.written(value))
            )
        else:
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
    return _before(source, remark, _value(meaning))


def _before(source: Source, remark: Remark, value: Any) -> Change:
    """Return the number or formula that takes the place of the one before a mark on its line."""
    text = source.text
    begin = text.rfind("\n", 0, remark.start) + 1
    equation = next(
        (
            e
            for e in reversed(source.pieces.equations)
            if begin <= e.start and e.end <= remark.start and e.kind != "line"
        ),
        None,
    )
    between = text[equation.end : remark.start] if equation is not None else ""
    if equation is not None and not re.search(r"\d", between):
        return _in_equation(equation, value, source)
    line = text[begin : remark.start]
    found = [m for m in NUMBER.finditer(line) if line[: m.start()][-1:] not in ("\\", "_")]
    if not found or not getattr(value, "is_Rational", False):
        message = "no number stands before this mark on its line; write one, or a formula, which is then replaced"
        raise ArgumentError(message)
    last = found[-1]
    amount = amount_in(last[0])
    if amount is None:
        last = re.search(r"\d[\d,]*(?:\.\d+)?(?=\D*$)", line)  # type: ignore[assignment]
        amount = amount_in(last[0])
    if amount is None:
        message = f"{last[0]} is no number that is read"
        raise ArgumentError(message)
    start = begin + last.start()
    if amount.explains(value) is not None:
        return Change(
            start + amount.start,
            start + amount.end,
            text[start + amount.start : start + amount.end],
        )
    return Change(start + amount.start, start + amount.end, amount.written(value))


def _in_equation(equation: Equation, value: Any, source: Source) -> Change:
    """Return the formula that takes the place of another, behind the name that stands in front of it."""
    text = equation.text
    name = re.match(r"\s*[^=≈]*?(?:&?=|≈|\\approx)\s*&?\s*", text)
    start = equation.start + (name.end() if name else 0)
    amount = amount_in(text[start - equation.start :])
    if amount is not None and value.is_Rational:
        digits = source.text[start + amount.start : start + amount.end]
        new = (
            amount.written(value).replace(",", "{,}")
            if amount.group == ","
            else amount.written(value)
        )
        text = digits if amount.explains(value) is not None else new
        return Change(start + amount.start, start + amount.end, text)
    formula = _formula(value)
    return Change(start, equation.end, formula if equation.kind == "math" else str(Formula(value)))


def _formula(value: Any) -> str:
    return f"{int(value):,}".replace(",", "{,}") if value.is_Integer else Formula(value).latex


def _value(meaning: Meaning) -> Any:
    if isinstance(meaning.value, Cost) and not meaning.quantity:
        message = "say which quantity is filled in, such as fill: conv.macs"
        raise ArgumentError(message)
    return exact(meaning.of(meaning.quantity))


def _grouped(value: Any, source: Source) -> str:
    if not getattr(value, "is_Rational", False):
        return f"${Formula(value).latex}$"
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
            start = remark.end
            kept = inside[amount.start : amount.end]
            return Change(
                start + amount.start,
                start + amount.end,
                kept if amount.explains(value) else amount.written(value),
            )
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
