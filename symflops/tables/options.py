"""What a table in LaTeX is asked for: the room there is, the part of a document, and how it is set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from symflops.errors import ArgumentError, UnknownNameError
from symflops.tables.escape import ENGINES, escape

WIDTHS = {"page": 345.0, "column": 235.0}  # points: article at 10 pt, and one of two columns
NARROW = 290.0  # a width below is that of a column
BOUNDS = 50, 1000  # points of a width that is given
SPANNING = 487.0  # both of two columns, where they are narrowest: table* with fit="column"
PARTS = ("table", "table*", "tabular", "rows")
SCALES = {"K": 10**3, "M": 10**6, "G": 10**9}


@dataclass(frozen=True)
class Options:
    """What the caller asked for."""

    fit: str | float = "page"
    part: str = "table"
    caption: str | None = None
    label: str | None = None
    scale: str | None = None
    siunitx: bool = False
    longtable: bool = False
    engine: str = "pdflatex"

    def __post_init__(self) -> None:
        for kind in ("caption", "label"):
            value = getattr(self, kind)
            if value is not None and not isinstance(value, str):
                message = f"{kind} must be text, got {value!r}"
                raise ArgumentError(message)
        points(self.fit)
        choices = {"part": PARTS, "scale": SCALES, "engine": ENGINES}
        for kind, known in choices.items():
            value = getattr(self, kind)
            if value not in tuple(known) and (value is not None or kind != "scale"):
                raise UnknownNameError(kind, str(value), known)
        if self.longtable and self.part != "table":
            message = f"longtable=True makes a part of its own, got part={self.part!r} as well"
            raise ArgumentError(message)
        if self.caption is not None and self.part in ("tabular", "rows"):
            message = f"part={self.part!r} has no caption; write it around the \\input"
            raise ArgumentError(message)
        if self.label is not None and self.caption is None:
            message = f"the label {self.label!r} needs a caption to refer to"
            raise ArgumentError(message)

    @property
    def is_float(self) -> bool:
        """Whether the table is one that must not be longer than a page."""
        return not self.longtable and self.part in ("table", "table*")

    @property
    def width(self) -> float:
        """The width that there is, in points."""
        spans = self.part == "table*" and self.fit == "column"
        return SPANNING if spans else points(self.fit)

    @property
    def place(self) -> str:
        """What the table is for: a page or a column."""
        return "column" if points(self.fit) < NARROW else "page"

    def escape(self, text: str) -> str:
        """Make words from outside safe for the engine."""
        return escape(text, self.engine)


def points(fit: Any) -> float:
    """Return a width in points: that of a page, of a column, or one that is given.

    >>> points("column"), points(229.5)
    (235.0, 229.5)

    Raises:
        UnknownNameError: another word.
        ArgumentError: no width, or one that nothing is set in.
    """
    if isinstance(fit, str):
        if fit not in WIDTHS:
            raise UnknownNameError("fit", fit, WIDTHS)
        return WIDTHS[fit]
    least, most = BOUNDS
    if isinstance(fit, bool) or not isinstance(fit, int | float) or not least <= fit <= most:
        message = f"fit is 'page', 'column' or a width from {least} to {most} points, got {fit!r}"
        raise ArgumentError(message)
    return float(fit)
