"""Checks whole documents: definitions in order, each mark with its equation, each marked table."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symflops.documents import filling, marked_tables, unmarked
from symflops.documents.attaching import belonging
from symflops.documents.definitions import Scope
from symflops.documents.judgments import finding, verdict_on
from symflops.documents.pieces import Equation, Grid, Remark
from symflops.documents.remarks import read_statement
from symflops.documents.reports import UNREAD, Finding, Place, Report
from symflops.documents.sources import MOST_FILES, DocumentError, Source, included, sources
from symflops.errors import SymflopsError
from symflops.output.printing import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from symflops.documents.in_front import Change
    from symflops.documents.remarks import Statement

SHORT = 100  # characters of what is to be filled in


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
    files: int = 0

    def findings(self) -> list[Finding]:
        """Return everything that was found, file by file, in the order of the text."""
        found = list(self.of_file(self.root, Place(str(self.root), 1, 1), ()))
        order = {file: i for i, file in reversed(list(enumerate(f.place.file for f in found)))}
        return sorted(
            found,
            key=lambda f: (order[f.place.file], f.place.cell or 0, f.place.line, f.place.column),
        )

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
            message = f"{printable(str(self.root))}: takes in more than {MOST_FILES} files"
            raise DocumentError(message)
        found = list(sources(path))
        if path.resolve() in within:
            message = f"{printable(str(path))}: takes in itself"
            raise DocumentError(message)
        return found

    def of_source(self, source: Source, within: tuple[Path, ...]) -> Iterator[Finding]:
        """Yield what is found in one text."""
        pieces = source.pieces
        self.scope.macros |= pieces.macros
        statements = list(self.statements(source))
        self.scope.places |= {
            s.name: source.place(remark.start)
            for remark, s in statements
            if not isinstance(s, Finding) and s.verb == "let"
        }
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
                yield from self.of_statement(source, event[0], event[1], done)
                continue
            here = source.place(event.start)
            try:
                path = included(event.name, self.root, source.path)
            except DocumentError as error:
                yield Finding(here, "file", event.name, UNREAD, error.message)
                continue
            yield from self.of_file(path, here, within)
        if self.without_marks:
            yield from unmarked.findings(source, taken, self.scope.macros)

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
        elif statement.verb == "fill":
            yield self.of_fill(source, remark, statement)
        elif statement.verb == "table":
            grid = belonging(source, remark, done, Grid)
            if not isinstance(grid, Grid):
                yield Finding(
                    place, "remark", remark.text, UNREAD, "no table stands next to this mark"
                )
                return
            done.add(grid.start)
            yield from marked_tables.findings(source, grid, statement, self.scope, place)

    def of_fill(self, source: Source, remark: Remark, statement: Statement) -> Finding:
        """Say whether what was filled in is still right."""
        place = source.place(remark.start)
        found: list[Change] = []
        failed = finding_of(
            lambda: found.append(filling.change(source, remark, statement, self.scope)),
            place,
            remark.text,
        )
        if failed is not None:
            return failed
        (new,) = found
        here, text = source.place(new.start), source.text[new.start : new.end]
        holds, shown = text == new.text, " ".join(new.text.split())
        message = (
            f"Stale: it is {shown}."
            if len(shown) < SHORT
            else "Stale: symflops fill makes it anew."
        )
        word, message = ("correct", "") if holds else ("wrong", message)
        return Finding(here, "filled", text.strip(), word, message, holds, statement.head)

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
        here, claim = source.place(equation.start), source.claim(equation)
        return finding(
            here,
            "equation",
            claim,
            lambda: verdict_on(claim, self.scope.meant(statement), self.scope.macros),
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
