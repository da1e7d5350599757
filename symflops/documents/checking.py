"""Checks whole documents: definitions in order, each mark with its equation, each marked table."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symflops.documents import marked_tables, unmarked
from symflops.documents.definitions import Scope
from symflops.documents.judgments import finding, verdict_on
from symflops.documents.pieces import BLANK_LINE, Equation, Grid, Remark
from symflops.documents.remarks import read_statement
from symflops.documents.reports import UNREAD, Finding, Place, Report
from symflops.documents.sources import MOST_FILES, DocumentError, Source, included, sources
from symflops.errors import SymflopsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from symflops.documents.remarks import Statement


def check_files(paths: Iterable[str | Path], *, without_marks: bool = False) -> Report:
    """Check documents, each with definitions of its own.

    ``without_marks`` also judges what needs no mark: equalities of numbers, steps of chains, and totals of
    tables. A file that cannot be read is a finding as well.
    """
    report = Report()
    for path in paths:
        report.findings += Walk(Path(path), without_marks=without_marks).findings()
    return report


@dataclass
class Walk:
    """One pass over a document and the files that it takes in."""

    root: Path
    without_marks: bool = False
    scope: Scope = field(default_factory=Scope)
    macros: dict[str, str] = field(default_factory=dict)
    files: int = 0

    def findings(self) -> list[Finding]:
        """Return everything that was found, in the order of the text."""
        return list(self.of_file(self.root, Place(str(self.root), 1, 1), ()))

    def of_file(self, path: Path, place: Place, within: tuple[Path, ...]) -> Iterator[Finding]:
        """Yield what is found in a file."""
        try:
            found = self.opened(path, within)
        except DocumentError as error:
            yield Finding(place, "file", str(path), UNREAD, error.message)
            return
        for source in found:
            yield from self.of_source(source, (*within, path.resolve()))

    def opened(self, path: Path, within: tuple[Path, ...]) -> list[Source]:
        """Return the texts of a file that is not being read already."""
        self.files += 1
        if self.files > MOST_FILES:
            message = f"{self.root}: takes in more than {MOST_FILES} files"
            raise DocumentError(message)
        if path.resolve() in within:
            message = f"{path}: takes in itself"
            raise DocumentError(message)
        return list(sources(path))

    def of_source(self, source: Source, within: tuple[Path, ...]) -> Iterator[Finding]:
        """Yield what is found in one text."""
        pieces = source.pieces
        self.macros |= pieces.macros
        statements = list(self.statements(source))
        taken: set[int] = set()
        for remark, statement in statements:
            if not isinstance(statement, Finding) and statement.verb in (
                "check",
                "ignore",
                "table",
            ):
                piece = _piece(source, remark, taken, statement)
                taken |= {piece.start} if piece is not None else set()
        events: list[tuple[int, Any]] = [(r.start, (r, s)) for r, s in statements]
        events += [(inclusion.start, inclusion) for inclusion in pieces.inclusions]
        done: set[int] = set()
        for _, event in sorted(events, key=lambda pair: pair[0]):
            if isinstance(event, tuple):
                yield from self.of_statement(source, *event, done)
                continue
            here = source.place(event.start)
            try:
                path = included(event.name, self.root, source.path)
            except DocumentError as error:
                yield Finding(here, "file", event.name, UNREAD, error.message)
                continue
            yield from self.of_file(path, here, within)
        if self.without_marks:
            yield from unmarked.findings(source, taken, self.macros)

    def statements(self, source: Source) -> Iterator[tuple[Remark, Statement | Finding]]:
        """Yield the remarks of a text with what they say."""
        for remark in source.pieces.remarks:
            try:
                yield remark, read_statement(remark.text)
            except SymflopsError as error:
                yield (
                    remark,
                    Finding(source.place(remark.start), "remark", remark.text, UNREAD, str(error)),
                )

    def of_statement(
        self, source: Source, remark: Remark, statement: Statement | Finding, done: set[int]
    ) -> Iterator[Finding]:
        """Yield what comes of one remark."""
        place = source.place(remark.start)
        if isinstance(statement, Finding):
            yield statement
        elif statement.verb == "let":
            failed = finding_of(lambda: self.scope.define(statement), place, remark.text)
            yield from [failed] if failed else []
        elif statement.verb == "check":
            yield self.of_mark(source, remark, statement, done)
        elif statement.verb == "table":
            grid = belonging(source, remark, done, Grid)
            if not isinstance(grid, Grid):
                yield Finding(
                    place, "remark", remark.text, UNREAD, "no table stands next to this mark"
                )
                return
            done.add(grid.start)
            yield from marked_tables.findings(source, grid, statement, self.scope, place)

    def of_mark(
        self, source: Source, remark: Remark, statement: Statement, done: set[int]
    ) -> Finding:
        """Return the verdict on the equation that a mark belongs to."""
        equation = belonging(source, remark, done, Equation)
        place = source.place(remark.start)
        if not isinstance(equation, Equation):
            return Finding(
                place, "remark", remark.text, UNREAD, "no equation stands next to this mark"
            )
        done.add(equation.start)
        here = source.place(equation.start)
        return finding(
            here,
            "equation",
            equation.text,
            lambda: verdict_on(equation.text, self.scope.meant(statement), self.macros),
            statement.expected,
            statement.head,
        )


def finding_of(run: Any, place: Place, text: str) -> Finding | None:
    """Run something, and return what goes wrong as a finding."""
    try:
        run()
    except SymflopsError as error:
        return Finding(place, "remark", text, UNREAD, str(error))
    except Exception as error:  # noqa: BLE001 - a document is hostile, and nobody wants a traceback of it
        return Finding(
            place,
            "remark",
            text,
            UNREAD,
            f"cannot be taken: {type(error).__name__}: {str(error)[:200]}",
        )
    return None


def _piece(
    source: Source, remark: Remark, taken: set[int], statement: Statement
) -> Equation | Grid | None:
    """Return what a mark takes: what stands nearest, for one that says that something is not checked."""
    if statement.verb == "table":
        return belonging(source, remark, taken, Grid)
    equation = belonging(source, remark, taken, Equation)
    if statement.verb == "check":
        return equation
    found = [p for p in (equation, belonging(source, remark, taken, Grid)) if p is not None]
    return min(found, key=lambda piece: abs(piece.start - remark.start), default=None)


def belonging(source: Source, remark: Remark, done: set[int], kind: Any) -> Equation | Grid | None:
    """Return the equation or table that a mark belongs to.

    That is the one that ends before it on its line, else the one that follows without a blank line between,
    else the one before without a blank line between, else the next one before the next mark.
    """
    text = source.text
    found, starts = source.ordered(kind)
    first = bisect_left(starts, remark.end)
    before = found[first - 1] if first and found[first - 1].end <= remark.start else None
    inside = found[first - 1] if first and found[first - 1].end > remark.start else None
    if inside is not None and before is None and first > 1:
        before = found[first - 2]
    after = next((p for p in found[first:] if p.start not in done or kind is Grid), None)
    if remark.trailing and before is not None and "\n" not in text[before.end : remark.start]:
        return before  # type: ignore[no-any-return]
    if after is not None and getattr(after, "kind", "math") == "code":
        after = _unless_far(after, text, remark)
    remarks, places = source.ordered(Remark)
    following = bisect_left(places, remark.end)
    between = after is not None and following < len(remarks) and places[following] < after.start
    if kind is Grid and inside is not None:
        return inside  # type: ignore[no-any-return]
    if after is not None and not between and not BLANK_LINE.search(text[remark.end : after.start]):
        return after  # type: ignore[no-any-return]
    if (
        before is not None
        and before.start not in done
        and not BLANK_LINE.search(text[before.end : remark.start])
    ):
        return before  # type: ignore[no-any-return]
    return None if between else after


def _unless_far(after: Any, text: str, remark: Remark) -> Any:
    """Return a code span only where it stands right behind the mark."""
    return None if "\n\n" in text[remark.end : after.start] else after
