r"""Exponents: what stands above a base, and raising to it exactly and within bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy
from sympy import Integer

from symflops.reading import names, numerals
from symflops.reading.cursor import MAX_BITS, MAX_EXPONENT
from symflops.reading.lexis import Word
from symflops.symbols import Symbol

if TYPE_CHECKING:
    from symflops.reading.grammar import FormulaReader


def power(reader: FormulaReader) -> Any:
    """Read an operand with its exponent."""
    start = reader.word
    base = reader.operand()
    if start.text == "{" and isinstance(base, Symbol) and reader.is_sign("_", "'"):
        base = names.marked(reader, base.name, start)  # {C}_{in}
    if reader.take("^"):
        base = raised(reader, base, exponent(reader, start), start)
    if reader.is_sign("!"):
        raise reader.error("factorials are not read")
    return base


def exponent(reader: FormulaReader, base: Word) -> Any:
    """Read what stands above; what stands above that belongs to it: 2**3**2 is 2**9."""
    value = above(reader, base)
    operator = reader.word
    if reader.take("^"):
        if reader.latex:
            raise reader.error("two exponents in a row: write a^{b^c} or (a^b)^c", operator)
        value = raised(reader, value, exponent(reader, operator), operator)
    return value


def above(reader: FormulaReader, base: Word) -> Any:
    """Read one exponent: a group, or one operand."""
    if reader.is_sign("{"):
        return reader.group()
    negative = False
    while reader.is_sign("-", "+"):
        negative ^= reader.step().text == "-"
    word = reader.word
    if word.kind == "number":  # no unit belongs to it: k^2M is k²·M
        value: Any = exponent_number(reader, word, base)
    else:
        value = reader.operand()
    return -value if negative else value


def exponent_number(reader: FormulaReader, word: Word, base: Word) -> Any:
    """Read a number above without braces; LaTeX itself sets only the first digit above."""
    if not word.text.isdecimal():
        return numerals.decimal(reader, reader.step())
    if len(word.text) == 1 or base.kind == "number" or "\\" not in reader.text:
        return numerals.integer(reader, reader.step())
    if reader.choose(
        "digits",
        f"^{word.text} without braces is read as the exponent {word.text}",
        f"of ^{word.text} without braces only {word.text[0]} is read as the exponent",
    ):
        return numerals.integer(reader, reader.step())
    return digit(reader)


def digit(reader: FormulaReader) -> Any:
    """Read one digit of a number, and leave the others for later."""
    word = reader.word
    if len(word.text) == 1:
        return Integer(reader.step().text)
    reader.words[reader.at] = Word("number", word.text[1:], word.position + 1)
    return Integer(word.text[0])


def raised(reader: FormulaReader, base: Any, exponent: Any, word: Word) -> Any:
    """Raise to a power, exactly and within bounds."""
    numbers = [n for n in sympy.preorder_traversal(exponent) if n.is_Rational]
    if base.is_Rational and exponent.is_Integer:
        if base == 0 and exponent <= 0:
            raise reader.error("0 has no such power", word)
        if max(base.p.bit_length(), base.q.bit_length()) * abs(int(exponent)) > MAX_BITS:
            raise reader.error("a number of this size is not computed", word)
    elif any(n.q not in (1, 2) or abs(n) > MAX_EXPONENT for n in numbers):
        raise reader.error(f"an exponent is a whole number up to {MAX_EXPONENT}", word)
    if base == 0 and not exponent.is_positive:
        raise reader.error("0 has no such power", word)
    return reader.bounded(base**exponent, word)
