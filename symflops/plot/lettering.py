"""Words in pictures: names of layers as they are, dimensions as formulas, nothing that matplotlib would read as markup."""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Mapping
from contextlib import contextmanager
from functools import cache
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from symflops.arrangement import display
from symflops.errors import ArgumentError
from symflops.symbols import notation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symflops.symbols import Symbol

UNSEEN = "\N{REPLACEMENT CHARACTER}"  # for a name of which nothing can be seen
LETTER = 0.57  # of the size of a font, the mean width of its letters
LEAST = 8  # letters that a name keeps
#: The most letters of the LaTeX of a symbol, and how wide it may be set, in letters.
LONGEST, WIDEST = 200, 40.0
DOLLAR = re.compile(r"(?<!\\)(?:\\\\)*\$")  # a dollar that would end the formula
FALLBACKS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "Noto Emoji",
    "Segoe UI Emoji",
)


def literal() -> dict[str, Any]:
    """Return how a text is drawn that is no formula, whatever it holds: $ is a dollar, and 层 a letter."""
    from matplotlib import rcParams  # noqa: PLC0415 - heavy, and wanted only here

    return {
        "parse_math": False,
        "usetex": False,
        "family": [*rcParams["font.family"], *_fallbacks()],
    }


@cache
def _fallbacks() -> tuple[str, ...]:
    """Return the fonts that are installed of those that have what the usual one has not."""
    from matplotlib.font_manager import fontManager  # noqa: PLC0415 - heavy, and wanted only here

    installed = {font.name for font in fontManager.ttflist}
    return tuple(name for name in FALLBACKS if name in installed)


@contextmanager
def measuring() -> Iterator[None]:
    """Say nothing of letters that no font has while text is measured: where it is drawn, matplotlib does."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        yield


def shown(text: Any) -> str:
    r"""Return text on one line, without what cannot be seen: what breaks lines or turns them around.

    >>> shown("a\n$b_1")
    'a $b_1'
    """
    spaced = (" " if c.isspace() else c for c in str(text))
    return "".join(c for c in spaced if c.isprintable()) or UNSEEN


def shortened(text: Any, points: float, font: float) -> str:
    """Return text that is no wider than so many points: a path without its first names, else without its middle.

    >>> shortened("encoder.layers.11.attention.query", 100, 8)
    '…11.attention.query'
    >>> shortened("a_name_that_has_no_end_and_no_dots", 100, 8)
    'a_name_…d_and_no_dots'
    """
    name = shown(text)
    room = max(int(points / (LETTER * font)), LEAST)
    if breadth(name) <= room:
        return name
    while "." in name.split(" ", 1)[0]:
        name = name.split(".", 1)[1]
        if 0 < breadth(name) < room and not name.startswith("*."):
            return f"…{name}"
    front = back = ""
    while breadth(front + name[len(front)]) <= room // 3:
        front += name[len(front)]
    while breadth(front + back + name[-len(back) - 1]) < room:
        back = name[-len(back) - 1] + back
    return f"{front}…{back}"


def breadth(text: str) -> int:
    """Return how wide text is, in letters of the usual width."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def wrapped(text: str, points: float, font: float) -> list[str]:
    """Return text in lines that are no wider than so many points."""
    return wrap(text, max(int(points / (LETTER * font)), 16))


def formula(symbol: Symbol) -> str:
    r"""Return a dimension as it is declared to be set, between dollars; by its plain name where that cannot be.

    >>> import symflops as sf
    >>> formula(sf.dim("C_in")), formula(sf.dim("n_torn", latex=r"\mytorn"))
    ('$C_{\\mathrm{in}}$', 'n_torn')
    """
    try:
        latex = display(symbol).latex
    except ArgumentError:  # letters that LaTeX has not
        return str(symbol.name)
    return f"${latex}$" if _can_be_set(latex) else str(symbol.name)


def _can_be_set(latex: str) -> bool:
    """Say whether matplotlib can set a formula, and in no more room than a label has."""
    from matplotlib.mathtext import MathTextParser  # noqa: PLC0415 - heavy, and wanted only here

    if len(latex) > LONGEST or not latex.isascii() or DOLLAR.search(latex):
        return False
    try:
        set_ = MathTextParser("path").parse(f"${latex}$")
    except (ValueError, RecursionError):
        return False
    em = 12.0  # points, the size that it was set at
    return bool(0 < set_.width < WIDEST * em and set_.height + set_.depth < 4 * em)


def axis_of(symbol: Symbol) -> str:
    """Return a dimension, with its meaning where it has one: N (tokens)."""
    meaning = notation(symbol.name).meaning
    said = meaning.get("en") if isinstance(meaning, Mapping) else meaning
    words = f" ({shown(said)})".replace("$", r"\$") if said else ""
    return formula(symbol) + words
