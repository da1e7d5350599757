r"""Where lines of text break in LaTeX, and how many lines there are, without running TeX.

The counts are those of ``\raggedright``: TeX breaks between words, and inside of a formula or a long
name only where that alone is wider than the line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from symflops.tables.widths import cell_width, math_width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symflops.tables.widths import Size, Width

INDENT = 10.0  # points, of the second line and all below
TALL = re.compile(r"\\(?:frac|sum|prod|sqrt)\b")  # what makes a line higher than its type is
CHUNK = re.compile(r"(?:\$[^$]*\$|\\.|[^\s$])+")
PIECE = re.compile(r"\\[a-z]+\{\}|\\.|\$[^$]*\$|.")
SIGNS = (" + ", " - ", " = ")
POINT, ANYWHERE = r"\allowbreak{}", r"\penalty1000{}"
AFTER = 8  # characters behind which a name that is wider than its line may break anywhere


def line_count(latex: str, width: float, size: Size) -> int:
    """Return how many lines a paragraph has; one with a fraction or a series counts twice."""
    count, free = 1, width
    below = width - INDENT
    space = cell_width(" ").at(size)
    for word in CHUNK.findall(latex):
        whole = cell_width(word).at(size)
        for taken in [whole] if whole <= below else [part.at(size) for part in _parts(word)]:
            if taken > free and free < width:
                count, free = count + 1, below
            count += int(taken / (free + 1))
            free -= taken % (free + 1)
        free -= space
    return count * 2 if TALL.search(latex) else count


def _parts(word: str) -> Iterator[Width]:
    """Yield the widths of what a long word falls into: behind points, or the signs of a formula."""
    if "$" not in word:
        yield from map(cell_width, breaks(word))
        return
    start = depth = 0
    for i, char in enumerate(word):
        depth += (char == "{") - (char == "}")
        if depth == 0 and word[i - 2 : i + 1] in SIGNS:
            yield math_width(word[start:i].replace("$", ""))
            start = i + 1
    yield math_width(word[start:].replace("$", ""))


def breakable(text: str, width: float, size: Size) -> str:
    """Let a line break in a name that is wider: behind a point or an underscore, and anywhere in the end."""
    return " ".join(
        POINT.join(map(_anywhere, breaks(word))) if cell_width(word).at(size) > width else word
        for word in text.split(" ")
    )


def breaks(word: str) -> Iterator[str]:
    """Yield the parts of a name, each up to a point or an underscore."""
    part = ""
    for piece in PIECE.findall(word):
        part += piece
        if piece in (".", r"\_"):
            yield part
            part = ""
    if part:
        yield part


def _anywhere(part: str) -> str:
    pieces = PIECE.findall(part)
    return ANYWHERE.join("".join(pieces[i : i + AFTER]) for i in range(0, len(pieces), AFTER))
