"""Words from outside made safe for LaTeX: every special character sets itself."""

from __future__ import annotations

import re

from symflops.errors import ArgumentError

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
}
LIGATURE = re.compile(r"(?<=-)-|(?<=[`'?!])[`']|(?<=,),|(?<=<)<|(?<=>)>")
OPENING = re.compile(r'(?:(?<=^)|(?<=[\s(\[{/=-]))"(?=\S)')


def escape(text: str) -> str:
    r"""Escape text for LaTeX; straight double quotes become a pair of curly ones.

    >>> print(escape('50% of "R&D"'))
    50\% of ``R\&D''

    Raises:
        ArgumentError: a character that pdfLaTeX cannot set.
    """
    text = re.sub(r"\s", " ", text)
    for char in text:
        if (not char.isascii() and char not in SPECIAL) or not char.isprintable():
            message = (
                f"{char!r} in {text!r} cannot be set by pdflatex; write it in LaTeX's own letters"
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


LONG_WORD = 20  # characters behind which a line may break anywhere
PIECE = re.compile(r"\\[a-z]+\{\}|\\.|\$[^$]*\$|.")


def breakable(text: str) -> str:
    """Let a line break in a long name: behind a point, an underscore, and anywhere in the end."""
    words = []
    for word in text.split(" "):
        pieces, since = PIECE.findall(word), 0
        if len(pieces) > LONG_WORD:
            for i, piece in enumerate(pieces):
                since += 1
                if piece in (".", r"\_") or since == LONG_WORD:
                    pieces[i], since = f"{piece}\\allowbreak{{}}", 0
        words.append("".join(pieces))
    return " ".join(words)
