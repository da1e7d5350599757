"""How wide a text or a formula is set in Computer Modern, without running TeX.

The widths are those of cmr10 and cmmi10 at 10 pt, in thousandths of an em of 10 pt (the fonts' own tables).
An estimate errs on the wide side: what is said to fit does fit.
"""

from __future__ import annotations

import re

ROMAN = {
    278: "!',.:;<[]_`il ",
    306: "fj",
    333: "-",
    361: "I",
    392: "()tr",
    394: "s",
    444: "cez",
    472: ">?",
    500: '"$*/0123456789\\^ago{}~',
    528: "Jkqvxy",
    556: "Sbdhnpu",
    611: "Z",
    625: "L",
    653: "F",
    681: "EP",
    722: "BCTw",
    764: "RAHNUVXYD",
    785: "&+=@KOQG",
    833: "#%m",
    1028: "MW|",
}
ITALIC = {
    345: ",-:;li",
    389: "t[]|",
    433: "bcjI",
    477: "qrzseg",
    503: "ovfyp./0123456789=?~",
    529: "dka@",
    600: "uxhnYVTJ",
    686: "SPFLUZ",
    738: "CEw",
    791: "ABROGQ",
    850: "NDXHK$",
    970: "MWm",
}
_ROMAN = {char: width for width, chars in ROMAN.items() for char in chars}
_ITALIC = {char: width for width, chars in ITALIC.items() for char in chars}
WIDEST = 1028
#: Type sizes of a 10 pt class, relative to normalsize; small type is cut a little wider.
SIZES = {"normalsize": 1.0, "small": 0.925, "footnotesize": 0.85, "scriptsize": 0.8}
BASELINES = {"normalsize": 12.0, "small": 11.0, "footnotesize": 9.5, "scriptsize": 8.0}
SCRIPT = 0.8  # an index or exponent, relative to its base

TOKEN = re.compile(r"\\mathrm\{([^}]*)\}|\\([a-zA-Z]+) ?|\\(.)|(.)", re.DOTALL)
COMMANDS = {
    "lfloor": 444,
    "rfloor": 444,
    "lceil": 444,
    "rceil": 444,
    "times": 1222,  # with the space on both sides
    "geq": 1333,
    "mid": 833,
    "sum": 1500,
    "left": 0,
    "right": 0,
    "vert": 278,
    "gcd": 1500,
    "min": 1700,
    "log": 1300,
}


def text_width(text: str) -> float:
    """Return the width of plain text in points at 10 pt; markup counts as what it sets."""
    plain = re.sub(r"\\(?:textbf|text[a-z]+)\{|\\[,;]|[{}]|\\(?=[&%$#_{}])", "", text)
    return sum(_ROMAN.get(char, WIDEST) for char in plain) / 100


def math_width(latex: str) -> float:
    """Return the width of a formula in points at 10 pt."""
    width, scale = 0.0, [1.0]
    pending = 1.0
    for match in TOKEN.finditer(latex):
        upright, command, symbol, char = match.groups()
        if char in ("^", "_"):
            pending = SCRIPT
            continue
        if char == "{":
            scale.append(scale[-1] * pending)
        elif char == "}":
            if len(scale) > 1:
                scale.pop()
        else:
            width += scale[-1] * pending * _piece(upright, command, symbol, char, len(scale))
        pending = 1.0
    return width / 100


def _piece(
    upright: str | None, command: str | None, symbol: str | None, char: str | None, depth: int
) -> float:
    if upright is not None:
        return sum(_ROMAN.get(c, WIDEST) for c in upright)
    if command is not None:
        return COMMANDS.get(command, 750)
    if symbol is not None:
        return 170
    if char in ("+", "-", "="):  # with the space of an operator, outside of indices
        return 1333 if depth == 1 else 1222
    if char is None or char == " ":
        return 0
    return _ROMAN[char] if char in "()" else _ITALIC.get(char, WIDEST)
