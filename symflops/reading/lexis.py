"""The words of a formula: numbers, names, signs and commands, in LaTeX, in plain text and in Python.

In LaTeX every letter is a word of its own; in plain text and Python a run of letters is one. Nothing is
computed here.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from symflops.errors import ReadError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

Kind = Literal["number", "letter", "word", "command", "sign", "relation", "chinese", "end"]


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the text, where it stands, and whether a space stands before it."""

    kind: Kind
    text: str
    position: int
    spaced: bool = False


MAX_LENGTH = 20_000  # characters
MOST_WORDS = 4_000

#: Signs that mean the same as another.
SAME = {
    "·": "*", "⋅": "*", "×": "*", "∗": "*", "∙": "*", "•": "*", "−": "-", "–": "-", "—": "-", "÷": "/", "∕": "/", "⁄": "/",  # noqa: RUF001
    "（": "(", "）": ")", "，": ",", "＝": "=", "＋": "+", "－": "-", "＊": "*", "／": "/", "【": "[", "】": "]", "：": ":",  # noqa: RUF001
    "≈": "≈", "≃": "≈", "≅": "≈", "∼": "≈", "≤": "<=", "⩽": "<=", "≥": ">=", "⩾": ">=", "≪": "<", "≫": ">", "∝": "∝", "≡": "=", "≔": "=", "→": "→",
    "**": "^", "==": "=", ":=": "=", "//": "//",
}  # fmt: skip
RELATIONS = {"=", "≈", "<", ">", "<=", ">=", "≠", "!=", "∝"}
COMMANDS = {
    "cdot": "*", "times": "*", "ast": "*", "div": "/", "approx": "≈", "simeq": "≈", "cong": "≈", "sim": "≈", "leq": "<=", "le": "<=",
    "leqslant": "<=", "geq": ">=", "ge": ">=", "geqslant": ">=", "ll": "<", "gg": ">", "lt": "<", "gt": ">", "neq": "!=", "ne": "!=",
    "propto": "∝", "equiv": "=", "coloneqq": "=", "lbrack": "[", "rbrack": "]", "lbrace": "{(", "rbrace": ")}",
}  # fmt: skip
SPACES = {"quad", "qquad", "thinspace", "medspace", "thickspace", "enspace", "hfill", "left", "right"} | {
    size + side for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m")
}  # fmt: skip
SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱ", "0123456789+-ni", strict=True))
SUBSCRIPTS = dict(
    zip("₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789+-aehijklmnoprstuvx", strict=True)
)
FRACTIONS = {"½": "(1/2)", "⅓": "(1/3)", "⅔": "(2/3)", "¼": "(1/4)", "¾": "(3/4)", "⅕": "(1/5)", "⅛": "(1/8)", "⅜": "(3/8)"}  # fmt: skip
#: Words that are no products of their letters even where letters stand for themselves.
QUANTITIES = (
    "FLOPs", "FLOPS", "FLOP", "Flops", "flops", "GFLOPs", "MFLOPs", "TFLOPs", "MACs", "MAC", "MAdds", "Params", "params",
    "FFN", "RF", "MLP", "Memory", "bytes",
)  # fmt: skip

#: Words that people write out in formulas of plain text.
WORDS = set(
    "activation activations active batch bias biases bits block blocks byte bytes cache channel channels depth dim embedding experts "
    "feature features filter filters flops groups head heads height hidden input inputs kernel kernels layer layers length macs map maps "
    "memory model number output outputs padding parameters params patch patches pixels pool rank samples seq sequence size sizes state "
    "step steps stride token tokens total vocab vocabulary weight weights width window".split()
)  # fmt: skip

NUMBER = re.compile(
    r"(?:\d{1,3}(?:(?:,|\{,\}|\\,|\\!|_)\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:[eE][+-]?\d+(?![\d.]))?|\.\d+"
)
PLAIN_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d+(?![\d.]))?|\.\d+")
COMMAND = re.compile(r"\\([A-Za-z]+|[^A-Za-z])")
NAME = re.compile(r"[^\W\d_](?:\w*)")
CHINESE = re.compile(r"[\u4e00-\u9fff\u3400-\u4dbf]+")
SIGN = re.compile(r"\*\*|//|<=|>=|==|!=|:=|[-+*/()\[\]{}^_=<>|,!;:.'′″%~?]")  # noqa: RUF001
LATEX = re.compile(r"\\[A-Za-z,;!%]|[{}$&]|\^")
PROGRAM = re.compile(
    r"\*\*|\*|//|\b(?:floor|ceil|ceiling|Max|Min|max|min|sqrt|log2|log|Rational|Sum)\("
)


def is_latex(text: str) -> bool:
    """Say whether letters stand for themselves: LaTeX, or a line without the marks of a program.

    >>> is_latex("hwC^2"), is_latex("2*C_in*k**2"), is_latex("18BTDF")
    (True, False, True)
    """
    if "\\" in text or re.search(r"[{}$]", text):
        return True
    if PROGRAM.search(text):
        return False
    if "^" in text:
        return True
    runs = re.findall(r"[A-Za-z]+", text)
    return not (
        re.search(r"[·⋅×\u4e00-\u9fff]", text) or WORDS.intersection(run.lower() for run in runs)
    )


def plain(text: str) -> str:
    """Return a text in which signs of Unicode that ASCII has are ASCII: ``k²`` is ``k^{2}``, ``C₁`` ``C_{1}``."""
    text = re.sub(
        f"[{''.join(SUPERSCRIPTS)}]+",
        lambda m: f"^{{{''.join(SUPERSCRIPTS[c] for c in m[0])}}}",
        text,
    )
    text = re.sub(
        f"[{''.join(SUBSCRIPTS)}]+", lambda m: f"_{{{''.join(SUBSCRIPTS[c] for c in m[0])}}}", text
    )
    for sign, ascii_text in FRACTIONS.items():
        text = text.replace(sign, ascii_text)
    return text


def words(text: str, *, latex: bool, known: Collection[str] = ()) -> list[Word]:
    """Return the words of a text.

    Raises:
        ReadError: a character that has no meaning here; too long a text.
    """
    found = list(_words(text, latex=latex, known=known))
    if len(found) > MOST_WORDS:
        message = f"the formula has over {MOST_WORDS:,} words"
        raise ReadError(message, text, found[MOST_WORDS].position)
    return found


def _words(text: str, *, latex: bool, known: Collection[str]) -> Iterator[Word]:
    at, spaced, end = 0, False, len(text)
    called, calls = False, 0  # a comma between the arguments of a function parts no thousands
    while at < end:
        character = text[at]
        if character.isspace() or character in "~\u200b\ufeff":
            at, spaced = at + 1, True
            continue
        if character == "\\":
            match = COMMAND.match(text, at)
            if match is None:
                message = "a backslash needs a command"
                raise ReadError(message, text, at)
            name = match[1]
            if name in SPACES or name in ",;!: >":
                spaced = True
            elif name in COMMANDS:
                sign = COMMANDS[name]
                yield Word("relation" if sign in RELATIONS else "sign", sign, at, spaced)
                spaced = False
            elif name in ("%", "#", "_", "{", "}", "|"):
                sign = {"{": "(", "}": ")", "|": "|"}.get(name, name)
                yield Word("sign", sign, at, spaced)
                spaced = False
            else:
                yield Word("command", name, at, spaced)
                spaced = False
            at = match.end()
            continue
        calls += (character == "(") * (0 if not calls and not called else 1) - (
            character == ")" and calls > 0
        )
        called = False
        if match := (PLAIN_NUMBER if calls else NUMBER).match(text, at):
            yield Word("number", match[0], at, spaced)
        elif match := CHINESE.match(text, at):
            yield Word("chinese", match[0], at, spaced)
        elif match := NAME.match(text, at):
            yield from _name(match[0], at, spaced, latex=latex, known=known)
            called = not latex
        elif (match := SIGN.match(text, at)) or SAME.get(character):
            sign = match[0] if match else character
            sign = SAME.get(sign, sign)
            yield Word("relation" if sign in RELATIONS else "sign", sign, at, spaced)
        else:
            name = unicodedata.name(character, "a character without a name").lower()
            message = f"{character!r} ({name}) has no meaning here"
            raise ReadError(message, text, at)
        at, spaced = (match.end() if match else at + 1), False
    yield Word("end", "", end, spaced)


def _name(
    text: str, at: int, spaced: bool, *, latex: bool, known: Collection[str]
) -> Iterator[Word]:  # noqa: FBT001 - as in Word
    """Yield a run of letters, digits and underscores: whole where it is a name, else letter by letter."""
    if text in known or (text in QUANTITIES and latex):
        yield Word("word", text, at, spaced)
        return
    if not latex:
        yield Word("word", text, at, spaced)
        return
    position = 0
    while position < len(text):
        rest = text[position:]
        declared = next(
            (n for n in sorted(known, key=len, reverse=True) if rest.startswith(n)), None
        )
        quantity = (
            next((q for q in QUANTITIES if rest.startswith(q)), None) if position == 0 else None
        )
        if declared and len(declared) > 1:
            yield Word("word", declared, at + position, spaced and position == 0)
            position += len(declared)
        elif quantity and not rest[len(quantity) : len(quantity) + 1].isalnum():
            yield Word("word", quantity, at + position, spaced and position == 0)
            position += len(quantity)
        elif rest[0] == "_":
            yield Word("sign", "_", at + position)
            position += 1
        elif digits := re.match(r"\d+", rest):
            yield Word("number", digits[0], at + position)
            position += digits.end()
        else:
            yield Word("letter", rest[0], at + position, spaced and position == 0)
            position += 1
