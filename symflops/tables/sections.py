"""What gives a table its order: rows under a heading with their subtotal, and notes that a mark leads to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import sympy

Role = Literal["row", "inside", "heading", "subtotal", "total"]
SUBTOTAL = "subtotal"


@dataclass(frozen=True)
class Mark:
    """A raised letter, behind what a note below the table belongs to and in front of the note."""

    letters: str


@dataclass(frozen=True)
class Equal:
    """Expressions that are equal, each to the next: H = W = 224."""

    sides: tuple[sympy.Expr, ...]

    def __str__(self) -> str:
        return " = ".join(map(str, self.sides))


@dataclass(frozen=True)
class Section:
    """Rows that stand together, from ``start`` to before ``stop``: their heading, and what they add up to."""

    heading: Any
    start: int
    stop: int
    subtotal: tuple[Any, ...]

    def with_cells(self, change: Callable[[tuple[Any, ...]], tuple[Any, ...]]) -> Section:
        """Return the section with other cells in its subtotal."""
        return replace(self, subtotal=change(self.subtotal))


@dataclass(frozen=True)
class Printed:
    """A line of a table as it is printed: a heading is one cell across all columns."""

    role: Role
    cells: tuple[Any, ...]

    @property
    def inset(self) -> bool:
        """Whether the line stands under a heading."""
        return self.role in ("inside", "subtotal")


def printed(
    rows: tuple[tuple[Any, ...], ...],
    sections: tuple[Section, ...],
    total: tuple[Any, ...] | None,
) -> Iterator[Printed]:
    """Yield the lines of a table from the top: the rows of a section between its heading and its subtotal."""
    starts = {section.start: section for section in sections}
    ends = {section.stop: section for section in sections}
    inside = False
    for i, row in enumerate(rows):
        if i in starts:
            inside = True
            yield Printed("heading", (starts[i].heading,))
        yield Printed("inside" if inside else "row", row)
        if i + 1 in ends:
            inside = False
            yield Printed("subtotal", ends[i + 1].subtotal)
    if total is not None:
        yield Printed("total", total)


def lettered(notes: Iterable[Any]) -> dict[Any, str]:
    """Return a letter for each note, in the order in which they are met: a to z, then aa."""
    found = dict.fromkeys(notes)
    letters = (letter * (1 + turn) for turn in range(len(found)) for letter in ascii_lowercase)
    return dict(zip(found, letters, strict=False))
