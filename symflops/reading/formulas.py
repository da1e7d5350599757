r"""Reads formulas as people write them: LaTeX, plain text, Unicode and Python; nothing is evaluated.

``parse(r"2K^2\frac{C_{in}}{g}C_{out}HW")``. In LaTeX letters that stand side by side multiply, and a
subscript belongs to its letter; in plain text and Python a word is a name.
"""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any

from symflops.errors import ArgumentError, ReadError, SymflopsError
from symflops.reading import environments, pasting
from symflops.reading.expansion import SHOWN, declared, defined_in, expanded
from symflops.reading.grammar import FormulaReader
from symflops.reading.lexis import MATH_LETTERS, MAX_LENGTH, is_latex, plain
from symflops.symbols import dim, exact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from symflops.reading.readings import Reading

MOST_SYMBOLS = 1_000  # that may be declared
#: The letter x between two numbers: 3x3x64.
CROSS = re.compile(r"(?<![A-Za-z_\\\d.,])(?!0x)\d[\d.,]*(?:\s*[xX]\s*\d[\d.,]*)+")
#: The same between names: C_in x C_out x k, 8xD^2xL, Cx3x3; in s1x1 it is a part of one. And any x that is no part of a word.
CROSSES = re.compile(
    r"(?<=[\w)])(?:\s+[xX]\s+(?=[\w(])|(?<=[A-Z)])x(?=[A-Z0-9(])|(?<=\d)x(?=[A-Z(])|(?<=[A-Z)]x\d)x(?=\d))"
)
ALONE = re.compile(r"(?<![a-z_])(?:x(?![a-z])|X(?![A-Za-z]))")
CROSSED = "x between names is read as times"
#: About, before a number, in Chinese.
ABOUT = re.compile(r"(?:=\s*)?(?<![节公条合预])大?约(?:为|等于|是)?(?=\s*[\d.])")
#: The number of: #params; behind space it begins a comment of a program.
HASH = re.compile(r"(?:\\#\s*|#)(?=\\(?:text|mathrm|operatorname)\b|[A-Za-z]{2})")
MODULES = re.compile(r"\b(?:math|np|numpy|sp|sympy|torch)\.(?=[A-Za-z])")


def parse(
    text: str,
    symbols: Iterable[Any] | Mapping[str, Any] | None = None,
    macros: Mapping[str, str] | str | None = None,
    *,
    pasted: bool = False,
) -> Any:
    r"""Read a formula: LaTeX, plain text or Python; a chain of sides is a :class:`~symflops.reading.readings.Relation`.

    ``symbols`` are dimensions (or their names) that win over splitting a word into letters; ``macros`` are
    definitions, as LaTeX or as a mapping. ``pasted`` text comes out of a PDF or a web page: exponents may
    have come down to the line, and a formula may stand there two or three times. What is put right is warned
    of, with the other ways to read it.

    >>> import symflops as sf
    >>> sf.parse(r"2K^2\frac{C_{in}}{g}\frac{C_{out}}{g}HW\cdot g")
    2*C_in*C_out*H*K**2*W/g
    >>> sf.parse("2*C_in*k**2*floor((H - k)/s)") == sf.parse(r"2C_{in}k^2 \lfloor (H-k)/s \rfloor")
    True
    >>> print(sf.parse(r"17 \times 9 = 153 \approx 0.2K"))
    153 = 153 ≈ 200
    >>> sf.parse("HW(C_in + 1)", symbols="HW")
    HW*(C_in + 1)

    Raises:
        ReadError: what cannot be read; a caret shows the place, and the message what was expected.
    """
    reading = read(text, symbols, macros, pasted=pasted)
    if reading.mended:
        others = ", ".join(str(other.value) for other in reading.readings)
        said = "; ".join(reading.mended) + (f"; it may also be {others}" if others else "")
        warnings.warn(said, UserWarning, stacklevel=2)
    return reading.value


def read(
    text: str,
    symbols: Iterable[Any] | Mapping[str, Any] | None = None,
    macros: Mapping[str, str] | str | None = None,
    *,
    pasted: bool = False,
) -> Reading:
    r"""Read a formula, and return with it what was taken for granted.

    >>> reading = read(r"\underbrace{4 N^2 D}_{\text{scores}} + 3.8\times 10^9 \text{ FLOPs}")
    >>> reading.labels, reading.quantity, reading.printed[0].unit_in_the_last_place
    ({'scores': 4*D*N**2}, 'flops', 100000000)

    Raises:
        ReadError: what cannot be read.
    """
    check_length(text)
    known = known_symbols(symbols)
    if not pasted:
        return _read(text, known, macros)
    variants = pasting.variants(text)
    found: list[Reading] = []
    failed: ReadError | None = None
    for variant in variants:
        try:
            reading = _read(variant.text, known, macros)
        except ReadError as error:
            failed = failed or error
            continue
        reading.mended = variant.notes
        reading.notes[:0] = variant.notes
        if all(str(reading.value) != str(other.value) for other in found):
            found.append(reading)
    if not found and failed is not None:
        raise failed
    found[0].readings += found[1:]
    return found[0]


def check_length(text: Any) -> None:
    """Refuse what is no text, or too long a one."""
    if not isinstance(text, str):
        message = f"expected a formula as text, got {type(text).__name__}"
        raise ReadError(message, "", 0)
    if len(text) > MAX_LENGTH:
        message = f"the text has {len(text):,} characters; at most {MAX_LENGTH:,} are read"
        raise ReadError(message, text[:SHOWN], 0)


def prepared(
    text: str, known: Mapping[str, Any], macros: Mapping[str, str] | str | None
) -> tuple[str, bool, list[str]]:
    """Return the formula that a text holds, whether it is LaTeX, and what was taken for granted."""
    notes = []
    if MATH_LETTERS.search(text):
        notes.append("mathematical letters are read as plain ones")
    source, crossed = _crossed(ABOUT.sub("≈", text), known)
    notes += crossed
    latex = is_latex(plain(source) if notes else source)
    source = HASH.sub("", plain(source))
    if latex:
        source, own = defined_in(source)
        source = environments.unwrapped(expanded(source, declared(macros) | own))
    else:
        source = MODULES.sub("", source).strip().rstrip("，。；")
    if not source:
        message = "expected a formula, got nothing"
        raise ReadError(message, text[:SHOWN], 0)
    return source, latex, notes


def _read(text: str, known: Mapping[str, Any], macros: Mapping[str, str] | str | None) -> Reading:
    """Read a text in one way, and in the others where a choice was made."""
    source, latex, notes = prepared(text, known, macros)
    reader = FormulaReader(source, known, latex=latex)
    reading = whole_reading(reader)
    reading.notes[:0] = notes
    for choice in reader.choices:
        other = FormulaReader(source, known, latex=latex, inverted={choice})
        try:
            alternative = whole_reading(other)
        except ReadError:
            continue
        if str(alternative.value) != str(reading.value):
            reading.readings.append(alternative)
    if CROSSED in notes:
        reading.readings.append(_read(text, {**known, "x": dim("x"), "X": dim("X")}, macros))
    return reading


def _crossed(text: str, known: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Return a text in which an x that stands for a sign is one, and where it may not, ~ is ≈."""
    notes = []
    if not {"x", "X"} & known.keys():
        if CROSS.search(text):
            text = CROSS.sub(lambda m: re.sub("[xX]", "×", m[0]), text)
            notes.append("x between two numbers is read as times")
        crosses = CROSSES.findall(text)
        is_one = len(crosses) == 1 and " x " in crosses
        if (
            "\\" not in text
            and (len(crosses) > 1 or is_one)
            and not ALONE.search(CROSSES.sub("×", text))
        ):
            text = CROSSES.sub(" × ", text)
            notes.append(CROSSED)
    return (text if "\\" in text else text.replace("~", "≈")), notes


def whole_reading(reader: FormulaReader) -> Reading:
    """Let a reader read everything; whatever goes wrong is an error of its place."""
    try:
        return reader.whole()
    except ReadError:
        raise
    except SymflopsError as error:
        raise reader.error(error.message) from None
    except RecursionError:
        message = "nested too deeply"
        raise reader.error(message) from None


def known_symbols(symbols: Iterable[Any] | Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the declared symbols by their names."""
    if symbols is None:
        return {}
    if isinstance(symbols, str):
        symbols = symbols.replace(",", " ").split()
    if hasattr(symbols, "items"):
        found = {
            str(name): dim(value) if isinstance(value, str) else exact(value)
            for name, value in symbols.items()
        }
    else:
        listed = [dim(symbol) if isinstance(symbol, str) else symbol for symbol in symbols]
        found = {symbol.name: symbol for symbol in listed}
    if len(found) > MOST_SYMBOLS:
        message = f"at most {MOST_SYMBOLS:,} symbols are declared at once, got {len(found):,}"
        raise ArgumentError(message)
    return found
