"""What a table in LaTeX is asked for: the room there is, the part of a document, and how it is set."""

from __future__ import annotations

from dataclasses import dataclass

from symflops.errors import ArgumentError, UnknownNameError
from symflops.tables.escape import ENGINES, escape

WIDTHS = {"page": 345.0, "column": 235.0}  # points: article at 10 pt, and one of two columns
SPANNING = 487.0  # both of two columns, where they are narrowest: table* with fit="column"
PARTS = ("table", "table*", "tabular", "rows")
SCALES = {"K": 10**3, "M": 10**6, "G": 10**9}


@dataclass(frozen=True)
class Options:
    """What the caller asked for."""

    fit: str = "page"
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
        choices = {"fit": WIDTHS, "part": PARTS, "scale": SCALES, "engine": ENGINES}
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
        return SPANNING if spans else WIDTHS[self.fit]

    def escape(self, text: str) -> str:
        """Make words from outside safe for the engine."""
        return escape(text, self.engine)
