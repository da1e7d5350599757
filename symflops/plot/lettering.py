"""Words in pictures: names of layers as they are, dimensions as formulas, nothing that matplotlib would read as markup."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from symflops.errors import ArgumentError
from symflops.symbols import notation
from symflops.arrangement import display

if TYPE_CHECKING:
    from symflops.symbols import Symbol

#: How a text is drawn that is no formula, whatever it holds: $ is a dollar.
LITERAL = {"parse_math": False, "usetex": False}
LETTER = 0.62  # of the size of a font, the mean width of its letters
LONGEST, WIDEST = (
    200,
    40.0,
)  # letters of the LaTeX of a symbol, and how wide it may be set, in letters
DECLARED_OUT = re.compile(r"(?<!\\)(?:\\\\)*\$")  # a dollar that would end the formula
BEYOND = 0x2E80  # where the writings of East Asia begin, and behind them the emoji
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


def shown(text: Any) -> str:
    r"""Return text on one line, without what cannot be seen: what breaks lines or turns them around.

    >>> shown("a\n$b_1")
    'a $b_1'
    """
    spaced = (" " if c.isspace() else c for c in str(text))
    return "".join(c for c in spaced if c.isprintable())


def shortened(text: Any, points: float, font: float) -> str:
    """Return text that is no wider than so many points, what is in its middle left out where it is.

    >>> shortened("encoder.layers.11.attention.query", 100, 8)
    'encoder…attention.query'
    """
    name = shown(text)
    room = max(int(points / (LETTER * font)), 4) + 3
    widths = [2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in name]
    if sum(widths) <= room:
        return name
    front, back = (room - 1) // 3, room - 1 - (room - 1) // 3
    first, last = 0, len(name)
    while sum(widths[: first + 1]) <= front:
        first += 1
    while sum(widths[last - 1 :]) <= back:
        last -= 1
    return f"{name[:first]}…{name[last:]}"


def wrapped(text: str, points: float, font: float) -> str:
    """Return text in lines that are no wider than so many points."""
    return "\n".join(wrap(shown(text), max(int(points / (LETTER * font)), 16)))


def formula(symbol: Symbol) -> str:
    r"""Return a dimension as it is declared to be set, between dollars; by its plain name where that cannot be.

    >>> import symflops as sf
    >>> formula(sf.dim("C_in")), formula(sf.dim("n_torn", latex=r"\frac{"))
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

    if len(latex) > LONGEST or not latex.isascii() or DECLARED_OUT.search(latex):
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


def in_fonts_that_have_it(ax: Any) -> None:
    """Let text that the usual font has no letters for be set in others that are installed."""
    from matplotlib.font_manager import fontManager  # noqa: PLC0415 - heavy, and wanted only here
    from matplotlib.text import Text  # noqa: PLC0415

    texts = [t for t in ax.findobj(Text) if any(ord(c) >= BEYOND for c in t.get_text())]
    if not texts:
        return
    installed = {font.name for font in fontManager.ttflist}
    for text in texts:
        families = text.get_fontfamily()
        text.set_fontfamily([*families, *(name for name in FALLBACKS if name in installed)])
