"""Whether a printed number is an exact one that was rounded or cut off, and by how much it is off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from symflops.errors import ArgumentError
from symflops.exprs import ZERO
from symflops.symbols import exact as taken

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sympy

    from symflops.reading.readings import Printed

How = Literal["rounded", "truncated"]
DIGITS = 2  # of a number that ends in zeros, as many are taken to be meant


def explained(printed: Printed, exact: Any, value: Any = None) -> How | None:
    """Say whether a printed number comes of an exact one: by rounding it, or by cutting digits off.

    ``value`` is what the claim comes to where the printed number stands in it with a factor or below a
    fraction bar: 240,000,000 of ``60M · 4``, 1/56.9 of ``56.9``. A whole number that ends in zeros may have been
    rounded further than its last digit, to two digits at the coarsest; zeros behind a decimal point are digits.

    >>> from symflops.reading.readings import Printed
    >>> sixty = Printed(60_000_000, 1_000_000, "60M")
    >>> explained(sixty, 60_965_224), explained(sixty, 59_965_224), explained(sixty, 61_100_840)
    ('truncated', 'rounded', None)
    >>> explained(sixty, 60_965_224 * 4, value=60_000_000 * 4)
    'truncated'

    Raises:
        ArgumentError: the exact value is no number.
    """
    shown, unit = taken(printed.value), taken(printed.unit_in_the_last_place)
    for meant in _meant(shown, _number(exact), None if value is None else _number(value)):
        if (how := _how(shown, unit, meant)) is not None:
            return how
    if "." in printed.text:
        return None
    for meant in _meant(shown, _number(exact), None if value is None else _number(value)):
        if _how(shown, _coarsest(shown, unit), meant) == "rounded":
            return "rounded"
    return None


def off_by(claim: Any, exact: Any) -> sympy.Rational | None:
    """Return by how much a claim is off, relative to the exact value; above 0 where it is too large.

    >>> off_by(11, 10), off_by(60_000_000, 60_965_224), off_by(1, 0)
    (1/10, -120653/7620653, None)

    Raises:
        ArgumentError: one of both is no number.
    """
    claim, exact = _number(claim), _number(exact)
    if exact == 0:
        return ZERO if claim == 0 else None
    return (claim - exact) / abs(exact)


def _number(value: Any) -> sympy.Rational:
    number = taken(value)
    if not number.is_Rational:
        message = f"only numbers are rounded, and {number} is none: put numbers in for its symbols"
        raise ArgumentError(message)
    return number


def _meant(
    shown: sympy.Rational, exact: sympy.Rational, value: sympy.Rational | None
) -> Iterator[sympy.Rational]:
    """Yield what should have been printed for the claim to come to the exact value."""
    if value is None or 0 in (value, shown):
        yield exact
        return
    yield exact * shown / value  # value is so many times the number that was printed
    if exact and value.q != 1 and shown.p > shown.q:
        yield shown * value / exact  # or something over it


def _how(shown: sympy.Rational, unit: sympy.Rational, exact: sympy.Rational) -> How | None:
    if abs(exact - shown) * 2 <= unit:
        return "rounded"
    beyond = exact - shown if shown >= 0 else shown - exact
    return "truncated" if 0 < beyond < unit else None


def _coarsest(shown: sympy.Rational, unit: sympy.Rational) -> sympy.Rational:
    """Return what the last digit that must be meant is worth: 10M for 340M, and 1 for 50."""
    digits = abs(shown) / unit if unit else ZERO
    while digits.is_Integer and digits and digits % 10 == 0 and digits >= 10**DIGITS:
        digits, unit = digits / 10, unit * 10
    return unit
