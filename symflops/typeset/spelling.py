r"""What the LaTeX of a symbol is in Unicode and in MathML: ``d_{\text{model}}`` is d_model."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

ACCENTS = {"hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0304"}
ACCENTS |= {"tilde": "\u0303", "widetilde": "\u0303", "vec": "\u20d7", "dot": "\u0307"}
OVER = {"\u0302": "^", "\u0304": "¯", "\u0303": "~", "\u20d7": "→", "\u0307": "˙"}  # in MathML
FACES = {"mathcal": "SCRIPT", "mathscr": "SCRIPT", "mathbf": "BOLD", "boldsymbol": "BOLD"}
FACES |= {"bm": "BOLD", "mathbb": "DOUBLE-STRUCK", "mathfrak": "FRAKTUR", "mathsf": "SANS-SERIF"}
UPRIGHT = ("mathrm", "text", "textrm", "operatorname", "mbox")
OTHER = {"ell": "ℓ", "hbar": "ħ", "prime": "′", "star": "⋆", "ast": "∗", "dagger": "†"}
VARIANTS = {"varepsilon": "ε", "vartheta": "ϑ", "varrho": "ϱ", "varsigma": "ς", "varphi": "φ"}
#: The names of Greek letters.
GREEK = [
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"),
    *(
        "lambda",
        "mu",
        "nu",
        "xi",
        "pi",
        "rho",
        "sigma",
        "tau",
        "upsilon",
        "phi",
        "chi",
        "psi",
        "omega",
    ),
    *("Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega"),
]
#: Their names → letters.
LETTERS = dict(zip(GREEK, "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ", strict=True))
RAISED = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
TOKEN = re.compile(r"\\([A-Za-z]+)\s*|\\([,;:! ])|([A-Za-z0-9{}_^,'′*+-])|(\s+)")


@dataclass(frozen=True)
class Spelling:
    """A symbol in Unicode for text, and in MathML."""

    text: str
    mathml: str


@lru_cache(maxsize=1_000)
def spelling(latex: str) -> Spelling | None:
    r"""Return what the LaTeX of a symbol is elsewhere, or None where it is more than letters and marks.

    >>> spelling(r"d_{\text{model}}").text, spelling(r"\hat{\alpha}^2").text, spelling(r"\mathcal W").text
    ('d_model', 'α̂²', '𝒲')
    >>> spelling(r"\ell_1").mathml
    '<msub><mi>ℓ</mi><mn>1</mn></msub>'
    >>> spelling(r"\overset{*}{x}") is None
    True
    """
    try:
        reader = _Reader(latex)
        found = reader.row()
        return found if reader.at == len(reader.tokens) else None
    except _NotSimpleError:
        return None


class _NotSimpleError(Exception):
    """LaTeX that is more than letters with marks."""


class _Reader:
    """One pass over the LaTeX of one symbol."""

    def __init__(self, latex: str) -> None:
        self.tokens: list[str] = []
        self.at, place = 0, 0
        while place < len(latex):
            match = TOKEN.match(latex, place)
            if match is None:
                raise _NotSimpleError
            place = match.end()
            if match[1] or match[3]:
                self.tokens.append(f"\\{match[1]}" if match[1] else match[3])

    @property
    def ahead(self) -> str:
        """The next token, or nothing."""
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def step(self) -> str:
        """Return the next token and go behind it."""
        token = self.ahead
        self.at += 1
        return token

    def row(self) -> Spelling:
        """Read marks side by side up to the end of the group."""
        parts = []
        while self.ahead not in ("", "}"):
            parts.append(self.marked())
        if not parts:
            raise _NotSimpleError
        if len(parts) == 1:
            return parts[0]
        inside = "".join(part.mathml for part in parts)
        return Spelling("".join(part.text for part in parts), f"<mrow>{inside}</mrow>")

    def marked(self) -> Spelling:
        """Read a letter with what stands below and above it."""
        base = self.piece()
        below = above = None
        while self.ahead in ("_", "^", "'", "′"):
            sign = self.step()
            if sign == "_" and below is None:
                below = self.piece()
            elif sign != "_" and above is None:
                above = self.piece() if sign == "^" else Spelling("′", "<mo>′</mo>")
            else:
                raise _NotSimpleError
        text = base.text + (f"_{below.text}" if below else "") + (_raised(above) if above else "")
        if below and above:
            tags = f"<msubsup>{base.mathml}{below.mathml}{above.mathml}</msubsup>"
        elif below or above:
            tag, mark = ("msub", below) if below else ("msup", above)
            tags = f"<{tag}>{base.mathml}{mark.mathml if mark else ''}</{tag}>"
        else:
            tags = base.mathml
        return Spelling(text, tags)

    def piece(self) -> Spelling:
        """Read a letter, a digit, a group, or a command with its argument."""
        mark = self.step()
        if mark == "{":
            found = self.row()
            if self.step() != "}":
                raise _NotSimpleError
            return found
        if mark.startswith("\\"):
            return self.command(mark[1:])
        if mark.isdecimal():
            return Spelling(mark, f"<mn>{mark}</mn>")
        if mark.isalpha():
            return Spelling(mark, f"<mi>{mark}</mi>")
        if mark in (",", "*", "+", "-"):
            return Spelling(mark, f"<mo>{mark.replace('-', '−')}</mo>")
        raise _NotSimpleError

    def command(self, name: str) -> Spelling:
        """Read what a command stands for."""
        if letter := LETTERS.get(name) or OTHER.get(name) or VARIANTS.get(name):
            return Spelling(letter, f"<mi>{letter}</mi>")
        if name in ACCENTS:
            inner = self.piece()
            if len(inner.text) != 1:
                raise _NotSimpleError
            mark = ACCENTS[name]
            return Spelling(
                unicodedata.normalize("NFC", inner.text + mark),
                f"<mover>{inner.mathml}<mo>{OVER[mark]}</mo></mover>",
            )
        if name in UPRIGHT or name in FACES:
            return _in_face(self.word(), FACES.get(name, ""))
        raise _NotSimpleError

    def word(self) -> str:
        """Read the letters of a word in braces, or one."""
        if self.ahead != "{":
            letter = self.step()
            if not letter.isalnum():
                raise _NotSimpleError
            return letter
        self.step()
        letters = ""
        while self.ahead not in ("", "}"):
            letters += self.step()
        if self.step() != "}" or not letters.isalnum():
            raise _NotSimpleError
        return letters


def _raised(above: Spelling) -> str:
    raised = above.text.translate(RAISED)
    plain = raised == above.text and raised not in ("′", "⋆", "∗", "†")
    return f"^{raised}" if plain else raised


def _in_face(word: str, face: str) -> Spelling:
    """Return a word upright, or its letters in another face."""
    if face:
        word = "".join(_letter(char, face) for char in word)
    upright = ' mathvariant="normal"' if not face and len(word) == 1 else ""
    return Spelling(word, f"<mi{upright}>{html.escape(word)}</mi>")


def _letter(char: str, face: str) -> str:
    size = "CAPITAL" if char.isupper() else "SMALL"
    for name in (f"MATHEMATICAL {face} {size} {char.upper()}", f"{face} {size} {char.upper()}"):
        try:
            return unicodedata.lookup(name)
        except KeyError:
            continue
    return char
