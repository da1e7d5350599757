"""Units for people: bytes of a number format, and numbers with a prefix."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy

from symflops.errors import ArgumentError, UnknownNameError
from symflops.symbols import exact

#: Bits of one element.
BITS = {
    "float64": 64,
    "float32": 32,
    "float16": 16,
    "bfloat16": 16,
    "float8": 8,
    "int64": 64,
    "int32": 32,
    "int16": 16,
    "int8": 8,
    "uint8": 8,
    "int4": 4,
}


def bytes_of(dtype: str) -> sympy.Rational:
    """Return the bytes of one element of a number format.

    Raises:
        UnknownNameError: no format has this name.
    """
    if dtype not in BITS:
        raise UnknownNameError("dtype", str(dtype), BITS)
    return sympy.Rational(BITS[dtype], 8)


DECIMAL = ("", "k", "M", "G", "T", "P", "E", "Z", "Y")
MOST_DIGITS = 100  # more are wanted by mistake
BINARY = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi")


def si(
    x: Any, unit: str = "", *, binary: bool = False, digits: int = 3, scale: str | None = None
) -> str:
    """Return a number with a decimal prefix, or a binary one, to ``digits`` significant digits.

    ``scale`` is the prefix to use, where numbers are to stand side by side. A number that was rounded keeps its
    zeros, 31.0, and one that is exact has none, 31.

    >>> si(8_178_368_512, "FLOPs")
    '8.18 GFLOPs'
    >>> si(30_958_700_544, "FLOPs"), si(31 * 10**9, "FLOPs")
    ('31.0 GFLOPs', '31 GFLOPs')
    >>> si(102_228_128, "B", binary=True)
    '97.5 MiB'
    >>> si(313_000_000, "FLOPs", scale="G")
    '0.313 GFLOPs'

    Raises:
        ArgumentError: the value still has symbols, or no such number of digits.
        UnknownNameError: no such prefix.
    """
    value = exact(x)
    if not value.is_Rational:
        message = f"si() needs a number, got {x}; put values in first, with at()"
        raise ArgumentError(message)
    if type(digits) is not int or not 1 <= digits <= MOST_DIGITS:
        message = f"digits must be a whole number from 1 to {MOST_DIGITS}, got {digits!r}"
        raise ArgumentError(message)
    scaled, prefixes = Fraction(value.p, value.q), BINARY if binary else DECIMAL
    step = 1024 if binary else 1000
    if scale is not None and scale not in prefixes:
        raise UnknownNameError("scale", str(scale), prefixes[1:])
    power = 0 if scale is None else prefixes.index(scale)
    scaled /= step**power
    while scale is None and power + 1 < len(prefixes) and abs(_rounded(scaled, digits)) >= step:
        scaled, power = scaled / step, power + 1
    rounded = _rounded(scaled, digits)
    places = 0 if rounded == scaled else _places(rounded, digits)
    return f"{plain(rounded, places)} {prefixes[power]}{unit}".rstrip()


def _rounded(value: Fraction, digits: int) -> Fraction:
    """Round to significant digits, halves away from zero, but never whole digits away."""
    scale = 10 ** _places(value, digits)
    half = Fraction(1, 2) if value >= 0 else Fraction(-1, 2)
    return Fraction(int(value * scale + half), scale)


def _places(value: Fraction, digits: int) -> int:
    """Return how many places behind the point are significant digits."""
    whole = len(str(abs(int(value)))) if abs(value) >= 1 else 0
    return max(0, digits - whole) if whole else _leading_zeros(value) + digits


def _leading_zeros(value: Fraction) -> int:
    zeros = 0
    while value and abs(value) * 10 ** (zeros + 1) < 1:
        zeros += 1
    return zeros


def plain(value: Fraction, places: int = 0) -> str:
    """Write a terminating decimal, with commas and no more trailing zeros than ``places`` need."""
    sign, value = ("-" if value < 0 else ""), abs(value)
    whole, rest = divmod(value, 1)
    digits = ""
    while rest:
        rest *= 10
        digits += str(int(rest))
        rest -= int(rest)
    digits = digits.ljust(places, "0")
    return f"{sign}{int(whole):,}" + (f".{digits}" if digits else "")


def percent(share: Any) -> str:
    """Write a share as percent with one digit behind the point, halves up.

    >>> percent(sympy.Rational(1, 3))
    '33.3 %'
    """
    return f"{fixed(exact(share) * 100, 1)} %"


def fixed(value: sympy.Rational, places: int) -> str:
    """Write a number with as many places as asked for, halves up, exactly."""
    scale = 10**places
    scaled = Fraction(value.p, value.q) * scale + Fraction(1, 2)
    whole, rest = divmod(scaled.numerator // scaled.denominator, scale)
    return f"{whole:,}.{rest:0{places}d}" if places else f"{whole:,}"


def fixed_digits(value: sympy.Rational, digits: int = 3) -> str:
    """Write a number with at least ``digits`` significant digits: 15470.26, 1.73, 0.00173."""
    if value == 0:
        return "0"
    exactly = Fraction(value.p, value.q)
    places = max(2, _leading_zeros(exactly) + digits) if abs(exactly) < 1 else 2
    return fixed(value, places)
