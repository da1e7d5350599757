"""Checks tables: the numbers of each row against its layer or model, totals against sums."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symflops.claims.judging import check
from symflops.costs import Cost, cost
from symflops.documents import latex, markdown
from symflops.documents.definitions import Meaning, Scope
from symflops.documents.judgments import finding, verdict_on
from symflops.documents.pieces import Cell, Grid, Pieces
from symflops.documents.remarks import Statement, pairs
from symflops.documents.reports import UNREAD, Finding, Place, Report
from symflops.documents.sheets import Column, Sheet, amount_of, bare, known_as, sheet_of, values_of
from symflops.documents.sources import MAX_SIZE, SUFFIXES, Source, load
from symflops.errors import ArgumentError, ReadError, SymflopsError
from symflops.layers.base import Layer
from symflops.reading.layers import layer_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from symflops.conventions import Convention

BLANK = {"", "-", "–", "—", "--", "---", "n/a", "N/A", "?", "…", "..."}
MOST_CELLS = 20_000
TEN = 10


def check_table(
    table: str | Path,
    rows: Any = None,
    columns: Mapping[Any, str] | None = None,
    *,
    at: Mapping[str, Any] | None = None,
    assume: Any = (),
    convention: str | Convention | None = None,
) -> Report:
    r"""Recompute the numbers of a table: CSV, LaTeX or Markdown, as text or the path of a file.

    ``rows`` maps labels to layers, costs, ``(layer, input)`` or formulas; ``"zoo"`` or nothing takes them as
    names of models (ResNet-50 is ``zoo.resnet50``), and a cost as names of its parts. ``columns`` maps headers
    (or numbers from 1) to quantities, with a unit where the header has none: ``{"Size": "model_size in MiB"}``;
    without it headers such as ``Params (M)`` and ``GFLOPs`` say it. Rows called total are sums. ``at`` puts
    numbers in.

    >>> import symflops as sf
    >>> report = sf.check_table("model,Params (M),GMACs\nVGG-16,138.4,15.5\nResNet-18,11.7,1.9\n", at={"H": 224, "W": 224})
    >>> print(report)  # doctest: +ELLIPSIS
    table:3:1: wrong: 1.9 against ResNet-18.macs
        Wrong. ...
    4 claims: 3 as expected, 1 not
    >>> report.status
    1

    Raises:
        ArgumentError: no table, no column whose quantity is known, or no row whose layer is.
        DocumentError: a file that cannot be read.
        UnknownNameError: no such column, quantity, unit or convention.
    """
    source, grid = _table(table)
    scope = Scope()
    clauses = {"under": getattr(convention, "name", convention)} if convention is not None else {}
    meaning_of = _given(rows, scope, dict(at or {}), assume, clauses)
    sheet = sheet_of(grid, meaning_of, columns)
    return Report(list(_findings(source, sheet, ())))


def findings(
    source: Source, grid: Grid, statement: Statement, scope: Scope, place: Place
) -> Iterator[Finding]:
    """Yield what is found in a marked table."""
    try:
        yield from _findings(source, sheet_for(grid, statement, scope), statement.expected)
    except SymflopsError as error:
        yield Finding(place, "remark", f"table {statement.head}".strip(), UNREAD, str(error))
    except Exception as error:  # noqa: BLE001 - a document is hostile, and nobody wants a traceback of it
        message = f"cannot be judged: {type(error).__name__}: {str(error)[:200]}"
        yield Finding(place, "remark", f"table {statement.head}".strip(), UNREAD, message)


def sheet_for(grid: Grid, statement: Statement, scope: Scope) -> Sheet:
    """Return the table that a mark speaks of, with the meanings that it gives.

    Raises:
        SymflopsError: rows or columns that are not there, or a clause that cannot be read.
    """
    if sum(map(len, grid.rows)) > MOST_CELLS:
        message = f"a table has at most {MOST_CELLS:,} cells"
        raise ArgumentError(message)
    clauses = {k: v for k, v in statement.clauses.items() if k not in ("rows", "columns", "expect")}
    stated = pairs(statement.clauses.get("rows", ""))
    columns = pairs(statement.clauses.get("columns", ""))
    whole = scope.meant(replace(statement, clauses=clauses)) if statement.head else None

    @cache
    def meaning_of(label: str) -> Meaning | None:
        name = bare(label)
        if whole is not None and isinstance(whole.value, Cost):
            return (
                replace(whole, value=_part(whole.value, name), name=name)
                if _part(whole.value, name)
                else None
            )
        text = next(
            (v for k, v in stated.items() if k in (label, name) or known_as(name, [k]) == k), None
        )
        text = text or known_as(name, scope.known) or (name if _is_layer(name) else None)
        return (
            None
            if text is None
            else scope.meant(Statement("check", text, "", clauses, statement.letters))
        )

    return sheet_of(grid, meaning_of, columns)


def _part(whole: Cost, name: str) -> Cost | None:
    try:
        return whole[name]
    except SymflopsError:
        return None


def _is_layer(name: str) -> bool:
    return (
        "(" in name and name.split("(", maxsplit=1)[0].strip().removeprefix("sf.") in layer_names()
    )


def _given(
    rows: Any, scope: Scope, at: dict[str, Any], assume: Any, clauses: dict[str, Any]
) -> Callable[[str], Meaning | None]:
    """Return what says of a label which layer it is, as Python gives it."""
    told = rows if isinstance(rows, dict) else {}
    if (
        not isinstance(rows, dict)
        and rows not in (None, "zoo")
        and not isinstance(rows, Cost | Layer | tuple)
    ):
        message = f'rows maps labels to layers, is a cost or a layer, or "zoo"; got {rows!r}'
        raise ArgumentError(message)
    whole = (
        _bound(_meant(rows, assume), at)
        if rows is not None and not told and rows != "zoo"
        else None
    )

    def meaning_of(label: str) -> Meaning | None:
        name = bare(label)
        convention = clauses.get("under", "")
        if whole is not None:
            part = _part(whole, name)
            return Meaning(part, convention=convention, name=name) if part is not None else None
        key = next(
            (k for k in told if str(k) in (label, name) or known_as(name, [str(k)]) == str(k)), None
        )
        if key is not None and not isinstance(told[key], str):
            return Meaning(_bound(_meant(told[key], assume), at), convention=convention, name=name)
        text = (
            told[key]
            if key is not None
            else known_as(name, ()) or (name if _is_layer(name) else None)
        )
        if text is None:
            return None
        found = scope.found(text)
        return replace(found, value=_bound(found.value, at), convention=convention, name=name)

    return cache(meaning_of)


def _meant(value: Any, assume: Any) -> Any:
    if isinstance(value, Layer):
        return cost(value, assume=assume)
    if isinstance(value, tuple | list) and value and isinstance(value[0], Layer):
        layer, *rest = value
        return cost(layer, rest[0] if len(rest) == 1 else rest or None, assume=assume)
    return value


def _bound(value: Any, at: dict[str, Any]) -> Any:
    own = {
        s.name: s
        for s in (value.symbols if isinstance(value, Cost) else getattr(value, "free_symbols", ()))
    }
    values = {k: v for k, v in at.items() if k in own}
    if isinstance(value, Cost):
        return value.at(values) if values else value
    return value.xreplace({own[k]: v for k, v in values.items()}) if values else value


def _table(table: str | Path) -> tuple[Source, Grid]:
    """Return the first table of a file or a text."""
    path = Path(table) if isinstance(table, Path) or _names_a_file(table) else None
    text = load(path) if path is not None else str(table)
    if len(text) > MAX_SIZE:
        message = f"a table has at most {MAX_SIZE:,} characters"
        raise ArgumentError(message)
    suffix = path.suffix.lower() if path is not None else ""
    scan = SUFFIXES.get(suffix) or (latex.scan if "\\begin{" in text else markdown.scan)
    pieces = Pieces() if suffix == ".csv" else scan(text)
    grid = pieces.grids[0] if pieces.grids else _csv(text)
    return Source(path or Path(), str(path or "table"), text, pieces), grid


def _names_a_file(text: str) -> bool:
    return "\n" not in text and Path(text).suffix.lower() in (*SUFFIXES, ".csv", ".txt")


def _csv(text: str) -> Grid:
    rows, starts = [], [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    try:
        reader = csv.reader(io.StringIO(text), strict=True)
        begin = 0
        for row in reader:
            if row:
                rows.append(tuple(Cell(starts[begin], starts[begin], cell.strip()) for cell in row))
            begin = reader.line_num
    except csv.Error as error:
        raise ReadError(f"no table: {error}", text[:80], 0) from None
    if len(rows) < 2 or max(map(len, rows)) < 2:  # noqa: PLR2004 - a header and a row, a label and a number
        message = "no table: expected a header and rows, as CSV, LaTeX or Markdown"
        raise ArgumentError(message)
    return Grid(0, len(text), tuple(rows))


def _findings(source: Source, sheet: Sheet, expected: tuple[str, ...]) -> Iterator[Finding]:
    fits: dict[int, list[tuple[str, set[str]]]] = {}
    for row, message in sheet.failed.items():
        yield Finding(
            source.place(sheet.grid.rows[row][0].start), "cell", sheet.labels[row], UNREAD, message
        )
    for row, label in sheet.labels.items():
        if row not in sheet.meanings and row not in sheet.totals and row not in sheet.failed:
            place = source.place(sheet.grid.rows[row][0].start)
            yield Finding(place, "cell", label, "skipped", "names no model or layer that is known")
    for row, column, cell in sheet.cells():
        if cell.text.strip() in BLANK or (row not in sheet.meanings and row not in sheet.totals):
            continue
        found = (
            _total(source, sheet, row, column, cell)
            if row in sheet.totals
            else _cell(source, sheet, row, column, cell)
        )
        if found is not None:
            yield replace(found, expected=expected)
            if found.conventions and found.holds:
                fits.setdefault(column.index, []).append(
                    (sheet.labels[row], set(found.conventions))
                )
    for column in sheet.columns:
        if mixed := _mixed(fits.get(column.index, [])):
            place = source.place(
                sheet.grid.rows[0][min(column.index, len(sheet.grid.rows[0]) - 1)].start
            )
            yield Finding(place, "column", column.header, "ambiguous", mixed)


def _mixed(fits: list[tuple[str, set[str]]]) -> str:
    """Say which two rows of a column are not counted in one way."""
    if not fits or set.intersection(*(names for _, names in fits)):
        return ""
    first, ways = fits[0]
    for label, names in fits[1:]:
        if not ways & names:
            listed = (", ".join(sorted(found)) for found in (ways, names))
            return f"The rows are not counted in one way: {first} is right under {next(listed)}, {label} under {next(listed)}."
        ways &= names
    return ""


def _cell(source: Source, sheet: Sheet, row: int, column: Column, cell: Cell) -> Finding | None:
    """Return the verdict on one number, or on one formula."""
    meaning, label = sheet.meanings[row], sheet.labels[row]
    place, target = source.place(cell.start), f"{bare(label)}.{column.quantity}"
    amount = amount_of(cell, column)
    if amount is None:
        meaning = replace(meaning, quantity=column.quantity)
        return finding(
            place,
            "cell",
            cell.text,
            lambda: verdict_on(cell.text.strip("$` "), meaning, {}),
            (),
            target,
        )
    try:
        values = values_of(meaning, column.quantity)
    except SymflopsError as error:
        return Finding(place, "cell", cell.text, UNREAD, str(error), None, target)
    if (found := fitting(amount, values)) is not None:
        word, names = found
        message = f"{label}: {next(values[n] for n in names)}" if word == "approximation" else ""
        return Finding(
            place, "cell", cell.text, word, message, holds=True, target=target, conventions=names
        )
    free: Iterable[Any] = set().union(*(getattr(v, "free_symbols", set()) for v in values.values()))
    if free:
        names = tuple(sorted(s.name for s in free))
        message = f"a number, but the {column.quantity} of {label} have symbols: put numbers in, as in: at {names[0]}=224"
        return Finding(place, "cell", cell.text, UNREAD, message, None, target)
    if not isinstance(meaning.value, Cost):
        return finding(
            place, "cell", cell.text, lambda: check(claim_of(amount), meaning.value), (), target
        )
    way = meaning.convention or None
    return finding(
        place,
        "cell",
        cell.text,
        lambda: check(claim_of(amount), meaning.value, column.quantity, convention=way),
        (),
        target,
    )


def fitting(amount: Any, values: dict[str, Any]) -> tuple[str, tuple[str, ...]] | None:
    """Return the verdict on a number that is one of the values, exactly or rounded, and which of them fit."""
    first = next(iter(values), "")
    fits = {
        n: how
        for n, v in values.items()
        if getattr(v, "is_Rational", False) and (how := amount.explains(v))
    }
    if not fits:
        return None
    exactly = tuple(name for name, how in fits.items() if how == "exact")
    if first in fits:
        return ("correct" if first in exactly else "approximation"), tuple(fits)
    return ("correct_under_convention" if exactly else "approximation"), exactly or tuple(fits)


def claim_of(amount: Any) -> str:
    """Return a number as a formula that keeps the digits it was printed with."""
    unit, power = amount.unit, 0
    digits = str(amount.value / unit)
    while unit > 1 and unit % TEN == 0:
        unit, power = unit / TEN, power + 1
    while unit < 1 and unit.q % TEN == 0:
        unit, power = unit * TEN, power - 1
    if unit == 1 and not amount.exact:
        return f"{digits}e{power}"
    return str(amount.value) if amount.value.is_Integer else f"{amount.value.p}/{amount.value.q}"


def _total(source: Source, sheet: Sheet, row: int, column: Column, cell: Cell) -> Finding | None:
    """Return the verdict on a total: the sum of what the rows above should be, else of what they say."""
    amount = amount_of(cell, column)
    if amount is None or not sheet.above(row):
        return None
    place, target = source.place(cell.start), f"sum of {len(sheet.above(row))} rows"
    values = sheet.values(row, column)
    if values and all(getattr(v, "is_Rational", False) for v in values.values()):
        found = fitting(amount, values)
        total = next(iter(values.values()))
        word, names = found or ("wrong", ())
        message = (
            ""
            if found
            else f"The rows above add up to {int(total):,}."
            if total.is_Integer
            else f"The rows above add up to {total}."
        )
        return Finding(
            place,
            "total",
            cell.text,
            word,
            message,
            holds=found is not None,
            target=target,
            conventions=names,
        )
    cells = [
        sheet.grid.rows[r][column.index]
        for r in sheet.above(row)
        if column.index < len(sheet.grid.rows[r])
    ]
    return printed_total(place, cell, amount, [amount_of(c, column) for c in cells])


def printed_total(place: Place, cell: Cell, amount: Any, parts: list[Any]) -> Finding | None:
    """Return the verdict on a total of printed numbers, each of which may have been rounded; None for fewer than two."""
    found = [part for part in parts if part is not None]
    if len(found) < 2:  # noqa: PLR2004 - one number is no sum
        return None
    total = sum(part.value for part in found)
    room = sum(0 if part.exact else part.unit for part in (*found, amount)) / 2
    holds = bool(abs(total - amount.value) <= room)
    word = "wrong" if not holds else "correct" if total == amount.value else "approximation"
    shown = f"{int(total):,}" if total == int(total) else str(float(total))
    message = "" if holds else f"The {len(found)} numbers above add up to {shown}."
    return Finding(
        place, "total", cell.text, word, message, holds=holds, target=f"sum of {len(found)} rows"
    )
