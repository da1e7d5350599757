"""Judges the cells of a table whose rows and columns are known, its totals, and whether a column is counted in one way."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from symflops.claims.judging import check
from symflops.costs import Cost
from symflops.documents.judgments import finding, verdict_on
from symflops.documents.pieces import Cell
from symflops.documents.reports import UNREAD, Finding, Place
from symflops.documents.sheets import Column, Sheet, amount_of, bare, values_of
from symflops.errors import SymflopsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from symflops.documents.definitions import Meaning
    from symflops.documents.sources import Source

BLANK = {"", "-", "–", "—", "--", "---", "n/a", "N/A", "?", "…", "..."}
TEN = 10
OF_WEIGHTS = ("params", "active_params", "model_size")
#: A number that a value is below: $<$0.01.
BELOW = re.compile(r"\$?\s*<\s*\$?\s*([^$<]+)\$?")
SHORT = re.compile(r"\\mathcal|([A-Za-z]+)_\{?(\d+)\}?")


def judged_cells(source: Source, sheet: Sheet, expected: tuple[str, ...]) -> Iterator[Finding]:
    """Yield the verdict on every cell, and on every column whose rows are not counted in one way."""
    fits: dict[int, list[tuple[str, set[str]]]] = {}
    for row, message in sheet.failed.items():
        yield Finding(
            source.place(sheet.grid.rows[row][0].start), "cell", sheet.labels[row], UNREAD, message
        )
    for row, label in sheet.labels.items():
        unknown = row not in sheet.meanings and row not in sheet.totals and row not in sheet.failed
        if unknown and sheet.has_numbers(row):
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
    printed_here = _has_kind(label, meaning)
    if printed_here and _is_short(cell.text, meaning):
        return None  # the table says below what it is
    if amount is None and (below := BELOW.fullmatch(cell.text)):
        return _bound(sheet, row, column, Cell(cell.start, cell.end, below[1]), place)
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
    if printed_here and amount.value == 0 and column.quantity in OF_WEIGHTS:
        return None  # the same weights as in another row
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


def _has_kind(label: str, meaning: Meaning) -> bool:
    """Say whether the kind of a layer stands behind its name, as in the tables of symflops."""
    kind = getattr(getattr(meaning.value, "root", None), "kind", "")
    return bool(kind) and bare(label).endswith(f" {kind}")


def _is_short(text: str, meaning: Meaning) -> bool:
    """Say whether a formula has a short form: H_1 where only H is a symbol."""
    own = {symbol.name for symbol in getattr(meaning.value, "symbols", ())}
    return any(
        m[1] is None or (m[1] in own and f"{m[1]}_{m[2]}" not in own) for m in SHORT.finditer(text)
    )


def _bound(sheet: Sheet, row: int, column: Column, cell: Cell, place: Place) -> Finding | None:
    """Return the verdict on a number that a value is said to be below."""
    amount, values = amount_of(cell, column), sheet.values(row, column)
    known = values and all(getattr(v, "is_Rational", False) for v in values.values())
    if amount is None or not known:
        return None
    holds = any(value < amount.value for value in values.values())
    message = "" if holds else f"It is {next(iter(values.values()))}, which is not less."
    target = f"{bare(sheet.labels[row])}.{column.quantity}"
    word = "correct" if holds else "wrong"
    return Finding(place, "cell", f"< {cell.text}", word, message, holds=holds, target=target)


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
