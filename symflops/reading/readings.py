"""What a formula was read as: expressions, chains of them, orders of growth, and what was taken for granted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Relation:
    r"""A chain of sides with the signs between them: ``a = b ≈ c``; ``O(…)`` is a side with its order.

    The signs are ``=``, ``≈``, ``<``, ``>``, ``<=``, ``>=``, ``!=`` and ``∝``. Where a text begins with a
    sign, as a row that goes on does, the first side is None.

    >>> import symflops as sf
    >>> sf.parse(r"2ab = 2c \approx 7")
    Relation(sides=(2*a*b, 2*c, 7), signs=('=', '≈'))
    """

    sides: tuple[Any, ...]
    signs: tuple[str, ...]

    def __str__(self) -> str:
        first, *rest = ("…" if side is None else str(side) for side in self.sides)
        pairs = zip(self.signs, rest, strict=True)
        return " ".join([first, *(f"{sign} {side}" for sign, side in pairs)])


@dataclass(frozen=True)
class Growth:
    r"""An order of growth: ``O(N²·D)``, ``Θ(…)``; what stands inside is ``expr``.

    The order is ``O``, ``o``, ``Theta`` or ``Omega``, with a ``~`` in front where a tilde is.

    >>> import symflops as sf
    >>> sf.parse(r"\tilde{\mathcal{O}}(N^2 D)")
    Growth(order='~O', expr=D*N**2)
    """

    order: str
    expr: Any

    def __str__(self) -> str:
        return f"{self.order}({self.expr})"


@dataclass(frozen=True)
class Printed:
    """A number as it was printed: its value, what one in its last digit is worth, and its text."""

    value: Any
    unit_in_the_last_place: Any
    text: str


@dataclass
class Reading:
    """What a text was read as, and what reading it took."""

    value: Any
    #: What a unit says that the numbers are: flops, macs, mults, adds, params, bytes, bits, seconds, or nothing.
    quantity: str = ""
    #: The numbers that rounding may have touched: with decimals, a prefix, an exponent or a percent sign.
    printed: list[Printed] = field(default_factory=list)
    #: The terms that braces name, by their labels.
    labels: dict[str, Any] = field(default_factory=dict)
    #: What was taken for granted, in words.
    notes: list[str] = field(default_factory=list)
    #: What was put right of pasted text; it stands among the notes, too.
    mended: list[str] = field(default_factory=list)
    #: What else the text may say; the notes of each tell how it differs.
    readings: list[Reading] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Write down what was taken for granted, once."""
        if text not in self.notes:
            self.notes.append(text)
