"""The report of a check: a line or more for each claim, as a linter writes them, and as JSON."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from symflops.output.exporting import as_json
from symflops.output.printing import printable, printable_lines, wrapped

if TYPE_CHECKING:
    from symflops.output.terminal import Span

#: A verdict of a claim that could not be read or judged.
UNREAD = "unreadable"
AS_EXPECTED, NOT_AS_EXPECTED, NOT_READ = 0, 1, 2
LONGEST = 200  # characters of a claim that are shown


@dataclass(frozen=True)
class Place:
    """Where something stands: a file, in notebooks a cell, and a line and column from 1."""

    file: str = ""
    line: int = 0
    column: int = 0
    cell: int | None = None

    def __str__(self) -> str:
        where = [printable(self.file)] if self.file else []
        if self.cell is not None:
            where.append(f"cell {self.cell}")
        return ":".join([*where, str(self.line), str(self.column)])


@dataclass(frozen=True)
class Finding:
    """One claim of a document and what was found of it.

    ``kind`` is equation, cell, total, column, unmarked or remark; ``target`` what it was held against;
    ``detail`` holds the Verdict, where there is one.
    """

    place: Place
    kind: str
    claim: str
    verdict: str
    message: str
    holds: bool | None = None
    target: str = ""
    expected: tuple[str, ...] = ()
    conventions: tuple[str, ...] = ()
    detail: Any = None

    @property
    def as_expected(self) -> bool:
        """Whether it is right, or was said not to be."""
        if self.verdict == UNREAD:
            return False
        if self.expected:
            return self.verdict in self.expected or (
                "holds" in self.expected and self.holds is True
            )
        return self.holds is True or self.verdict == "skipped"

    def __str__(self) -> str:
        return "".join(text for _, text in self.spans())

    def spans(self, room: int | None = None) -> list[Span]:
        """Return it in pieces with their roles, the verdict good, bad or a doubt; wrapped to a room."""
        expected = f" (expected {' or '.join(self.expected)})" if self.expected else ""
        shown = " ".join(self.claim.split())
        shown = shown if len(shown) <= LONGEST else f"{shown[:LONGEST]} …"
        target = f" against {self.target}" if self.target else ""
        place = f"{self.place}: "
        head = printable(f"{place}{self.verdict}{expected}: {shown}{target}").rstrip()
        place = printable(place)
        lines = printable_lines(self.message).split("\n")
        message = "".join(
            "\n" + wrapped(f"    {line}", room, " " * 6) for line in lines if line.strip()
        )
        # the verdict is coloured where wrapping has left it whole
        first, verdict, rest = wrapped(head, room, " " * 4).partition(f"{place}{self.verdict}")
        if not verdict:
            return [("", first + message)]
        return [("", place), (self.role, self.verdict), ("", rest + message)]

    @property
    def role(self) -> str:
        """How it is to be taken: good, bad, or a doubt."""
        if self.as_expected:
            return "good"
        return "doubt" if self.verdict == UNREAD or self.holds is None else "bad"

    def record(self) -> dict[str, Any]:
        """Return it as plain values."""
        witness = getattr(self.detail, "witness", None)
        difference = getattr(self.detail, "difference", None)
        return {
            "file": self.place.file,
            "cell": self.place.cell,
            "line": self.place.line,
            "column": self.place.column,
            "kind": self.kind,
            "claim": self.claim,
            "target": self.target,
            "verdict": self.verdict,
            "holds": self.holds,
            "expected": list(self.expected),
            "as_expected": self.as_expected,
            "conventions": list(self.conventions),
            "difference": None if difference is None else str(difference),
            "witness": None
            if witness is None
            else {
                "sizes": {str(symbol): str(size) for symbol, size in witness.sizes.items()},
                "claimed": str(witness.claimed),
                "actual": str(witness.actual),
            },
            "message": self.message,
        }


@dataclass
class Report:
    r"""All that was found in documents or a table; prints what is not as expected, and how many are.

    >>> import symflops as sf
    >>> print(sf.check_table("model,params\nvgg16,138357544\nresnet50,25.6M\n", rows="zoo"))
    2 claims: 2 as expected
    """

    findings: list[Finding] = field(default_factory=list)

    @property
    def unexpected(self) -> list[Finding]:
        """What is wrong and was not said to be, or the other way round."""
        return [f for f in self.findings if not f.as_expected]

    @property
    def status(self) -> int:
        """0 where all is as expected, 1 where not, 2 where something could not be read."""
        if any(f.verdict == UNREAD for f in self.findings):
            return NOT_READ
        return NOT_AS_EXPECTED if self.unexpected else AS_EXPECTED

    def __bool__(self) -> bool:
        """Whether all is as expected."""
        return self.status == AS_EXPECTED

    def to_text(self, *, every: bool = False) -> str:
        """Return the lines of a linter; with ``every``, also of what is as expected."""
        return "".join(text for _, text in self.spans(every=every))

    def spans(self, *, every: bool = False, room: int | None = None) -> list[Span]:
        """Return the same in pieces with their roles, wrapped to a room."""
        found: list[Span] = []
        for finding in self.findings if every else self.unexpected:
            found += [*finding.spans(room), ("", "\n")]
        role = ("good", "bad", "doubt")[self.status]
        return [*found, (role, self.summary())]

    __str__ = to_text
    __repr__ = to_text

    def summary(self) -> str:
        """Say how many claims there are, and how many are as expected."""
        claims = [f for f in self.findings if f.verdict != "skipped"]
        skipped = len(self.findings) - len(claims)
        counts = Counter(
            "could not be read"
            if f.verdict == UNREAD
            else "as expected"
            if f.as_expected
            else "not"
            for f in claims
        )
        parts = [
            f"{counts[word]} {word}"
            for word in ("as expected", "not", "could not be read")
            if counts[word]
        ]
        if skipped:
            parts.append(
                f"{skipped} without anything to hold {'it' if skipped == 1 else 'them'} against"
            )
        noun = "claim" if len(claims) == 1 else "claims"
        return f"{len(claims)} {noun}: {', '.join(parts)}" if parts else "0 claims"

    def to_json(self) -> str:
        """Return the report as JSON: ``findings``, ``summary`` and ``status``."""
        document = {
            "findings": [finding.record() for finding in self.findings],
            "summary": self.summary(),
            "status": self.status,
        }
        return as_json(document, indent=1)
