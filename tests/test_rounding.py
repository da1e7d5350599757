"""Printed numbers beside exact ones: figures of papers and blogs, and what rounding means."""

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Integer, Rational

import symflops as sf
from symflops.claims.rounding import explained, off_by
from symflops.reading.readings import Printed

M, G = 10**6, 10**9
#: What was printed, what one in its last digit is worth, the exact value; the claim, where more was made of it.
FIGURES = [
    ("60M", 60 * M, M, 60_965_224, None, "truncated"),  # AlexNet's parameters
    ("60M", 60 * M, M, 4 * 60_965_224, 240 * M, "truncated"),  # their bytes
    ("4866M", 4866 * M, M, 4_867_293_184, None, None),
    ("11%", Rational(11, 100), Rational(1, 100), Rational(1, 9), None, "rounded"),
    ("2.5M", 2_500_000, 10**5, 2_514_944, None, "rounded"),
    ("50", 50, 1, Rational(60_965_224, 1_248_424), None, None),
    ("714.83M", 714_830_000, 10**4, 714_188_480, None, None),
    ("724M", 724 * M, M, 724_406_816, None, "rounded"),
    ("233MB", 233 * 2**20, 2**20, 4 * 60_965_224, None, "rounded"),
    ("58MB", 58 * 2**20, 2**20, 60_348_320, None, "rounded"),
    ("30.71G", 30_710_000_000, 10**7, 30_693_261_312, None, None),
    ("3.8e9", 3_800_000_000, 10**8, 3_857_973_248, None, "truncated"),
    ("1.8e9", 1_800_000_000, 10**8, 1_814_073_344, None, "rounded"),
    ("11.3e9", 11_300_000_000, 10**8, 11_282_415_616, None, "rounded"),
    ("28M", 28 * M, M, 28_288_354, None, "rounded"),
    ("4.6G", 4_600_000_000, 10**8, 4_598_882_304, None, "rounded"),
    ("115B", 115 * G, G, 115_964_116_992, None, "truncated"),
    ("3.14e23", 314 * 10**21, 10**21, 314_287_666_790_400_000_000_000, None, "rounded"),
    ("340M", 340 * M, M, 335_141_888, None, "rounded"),  # to two digits
    ("1.80e9", 1_800_000_000, 10**7, 1_814_073_344, None, None),  # a zero behind the point is a digit
    ("6.4e19", 64 * 10**18, 10**18, 64_283_351_040_000_000_000, None, "rounded"),
    ("84TB", 84 * 10**12, 10**12, 83_886_080_000_000, None, "rounded"),
    ("70.4e9", 70_400_000_000, 10**8, 70_553_706_496, None, None),
    ("56.9", Rational(569, 10), Rational(1, 10), Rational(576, 32768), Rational(10, 569), "rounded"),
    ("213M", 213 * M, M, 214_171_648, None, None),
    ("2.5ms", Rational(25, 10**4), Rational(1, 10**4), Rational(52, 20250), None, "truncated"),
    ("-3.8", Rational(-38, 10), Rational(1, 10), Rational(-386, 100), None, "truncated"),
    ("7", 7, 0, 7, None, "rounded"),
    ("7", 7, 0, 8, None, None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shown", "unit", "exact", "claim", "how"), FIGURES)
def test_published_figures(text, shown, unit, exact, claim, how):
    assert explained(Printed(shown, unit, text), exact, claim) == how


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.integers(1, 10**12), st.integers(0, 9))
def test_what_was_rounded_or_cut_off_is_explained(exact, places):
    unit = 10**places
    for shown in {round(Fraction(exact, unit)) * unit, exact // unit * unit}:
        how = explained(Printed(shown, unit, str(shown)), exact)
        nearest = abs(exact - shown) * 2 <= unit
        assert how == ("rounded" if nearest else "truncated")


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.integers(11, 99), st.integers(0, 9), st.floats(0.2, 3))
def test_what_neither_gives_is_not_explained(digits, places, ratio):
    unit = 10**places
    exact = math.floor(digits * unit * ratio)
    found = explained(Printed(digits * unit, unit, "…"), exact)
    low, high = (
        (2 * digits - 1) * unit,
        2 * (digits + 1) * unit,
    )  # twice: half a unit below, one above
    assert (found is not None) == (low <= 2 * exact < high)


def test_by_how_much_a_claim_is_off():
    assert off_by(60 * M, 60_965_224) == Rational(60 * M, 60_965_224) - 1
    assert off_by(-11, -10) == Rational(-1, 10)
    assert off_by(0, 0) == 0
    assert off_by(Integer(3), 0) is None


def test_symbols_are_not_rounded():
    with pytest.raises(sf.ArgumentError, match="only numbers are rounded, and N is none"):
        off_by(sf.dim("N"), 3)
