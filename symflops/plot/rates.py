"""What a machine does in a second, as its data sheet has it: 312 TFLOP/s, 2 TB/s."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symflops.errors import ArgumentError
from symflops.reading.amounts import unit_of
from symflops.symbols import exact

if TYPE_CHECKING:
    import sympy

RATE = re.compile(
    r"(\d{1,30}(?:,\d{3}){0,9}(?:\.\d{1,30})?)(?:[eE]([+-]?\d{1,2}))?\s*(.*)", re.ASCII
)
#: What is counted, how one writes so many a second, with what an author may mean instead.
SPELLED = {
    "flops": ("peak", "'312 TFLOP/s'"),
    "bytes": ("bandwidth", "'2 TB/s' (of bits, 'Tb/s', 8 make a byte)"),
}
PER_SECOND = re.compile(r"(?:/s|/sec|/second| per second)$")


@dataclass(frozen=True)
class Roof:
    """The most that a machine can do: FLOPs a second, and bytes a second that it moves."""

    name: str
    peak: sympy.Rational
    bandwidth: sympy.Rational

    @property
    def ridge(self) -> sympy.Rational:
        """The FLOPs a byte from which on the peak is the bound."""
        return self.peak / self.bandwidth

    def attainable(self, intensity: Any) -> Any:
        """Return the most FLOPs a second at so many FLOPs a byte."""
        return min(self.peak, intensity * self.bandwidth)


def roofs(peak: Any, bandwidth: Any) -> list[Roof]:
    """Return the roofs: one, or one a name; what is not named holds for all of them.

    >>> [str(roof.ridge) for roof in roofs({"tensor cores": "312 TFLOP/s", "FP32": "19.5 TFLOP/s"}, "2 TB/s")]
    ['156', '39/4']

    Raises:
        ArgumentError: no rate, or names of the one that are not those of the other.
    """
    named = [set(given) for given in (peak, bandwidth) if isinstance(given, Mapping)]
    if any(names != named[0] or not names for names in named):
        message = (
            f"peak and bandwidth must name the same roofs, at least one; got {peak} and {bandwidth}"
        )
        raise ArgumentError(message)
    first = next((given for given in (peak, bandwidth) if isinstance(given, Mapping)), {"": None})
    each = (
        (name, *(x[name] if isinstance(x, Mapping) else x for x in (peak, bandwidth)))
        for name in first
    )
    return [Roof(str(name), rate(a, "flops"), rate(b, "bytes")) for name, a, b in each]


def rate(value: Any, quantity: str) -> sympy.Rational:
    """Return how many FLOPs (``"flops"``) or bytes (``"bytes"``) a second, exactly.

    >>> rate("19.5 TFLOP/s", "flops"), rate("900 GB/s", "bytes"), rate("1 GiB/s", "bytes"), rate(2e12, "bytes")
    (19500000000000, 900000000000, 1073741824, 2000000000000)

    Raises:
        ArgumentError: no positive number, or another unit.
    """
    name, example = SPELLED[quantity]
    message = (
        f"{name} must be a positive number a second, or text such as {example}; got {value!r:.80}"
    )
    if isinstance(value, str):
        number = _read(value.strip(), quantity)
    else:
        try:
            number = exact(value)
        except ArgumentError:
            raise ArgumentError(message) from None
    if number is None or not number.is_Rational or number <= 0:
        raise ArgumentError(message)
    return number


def _read(text: str, quantity: str) -> sympy.Rational | None:
    match = RATE.fullmatch(text)
    if match is None:
        return None
    digits, power, unit = match.groups()
    number = exact(Fraction(digits.replace(",", ""))) * exact(10) ** int(power or 0)
    if not unit:
        return number
    counted = PER_SECOND.sub("", unit)
    found = unit_of(counted, apart=True)
    # FLOPS are floating-point operations per second
    a_second = counted != unit or counted.endswith("FLOPS")
    return number * found.factor if found and found.quantity == quantity and a_second else None
