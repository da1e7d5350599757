"""Every error a user can meet: what is wrong, where, and the way out.

Each class is also a builtin's subclass, so ``except ValueError`` works. Must not import anything heavy:
the command line loads it before it knows whether it needs sympy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from symflops.output.printing import printable, printable_lines, width

if TYPE_CHECKING:
    from collections.abc import Iterable


class SymflopsError(Exception):
    """The base of all errors of symflops; ``where`` is the path of the layer, outermost first."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.where: list[str] = []
        self.kind = ""
        self.inputs = ""
        self.needed: object = None  # the relation that does not hold, where it is one

    def inside(self, kind: str, inputs: str) -> None:
        """Record in which layer the error arose, and what came in there; the innermost stays."""
        if not self.kind:
            self.kind, self.inputs = kind, inputs

    def within(self, name: str) -> None:
        """Record that the error bubbled out of the child called ``name``."""
        self.where.insert(0, name)

    def __str__(self) -> str:
        text = self.message
        if isinstance(self, ShapeError) and self.inputs:
            text += f" (input shape {self.inputs})"
        if self.where:
            text += f"\n  in {'.'.join(self.where)} ({self.kind})"
        return printable_lines(text)  # what it quotes may be hostile, and tracebacks print it raw


class ShapeError(SymflopsError, ValueError):
    """A tensor has the wrong rank or a size that the layer cannot take."""


class ArgumentError(SymflopsError, ValueError):
    """A layer or a function was given an argument that cannot be."""


class SymbolError(SymflopsError, ValueError):
    """A symbol's name is malformed, names two symbols at once, or is not there."""


class ConditionError(SymflopsError, ValueError):
    """A stated fact or an assumed condition does not hold."""


class NotClosedError(SymflopsError, ValueError):
    """A sum or a recurrence over a symbolic depth has no closed form known here."""


class UnknownNameError(SymflopsError, LookupError):
    """No layer, convention, column, metric or model has this name; ``close`` holds near matches."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        import difflib  # noqa: PLC0415 - only an error pays for it

        self.kind, self.name, self.known = kind, name, sorted(set(known))
        lower = [candidate.lower() for candidate in self.known]
        near = difflib.get_close_matches(name.lower(), lower, n=3)
        self.close = [c for match in near for c in self.known if c.lower() == match][:3]
        if self.close:
            hint = f"did you mean {' or '.join(repr(match) for match in self.close)}?"
        elif len(self.known) <= LISTED:
            hint = f"there are: {', '.join(self.known)}"
        else:
            hint = f"there are {len(self.known)}, from {self.known[0]} to {self.known[-1]}"
        super().__init__(f"unknown {kind} {name!r}; {hint}")


LISTED = 40  # as many names as an error message lists when none of them is close


class ReadError(SymflopsError, ValueError):
    """A text cannot be read; ``text`` and ``position`` say where, and a caret shows it."""

    def __init__(self, message: str, text: str, position: int) -> None:
        super().__init__(message)
        self.text, self.position = text, position

    def __str__(self) -> str:
        start = max(0, self.position - WINDOW)
        before, after = (
            printable(part.replace("\n", " ").replace("\t", " "))
            for part in (
                self.text[start : self.position],
                self.text[self.position : self.position + WINDOW],
            )
        )
        return f"{super().__str__()}\n  {before}{after}\n  {' ' * width(before)}^"


WINDOW = 36  # characters shown on either side of the caret, so that 80 columns are enough
