"""What a terminal is asked for: its width, and whether it wants colour.

Commands hand over pieces of text with their roles; here a role becomes a colour, where there is one.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple, TextIO

from symflops.output.printing import printable_lines

if TYPE_CHECKING:
    from collections.abc import Mapping

#: A role and the text that has it; "" is plain text.
Span = tuple[str, str]
Spans = Iterable[Span]
NARROWEST = 40  # places: a narrower terminal is taken for one of these
WHEN = ("auto", "always", "never")
STYLES = {
    "header": "1",
    "total": "1",
    "note": "2",
    "good": "32",
    "doubt": "33",
    "bad": "31",
    "error": "1;31",
}


class Terminal(NamedTuple):
    """Where something is printed: how wide it is (None: any width will do), and whether it is coloured."""

    width: int | None = None
    colour: bool = False

    @classmethod
    def of(cls, stream: TextIO | None, when: str = "auto") -> Terminal:
        """Return what is known of a stream."""
        return cls(
            max(NARROWEST, shutil.get_terminal_size().columns) if is_terminal(stream) else None,
            is_coloured(stream, when, os.environ),
        )

    def painted(self, spans: Spans) -> str:
        """Return pieces as one text, in colour where that is wanted; nothing in it reaches the terminal raw."""
        return "".join(self._painted(role, text) for role, text in spans)

    def _painted(self, role: str, text: str) -> str:
        text = text if self.width is None else printable_lines(text)
        if not (role and self.colour):
            return text
        # a line at a time: pagers lose a colour at the end of a line
        lines = text.split("\n")
        return "\n".join(f"\x1b[{STYLES[role]}m{line}\x1b[m" if line else line for line in lines)


def is_terminal(stream: TextIO | None) -> bool:
    """Say whether a stream is a terminal; one that is closed or missing is none."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def is_coloured(stream: TextIO | None, when: str, environment: Mapping[str, str]) -> bool:
    """Say whether a stream is coloured: asked for, else by NO_COLOR, FORCE_COLOR, TERM and what it is.

    In this order, as Python itself does; a variable that is empty says nothing.
    """
    if when != "auto":
        return when == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return environment.get("TERM") != "dumb" and is_terminal(stream)


def plain(spans: Spans) -> str:
    """Return pieces as one text without colour."""
    return "".join(text for _, text in spans)
