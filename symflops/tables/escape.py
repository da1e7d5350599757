"""Words from outside made safe for LaTeX: every special character sets itself."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from symflops.errors import ArgumentError
from symflops.typeset.styles import BY_LETTER

SPECIAL = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": "$<$",
    ">": "$>$",
    "|": "$|$",
    "–": "--",
    "—": "---",
    "×": r"$\times$",
    "·": r"$\cdot$",
    "≥": r"$\geq$",
    "≤": r"$\leq$",
    "−": "$-$",
    "⌊": r"$\lfloor$",
    "⌋": r"$\rfloor$",
    "⌈": r"$\lceil$",
    "⌉": r"$\rceil$",
    "“": "``",
    "”": "''",
    "‘": "`",
    "’": "'",
    "²": "$^2$",
    "³": "$^3$",
    "…": r"\ldots{}",
    "→": r"$\to$",
    "±": r"$\pm$",
    "≈": r"$\approx$",
    "≠": r"$\neq$",
    "∞": r"$\infty$",
    **{letter: f"$\\{name}$" for letter, name in BY_LETTER.items()},
}
#: Letters with accents that LaTeX sets in its usual fonts, written in UTF-8 as they are.
LATIN = {chr(code) for code in range(0xC0, 0x180)} - set("×÷ÐðÞþĄąĐđĘęĦħĮįĸĿŀŉŊŋŦŧŲųſ") | set(
    "ȘșȚț"
)
#: The same where the fonts are Latin Modern in Unicode.
LATIN_MODERN = {chr(code) for code in range(0xC0, 0x180)} - set("×÷ĸŉŦŧ") | set("ȘșȚț")
ENGINES = {"pdflatex": LATIN, "lualatex": LATIN_MODERN, "xelatex": LATIN_MODERN}
LIGATURE = re.compile(r"(?<=-)-|(?<=[`'?!])[`']|(?<=,),|(?<=<)<|(?<=>)>")
OPENING = re.compile(r'(?:(?<=^)|(?<=[\s(\[{/=-]))"(?=\S)')


def is_chinese(char: str) -> bool:
    """Say whether ctex sets a character in the fonts that it brings: those of GB 2312."""
    try:
        return char > "\u3000" and bool(char.encode("gb2312"))
    except UnicodeEncodeError:
        return False


@lru_cache(maxsize=10_000)
def escape(text: str, engine: str = "pdflatex") -> str:
    r"""Escape text for LaTeX; straight double quotes become a pair of curly ones.

    Letters with accents stay as they are, Greek ones become mathematics; dollars and backslashes set
    themselves. ``"xelatex"`` and ``"lualatex"`` take simplified Chinese as well, for the package ctex.

    >>> print(escape('50% of "R&D"'))
    50\% of ``R\&D''
    >>> print(escape("Dollár, α = 1"))
    Dollár, $\alpha$ = 1
    >>> print(escape("参数量", "xelatex"))
    参数量

    Raises:
        ArgumentError: a character that the engine cannot set.
    """
    chinese = engine != "pdflatex"
    text = unicodedata.normalize("NFC", re.sub(r"\s", " ", text))
    for char in text:
        known = char.isascii() or char in SPECIAL or char in ENGINES[engine]
        if not (known or (chinese and is_chinese(char))) or not char.isprintable():
            other = '; engine="xelatex" takes it' if not chinese and is_chinese(char) else ""
            message = (
                f"{char!r} in {text!r} cannot be set by {engine}; use Latin letters, with or without "
                f"accents, or Greek ones{other}"
            )
            raise ArgumentError(message)
    # two hyphens in a name stay two hyphens: an empty group keeps TeX from joining them
    text = LIGATURE.sub("\0\\g<0>", text)
    text = OPENING.sub("“", text).replace('"', "”")
    return "".join("{}" if char == "\0" else SPECIAL.get(char, char) for char in text)


def label(name: str) -> str:
    r"""Return a name for ``\label`` as it is.

    Raises:
        ArgumentError: a character that a label cannot have.
    """
    if not name or not name.isascii() or re.search(r"[\\{}%#$&~^\s\"]", name):
        message = f"{name!r} is not a label: use letters, digits, ':', '-', '.' and '_'"
        raise ArgumentError(message)
    return name
