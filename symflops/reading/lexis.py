"""The words of a formula: numbers, names, signs and commands, in LaTeX, in plain text and in Python.

In LaTeX every letter is a word of its own; in plain text and Python a run of letters is one. Nothing is
computed here.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Literal, NamedTuple

from symflops.errors import ReadError
from symflops.reading.amounts import TIMES, unit_of
from symflops.reading.signs import (
    COMMANDS,
    FRACTIONS,
    GREEK_LETTERS,
    QUANTITIES,
    RELATIONS,
    SAME,
    SENTENCE_WORDS,
    SPACES,
    SUBSCRIPTS,
    SUPERSCRIPTS,
    USUAL_SUBSCRIPTS,
    WORDS,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

MAX_LENGTH = 20_000  # characters
MOST_WORDS = 4_000

Kind = Literal["number", "letter", "word", "command", "sign", "relation", "chinese", "end"]


class Word(NamedTuple):
    """A word of the text, where it stands, and whether a space stands before it."""

    kind: Kind
    text: str
    position: int
    spaced: bool = False


FUNCTIONS = {
    *("log", "log2", "log_2", "log10", "ln", "sqrt", "floor", "ceil", "ceiling", "max", "min"),
    *("Max", "Min", "maximum", "minimum", "Rational", "gcd", "Sum", "Product"),
}
CALLS = {"max", "min", "gcd"}  # commands whose arguments are parted by commas

_DIGITS = r"\d+(?:\.\d+)?(?:[eE][+-]?\d+(?![\d.]))?|\.\d+(?:[eE][+-]?\d+)?"
_THOUSANDS = r"\d{1,3}(?:(?:,|\{,\}|\\,|\\!|_|')\d{3})+(?!\d)(?:\.\d+)?"
_CHINESE = r"\u4e00-\u9fff\u3400-\u4dbf"
PLAIN_NUMBER = re.compile(_DIGITS)
TOKEN = re.compile(
    rf"""
      (?P<space>[\s~\u200b-\u200d\u2060\u2061-\u2064\ufeff]+)
    | (?P<command>\\(?:[A-Za-z]+|[^A-Za-z]))
    | (?P<range>\.\.)
    | (?P<number>{_THOUSANDS}|{_DIGITS})
    | (?P<escaped>[A-Za-z]{{2,}}\d*(?:\\_[A-Za-z0-9]+)+)
    | (?P<chinese>[{_CHINESE}]+)
    | (?P<name>[^\W\d_]\w*)
    | (?P<sign>\*\*|//|<<|>>|<=|>=|==|!=|:=|[-+*/()\[\]{{}}^_=<>|,!;:.'%?⌊⌋⌈⌉√∑∏&])
    """,
    re.VERBOSE,
)
LATEX = re.compile(r"[\\{}$&]")
PROGRAM = re.compile(
    r"\*\*|//|\b(?:floor|ceil|ceiling|Max|Min|max|min|sqrt|log2|log|Rational|Sum|gcd)\("
)
#: A word of Chinese and letters: KV缓存大小, token数; the letters before the Chinese, and those in it.
MIXED = re.compile(rf"([A-Za-z]*)([{_CHINESE}]+)((?:[A-Za-z]+[{_CHINESE}]+)*)(\w*)")
COUNTED = re.compile("[次个万亿千百十]")  # how Chinese begins behind a number of letters: mn次乘法
#: A name that a program or a document has: kernel_size, n_kv_heads; the word at its beginning or in it says so.
IDENTIFIER = re.compile(r"(?:[A-Za-z]_(?=[a-z]+_))?([A-Za-z]+)(?:_(?:[A-Za-z]{2,}|\d+))+")
#: A word, and no product of its letters, though LaTeX sets it as one: softmax, Capacity.
SPELLED = re.compile(r"[A-Za-z](?=[a-z]*[aeiou][a-z]*[aeiou])[a-z]{5,}")
DOTS = r"dots are not read; write a sum as \sum_{i=1}^{n} or Sum(C_i, (i, 1, n))"
LEAST_SPELLED = 4  # letters of a usual word
#: A size and its direction, where there is no LaTeX: Cin, Hout.
DIRECTED = re.compile(r"[A-Z](?:in|out)(?![a-z]{2})")
GLUED = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![eE]\d)([A-Za-z]+)")  # 12h, as in 12*l*h^2 + 12h
NAMED = re.compile(r"[a-z]{4}|[A-Za-z]{2}_")
SIGNS = frozenset("-+*/()[]{}^_|,!;:.'%?&#⌊⌋⌈⌉√∑∏")
NUMBERED = re.compile(r"[A-Za-z]\d+(?!\d)")  # x1: nobody writes 1x like that
SENTENCE = re.compile(
    r"(?<![A-Za-z_\d])[a-z]{3,}\s+(?!(?:flops|macs|params|parameters|bytes)\b)[a-z]{3,}(?![A-Za-z_])"
)
FULL_WIDTH = re.compile("[\uff01-\uff5e\u3000]")
MATH_LETTERS = re.compile(
    "[\U0001d400-\U0001d7ff\u210e\u2102-\u2112\u2114\u2115\u2118-\u211d\u2124-\u2131]"
)


def is_latex(text: str) -> bool:
    """Say whether letters stand for themselves: LaTeX, or a line without the marks of a program.

    >>> is_latex("hwC^2"), is_latex("2*C_in*k**2"), is_latex("18BTDF"), is_latex("4 heads")
    (True, False, True, False)
    """
    if LATEX.search(text):
        return True
    if PROGRAM.search(text) or ("*" in text and not _has_glued(text)):
        return False
    if SENTENCE.search(text):
        return False
    if "^" in text:
        return True
    if any(unit_of(words) is None for words in re.findall(f"[{_CHINESE}]+", text)):
        return False
    runs = re.findall(r"(?<![A-Za-z_])[A-Za-z]+", text)
    return not (re.search(r"[·⋅×]", text) or WORDS.intersection(run.lower() for run in runs))


def _has_glued(text: str) -> bool:
    """Say whether letters stand behind a number, as in no program, and nowhere a name of several letters."""
    glued = (match[1] for match in GLUED.finditer(text))
    return any(unit_of(run) is None for run in glued) and not NAMED.search(text)


def plain(text: str) -> str:
    """Return a text in which signs of Unicode that ASCII has are ASCII.

    >>> plain("k²C₁ + ½(Ｈ－１)"), plain("2½")
    ('k^{2}C_{1} + (1/2)(H-1)', '(2+1/2)')
    """
    text = FULL_WIDTH.sub(lambda m: unicodedata.normalize("NFKC", m[0]), text)
    text = MATH_LETTERS.sub(lambda m: unicodedata.normalize("NFKC", m[0]), text)
    if text.isascii():
        return text
    text = re.sub(
        f"[{''.join(SUPERSCRIPTS)}]+", lambda m: f"^{{{_spelled(m[0], SUPERSCRIPTS)}}}", text
    )
    text = re.sub(f"[{''.join(SUBSCRIPTS)}]+", lambda m: f"_{{{_spelled(m[0], SUBSCRIPTS)}}}", text)
    return re.sub(f"(\\d*)([{''.join(FRACTIONS)}])", _fraction, text)


def _spelled(text: str, letters: dict[str, str]) -> str:
    return "".join(letters[character] for character in text)


def _fraction(match: re.Match[str]) -> str:
    return f"({match[1]}+{FRACTIONS[match[2]]})" if match[1] else f"({FRACTIONS[match[2]]})"


def words(text: str, *, latex: bool, known: Collection[str] = ()) -> list[Word]:
    """Return the words of a text.

    Raises:
        ReadError: a character that has no meaning here; too long a text.
    """
    found: list[Word] = []
    for word in Lexer(text, latex=latex, known=known).words():
        found.append(word)
        if len(found) > MOST_WORDS:
            message = f"the formula has over {MOST_WORDS:,} words"
            raise ReadError(message, text, word.position)
    return found


class Lexer:
    """One pass over the characters of one text."""

    def __init__(self, text: str, *, latex: bool, known: Collection[str]) -> None:
        self.text, self.latex = text, latex
        self.known = sorted((name for name in known if len(name) > 1), key=len, reverse=True)
        self.calls: list[bool] = []  # of every open parenthesis, whether arguments are in it
        self.called = False  # whether a function stands directly before
        self.at, self.spaced = 0, False
        self.is_plain = not re.search(r"[\\$]|_\{|\b(?:in?|[nout])\b", text)  # no i and no n alone

    def words(self) -> Iterator[Word]:
        """Yield every word; the last has the kind ``end``."""
        text, end = self.text, len(self.text)
        while self.at < end:
            match = TOKEN.match(text, self.at)
            kind = match.lastgroup if match else "other"
            if kind == "space":
                self.at, self.spaced = match.end(), True  # type: ignore[union-attr]
                continue
            start, found = self.at, match[0] if match else text[self.at]
            if kind == "number" and "," in found and any(self.calls[-1:]):
                found = PLAIN_NUMBER.match(text, start)[0]  # type: ignore[index]
            if kind in ("name", "chinese") and found not in self.known:
                kind, found = self.mixed(kind, found, start)
            if kind == "name" and found not in self.known:
                found = found.rstrip("_")  # log_{2}: the subscript has its own sign
                found = "log" if re.fullmatch(r"log_[A-Za-z]", found) else found
            self.at = start + len(found)
            yield from self.word(kind or "other", found, start)
        yield Word("end", "", end, self.spaced)

    def mixed(self, kind: str, text: str, at: int) -> tuple[str, str]:
        """Return the kind and the text of what a run of Chinese and letters begins with."""
        match = MIXED.match(self.text, at)
        if match is None:
            return kind, text
        front, chinese, more, behind = match.groups()
        is_unit = unit_of(chinese) is not None or (front and COUNTED.match(chinese))
        if front and (is_unit or not self.is_word(front, at)):
            return "name", front
        if is_unit:
            return "chinese", chinese
        return "chinese", front + chinese + more + (behind if behind in QUANTITIES else "")

    def is_word(self, letters: str, at: int) -> bool:
        """Say whether letters before Chinese are a word of their own, and neither a unit nor symbols."""
        if at and self.text[at - 1].isdigit() and unit_of(letters) is not None:
            return False
        usual = letters in QUANTITIES or letters.lower() in WORDS or letters.isupper()
        return not self.latex or (len(letters) > 1 and usual)

    def word(self, kind: str, text: str, at: int) -> Iterator[Word]:
        """Yield the words of one match."""
        spaced, self.spaced = self.spaced, False
        if kind == "command":
            yield from self.command(text[1:], at, spaced=spaced)
        elif kind == "name":
            yield from self.name(text, at, spaced=spaced)
        elif kind in ("number", "chinese"):
            yield Word("number" if kind == "number" else "chinese", text, at, spaced)
        elif kind == "escaped":
            yield Word("word", text.replace("\\_", "_"), at, spaced)
        elif kind == "range":
            yield Word("sign", text, at, spaced)
        else:
            yield self.sign(text, at, spaced=spaced)
        if kind not in ("command", "name"):
            self.called = False

    def command(self, name: str, at: int, *, spaced: bool) -> Iterator[Word]:
        """Yield a command of LaTeX, as the sign that it stands for if it does."""
        if name in SPACES:
            self.spaced = spaced or name not in ("left", "right", "middle")
            return
        if name in COMMANDS:
            yield self.sign(COMMANDS[name], at, spaced=spaced)
            return
        self.called = name in CALLS
        yield Word("sign" if name in "_#" else "command", name, at, spaced)

    def sign(self, text: str, at: int, *, spaced: bool) -> Word:
        """Return a sign, a relation or a letter that has no name in ASCII."""
        text = SAME.get(text, text)
        if text in ("(", "["):
            self.calls.append(self.called)
        elif text in (")", "]") and self.calls:
            self.calls.pop()
        self.called = False
        if text in RELATIONS:
            return Word("relation", text, at, spaced)
        if text in SIGNS or len(text) > 1:
            return Word("sign", text, at, spaced)
        name = unicodedata.name(text, "a character without a name").lower()
        if "ellipsis" in name:
            raise ReadError(DOTS, self.text, at)
        message = f"{text!r} ({name}) has no meaning in a formula"
        raise ReadError(message, self.text, at)

    def name(self, text: str, at: int, *, spaced: bool) -> Iterator[Word]:
        """Yield a run of letters, digits and underscores: whole where it is a name, else in letters."""
        if (
            text == "exp"
            and text not in self.known
            and self.text[at + 3 :].lstrip().startswith("(")
        ):
            message = "exponentials are not read; a power is written 2**L or 2^L"
            raise ReadError(message, self.text, at)
        self.called = text in FUNCTIONS
        if self.called or text in self.known or text in QUANTITIES or text in TIMES:
            yield Word("word", text, at, spaced)
        elif text in GREEK_LETTERS:
            yield Word("letter" if self.latex else "word", GREEK_LETTERS[text], at, spaced)
        elif self.latex and (
            self.is_spelled(text)
            or self.is_of_program(text, at)
            or (spaced and self.is_of_sentence(text))
        ):
            yield Word("word", text, at, spaced)
        elif self.latex:
            yield from self.letters(text, at, spaced=spaced)
        else:
            name = "".join(GREEK_LETTERS.get(c, c) for c in text)
            yield Word("word", name, at, spaced)

    def is_of_sentence(self, text: str) -> bool:
        """Say whether letters are a word of a sentence: it stands between spaces."""
        return text in SENTENCE_WORDS and self.text[self.at : self.at + 1].isspace()

    def is_spelled(self, text: str) -> bool:
        """Say whether letters side by side are a word that people write out, or the name of a program."""
        match = IDENTIFIER.fullmatch(text)
        front = match[1] if match else text
        if SPELLED.fullmatch(front):
            return True
        if match or self.text.startswith("_", self.at):
            return front.lower() in WORDS or bool(match and front in USUAL_SUBSCRIPTS)
        return text[1:].islower() and text.lower() in WORDS and len(text) >= LEAST_SPELLED

    def is_of_program(self, text: str, at: int) -> bool:
        """Say whether letters are a name such as lm_head, where nothing is LaTeX; 2nd_model is a product."""
        match = IDENTIFIER.fullmatch(text)
        if not match or not match[1].islower() or len(match[1]) == 1 or LATEX.search(self.text):
            return False
        behind_number = self.text[max(at - 1, 0) : at].isdigit()
        return not behind_number and not WORDS.isdisjoint(text.split("_"))

    def letters(self, text: str, at: int, *, spaced: bool) -> Iterator[Word]:
        """Yield the letters of a run one by one; names that are declared or usual stay whole."""
        position = 0
        while position < len(text):
            rest = text[position:]
            piece = self.whole_name(rest, first=position == 0)
            digits = re.match(r"\d+", rest)
            kind: Kind = "word"
            if not piece and rest[0] == "_":
                piece, kind = "_", "sign"
            elif not piece and digits:
                piece, kind = digits[0], "number"
            elif not piece and (numbered := NUMBERED.match(rest)):
                piece = numbered[0]
            elif not piece and self.is_plain and (directed := DIRECTED.match(rest)):
                piece = directed[0]
            elif not piece:
                piece, kind = rest[0], "letter"
            shown = GREEK_LETTERS.get(piece, piece)
            yield Word(kind, shown, at + position, spaced and position == 0)
            position += len(piece)

    def whole_name(self, rest: str, *, first: bool) -> str:
        """Return the declared name or, at its beginning, the quantity that a run begins with."""
        for name in self.known:
            if rest.startswith(name):
                return name
        for name in QUANTITIES if first else ():
            if rest.startswith(name) and not rest[len(name) : len(name) + 1].isalnum():
                return name
        return ""
