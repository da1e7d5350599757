"""What an output has no letters for is spelled out: a formula with question marks in it would be another one.

That is so where a program that cannot take every letter reads along, and in files on some systems.
"""

from __future__ import annotations

import codecs
import io
import json
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

SIGNS = str.maketrans(
    {
        "−": "-",
        "–": "-",
        "—": "-",
        "─": "-",
        "×": "x",
        "·": "*",
        "≥": ">=",
        "≤": "<=",
        "≠": "!=",
        "≈": "~",
        "→": "->",
        "∞": "inf",
        "√": "sqrt",
        "⌊": "floor(",
        "⌋": ")",
        "⌈": "ceil(",
        "⌉": ")",
        "…": "...",
        "“": '"',
        "”": '"',
        "’": "'",
    }
)
GREEK = re.compile(r"GREEK (SMALL|CAPITAL) LETTER (\w+)")


def spelled(text: str) -> str:
    r"""Return a text in ASCII: signs as programs write them, any other letter as its number.

    >>> print(spelled("2 C_in k² − 1, ⌊H/2⌋, 10⁻³, W₁, αβ, 层"))
    2 C_in k^2 - 1, floor(H/2), 10^-3, W_1, alphabeta, \u5c42
    """
    text = re.sub("[⁰¹²³⁴-⁹⁻⁺ⁿ]+", lambda found: f"^{_plain(found[0])}", text)
    text = re.sub("[₀-₉₊₋]+", lambda found: f"_{_plain(found[0])}", text).translate(SIGNS)
    return "".join(char if char.isascii() else _named(char) for char in text)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).translate(SIGNS)


def _named(char: str) -> str:
    letter = GREEK.fullmatch(unicodedata.name(char, ""))
    if letter is None:
        return escaped(char)
    return letter[2].lower() if letter[1] == "SMALL" else letter[2].capitalize()


def escaped(text: str) -> str:
    r"""Return a text in ASCII as JSON has it: as exact as it was.

    >>> print(escaped("层"))
    \u5c42
    """
    return json.dumps(text)[1:-1]


def lose_nothing(stream: TextIO, kind: str) -> None:
    """Have a stream spell out the letters that its encoding lacks, in a format that can be JSON or HTML."""
    write = escaped if kind == "json" else spelled

    def handler(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeEncodeError):
            raise error
        return write(error.object[error.start : error.end]), error.end

    codecs.register_error("symflops", handler)
    if isinstance(stream, io.TextIOWrapper):  # not in a notebook
        stream.reconfigure(errors="xmlcharrefreplace" if kind == "html" else "symflops")
