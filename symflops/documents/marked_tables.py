"""Checks tables: the numbers of each row against its layer or model, totals against sums."""

from __future__ import annotations

import contextlib
import csv
import io
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symflops.costs import Cost, cost
from symflops.documents import latex, markdown
from symflops.documents.cells import judged_cells
from symflops.documents.definitions import Meaning, Scope
from symflops.documents.pieces import Cell, Grid, Pieces
from symflops.documents.remarks import Statement, pairs
from symflops.documents.reports import UNREAD, Finding, Place, Report
from symflops.documents.sheets import Sheet, bare, known_as, sheet_of
from symflops.documents.sources import MAX_SIZE, SUFFIXES, Source, load
from symflops.errors import ArgumentError, ReadError, SymflopsError
from symflops.layers.base import Layer
from symflops.reading.layers import layer_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from symflops.conventions import Convention

MOST_CELLS = 20_000


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
    return Report(list(judged_cells(source, sheet, ())))


def findings(
    source: Source, grid: Grid, statement: Statement, scope: Scope, place: Place
) -> Iterator[Finding]:
    """Yield what is found in a marked table."""
    try:
        yield from judged_cells(source, sheet_for(grid, statement, scope), statement.expected)
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
    """Return a part of a cost by its name, behind which its kind may stand, as in the tables of symflops."""
    with contextlib.suppress(SymflopsError):
        return whole[name]
    name, space, kind = name.replace("\\*", "*").partition(" ")
    with contextlib.suppress(SymflopsError):
        part = whole[name]
        return part if space and kind == getattr(part.root, "kind", "") else None
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
    if not isinstance(table, str | Path):
        message = f"a table is text or the path of a file, got {type(table).__name__}; of a Table, take .to_csv()"
        raise ArgumentError(message)
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
        parted = max(",;\t", key=text.partition("\n")[0].count)
        reader = csv.reader(io.StringIO(text), strict=True, delimiter=parted)
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
