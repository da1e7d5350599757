"""Text for a terminal: made safe to print, measured in places, shortened and wrapped.

Imports nothing of symflops and nothing heavy: error messages are printed with it too.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

JOINERS = "\u200c\u200d"  # they only say whether their neighbours are joined
EMOJI_FORM = "\ufe0f"  # makes a sign before it an emoji
SKIN = range(0x1F3FB, 0x1F400)
EMOJI = range(0x1F000, 0x1FB00)  # also those that are newer than Python's tables
JAMO = range(0x1160, 0x1200)  # vowels and finals that are set within the syllable
UNSAFE = re.compile(r"[^\x20-\x7e]")
ELLIPSIS = "…"


def is_safe(char: str) -> bool:
    """Say whether a terminal prints a character, rather than obeying it or turning its neighbours round."""
    return (
        char.isprintable()
        or char in JOINERS
        or ord(char) in EMOJI
        or unicodedata.category(char) == "Zs"
    )


def printable(text: str) -> str:
    r"""Show what a terminal would obey instead of print.

    >>> print(printable("\x1b[31m red, two\nlines"))
    \x1b[31m red, two\nlines
    """
    return UNSAFE.sub(lambda found: found[0] if is_safe(found[0]) else repr(found[0])[1:-1], text)


def printable_lines(text: str) -> str:
    """The same for a text of several lines, which stay lines."""
    return "\n".join(map(printable, text.split("\n")))


def on_one_line(text: str) -> str:
    r"""Return text on one line that can be printed anywhere: any white space is a space.

    >>> on_one_line("two\nlines\x07")
    'two lines\\x07'
    """
    return printable(" ".join(re.split(r"\s+", text)))


def width(text: str) -> int:
    """Return how many places a text takes in a terminal: a wide letter or an emoji two, an accent none.

    >>> [width(text) for text in ("C_in", "层", "e\u0301", "👩\u200d💻", "❤\ufe0f", "🇩🇪")]
    [4, 2, 1, 2, 2, 2]
    """
    if text.isascii():
        return len(text)
    return _place("", text[0]) + sum(_place(before, char) for before, char in pairwise(text))


def _place(before: str, char: str) -> int:
    """Return how many places a character adds behind another."""
    code = ord(char)
    if char == EMOJI_FORM:
        return int(before != "" and not before.isalpha() and _alone(before) == 1)
    if before == "\u200d" or (code in SKIN and before and ord(before) in EMOJI):
        return 0
    return _alone(char)


def _alone(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf") or ord(char) in JAMO:
        return 0
    wide = unicodedata.east_asian_width(char) in "WF"
    return 2 if wide or (ord(char) in EMOJI and not char.isprintable()) else 1


def shortened(text: str, room: int, head: int | None = None) -> str:
    """Return a text in so many places, an ellipsis where something is left out: at the end, or after ``head``.

    >>> shortened("blocks.0.attention.projection", 15, 4)
    'bloc…projection'
    """
    if width(text) <= room:
        return text
    begin = _start(text, room - 1 if head is None else min(head, room - 1))
    end = "" if head is None else _end(text, room - 1 - width(begin))
    return f"{begin}{ELLIPSIS}{end}"


def _start(text: str, room: int) -> str:
    """Return as much of the beginning of a text as there is room for."""
    for i, char in enumerate(text):
        room -= _place(text[i - 1 : i], char)
        if room < 0:
            return text[:i]
    return text


def _end(text: str, room: int) -> str:
    """Return as much of the end of a text as there is room for; it does not begin with an accent."""
    first = len(text)
    for i in range(len(text) - 1, -1, -1):
        places = _place(text[i - 1 : i], text[i])
        room -= places
        if room < 0:
            break
        first = i if places else first
    return text[first:]


def wrapped(text: str, room: int | None, indent: str = "  ", *, formula: bool = False) -> str:
    """Break a line between words where it is wider than the room, the further lines indented.

    A ``formula`` is broken before its signs, as far as that is enough.

    >>> print(wrapped("Ratios are to the first row.", 16))
    Ratios are to
      the first row.
    >>> print(wrapped("M = 2 H W + 3 H W D + 5", 16, formula=True))
    M = 2 H W
      + 3 H W D + 5
    """
    if room is None or width(text) <= room:
        return text
    words = text.lstrip(" ")
    lines, line = [], text[: len(text) - len(words)]
    for word in _words(words, room - len(indent), formula=formula):
        longer = f"{line} {word}" if line.strip() else line + word
        if line.strip() and width(longer) > room:
            lines.append(line)
            longer = indent + word
        while (start := _start(longer, room)) != longer:  # a word that is wider than the terminal
            lines.append(start)
            longer = indent + longer[len(start) :]
        line = longer
    return "\n".join([*lines, line])


def _words(text: str, room: int, *, formula: bool) -> Iterator[str]:
    """Yield what is not to be broken: words, and of a formula its terms, where there is room for them."""
    for term in re.split(r" (?=[+−] )", text) if formula else [text]:
        yield from [term] if formula and width(term) <= room else term.split(" ")
