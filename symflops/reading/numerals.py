r"""Numbers, the units behind them, and the words that only say what was counted.

A number glued to K, M, G, T, B, KB … GiB, ms or % is that number with its unit. A letter that stands
anywhere else in the formula is a symbol there too: in ``2K + K^2`` no K is a thousand.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sympy import Integer, Rational

from symflops.exprs import ONE
from symflops.reading.amounts import NAMED, Unit, unit_of
from symflops.reading.cursor import MAX_BITS, MAX_EXPONENT
from symflops.reading.readings import Printed
from symflops.reading.signs import GROUPING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symflops.reading.grammar import FormulaReader
    from symflops.reading.lexis import Word

MOST_DIGITS = 120
CLOSES = ("*", "/", "+", "-", ")", "]", "}", ",", "?", ".", ";", "⌋", "⌉")
PER = {"s", "sec", "second", "token", "sample", "image", "step", "param"}
ASIDE = re.compile(r"\([^+*/^=\\{}]*[^\W\d][^+*/^=\\{}]*\)")  # words alone, in parentheses
#: What a unit is per or of: GB/s, GFLOPs per image.
PER_WHAT = re.compile(r"\s*/|\s+(?:per|of)\b")
SHORT = 2  # a unit of so few letters may be a product of symbols


def quantities(words: Sequence[Word]) -> set[str]:
    """Return the quantities that have a side of their own, as in FLOPs = 2 MACs."""
    found, side = set(), ""
    for word in words:
        if word.kind in ("relation", "end"):
            found.add(NAMED.get(side, ""))
            side = ""
        elif word.text not in GROUPING and word.text not in ("{", "}"):
            side += word.text
    return found - {""}


def number(reader: FormulaReader) -> Any:
    """Read a number, the power of ten that it is multiplied with, and its unit."""
    word = reader.step()
    if "\\" in word.text or "_" in word.text:
        reader.reading.note(f"{word.text} is read as one number")
    digits = re.sub(r"[^\d.eE+-]", "", word.text)
    mantissa, _, exponent = digits.lower().partition("e")
    if len(digits) > MOST_DIGITS or (exponent and abs(int(exponent)) > MAX_EXPONENT):
        raise reader.error("a number of this size is not read", word)
    scale, is_scaled = Integer(10) ** int(exponent or 0), bool(exponent)
    power = _power_of_ten(reader)
    if power is not None:
        scale, is_scaled = scale * power, True
    places = len(mantissa.partition(".")[2])
    unit = _unit(reader, decimals=bool(places))
    if unit is not None:
        _per(reader, unit)
        scale *= unit.factor
        is_scaled |= unit.scaled
        _counts(reader, unit)
    value = Rational(mantissa) * scale
    if places or is_scaled:
        last = reader.peek(-1)
        end = last.position + len(last.text) + (reader.text[last.position] == "\\")
        text = reader.text[word.position : end]
        reader.reading.printed.append(Printed(value, scale / 10**places, text))
    return value


def decimal(reader: FormulaReader, word: Word) -> Any:
    """Return a plain number, such as 0.5."""
    if len(word.text) > MOST_DIGITS or not re.fullmatch(r"\d*\.?\d+", word.text):
        raise reader.error("a number of this kind is no exponent", word)
    return Rational(word.text)


def integer(reader: FormulaReader, word: Word) -> Any:
    """Return a number of digits alone."""
    if len(word.text) > MOST_DIGITS:
        raise reader.error("a number of this size is not read", word)
    return Integer(word.text)


def _power_of_ten(reader: FormulaReader) -> Any:
    r"""Read ``\times 10^{9}`` behind a number, or nothing."""
    start = reader.at
    if reader.take("*") and reader.word.text == "10" and reader.peek().text == "^":
        reader.step()
        reader.step()
        braced = reader.take("{")
        negative = reader.take("-")
        word = reader.step()
        if word.kind == "number" and word.text.isdecimal() and len(word.text) < MAX_EXPONENT:
            size = int(word.text)
            if 10**size >= 2**MAX_BITS if size < MAX_BITS else True:
                raise reader.error("a number of this size is not read", word)
            if not braced or reader.take("}"):
                return Integer(10) ** (-size if negative else size)
    reader.at = start
    return None


def _per(reader: FormulaReader, unit: Unit) -> None:
    """Step over what a rate is per: GFLOPs/s, 320 GB/sec, 2 bytes/param."""
    start, together = reader.at, not (reader.word.spaced or reader.peek().spaced)
    if not (unit.quantity and together and reader.take("/")):
        return
    per = _run_of_letters(reader)
    if per in PER - reader.known.keys() and (reader.is_end_of_side() or reader.is_sign(*CLOSES)):
        reader.reading.note(f"the numbers are per {per}")
    else:
        reader.at = start


def _counts(reader: FormulaReader, unit: Unit) -> None:
    """Take down which quantity a unit is of."""
    reading = reader.reading
    if unit.quantity and reading.quantity and unit.quantity != reading.quantity:
        reading.note(f"the text speaks of {reading.quantity} and of {unit.quantity}")
    reading.quantity = reading.quantity or unit.quantity


def _unit(reader: FormulaReader, *, decimals: bool) -> Unit | None:
    """Read a unit behind a number, unless its letters go on, or stand for symbols."""
    start = reader.at
    unit = _unit_ahead(reader, decimals=decimals)
    if unit is None:
        reader.at = start
    return unit


def _unit_ahead(reader: FormulaReader, *, decimals: bool) -> Unit | None:
    word = reader.word
    if reader.in_divisor and (word.spaced or word.kind == "command"):
        return None  # 7/2 GB are as many GB as 7/2
    if reader.take("%"):
        return unit_of("%")
    if word.kind == "chinese":
        return unit_of(reader.step().text)
    text = _words_set(reader)
    if text is None:
        return _unit_in_letters(reader, decimals=decimals)
    unit, behind = _unit_said(text, apart=word.spaced or text != text.lstrip())
    if unit is None or _is_factor(reader, unit):
        return None
    if behind:
        reader.reading.note(f"the words {behind!r} are left out")
    return unit


def _words_set(reader: FormulaReader) -> str | None:
    r"""Step over the words that a command such as ``\text`` sets, and return them; None where it is none."""
    if not reader.is_command(*GROUPING) or reader.peek().text != "{":
        return None
    reader.step()
    return reader.raw()


def _run_of_letters(reader: FormulaReader) -> str:
    """Step over letters and words that stand together, and return them."""
    text = ""
    while reader.word.kind in ("letter", "word") and not (text and reader.word.spaced):
        text += reader.step().text
    return text


def _unit_in_letters(reader: FormulaReader, *, decimals: bool) -> Unit | None:
    """Read letters that stand together, if they are a unit."""
    start, apart = reader.at, reader.word.spaced
    text = _run_of_letters(reader)
    apart &= not _is_counted(reader)  # 13 B parameters are as many billions
    unit = unit_of(text, apart=apart) if _is_closed(reader) else None
    if unit is None or text in reader.known or _is_factor(reader, unit):
        return None
    if not _is_unit(reader, text, start, decimals=decimals):
        return None
    if text == "B" and apart and decimals:
        said = "B apart from its number is read as "
        return unit if reader.choose("byte", f"{said}bytes", f"{said}a billion") else unit_of(text)
    return unit


def _unit_said(text: str, *, apart: bool) -> tuple[Unit | None, str]:
    """Return the unit that words are, and what it is per or of: GB/s, billion parameters, GFLOPs per image."""
    text = text.strip()
    behind = PER_WHAT.search(text)
    end = behind.start() if behind else len(text)
    first, _, counted = text[:end].partition(" ")
    if counted in NAMED:
        unit = unit_of(first, upright=True)
        unit = replace(unit, quantity=unit.quantity or NAMED[counted]) if unit else None
    else:
        unit = unit_of(text[:end], apart=apart, upright=True)
    return (None, "") if behind and unit and not unit.quantity else (unit, text[end:].strip())


def _is_closed(reader: FormulaReader) -> bool:
    """Say whether a unit may end here: at a sign, or before the word for what was counted."""
    ends = reader.is_end_of_side() or reader.is_sign(*CLOSES) or reader.word.kind == "chinese"
    return ends or _is_counted(reader)


def _is_counted(reader: FormulaReader) -> bool:
    """Say whether the word for what was counted comes next: 25 M params."""
    word = reader.word
    if word.kind == "command" and word.text in GROUPING and reader.peek().text == "{":
        word = reader.peek(2)
    return len(word.text) > 1 and word.text in NAMED


def _is_unit(reader: FormulaReader, text: str, start: int, *, decimals: bool) -> bool:
    """Say whether letters behind a number are its unit, and no product of symbols."""
    if len(text) > SHORT or text in ("µs", "μs"):
        return True
    apart = reader.words[start].spaced
    if (
        len(text) == 1
        and not _is_counted(reader)
        and apart
        and not decimals
        and not _has_bytes(reader)
        and not _are_numbers(reader)
    ):
        return False
    letters = text if reader.latex else (text,)  # in a program TB is no product of T and B
    used = [letter for letter in letters if letter in reader.letters]
    if used:
        note = f"{used[0]} stands for a symbol here, so {text} is no unit"
        if len(text) > 1:
            return not reader.choose("symbols", note, f"{text} behind a number is read as its unit")
        reader.reading.note(note)
        return False
    if decimals:
        reader.reading.note(f"{text} behind a number is read as its unit")
        return True
    return reader.choose(
        "units",
        f"{text} behind a number is read as its unit",
        f"{text} behind a number is read as a symbol",
    )


def symbols(words: Sequence[Word]) -> set[str]:
    """Return the letters that stand anywhere but in a unit behind a number."""
    found: set[str] = set()
    run: list[str] = []
    behind_number = False
    for word in words:
        is_letter = word.kind in ("letter", "word")
        if run and (not is_letter or word.spaced):
            goes_on = word.kind == "sign" and word.text in ("^", "_", "'", "(", "[")
            if goes_on or not behind_number or unit_of("".join(run)) is None:
                found.update(run)
            run, behind_number = [], False
        if is_letter:
            run.append(word.text)
        else:
            behind_number = word.kind == "number"
    return found


def _has_bytes(reader: FormulaReader) -> bool:
    """Say whether bytes are written with a prefix anywhere: KB, GiB."""
    return re.search(r"\d[\s\\,~]*[KMGT]i?B(?![A-Za-z])", reader.text) is not None


def _are_numbers(reader: FormulaReader) -> bool:
    """Say whether numbers alone are related: 4096·4096 ≈ 17 M."""
    return not reader.letters and any(word.kind == "relation" for word in reader.words)


def _is_factor(reader: FormulaReader, unit: Unit) -> bool:
    """Say whether a word such as MACs is a factor: FLOPs = 2 MACs speaks of quantities."""
    others = reader.quantities - {unit.quantity}
    return bool(unit.quantity and not unit.scaled and others)


def _aside(reader: FormulaReader) -> str:
    r"""Step over words in parentheses beside a factor: ``2mn \text{(forward)}``, ``B(批量大小)``."""
    word, start = reader.word, reader.at
    text = (_words_set(reader) or "").strip()
    if (
        reader.at == start
        and word.text == "("
        and reader.peek(-1).kind in ("letter", "word", "chinese")
    ):
        reader.step()
        while reader.word.kind == "chinese":
            reader.step()
        if reader.is_sign(")"):
            text = reader.text[word.position : reader.step().position + 1]
    if ASIDE.fullmatch(text):
        return text
    reader.at = start
    return ""


def remark(reader: FormulaReader, factors: list[Any]) -> bool:
    r"""Step over words that are no factor: ``\text{(bias)}``; at the end of a side ``6ND \text{ FLOPs per token}``."""
    word, start = reader.word, reader.at
    if aside := _aside(reader):
        reader.reading.note(f"the words {aside!r} are left out")
        return True
    text = _words_ahead(reader)
    if text is not None and reader.is_end_of_side():
        unit, behind = _unit_said(text, apart=True)
        if unit is None and word.kind == "command" and re.match(r"\s+\S|per |[;,:]", text):
            first, *others = text.split()
            unit = unit_of(first, apart=True, upright=True) or Unit(ONE)
            behind = " ".join(others if unit.scaled else text.split())
        if unit is not None and not _is_factor(reader, unit):
            _counts(reader, unit)
            if unit.factor != ONE:
                factors.append(unit.factor)
            if behind:
                reader.reading.note(f"the words {behind!r} are left out")
            return True
    reader.at = start
    return False


def _words_ahead(reader: FormulaReader) -> str | None:
    """Step over words that may say what was counted, and return them; None where there are none."""
    word = reader.word
    if (text := _words_set(reader)) is not None:
        return text
    if word.spaced and reader.peek(-1).kind == "number" and word.kind in ("letter", "word"):
        text = _run_of_letters(reader)
        return "" if len(text) < SHORT or reader.letters.intersection(text) else text
    if word.kind == "chinese" or (word.kind == "word" and word.text in NAMED.keys() - reader.known):
        return reader.step().text
    return None
