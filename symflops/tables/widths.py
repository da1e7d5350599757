"""How wide a text or a formula is set in Computer Modern or Latin Modern, without running TeX.

The widths are those of cmr10 and cmmi10 (with italic correction), in thousandths of 10 pt, and each
type size says how its own fonts differ; where Latin Modern is wider, as it is at an underscore, they are
its. Estimates err on the wide side, by a few hundredths: what is said to fit does fit, with any engine.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROMAN = {
    278: "!',.:;[]`ilı",
    306: "fj",
    337: "ł",
    333: "- ~",  # ~ is a space where no line ends
    361: "I",
    392: "()tr",
    394: "s",
    444: "cez",
    472: "?",
    500: '"*/0123456789agoøß',
    514: "J",
    528: "kqvy",
    556: "Sbdhnux",
    585: "p",  # which stands off what is round, as in pool
    611: "Z",
    625: "LŁ",
    653: "F",
    681: "EP",
    708: "B",
    722: "CTwæ",
    736: "R",
    750: "AHNUVXY",
    764: "D",
    785: "+=@KOQG",
    833: "m",
    917: "M",
    1028: "W",
    778: "Øœ",
    903: "Æ",
    1014: "Œ",
}
ITALIC = {
    278: ",.;:!",
    318: "l",
    345: "i",
    392: "()t|[]",
    433: "bc",
    470: "ejs",
    482: "qor",
    500: "0123456789/",
    513: "gpz",
    529: "Iadvy",
    576: "hkux",
    600: "fn",
    651: "J",
    681: "LS",
    723: "T",
    754: "AZw",
    786: "CFGPR",
    809: "BEOQUVY",
    856: "D",
    878: "m",
    921: "HKNX",
    1083: "MW",
}
_ROMAN = {char: width for width, chars in ROMAN.items() for char in chars}
_ITALIC = {char: width for width, chars in ITALIC.items() for char in chars}
WIDEST = 1083
WIDE = 1000  # a Chinese character
SIGN = 778  # + - = < > of the symbol font
SPACES = {"+": 444, "-": 444, "<": 556, ">": 556, "=": 556}  # around a sign, outside of an index


@dataclass(frozen=True)
class Size:
    """A type size of a 10 pt class; small type is cut a little wider than it is small."""

    name: str
    baseline: float  # from line to line, in points
    scale: float  # of a width at 10 pt
    extra: float  # and thousandths of 10 pt for each character on top of it
    script: float  # of a width at 10 pt, in an index or exponent


SIZES = {
    size.name: size
    for size in (
        Size("normalsize", 12.0, 1.0, 0, 0.8),
        Size("small", 11.0, 0.925, 0, 0.735),
        Size("footnotesize", 9.5, 0.85, 0, 0.735),
        Size("scriptsize", 8.0, 0.773, 16, 0.682),
    )
}


class Width(NamedTuple):
    """A width before the type size is chosen: of the line, its characters, and of what is set small."""

    line: float = 0
    characters: int = 0
    script: float = 0

    def at(self, size: Size) -> float:
        """Return the width in points."""
        line = self.line * size.scale + self.characters * size.extra
        return (line + self.script * size.script) / 100

    def plus(self, other: Width) -> Width:
        """Return both side by side."""
        return Width(
            self.line + other.line, self.characters + other.characters, self.script + other.script
        )

    @property
    def small(self) -> Width:
        """Return the width as an index."""
        return Width(script=self.line + self.script)


COMMANDS = {
    "times": SIGN + 470,
    "cdot": 278 + 444,
    "geq": SIGN + 556,
    "approx": SIGN + 556,
    "pm": SIGN + 444,
    "to": 1000 + 556,
    "infty": 1000,
    "neq": SIGN + 556,
    "mid": 278 + 556,
    "sum": 1056 + 334,
    "prod": 944 + 334,
    "lfloor": 445,
    "rfloor": 445,
    "lceil": 445,
    "rceil": 445,
    "left": 200,  # what a tall parenthesis is wider than a plain one
    "right": 200,
    **dict.fromkeys(("bigl", "bigr"), 70),
    **dict.fromkeys(("biggl", "biggr"), 350),
    "gcd": 500 + 444 + 556 + 167,
    "log": 278 + 500 + 500 + 167,
    "min": 833 + 278 + 556 + 167,
    "max": 833 + 500 + 528 + 167,
    "exp": 444 + 528 + 556 + 167,
    "quad": 1000,
    "Lambda": 694,
    "nobreak": 0,
    "textbackslash": 510,
    "textasciitilde": 556,
    "textasciicircum": 556,
    ",": 167,
    "{": 510,
    "}": 510,
    "&": 778,
    "%": 833,
    "$": 500,
    "#": 833,
    "_": 750,
    " ": 333,
    "~": 333,
}
CALLIGRAPHIC = {"P": 780, "T": 800, "A": 860, "M": 1200, "F": 830, "E": 620, "B": 690, "S": 690}
COMMAND = 850  # any other: a Greek letter
DOLLAR = re.compile(r"(?<!\\)\$")
NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
TOKEN = re.compile(r"\\([a-zA-Z]+) ?|\\(.)|(--)|(.)", re.DOTALL)


@lru_cache(maxsize=10_000)
def cell_width(latex: str) -> Width:
    """Return the width of text with formulas between dollars."""
    width = Width()
    for i, piece in enumerate(DOLLAR.split(latex)):
        width = width.plus(math_width(piece) if i % 2 else text_width(piece))
    return width


def letter_width(char: str) -> int:
    """Return the width of a character of plain text; an accent has none."""
    if unicodedata.east_asian_width(char) in "WF":
        return WIDE
    return _ROMAN.get(char) or _ROMAN.get(unicodedata.normalize("NFD", char)[0], WIDEST)


def text_width(text: str) -> Width:
    """Return the width of plain text; markup counts as what it sets."""
    line, count = 0, 0
    for match in TOKEN.finditer(text):
        word, symbol, dash, char = match.groups()
        if char in ("{", "}") or word == "phantom":
            continue
        name = word or symbol
        line += COMMANDS.get(name, COMMAND) if name else 500 if dash else letter_width(char)
        count += 1
    return Width(line, count)


@lru_cache(maxsize=10_000)
def math_width(latex: str) -> Width:
    """Return the width of a formula; a sign by itself has no space around it."""
    return Width(SIGN, 1) if latex in (*SPACES, r"\times") else _Formula(latex).sum(script=False)


class _Formula:
    """One pass over the tokens of a formula; a group ends at its brace."""

    def __init__(self, latex: str) -> None:
        self.tokens = [match.groups() for match in TOKEN.finditer(latex)]
        self.at = 0

    def sum(self, *, script: bool) -> Width:
        """Return the width up to the end of the group."""
        width = Width()
        while self.at < len(self.tokens):
            if self.tokens[self.at][3] == "}":
                self.at += 1
                break
            width = width.plus(self.piece(script=script))
        return width

    def piece(self, *, script: bool = False) -> Width:
        """Return the width of one character, command or group, with its arguments."""
        word, symbol, dash, char = self.tokens[self.at]
        self.at += 1
        if char == "{":
            return self.sum(script=script)
        if char in ("_", "^"):
            return self.scripts()
        if word in ("frac", "dfrac"):
            parts = [self.piece(), self.piece()]
            parts = [part.small for part in parts] if word == "frac" else parts
            return Width(240, 1).plus(max(parts, key=_wide))
        if word == "underbrace":
            return self.braced()
        if word == "sqrt":
            return Width(850, 1).plus(self.piece())
        if word is not None and word.startswith(("mathrm", "text", "operatorname")):
            return self.upright()
        if word == "mathcal":
            letter = self.tokens[self.at + 1][3]
            self.piece()
            return Width(CALLIGRAPHIC.get(letter, WIDEST), 1)
        if char is None:
            width = 2 * SIGN if dash is not None else COMMANDS.get(word or symbol, COMMAND)
            return Width(width, 1 + (dash is not None))
        if char in SPACES:
            return Width(SIGN + (0 if script else SPACES[char]), 1)
        return Width(0, 0) if char.isspace() else Width(_ITALIC.get(char, WIDEST), 1)

    def braced(self) -> Width:
        """Return the width of what has a brace and a label below: of the wider of both."""
        width = self.piece()
        if self.at < len(self.tokens) and self.tokens[self.at][3] == "_":
            self.at += 1
            width = max(width, self.piece(script=True).small, key=_wide)
        return width

    def scripts(self) -> Width:
        """Return the width of an index, an exponent, or both above one another, with the space behind."""
        first = self.piece(script=True).small
        if self.at < len(self.tokens) and self.tokens[self.at][3] in ("_", "^"):
            self.at += 1
            second = self.piece(script=True).small
            first = max(first, second, key=lambda width: width.script)
        return Width(50, 1).plus(first)

    def upright(self) -> Width:
        """Return the width of the argument of a command that sets text."""
        depth, text = 0, []
        while self.at < len(self.tokens):
            word, symbol, dash, char = self.tokens[self.at]
            depth += {"{": 1, "}": -1}.get(char or "", 0)
            text.append(f"\\{word} " if word else f"\\{symbol}" if symbol else dash or char)
            self.at += 1
            if depth == 0:
                break
        return text_width("".join(text))


def is_number(cell: str) -> bool:
    """Say whether siunitx takes a cell for a number."""
    return NUMBER.fullmatch(cell) is not None


class Digits(NamedTuple):
    """How many digits a column of numbers has at most, before and behind the point, and whether one has a sign."""

    sign: str
    whole: int
    places: int

    @property
    def format(self) -> str:
        """The digits as siunitx wants to know them."""
        return f"{self.sign}{self.whole}{f'.{self.places}' if self.places else ''}"

    @property
    def widest(self) -> str:
        """A number that takes as much room as siunitx keeps for the column."""
        sign = "$-$" if self.sign else ""
        point = f".{'0' * self.places}" if self.places else ""
        return f"{sign}{int('9' * self.whole):,}{point}"


def digits(numbers: Iterable[str]) -> Digits:
    """Return how many digits numbers have, written as siunitx reads them.

    >>> digits(["-96", "1234", "0.25"]).format, digits(["-96", "1234", "0.25"]).widest
    ('-4.2', '$-$9,999.00')
    """
    found = list(numbers)
    halves = [number.removeprefix("-").partition(".") for number in found]
    sign = "-" if any(number.startswith("-") for number in found) else ""
    whole = max((len(left) for left, _, _ in halves), default=1)
    return Digits(sign, whole, max((len(right) for _, _, right in halves), default=0))


def _wide(width: Width) -> float:
    return width.at(SIZES["normalsize"])


def shown(cell: str) -> str:
    """Return a cell as it is printed: siunitx groups the digits of a bare number."""
    if cell.startswith("-"):
        return f"$-${shown(cell[1:])}"
    if cell.isdigit():
        return f"{int(cell):,}"
    whole, point, places = cell.partition(".")
    return f"{int(whole):,}.{places}" if point and whole.isdigit() and places.isdigit() else cell


def widths_of(cells: Sequence[str], *, aligned: bool) -> set[Width]:
    """Return the widths of the cells of a column, whose numbers siunitx may align at their points."""
    widths = {cell_width(shown(cell)) for cell in cells}
    if aligned:  # room for the longest whole part beside the longest fraction
        numbers = digits(cell for cell in cells if is_number(cell))
        widths.add(cell_width(numbers.widest))
    return widths
