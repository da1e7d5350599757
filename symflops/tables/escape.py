"""Words from outside made safe for LaTeX: every special character sets itself."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from symflops.errors import ArgumentError
from symflops.styles import BY_LETTER

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
LIGATURE = re.compile(r"(?<=-)-|(?<=[`'?!])[`']|(?<=,),|(?<=<)<|(?<=>)>")
OPENING = re.compile(r'(?:(?<=^)|(?<=[\s(\[{/=-]))"(?=\S)')


@lru_cache(maxsize=10_000)
def escape(text: str) -> str:
    r"""Escape text for LaTeX; straight double quotes become a pair of curly ones.

    Letters with accents stay as they are, Greek ones become mathematics; dollars and backslashes set
    themselves.

    >>> print(escape('50% of "R&D"'))
    50\% of ``R\&D''
    >>> print(escape("Dollár, α = 1"))
    Dollár, $\alpha$ = 1

    Raises:
        ArgumentError: a character that pdfLaTeX cannot set.
    """
    text = unicodedata.normalize("NFC", re.sub(r"\s", " ", text))
    for char in text:
        known = char.isascii() or char in SPECIAL or char in LATIN
        if not known or not char.isprintable():
            message = (
                f"{char!r} in {text!r} cannot be set by pdflatex; use Latin letters, with or without "
                "accents, or Greek ones"
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
