"""How each medium writes the pieces of a formula: Unicode text, LaTeX and MathML.

A style is handed finished pieces and puts them together; it never looks at an expression. Every name
that enters a formula from outside is escaped here.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Protocol

from symflops.errors import ArgumentError
from symflops.symbols import notation
from symflops.typeset.spelling import LETTERS, spelling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symflops.typeset.spelling import Spelling

BY_LETTER = {letter: name for name, letter in LETTERS.items()}
SUBSCRIPTED = {"log2": "log₂"}  # operators with a base, as text has them
#: Characters of a label that mean something else in mathematics.
ESCAPED = {
    **{char: f"\\{char}" for char in "&%$#_{}"},
    " ": "\\ ",
    "-": "\\mbox{-}",
    "~": "\\sim ",
    "^": "\\wedge ",
    "\\": "\\backslash ",
    "'": "\\mbox{'}",
    '"': "\\mbox{''}",
    "`": "\\mbox{`}",
}
SIGNS = {"·": r"\cdot", "×": r"\times"}
RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"
SUPERSCRIPTS = str.maketrans("0123456789-", RAISED)


class Style(Protocol):
    """What a medium must be able to write."""

    stacked: bool  # whether fractions stand on a line of their own

    def number(self, value: int) -> str: ...
    def symbol(self, name: str) -> str: ...
    def negative(self, text: str) -> str: ...
    def parenthesis(self, text: str) -> str: ...
    def sum(self, pieces: list[tuple[bool, str]]) -> str: ...
    def product(self, factors: list[str]) -> str: ...
    def joined(self, factors: list[str], starts: list[int]) -> str: ...
    def fraction(self, above: str, below: str, wide: bool = False, deep: bool = False) -> str: ...
    def slash(self, above: str, below: str) -> str: ...
    def power(self, base: str, exponent: str) -> str: ...
    def root(self, text: str) -> str: ...
    def floor(self, text: str) -> str: ...
    def ceiling(self, text: str) -> str: ...
    def function(self, name: str, arguments: list[str]) -> str: ...
    def series(self, sign: str, index: str, first: str, last: str, text: str) -> str: ...
    def member(self, name: str, place: str) -> str: ...
    def one_of(self, values: list[str], place: str) -> str: ...
    def dotted(self, factors: list[str], sign: str = "·") -> str: ...
    def named(self, letter: str, label: str) -> str: ...
    def braced(self, text: str, label: str) -> str: ...
    def where(self, text: str, said: list[tuple[str, str]]) -> str: ...


def parts(name: str) -> tuple[str, list[str]]:
    """Split a name into its letter and its subscripts: C_in is C and in, x1 is x and 1."""
    base, *below = name.split("_")
    if not all((base, *below)):  # _H and H_ are not H: an underscore that parts nothing is shown
        return name, []
    digits = re.fullmatch(r"(\D+)(\d+)", base)
    if digits:
        base, below = digits[1], [digits[2], *below]
    return base, below


def enumerated(parts: list[str]) -> str:
    """Join parts as a sentence does: a, b and c."""
    *others, last = parts
    return f"{', '.join(others)} and {last}" if others else last


def simple(name: str) -> Spelling | None:
    """Return what is declared for a name in Unicode and MathML, if it is simple enough for them."""
    declared = notation(name).latex
    return spelling(declared) if declared else None


class Text:
    """Unicode for terminals: (2 C_in k² − 1) C_out H W."""

    stacked = False

    def number(self, value: int) -> str:
        return f"−{-value:,}" if value < 0 else f"{value:,}"

    def symbol(self, name: str) -> str:
        declared = simple(name)
        return declared.text if declared else LETTERS.get(name, name)

    def negative(self, text: str) -> str:
        return f"−{text}"

    def parenthesis(self, text: str) -> str:
        return f"({text})"

    def sum(self, pieces: list[tuple[bool, str]]) -> str:
        (minus, first), *others = pieces
        start = self.negative(first) if minus else first
        return start + "".join(f" {'−' if minus else '+'} {text}" for minus, text in others)

    def product(self, factors: list[str]) -> str:
        return " ".join(factors)

    def joined(self, factors: list[str], starts: list[int]) -> str:
        """Write factors side by side, with a dot before those at the places ``starts``."""
        ends = zip([0, *starts], [*starts, len(factors)], strict=True)
        runs = [factors[start:end] for start, end in ends]
        written = [self.product(run) if len(run) > 1 else run[0] for run in runs]
        return self.dotted(written) if starts else written[0]

    def fraction(self, above: str, below: str, wide: bool = False, deep: bool = False) -> str:
        above = self.parenthesis(above) if wide else above
        return f"{above}/{self.parenthesis(below) if deep else below}"

    def slash(self, above: str, below: str) -> str:
        return f"{above}/{below}"

    def power(self, base: str, exponent: str) -> str:
        if "^" in base or base[-1] in RAISED:  # a declared symbol with a mark above
            base = self.parenthesis(base)
        if exponent.isdecimal():
            return base + exponent.translate(SUPERSCRIPTS)
        return f"{base}^{exponent if exponent.isidentifier() else self.parenthesis(exponent)}"

    def root(self, text: str) -> str:
        return f"√({text})"

    def floor(self, text: str) -> str:
        return f"⌊{text}⌋"

    def ceiling(self, text: str) -> str:
        return f"⌈{text}⌉"

    def function(self, name: str, arguments: list[str]) -> str:
        if name == "ceiling":
            return self.ceiling(arguments[0])
        return f"{SUBSCRIPTED.get(name, name)}({', '.join(arguments)})"

    def series(self, sign: str, index: str, first: str, last: str, text: str) -> str:
        return f"{sign}_({index}={first}..{last}) {text}"

    def member(self, name: str, place: str) -> str:
        return f"{self.symbol(name)}_{self.subscript(place)}"

    def one_of(self, values: list[str], place: str) -> str:
        return f"{self.parenthesis(', '.join(values))}_{self.subscript(place)}"

    def subscript(self, place: str) -> str:
        return place if place.isalnum() else self.parenthesis(place)

    def dotted(self, factors: list[str], sign: str = "·") -> str:
        return f" {sign} ".join(factors)

    def named(self, letter: str, label: str) -> str:
        return f"{self.symbol(letter)}({label})" if label else self.symbol(letter)

    def braced(self, text: str, label: str) -> str:
        return f"[{text}: {label}]"

    def where(self, text: str, said: list[tuple[str, str]]) -> str:
        return f"{text}, where {enumerated([f'{name} = {meant}' for name, meant in said])}"


class Latex(Text):
    r"""LaTeX without packages: (2 C_{\mathrm{in}} k^{2} - 1) C_{\mathrm{out}} H W."""

    stacked = True
    OPERATORS = frozenset(("gcd", "log", "exp", "min", "max"))

    def __init__(self, spelled: Mapping[str, str] | None = None) -> None:
        self.spelled = dict(spelled or {})  # name → LaTeX, before what is declared for it

    def number(self, value: int) -> str:
        return f"{value:,}".replace(",", "{,}")

    def symbol(self, name: str) -> str:
        declared = self.spelled.get(name) or notation(name).latex
        if declared:
            return declared
        base, below = parts(name)
        written = self.word(base)
        subscripts = ",".join(map(self.word, below))
        return f"{written}_{{{subscripts}}}" if subscripts else written

    def word(self, word: str) -> str:
        word = BY_LETTER.get(word, word)
        if word in LETTERS:
            return f"\\{word}"
        if not word.isascii():
            return self.foreign(word)
        escaped = word.replace("_", "\\_")
        return word if len(escaped) == 1 or word.isdecimal() else f"\\mathrm{{{escaped}}}"

    def foreign(self, word: str) -> str:
        message = f"{word!r} cannot be set in LaTeX as it stands; declare dim({word!r}, latex=…)"
        raise ArgumentError(message)

    def negative(self, text: str) -> str:
        return f"-{text}"

    def parenthesis(self, text: str) -> str:
        return self.fenced("(", text, ")")

    def fenced(self, left: str, text: str, right: str) -> str:
        """Write a pair of fences, as tall as what is between them."""
        tall = any(sign in text for sign in ("\\frac", "\\sum", "\\prod"))
        return f"\\left{left}{text}\\right{right}" if tall else f"{left}{text}{right}"

    def sum(self, pieces: list[tuple[bool, str]]) -> str:
        return super().sum(pieces).replace("−", "-")

    def fraction(self, above: str, below: str, wide: bool = False, deep: bool = False) -> str:  # noqa: ARG002
        return f"\\frac{{{above}}}{{{below}}}"

    def power(self, base: str, exponent: str) -> str:
        if "^" in base and not base.endswith(")"):  # a declared symbol with a mark above
            base = self.parenthesis(base)
        return f"{base}^{{{exponent}}}"

    def root(self, text: str) -> str:
        return f"\\sqrt{{{text}}}"

    def floor(self, text: str) -> str:
        return self.fenced("\\lfloor ", f"{text} ", "\\rfloor")

    def ceiling(self, text: str) -> str:
        return self.fenced("\\lceil ", f"{text} ", "\\rceil")

    def function(self, name: str, arguments: list[str]) -> str:
        if name == "ceiling":
            return self.ceiling(arguments[0])
        name = name.lower() if name in ("Min", "Max") else name
        if name in SUBSCRIPTED:
            base, below = parts(name)
            head = f"\\{base}_{''.join(below)}"
        elif name in self.OPERATORS:
            head = f"\\{name}"
        else:
            first, _, rest = name.partition("_")
            escaped = rest.replace("_", "\\_")
            head = f"{self.word(first)}_{{\\mathrm{{{escaped}}}}}" if rest else self.word(first)
        return f"{head}({', '.join(arguments)})"

    def series(self, sign: str, index: str, first: str, last: str, text: str) -> str:
        big = {"Σ": "\\sum", "Π": "\\prod"}[sign]
        return f"{big}_{{{index}={first}}}^{{{last}}} {text}"

    def member(self, name: str, place: str) -> str:
        if declared := notation(name).latex:
            return f"{{{declared}}}_{{{place}}}"
        base, below = parts(name)
        return f"{self.word(base)}_{{{','.join([*map(self.word, below), place])}}}"

    def subscript(self, place: str) -> str:
        return f"{{{place}}}"

    def dotted(self, factors: list[str], sign: str = "·") -> str:
        return f" {SIGNS[sign]} ".join(factors)

    def named(self, letter: str, label: str) -> str:
        below = f"_{{{self.upright(label)}}}" if label else ""
        return f"{self.symbol(letter)}{below}"

    def braced(self, text: str, label: str) -> str:
        return f"\\underbrace{{{text}}}_{{{self.upright(label)}}}"

    def where(self, text: str, said: list[tuple[str, str]]) -> str:
        *others, last = (f"{name} = {meant}" for name, meant in said)
        before = ", \\; ".join(others)
        before += r" \mbox{ and } " if others else ""
        return f"{text}, \\quad \\mbox{{where }} {before}{last}"

    def upright(self, label: str) -> str:
        """Set a label from outside in upright letters; needs no package."""
        escaped = "".join(ESCAPED.get(char, char) for char in label)
        if not escaped.isascii():
            return self.foreign(label)
        return escaped if label.isdecimal() else f"\\mathrm{{{escaped}}}"


class Inline(Latex):
    """LaTeX for a cell of a table: factors a thin space apart, quotients on the line."""

    stacked = False

    def product(self, factors: list[str]) -> str:
        return r" \, ".join(factors)

    def fenced(self, left: str, text: str, right: str) -> str:
        return f"{left}{text}{right}"

    def fraction(self, above: str, below: str, wide: bool = False, deep: bool = False) -> str:
        return Text.fraction(self, above, below, wide, deep)


class Browser(Inline):
    """The same for browsers, which set every letter."""

    def foreign(self, word: str) -> str:
        return f"\\text{{{word}}}"


SPACE = '<mspace width="0.17em"></mspace>'  # between factors, thin as in TeX


class MathML(Text):
    """MathML for browsers; every piece is one element."""

    stacked = True

    TALL = ("<mfrac", "<munder", "<msqrt")

    def number(self, value: int) -> str:
        digits = f"<mn>{abs(value):,}</mn>"
        return self.negative(digits) if value < 0 else digits

    def symbol(self, name: str) -> str:
        if declared := simple(name):
            return declared.mathml
        base, below = parts(name)
        written = self.word(base)
        if not below:
            return written
        return f"<msub>{written}<mrow>{'<mo>,</mo>'.join(map(self.word, below))}</mrow></msub>"

    def word(self, word: str) -> str:
        if word.isdecimal():
            return f"<mn>{word}</mn>"
        # MathML sets one letter in italics and a longer word upright
        return f"<mi>{html.escape(LETTERS.get(word, word))}</mi>"

    def row(self, *pieces: str) -> str:
        return f"<mrow>{''.join(pieces)}</mrow>"

    def negative(self, text: str) -> str:
        return self.row("<mo>−</mo>", text)

    def parenthesis(self, text: str) -> str:
        return self.fenced("(", text, ")")

    def fenced(self, left: str, text: str, right: str) -> str:
        """Write a pair of fences, as tall as what is between them."""
        # browsers give a fence that may grow the room of its widest form, and so a gap where it does not
        flat = "" if any(tag in text for tag in self.TALL) else ' stretchy="false"'
        return self.row(f"<mo{flat}>{left}</mo>", text, f"<mo{flat}>{right}</mo>")

    def sum(self, pieces: list[tuple[bool, str]]) -> str:
        (minus, first), *others = pieces
        signs = [f"<mo>{'−' if m else '+'}</mo>{text}" for m, text in others]
        return self.row(self.negative(first) if minus else first, *signs)

    def product(self, factors: list[str]) -> str:
        return self.row(SPACE.join(factors))

    def fraction(self, above: str, below: str, wide: bool = False, deep: bool = False) -> str:  # noqa: ARG002
        return f"<mfrac>{self.row(above)}{self.row(below)}</mfrac>"

    def slash(self, above: str, below: str) -> str:
        return self.row(above, '<mo lspace="0" rspace="0">/</mo>', below)

    def power(self, base: str, exponent: str) -> str:
        if base.startswith(("<msup>", "<msubsup>")):  # a declared symbol with a mark above
            base = self.parenthesis(base)
        return f"<msup>{self.row(base)}{self.row(exponent)}</msup>"

    def root(self, text: str) -> str:
        return f"<msqrt>{text}</msqrt>"

    def floor(self, text: str) -> str:
        return self.fenced("⌊", text, "⌋")

    def ceiling(self, text: str) -> str:
        return self.fenced("⌈", text, "⌉")

    def function(self, name: str, arguments: list[str]) -> str:
        if name == "ceiling":
            return self.ceiling(arguments[0])
        inside = "<mo>,</mo>".join(arguments)
        return self.row(self.symbol(name), self.fenced("(", inside, ")"))

    def series(self, sign: str, index: str, first: str, last: str, text: str) -> str:
        under = self.row(index, "<mo>=</mo>", first)
        big = {"Σ": "∑", "Π": "∏"}[sign]
        return self.row(f"<munderover><mo>{big}</mo>{under}{self.row(last)}</munderover>", text)

    def member(self, name: str, place: str) -> str:
        if declared := simple(name):
            return f"<msub>{self.row(declared.mathml)}{self.row(place)}</msub>"
        base, below = parts(name)
        subscripts = "<mo>,</mo>".join([*map(self.word, below), place])
        return f"<msub>{self.word(base)}<mrow>{subscripts}</mrow></msub>"

    def one_of(self, values: list[str], place: str) -> str:
        return f"<msub>{self.parenthesis('<mo>,</mo>'.join(values))}{self.row(place)}</msub>"

    def dotted(self, factors: list[str], sign: str = "·") -> str:
        return self.row(f"<mo>{sign}</mo>".join(factors))

    def named(self, letter: str, label: str) -> str:
        below = f"<mtext>{html.escape(label)}</mtext>"
        return f"<msub>{self.symbol(letter)}{below}</msub>" if label else self.symbol(letter)

    def braced(self, text: str, label: str) -> str:
        under = f"<munder>{self.row(text)}<mo>⏟</mo></munder>"
        return f"<munder>{under}<mtext>{html.escape(label)}</mtext></munder>"

    def where(self, text: str, said: list[tuple[str, str]]) -> str:
        *others, last = (self.row(name, "<mo>=</mo>", meant) for name, meant in said)
        before = "<mtext>,\u2003</mtext>".join(others)
        before += "<mtext>\u2003and\u2003</mtext>" if others else ""  # browsers drop plain spaces
        return self.row(text, "<mtext>,\u2003where\u2003</mtext>", before, last)


STYLES: dict[str, Style] = {
    "text": Text(),
    "latex": Latex(),
    "inline": Inline(),
    "browser": Browser(),
    "mathml": MathML(),
}


def respelled(medium: str, spelled: Mapping[str, str]) -> Style:
    """Return the style of a medium in which names have their own LaTeX; others are as they are."""
    style = STYLES[medium]
    return type(style)(spelled) if isinstance(style, Latex) else style
